"""Lists that figures lead to: contacts, stretches of work, callbacks; with their filters, read from the address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bpo.kernel import words
from bpo.kernel.composed import composed
from bpo.kernel.errors import InvalidValue
from bpo.kernel.references import tidy_reference
from clients.models import Channel, Client, Promise, Queue, Reason
from interactions.models import Callback, Interaction, JournalEntry, Leg, LegRole, Visit
from interactions.reports import halved, queries
from interactions.reports.figures import FIGURES, Figure, Thing
from interactions.reports.scope import PERIODS, Period, Scope, period, scope_of
from interactions.reports.telling import Told, tell

PAGE = 50


# What a line of a list shows; a whole contact with all around it has 150 columns.
OF_A_CONTACT = (
    "public_id", "channel", "direction", "origin", "state", "outcome", "priority", "returned", "language",
    "arrived_at", "enqueued_at", "closed_at", "client__public_id", "client__zone", "client__brand__client",
    "client__brand__public_id", "client__brand__public_name", "client__brand__logo", "client__brand__updated_at",
    "queue__name", "customer__name", "reason__name", "reason__kind", "case__reference", "envelope__from_name",
    "envelope__from_address", "envelope__from_phone", "envelope__subject", "envelope__opening",
)  # fmt: skip


FEW = ("client__", "queue__", "reason__")  # what many contacts share: fetched once, not with each of them


class BadFilter(InvalidValue):
    """A filter of the address that nobody could have chosen."""

    code = "bad_filter"
    sentence = _("This filter cannot be read.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list was asked for."""

    figure: Figure
    scope: Scope
    period: Period
    text: str
    queue: Queue | None
    reason: Reason | None
    client: Client | None
    promise: Promise | None = None

    @property
    def filtered(self) -> bool:
        """Whether more than the figure and the time narrows it."""
        return bool(self.text)


def ask(query: QueryDict, clients: Sequence[Client], *, default: str = "came_in") -> Asked:
    """The filters of an address over these clients. Malformed values are 400, unknown ids an empty list."""
    client = client_of(query.get("client", ""), clients)
    chosen = [client] if client else list(clients) if not query.get("client") else []
    figure = queries.figure_of(query.get("figure") or default)
    queue = _queue(query.get("queue", ""), chosen)
    reason_code = query.get("reason", "")
    reason = (
        Reason.objects.filter(client__in=chosen, code=reason_code).first() if reason_code not in ("", "-") else None
    )
    if (query.get("queue") and queue is None) or (reason_code not in ("", "-") and reason is None):
        chosen = []
    promise = _promise(query.get("promise", ""), chosen)
    if query.get("promise") and promise is None:
        chosen = []
    zone = (chosen or list(clients))[0].zone if clients else "UTC"
    key = query.get("when", "today")
    scope = scope_of(
        chosen,
        key,
        channel=query.get("channel", ""),
        queue=queue.pk if queue else None,
        reason=reason.pk if reason else None,
        no_reason=reason_code == "-",
    )
    if promise and promise.channel == scope.channel:
        scope = scope.with_threshold(promise)
    text = words.sought(query.get("q", ""))
    return Asked(figure, scope, period(key, zone, scope.at), text, queue, reason, client, promise)


def _promise(value: str, clients: Sequence[Client]) -> Promise | None:
    """The promise by which a percentage was judged, as `Promise.address` names it."""
    if not value:
        return None
    start, _dot, rest = value.partition(".")
    channel, _dot, formula = rest.partition(".")
    try:
        begins = date.fromisoformat(start)
    except ValueError:
        raise BadFilter(value[:80]) from None
    own = Promise.objects.filter(contract__client__in=clients, contract__valid_from=begins)
    return own.filter(channel=channel, formula=formula).select_related("contract__client").first()


