"""What an act step of a script does: it calls the operation of that name, once for each run and step, and undoes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from clients.customers import survivor
from clients.script_graph import Step
from interactions import journal, verifying
from interactions.acts import bookings, contact, opening, orders, refunds, tasks
from interactions.acts.doing import CannotAct, CannotUndo, Doing
from interactions.letters import zone_of
from interactions.models import Action, Appointment, Kind, Run
from interactions.script_words import may_show_account, order_of

__all__ = [
    "CannotAct", "CannotUndo", "DoneAct", "cancel_appointment", "done_of", "key_of", "perform", "proposals", "standing",
    "undo",
]  # fmt: skip


def _always(action: Action) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Act:
    """How it is done, returning a reference to what was made; how it is undone, and whether that is still possible."""

    do: Callable[[Doing], str]
    undo: Callable[[Action, datetime], None] | None = None
    still: Callable[[Action], bool] = _always


MOST_WHY = 200
# Which send a mail, if one can be sent.
MAILS = ("send_notice", "resend_confirmation", "book_visit", "book_meeting")
ACTS: Mapping[str, Act] = {
    "create_order_issue": Act(orders.open_issue, orders.withdraw_issue),
    "resend_confirmation": Act(orders.resend_confirmation, contact.take_back_notice, contact.notice_waits),
    "change_address": Act(orders.change_address, orders.change_address_back),
    "request_refund": Act(refunds.request, refunds.withdraw, refunds.waits),
    "open_case": Act(opening.open_case, opening.take_back, opening.still),
    "book_visit": Act(bookings.book_visit, bookings.cancel, bookings.still),
    "book_meeting": Act(bookings.book_meeting, bookings.cancel, bookings.still),
    "create_task": Act(tasks.create, tasks.withdraw, tasks.still),
    "promise_callback": Act(contact.promise_callback, contact.withdraw_callback),
    "send_notice": Act(contact.send_notice, contact.take_back_notice, contact.notice_waits),
    "set_pending": Act(contact.set_pending, contact.wait_no_more),
    "transfer": Act(contact.transfer),
    "do_not_call": Act(contact.never_call, contact.may_call_again, contact.number_stands),
}


def perform(run: Run, step: Step, values: Mapping[str, str], *, by: Agent, at: datetime) -> Action:
    """Do it; done before at this step of the run and not undone since, it is not done again.

    Called with the run locked. AnswersWrong names what was filled in wrongly, CannotAct what is missing.
    """
    done = standing(run, step)
    if done is not None:
        return done
    if step.shows_account() and not may_show_account(run):
        raise CannotAct(sentence=_("Verify the customer first: this changes an account."))
    action = Action.objects.create(
        client_id=run.client_id, name=step.act, label=step.name[:80], agent=by, done_at=at, **_place(run, step)
    )
    action.ref = ACTS[step.act].do(Doing(run, step, action, values, by, at))[:254]
    action.save(update_fields=["ref", "outcome"])
    journal.record(run, Kind.ACTION_DONE, by=by, at=at, name=step.act, step=step.id, ref=action.ref)
    return action


def standing(run: Run, step: Step) -> Action | None:
    """What was done at this step of the run and not undone since."""
    return Action.objects.filter(undone_at=None, **_place(run, step)).first()


def _place(run: Run, step: Step) -> dict[str, Any]:
    return {"run": run, "version_id": run.sub_version_id or run.version_id, "step": step.id}


@transaction.atomic
def undo(action: Action, *, by: Agent, at: datetime | None = None, **facts: str) -> Action:
    """Take it back where the world allows, else CannotUndo says why not. Undone twice it is undone once.

    `facts` go into the journal beside what was undone.
    """
    at = at or clock.now()
    run = Run.objects.select_for_update(of=("self",)).select_related("interaction").get(pk=action.run_id)
    action = Action.objects.select_for_update(of=("self",)).select_related("agent").get(pk=action.pk)
    if action.undone_at is not None:
        return action
    act = ACTS[action.name]
    if act.undo is None:
        raise CannotUndo
    action.agent = by
    act.undo(action, at)
    Action.objects.filter(pk=action.pk).update(undone_at=at)
    action.undone_at = at
    if action.outcome and run.answers.pop(action.step, None) is not None:
        run.save(update_fields=["answers"])
    told = {"name": action.name, "step": action.step, "ref": action.ref, **facts}
    journal.record(run, Kind.ACTION_UNDONE, by=by, at=at, **told)
    return action


def cancel_appointment(appointment: Appointment, *, by: Agent, why: str = "", at: datetime | None = None) -> None:
    """The customer says so in a later contact with this agent; outside of one she says why, else WhyMissing.

    NotVerified where he failed the check of that contact: it may be anybody who says so.
    """
    customer, why = survivor(appointment.customer), words.line(why, most=MOST_WHY)
    verifying.require_none_failed([customer], by, _("The customer was not verified: no appointment is cancelled."))
    contact = verifying.contacts_beside([customer], by).first()
    if contact is None and not why:
        raise refunds.WhyMissing
    facts = {"why": why} if why else {}
    if contact is not None:
        facts["contact"] = str(contact.public_id)
    undo(appointment.action, by=by, at=at, **facts)


@dataclass(frozen=True, slots=True)
class DoneAct:
    """An act of a run as the desk lists it."""

    action: Action
    undoable: bool
    standing: str | Promise = ""


def done_of(run: Run) -> list[DoneAct]:
    """What was done in a run, first things first; what was undone is listed as such."""
    actions: Iterable[Action] = run.actions.select_related(
        "refund", "appointment", "task", "run__interaction"
    ).prefetch_related("notices")
    return [DoneAct(one, one.undone_at is None and _undoable(one), _standing(one)) for one in actions]


def _standing(action: Action) -> str | Promise:
    """How far it has come since, where somebody else decides or does it."""
    if action.name == "do_not_call" and action.undone_at is not None:
        return contact.stays_stopped(action)
    for name in ("refund", "task"):
        if action.undone_at is None and hasattr(action, name):
            return getattr(action, name).get_state_display().lower()
    return _("no mail could be sent") if action.name in MAILS and not action.notices.all() else ""


def _undoable(action: Action) -> bool:
    act = ACTS[action.name]
    return act.undo is not None and act.still(action)


def key_of(step: Step, name: str) -> str:
    """Under which name a run keeps what was filled in for an act: two acts of one kind have each their own."""
    return f"{step.id}.{name}"


def proposals(run: Run, step: Step, *, at: datetime) -> dict[str, str]:
    """What an act's fields begin with, by name."""
    order = order_of(run, run.interaction) if may_show_account(run) else None
    match step.act:
        case "change_address":
            return {"new_address": order.deliver_to if order else ""}
        case "request_refund":
            return {"refund_amount": f"{refunds.left_of(order):.2f}" if order else ""}
        case "open_case":
            case = None if step.params.get("new") is True else run.interaction.case
            return {"case_subject": case.subject if case else ""}
        case "book_visit":
            day = bookings.day_ahead(zone_of(run.interaction), at)
            place = order.deliver_to if order else ""
            proposed = {"visit_day": day, "visit_from": "09:00", "visit_until": "12:00", "visit_place": place}
            return proposed | {"visit_email": _address(run)}
        case "book_meeting":
            minutes = str(step.params.get("minutes") or "30")
            day = bookings.day_ahead(zone_of(run.interaction), at)
            return {"meeting_day": day, "meeting_minutes": minutes, "meeting_email": _address(run)}
        case "create_task":
            due = tasks.due_in(run.interaction.client, step.params.get("days"), at)
            return {"task_title": str(step.params.get("title", "")), "task_due": due}
    return {}


def _address(run: Run) -> str:
    """Where the customer gets mail, as far as the desk shows it."""
    if "email" in verifying.hidden_facts(run):
        return ""
    customer = run.interaction.customer
    known = customer.addresses.filter(undeliverable=False).first() if customer else None
    return known.address if known else ""
