"""Small words and links of the floor and the portal that templates alone would make unreadable."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agents.models import PresenceEntry
from bpo.kernel.templatetags.ui import duration_words, row_url, state, ticking_since
from clients.models import Client
from interactions.models import Interaction, Leg, State, Visit
from interactions.reports.figures import FIGURES
from interactions.reports.live import People, QueueRow, away_words
from interactions.reports.measures import Callbacks
from interactions.reports.telling import OUTCOMES, outcome_words

register = template.Library()

SHAPES = {
    "talk": '<path class="talk" transform="translate({x} 1)" '
    'd="M1 4.3h2v3.4H1ZM3.7 1.5h2v9h-2ZM6.4 3h2v6h-2ZM9.1 4.3h2v3.4h-2Z"/>',
    "ok": '<circle class="ok" cx="{c}" cy="7" r="5"/>',
    "wrap": '<path class="wrap" transform="translate({x} 1)" fill-rule="evenodd" '
    'd="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1Zm0 1.4v7.2a3.6 3.6 0 0 1 0-7.2Z"/>',
    "away": '<path class="wrap" transform="translate({x} 1)" d="M2 1.5h3v9H2Zm5 0h3v9H7Z"/>',
    "else": '<circle class="els" cx="{c}" cy="7" r="4.5"/>',
}  # fmt: skip
MOST_SHAPES = 14


def _line_link(row: QueueRow, words: str, cls: str = "") -> SafeString:
    """A number that opens the line beside the floor, or on its own page without a script."""
    page = f"{row_url('floor-line', row.queue.public_id)}?channel={row.channel}"
    part = f"{row_url('floor-line-part', row.queue.public_id)}?channel={row.channel}"
    here = f"{row_url('floor')}?{urlencode({'queue': row.queue.public_id, 'channel': row.channel})}"
    return format_html(
        '<a class="{}" href="{}" hx-get="{}" hx-target="#side" hx-swap="outerHTML" hx-push-url="{}" '
        'data-opens="{}:{}">{}</a>',
        cls, page, part, here, row.queue.public_id, row.channel, words,
    )  # fmt: skip


@register.simple_tag
def line_link(row: QueueRow, words: str) -> SafeString:
    """How many wait."""
    return _line_link(row, words)


@register.simple_tag
def callbacks_link(row: QueueRow) -> SafeString:
    """How many promised callbacks stand in the line beside those who wait."""
    words = ngettext("+ %(n)s callback", "+ %(n)s callbacks", row.callbacks) % {"n": row.callbacks}
    return _line_link(row, words, "t-12")


@register.simple_tag
def longest_link(row: QueueRow) -> SafeString | str:
    """How long the first has waited; red beyond the contract's threshold."""
    if row.since is None:
        return "–"
    ticking = ticking_since(row.since, limit=row.limit_seconds, over="bad", words=not row.live)
    return _line_link(row, ticking)


@register.simple_tag
def people_link(client: Client, number: int, doing: str) -> SafeString:
    """A number of people that opens them."""
    if not number:
        return mark_safe('<span class="z">0</span>')
    address = f"{row_url('floor-agents')}?{urlencode({'client': client.public_id, 'doing': doing})}"
    return format_html('<a href="{}">{}</a>', address, number)


@register.simple_tag
def people_shapes(people: People) -> SafeString:
    """A shape a person, hollow for those busy elsewhere."""
    shapes = people.shapes[:MOST_SHAPES]
    drawn = "".join(SHAPES[shape].format(x=20 * i, c=20 * i + 6) for i, shape in enumerate(shapes))
    width = max(20, 20 * len(shapes))
    # Shapes are constants above with numbers filled in.
    return format_html('<svg width="{}" height="14" viewBox="0 0 {} 14">{}</svg>', width, width, mark_safe(drawn))


@register.simple_tag
def level_bar(row: QueueRow) -> SafeString | str:
    """The service level as a bar with the target on it."""
    percent = row.level_now.percent if row.level_now.percent is not None else row.level_today.percent
    if percent is None:
        return ""
    light = {"breach": "breach", "below": "wrap"}.get(row.light_of(percent), "ok")
    target = (
        format_html('<path class="tgt" d="M{} 1v20"/>', f"{2 * float(row.promise.target_percent):.0f}")
        if row.promise
        else ""
    )
    return format_html(
        '<svg class="sl" viewBox="0 0 204 22" aria-hidden="true">'
        '<rect class="track" x="0" y="6" width="200" height="10"/>'
        '<rect class="v {}" x="0" y="6" width="{}" height="10"/>{}</svg>',
        light, f"{2 * percent:.0f}", target,
    )  # fmt: skip


@register.simple_tag
def stacked(row: object) -> SafeString:
    """How the contacts of a reason ended, as one bar."""
    counts = [getattr(row, name) for name in ("handled", "callback", "left", "otherwise", "open")]
    whole = sum(counts) or 1
    drawn, x = [], 0.0
    for index, count in enumerate(counts):
        width = count / whole * 230
        if count:
            drawn.append(f'<rect class="o{index}" x="{x:.1f}" y="0" width="{max(1.0, width - 1):.1f}" height="12"/>')
        x += width
    # Numbers of ours alone.
    return format_html('<svg class="stk" viewBox="0 0 230 12" aria-hidden="true">{}</svg>', mark_safe("".join(drawn)))


