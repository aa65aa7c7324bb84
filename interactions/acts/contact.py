"""Acts on the contact and its case: a callback is promised, a mail sent, the case waits, the contact is passed on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bpo.kernel.outgoing import OutgoingState
from clients import script_acts
from clients.models import Customer, Queue
from interactions import (
    callbacks,
    cases,
    do_not_call,
    handling,
    notices,
    prospect_calls,
    sending_time,
    transfers,
    verifying,
)
from interactions.acts.doing import CannotAct, CannotUndo, Doing
from interactions.acts.opening import case_of
from interactions.do_not_call import SAID_SO
from interactions.letters import zone_of
from interactions.models import (
    Action,
    Callback,
    CallbackOrigin,
    Case,
    CaseState,
    Direction,
    Interaction,
    Kind,
    Notice,
    NoticeKind,
    Origin,
    Prospect,
    ProspectResult,
    ProspectState,
)

UNDONE = "act undone"


def promise_callback(doing: Doing) -> str:
    """Within the client's turn-around time, to the customer's main number, else by mail; whom a list called, to that
    number."""
    interaction, customer = doing.interaction, doing.interaction.customer
    phone = _reach(customer, "phones", interaction) if customer else None
    number = phone.number if phone else ""
    if interaction.origin == Origin.CAMPAIGN:
        number = interaction.envelope.from_phone
    address = _reach(customer, "addresses", interaction) if customer else None
    if customer is None or (not number and address is None):
        raise CannotAct(sentence=_("There is no number to call back. Write one down first."))
    if interaction.queue is None:
        raise CannotAct(sentence=_("This contact has no line that could call back."))
    promised = callbacks.promise(
        interaction.client,
        customer=customer,
        number=number,
        address="" if number or address is None else address.address,
        queue=interaction.queue,
        origin=CallbackOrigin.AGENT,
        by=doing.by,
        interaction=interaction,
        case=interaction.case,
        words=doing.note(),
        language=interaction.language,
        zone=zone_of(interaction),
        name=customer.name,
        reason=interaction.reason,
        told_at=sending_time.due(None, doing.at),
        at=doing.at,
    )
    return promised.reference


def _reach(customer: Customer, what: str, interaction: Interaction) -> Any:
    """The main one; after a failed check, where the client's rule asks for that, of those on file."""
    if verifying.only_on_file(interaction):
        return verifying.on_file(customer, what, interaction).first()
    return getattr(customer, what).first()


def withdraw_callback(action: Action, at: datetime) -> None:
    """The promise is not wanted; the customer is told, unless he has not been told of it yet."""
    promised = Callback.objects.get(client=action.client_id, reference=action.ref)
    booked = promised.notices.filter(kind=NoticeKind.CALLBACK_BOOKED)
    known = promised.replaced_by.exists() or not all(notices.take_back(one, UNDONE, at=at) for one in booked)
    callbacks.withdraw(promised, UNDONE, by=action.agent, tell=known, at=at)


def send_notice(doing: Doing) -> str:
    """A mail of the system; it leaves when it cannot be undone any more. What it is not sent for, the journal says."""
    kind = str(doing.step.params.get("kind") or NoticeKind.TRANSCRIPT)
    if kind not in script_acts.NOTICES:
        raise CannotAct(sentence=_("This mail is not for customers."))
    case, interaction = doing.case, doing.interaction
    about = {"case": case} if case else {"interaction": interaction, "case": None}
    undone = Notice.objects.filter(kind=kind, callback=None, state=OutgoingState.CANCELLED, **about).count()
    due = sending_time.due(None, doing.at)
    notice = notices.write(
        kind, case=case, interaction=interaction, turn=undone, action=doing.action, due_at=due, at=doing.at
    )
    return notice.to_address if notice and "email" not in verifying.hidden_facts(doing.run) else ""


def take_back_notice(action: Action, at: datetime) -> None:
    """Before it has left."""
    if not all(notices.take_back(notice, UNDONE, at=at) for notice in action.notices.all()):
        raise CannotUndo(sentence=_("This mail has left already."))


