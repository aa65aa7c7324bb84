"""How a promise stands, in words: one home for the floor, the portal, the desk and the customer's page."""

from __future__ import annotations

from enum import StrEnum

from django.utils.translation import gettext as _

from bpo.kernel.fields import number_words
from clients import customers
from clients.words import say
from interactions.models import Callback, CallbackState, Envelope, State


def by_mail(callback: Callback) -> bool:
    """Whether it is kept by a mail: there is no number to call."""
    return not callback.number


def kind_words(callback: Callback) -> str:
    """What was promised: a call, or an answer in writing."""
    return _("Reply by mail") if by_mail(callback) else _("Callback")


def kind_icon(callback: Callback) -> str:
    """The icon of what was promised."""
    return "mail" if by_mail(callback) else "callback"


class Making(StrEnum):
    """How far the attempt of a working promise has come."""

    IN_LINE = "in_line"
    RINGING = "ringing"
    IN_HAND = "in_hand"


def making(callback: Callback) -> Making | None:
    """How far its attempt has come: it stands in line, an agent is asked, an agent has it. None without one."""
    if callback.state != CallbackState.WORKING:
        return None
    attempt = callback.interaction
    if attempt is None or attempt.state == State.QUEUED:
        return Making.IN_LINE
    return Making.RINGING if attempt.state == State.OFFERED else Making.IN_HAND


def making_words(far: Making) -> str:
    """What our people read of an attempt that has come so far."""
    if far == Making.IN_LINE:
        return _("In line")
    if far == Making.RINGING:
        return _("Ringing an agent")
    return _("With an agent")


def standing_words(callback: Callback) -> str:
    """The state of a promise as our people and the client read it."""
    far = making(callback)
    return making_words(far) if far else str(callback.get_state_display())


def customer_key(callback: Callback, far: Making) -> str:
    """The key of the customer's words (`clients.words`) for an attempt that has come so far."""
    return f"cb_mail_{far}" if by_mail(callback) else f"cb_{far}"


def reach_words(callback: Callback, language: str) -> str:
    """The number or address it is kept at, for a page that proves nobody: in full only what was given in the contact.

    What we found on file by what somebody typed may be another's, so it is told by its end.
    """
    promised = callback
    while promised.replaces is not None:
        promised = promised.replaces
    envelope = Envelope.objects.filter(interaction=promised.promised_from_id).first()
    if callback.number:
        given = customers.tidy_phone(callback.client, envelope.from_phone) if envelope else ""
        if given == callback.number:
            return number_words(callback.number)
        return say("number_on_file", language, end=callback.number[-2:])
    given = customers.tidy_address(envelope.from_address) if envelope else ""
    return callback.address if given == callback.address else say("address_on_file", language)
