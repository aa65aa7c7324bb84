"""Scripts: the format of a graph, and how a version is reviewed, published, picked and worded.

A version's `graph` is JSON: ``{"start": "<step id>", "steps": [<step>, ...]}``. The order of the list is the order in
which the agent sees the way ahead. Every step has ``id``, ``kind``, ``name`` (short, as shown in the list of steps)
and may have ``text`` (what is said; for acts and closures too). Text, option labels and hints may use these
placeholders and no others: {client} {agent} {customer} {first_name} {product} {reason} {reference} (of the case)
{phone_shown} {today}; and, only behind a passed verification, {order} {order_item} {order_state} {order_total} {due}
{shipped} {deliver_to} {paid_by} {bill} {bill_amount} {bill_due} {bill_lines} {account}.

| kind        | its own keys                                                                                         |
|-------------|------------------------------------------------------------------------------------------------------|
| say         | text, next. The start of an inbound or outbound script is a say that names {client}.                   |
| collect     | fields, next                                                                                         |
| verify      | facts ``[{"fact": "name", "label": "Full name"}]``, next (passed), failed. How many facts must fit and |
|             | how often one may try is the client's policy. Facts: name postal_code birth_date account_number phone  |
|             | email order bill                                                                                     |
| choose      | sets reason, product or answer (default); options ``[{"value", "label", "hint", "next"}]``; next is    |
|             | for options without their own. The value is the reason's or product's code when it sets one; without   |
|             | options such a step lists all active reasons or products of the client.                               |
| decide      | on, cases ``[{"value": "complaint", "next": "sorry"}]``, otherwise. Passed through unseen. On: reason  |
|             | (code) reason_kind product product_type (codes) verified ("yes", "no") channel direction language      |
|             | order_state order_late ("yes", "no"), or ``answer:<field or step id>``                               |
| sub_process | next. Enters the client's sub-process for the product's type and comes back to next; skipped when      |
|             | there is none.                                                                                       |
| act         | act, params, next (done). The agent presses a button that carries the step's name. Doing it twice      |
|             | changes nothing. See below.                                                                          |
| close       | text. The end: summary, confirmation and follow-up are asked by the desk.                             |

A say, choose or verify step may carry ``fields`` as well. A field is ``{"name", "label", "type", "required", "hint",
"options"}`` with type text (default), email, phone, date, number, choice (options ``[{"value", "label"}]``), order or
bill (one of the customer's, stored as its number; the latest is proposed). ``required: true`` on a step
means that it cannot be left without an answer; a free jump past it is possible and recorded.

Acts (`clients.script_acts` has what the agent fills in at each): ``create_order_issue`` {"kind": "replacement", "note":
"..."}: on the order chosen before (the last answer of type order, else the customer's latest open order).
``change_address``: where that order goes. ``promise_callback`` {"note": "..."}: within the client's turn-around time.
``send_notice`` {"kind": "transcript"|"survey"}. ``set_pending`` {"for": "customer"} or {"days": 3}.
``transfer`` {"queue": "<name of a queue of the client>", "note": "..."}: the contact leaves this agent.
``open_case`` {"note": "..."}: the contact's own case gets a subject; with {"new": true} a second case is opened.
``do_not_call`` {"note": "..."}: no list calls the number any more, the note says why. In flows for calls we make.

A sub-process is a script of its own kind: it needs neither greeting nor verification, and ends by ``"next":
"return"`` (or a close step, which ends the whole).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.composed import composed
from bpo.kernel.errors import DomainError, IllegalMove, StaleState
from bpo.kernel.history import because
from bpo.kernel.states import advance
from clients import reviews, script_fits
from clients.drafting import NotADraft, NothingToUndo, Outdated, redo, rewrite, undo
from clients.models import CallList, Client, ProductType, Role, Script, ScriptKind, ScriptVersion, VersionState
from clients.script_checks import Problem, check
from clients.script_graph import PLACEHOLDER, PLACEHOLDERS

__all__ = [
    "ChangedSinceRead",
    "ClientApprovalMissing",
    "ClientApproves",
    "NotADraft",
    "NothingToUndo",
    "Outdated",
    "OwnDraft",
    "Problem",
    "ScriptRefused",
    "approve",
    "before",
    "check",
    "client_approves",
    "pick",
    "publish",
    "put_in_force",
    "redo",
    "render",
    "require_publishable",
    "require_read",
    "rewrite",
    "send_back",
    "sub_process",
    "submit",
    "undo",
    "waiting_for",
    "wrote",
]  # fmt: skip

BLANK = '<span class="quiet">…</span>'

MOVES: Mapping[str, frozenset[str]] = {
    VersionState.DRAFT: frozenset({VersionState.IN_REVIEW}),
    VersionState.IN_REVIEW: frozenset({VersionState.APPROVED, VersionState.DRAFT}),
    VersionState.APPROVED: frozenset({VersionState.PUBLISHED}),
    VersionState.PUBLISHED: frozenset({VersionState.RETIRED}),
    VersionState.RETIRED: frozenset({VersionState.PUBLISHED}),
}


class ScriptRefused(DomainError):
    """The script has faults; `problems` names each with its step."""

    code = "script_refused"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        first = f"{problems[0].step}: {problems[0].sentence}".removeprefix(": ")
        more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
        super().__init__(sentence=f"This script cannot be published yet. {first}{more}")


class ClientApproves(DomainError):
    """The contract gives this to the client's own manager."""

    code = "client_approves"
    sentence = _("By the contract the client's own manager approves this script. Nobody else can.")


