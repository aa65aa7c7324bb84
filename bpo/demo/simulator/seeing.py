"""What the played people have before their eyes: the switch, who is at work, an agent's items, who might write next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import close_old_connections
from django.db.models import Q

from agents.models import Agent, Presence
from bpo.demo import models
from bpo.demo.content import CLIENTS
from bpo.demo.content.people import AGENTS, VISITOR
from bpo.demo.content.shapes import ClientContent
from bpo.demo.simulator.telephones import Number
from bpo.kernel import clock
from clients import opening, webhooks
from clients.models import Client, Customer, EntryKind, EntryPoint, Exchange, Product
from clients.naming import public_name
from clients.script_graph import Step, parse
from interactions import acts, media
from interactions.models import Interaction, Leg, LegRole, LegState, MessageDirection, Run

BY_SLUG = {content.slug: content for content in CLIENTS}
AT_DESK = (LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING)


@dataclass(frozen=True, slots=True)
class Desk:
    """A colleague as the conductor sees her."""

    key: str
    email: str
    slugs: tuple[str, ...]
    presence: str
    since: datetime
    live: int


@dataclass(frozen=True, slots=True)
class Floor:
    """Everything the conductor decides on."""

    on: bool
    colleagues: tuple[Desk, ...]
    visitors: tuple[Desk, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Item:
    """One contact on a colleague's desk."""

    leg: str
    state: str
    channel: str
    slug: str
    brand: str
    public_name: str
    language: str
    interaction: str
    callback: bool
    web_call: bool
    subject: str
    opening: str
    reason: str
    said_in: int
    said_out: int
    last_in: datetime | None
    resolved: bool
    accepted_at: datetime | None
    step: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    record: dict[str, str] = field(default_factory=dict)
    order: str = ""
    products: tuple[str, ...] = ()
    simulated: bool = True
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who may write next, with the doors of his company."""

    slug: str
    name: str
    language: str
    address: str
    phone: str
    widget: str
    form: str
    mailbox: str
    chat_open: bool
    call_open: bool
    number: Number | None = None
    """What to dial, where a telephone is answered now."""


def floor() -> Floor:
    """The floor at this moment; also tells the first page that we are alive."""
    close_old_connections()
    now = clock.now()
    models.note(simulator_seen_at=now)
    visited = models.visited(now)
    licensed = {each.key: each.licensed for each in AGENTS}
    desks: list[tuple[bool, Desk]] = []
    agents = Agent.objects.filter(user__email__in=[each.email for each in AGENTS], deactivated_at=None)
    for agent in agents.select_related("user", "seat"):
        key = agent.user.email.split("@")[0]
        live = agent.legs.filter(state__in=AT_DESK).exclude(role=LegRole.MONITOR).count()
        desk = Desk(key, agent.user.email, licensed[key], agent.seat.presence, agent.seat.since, live)
        desks.append((agent.user_id in visited or key == VISITOR, desk))
    return Floor(
        on=models.switch().simulator_on,
        colleagues=tuple(desk for visitor, desk in desks if not visitor),
        visitors=tuple(desk for visitor, desk in desks if visitor and desk.presence != Presence.SIGNED_OUT),
        waiting=Interaction.objects.filter(client__slug__in=BY_SLUG, state__in=["queued", "offered"]).count(),
    )


def items(email: str) -> list[Item]:
    """What lies on her desk."""
    close_old_connections()
    legs = (
        Leg.objects.filter(agent__user__email=email, state__in=AT_DESK, role=LegRole.PRIMARY)
        .select_related("agent__user", "client__brand", "interaction__envelope", "interaction__customer")
        .select_related("interaction__reason", "interaction__case", "interaction__run__version")
        .select_related("interaction__run__sub_version")
    )
    return [_item(leg) for leg in legs if leg.client.slug in BY_SLUG]


def _item(leg: Leg) -> Item:
    interaction = leg.interaction
    envelope = getattr(interaction, "envelope", None)
    run = getattr(interaction, "run", None)
    said = list(interaction.messages.order_by("at", "pk").values_list("direction", "at"))
    incoming = [at for direction, at in said if direction == MessageDirection.IN]
    step: dict[str, Any] = {}
    if run is not None and run.state == "running":
        graph = (run.sub_version or run.version).graph
        step = next((each for each in graph["steps"] if each["id"] == run.at_step), {})
        if step.get("kind") == "act":
            step = {**step, "fields": _filled_in(run, parse(graph)[run.at_step])}
    customer = interaction.customer
    order = customer.orders.exclude(state__in=["delivered", "cancelled"]).first() if customer else None
    return Item(
        leg=str(leg.public_id),
        state=leg.state,
        channel=leg.channel,
        slug=leg.client.slug,
        brand=leg.client.brand.public_name,
        public_name=public_name(leg.agent.user, leg.client),
        language=interaction.language,
        interaction=str(interaction.public_id),
        callback=interaction.origin == "callback",
        web_call=leg.channel == "voice" and media.is_awaited(interaction),
        subject=envelope.subject if envelope else "",
        opening=envelope.opening if envelope else "",
        reason=interaction.reason.code if interaction.reason else "",
        said_in=len(incoming),
        said_out=sum(direction == MessageDirection.OUT for direction, _ in said),
        last_in=incoming[-1] if incoming else None,
        resolved=bool(interaction.case and interaction.case.state in ("resolved", "closed")),
        accepted_at=leg.accepted_at,
        step=step,
        answers=dict(run.answers) if run is not None else {},
        record=_record(customer),
        order=order.number if order else "",
        products=tuple(Product.objects.filter(client_id=leg.client_id).values_list("code", flat=True)),
        simulated=interaction.simulated,
        carrier=interaction.carrier,
    )


def _filled_in(run: Run, step: Step) -> list[dict[str, Any]]:
    """What an act asks, with what lies near as the answer."""
    proposed = acts.proposals(run, step, at=clock.now())
    return [
        {
            "name": one.name, "type": one.type, "required": one.required, "proposed": proposed.get(one.name, ""),
            "options": [{"value": value} for value, _label in one.options],
        }
        for one in step.fields
    ]  # fmt: skip


def _record(customer: Customer | None) -> dict[str, str]:
    """The facts a verified customer would say."""
    if customer is None:
        return {}
    order, bill = customer.orders.first(), customer.bills.first()
    phone, address = customer.phones.first(), customer.addresses.first()
    facts = {
        "name": customer.name,
        "postal_code": customer.postal_code,
        "birth_date": customer.birth_date.isoformat() if customer.birth_date else "",
        "account_number": customer.account_number,
        "phone": phone.number if phone else "",
        "email": address.address if address else "",
        "order": order.number if order else "",
        "bill": bill.number if bill else "",
    }
    return {name: value for name, value in facts.items() if value}


def next_person(slugs: list[str], language: str = "") -> Person | None:
    """Somebody of one of these companies who is not in contact just now."""
    close_old_connections()
    now = clock.now()
    busy = Q(interactions__state__in=["queued", "offered", "active", "held", "wrap_up", "parked"])
    busy |= Q(interactions__arrived_at__gt=now - timedelta(minutes=10))
    people = Customer.objects.filter(client__slug__in=slugs, confirmed=True, merged_into=None).exclude(
        pk__in=Customer.objects.filter(busy).values("pk")
    )
    if language:
        people = people.filter(language=language)
    customer = people.exclude(name="Dana Whitfield").select_related("client").order_by("?").first()
    return _person(customer, now) if customer else None


def _person(customer: Customer, now: datetime) -> Person:
    client: Client = customer.client
    doors = {
        door.kind: door
        for door in client.entry_points.filter(published=True).select_related("queue__hours", "hours", "client")
    }
    widget, form, mailbox = (doors.get(kind) for kind in (EntryKind.WIDGET, EntryKind.FORM, EntryKind.MAILBOX))
    dialled = doors.get(EntryKind.PHONE)
    phone, address = customer.phones.first(), customer.addresses.first()
    return Person(
        slug=client.slug,
        name=customer.name,
        language=customer.language or client.default_language,
        address=address.address if address else "",
        phone=phone.number if phone else "",
        widget=str(widget.public_id) if widget else "",
        form=str(form.public_id) if form else "",
        mailbox=mailbox.address if mailbox else "",
        chat_open=bool(widget and opening.is_open(widget, now)),
        call_open=bool(form and opening.is_open(form, now)),
        number=Number(str(dialled.public_id), dialled.webhook_secret)
        if dialled and dialled.exchange and opening.is_open(dialled, now)
        else None,
    )


def exchange_opens(url: str) -> None:
    """Our exchange carries the calls of the demo's numbers from now on."""
    for door in EntryPoint.objects.filter(client__slug__in=BY_SLUG, kind=EntryKind.PHONE):
        door.exchange, door.exchange_url = Exchange.HTTP, url
        door.webhook_secret = door.webhook_secret or webhooks.new_secret()
        door.save(update_fields=["exchange", "exchange_url", "webhook_secret"])


def content_of(slug: str) -> ClientContent:
    """The company's content."""
    return BY_SLUG[slug]


def mark_simulated(header: str, simulator_pass: str) -> None:
    """Mails and forms carry no flag of their own: those the simulator sent are marked by what it wrote into them."""
    fresh = Interaction.objects.filter(
        client__slug__in=BY_SLUG, simulated=False, arrived_at__gt=clock.now() - timedelta(minutes=5)
    )
    fresh.filter(origin="form", envelope__from_address__contains="+sim@").update(simulated=True)
    for pk, headers in fresh.filter(origin="mailbox").values_list("pk", "envelope__headers"):
        given = {str(name).lower(): "".join(str(value).split()) for name, value in headers or []}
        if given.get(header.lower()) == simulator_pass:
            Interaction.objects.filter(pk=pk).update(simulated=True)
