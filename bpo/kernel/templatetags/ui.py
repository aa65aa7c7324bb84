"""Template tags for icons, states, durations and times; they know no business."""

import datetime as dt
from functools import lru_cache
from uuid import UUID, uuid4

from django import template
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Textarea
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from heroicons.templatetags.heroicons import heroicon_outline

from bpo.kernel import clock
from bpo.kernel.templatetags.shapes import HOLLOW, NAMES, OWN, SOLID, STATE_SHAPES

register = template.Library()
NO_CHOICE = BLANK_CHOICE_DASH[0][1]  # nine dashes, which a screen reader reads one by one

Seconds = int | float | dt.timedelta | None


@lru_cache(maxsize=1024)
def _drawing(name: str, classes: str, title: str, extra: tuple[tuple[str, str], ...]) -> SafeString:
    """One icon as inline SVG; silent to a screen reader unless it has a title."""
    attributes = {"focusable": "false", **dict(extra)}
    attributes |= {"role": "img", "aria-label": title} if title else {"aria-hidden": "true"}
    for table, size, kind in ((SOLID, 12, "i own solid"), (HOLLOW, 12, "i own"), (OWN, 16, "i own")):
        if name in table:
            attributes |= {"class": f"{kind} {classes}".strip(), "viewBox": f"0 0 {size} {size}"}
            written = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
            # Drawings are constants above; attributes are escaped.
            return mark_safe(f"<svg {written}>{table[name]}</svg>")
    shown = f"i {classes}".strip()
    # The package escapes what it is given.
    return mark_safe(heroicon_outline(NAMES.get(name, name), size=None, **{"class": shown}, **attributes))


@register.simple_tag
def icon(name: str, cls: str = "", title: str = "", **extra: object) -> str:
    """{% icon "phone" "big" %}; title makes it speak; x, y, width, height for use inside an SVG."""
    return _drawing(name + "", cls + "", str(title), tuple((key, str(value)) for key, value in extra.items()))


@register.simple_tag
def state(
    kind: str, words: str, *, cls: str = "", since: dt.datetime | None = None, silent: bool = False, shape: str = ""
) -> str:
    """{% state "talk" "Talking" since=leg.answered_at cls="tag" %}: shape, word and ticking time.

    kind: ok wrap breach talk away else fix look quiet mid. silent leaves the word to screen readers alone.
    """
    colour = {"away": "wrap", "else": "quiet", "fix": "wrap", "look": "wrap"}.get(kind, kind)
    word = format_html('<span class="sr">{}</span>', words) if silent else conditional_escape(words)
    ticking = ticking_since(since) if since else ""
    drawn = _drawing(shape or STATE_SHAPES[kind], "", "", ())
    return format_html('<span class="state {} {}">{}{} {}</span>', colour, cls, drawn, word, ticking)


def _seconds(value: Seconds) -> int | None:
    if value is None or value == "":
        return None
    return clock.whole(value.total_seconds() if isinstance(value, dt.timedelta) else value)


@register.filter
def duration(value: Seconds) -> str:
    """m:ss under an hour, h:mm:ss under a day, then days; a dash when there is none."""
    seconds = _seconds(value)
    if seconds is None:
        return "–"
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 24:
        return sign + _("%d d") % (hours // 24)
    return f"{sign}{hours}:{minutes:02d}:{rest:02d}" if hours else f"{sign}{minutes}:{rest:02d}"


@register.filter
def duration_words(value: Seconds) -> str:
    """2 d 4 h, 3 h 12 min, 48 min or 20 s: the two largest units that matter."""
    seconds = _seconds(value)
    if seconds is None:
        return "–"
    seconds = abs(seconds)
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours} if hours else _("%d d") % days
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes} if minutes else _("%d h") % hours
    return _("%d min") % minutes if minutes else _("%d s") % seconds


def ago_words(moment: dt.datetime, at: dt.datetime) -> str:
    """“5 min ago”, “in 2 h”, “now”; the script on the page keeps it true."""
    seconds = int((at - moment).total_seconds())
    if abs(seconds) < 45:
        return _("now")
    if abs(seconds) < 3600:
        span = _("%d min") % max(1, round(abs(seconds) / 60))
    elif abs(seconds) < 86400:
        span = _("%d h") % round(abs(seconds) / 3600)
    else:
        days = round(abs(seconds) / 86400)
        span = ngettext("%d day", "%d days", days) % days
    return (_("%s ago") if seconds > 0 else _("in %s")) % span


CLOCKS = {"H:i": "%H:%M", "H:i:s": "%H:%M:%S"}


@lru_cache(maxsize=4096)
def _day(day: dt.date, form: str, language: str) -> str:
    """A day in words; a list of contacts says the same few days again and again."""
    return str(format_date(day, form))


def _local(local: dt.datetime, form: str) -> str:
    """What Django's date filter says, at a fifth of its cost where the form is a day, a clock or both."""
    day, comma, clock_form = form.rpartition(", ")
    if clock_form not in CLOCKS:
        return str(format_date(local, form))
    return (_day(local.date(), day, get_language() or "") + comma if comma else "") + local.strftime(CLOCKS[clock_form])


def _full(local: dt.datetime) -> str:
    return f"{_local(local, 'D j M Y, H:i:s')} {local.tzname()}"


