"""Receive an inbound contact: once, for its customer and case, inside or outside hours. Changes rows, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.asking import asked_now, operation
from bpo.kernel.composed import composed, first
from bpo.kernel.errors import DomainError, InvalidValue
from bpo.kernel.writing import insert, insert_later, update
from clients import customers, doors, hours, opening
from clients.models import (
    Channel,
    Client,
    Customer,
    EntryKind,
    EntryPoint,
    ProductType,
    Queue,
    QueueState,
    Reason,
    TextKind,
)
from interactions import (
    callbacks,
    case_duty,
    cases,
    contact_alerts,
    eligibility,
    journal,
    last_agent,
    messages,
    queueing,
    returning,
    threads,
)
from interactions.adapters.base import Automatic, Inbound
from interactions.files import File
from interactions.models import (
    Arrival,
    Callback,
    CallbackOrigin,
    Case,
    Envelope,
    Interaction,
    Kind,
    Origin,
    Outcome,
    State,
)

MOST_PROVIDER_ID = 300
MOST_TEXT = 20_000
MOST_OPENING = 500
ABOUT = 120  # of the first words, where they are what a case is called by
ORIGINS: dict[str, Origin] = {
    EntryKind.WIDGET: Origin.WIDGET,
    EntryKind.MAILBOX: Origin.MAILBOX,
    EntryKind.FORM: Origin.FORM,
    EntryKind.API: Origin.API,
    EntryKind.PHONE: Origin.PHONE,
    EntryKind.WEB_CALL: Origin.WEB_CALL,
}
# Whose provider says who calls; what somebody types into a page proves nothing, and a page knows its own by its token.
CALLERS = frozenset({Origin.PHONE, Origin.API})
# Sent by machines: filed, never answered, never a callback.
MACHINES = frozenset({Automatic.BOUNCE, Automatic.AUTO_REPLY, Automatic.OURS})
# Of these the line's listed addresses are told: somebody waits, or is owed an answer.
TOLD = frozenset({None, Outcome.AFTER_HOURS, Outcome.CALLBACK_PROMISED, Outcome.VOICEMAIL})


class ClientAway(DomainError):
    """The client's doors take nothing now; what to say is its text of kind `away`."""

    code = "client_away"
    sentence = _("We cannot take messages at the moment. Please try again later.")


class BadContact(InvalidValue):
    """A contact nobody could take in: no id, no way to call back."""

    code = "bad_contact"


class ChannelNotTaken(DomainError):
    """A machine brings something into a line where nobody would look for it."""

    code = "channel_not_taken"

    def __init__(self, queue: Queue, channel: str) -> None:
        words = {"queue": queue, "channel": Channel(channel).label}
        super().__init__(sentence=_t("The line %(queue)s does not take %(channel)s.") % words)


@dataclass(frozen=True, slots=True)
class NewContact:
    """What came in at a door, as its adapter or form understood it; `provider_id` makes it arrive once."""

    provider_id: str
    channel: str = ""
    origin: str = ""
    carrier: str = ""
    """What carries the voices of a call, and tells us of it."""
    from_name: str = ""
    from_address: str = ""
    from_phone: str = ""
    account: str = ""
    subject: str = ""
    opening: str = ""
    text: str = ""
    language: str = ""
    product_type: ProductType | None = None
    reason: Reason | None = None
    key: str = ""
    page: str = ""
    simulated: bool = False
    message_id: str = ""
    """Of its first words, where that is not the contact's."""
    message: Inbound | None = field(default=None, repr=False)
    files: tuple[File, ...] = ()
    wants_callback: bool = False
    voicemail: bool = False
    """Nobody was there, and a spoken message was left; a promise follows from it."""
    due_from: datetime | None = None
    due_until: datetime | None = None
    zone: str = ""
    case: Case | None = None
    """The matter it continues, when the door knows."""
    customer: Customer | None = None
    returns: Interaction | None = None
    """Whose line, priority, wanted skills and place it takes again: the same customer's, who was back in time."""
    priority: int | None = None
    """Another than the door's rules give."""
    wants: tuple[tuple[int, int], ...] = ()
    """Skills (id, level) beyond those of line and door."""
    preferred: Agent | None = None
    """Who goes first, for `preferred_seconds`."""
    preferred_seconds: int | None = None

    @property
    def automatic(self) -> Automatic:
        """What kind of machine sent it, if one did."""
        return self.message.automatic if self.message else Automatic.NOT


