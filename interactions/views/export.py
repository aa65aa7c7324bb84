"""A list as CSV, streamed: the same rows, in the reader's zone and words."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict, StreamingHttpResponse
from django.utils.translation import gettext as _

from bpo.kernel import clock
from interactions import promise_words
from interactions.models import Callback, Interaction, Leg
from interactions.reports.figures import Thing
from interactions.reports.story import NameOf
from interactions.templatetags.floor import ended_words, first_wait, who_came, worked

MOST_EXPORTED = 50_000


class _Echo:
    """A file that hands back what is written."""

    def write(self, value: str) -> str:
        return value


def _safe(value: object) -> str:
    """A cell that no spreadsheet runs as a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def csv_of(
    thing: Thing,
    found: QuerySet[Any],
    *,
    stem: str,
    zone: tzinfo,
    names: NameOf,
    show: bool = True,
    clients: Mapping[int, str] | None = None,
) -> StreamingHttpResponse:
    """The same rows as the list, streamed. Customers are named with `show`, and whose a row is with `clients`."""

    head, row = CSV[thing]
    rest = left_off(found)

    def rows() -> Iterator[list[object]]:
        for each in found[:MOST_EXPORTED].iterator(chunk_size=500):
            whose = [clients.get(each.client_id, "")] if clients else []
            yield [*whose, *row(each, zone, names, show)]
        yield from rest

    return table([*([_("Client")] if clients else []), *(str(_(name)) for name in head)], rows(), stem=stem)


def left_off(found: QuerySet[Any]) -> list[list[object]]:
    """A last line that says so, where there are more rows than a file has: it must not look whole."""
    every = found.count()
    if every <= MOST_EXPORTED:
        return []
    told = _("Not whole: the first %(n)s of %(every)s rows. Choose a shorter time.")
    return [[told % {"n": MOST_EXPORTED, "every": every}]]


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, stem: str) -> StreamingHttpResponse:
    """Rows below their heads, streamed; no cell of them is run by a spreadsheet."""

    def lines() -> Iterator[str]:
        writer = csv.writer(_Echo())
        yield "\ufeff" + str(writer.writerow(head))
        for row in rows:
            yield str(writer.writerow([_safe(cell) for cell in row]))

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
    return response


def address(query: QueryDict) -> str:
    """Where the list of this address is found as CSV."""
    kept = {key: value for key, value in query.items() if key not in ("page", "format")}
    return f"?{urlencode({**kept, 'format': 'csv'})}"


def _local(value: Any, zone: tzinfo) -> str:
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if value else ""


def _contact_row(each: Interaction, zone: tzinfo, names: NameOf, show: bool) -> list[object]:
    waited = first_wait(each)
    agents = dict.fromkeys(names(leg.agent.user_id, leg.agent.name) for leg in worked(each))
    return [
        each.public_id, _local(each.arrived_at, zone), each.get_channel_display(), who_came(each) if show else "",
        each.case.reference if each.case else "", "" if waited is None else clock.whole(waited), ", ".join(agents),
        each.reason.name if each.reason else "", ended_words(each) if each.outcome else "",
        _local(each.closed_at, zone),
    ]  # fmt: skip


def _leg_row(each: Leg, zone: tzinfo, names: NameOf, show: bool) -> list[object]:
    worked = (each.ended_at - each.accepted_at).total_seconds() if each.ended_at and each.accepted_at else 0
    customer = each.interaction.customer
    return [
        each.interaction.public_id, _local(each.ended_at, zone), customer.name if show and customer else "",
        names(each.agent.user_id, each.agent.name), each.hold_seconds, clock.whole(worked),
    ]  # fmt: skip


def _callback_row(each: Callback, zone: tzinfo, names: NameOf, show: bool) -> list[object]:
    return [
        each.reference, _local(each.promised_at, zone), _local(each.due_from, zone), _local(each.due_until, zone),
        (each.name or str(each.customer or "")) if show else "", promise_words.standing_words(each), each.attempts,
    ]  # fmt: skip


CSV: dict[Thing, tuple[tuple[str, ...], Callable[..., list[object]]]] = {
    Thing.CONTACT: (
        ("Id", "Came in", "Channel", "Customer", "Case", "Waited, seconds", "Answered by", "Reason", "Ended", "Closed"),
        _contact_row,
    ),
    Thing.LEG: (("Id", "Ended", "Customer", "By", "Hold, seconds", "Handling, seconds"), _leg_row),
    Thing.CALLBACK: (("Reference", "Promised", "From", "Until", "Customer", "State", "Attempts"), _callback_row),
}
