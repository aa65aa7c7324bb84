"""The customer's side of the desk: identity, orders, bills, cases, last contacts; of this client only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.composed import composed
from clients.models import Bill, BillState, Customer, Order, OrderIssue, OrderLine, OrderState
from clients.naming import public_names
from clients.spoken import day, money
from clients.times import window_words
from interactions import customer_records, promise_words, verification, verifying
from interactions.desk.items import ICONS, OPEN_CALLBACKS
from interactions.models import (
    Appointment,
    Callback,
    Case,
    CaseState,
    Direction,
    Interaction,
    Leg,
    LegRole,
    LegState,
    Run,
    State,
)
from interactions.script_words import OPEN_ORDERS, may_show_account

ORDERS_SHOWN = 2
OF_THE_PAST = (
    "channel", "origin", "outcome", "state", "arrived_at", "envelope__subject", "envelope__opening", "reason__name",
    "case__public_id",
)  # fmt: skip
OF_WHO_WORKED = ("interaction", "agent__user__full_name", "disposition__name")


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of an order's timeline."""

    words: str
    on: date | None
    state: str


@dataclass(frozen=True, slots=True)
class OrderCard:
    """An order with its lines, money and timeline."""

    order: Order
    lines: list[tuple[str, str]]
    total: str
    marks: list[Mark]
    late_days: int
    issues: list[OrderIssue]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: icon, words, an aside, what stands at the right."""

    icon: str
    words: str
    aside: str
    url: str = ""
    right: str = ""
    at: datetime | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Also:
    """A colleague who works with the same customer now; `case` if this contact could go on with hers."""

    words: str
    interaction: Interaction
    case: Case | None


@dataclass(frozen=True, slots=True)
class CustomerPane:
    """The whole side."""

    customer: Customer | None
    covered: bool
    hidden: frozenset[str]
    unconfirmed: frozenset[str]
    verified: str
    zone_time: datetime | None
    zone_city: str
    orders: list[OrderCard]
    more_orders: int
    open_rows: list[Row]
    contacts: list[Row]
    contacts_total: int
    also: list[Also]
    proposals: list[tuple[str, Customer | None]]
    may_be_put: bool


@dataclass(frozen=True, slots=True)
class Account:
    """The orders and bills of a customer."""

    orders: list[OrderCard]
    bills: list[Row]


def account_of(customer: Customer, agent: Agent) -> Account | None:
    """While the agent has a contact with him in which he is verified, and none in which he has yet to be; else None."""
    beside = verifying.runs_beside([customer], agent)
    if not beside or not all(may_show_account(run) for run in beside):
        return None
    orders, today = _orders(customer), customer.client.day_at(clock.now())
    return Account([_order_card(order, today) for order in orders], list(_bills(customer, today)))


def pane_of(interaction: Interaction, run: Run | None) -> CustomerPane:
    """Everything beside one contact; account data only after verification where the script asks for one."""
    customer = interaction.customer
    covered = not may_show_account(run)
    orders = [] if covered or customer is None else _orders(customer)
    zone = (customer.zone if customer else "") or ""
    today = interaction.client.day_at(clock.now())
    return CustomerPane(
        customer=customer,
        covered=covered,
        hidden=verifying.hidden_facts(run),
        unconfirmed=verification.unconfirmed(customer) if customer else frozenset(),
        verified=verified_words(run, interaction),
        zone_time=clock.now().astimezone(ZoneInfo(zone)) if zone else None,
        zone_city=(customer.city if customer and customer.city else zone.rpartition("/")[2].replace("_", " ")),
        orders=[_order_card(order, today) for order in orders[:ORDERS_SHOWN]],
        more_orders=max(0, len(orders) - ORDERS_SHOWN),
        open_rows=[] if customer is None else list(_open_rows(interaction, customer, covered=covered)),
        contacts=[] if customer is None else _contacts(customer, interaction),
        contacts_total=customer.interactions.count() if customer else 0,
        also=_also(interaction),
        proposals=_proposals(interaction, run),
        may_be_put=interaction.direction == Direction.INBOUND and interaction.state in (State.ACTIVE, State.HELD),
    )


def _proposals(interaction: Interaction, run: Run | None) -> list[tuple[str, Customer | None]]:
    """What the contact came from and the record does not have; to be added only what may be changed now."""
    kept_back = verifying.kept_back([run] if run else [])
    return [
        (value, owner)
        for value, owner in customer_records.proposals(interaction)
        if owner or ("email" if "@" in value else "phone") not in kept_back
    ]


def verified_words(run: Run | None, interaction: Interaction) -> str:
    """Whether the customer is verified, and by what he was found."""
    envelope = getattr(interaction, "envelope", None)
    found = ""
    if envelope is not None and envelope.from_phone:
        found = _("found by phone number")
    elif envelope is not None and envelope.from_address:
        found = _("found by address")
    if run is not None and run.verified:
        return ", ".join(part for part in (_("Verified"), found) if part)
    return ", ".join(part for part in (_("Not verified yet"), found) if part)


def _orders(customer: Customer) -> list[Order]:
    orders = Order.objects.filter(customer=customer).prefetch_related(
        "lines", Prefetch("issues", OrderIssue.objects.filter(withdrawn_at=None).order_by("-created_at"))
    )[:20]
    return sorted(orders, key=lambda order: order.state not in OPEN_ORDERS)


def _order_card(order: Order, today: date) -> OrderCard:
    open_still = order.state in OPEN_ORDERS
    late = (today - order.due_on).days if open_still and order.due_on and order.due_on < today else 0
    steps = [
        (_("Ordered"), order.placed_on, OrderState.PLACED),
        (_("Shipped"), order.shipped_on, OrderState.SHIPPED),
        (_("At depot"), order.at_depot_on, OrderState.AT_DEPOT),
    ]
    order_of_states = [OrderState.PLACED, OrderState.SHIPPED, OrderState.AT_DEPOT, OrderState.DELIVERED]
    reached = order_of_states.index(OrderState(order.state)) if order.state in order_of_states else -1
    marks = [
        Mark(words, on, "done" if n < reached else "here" if n == reached else "next")
        for n, (words, on, _state) in enumerate(steps)
    ]
    if order.state == OrderState.DELIVERED:
        marks.append(Mark(_("Delivered"), order.delivered_on, "here"))
    elif order.state == OrderState.CANCELLED:
        marks.append(Mark(_("Cancelled"), None, "miss"))
    else:
        marks.append(Mark(_("Due"), order.due_on, "miss" if late else "next"))
    return OrderCard(
        order=order,
        lines=[(_counted(line), money(line.amount, order.currency)) for line in order.lines.all()],
        total=money(order.total, order.currency),
        marks=marks,
        late_days=late,
        issues=list(order.issues.all())[:3],
    )


def _counted(line: OrderLine) -> str:
    return f"{line.quantity} × {line.name}" if line.quantity > 1 else line.name


@composed
def _open_cases(customer: Any, but: Any) -> QuerySet[Case]:
    cases = Case.objects.filter(customer=customer, state__in=[CaseState.OPEN, CaseState.PENDING]).exclude(pk=but)
    return cases.select_related("reason").order_by("-opened_at")[:5]


@composed
def _promised(customer: Any, but: Any) -> QuerySet[Callback]:
    promised = Callback.objects.filter(customer=customer, state__in=OPEN_CALLBACKS)
    return promised.exclude(interaction=but).order_by("due_from")[:3]


@composed
def _ahead(customer: Any, at: Any) -> QuerySet[Appointment]:
    return Appointment.objects.filter(customer=customer, state="booked", ends_at__gt=at).order_by("starts_at")[:3]


def _bills(customer: Customer, today: date) -> Iterator[Row]:
    for bill in Bill.objects.filter(customer=customer, state=BillState.OPEN).order_by("due_on")[:5]:
        yield Row(
            "bill", _("Bill %(number)s") % {"number": bill.number},
            _("due %(day)s") % {"day": day(bill.due_on)},
            right=money(bill.amount, bill.currency), tone="bad" if bill.due_on < today else "",
        )  # fmt: skip


def _open_rows(interaction: Interaction, customer: Customer, *, covered: bool) -> Iterator[Row]:
    if not covered:
        yield from _bills(customer, interaction.client.day_at(clock.now()))
    for case in _open_cases(customer.pk, interaction.case_id or 0):
        waits = {"customer": _("we wait for the customer"), "date": _("we wait for a date")}.get(
            case.pending_for if case.state == CaseState.PENDING else "", _("open")
        )
        url = reverse("console-case", args=[case.public_id])
        aside = _("case %(reference)s, %(waits)s") % {"reference": case.reference, "waits": waits}
        about = case.subject or (case.reason.name if case.reason else _("A matter without a subject"))
        yield Row("case", about, aside, url, at=case.opened_at)
    for appointment in _ahead(customer.pk, clock.now()):
        when = window_words(appointment.starts_at, appointment.ends_at, appointment.zone, get_language() or "en")
        url = reverse("console-customer", args=[customer.public_id])
        yield Row("calendar", appointment.get_kind_display(), when, url, at=appointment.starts_at)
    for callback in _promised(customer.pk, interaction.pk):
        url = reverse("console-callback", args=[callback.public_id])
        mail = promise_words.by_mail(callback)
        words = _("Reply by mail promised") if mail else _("Callback promised")
        at = callback.due_until if mail else callback.due_from
        yield Row(promise_words.kind_icon(callback), words, callback.words or callback.reference, url, at=at)


@composed
def _past(customer: Any, but: Any) -> QuerySet[Interaction]:
    past = Interaction.objects.filter(customer=customer).exclude(pk=but).select_related("envelope", "reason", "case")
    return past.only(*OF_THE_PAST).order_by("-arrived_at")[:5]


@composed
def _worked(contacts: Any) -> QuerySet[Leg]:
    legs = Leg.objects.filter(interaction__among=contacts, accepted_at__isnull=False)
    return legs.select_related("agent__user", "disposition").only(*OF_WHO_WORKED).order_by("offered_at", "pk")


def _contacts(customer: Customer, interaction: Interaction) -> list[Row]:
    past = _past(customer.pk, interaction.pk)
    last = {leg.interaction_id: leg for leg in _worked([one.pk for one in past])}
    names = public_names([leg.agent.user for leg in last.values()], interaction.client) if last else {}
    rows = []
    for one in past:
        leg = last.get(one.pk)
        if leg:
            how = leg.disposition.name if leg.disposition else one.get_outcome_display() or _("open")
            aside = f"{names[leg.agent.user_id]}: {how}"
        else:
            aside = one.get_outcome_display() or one.get_state_display()
        url = reverse("console-case", args=[one.case.public_id]) if one.case else ""
        rows.append(Row(contact_icon(one), contact_words(one), aside, url, at=one.arrived_at))
    return rows


def contact_words(one: Interaction) -> str:
    """What a contact was about: its subject, its reason, else how it began."""
    envelope = getattr(one, "envelope", None)
    if one.origin == "callback" and envelope and envelope.subject:  # the promise's reference
        return f"{_('Callback') if one.channel == 'voice' else _('Reply by mail')} {envelope.subject}"
    return (
        (envelope.subject if envelope else "")
        or (one.reason.name if one.reason else "")
        or (Truncator(envelope.opening).chars(60) if envelope else "")
        or one.get_channel_display()
    )


def contact_icon(one: Interaction) -> str:
    """By its channel; a call that kept a promise has its own."""
    return "callback" if one.origin == "callback" and one.channel == "voice" else ICONS[one.channel]  # type: ignore[index]


@composed
def _beside(customer: Any, but: Any) -> QuerySet[Leg]:
    legs = Leg.objects.filter(interaction__customer=customer, state=LegState.HANDLING).exclude(interaction=but)
    return legs.exclude(role=LegRole.MONITOR).select_related("agent", "interaction__case")[:3]


def _also(interaction: Interaction) -> list[Also]:
    """Who else works with this customer at this moment, and whether it may be the same matter."""
    if interaction.customer_id is None:
        return []
    where = {"chat": _("in chat with %(name)s"), "voice": _("on the phone with %(name)s")}
    return [
        Also(
            where.get(leg.channel, _("written to by %(name)s")) % {"name": leg.agent.name},
            leg.interaction,
            leg.interaction.case if _one_matter(interaction, leg.interaction) else None,
        )
        for leg in _beside(interaction.customer_id, interaction.pk)
    ]


def _one_matter(one: Interaction, other: Interaction) -> bool:
    """Two cases now, and no reasons that differ: an agent may say that they are one."""
    if other.case is None or one.case_id == other.case_id or other.case.state == CaseState.CLOSED:
        return False
    return not (one.reason_id and other.reason_id and one.reason_id != other.reason_id)
