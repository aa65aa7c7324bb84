"""Signing in and out, breaks, consoles: the only writer of a seat's presence, wishes and connection.

What somebody is busy with is derived from legs; the seat's points tell this module that there is live work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agents import signals
from agents.models import Agent, ConsoleSession, Presence, PresenceEntry, Seat
from bpo.accounts import sessions
from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError, InvalidValue
from bpo.kernel.states import advance

Actor = Agent | User

MOVES: Mapping[str, frozenset[str]] = {
    Presence.SIGNED_OUT: frozenset({Presence.BREAK, Presence.AVAILABLE}),
    Presence.AVAILABLE: frozenset({Presence.BREAK, Presence.NOT_RESPONDING, Presence.SIGNED_OUT}),
    Presence.NOT_RESPONDING: frozenset({Presence.AVAILABLE, Presence.BREAK, Presence.SIGNED_OUT}),
    Presence.BREAK: frozenset({Presence.AVAILABLE, Presence.BREAK, Presence.SIGNED_OUT}),
}
NO_WISH: dict[str, Any] = {"wish": "", "wish_sign_out": False}
SIGNED_IN = "signed in"
AWAY = "Away"  # a break whose reason nobody told
HOME = "signed out"  # what she will be after a sign-out that waits for the end of her live work
AFTER_LIVE_WORK = "from the end of live work"
MISSED = "missed"  # how the reason of a break begins that too many missed offers made
BY_ITSELF = "by itself"  # the node of a console that no web process speaks for


class LiveWork(DomainError):
    """She asked to leave while she still holds contacts."""

    code = "live_work"
    sentence = _("You still hold contacts. Finish, park or hand them over, or choose to sign out after this.")


class Deactivated(DomainError):
    """Somebody who works here no more."""

    code = "deactivated"
    sentence = _("This agent was deactivated.")


class ReasonMissing(InvalidValue):
    """A break, and what a supervisor does to somebody, takes a reason."""

    code = "reason_missing"
    sentence = _("Please give a reason.")


# --- the agent's own ---------------------------------------------------------------------------------------------


@transaction.atomic
def sign_in(agent: Agent, *, at: datetime | None = None) -> Seat:
    """She is here, not yet ready: a break of the reason “signed in”. Signed in already: nothing changes."""
    at = at or clock.now()
    seat = _take(agent, at)
    if agent.deactivated_at:
        raise Deactivated
    if seat.presence == Presence.SIGNED_OUT:
        _change(seat, Presence.BREAK, SIGNED_IN, by=agent, at=at, **_fresh_connection(seat, at))
    return seat


@transaction.atomic
def go_available(agent: Agent, *, by: Actor | None = None, why: str = "", at: datetime | None = None) -> Seat:
    """Ready for offers; takes back a wish for a break or for signing out."""
    at = at or clock.now()
    seat = _take(agent, at)
    if agent.deactivated_at:
        raise Deactivated
    if seat.presence == Presence.AVAILABLE:
        if seat.wish or seat.wish_sign_out:
            _wish(seat, wish="", sign_out=False)
            _log(seat, by=by or agent, why=why or "stays available", at=at)
            _tell_available(seat)
        return seat
    _change(
        seat,
        Presence.AVAILABLE,
        by=by or agent,
        why=why,
        at=at,
        idle_since=at,
        **NO_WISH,
        **_fresh_connection(seat, at),
    )
    _tell_available(seat)
    return seat


@transaction.atomic
def take_break(
    agent: Agent, reason: str, *, by: Actor | None = None, why: str = "", at: datetime | None = None
) -> Seat:
    """Away for a reason; while she holds contacts it is a wish, fulfilled when the last one ends.

    Who was signed out signs in with it: first the break "signed in", then this one.
    """
    at = at or clock.now()
    reason = given_reason(reason, most=60)
    seat = _take(agent, at)
    if seat.presence == Presence.SIGNED_OUT:
        seat = sign_in(agent, at=at)
    if _live(seat) and seat.presence != Presence.BREAK:
        _wish(seat, wish=reason, sign_out=False)
    else:
        _change(seat, Presence.BREAK, reason, by=by or agent, why=why, at=at, **NO_WISH)
    return seat


def pause_after(agent: Agent, reason: str, *, at: datetime | None = None) -> Seat:
    """“Pause after this”: no new offers, the break begins when the last live leg ends (at once without any)."""
    return take_break(agent, reason, at=at)


@transaction.atomic
def sign_out(agent: Agent, *, after_this: bool = False, by: Actor | None = None, at: datetime | None = None) -> Seat:
    """Gone home. An open offer goes back; other live work refuses it, or makes it a wish with `after_this`."""
    at = at or clock.now()
    seat = _take_around(agent, at)
    if seat.presence == Presence.SIGNED_OUT:
        return seat
    _withdraw_offer(seat, "signed out", at)
    if not _live(seat):
        _change(seat, Presence.SIGNED_OUT, by=by or agent, at=at, **NO_WISH)
    elif after_this:
        _wish(seat, wish="", sign_out=True)
    else:
        raise LiveWork
    return seat


# --- what others and the clock do to her -----------------------------------------------------------------------------


@transaction.atomic
def force(agent: Agent, presence: str, reason: str = "", *, by: User, why: str, at: datetime | None = None) -> Seat:
    """A supervisor's order: her open offer goes back at once, the rest happens when her last live leg ends."""
    at = at or clock.now()
    why = given_reason(why)
    if presence == Presence.AVAILABLE:
        return go_available(agent, by=by, why=why, at=at)
    if presence not in (Presence.BREAK, Presence.SIGNED_OUT):
        raise InvalidValue(f"nobody can be forced to be {presence}")
    seat = _take_around(agent, at)
    if seat.presence == Presence.SIGNED_OUT:
        return seat
    _withdraw_offer(seat, "forced", at)
    away = words.line(reason, most=60) or AWAY
    if _live(seat):
        leave = presence == Presence.SIGNED_OUT
        _wish(seat, wish="" if leave else away, sign_out=leave)
        _log(seat, by=by, why=f"{_later(HOME if leave else away)}{why})", at=at)
    else:
        _change(seat, presence, away if presence == Presence.BREAK else "", by=by, why=why, at=at, **NO_WISH)
    return seat


