"""The rules of a line change by versions: drafted, published now or at a time, rolled back; which was in force when.

Whatever raises `Queue.version` leaves one published version: those above call `keep` where they raise it. Whoever
publishes takes the line's row first, then the version's, then those above take their locks.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents import rule_rows
from agents.models import QueueVersion, RulesState
from agents.models.rules import OPEN_STATES
from agents.rule_rows import Problems, Rules
from agents.rule_words import Change, difference, place, same
from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError, StaleState, TimePassed
from bpo.kernel.history import ReasonMissing, because
from bpo.kernel.steps import each
from clients import queue_states
from clients.access import is_admin
from clients.models import Queue

S = RulesState
BATCH = 100


class RulesRefused(DomainError):
    """These rules cannot be a line's; `problems` says of each setting what is wrong."""

    code = "rules_refused"
    status = 400

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        name, sentences = next(iter(problems.items()))
        super().__init__(name, sentence=f"{place(name)}: {sentences[0]}")


class DraftThere(DomainError):
    """A line has one draft at most."""

    code = "draft_there"
    sentence = _("This line has a draft already: change, publish or discard that one.")


class NotADraft(DomainError):
    """What is scheduled, published or discarded is not edited."""

    code = "not_a_draft"
    sentence = _("Only a draft can be changed. Cancel its time first, or begin a new one.")


class DraftMoved(DomainError):
    """Two people write the same draft."""

    code = "draft_moved"
    sentence = _("Somebody else changed this draft meanwhile. Look at it, then send yours once more if it is to stay.")


class NothingNew(DomainError):
    """The rules are these already."""

    code = "nothing_new"
    sentence = _("These rules are in force already.")


class BaseChanged(DomainError):
    """The line's rules were changed after the draft was begun; `changes` says how."""

    code = "base_changed"

    def __init__(self, changes: list[Change]) -> None:
        self.changes = changes
        since = _t("The rules were changed since this draft was begun: %(changes)s.")
        self.told = since % {"changes": "; ".join(str(change) for change in changes)}
        super().__init__(sentence=f"{self.told} {_t('Say that you know it.')}")


class NoLongerMay(DomainError):
    """Whoever set the time is no administrator any more, or gone: nothing happens in that name."""

    code = "no_longer_may"

    def __init__(self, who: User) -> None:
        super().__init__(
            sentence=_t(
                "%(name)s, who set the time, may no longer change these rules. Publish them or set a time anew."
            )
            % {"name": who}
        )


# --- what was and is in force ----------------------------------------------------------------------------------------


def in_force(queue: Queue, at: datetime | None = None) -> QueueVersion | None:
    """The version by which the line worked at that moment, or works now; none before its first one."""
    published = QueueVersion.objects.filter(queue=queue, state=S.PUBLISHED).select_related("published_by")
    if at is not None:
        published = published.filter(published_at__lte=at)
    return published.order_by("-number").first()


def before(version: QueueVersion) -> QueueVersion | None:
    """The version that a published one took the place of, or that an open one was begun from."""
    if version.state != S.PUBLISHED:
        return version.based_on
    earlier = QueueVersion.objects.filter(queue=version.queue_id, state=S.PUBLISHED, number__lt=version.number)
    return earlier.order_by("-number").first()


def open_version(queue: Queue) -> QueueVersion | None:
    """The draft, or what is scheduled."""
    rows = QueueVersion.objects.filter(queue=queue, state__in=OPEN_STATES)
    return rows.select_related("created_by", "published_by", "based_on", "queue").first()


@transaction.atomic
def keep(queue: Queue, *, by: User | None = None, why: str = "") -> QueueVersion:
    """The version of the line's rules as they are: published already, or kept now for whoever changed them directly."""
    found = QueueVersion.objects.filter(queue=queue, number=queue.version).first()
    if found is None:
        found = QueueVersion.objects.create(
            queue=queue,
            number=queue.version,
            state=S.PUBLISHED,
            rules=rule_rows.snapshot(queue),
            why=words.line(why, most=200),
            created_by=by,
            published_by=by,
            published_at=clock.now(),
        )
    return found