def notice_waits(action: Action) -> bool:
    """Whether its mail has not left yet."""
    return any(notice.state in (OutgoingState.PENDING, OutgoingState.HELD) for notice in action.notices.all())


def set_pending(doing: Doing) -> str:
    """The case waits for the customer, or some days; one that is not open waits for nothing of ours."""
    case = case_of(doing)
    days = doing.step.params.get("days")
    until = doing.at + timedelta(days=float(days)) if days else None
    cases.set_pending(case, by=doing.by, until=until, for_customer=until is None, at=doing.at)
    return case.reference


def wait_no_more(action: Action, at: datetime) -> None:
    """The case is open again; not where somebody had it wait anew since."""
    case = Case.objects.get(client=action.client_id, reference=action.ref)
    if case.state == CaseState.PENDING:
        since = case.journal.filter(kind=Kind.CASE_PENDING).order_by("-pk").first()
        if since is None or since.at != action.done_at:
            raise CannotUndo(sentence=_("Somebody had case %(ref)s wait anew since.") % {"ref": case.reference})
        cases.back_to_open(case, why=UNDONE, by=action.agent, at=at)


def never_call(doing: Doing) -> str:
    """Whom we called wants no calls: no list calls the number any more, and the list he is on has its result."""
    interaction = doing.interaction
    number = interaction.envelope.from_phone if interaction.direction == Direction.OUTBOUND else ""
    if not number:
        raise CannotAct(sentence=_("There is no number that we called."))
    called, leg, why = prospect_calls.of_contact(interaction.pk), handling.live_leg(interaction), doing.note()
    if called is not None and leg is not None and called.state in prospect_calls.OPEN_TO_WORDS:
        prospect_calls.conclude(leg, ProspectResult.DO_NOT_CALL, by=doing.by, note=why, at=doing.at)
    row = do_not_call.add(interaction.client, number, by=doing.by, why=why or str(SAID_SO), at=doing.at)
    if (row.since, row.by_name) == (doing.at, str(doing.by)):
        doing.action.blocked = row
        doing.action.save(update_fields=["blocked"])
    return ""


def may_call_again(action: Action, at: datetime) -> None:
    """It was a slip: the number is called again, and she says what came of this call. Whom it stopped elsewhere stays
    stopped."""
    if action.blocked is None:
        raise CannotUndo(sentence=_("This number was written down before this call, or is not written down any more."))
    prospect_calls.misheard(action.run.interaction, by=action.agent, at=at)
    do_not_call.lift(action.blocked, by=action.agent, why=UNDONE, at=at)


def number_stands(action: Action) -> bool:
    """Whether it wrote the number down that nobody calls any more."""
    return action.blocked_id is not None


def stays_stopped(action: Action) -> str:
    """Of a block that was taken back: how many it stopped on lists, and how many promises it ended, for good."""
    interaction = action.run.interaction
    number = interaction.envelope.from_phone
    people = Prospect.objects.filter(client=action.client_id, number=number, state=ProspectState.DO_NOT_CALL)
    promised = Callback.objects.filter(client=action.client_id, number=number, end_reason=do_not_call.WANTS_NO_CALLS)
    at = {"ended_at": action.done_at}
    n = people.filter(**at).exclude(interaction=interaction).count() + promised.filter(**at).count()
    if not n:
        return ""
    told = ngettext("%(n)s entry or promise stays ended", "%(n)s entries and promises stay ended", n)
    return told % {"n": n}


def transfer(doing: Doing) -> str:
    """To another line of the client; the contact leaves this agent."""
    name = str(doing.step.params["queue"])
    queue = Queue.objects.filter(client_id=doing.run.client_id, name=name).first()
    leg = handling.live_leg(doing.interaction)
    if queue is None or leg is None:
        raise CannotAct(sentence=_("The line “%(name)s” is not there.") % {"name": name})
    transfers.to_queue(leg, queue, by=doing.by, note=doing.note(), at=doing.at)
    return queue.name