@dataclass(frozen=True, slots=True)
class Order:
    """What a supervisor made of her presence, and why."""

    by_name: str
    why: str


def ordered(seat: Seat) -> Order | None:
    """Who sent her away, or will when her live work ends, and why; None where it was herself or the clock."""
    wished = bool(seat.wish or seat.wish_sign_out)
    if seat.presence not in (Presence.BREAK, Presence.SIGNED_OUT) and not wished:
        return None
    by_people = PresenceEntry.objects.filter(agent=seat.pk, by__isnull=False).order_by("-at", "-pk")
    entry = by_people.first()
    if entry is None or entry.by_id == seat.agent.user_id:
        return None
    home = seat.wish_sign_out if wished else seat.presence == Presence.SIGNED_OUT
    later = _later(HOME if home else seat.wish or seat.reason)
    if entry.why.startswith(later):
        return Order(entry.by_name, entry.why if wished else entry.why.removeprefix(later).removesuffix(")"))
    return None if wished or entry.presence != seat.presence else Order(entry.by_name, entry.why)


def _later(what: str) -> str:
    """How the log begins to tell an order that waits for the end of her live work."""
    return f"{AFTER_LIVE_WORK}: {what} ("


@transaction.atomic
def not_responding(agent: Agent, at: datetime) -> Seat:
    """A missed offer in a queue of that rule; she comes back herself. The count of misses stays."""
    seat = _take(agent, at)
    if seat.presence == Presence.AVAILABLE:
        _change(seat, Presence.NOT_RESPONDING, why="missed an offer", at=at)
    return seat


@transaction.atomic
def missed_out(agent: Agent, n: int, at: datetime) -> Seat:
    """The Nth miss in a row is a break, which clears the count."""
    seat = _take(agent, at)
    missed = f"{MISSED} {n}"
    if seat.presence in (Presence.AVAILABLE, Presence.NOT_RESPONDING):
        _change(seat, Presence.BREAK, missed, why=f"{missed} in a row", at=at, misses=0, **NO_WISH)
    return seat


def is_missed_out(seat: Seat) -> bool:
    """Whether she is away for having missed too many offers, and not by her own word."""
    return seat.presence == Presence.BREAK and seat.reason.startswith(f"{MISSED} ")


@transaction.atomic
def leg_ended(agent_id: int, *, at: datetime | None = None) -> bool:
    """After her last live leg a wished break or sign-out begins; whether one did."""
    at = at or clock.now()
    seat = _take(agent_id, at)
    if _live(seat) or not (seat.wish or seat.wish_sign_out) or seat.presence == Presence.SIGNED_OUT:
        return False
    if seat.wish_sign_out:
        _change(seat, Presence.SIGNED_OUT, why="as wished", at=at, **NO_WISH)
    else:
        _change(seat, Presence.BREAK, seat.wish, why="as wished", at=at, **NO_WISH)
    return True