@dataclass(frozen=True, slots=True)
class Received:
    """What became of it. `text_kind` names the client's text to show; `repeated` says that it was here before."""

    interaction: Interaction
    callback: Callback | None = None
    text_kind: TextKind | None = None
    repeated: bool = False


def receive(entry_point: EntryPoint, contact: NewContact, *, at: datetime | None = None) -> Received:
    """Take a contact in, in one transaction. The same provider id at the same door again gives the first result.

    DoorClosed for a door that is not published; ClientAway when the client is not live, and nothing is taken then.
    """
    at = at or clock.now()
    given = contact.provider_id
    if not given or len(given) > MOST_PROVIDER_ID or words.UNHOLDABLE.search(given):
        raise BadContact("provider id", sentence=_("The contact has no usable id."))
    contact = _read(contact)
    known = _received_before(entry_point, contact.provider_id)
    if known:
        return known
    client = _client_of(entry_point.client_id)[0]
    if not client.is_live:
        journal.record(
            client, Kind.REFUSED_AT_DOOR, at=at, why=f"client {client.state}", entry=str(entry_point.public_id)
        )
        raise ClientAway(f"{client} is {client.state}")
    if not (entry_point.published or contact.voicemail):  # a message was begun while it was
        raise doors.DoorClosed(f"{entry_point} is not published")
    try:
        return _receive(client, entry_point, contact, at=at)
    except IntegrityError:
        # Somebody brought the same contact at the same moment and was first.
        known = _received_before(entry_point, contact.provider_id) or _same_mail(client, entry_point, contact, at=at)
        if known is None:
            raise
        return known


def _read(contact: NewContact) -> NewContact:
    """The words as they are kept: a door's are refused when they cannot be, a mail's are salvaged."""
    if contact.message:
        line = words.salvaged_line
        text = words.salvaged(contact.text, most=messages.MOST_MAIL_CHARACTERS)
        opening = words.salvaged(contact.opening, most=MOST_OPENING)
    else:
        line = words.line
        text = words.paragraphs(contact.text, most=MOST_TEXT)
        opening = words.paragraphs(contact.opening, most=MOST_OPENING)
    return replace(
        contact,
        from_name=line(contact.from_name, most=200),
        from_address=line(contact.from_address, most=254),
        from_phone=line(contact.from_phone, most=32),
        account=line(contact.account, most=40),
        subject=line(contact.subject, most=300),
        page=line(contact.page, most=500),
        opening=opening,
        text=text,
    )


def following(closed: Interaction) -> str:
    """The id of the contact that follows this one in its window: of two lines, or a line and a return, one makes it."""
    return f"after:{closed.public_id}"


def receive_again(entry_point: EntryPoint, provider_id: str) -> Received | None:
    """What became of the contact that came under this id before, if one did."""
    return _received_before(entry_point, provider_id)


@composed
def _client_of(client: Any) -> QuerySet[Client]:
    return Client.objects.order_by().filter(pk=client).select_related("brand")


@composed
def _arrived_before(entry_point: Any, provider_id: Any) -> QuerySet[Arrival]:
    same = Arrival.objects.order_by().filter(entry_point=entry_point, provider_id=provider_id)
    return same.filter(interaction__isnull=False).select_related("interaction__queue", "interaction__client")


