"""Calls promised in a call of a list: sales as that was, held to the numbers never called and to the list's hours."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from clients import call_lists, hours
from clients.opening import Window
from clients.times import zone_words
from interactions import prospects
from interactions.models import Callback, Interaction, JournalEntry, Origin, Prospect


def of_promise(callback: Callback) -> Prospect | None:
    """Whom of a list this promised call is for: promised in a call of the list, or in one that kept such a promise."""
    promised: Callback | None = callback
    while promised is not None and promised.promised_from is None:
        promised = promised.replaces
    return prospect_of(promised.promised_from) if promised and promised.promised_from else None


def prospect_of(contact: Interaction) -> Prospect | None:
    """Whom of a list this contact calls, or keeps a promise to that was made in such a call."""
    if contact.origin == Origin.CALLBACK:
        kept = Callback.objects.filter(interaction=contact).first()
        return of_promise(kept) if kept else None
    if contact.origin != Origin.CAMPAIGN:
        return None
    # The row names the latest call; the journal keeps every one.
    told = JournalEntry.objects.filter(interaction=contact, prospect__isnull=False)
    rows = Prospect.objects.select_related("call_list")
    return rows.filter(interaction=contact).first() or rows.filter(pk__in=told.values("prospect")).first()


def refusal(callback: Callback, at: datetime) -> str:
    """Why a call promised in a call of a list is not made at this moment; empty for every other promise."""
    prospect = of_promise(callback)
    if prospect is None:
        return ""
    if call_lists.blocked(callback.client_id, [callback.number]):
        return _("This number is not called any more.")
    return prospects.hours_refusal(prospect, at)


def first_hour(prospect: Prospect, at: datetime, until: datetime | None = None) -> datetime:
    """The first moment from `at` on at which the list of this person calls where he lives.

    NotCallable where that is not before the end of the window.
    """
    opens = hours.next_opening(prospect.call_list.calendar(prospect.zone), at)
    if opens is None or (until is not None and opens >= until):
        told = {"hours": prospects.hours_words(prospect.call_list), "place": zone_words(prospect.zone)}
        raise prospects.NotCallable(sentence=_("This list calls %(hours)s in %(place)s. Choose another time.") % told)
    return opens


def within(callback: Callback, windows: list[Window], at: datetime) -> list[Window]:
    """Those of the windows in which the promised call may be made; all of them unless a list stands behind it."""
    called = of_promise(callback) if callback.number else None
    if called is None:
        return windows
    calendar = called.call_list.calendar(called.zone)
    first = [(hours.next_opening(calendar, max(one.starts, at)), one) for one in windows]
    return [one for opens, one in first if opens is not None and opens < one.ends]
