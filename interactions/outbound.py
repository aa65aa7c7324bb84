"""Contacts that an agent begins: a promised callback now, somebody on a list, a call, a mail; and what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.asking import asked_now, operation
from bpo.kernel.errors import DomainError
from clients import customers, opening
from clients.models import Channel, Client, ClientState, Customer, Queue, QueueState
from interactions import (
    callback_rows,
    callback_work,
    case_duty,
    handling,
    journal,
    list_promises,
    media,
    prospect_calls,
    prospects,
    queueing,
    states,
)
from interactions.adapters import VOICES
from interactions.callback_work import Result
from interactions.models import (
    Callback,
    CallbackState,
    Case,
    Direction,
    EndedBy,
    Envelope,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Origin,
    Prospect,
    ProspectState,
    State,
    Visit,
)

# What we call out with.
TELEPHONE = VOICES[""]


class CannotStart(DomainError):
    """The contact cannot be begun; the sentence says why."""

    code = "cannot_start"
    sentence = _("This contact cannot be started now.")


@operation
def start_callback(callback: Callback, *, by: Agent, at: datetime | None = None) -> Leg:
    """Make a promised callback now oneself: she needs what routing would ask of her."""
    at = at or clock.now()
    callback = callback_rows.locked(callback, by)
    callback_rows.require_open(callback)
    if callback.replaced_by.exists():
        raise CannotStart(sentence=_("This callback was promised anew for another time."))
    _require_live(callback.client)
    if why := list_promises.refusal(callback, at):
        raise prospects.NotCallable(sentence=why)
    if callback.state == CallbackState.WORKING:
        attempt = callback.interaction
        if attempt is None or attempt.state != State.QUEUED:
            raise CannotStart(sentence=_("A colleague is on this callback already."))
        return _take(attempt, by=by, at=at)
    if at < callback.due_from:
        raise CannotStart(sentence=_("This call is promised for later: the page says from when."))
    if not opening.is_open(callback.queue, at):
        raise CannotStart(sentence=_("The client is closed at this time."))
    if callback.state == CallbackState.PROMISED:
        states.move(callback, CallbackState.DUE, at=at)
        journal.record(callback, Kind.CALLBACK_DUE, at=at, reference=callback.reference, attempt=callback.attempts + 1)
    return _take(callback_work.start(callback, at=at), by=by, at=at)


@operation
def start_call(
    customer: Customer,
    queue: Queue,
    *,
    by: Agent,
    number: str = "",
    case: Case | None = None,
    at: datetime | None = None,
) -> Leg:
    """Call a customer who did not ask for it; his first number unless one is given."""
    number = number or (customer.phones.values_list("number", flat=True).first() or "")
    if not TELEPHONE.dial_link(number):
        raise CannotStart(sentence=_("There is no phone number at which to reach this customer."))
    return _start(customer, queue, Channel.VOICE, by=by, number=number, case=case, at=at)


@operation
def start_prospect(prospect: Prospect, *, by: Agent, at: datetime | None = None) -> Leg:
    """Call whom she took from a list, if list, number and clock still allow it; pressed twice it is one call."""
    at = at or clock.now()
    prospect = prospects.locked(prospect, by)
    client, call_list = prospect.client, prospect.call_list
    if prospect.state == ProspectState.CALLING:
        mine = Leg.objects.filter(interaction=prospect.interaction_id, agent=by, state=LegState.HANDLING).first()
        if mine is not None:
            return mine
    prospects.require_held(prospect, by)
    prospects.require_callable(prospect, at)
    person = customers.by_number(
        client, prospect.number, address=prospect.address, name=prospect.name, language=prospect.language
    )
    if not person.zone:
        person.zone = prospect.zone
        person.save(update_fields=["zone"])
    leg = _start(
        person, call_list.queue, Channel.VOICE, by=by, number=prospect.number, case=None, at=at,
        origin=Origin.CAMPAIGN, language=prospect.language,
    )  # fmt: skip
    prospect_calls.begun(prospect, leg.interaction, at=at)
    return leg


@operation
def start_mail(
    customer: Customer,
    queue: Queue,
    *,
    by: Agent,
    address: str = "",
    subject: str = "",
    case: Case | None = None,
    at: datetime | None = None,
) -> Leg:
    """Begin a mail to a customer, at this address of hers or else her first; it is written and sent like a reply."""
    reachable = customer.addresses.filter(undeliverable=False)
    if address:
        reachable = reachable.filter(address=address)
    found = reachable.values_list("address", flat=True).first()
    if not found:
        raise CannotStart(
            sentence=_("Mail to %s does not reach this customer.") % address
            if address
            else _("There is no mail address at which to reach this customer.")
        )
    return _start(customer, queue, Channel.EMAIL, by=by, address=found, subject=subject, case=case, at=at)


def _start(
    customer: Customer,
    queue: Queue,
    channel: Channel,
    *,
    by: Agent,
    number: str = "",
    address: str = "",
    subject: str = "",
    case: Case | None,
    at: datetime | None,
    origin: Origin = Origin.AGENT,
    language: str = "",
) -> Leg:
    at = at or clock.now()
    language = language or customer.language or customer.client.default_language
    if queue.client_id != customer.client_id or (case is not None and case.client_id != customer.client_id):
        raise CannotStart("customer, line and case of two clients")
    _require_live(customer.client)
    if queue.state in (QueueState.CLOSED, QueueState.ARCHIVED) or channel not in queue.channels:
        raise CannotStart(sentence=_("This line takes no such contacts."))
    states.take_seats(by)
    contact = Interaction(
        client=customer.client,
        customer=customer,
        case=case,
        queue=queue,
        channel=channel,
        direction=Direction.OUTBOUND,
        origin=origin,
        arrived_at=at,
        language=language,
        reason=case.reason if case else None,
    )
    # Whom we know we may speak to in another language; whom we call from a list we must.
    wants = queueing.wants_in(language, queue.client) if origin == Origin.CAMPAIGN else ()
    queueing.enter_queue(contact, queue, wants=wants, at=at, by=by, arrived={"origin": origin})
    asked_now()
    Envelope.objects.create(
        interaction=contact,
        from_name=customer.name,
        from_phone=number,
        from_address=address,
        subject=words.line(subject, most=300),
    )
    return _take(contact, by=by, at=at)


def _require_live(client: Client) -> None:
    if client.state != ClientState.LIVE:
        raise CannotStart(sentence=_("We do not work for this client at the moment."))


def _take(contact: Interaction, *, by: Agent, at: datetime) -> Leg:
    """The waiting contact becomes hers at once, by the rules of routing. The caller holds the seat."""
    handling.require_eligible(by, contact, herself=True)
    case_duty.taken(contact, by=by)
    queueing.leave_queue(contact, "answered", at)
    states.move(contact, State.ACTIVE, at=at, due_at=None, prefer_agent=None, prefer_until=None)
    leg = handling.start_leg(contact, by, at=at, made_by=str(by))
    journal.record(leg, Kind.PICKED, by=by, at=at, leg=str(leg.public_id))
    journal.record(leg, Kind.ACCEPTED, by=by, at=at, leg=str(leg.public_id), waited=0)
    return leg


def dial_link(leg: Leg) -> str:
    """What the agent follows to call; empty when this contact has no number."""
    envelope = Envelope.objects.filter(interaction=leg.interaction_id).first()
    return TELEPHONE.dial_link(envelope.from_phone) if envelope else ""


@operation
def dialled(leg: Leg, *, by: Agent, how: str = "tel", at: datetime | None = None) -> None:
    """The agent dials; the moment of the try."""
    at = at or clock.now()
    leg = handling.held_leg(leg, by=by)
    if leg.interaction.origin in (Origin.CAMPAIGN, Origin.CALLBACK):
        prospect_calls.require_dialling(leg.interaction_id, at)
    journal.record(leg, Kind.DIALLED, by=by, at=at, leg=str(leg.public_id), how=how[:20])


@operation
def report(leg: Leg, result: Result | str, *, by: Agent, at: datetime | None = None) -> Leg:
    """What came of a call: reached, and the talk goes on; else the contact goes to wrap-up.

    For a callback it also decides about the promise.
    """
    at = at or clock.now()
    result = Result(result)
    if _decides_about_a_promise(leg):
        callback_work.report(leg, result, by=by, at=at)
    else:
        leg = handling.held_leg(leg, by=by)
        if leg.channel != Channel.VOICE or leg.interaction.direction != Direction.OUTBOUND:
            raise callback_work.NothingToReport
        if result != Result.REACHED:
            if media.is_told(leg.interaction) and media.unsettled(leg) is None:  # they hear each other
                raise callback_work.NothingToReport
            journal.record(leg, Kind.MEDIA_FAILED, by=by, at=at, leg=str(leg.public_id), why=str(result))
            prospect_calls.tried(leg, result, by=by, at=at)
            handling.end_work(leg, by=by, ended_by=EndedBy.AGENT, at=at)
        elif not leg.journal.filter(kind=Kind.MEDIA_CONNECTED).exists():
            case_duty.answered(leg.interaction)
            journal.record(leg, Kind.MEDIA_CONNECTED, by=by, at=at, leg=str(leg.public_id), how="reported")
    leg.refresh_from_db()
    return leg


def _decides_about_a_promise(leg: Leg) -> bool:
    """The promise of this contact is being worked, or this leg decided about it; not when a colleague's leg did."""
    promise = Callback.objects.filter(interaction=leg.interaction_id).first()
    if promise is None or promise.state == CallbackState.WORKING:
        return promise is not None
    return promise.journal.filter(kind=Kind.CALLBACK_TRIED, facts__leg=str(leg.public_id)).exists()


