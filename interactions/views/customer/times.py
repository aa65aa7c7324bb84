"""Times as a customer reads them: in his zone, in his language, with the zone's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from clients.opening import Window
from clients.words import say

CITIES = {"UTC": "UTC"}


@dataclass(frozen=True, slots=True)
class Slot:
    """One window to choose."""

    value: str
    words: str
    long_words: str


@dataclass(frozen=True, slots=True)
class Day:
    """The windows of one date."""

    key: str
    name: str
    small: str
    slots: tuple[Slot, ...]


def clock_words(moment: dt.datetime, zone: str, language: str) -> str:
    """2 pm, 2:30 pm; 14:00 in Spanish."""
    local = moment.astimezone(ZoneInfo(zone))
    if language == "es":
        return f"{local:%H:%M}"
    hour = local.hour % 12 or 12
    half = "am" if local.hour < 12 else "pm"
    return f"{hour} {half}" if local.minute == 0 else f"{hour}:{local.minute:02d} {half}"


def day_words(moment: dt.datetime, zone: str, language: str) -> str:
    """Tuesday, 24 November; martes, 24 de noviembre."""
    local = moment.astimezone(ZoneInfo(zone))
    with translation.override(language):
        form = r"l, j \d\e F" if language == "es" else "l, j F"
        return date_format(local, form)


def short_moment(moment: dt.datetime, now: dt.datetime, zone: str, language: str) -> str:
    """8 pm today is “8 pm”; another day is named before the time."""
    if moment.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date():
        return clock_words(moment, zone, language)
    return f"{day_words(moment, zone, language)}, {clock_words(moment, zone, language)}"


def zone_words(zone: str) -> str:
    """Columbus, New York: the last part of the zone's name."""
    return CITIES.get(zone, zone.rpartition("/")[2].replace("_", " "))


def window_words(starts: dt.datetime, ends: dt.datetime, zone: str, language: str) -> str:
    """Tuesday, 24 November, 11 am to 1 pm; the end names its day when it is another."""
    end_day = ends.astimezone(ZoneInfo(zone)).date()
    same = starts.astimezone(ZoneInfo(zone)).date() == end_day
    end = clock_words(ends, zone, language)
    if same:
        day, start = day_words(starts, zone, language), clock_words(starts, zone, language)
        return say("cb_window", language, day=day, start=start, end=end)
    start = f"{day_words(starts, zone, language)}, {clock_words(starts, zone, language)}"
    return say("cb_window_across", language, start=start, end=f"{day_words(ends, zone, language)}, {end}")


def days_of(windows: Sequence[Window], now: dt.datetime, zone: str, language: str) -> list[Day]:
    """The windows by the customer's own date."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days = []
    with translation.override(language):
        for day, of_day in groupby(windows, key=lambda window: window.day):
            slots = tuple(
                Slot(
                    value=value_of(window),
                    words=say(
                        "cb_window_across",
                        language,
                        start=clock_words(window.starts, zone, language),
                        end=clock_words(window.ends, zone, language),
                    ),
                    long_words=window_words(window.starts, window.ends, zone, language),
                )
                for window in of_day
            )
            ahead = (day - today).days
            name = {0: say("today", language), 1: say("tomorrow", language)}.get(ahead) or date_format(day, "D")
            days.append(Day(day.isoformat(), name, date_format(day, "j M"), slots))
    return days


def value_of(window: Window) -> str:
    """How a form names a window."""
    return f"{window.starts.astimezone(dt.UTC).isoformat()}/{window.ends.astimezone(dt.UTC).isoformat()}"


def chosen(windows: Sequence[Window], value: str) -> Window | None:
    """The window a form named, if it may still be chosen."""
    return next((window for window in windows if value_of(window) == value), None)