# --- drafts ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(queue: Queue, rules: Rules, *, by: User) -> QueueVersion:
    """A line that was just made, with its skills, teams and steps: its first version."""
    rows = rule_rows.read(queue, rules)
    if rows.problems:
        raise RulesRefused(rows.problems)
    rule_rows.write(rows)
    return keep(queue, by=by, why=_t("New line."))


@transaction.atomic
def draft(queue: Queue, rules: Rules, *, by: User, based_on: QueueVersion | None = None) -> QueueVersion:
    """Begin a draft; what the given rules do not name is as it is in force. Refused while there is one.

    `based_on` is the version that whoever wrote it had before her, when another may be in force since.
    """
    current = keep(_hold(queue))
    try:
        with transaction.atomic():
            return QueueVersion.objects.create(
                queue=queue, rules=_stateless({**current.rules, **rules}), based_on=based_on or current, created_by=by
            )
    except IntegrityError as there:
        raise DraftThere from there


@transaction.atomic
def edit(version: QueueVersion, rules: Rules, *, by: User) -> QueueVersion:
    """Change a draft; what the given rules do not name stays."""
    held = QueueVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    if held.state != S.DRAFT:
        raise NotADraft
    held.rules, held.problem = _stateless({**held.rules, **rules}), ""
    with because(_t("Draft changed."), by=by):
        held.save(update_fields=["rules", "problem"])
    return held


@transaction.atomic
def discard(version: QueueVersion, *, by: User, why: str) -> QueueVersion:
    """The draft is not wanted; it stays readable."""
    return _move(version, S.DRAFT, S.DISCARDED, by=by, why=why)


@transaction.atomic
def cancel(version: QueueVersion, *, by: User, why: str) -> QueueVersion:
    """It is not published at its time; it is a draft again."""
    return _move(version, S.SCHEDULED, S.DRAFT, by=by, why=why, publish_at=None, published_by=None)


def _move(version: QueueVersion, before: str, to: str, *, by: User, why: str, **changes: Any) -> QueueVersion:
    with because(why, by=by):
        moved = QueueVersion.objects.filter(pk=version.pk, state=before)
        if not moved.update(state=to, why=words.line(why, most=200), **changes):
            raise StaleState
    version.refresh_from_db()
    return version


# --- publishing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def publish(version: QueueVersion, *, by: User, why: str, knowing: bool = False) -> QueueVersion:
    """The draft's rules are the line's from now on, and those who wait follow them.

    Refused when the line's rules were changed since it was begun, unless whoever publishes says to know it.
    """
    queue, version = _hold_both(version)
    if not version.is_open:
        raise StaleState
    current = keep(queue)
    _require_base(version, current, knowing)
    return _put_in_force(queue, version, version.rules, current, by=by, why=why)


@transaction.atomic
def schedule(version: QueueVersion, *, by: User, why: str, at: datetime, knowing: bool = False) -> QueueVersion:
    """The draft is published at that time by itself, if the line's rules are then still those it was begun from."""
    if at <= clock.now():
        raise TimePassed
    queue, version = _hold_both(version)
    current = keep(queue)
    _require_base(version, current, knowing)
    _require_sound(queue, version.rules, current)
    facts = {"publish_at": at, "published_by": by, "based_on": current, "problem": ""}
    return _move(version, S.DRAFT, S.SCHEDULED, by=by, why=why, **facts)


@transaction.atomic
def change(queue: Queue, rules: Rules, *, by: User | None, why: str) -> QueueVersion:
    """Publish at once, without a draft; what the given rules do not name stays as it is."""
    queue = _hold(queue)
    current = keep(queue)
    made = QueueVersion(queue=queue, based_on=current, created_by=by)
    return _put_in_force(queue, made, _stateless({**current.rules, **rules}), current, by=by, why=why)