def _received_before(entry_point: EntryPoint, provider_id: str) -> Received | None:
    arrival = first(_arrived_before(entry_point.pk, provider_id))
    if arrival is None or arrival.interaction is None:
        return None
    return Received(
        arrival.interaction, _callback_of(arrival.interaction), text_for(arrival.interaction.outcome), repeated=True
    )


def _same_mail(client: Client, entry_point: EntryPoint, contact: NewContact, *, at: datetime) -> Received | None:
    """The same Message-ID with the same content inside one client is one mail, by whichever mailbox it came again."""
    if contact.message is None:
        return None
    found = threads.mail_before(client, contact.message)
    if found is None:
        return None
    Arrival.objects.get_or_create(
        entry_point=entry_point, provider_id=contact.provider_id, defaults={"interaction": found, "at": at}
    )
    return Received(found, _callback_of(found), text_for(found.outcome), repeated=True)


def _callback_of(interaction: Interaction) -> Callback | None:
    return Callback.objects.filter(promised_from=interaction).order_by("pk").first()


def text_for(outcome: str) -> TextKind | None:
    """The client's text that tells a customer how the door answered."""
    return (
        {
            Outcome.AFTER_HOURS: TextKind.AFTER_HOURS,
            Outcome.REFUSED_FULL: TextKind.QUEUE_FULL,
            Outcome.REFUSED_UNSTAFFED: TextKind.UNSTAFFED,
            Outcome.NO_AGENT: TextKind.UNSTAFFED,
            Outcome.TIMED_OUT: TextKind.QUEUE_FULL,
            Outcome.VOICEMAIL: TextKind.UNSTAFFED,
            Outcome.CALLBACK_PROMISED: TextKind.CALLBACK_PROMISED,
        }.get(Outcome(outcome))
        if outcome
        else None
    )


@operation
def _receive(client: Client, entry_point: EntryPoint, contact: NewContact, *, at: datetime) -> Received:
    same = _same_mail(client, entry_point, contact, at=at)
    if same:
        return same
    # First of all: whoever brings the same contact now waits here for our commit.
    arrival = Arrival(entry_point=entry_point, provider_id=contact.provider_id, at=at)
    insert(arrival)
    thread = threads.find(client, contact.message) if contact.message else None
    if thread and thread.open_interaction and contact.automatic not in MACHINES:
        continued = _continue(thread.open_interaction, contact, at=at)
        if continued:
            _point(arrival, continued.interaction)
            return continued
    received = _new(client, entry_point, contact, previous=contact.case or (thread.case if thread else None), at=at)
    _point(arrival, received.interaction)
    return received


def _point(arrival: Arrival, interaction: Interaction) -> None:
    update(Arrival, {"pk": arrival.pk}, interaction=interaction)


def _words(contact: NewContact) -> messages.Words:
    return messages.Words(
        text=contact.text,
        files=contact.files,
        author=contact.from_name or contact.from_address,
        language=contact.language,
        message_id=(contact.message_id or contact.provider_id) if contact.message is None else "",
        mail=contact.message,
    )


def _continue(interaction: Interaction, contact: NewContact, *, at: datetime) -> Received | None:
    """A message on an open contact belongs to it; None when it was closed a moment ago."""
    try:
        messages.take_in(interaction, _words(contact), at=at)
    except messages.ContactClosed:
        return None
    return Received(interaction)