@dataclass(frozen=True, slots=True)
class Share:
    """One count of a percentage: where its rows are listed, its name, how many, and whether they are shown."""

    address: str
    name: str
    n: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Halves:
    """A list behind a percentage: all, both halves, what the shown ones are made of, and what was not counted."""

    chips: list[Share]
    parts: list[Share]
    apart: list[Share]

    @property
    def counted(self) -> int:
        """All that the percentage counts."""
        return self.chips[0].n

    @property
    def left_out(self) -> int:
        """All that it does not."""
        return sum(share.n for share in self.apart)


def halves(asked: Asked, query: QueryDict) -> Halves | None:
    """Of a list that a percentage leads to; words that narrow the list are not counted, so then there is none."""
    found = halved.of(asked.figure.key, asked.scope)
    if found is None or asked.filtered:
        return None

    def share(key: str, name: str, n: int) -> Share:
        linked = query.copy()
        for gone in ("page", "format"):
            linked.pop(gone, None)
        linked["figure"] = key
        return Share(f"?{linked.urlencode()}", name, n, here=key == asked.figure.key)

    chips = [share(*each) for each in found.chips]
    return Halves(chips, [share(*each) for each in found.parts], [share(*each) for each in found.apart])


def _uuid(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise BadFilter(value[:40]) from None


def client_of(value: str, clients: Sequence[Client]) -> Client | None:
    """The one of these that an address names."""
    if not value:
        return None
    wanted = _uuid(value)
    return next((client for client in clients if client.public_id == wanted), None)


def _queue(value: str, clients: Sequence[Client]) -> Queue | None:
    return Queue.objects.filter(client__in=clients, public_id=_uuid(value)).first() if value else None


def rows(asked: Asked, *, names: bool = True) -> QuerySet[Any]:
    """The rows of the figure, newest first, with what a line of the list shows.

    Without `names` the reader may not know who the customers are: words find references alone, for a list that
    answers to a name tells it as well.
    """
    found = queries.rows_of(asked.figure.key, asked.scope)
    match asked.figure.thing:
        case Thing.LEG:
            found = queries.legs_with_times(found).order_by("-ended_at", "-pk")
            return found.filter(searched(asked.text, "interaction__", names=names)) if asked.text else found
        case Thing.CALLBACK:
            found = queries.callbacks_with_people(found).order_by("-due_until", "-pk")
            words = Q(reference__iexact=asked.text)
            if names:
                words |= Q(name__icontains=asked.text) | Q(customer__name__icontains=asked.text)
            return found.filter(words) if asked.text else found
    found = contact_rows(found).order_by("-arrived_at", "-pk")
    return found.filter(searched(asked.text, names=names)) if asked.text else found


def contact_rows(found: QuerySet[Interaction]) -> QuerySet[Interaction]:
    """Contacts as a list shows them: `first_stay` in line, and `worked`, who had it, in order."""
    return _lines(found).prefetch_related(
        Prefetch("visits", _stays(), to_attr="first_stay"), Prefetch("legs", _work(), to_attr="worked")
    )


def _lines(found: QuerySet[Interaction]) -> QuerySet[Interaction]:
    related = found.select_related("client__brand", "queue", "customer", "reason", "case", "envelope")
    return related.only(*OF_A_CONTACT)


def _stays() -> QuerySet[Visit]:
    return Visit.objects.filter(ordinal=1).only("interaction_id", "entered_at", "left_at", "how")


def _work() -> QuerySet[Leg]:
    legs = Leg.objects.filter(role=LegRole.PRIMARY, accepted_at__isnull=False).select_related("agent")
    return legs.only("interaction_id", "agent__name", "agent__user_id").order_by("accepted_at", "pk")


@composed
def _lines_of(keys: Any) -> QuerySet[Interaction]:
    rows = Interaction.objects.filter(pk__among=keys).select_related("customer", "case", "envelope")
    return rows.only(*(name for name in OF_A_CONTACT if not name.startswith(FEW)), "client", "queue", "reason")


@composed
def _clients_of(keys: Any) -> QuerySet[Client]:
    return Client.objects.filter(pk__among=keys).select_related("brand")


@composed
def _queues_of(keys: Any) -> QuerySet[Queue]:
    return Queue.objects.filter(pk__among=keys).only("name")


@composed
def _reasons_of(keys: Any) -> QuerySet[Reason]:
    return Reason.objects.filter(pk__among=keys).only("name", "kind")


@composed
def _stays_of(keys: Any) -> QuerySet[Visit]:
    return _stays().filter(interaction__among=keys)


@composed
def _work_of(keys: Any) -> QuerySet[Leg]:
    return _work().filter(interaction__among=keys)


def contacts_of(keys: list[int]) -> list[Any]:
    """These contacts in this order, as `contact_rows` has them, by statements that are written once.

    What many of them share is fetched once and not made anew for each row.
    """
    stays, work = defaultdict(list), defaultdict(list)
    for stay in _stays_of(keys):
        stays[stay.interaction_id].append(stay)
    for leg in _work_of(keys):
        work[leg.interaction_id].append(leg)
    rows: dict[int, Any] = {row.pk: row for row in _lines_of(keys)}
    for name, few in (("client", _clients_of), ("queue", _queues_of), ("reason", _reasons_of)):
        wanted = {getattr(row, f"{name}_id") for row in rows.values()} - {None}
        known: dict[int, Any] = {one.pk: one for one in few(list(wanted))} if wanted else {}
        for row in rows.values():
            setattr(row, name, known.get(getattr(row, f"{name}_id")))
    for key, row in rows.items():
        row.first_stay, row.worked = stays[key], work[key]
    return [rows[key] for key in keys if key in rows]


def promise_called(text: str, clients: Sequence[Client]) -> Callback | None:
    """The callback of these clients whose reference was typed, as the customer was told it."""
    rows = Callback.objects.filter(client__in=clients, reference=tidy_reference(text))
    return rows.select_related("customer", "interaction", "client").first() if text else None


def searched(text: str, prefix: str = "", *, names: bool = True) -> Q:
    """Contacts whose case, and with `names` whose customer or subject, the words name."""
    fields = ("customer__name__icontains", "envelope__from_name__icontains", "envelope__subject__icontains")
    condition = Q(**{f"{prefix}case__reference__iexact": text})
    for field in fields if names else ():
        condition |= Q(**{f"{prefix}{field}": text})
    return condition


def page_of(found: QuerySet[Any] | list[Any], query: QueryDict) -> Page[Any]:
    """Fifty rows; a page beyond the end is the last."""
    asked = query.get("page", "1")
    number = words.whole(asked, digits=18)
    if number is None:
        raise BadFilter(asked[:20])
    if isinstance(found, list) or found.model is not Interaction:
        return Paginator(found, PAGE).get_page(number)
    page = Paginator(found.prefetch_related(None).values_list("pk", flat=True), PAGE).get_page(number)
    page.object_list = contacts_of(list(page.object_list))
    return page


def choices(clients: Sequence[Client], asked: Asked) -> dict[str, Any]:
    """What the filters offer."""
    return {
        "periods": PERIODS.items(),
        "channels": Channel.choices,
        "figures": [figure for figure in FIGURES.values() if not figure.variant or figure is asked.figure],
        "queues": Queue.objects.filter(client__in=clients)
        .select_related("client__brand")
        .order_by("client__name", "name"),
        "reasons": Reason.objects.filter(client__in=clients).order_by("name"),
    }


def told(entries: Iterable[JournalEntry]) -> list[Told]:
    """Journal entries in our people's words."""
    lines = (tell(entry, who=entry.actor_name, for_client=False) for entry in entries)
    return [line for line in lines if line]


def told_with_who(entries: Iterable[JournalEntry]) -> list[tuple[Told, str]]:
    """The same, each line with who did it where its words do not say."""
    lines = ((tell(entry, who=entry.actor_name, for_client=False), entry) for entry in entries)
    return [
        (line, entry.actor_name if entry.actor_id and entry.actor_name not in line.title else "")
        for line, entry in lines
        if line
    ]