@transaction.atomic
def sign_out_absent(agent: Agent, why: str, at: datetime, *, absent: Q) -> bool:
    """Signed out by the clock: her console is gone for longer than the grace, or she does not respond.

    `absent` is looked at again under the lock: who came back meanwhile stays. Whether she was signed out.
    """
    seat = _take_around(agent, at)
    if seat.presence == Presence.SIGNED_OUT or not Seat.objects.filter(absent, pk=seat.pk).exists():
        return False
    _withdraw_offer(seat, why, at)
    _change(seat, Presence.SIGNED_OUT, why=why, at=at, **NO_WISH)
    return True


@transaction.atomic
def deactivate(agent: Agent, by: User | None, *, why: str = "", at: datetime | None = None) -> None:
    """She works here no more: signed out, sessions cut, contacts back to their queues. Her name stays in the log."""
    at = at or clock.now()
    # The person's row before the seats, as whoever clears "active" there takes them.
    if User.objects.filter(pk=agent.user_id, is_active=True).update(is_active=False):
        sessions.cut(agent.user)
    seat = _take_around(agent, at)
    agent.deactivated_at = at
    agent.save(update_fields=["deactivated_at"])
    _withdraw_offer(seat, "deactivated", at)
    signals.deactivated.send(sender=Agent, agent_id=agent.pk, at=at, by=by)
    signals.eligibility_changed.send(sender=Agent, agent_id=agent.pk, why="deactivated")
    ConsoleSession.objects.filter(agent=agent).delete()
    seat = _take(agent, at)
    if seat.presence != Presence.SIGNED_OUT:
        _change(seat, Presence.SIGNED_OUT, by=by, why=why or "deactivated", at=at, connected=False, **NO_WISH)


# --- consoles --------------------------------------------------------------------------------------------------------


@transaction.atomic
def connected(agent: Agent, console_key: UUID, node: str, *, at: datetime | None = None) -> Seat:
    """A console of hers is open, heard of by that web process; the first one connects the seat."""
    at = at or clock.now()
    seat = _take(agent, at)
    ConsoleSession.objects.update_or_create(
        key=console_key,
        defaults={"agent": agent, "node": node, "seen_at": at},
        create_defaults={"agent": agent, "node": node, "seen_at": at, "opened_at": at},
    )
    if not seat.connected:
        _connect(seat, True, at)
        signals.console_back.send(sender=Seat, agent_id=agent.pk, at=at)
        if seat.presence == Presence.AVAILABLE:
            _tell_available(seat)
    return seat


@transaction.atomic
def here(agent: Agent, console_key: UUID | None, *, at: datetime | None = None) -> UUID | None:
    """A console without a socket, or whose socket hears nothing, says by itself that it is there.

    Returns the key it goes by from now on, a new one for a console that is not known (any more); None when a newer
    console of hers works and this one must step aside. Silent as long as a dead web process, it is gone like one.
    """
    at = at or clock.now()
    _take(agent, at)
    mine = ConsoleSession.objects.filter(agent=agent, key=console_key).first() if console_key else None
    if mine and ConsoleSession.objects.filter(agent=agent, opened_at__gt=mine.opened_at).exists():
        mine.delete()
        return None
    key, node = (mine.key, mine.node) if mine else (uuid4(), BY_ITSELF)
    connected(agent, key, node, at=at)
    return key


def replaced(agent: Agent, console_key: UUID) -> None:
    """The same page is there under another key; call it after `connected`, so that she never seems gone."""
    ConsoleSession.objects.filter(agent=agent, key=console_key).delete()


@transaction.atomic
def disconnected(console_key: UUID, *, unheard_since: datetime | None = None, at: datetime | None = None) -> bool:
    """A console's socket closed or its web process died; the last one disconnects the seat. Whether it did.

    `unheard_since`: only if its process was not heard of since then, looked at again under the lock.
    """
    at = at or clock.now()
    agent_id = ConsoleSession.objects.filter(key=console_key).values_list("agent_id", flat=True).first()
    if agent_id is None:
        return False
    seat = _take_around(agent_id, at)
    console = ConsoleSession.objects.filter(key=console_key)
    if unheard_since and console.filter(seen_at__gte=unheard_since).exists():
        return False
    console.delete()
    if not seat.connected or ConsoleSession.objects.filter(agent_id=agent_id).exists():
        return False
    _connect(seat, False, at)
    signals.consoles_gone.send(sender=Seat, agent_id=agent_id, at=at)
    return True