def _new(
    client: Client, entry_point: EntryPoint, contact: NewContact, *, previous: Case | None, at: datetime
) -> Received:
    language = (contact.language or client.default_language)[:5]
    customer = _customer(client, contact, language)
    choice = (
        _as_before(contact.returns)
        if contact.returns
        else doors.choose(
            entry_point,
            language=language,
            product_type=contact.product_type,
            reason=contact.reason,
            key=contact.key,
            customer=customer,
        )
    )
    queue, channel = choice.queue, contact.channel or entry_point.channel
    contact = replace(contact, opening=contact.opening or _pressed(choice, language, client))
    if entry_point.kind == EntryKind.API and not contact.wants_callback and channel not in queue.channels:
        raise ChannelNotTaken(queue, channel)
    wants = (*choice.wants, *contact.wants)
    priority = choice.priority if contact.priority is None else contact.priority
    interaction = Interaction(
        pool=client.pool,
        client=client,
        entry_point=entry_point,
        customer=customer,
        queue=queue,
        channel=channel,
        origin=contact.origin or ORIGINS[entry_point.kind],
        carrier=contact.carrier,
        arrived_at=at,
        state_since=at,
        language=language,
        reason=contact.reason,
        priority=priority,
        simulated=contact.simulated,
    )
    outcome = _outcome(entry_point, queue, contact, interaction, wants, at=at)
    sure = _surely_promised(interaction, contact) if outcome is None and interaction.channel != Channel.EMAIL else []
    promised = next(iter(sure), None)
    dropped = _dropped(interaction, at=at) if outcome is None and contact.returns is None else None
    previous = previous or (promised.case if promised else None) or (dropped.case if dropped else None)
    if _opens_case(contact, outcome):
        about = contact.subject or contact.opening or words.salvaged_line(contact.text, most=ABOUT)
        interaction.case = cases.for_contact(client, customer, subject=about, queue=queue, previous=previous, at=at)
        case_duty.customer_spoke(interaction, at=at)
        if contact.reason and interaction.case.reason_id is None:
            update(Case, {"pk": interaction.case.pk}, reason=contact.reason)
    elif contact.automatic == Automatic.AUTO_REPLY:
        interaction.case = previous
    facts: dict[str, Any] = {
        "entry": str(entry_point.public_id),
        "origin": str(interaction.origin),
        "provider_id": contact.provider_id,
    }
    if outcome is None:
        queueing.enter_queue(
            interaction,
            queue,
            wants=wants,
            priority=priority,
            at=at,
            enqueued_at=_old_place(contact, promised, dropped),
            returned=any(before.returned for before in (contact.returns, dropped) if before),
            arrived=facts,
            **last_agent.kept_for(
                queue, customer, preferred=contact.preferred, seconds=contact.preferred_seconds, at=at
            ),
        )
        asked_now()
        last_agent.told(interaction, at=at)
        callbacks.withdraw_for_contact(sure, interaction, at=at)
        if dropped is not None:
            returning.came_back(dropped, interaction, at=at)
    else:
        interaction.state, interaction.outcome, interaction.closed_at = State.CLOSED, outcome, at
        interaction.save()
        journal.record(interaction, Kind.ARRIVED, at=at, **facts)
    _envelope(interaction, contact)
    if contact.text.strip() or contact.files or contact.message:
        messages.write_in(interaction, _words(contact), at=at)
    if outcome in TOLD:
        contact_alerts.write(interaction, contact.automatic, at=at)
    if outcome is None:
        return Received(interaction)
    return _closed_at_the_door(interaction, contact, Outcome(outcome), at=at)


def _dropped(interaction: Interaction, *, at: datetime) -> Interaction | None:
    """The contact of a caller who dropped out of this line less than a minute ago, where the line keeps his place."""
    known = interaction.customer_id is not None and interaction.origin in CALLERS
    if (
        not known
        or interaction.channel == Channel.EMAIL
        or not (interaction.queue and interaction.queue.take_old_place)
    ):
        return None
    return returning.dropped(interaction, at=at)


def _pressed(choice: doors.Choice, language: str, client: Client) -> str:
    """What the key he pressed stands for: the first we know of what he wants."""
    menu = choice.rule.menu if choice.rule and choice.rule.key else {}
    return str(menu.get(language) or menu.get(client.default_language) or "")


