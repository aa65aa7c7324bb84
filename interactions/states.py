"""The tables of moves, and move(): the one way from Python to change a state and recount a seat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.asking import asked, asked_later
from bpo.kernel.states import advance
from interactions.models import (
    Callback,
    CallbackState,
    Case,
    CaseState,
    Interaction,
    Leg,
    LegState,
    Prospect,
    ProspectState,
    Recording,
    RecordingState,
    State,
)

INTERACTION_MOVES: Mapping[str, frozenset[str]] = {
    State.QUEUED: frozenset({State.OFFERED, State.ACTIVE, State.CLOSED}),
    State.OFFERED: frozenset({State.ACTIVE, State.QUEUED, State.CLOSED}),
    State.ACTIVE: frozenset({State.HELD, State.PARKED, State.QUEUED, State.OFFERED, State.WRAP_UP, State.CLOSED}),
    State.HELD: frozenset({State.ACTIVE, State.QUEUED, State.OFFERED, State.WRAP_UP}),
    State.PARKED: frozenset({State.QUEUED, State.ACTIVE, State.CLOSED}),
    State.WRAP_UP: frozenset({State.CLOSED, State.ACTIVE}),
    State.CLOSED: frozenset(),
}

LEG_MOVES: Mapping[str, frozenset[str]] = {
    LegState.OFFERED: frozenset({LegState.HANDLING, LegState.DECLINED, LegState.MISSED, LegState.RESCINDED}),
    LegState.HANDLING: frozenset({LegState.WRAPPING, LegState.COMPLETED, LegState.LOST}),
    LegState.WRAPPING: frozenset({LegState.COMPLETED, LegState.HANDLING}),
    LegState.COMPLETED: frozenset(),
    LegState.DECLINED: frozenset(),
    LegState.MISSED: frozenset(),
    LegState.RESCINDED: frozenset(),
    LegState.LOST: frozenset(),
}

CASE_MOVES: Mapping[str, frozenset[str]] = {
    CaseState.OPEN: frozenset({CaseState.PENDING, CaseState.RESOLVED, CaseState.MERGED}),
    CaseState.PENDING: frozenset({CaseState.OPEN, CaseState.RESOLVED, CaseState.MERGED}),
    CaseState.RESOLVED: frozenset({CaseState.OPEN, CaseState.CLOSED, CaseState.MERGED}),
    CaseState.CLOSED: frozenset(),
    CaseState.MERGED: frozenset(),
}

# A merged case is moved by nothing but the undo of its merge.
CASE_SPLITS: Mapping[str, frozenset[str]] = {
    CaseState.MERGED: frozenset({CaseState.OPEN, CaseState.PENDING, CaseState.RESOLVED}),
}

CALLBACK_MOVES: Mapping[str, frozenset[str]] = {
    CallbackState.PROMISED: frozenset({CallbackState.DUE, CallbackState.BROKEN, CallbackState.WITHDRAWN}),
    CallbackState.DUE: frozenset(
        {CallbackState.WORKING, CallbackState.PROMISED, CallbackState.BROKEN, CallbackState.WITHDRAWN}
    ),
    CallbackState.WORKING: frozenset(
        {
            CallbackState.KEPT,
            CallbackState.LATE,
            CallbackState.PROMISED,
            CallbackState.UNREACHED,
            CallbackState.WITHDRAWN,
        }
    ),
    CallbackState.KEPT: frozenset(),
    CallbackState.LATE: frozenset(),
    CallbackState.UNREACHED: frozenset(),
    CallbackState.BROKEN: frozenset(),
    CallbackState.WITHDRAWN: frozenset(),
}

RECORDING_MOVES: Mapping[str, frozenset[str]] = {
    RecordingState.RUNNING: frozenset({RecordingState.PAUSED, RecordingState.ENDED}),
    RecordingState.PAUSED: frozenset({RecordingState.RUNNING, RecordingState.ENDED}),
    RecordingState.ENDED: frozenset({RecordingState.KEPT, RecordingState.DELETED}),
    RecordingState.KEPT: frozenset({RecordingState.DELETED}),
    RecordingState.DELETED: frozenset(),
    RecordingState.REFUSED: frozenset(),
}

PROSPECT_MOVES: Mapping[str, frozenset[str]] = {
    ProspectState.WAITING: frozenset(
        {ProspectState.TAKEN, ProspectState.GIVEN_UP, ProspectState.DO_NOT_CALL, ProspectState.REMOVED}
    ),
    ProspectState.TAKEN: frozenset({ProspectState.WAITING, ProspectState.CALLING, ProspectState.DO_NOT_CALL}),
    ProspectState.CALLING: frozenset(
        {ProspectState.WAITING, ProspectState.DONE, ProspectState.GIVEN_UP, ProspectState.DO_NOT_CALL}
    ),
    # Who says so later is heard.
    ProspectState.DONE: frozenset({ProspectState.DO_NOT_CALL}),
    ProspectState.GIVEN_UP: frozenset({ProspectState.DO_NOT_CALL}),
    # A slip of the finger, taken back in the same call.
    ProspectState.DO_NOT_CALL: frozenset({ProspectState.CALLING}),
    ProspectState.REMOVED: frozenset({ProspectState.WAITING}),
}

# Leaving for one of these, or entering the first, sets the agent's idle time (DESIGN.md 3).
IDLE_AFTER = frozenset({LegState.HANDLING, LegState.COMPLETED, LegState.LOST})

NEXT_VERSION = F("version") + 1

Moving = Interaction | Leg | Case | Callback | Recording | Prospect


def take_seats(*agents: Agent | int | None) -> None:
    """Lock these agents' seats in order of id. First thing in every operation that moves a leg.

    The matcher takes the seat, then the interaction, and never waits; who waits here holds nothing it wants.
    """
    if keys := _keys(agents):
        asked_later("SELECT take_seats(%s::bigint[])", [keys])


def take_seats_on(interaction_id: int, *agents: Agent | int | None) -> None:
    """Lock the seats of all who are offered or handle this contact, and of these agents, as `take_seats` does."""
    asked_later("SELECT take_seats_with(%s::bigint, NULL, %s::bigint[])", [interaction_id, _keys(agents)])


def take_seats_around(agent_id: int) -> None:
    """Lock her seat with those of all who are on a contact with her: what she leaves is left by them, too."""
    asked_later("SELECT take_seats_with(NULL, %s::bigint, '{}')", [agent_id])


def _keys(agents: Iterable[Agent | int | None]) -> list[int]:
    return [agent.pk if isinstance(agent, Agent) else agent for agent in agents if agent is not None]


def recount_seat(agent_id: int, *, at: datetime | None = None, idle: bool = False) -> None:
    """Count points, room and open offer of a seat anew from its legs; `idle` also sets idle since."""
    asked_later("SELECT seat_recount(%s, %s, %s)", [agent_id, at or clock.now(), idle])


def set_back(agent_id: int, *, at: datetime | None = None) -> int:
    """Take up again what was set aside for an urgent contact, as room allows; how many contacts returned."""
    return int(asked("SELECT set_back(%s, %s)", [agent_id, at or clock.now()])[0][0])


def split(case: Case, to: str) -> str:
    """Undo a merge: the case is on its own again, in the state it had; as `move` does."""
    return advance(case, to, allowed=CASE_SPLITS, version=NEXT_VERSION, merged_into=None)


def move(thing: Moving, to: str, *, at: datetime | None = None, **changes: Any) -> str:
    """Move a thing to a state by an UPDATE guarded by the state we read; returns the state before.

    Raises IllegalMove when the table has no such move, and StaleState when somebody was first: in an operation with the
    next answer, from when on the version is known as well.
    A leg's move recounts its agent's seat.
    """
    at = at or clock.now()
    match thing:
        case Interaction():
            return advance(thing, to, allowed=INTERACTION_MOVES, state_since=at, version=NEXT_VERSION, **changes)
        case Leg():
            before = advance(thing, to, allowed=LEG_MOVES, version=NEXT_VERSION, **changes)
            recount_seat(thing.agent_id, at=at, idle=to in IDLE_AFTER)
            return before
        case Case():
            return advance(thing, to, allowed=CASE_MOVES, version=NEXT_VERSION, **changes)
        case Callback():
            return advance(thing, to, allowed=CALLBACK_MOVES, version=NEXT_VERSION, **changes)
        case Recording():
            return advance(thing, to, allowed=RECORDING_MOVES, **changes)
        case Prospect():
            return advance(thing, to, allowed=PROSPECT_MOVES, **changes)