class ClientApprovalMissing(DomainError):
    """The contract asks for an approval that this version has not."""

    code = "client_approval_missing"
    sentence = _("By the contract the client's own manager approves this script first. It is waiting for that.")


class ChangedSinceRead(DomainError):
    """What was read is not what stands there now."""

    code = "changed_since_read"
    sentence = _("It was changed since you read it. Read it as it is now, then say so once more.")


class OwnDraft(DomainError):
    """Nobody approves or publishes what she wrote herself."""

    code = "own_draft"
    sentence = _("Somebody else has to approve and publish this script: you wrote it, or part of it.")


def _faults(version: ScriptVersion) -> list[Problem]:
    return [problem for problem in script_fits.problems_of(version) if problem.must]


def before(version: ScriptVersion, others: Iterable[ScriptVersion]) -> ScriptVersion | None:
    """Which of the others a version is held against: the one in force in its place, else the one before it."""
    place = [one for one in others if (one.language, one.channel) == (version.language, version.channel)]
    in_force = next((one for one in place if one.state == VersionState.PUBLISHED), None)
    earlier = [one for one in place if one.number < version.number]
    return in_force or max(earlier, key=lambda one: one.number, default=None)


def wrote(version: ScriptVersion, user: User) -> bool:
    """Whether these steps are, in part at least, the user's own."""
    return version.created_by_id == user.pk or version.writers.filter(pk=user.pk).exists()


def require_read(version: ScriptVersion, edition: int | None) -> None:
    """Its steps as they stand, held until the end; ChangedSinceRead where `edition` is another one."""
    rows = ScriptVersion.objects.select_for_update(no_key=True).values_list("edition", "graph")
    version.edition, version.graph = rows.get(pk=version.pk)
    if edition not in (None, version.edition):
        raise ChangedSinceRead


@transaction.atomic
def submit(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """Hand a draft in for review; refused while it has faults. `edition` is the one that was read, as with all moves:
    where it is another by now, ChangedSinceRead."""
    require_read(version, edition)
    if faults := _faults(version):
        raise ScriptRefused(faults)
    _move(version, VersionState.IN_REVIEW, by, why)
    return version


def client_approves(client: Client, *, at: datetime | None = None) -> bool:
    """Whether the contract in force says that the client's own manager approves its scripts."""
    day = client.day_at(at or clock.now())
    begun = client.contracts.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gte=day))
    return bool(begun.order_by("-valid_from").values_list("client_approves_scripts", flat=True).first())