def _as_before(left: Interaction) -> doors.Choice:
    """Where he was: the key he pressed, an overflow or a colleague had led him there."""
    assert left.queue is not None, "it waited"
    return doors.Choice(left.queue, queueing.came_with(left), tuple(queueing.wants_of(left)))


def _old_place(contact: NewContact, promised: Callback | None, dropped: Interaction | None) -> datetime | None:
    if contact.returns is not None:
        return contact.returns.enqueued_at
    return min((each.enqueued_at for each in (promised, dropped) if each and each.enqueued_at), default=None)


def _customer(client: Client, contact: NewContact, language: str) -> Customer | None:
    """Who it is; machines and contacts that name nobody have no customer."""
    if contact.customer:
        return contact.customer
    if contact.automatic in MACHINES:
        address = customers.tidy_address(contact.from_address)
        return customers.find(client, address=address) if contact.automatic == Automatic.AUTO_REPLY else None
    if not (
        contact.from_name.strip()
        or contact.account.strip()
        or customers.tidy_phone(client, contact.from_phone)
        or customers.tidy_address(contact.from_address)
    ):
        return None
    if contact.message and not customers.tidy_address(contact.from_address):
        return None
    return customers.find_or_create(
        client,
        phone=contact.from_phone,
        address=contact.from_address,
        name=contact.from_name,
        account=contact.account,
        language=language,
    )


def _outcome(
    entry_point: EntryPoint,
    queue: Queue,
    contact: NewContact,
    interaction: Interaction,
    wants: tuple[tuple[int, int], ...],
    *,
    at: datetime,
) -> Outcome | None:
    """How the door answers at once; None when the contact goes into the queue."""
    if contact.automatic == Automatic.BOUNCE:
        return Outcome.UNDELIVERABLE
    if contact.automatic in MACHINES:
        return Outcome.SPAM
    if contact.wants_callback:
        return Outcome.CALLBACK_PROMISED
    if contact.voicemail:
        return Outcome.VOICEMAIL
    if interaction.channel == Channel.EMAIL and not _leads_to_callback(interaction, contact):
        return None  # closed here, nobody would ever see it: it waits until somebody is there
    if not open_now(entry_point, queue, at):
        return Outcome.AFTER_HOURS
    if queue.state in (QueueState.CLOSED, QueueState.ARCHIVED):
        return Outcome.REFUSED_UNSTAFFED
    if interaction.channel == Channel.EMAIL:
        return None  # written work waits; nobody stands in a full line with a mail
    if queue.limit is not None:
        # Two who arrive at once for the last place are counted one after the other.
        Queue.objects.select_for_update(no_key=True).get(pk=queue.pk)
        waiting = Interaction.objects.filter(queue=queue, state__in=[State.QUEUED, State.OFFERED])
        waiting = waiting.exclude(channel=Channel.EMAIL)
        if waiting.count() >= queue.limit:
            return Outcome.REFUSED_FULL
    if queue.refuse_unstaffed:
        lane = eligibility.lane_for(queue, channel=interaction.channel, wants=wants)
        if not eligibility.staffed(lane):
            return Outcome.REFUSED_UNSTAFFED
    return None


def open_now(entry_point: EntryPoint, queue: Queue, at: datetime) -> bool:
    """By the door's own hours, else the queue's; without any it never closes."""
    return hours.is_open(opening.calendar_at(entry_point, queue), at)


def _surely_promised(interaction: Interaction, contact: NewContact) -> list[Callback]:
    """The promises this customer comes in before; the agent sees the others and withdraws them herself."""
    return callbacks.surely_promised(
        interaction,
        number=customers.tidy_phone(interaction.client, contact.from_phone),
        case=cases.surviving(contact.case) if contact.case else None,
        vouched=interaction.origin == Origin.API,
    )


def _opens_case(contact: NewContact, outcome: Outcome | None) -> bool:
    if contact.automatic in MACHINES:
        return False
    if outcome in (Outcome.REFUSED_FULL, Outcome.REFUSED_UNSTAFFED, Outcome.AFTER_HOURS):
        return _reachable(contact)
    return True


