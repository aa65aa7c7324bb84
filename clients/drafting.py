"""The one hand that begins a draft and writes its steps: each edit once, in turn, taken back or done again as it was.

An edit says which state of the draft it was made from (`edition`): what somebody made from an older one is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Script, ScriptEdit, ScriptVersion, VersionState

KEPT = 100
ONE_GO = timedelta(seconds=8)  # what is typed into one place without a longer pause is one edit


class NotADraft(DomainError):
    """What is in review or was published stays as it was read."""

    code = "not_a_draft"
    sentence = _("Only a draft can be changed. Begin a new version.")


class Outdated(DomainError):
    """Somebody else changed the draft meanwhile."""

    code = "draft_changed"
    sentence = _("Somebody else changed this draft meanwhile. Nothing was saved over it.")


class NothingToUndo(DomainError):
    """There is no edit to take back, or none to do again."""

    code = "nothing_to_undo"
    sentence = _("There is nothing more to take back or to do again.")


class SomebodyBegan(DomainError):
    """Two began a version at the same moment."""

    code = "somebody_began"
    sentence = _("Somebody else just made a version. Send it once more.")


def begin(script: Script, language: str, channel: str, graph: Mapping[str, Any], by: User | None) -> ScriptVersion:
    """A further draft in this language and for this channel, with the next number there."""
    same = script.versions.filter(language=language, channel=channel)
    highest = same.aggregate(n=Max("number"))["n"] or 0
    try:
        with transaction.atomic():
            return ScriptVersion.objects.create(
                script=script, number=highest + 1, language=language, channel=channel, graph=graph, created_by=by
            )
    except IntegrityError:
        raise SomebodyBegan from None


@transaction.atomic
def rewrite(
    version: ScriptVersion,
    graph: Mapping[str, Any],
    by: User,
    *,
    since: int | None = None,
    step: str = "",
    what: str = "",
    typed: bool = False,
) -> ScriptVersion:
    """Change a draft's steps; from then on they are also the words of who did it.

    `since` is the edition they were made from, else the one that was read; `what` of which step was changed, and
    whether it was typed: typing on in the same place is the same edit.
    """
    if graph == version.graph and since in (None, version.edition):
        if not ScriptVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT).exists():
            raise NotADraft
        return version
    before = version.graph
    _write(version, graph, by, since)
    version.edits.filter(undone=True).delete()
    at = clock.now()
    last = version.edits.order_by("-number").first() if typed else None
    if last and (last.step, last.what, last.by_id) == (step[:80], what[:80], by.pk) and last.made_at > at - ONE_GO:
        version.edits.filter(pk=last.pk).update(made_at=at)
        return version
    version.edits.create(number=version.edition, graph=before, by=by, made_at=at, step=step[:80], what=what[:80])
    too_old = version.edits.order_by("-number").values_list("number", flat=True)[KEPT : KEPT + 1]
    if too_old:
        version.edits.filter(number__lte=too_old[0]).delete()
    return version


def undo(version: ScriptVersion, by: User, *, since: int | None = None) -> ScriptEdit:
    """Take the latest edit back."""
    return _turn(version, version.edits.filter(undone=False).order_by("-number").first(), by, since)


def redo(version: ScriptVersion, by: User, *, since: int | None = None) -> ScriptEdit:
    """Do again what was taken back last."""
    return _turn(version, version.edits.filter(undone=True).order_by("number").first(), by, since)


@transaction.atomic
def _turn(version: ScriptVersion, edit: ScriptEdit | None, by: User, since: int | None) -> ScriptEdit:
    """What the draft is and what the edit keeps change places."""
    if edit is None:
        raise NothingToUndo
    before = version.graph
    _write(version, edit.graph, by, since)
    edit.graph, edit.undone, edit.by, edit.made_at = before, not edit.undone, by, clock.now()
    edit.save(update_fields=["graph", "undone", "by", "made_at"])
    return edit


def _write(version: ScriptVersion, graph: Mapping[str, Any], by: User, since: int | None) -> None:
    read = version.edition
    drafts = ScriptVersion.objects.filter(pk=version.pk, state=VersionState.DRAFT)
    if since not in (None, read) or not drafts.filter(edition=read).update(graph=graph, edition=read + 1):
        raise Outdated if drafts.exists() else NotADraft
    version.graph, version.edition = dict(graph), read + 1
    version.writers.add(by)
