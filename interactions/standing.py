"""What a client's new standing does to its work: who waits, what was promised, what was to be sent (TABLES.md 2)."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import Client, ClientState
from interactions import callbacks, journal, mail_out, notices, prospect_calls
from interactions.callback_rows import OPEN_STATES, BeingMade, seats_of_attempt
from interactions.callback_work import put_back
from interactions.models import (
    Callback,
    CallbackOrigin,
    CallbackState,
    Envelope,
    Interaction,
    Kind,
    Origin,
    Outcome,
    State,
)

logger = logging.getLogger(__name__)

WAITING = (State.QUEUED, State.OFFERED)


def standing_changed(
    sender: Any, client: Client, before: str, by: User | None, reason: str, at: datetime, **kwargs: Any
) -> None:
    """Receiver: journal the step and let the work follow."""
    journal.record(client, Kind.FORCED, by=by, at=at, standing=client.state, was=before, reason=reason)
    follow(client, at=at)


def follow(client: Client, *, at: datetime | None = None) -> None:
    """Bring the client's work in line with its standing. Safe at any time, twice and half done before."""
    at = at or clock.now()
    client.refresh_from_db(fields=["state"])
    if client.state == ClientState.LIVE:
        _release(client, at)
    elif client.state in (ClientState.SUSPENDED, ClientState.ENDED):
        _empty_lines(client, at)
        mail_out.hold(client)
        if client.state == ClientState.SUSPENDED:
            notices.hold(client)
            Callback.objects.filter(client=client, state__in=OPEN_STATES, held=False).update(
                held=True, version=F("version") + 1
            )
        else:
            notices.cancel(client, at=at)
            _withdraw_promises(client, at)


def addresses_changed(sender: Any, client: Client, at: datetime | None = None, **kwargs: Any) -> None:
    """Receiver: an address may take mail again, so what was held for it goes out."""
    if client.is_live:
        _release_mail(client, at or clock.now())


def follow_standing(at: datetime | None = None) -> int:
    """The sweep's step: clients whose work does not fit their standing, should a process have died in between."""
    at = at or clock.now()
    away = Q(state__in=[ClientState.SUSPENDED, ClientState.ENDED])
    waiting = Interaction.objects.filter(state__in=WAITING).values("client")
    promised = Callback.objects.filter(state__in=OPEN_STATES)
    not_held = Q(state=ClientState.SUSPENDED, pk__in=promised.filter(held=False).values("client"))
    # Held or not, no promise outlives its client; one that is being made is looked at when that is over.
    still_open = promised.exclude(state=CallbackState.WORKING).values("client")
    not_over = Q(state=ClientState.ENDED) & (Q(pk__in=still_open) | Q(pk__in=notices.of_ended().values("client")))
    held = Q(state=ClientState.LIVE, pk__in=promised.filter(held=True).values("client"))
    # Inbound doors are shut before this runs, so nothing but remains is found here.
    behind = list(Client.objects.filter(away & Q(pk__in=waiting) | not_held | not_over | held))
    for client in behind:
        follow(client, at=at)
    return len(behind)


def _release(client: Client, at: datetime) -> None:
    Callback.objects.filter(client=client, state__in=OPEN_STATES, held=True).update(
        held=False, version=F("version") + 1
    )
    _release_mail(client, at)


def _release_mail(client: Client, at: datetime) -> None:
    notices.release_held(client, at=at)
    mail_out.release_held(client, at=at)


def _empty_lines(client: Client, at: datetime) -> None:
    waiting = Interaction.objects.filter(client=client, state__in=WAITING)
    for contact in waiting.select_related("client", "queue", "customer", "entry_point", "reason").order_by("pk"):
        try:
            _close_waiting(contact, at)
        except Exception:
            logger.exception("%s of a client that is away could not be closed", contact)


@transaction.atomic
def _close_waiting(contact: Interaction, at: datetime) -> None:
    # Who was reached and then handed on has no promise to wait for, and is like anybody else here.
    if contact.origin == Origin.CALLBACK and put_back(contact, why="client away", at=at):
        return
    if contact.client.state == ClientState.SUSPENDED and not prospect_calls.nobody_asked_for_it(contact):
        number, address = _reach(contact)
        try:
            with transaction.atomic():
                if callbacks.instead_of_waiting(
                    contact, origin=CallbackOrigin.UNSTAFFED, number=number, address=address, held=True, at=at
                ):
                    return
        except DomainError:
            pass
    if seats_of_attempt(contact):
        callbacks.close_attempt(contact, Outcome.NO_AGENT, why="client away", at=at)


def _reach(contact: Interaction) -> tuple[str, str]:
    """A number and an address at which this customer can be reached."""
    envelope = Envelope.objects.filter(interaction=contact).first()
    number = callbacks.tidy_phone(contact.client, envelope.from_phone) if envelope else ""
    address = callbacks.tidy_address(envelope.from_address) if envelope else ""
    if contact.customer is not None:
        number = number or contact.customer.phones.values_list("number", flat=True).first() or ""
        address = address or contact.customer.addresses.values_list("address", flat=True).first() or ""
    return number, address


def _withdraw_promises(client: Client, at: datetime) -> None:
    for callback in Callback.objects.filter(client=client, state__in=OPEN_STATES).order_by("pk"):
        try:
            callbacks.withdraw(callback, "the client closed", at=at)
        except (BeingMade, callbacks.CallbackOver):
            continue