@transaction.atomic
def roll_back(queue: Queue, to: QueueVersion, *, by: User, why: str) -> QueueVersion:
    """A new version with the rules of an old one, in force from now on."""
    queue = _hold(queue)
    if to.state != S.PUBLISHED or to.queue_id != queue.pk:
        raise NotADraft(sentence=_("Only what was in force once can be brought back."))
    current = keep(queue)
    made = QueueVersion(queue=queue, based_on=current, rolled_back_to=to, created_by=by)
    return _put_in_force(queue, made, _stateless(to.rules), current, by=by, why=why)


def publish_due(at: datetime) -> int:
    """Publish what is due in the name of whoever set the time. What no longer fits, or what is of somebody who may no
    longer, is a draft again and says why; it is never tried twice."""
    due = QueueVersion.objects.filter(state=S.SCHEDULED, publish_at__lte=at).order_by("publish_at")
    return each(due.select_related("queue")[:BATCH], partial(_publish_scheduled, at=at))


@transaction.atomic
def _publish_scheduled(version: QueueVersion, *, at: datetime) -> bool:
    _queue, version = _hold_both(version)
    if version.state != S.SCHEDULED or version.publish_at is None or version.publish_at > at:
        return False
    assert version.published_by is not None
    try:
        if not is_admin(version.published_by):
            raise NoLongerMay(version.published_by)
        publish(version, by=version.published_by, why=version.why)
    except (BaseChanged, RulesRefused, NothingNew, NoLongerMay) as refused:
        problem = str(refused.sentence)
        if isinstance(refused, BaseChanged):
            problem = (
                f"{refused.told} {_t('Publish it again if it is to hold; you are asked about these changes then.')}"
            )
        back = {"state": S.DRAFT, "publish_at": None, "published_by": None, "problem": problem}
        QueueVersion.objects.filter(pk=version.pk, state=S.SCHEDULED).update(**back)
    return True


def _hold(queue: Queue) -> Queue:
    return Queue.objects.select_for_update(no_key=True).get(pk=queue.pk)


def _hold_both(version: QueueVersion) -> tuple[Queue, QueueVersion]:
    """The line first, then the version, as it is now."""
    queue = _hold(version.queue)
    rows = QueueVersion.objects.select_for_update(no_key=True, of=("self",)).select_related("based_on", "published_by")
    held = rows.get(pk=version.pk)
    held.queue = queue
    return queue, held


def _stateless(rules: Rules) -> Rules:
    return {name: value for name, value in rules.items() if name != "state"}


def _require_base(version: QueueVersion, current: QueueVersion, knowing: bool) -> None:
    base = version.based_on
    if not knowing and base is not None and not same(base.rules, current.rules):
        raise BaseChanged(difference(_stateless(base.rules), _stateless(current.rules)))


def _require_sound(queue: Queue, rules: Rules, current: QueueVersion) -> rule_rows.Rows:
    rows = rule_rows.read(queue, rules)
    if rows.problems:
        raise RulesRefused(rows.problems)
    if same(current.rules, rules):
        raise NothingNew
    return rows


def _put_in_force(
    queue: Queue, version: QueueVersion, rules: Rules, current: QueueVersion, *, by: User | None, why: str
) -> QueueVersion:
    """Write the rules into the line's rows and the version beside them; the line is held."""
    why = words.line(why, most=200)
    if not why or by is None:
        raise ReasonMissing
    rows = _require_sound(queue, rules, current)
    with because(why, by=by):
        rule_rows.write(rows)
        version.number, version.state, version.rules = queue.version + 1, S.PUBLISHED, rule_rows.snapshot(rows.queue)
        version.why, version.problem = why, ""
        version.published_by, version.published_at = by, clock.now()
        version.save()
        queue_states.rules_changed(rows.queue, by=by, why=why)
    return version
