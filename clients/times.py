"""Moments as a customer reads them: in his zone, in his language, with the zone's name."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from clients.words import say

# By continent and winter abbreviation, for an abbreviation alone means several zones.
ZONE_NAMES = {
    ("America", "EST"): "Eastern Time",
    ("America", "CST"): "Central Time",
    ("America", "MST"): "Mountain Time",
    ("America", "PST"): "Pacific Time",
    ("Europe", "WET"): "Western European Time",
    ("Europe", "CET"): "Central European Time",
    ("Europe", "EET"): "Eastern European Time",
}


def clock_words(moment: datetime, zone: str, language: str) -> str:
    """2 pm, 2:30 pm; 14:00 in Spanish."""
    local = moment.astimezone(ZoneInfo(zone))
    if language == "es":
        return f"{local:%H:%M}"
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{hour} {half}" if local.minute == 0 else f"{hour}:{local.minute:02d} {half}"


def day_words(moment: datetime, zone: str, language: str) -> str:
    """Tuesday, 24 November; martes, 24 de noviembre."""
    with translation.override(language):
        form = r"l, j \d\e F" if language == "es" else "l, j F"
        return date_format(moment.astimezone(ZoneInfo(zone)), form)


def date_words(day: date, language: str) -> str:
    """24 November 2026; 24 de noviembre de 2026."""
    with translation.override(language):
        return date_format(day, r"j \d\e F \d\e Y" if language == "es" else "j F Y")


def moment_words(moment: datetime, zone: str, language: str) -> str:
    """Tuesday, 24 November, 2:30 pm."""
    return f"{day_words(moment, zone, language)}, {clock_words(moment, zone, language)}"


def zone_words(zone: str) -> str:
    """New York: the last part of the zone's name."""
    return zone.rpartition("/")[2].replace("_", " ")


def zone_named(zone: str) -> str:
    """Eastern Time (New York); New York time where the zone has no name that people use."""
    if "/" not in zone:
        return zone
    short = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).tzname() or ""
    name = ZONE_NAMES.get((zone.partition("/")[0], short))
    return f"{name} ({zone_words(zone)})" if name else f"{zone_words(zone)} time"


def window_words(starts: datetime, ends: datetime, zone: str, language: str) -> str:
    """Tuesday, 24 November, 11 am to 1 pm; the end names its day when it is another."""
    local = ZoneInfo(zone)
    if starts.astimezone(local).date() != ends.astimezone(local).date():
        first, last = moment_words(starts, zone, language), moment_words(ends, zone, language)
        return say("cb_window_across", language, start=first, end=last)
    return say(
        "cb_window",
        language,
        day=day_words(starts, zone, language),
        start=clock_words(starts, zone, language),
        end=clock_words(ends, zone, language),
    )