def _reachable(contact: NewContact) -> bool:
    return bool(contact.from_phone.strip() or customers.tidy_address(contact.from_address) or contact.customer)


def _envelope(interaction: Interaction, contact: NewContact) -> None:
    opening = contact.opening or contact.text or contact.subject
    if contact.message:
        opening = contact.opening or contact.message.reply_text or contact.message.text or contact.subject
    envelope = Envelope(
        interaction=interaction,
        from_name=contact.from_name,
        from_address=contact.from_address,
        from_phone=contact.from_phone,
        subject=contact.subject,
        opening=words.salvaged_line(opening, most=300),
        page=contact.page,
        automatic=str(contact.automatic),
        headers=[list(pair) for pair in contact.message.headers] if contact.message else [],
    )
    insert_later(envelope)


def _closed_at_the_door(interaction: Interaction, contact: NewContact, outcome: Outcome, *, at: datetime) -> Received:
    """Journal the refusal and promise the callback where one follows from it."""
    if outcome not in (Outcome.CALLBACK_PROMISED, Outcome.VOICEMAIL, Outcome.UNDELIVERABLE, Outcome.SPAM):
        journal.record(interaction, Kind.REFUSED_AT_DOOR, at=at, why=outcome)
    journal.record(interaction, Kind.CLOSED, at=at, outcome=outcome)
    origin = {
        Outcome.CALLBACK_PROMISED: CallbackOrigin.FORM,
        Outcome.AFTER_HOURS: CallbackOrigin.AFTER_HOURS,
        Outcome.VOICEMAIL: CallbackOrigin.AFTER_HOURS,
        Outcome.REFUSED_UNSTAFFED: CallbackOrigin.UNSTAFFED,
    }.get(outcome)
    callback = _promise(interaction, contact, origin, at=at) if origin else None
    return Received(interaction, callback, text_for(outcome))


def _leads_to_callback(interaction: Interaction, contact: NewContact) -> bool:
    """Whether written words can be answered by a promise: from a person we can reach, and to be read."""
    unreadable = contact.message is not None and contact.message.unreadable
    return contact.automatic == Automatic.NOT and not unreadable and any(_reach(interaction, contact))


def _reach(interaction: Interaction, contact: NewContact) -> tuple[str, str]:
    """The number and address the contact names, else those we know of its customer."""
    number = customers.number_to_call(interaction.client, contact.from_phone)
    address = customers.tidy_address(contact.from_address)
    if interaction.customer and not number and not address:
        known = interaction.customer.phones.values_list("number", flat=True).first() or ""
        number = customers.number_to_call(interaction.client, known)
        address = interaction.customer.addresses.values_list("address", flat=True).first() or ""
    return number, address


def _promise(interaction: Interaction, contact: NewContact, origin: CallbackOrigin, *, at: datetime) -> Callback | None:
    """The callback this contact ends in; None without a number or an address, and never for a machine's mail."""
    if contact.automatic != Automatic.NOT:
        return None
    client, customer = interaction.client, interaction.customer
    number, address = _reach(interaction, contact)
    if not number and not address:
        if contact.wants_callback:
            raise BadContact("no number", sentence=_("A callback needs a number we can call."))
        return None
    assert interaction.queue is not None
    return callbacks.promise(
        client,
        customer=customer,
        number=number,
        address=address,
        queue=interaction.queue,
        origin=origin,
        interaction=interaction,
        case=interaction.case,
        due_from=contact.due_from,
        due_until=contact.due_until,
        words=words.salvaged_line(contact.opening or contact.text or contact.subject, most=500),
        language=interaction.language,
        zone=contact.zone,
        name=contact.from_name[:120],
        reason=contact.reason,
        entry_point=interaction.entry_point,
        at=at,
    )
