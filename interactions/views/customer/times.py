"""The days and windows of a form, as a customer reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format

from clients.opening import Window
from clients.times import clock_words, day_words, window_words, zone_words
from clients.words import say


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


def short_moment(moment: dt.datetime, now: dt.datetime, zone: str, language: str) -> str:
    """8 pm today is “8 pm”; another day is named before the time."""
    if moment.astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date():
        return clock_words(moment, zone, language)
    return f"{day_words(moment, zone, language)}, {clock_words(moment, zone, language)}"


def zoned_moment(moment: dt.datetime, now: dt.datetime, zone: str, language: str) -> str:
    """The same with the place whose clock it is: 8 pm (Madrid)."""
    return f"{short_moment(moment, now, zone, language)} ({zone_words(zone)})"


def days_of(windows: Sequence[Window], now: dt.datetime, zone: str, language: str) -> list[Day]:
    """The windows by the customer's own date."""
    today = now.astimezone(ZoneInfo(zone)).date()
    days = []
    with translation.override(language):
        for day, of_day in groupby(windows, key=lambda window: today if window.running else window.day):
            ahead = (day - today).days
            name = {0: say("today", language), 1: say("tomorrow", language)}.get(ahead) or date_format(day, "D")
            slots = tuple(
                Slot(
                    value=value_of(window),
                    words=soon
                    or say(
                        "cb_window_across",
                        language,
                        start=clock_words(window.starts, zone, language),
                        end=clock_words(window.ends, zone, language),
                    ),
                    long_words=f"{name}: {soon}" if soon else long_words(window, now, zone, language),
                )
                for window in of_day
                for soon in [_soon(window, now, zone, language)]
            )
            small = date_format(day, "j M")
            days.append(Day(day.isoformat(), name, small.lower() if language == "es" else small, slots))
    return days


def long_words(window: Window, now: dt.datetime, zone: str, language: str) -> str:
    """The window with its day; of one that runs only its end is still to come."""
    return _soon(window, now, zone, language) or window_words(window.starts, window.ends, zone, language)


def _soon(window: Window, now: dt.datetime, zone: str, language: str) -> str:
    """The words of a window that runs; empty for one to come."""
    return say("cb_soon", language, end=short_moment(window.ends, now, zone, language)) if window.running else ""


def value_of(window: Window) -> str:
    """How a form names a window."""
    return f"{window.starts.astimezone(dt.UTC).isoformat()}/{window.ends.astimezone(dt.UTC).isoformat()}"


def chosen(windows: Sequence[Window], value: str) -> Window | None:
    """The window a form named, if it may still be chosen."""
    return next((window for window in windows if value_of(window) == value), None)


__all__ = [
    "Day",
    "Slot",
    "chosen",
    "days_of",
    "long_words",
    "short_moment",
    "value_of",
    "window_words",
    "zone_words",
    "zoned_moment",
]