CONTACT_STATES = {
    State.QUEUED: ("else", gettext_lazy("Waiting")),
    State.OFFERED: ("ok", gettext_lazy("Ringing")),
    State.ACTIVE: ("talk", gettext_lazy("In progress")),
    State.HELD: ("talk", gettext_lazy("On hold")),
    State.PARKED: ("else", gettext_lazy("Waits for the customer")),
    State.WRAP_UP: ("wrap", gettext_lazy("Wrap-up")),
}


def ended_words(contact: Any) -> str:
    """How a closed contact ended; the first stay is asked for where no list has fetched it."""
    stays = getattr(contact, "first_stay", None)
    first = contact.visits.filter(ordinal=1).first() if stays is None else next(iter(stays), None)
    return outcome_words(contact.outcome, first.how if first else "")


@register.simple_tag
def contact_state(contact: Interaction) -> SafeString | str:
    """Where it stands, or how it ended."""
    if contact.state == State.CLOSED:
        ended = ended_words(contact)
        return ended[:1].upper() + ended[1:]
    kind, words = CONTACT_STATES[State(contact.state)]
    return state(kind, str(words))


@register.filter
def rings_in_reach(contact: Interaction) -> bool:
    """Whether somebody is asked right now whom the reader leads (`Sight.reaches`)."""
    return contact.state == State.OFFERED and contact.in_reach  # type: ignore[attr-defined]


@register.filter
def who_came(contact: Interaction) -> str:
    """The customer, as far as known."""
    if contact.customer and contact.customer.name:
        return contact.customer.name
    envelope = getattr(contact, "envelope", None)
    known = (envelope.from_name or envelope.from_address or envelope.from_phone) if envelope else ""
    return known or _("Unknown customer")


def worked(contact: Any) -> list[Leg]:
    """Stretches of work in order, as views.lists.contact_rows fetched them."""
    return list(contact.worked)


@register.filter
def who_worked(contact: Interaction) -> str:
    """Everybody who had it, in order."""
    return ", ".join(dict.fromkeys(leg.agent.name for leg in worked(contact)))


@register.filter
def first_wait(contact: Any) -> float | None:
    """Seconds of the first stay in line, as views.lists.contact_rows fetched it."""
    return next((visit_seconds(stay) for stay in contact.first_stay), None)


@register.filter
def leg_seconds(leg: Leg) -> float | None:
    """From accept to the end of wrap-up."""
    return (leg.ended_at - leg.accepted_at).total_seconds() if leg.accepted_at and leg.ended_at else None


@register.filter
def visit_seconds(visit: Visit) -> float | None:
    """How long the stay was."""
    return (visit.left_at - visit.entered_at).total_seconds() if visit.left_at else None


@register.filter
def visit_words(visit: Visit) -> str:
    """How the stay ended."""
    if visit.left_at is None:
        return _("still in line")
    words = {"answered": _("answered"), "moved": _("moved on")}
    return words.get(visit.how) or str(OUTCOMES.get(visit.how, visit.how))


@register.filter
def presence_words(entry: PresenceEntry) -> str:
    """One line of the presence log."""
    if entry.presence == "available":
        return _("Available") if entry.connected else _("Available, console closed")
    if entry.presence == "signed_out":
        return _("Signed out")
    return away_words(entry.presence, entry.reason)[:1].upper() + away_words(entry.presence, entry.reason)[1:]


@register.filter
def ledger_chips(ledger: Callbacks) -> list[tuple[str, int, str]]:
    """The ledger of a day as links: figure, number, word."""
    keys = ("made", "kept", "late", "unreached", "broken", "withdrawn", "open")
    return [(f"callbacks_{key}", getattr(ledger, key), str(FIGURES[f"callbacks_{key}"].name)) for key in keys]


@register.filter
def of_key(table: dict[object, object], key: object) -> object:
    """table[key], for figures by channel and what is told of an offer."""
    return table.get(key)


@register.filter
def share(value: float) -> str:
    """88.8 %, of a share from 0 to 1; never rounded up to all or down to none."""
    percent = value * 100
    if 0 < percent < 0.1 or 99.9 < percent < 100:
        return "< 0.1 %" if percent < 1 else "> 99.9 %"
    return f"{percent:.1f} %"


@register.filter
def mean_wait(seconds: float | None) -> str:
    """7.8 s, 48 s, 3 min; a dash where nobody is answered."""
    if seconds is None:
        return "–"
    return _("%s s") % f"{seconds:.1f}" if seconds < 10 else duration_words(round(seconds))


@register.simple_tag
def stays_url(rows: str, what: str, step: str = "", other: str = "", outcome: str = "") -> str:
    """Where the stays behind a number of a chart are listed; `rows` is that page, asked for the chart's version."""
    asked = {"step": step, "what": what, "other": other, "outcome": outcome}
    return f"{rows}&{urlencode({name: value for name, value in asked.items() if value})}"


@register.simple_tag
def stays(number: int, rows: str, what: str, *, words: str = "", **asked: str) -> SafeString | str:
    """A number of a chart, or the words that stand for it, as the link to its stays; none leads nowhere."""
    shown = words or str(number)
    return format_html('<a href="{}">{}</a>', stays_url(rows, what, **asked), shown) if number and rows else shown