@transaction.atomic
def approve(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """Say that it may be published; not by who wrote it, unless an admin.

    Where the contract says so, by a manager of the client alone, who did not write it either.
    """
    require_read(version, edition)
    client = version.script.client
    for_client = client_approves(client)
    if for_client and not by.memberships.filter(client=client, role=Role.MANAGER).exists():
        raise ClientApproves
    if for_client and wrote(version, by):
        raise OwnDraft
    _require_other_eyes(version, by)
    approval = {"approved_by": by, "approved_at": clock.now(), "approved_for_client": for_client}
    if for_client and version.state == VersionState.APPROVED:
        # Approved among ourselves before the contract asked for more: it stays so, now for the client.
        with because(why, by=by):
            same = ScriptVersion.objects.filter(pk=version.pk, state=VersionState.APPROVED, approved_for_client=False)
            if not same.update(**approval):
                raise StaleState
        version.refresh_from_db()
        return version
    _move(version, VersionState.APPROVED, by, why, **approval)
    return version


@transaction.atomic
def send_back(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """Make it a draft again."""
    require_read(version, edition)
    _move(version, VersionState.DRAFT, by, why)
    return version


def waiting_for(client: Client) -> QuerySet[ScriptVersion]:
    """The versions that wait for the client's own manager; none where the contract does not ask for that."""
    if not client_approves(client):
        return ScriptVersion.objects.none()
    ours = Q(state=VersionState.APPROVED, approved_for_client=False)
    found = ScriptVersion.objects.filter(script__client=client).filter(Q(state=VersionState.IN_REVIEW) | ours)
    return found.select_related("script", "created_by").defer("graph").order_by("script__name", "-number")


def publish(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """Put an approved version in force and retire the one before it; runs in progress keep theirs.

    Not by who wrote it, unless an admin; not without the client's approval where the contract asks for it.
    """
    if version.state == VersionState.RETIRED:
        raise IllegalMove
    return put_in_force(version, by, why=why, edition=edition)


def require_publishable(version: ScriptVersion, by: User) -> None:
    """Refuse what this person may not publish, or nobody: OwnDraft, ClientApprovalMissing, ScriptRefused."""
    _require_other_eyes(version, by)
    if client_approves(version.script.client) and not version.approved_for_client:
        raise ClientApprovalMissing
    if faults := _faults(version):
        raise ScriptRefused(faults)


@transaction.atomic
def put_in_force(version: ScriptVersion, by: User, *, why: str, edition: int | None = None) -> ScriptVersion:
    """As `publish`, of a former version too (`clients.publishing.roll_back`)."""
    Script.objects.select_for_update(no_key=True).get(pk=version.script_id)  # one after the other
    require_read(version, edition)
    require_publishable(version, by)
    now = clock.now()
    reviews.published(version, now)
    before = (
        ScriptVersion.objects.filter(script=version.script, language=version.language, channel=version.channel)
        .filter(state=VersionState.PUBLISHED)
        .exclude(pk=version.pk)
    )
    for old in before:
        _move(old, VersionState.RETIRED, by, why, retired_at=now)
    changes: dict[str, Any] = {"in_force_since": now, "publish_at": None, "retired_at": None}
    if version.published_at is None:
        changes |= {"published_at": now, "published_by": by}
    _move(version, VersionState.PUBLISHED, by, why, **changes)
    version.edits.all().delete()  # nothing of it can be taken back any more
    return version


def _require_other_eyes(version: ScriptVersion, by: User) -> None:
    if not by.is_superuser and wrote(version, by):
        raise OwnDraft


def _move(version: ScriptVersion, to: VersionState, by: User, why: str, **changes: Any) -> None:
    with because(why, by=by):
        advance(version, to, allowed=MOVES, **changes)


def pick(
    client: Client, kind: str, channel: str, language: str, *, script: Script | None = None
) -> ScriptVersion | None:
    """The published version that fits a contact best: its language before its channel, then the default language.

    `script` is the one that leads calls of a list, while it is in force; other calls are led by what no list names.
    """
    found = list(_published(client.pk, kind, channel))
    if script is not None:
        own = [one for one in found if one.script_id == script.pk]
        if own:
            return _best(own, client, channel, language)
    if kind == ScriptKind.OUTBOUND and len({one.script_id for one in found}) > 1:
        of_lists = set(CallList.objects.filter(client=client, script__isnull=False).values_list("script", flat=True))
        found = [one for one in found if one.script_id not in of_lists] or found
    return _best(found, client, channel, language)


def sub_process(client: Client, product_type: ProductType | None, language: str, channel: str) -> ScriptVersion | None:
    """The sub-process of a product type, else the client's general one, else none."""
    found = _published(client.pk, ScriptKind.SUB_PROCESS, channel)
    own = [one for one in found if product_type is not None and one.script.product_type_id == product_type.pk]
    general = [one for one in found if one.script.product_type_id is None]
    return _best(own or general, client, channel, language)


@composed
def _published(client: Any, kind: Any, channel: Any) -> QuerySet[ScriptVersion]:
    versions = ScriptVersion.objects.filter(script__client=client, script__kind=kind, state=VersionState.PUBLISHED)
    fitting = versions.filter(Q(channel="") | Q(channel=channel))
    return fitting.select_related("script__client").order_by("script__name", "script_id")


def _best(published: Iterable[ScriptVersion], client: Client, channel: str, language: str) -> ScriptVersion | None:
    def fit(version: ScriptVersion) -> tuple[bool, bool, bool]:
        return (version.language != language, version.language != client.default_language, version.channel != channel)

    return min(published, key=fit, default=None)


def render(text: str, context: Mapping[str, object]) -> SafeString:
    """The text with its placeholders filled in, everything escaped; what is not known reads as a blank to fill."""
    out: list[str] = []
    at = 0
    for found in PLACEHOLDER.finditer(text):
        out.append(conditional_escape(text[at : found.start()]))
        name = found.group(1)
        value = context.get(name) if name in PLACEHOLDERS else None
        if name not in PLACEHOLDERS:
            out.append(conditional_escape(found.group(0)))
        elif value in (None, ""):
            out.append(BLANK)
        else:
            out.append(conditional_escape(str(value)))
        at = found.end()
    out.append(conditional_escape(text[at:]))
    return mark_safe("".join(out))  # every part above is escaped
