"""What an act step of a script does: it calls the operation of that name, once for each run and step."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel.errors import DomainError
from clients.models import OrderIssue, Queue
from clients.script_graph import PLACEHOLDER, PLACEHOLDERS, Step
from interactions import callbacks, cases, handling, journal, notices, transfers
from interactions.models import FOR_CUSTOMERS, CallbackOrigin, Interaction, JournalEntry, Kind, NoticeKind, Run
from interactions.script_words import context, order_of


class CannotAct(DomainError):
    """Something the act needs is not there; the sentence says what."""

    code = "cannot_act"


def perform(run: Run, step: Step, *, by: Agent, at: datetime) -> str:
    """Do it and return a reference to what was made; done before in this run, it is not done again."""
    done = JournalEntry.objects.filter(run=run, kind=Kind.ACTION_DONE, facts__step=step.id).first()
    if done is not None:
        return str(done.facts.get("ref", ""))
    note = plain_text(str(step.params.get("note", "")), run, by)
    match step.act:
        case "create_order_issue":
            ref = _order_issue(run, step, note, by=by, at=at)
        case "promise_callback":
            ref = _callback(run, note, by=by, at=at)
        case "send_notice":
            ref = _notice(run, step)
        case "set_pending":
            ref = _pending(run, step, by=by, at=at)
        case _:
            ref = _transfer(run, step, note, by=by, at=at)
    journal.record(run, Kind.ACTION_DONE, by=by, at=at, name=step.act, step=step.id, ref=ref)
    return ref


def plain_text(text: str, run: Run, by: Agent) -> str:
    """A note with its placeholders filled in, for people of the house: no markup."""
    words = context(run, run.interaction, by)
    return PLACEHOLDER.sub(lambda m: str(words.get(m[1], "")) if m[1] in PLACEHOLDERS else m[0], text)


def _order_issue(run: Run, step: Step, note: str, *, by: Agent, at: datetime) -> str:
    order = order_of(run, run.interaction)
    if order is None:
        raise CannotAct(sentence=_("This customer has no open order. Choose the order first."))
    OrderIssue.objects.get_or_create(
        order=order,
        kind=str(step.params["kind"])[:40],
        source=uuid.uuid5(run.public_id, step.id),
        defaults={"note": note[:500], "created_at": at, "created_by_name": str(by)},
    )
    return order.number


def _callback(run: Run, note: str, *, by: Agent, at: datetime) -> str:
    interaction = run.interaction
    customer = interaction.customer
    phone = customer.phones.first() if customer else None
    address = customer.addresses.first() if customer else None
    if customer is None or (phone is None and address is None):
        raise CannotAct(sentence=_("There is no number to call back. Write one down first."))
    if interaction.queue is None:
        raise CannotAct(sentence=_("This contact has no line that could call back."))
    promised = callbacks.promise(
        interaction.client,
        customer=customer,
        number=phone.number if phone else "",
        address="" if phone or address is None else address.address,
        queue=interaction.queue,
        origin=CallbackOrigin.AGENT,
        by=by,
        interaction=interaction,
        case=interaction.case,
        words=note,
        language=interaction.language,
        zone=customer.zone or interaction.client.zone,
        name=customer.name,
        reason=interaction.reason,
        at=at,
    )
    return promised.reference


def _notice(run: Run, step: Step) -> str:
    kind = NoticeKind(str(step.params.get("kind", NoticeKind.TRANSCRIPT)))
    if kind not in FOR_CUSTOMERS:
        raise CannotAct(sentence=_("This mail is not for customers."))
    notice = notices.write(kind, case=run.interaction.case, interaction=run.interaction)
    return notice.to_address if notice else ""


def _pending(run: Run, step: Step, *, by: Agent, at: datetime) -> str:
    interaction = run.interaction
    case = interaction.case
    if case is None:
        case = cases.open_case(interaction.client, interaction.customer, queue=interaction.queue, owner=by, at=at)
        Interaction.objects.filter(pk=interaction.pk).update(case=case)
        interaction.case = case
    days = step.params.get("days")
    until = at + timedelta(days=float(days)) if days else None
    if case.state == "open":
        cases.set_pending(case, by=by, until=until, for_customer=until is None, at=at)
    return case.reference


def _transfer(run: Run, step: Step, note: str, *, by: Agent, at: datetime) -> str:
    name = str(step.params["queue"])
    queue = Queue.objects.filter(client_id=run.client_id, name=name).first()
    leg = handling.live_leg(run.interaction)
    if queue is None or leg is None:
        raise CannotAct(sentence=_("The line “%(name)s” is not there.") % {"name": name})
    transfers.to_queue(leg, queue, by=by, note=note, at=at)
    return queue.name