def awaits_report(leg: Leg) -> bool:
    """Whether the agent still has to say what came of this call before she ends it."""
    return not VOICES[leg.interaction.carrier].says_heard and is_calling(leg)


def _reached() -> QuerySet[JournalEntry]:
    """That a contact's customer was reached, unless the contact has waited in a line since."""
    since = Visit.objects.filter(interaction=OuterRef("interaction"), entered_at__gt=OuterRef("at"))
    return JournalEntry.objects.filter(~Exists(since), kind=Kind.MEDIA_CONNECTED)


def connected() -> Exists:
    """For a query of legs whose `is_calling` is asked: annotate it as `connected`."""
    return Exists(_reached().filter(interaction=OuterRef("interaction")))


def is_calling(leg: Leg) -> bool:
    """A call of ours that has reached nobody yet: the agent holds the contact, but does not talk."""
    return leg.state == LegState.HANDLING and reached_nobody(leg)


def reached_nobody(leg: Leg) -> bool:
    """A call of ours, in hand or over, in which nobody answered.

    Whom a colleague reached is reached for whoever she hands the call to or asks; a call that was lost is made again.
    """
    if leg.channel != Channel.VOICE or leg.interaction.direction != Direction.OUTBOUND:
        return False
    known: bool | None = getattr(leg, "connected", None)
    if known is None:
        known = _reached().filter(interaction=leg.interaction_id).exists()
    return not known
