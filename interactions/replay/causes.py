"""Why an offer went elsewhere when it was asked for anew: what the record says was uncertain at that moment."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from interactions.replay.record import Leg, Past
from interactions.replay.rules import Rule

RACE = timedelta(milliseconds=250)
NEAR = timedelta(seconds=2)


class Cause(StrEnum):
    """The first that fits."""

    PRESENCE = "presence"
    RULES = "rules"
    RACE = "race"
    KEPT = "kept"
    DELAY = "delay"
    NOT_THERE = "not_there"
    NOT_WAITING = "not_waiting"
    NO_ROOM = "no_room"
    NOT_ELIGIBLE = "not_eligible"
    IDLE = "idle"
    OTHER = "other"


WORDS = {
    Cause.PRESENCE: _("The presence of one of the two agents changed within two seconds."),
    Cause.RULES: _("A rule of the line, a licence or a skill changed within two seconds, or no change of it was kept."),
    Cause.RACE: _("Several routers decided within a quarter of a second, and one looked past what another held."),
    Cause.KEPT: _("The contact was kept for a preferred agent, which no log tells to the end."),
    Cause.DELAY: _("A delay after a decline or miss ran by the record; it was over, or was not kept."),
    Cause.NOT_THERE: _("By the presence log the agent was not free; a wished pause is in no log."),
    Cause.NOT_WAITING: _("By the journal the contact was not waiting in its line then."),
    Cause.NO_ROOM: _("By the record the agent had no room; her profile was another then, or work was set aside."),
    Cause.NOT_ELIGIBLE: _("By today's and the kept rules the agent may not have it: a change was not kept."),
    Cause.IDLE: _("The two agents were idle since times that no log tells exactly."),
    Cause.OTHER: _("The record does not say why."),
}


class Context:
    """What happened around each moment."""

    def __init__(self, past: Past, rules: Iterable[Rule]) -> None:
        self._presence: defaultdict[int, list[datetime]] = defaultdict(list)
        for change in past.presence:
            self._presence[change.agent].append(change.at)
        self._decisions: defaultdict[int, list[datetime]] = defaultdict(list)
        for leg in past.legs.values():
            times = (leg.offered_at, leg.accepted_at, leg.work_ended_at, leg.ended_at)
            self._decisions[leg.agent] += [at for at in times if at is not None]
        for known in (*self._presence.values(), *self._decisions.values()):
            known.sort()
        self._rules = sorted(rule.at for rule in rules)

    def of(self, leg: Leg, said: dict[str, Any]) -> Cause:
        """The cause of one difference, of what the router met when it was asked."""
        at, both = leg.offered_at, [pk for pk in (leg.agent, said["agent"]) if pk is not None]
        seat = said.get("seat") or {}
        if any(_near(self._presence[pk], at, NEAR) for pk in both):
            return Cause.PRESENCE
        if _near(self._rules, at, NEAR):
            return Cause.RULES
        if any(_near(self._decisions[pk], at, RACE, but=at) for pk in both):
            return Cause.RACE
        if said.get("prefer") is not None or leg.why.get("kept"):
            return Cause.KEPT
        if said.get("refused") and datetime.fromisoformat(said["refused"]) > at:
            return Cause.DELAY
        if said.get("state") != "queued":
            return Cause.NOT_WAITING
        there = seat.get("presence") == "available" and seat.get("connected") and not seat.get("wish")
        if not there or seat.get("offered"):
            return Cause.NOT_THERE
        if not said.get("lane"):
            return Cause.NOT_ELIGIBLE
        if not any(seat.get(f"fits_{channel}") for channel in ("voice", "chat", "email")):
            return Cause.NO_ROOM
        return Cause.IDLE if said.get("agent") not in (None, leg.agent) else Cause.OTHER


def _near(times: list[datetime], at: datetime, within: timedelta, *, but: datetime | None = None) -> bool:
    """Whether one of the sorted times lies that near, others than the moment itself."""
    place = bisect_left(times, at - within)
    while place < len(times) and times[place] <= at + within:
        if times[place] != but:
            return True
        place += 1
    return False
