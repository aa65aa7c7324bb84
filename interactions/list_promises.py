"""Calls promised in a call of a list: sales as that was, held to the numbers never called and to the list's hours."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from clients import call_lists, hours
from clients.times import zone_words
from interactions import prospects
from interactions.models import Callback, Interaction, JournalEntry, Origin, Prospect


def of_promise(callback: Callback) -> Prospect | None:
    """Whom of a list this promised call is for: promised in a call of the list, or in one that kept such a promise."""
    promised: Callback | None = callback
    while promised is not None:
        contact = promised.promised_from
        if contact is None:
            promised = promised.replaces
        elif contact.origin == Origin.CALLBACK:
            promised = Callback.objects.filter(interaction=contact).first()
        elif contact.origin == Origin.CAMPAIGN:
            # The row names the latest call; the journal keeps every one.
            told = JournalEntry.objects.filter(interaction=contact, prospect__isnull=False)
            rows = Prospect.objects.select_related("call_list")
            return rows.filter(interaction=contact).first() or rows.filter(pk__in=told.values("prospect")).first()
        else:
            return None
    return None


def refusal(callback: Callback, at: datetime) -> str:
    """Why a call promised in a call of a list is not made at this moment; empty for every other promise."""
    prospect = of_promise(callback)
    if prospect is None:
        return ""
    if call_lists.blocked(callback.client_id, [callback.number]):
        return _("This number is not called any more.")
    return prospects.hours_refusal(prospect, at)


def soonest(contact: Interaction, at: datetime, until: datetime | None = None) -> datetime:
    """From when a call may be promised in this contact: in a call of a list, when the list calls at home.

    NotCallable where that is not before the end of the window.
    """
    if contact.origin != Origin.CAMPAIGN:
        return at
    prospect = Prospect.objects.filter(interaction=contact.pk).select_related("call_list").first()
    if prospect is None:
        return at
    opens = hours.next_opening(prospect.call_list.calendar(prospect.zone), at)
    if opens is None or (until is not None and opens >= until):
        told = {"hours": prospects.hours_words(prospect.call_list), "place": zone_words(prospect.zone)}
        raise prospects.NotCallable(sentence=_("This list calls %(hours)s in %(place)s. Choose another time.") % told)
    return opens