@register.simple_tag
def ago(moment: dt.datetime | None, cls: str = "") -> str:
    """{% ago case.opened_at %}: relative, the absolute on hover, kept true by clock.js."""
    if moment is None:
        return "–"
    iso = moment.isoformat()
    words = ago_words(moment, clock.now())
    return format_html(
        '<time class="{}" datetime="{}" data-ago="{}" title="{}">{}</time>',
        cls,
        iso,
        iso,
        _full(timezone.localtime(moment)),
        words,
    )


def ticking_since(
    moment: dt.datetime, cls: str = "", limit: int | None = None, over: str = "", words: bool = False
) -> SafeString:
    """The markup clock.js ticks upwards."""
    passed = (clock.now() - moment).total_seconds()
    late = limit is not None and passed > limit
    extra = format_html(' data-limit="{}" data-over="{}"', limit, over or "bad") if limit is not None else ""
    form = mark_safe(' data-words=""') if words else ""  # a constant
    return format_html(
        '<time class="num {}{}" datetime="{}" data-since="{}"{}{} title="{}">{}</time>',
        cls,
        f" {over or 'bad'}" if late else "",
        moment.isoformat(),
        moment.isoformat(),
        extra,
        form,
        _full(timezone.localtime(moment)),
        duration_words(passed) if words else duration(passed),
    )


@register.simple_tag
def since(
    moment: dt.datetime | None, cls: str = "", limit: int | None = None, over: str = "", words: bool = False
) -> str:
    """{% since leg.answered_at limit=120 %}: m:ss since then, ticking; over its limit it gets the class "bad"."""
    return "–" if moment is None else ticking_since(moment, cls, limit, over, words)


@register.simple_tag
def until(moment: dt.datetime | None, cls: str = "", form: str = "clock") -> str:
    """{% until leg.expires_at form="seconds" %}: counts down to 0 (clock m:ss, or seconds), then fires clock:end."""
    if moment is None:
        return "–"
    left = max(0, int((moment - clock.now()).total_seconds()))
    shown = str(left) if form == "seconds" else duration(left)
    return format_html(
        '<time class="num {}" datetime="{}" data-until="{}" data-form="{}">{}</time>',
        cls, moment.isoformat(), moment.isoformat(), form, shown,
    )  # fmt: skip


@register.simple_tag
def drain(start: dt.datetime, end: dt.datetime, label: str = "", cls: str = "") -> str:
    """{% drain leg.offered_at leg.expires_at "Seconds left" %}: a bar that is full at the start and gone at the end."""
    return format_html(
        '<div class="drain {}" role="timer" aria-label="{}" data-start="{}" data-end="{}"><span></span></div>',
        cls, label, start.isoformat(), end.isoformat(),
    )  # fmt: skip


@register.simple_tag
def moment(value: dt.datetime | None, form: str = "H:i", cls: str = "") -> str:
    """{% moment callback.due_from "D j M, H:i" %}: an absolute time in the active zone, with the zone on hover."""
    if value is None:
        return "–"
    local = timezone.localtime(value)
    # Every part is escaped, but the numbers of isoformat. A list shows hundreds of these, so without format_html.
    shown, whole = escape(_local(local, form)), escape(_full(local))
    return mark_safe(f'<time class="num {escape(cls)}" datetime="{value.isoformat()}" title="{whole}">{shown}</time>')


@lru_cache(maxsize=256)
def _address(name: str, ids: int) -> str:
    """The address of a page with a gap for each of its ids."""
    gaps = [uuid4() for _ in range(ids)]
    address = reverse(name, args=gaps).replace("{", "{{").replace("}", "}}")
    for gap in gaps:
        address = address.replace(str(gap), "{}")
    return address


@register.simple_tag
def row_url(name: str, *ids: UUID) -> str:
    """{% row_url "floor-contact" contact.public_id %}: what `url` says, for the many rows of a list: its arguments are
    public ids, and what stands around them is looked up once."""
    return _address(name, len(ids)).format(*ids)


@register.filter
def initials(name: str) -> str:
    """PR for Priya Raman; one letter for one word."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in ([words[0], words[-1]] if len(words) > 1 else words[:1])).upper() or "?"


@register.filter
def field_attrs(bound: object, classes: str = "input") -> object:
    """{{ form.name|field_attrs }}: a form field with our class, marked invalid when it has errors."""
    if not isinstance(bound, BoundField):
        return bound
    attributes: dict[str, str | bool] = {}
    widget = bound.field.widget
    if not isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        attributes["class"] = f"{widget.attrs.get('class', '')} {classes}".strip()
    if isinstance(widget, Textarea) and "rows" not in widget.attrs:
        attributes["rows"] = "4"
    if bound.errors:
        attributes["aria-invalid"] = "true"
    drawn = bound.as_widget(attrs=attributes)  # escaped by the widget
    return mark_safe(drawn.replace(f">{NO_CHOICE}<", ">–<"))


@register.filter
def widget_kind(bound: object) -> str:
    """check, choices, select or input: how _field.html lays a field out."""
    widget = bound.field.widget if isinstance(bound, BoundField) else None
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "select" if isinstance(widget, Select) and not getattr(widget, "allow_multiple_selected", False) else "input"