@transaction.atomic
def no_console(agent_id: int, *, at: datetime | None = None) -> bool:
    """The seat says connected, yet no console is there: its process died in between. Whether that was so."""
    at = at or clock.now()
    seat = _take_around(agent_id, at)
    if not seat.connected or ConsoleSession.objects.filter(agent_id=agent_id).exists():
        return False
    _connect(seat, False, at)
    signals.consoles_gone.send(sender=Seat, agent_id=agent_id, at=at)
    return True


def seen(node: str, *, at: datetime | None = None) -> int:
    """The heartbeat of one web process for all consoles it holds: one UPDATE, every five seconds."""
    return ConsoleSession.objects.filter(node=node).update(seen_at=at or clock.now())


# --- inside ----------------------------------------------------------------------------------------------------------


def _take(agent: Agent | int, at: datetime) -> Seat:
    """The seat, locked; made on the first day."""
    pk = agent.pk if isinstance(agent, Agent) else agent
    seat = Seat.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if seat is None:
        budget = Agent.objects.values_list("profile__budget", flat=True).get(pk=pk)
        fields = {"since": at, "idle_since": at, "capacity": budget}
        _seat, made = Seat.objects.get_or_create(agent_id=pk, defaults=fields)
        seat = Seat.objects.select_for_update(no_key=True).get(pk=pk)
        if made:  # no lane of before knows her, and her room is not counted
            signals.eligibility_changed.send(sender=Agent, agent_id=pk, why="first day")
            seat.refresh_from_db()
    return seat


def _take_around(agent: Agent | int, at: datetime) -> Seat:
    """The seat, locked after those of all who are on a contact with her, each in order of id.

    Her leaving ends what colleagues do with her; taking theirs after hers could stand against them taking hers.
    """
    pk = agent.pk if isinstance(agent, Agent) else agent
    signals.leaving.send(sender=Agent, agent_id=pk)
    return _take(agent, at)


def _live(seat: Seat) -> bool:
    """Points are held by every offered, handled or wrapped-up leg."""
    return seat.points_voice + seat.points_chat + seat.points_email > 0


def given_reason(said: str, *, most: int = 200) -> str:
    """The reason on one line; ReasonMissing without one."""
    said = words.line(said, most=most)
    if not said:
        raise ReasonMissing
    return said


def _fresh_connection(seat: Seat, at: datetime) -> dict[str, Any]:
    """Her page opens its socket in a moment: the grace for a lost console starts now, not yesterday."""
    return {} if seat.connected else {"connection_changed_at": at}


def _withdraw_offer(seat: Seat, why: str, at: datetime) -> None:
    if seat.offered:
        signals.offer_withdrawn.send(sender=Seat, agent_id=seat.pk, why=why, at=at)
        seat.refresh_from_db()


def _change(
    seat: Seat,
    presence: str,
    reason: str = "",
    *,
    by: Actor | None = None,
    why: str = "",
    at: datetime,
    **changes: Any,
) -> None:
    advance(
        seat,
        presence,
        allowed=MOVES,
        field="presence",
        reason=reason,
        since=at,
        version=F("version") + 1,
        **changes,
    )
    _log(seat, by=by, why=why, at=at)


def _wish(seat: Seat, *, wish: str, sign_out: bool) -> None:
    seat.wish, seat.wish_sign_out = wish, sign_out
    Seat.objects.filter(pk=seat.pk).update(wish=wish, wish_sign_out=sign_out, version=F("version") + 1)
    _tell(seat)


def _connect(seat: Seat, on: bool, at: datetime) -> None:
    seat.connected, seat.connection_changed_at = on, at
    Seat.objects.filter(pk=seat.pk).update(connected=on, connection_changed_at=at, version=F("version") + 1)
    _log(seat, why="console open" if on else "console gone", at=at)


def _log(seat: Seat, *, by: Actor | None = None, why: str = "", at: datetime) -> None:
    PresenceEntry.objects.create(
        agent_id=seat.pk,
        at=at,
        presence=seat.presence,
        reason=seat.reason,
        connected=seat.connected,
        by=by.user if isinstance(by, Agent) else by,
        by_name=str(by or "system")[:120],
        why=why[:200],
    )
    _tell(seat)


def _tell(seat: Seat) -> None:
    transaction.on_commit(partial(signals.presence_changed.send_robust, sender=Seat, agent_id=seat.pk))


def _tell_available(seat: Seat) -> None:
    transaction.on_commit(partial(signals.became_available.send_robust, sender=Seat, agent_id=seat.pk))
