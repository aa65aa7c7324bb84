"""A promise on the pages of our people and of the client: whom, what, when, and how it stands."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bpo.kernel.templatetags.ui import ago_words, duration_words, state
from clients.times import zone_words
from interactions import promise_words
from interactions.models import Callback, CallbackState
from interactions.promise_words import Making
from interactions.reports.figures import OPEN_CALLBACK

register = template.Library()


def _zone_of(callback: Callback) -> ZoneInfo:
    return ZoneInfo(callback.zone or callback.client.zone)


def _between(callback: Callback, zone: tzinfo, *, dated: bool) -> SafeString:
    """14:00 – 16:00 in a zone; of a mail its end alone."""
    starts, ends = callback.due_from.astimezone(zone), callback.due_until.astimezone(zone)
    whole = "D j M, H:i" if dated else "H:i"
    if promise_words.by_mail(callback):
        told = format_html('<time class="num" datetime="{}">{}</time>', ends.isoformat(), format_date(ends, whole))
        return format_html(_("by %s") % "{}", told)
    last = format_date(ends, "H:i" if starts.date() == ends.date() else "D j M, H:i")
    form = '<time class="num" datetime="{}">{}</time> – <time class="num" datetime="{}">{}</time>'
    return format_html(form, starts.isoformat(), format_date(starts, whole), ends.isoformat(), last)


@register.simple_tag
def promised_window(callback: Callback, dated: bool = True) -> SafeString:
    """Thu 26 Nov, 14:00 – 16:00, New York: the promise as the customer knows it, in his own zone; of a mail its end."""
    zone = _zone_of(callback)
    return format_html("{}, {}", _between(callback, zone, dated=dated), zone_words(zone.key))


@register.simple_tag
def promised_here(callback: Callback, dated: bool = True) -> SafeString:
    """The promise on the reader's clock, so that a column has one; the customer's beside it where that differs."""
    here, zone = timezone.get_current_timezone(), _zone_of(callback)
    told = _between(callback, here, dated=dated)
    edges = (callback.due_from, callback.due_until)
    if all(at.astimezone(here).utcoffset() == at.astimezone(zone).utcoffset() for at in edges):
        return told
    moved = callback.due_until.astimezone(here).date() != callback.due_until.astimezone(zone).date()
    theirs = format_html(
        _("%(time)s in %(place)s") % {"time": "{}", "place": "{}"},
        _between(callback, zone, dated=dated and moved),
        zone_words(zone.key),
    )
    return format_html('{} <span class="quiet t-12">{}</span>', told, theirs)


@register.simple_tag
def zone_here() -> str:
    """The place whose clock the reader's times are on."""
    return zone_words(timezone.get_current_timezone_name())


MAKING = {Making.IN_LINE: "else", Making.RINGING: "ok", Making.IN_HAND: "talk"}


@register.simple_tag
def callback_state(callback: Callback, at: datetime) -> SafeString | str:
    """Over, due now, or how long until it may be made; its end when it has ended."""
    if callback.state not in OPEN_CALLBACK:
        kinds = {CallbackState.KEPT: "ok", CallbackState.LATE: "breach", CallbackState.BROKEN: "breach"}
        return state(kinds.get(CallbackState(callback.state), "quiet"), callback.get_state_display())
    if callback.due_until < at:
        minutes = int((at - callback.due_until).total_seconds()) // 60
        late = duration_words(60 * minutes if minutes < 60 else 3600 * (minutes // 60))
        return state("breach", _("%(time)s over") % {"time": late})
    if far := promise_words.making(callback):
        return state(MAKING[far], promise_words.making_words(far))
    if callback.due_from <= at and callback.attempts and callback.next_try_at and callback.next_try_at > at:
        return state("else", _("Again %(when)s") % {"when": ago_words(callback.next_try_at, at)})
    if callback.due_from <= at:
        return state("wrap", _("Due now"))
    return ago_words(callback.due_from, at)


register.filter("standing_words", promise_words.standing_words)
register.filter("promised_kind", promise_words.kind_words)
register.filter("promised_icon", promise_words.kind_icon)


@register.filter
def promised_to(callback: Any) -> str:
    """Whom a promise is to: by name, else by where we reach him."""
    known = callback.customer.name if callback.customer else ""
    return callback.name or known or callback.number or callback.address or _("Unknown customer")
