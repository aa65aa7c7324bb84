"""What happens at the carrier of a call: one operation for all of it, by whatever way it comes.

Each event is safe twice, late, and in any order: it names the leg it is about, and changes what still stands so. Its
time is that of the locks, taken by each operation when it has them, unless the caller gives one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.references import public_id
from clients import customers
from clients.models import Channel, EntryPoint
from interactions import callbacks, calls, carrying, handling, intake, journal, media, offers, transfers, waits
from interactions.adapters.voice import Event, Happened
from interactions.models import (
    Arrival,
    EndedBy,
    ExchangeCall,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    State,
)

CALL_ME = "1"  # who waits and presses it is called back and keeps his place
WAITING = (State.QUEUED, State.OFFERED)


class UnknownCall(DomainError):
    """Nothing arrived under this id; perhaps its arrival is still on its way."""

    code = "unknown_call"
    sentence = _("No such call has arrived at this number.")
    status = 404


def at_exchange(door: EntryPoint, event: Event, *, at: datetime | None = None) -> Interaction | None:
    """An exchange tells of a call at this number; None for one that was over before it arrived."""
    if event.kind == Happened.ARRIVED:
        return _arrived(door, event, at=at)
    call = ExchangeCall.objects.select_related("interaction").filter(
        interaction__arrivals__entry_point=door, interaction__arrivals__provider_id=_provider_id(event)
    )
    found = call.first()
    if found is not None:
        happened(found.interaction, event, at=at)
        found.interaction.refresh_from_db()
        return found.interaction
    if event.kind != Happened.HUNG_UP:
        raise UnknownCall
    # His hanging up has overtaken his call, which is not to ring when it comes; or the two met, and the call is here.
    there, made = Arrival.objects.get_or_create(
        entry_point=door, provider_id=_provider_id(event), defaults={"at": at or clock.now()}
    )
    if made or there.interaction is None:
        return None
    happened(there.interaction, event, at=at)
    there.interaction.refresh_from_db()
    return there.interaction


def happened(interaction: Interaction, event: Event, *, at: datetime | None = None) -> bool:
    """One thing happened to this call; whether that changed anything."""
    leg = _leg_of(interaction, event)
    if event.leg and leg is None:
        return False
    return ACTS[event.kind](interaction, leg, event, at)


def _leg_of(interaction: Interaction, event: Event) -> Leg | None:
    key = public_id(event.leg)
    if key is None:
        return None
    return Leg.objects.select_related("interaction", "agent").filter(interaction=interaction, public_id=key).first()


def _provider_id(event: Event) -> str:
    return f"exchange:{event.call}"


def _arrived(door: EntryPoint, event: Event, *, at: datetime | None) -> Interaction | None:
    """As at every door, once; with its place on the exchange in the same transaction, without which nobody tells it."""
    given = intake.NewContact(
        provider_id=_provider_id(event),
        channel=Channel.VOICE,
        carrier=door.exchange,
        from_phone=event.number,
        from_name=event.name,
        language=event.language,
        key=event.key,
        simulated=event.simulated,
    )
    try:
        with transaction.atomic():
            if Arrival.objects.filter(entry_point=door, provider_id=given.provider_id, interaction=None).exists():
                return None
            received = intake.receive(door, given, at=at)
            if not received.repeated:
                ExchangeCall.objects.create(interaction=received.interaction, call=event.call)
                if received.interaction.state == State.CLOSED:  # turned away at the door
                    carrying.leave(received.interaction)
            return received.interaction
    except IntegrityError:
        if Arrival.objects.filter(entry_point=door, provider_id=given.provider_id, interaction=None).exists():
            return None
        raise


# --- what each means --------------------------------------------------------------------------------------------------


def _arrives_again(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    return False


def _ringing(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    """Her telephone rings: as good as a card that is shown."""
    if leg is None or leg.state != LegState.OFFERED:
        return False
    offers.card_shown(leg, at=at)
    return True


def _connected(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    """This side hears the other, or both do; the second of the two answers the call."""
    if leg is None:
        return False
    sides = [media.Side(event.side)] if event.side else list(media.Side)
    answered = [media.came(leg, side, at=at) for side in sides]
    return True in answered


def _failed(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    """The line to her could not be made, or broke: he waits for another."""
    if leg is None:
        return False
    why = event.why or "the exchange could not connect them"
    if leg.state == LegState.OFFERED:  # as a desk that cannot take it now: passed on at once, no blame
        offers.busy(leg, by=leg.agent, at=at)
        return True
    if media.unsettled(leg) is not None:
        return calls.no_voice(leg, why=why, at=at)
    if leg.role == LegRole.PRIMARY:
        return handling.console_lost(leg, why=why, at=at)
    return _colleague_gone(leg, at)


def _key(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    """Who waits takes a callback to the number he calls from, once his line offers one."""
    if event.key != CALL_ME or interaction.state not in WAITING:
        return False
    now = at or clock.now()
    if not waits.callback_offered(interaction, waits.expected_wait_of(interaction, at=now), at=now):
        return False
    number = customers.number_to_call(interaction.client, interaction.envelope.from_phone)
    if not number:
        return False
    with transaction.atomic():
        made = callbacks.instead_of_waiting(interaction, number=number, case=interaction.case, at=at)
        if made is not None:
            carrying.leave(interaction)
    return made is not None


def _hung_up(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    """The customer, or one of ours at her telephone."""
    if leg is None:
        return carrying.gone(interaction.exchange, at=at)
    if leg.role != LegRole.PRIMARY:
        return _colleague_gone(leg, at)
    if leg.state != LegState.HANDLING:
        return False
    handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT, at=at)
    return True


def _colleague_gone(leg: Leg, at: datetime | None) -> bool:
    """The line of a colleague who was asked is down: the customer stays with the agent."""
    if leg.state != LegState.HANDLING:
        return False
    transfers.end_consult(leg, by=leg.agent, at=at)
    return True


@transaction.atomic
def _recorded(interaction: Interaction, leg: Leg | None, event: Event, at: datetime | None) -> bool:
    """Where the exchange keeps the recording; said twice it is written down once."""
    # Said twice at the same moment, the second waits here.
    ExchangeCall.objects.select_for_update(no_key=True).get(interaction=interaction)
    known = interaction.journal.filter(kind=Kind.RECORDING_STOPPED, facts__where=event.where)
    if not event.where or known.exists():
        return False
    journal.record(leg or interaction, Kind.RECORDING_STOPPED, at=at, why="kept by the exchange", where=event.where)
    return True


ACTS: dict[Happened, Callable[[Interaction, Leg | None, Event, datetime | None], bool]] = {
    Happened.ARRIVED: _arrives_again,
    Happened.RINGING: _ringing,
    Happened.CONNECTED: _connected,
    Happened.FAILED: _failed,
    Happened.KEY: _key,
    Happened.HUNG_UP: _hung_up,
    Happened.RECORDED: _recorded,
}
