"""A floor that runs by a set clock: who comes, works and is there as recorded; who gets what is up to routing."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from agents.models import OverflowStep
from clients.models import Channel, MissRule, Queue
from interactions import waits
from interactions.replay.changes import Changes
from interactions.replay.live import A_MOMENT, AT_ONCE, Live
from interactions.replay.record import Change, Past
from interactions.replay.retrace import Progress, first_priorities, lanes_of, seat
from interactions.replay.rules import Rule, write
from interactions.replay.scratch import Scratch
from interactions.replay.stays import FAR, LATE, MOVED, Script, Work, asked_in, places, scripts
from interactions.replay.usual import Usual

STEPS = "SELECT queue_id, array_agg(after_seconds ORDER BY ordinal) FROM agents_overflowstep GROUP BY queue_id"
# How the wait ends at a step that ends it; into another line goes who went there in the past.
ENDS = {"promise_callback": "callback_promised", "voicemail": "voicemail", "message": "timed_out"}
SWEEP, SWEEP_RAMPS = timedelta(seconds=60), timedelta(seconds=5)  # the hour of a ramp goes by unseen
BACK_AFTER = timedelta(seconds=60)  # who misses an offer that she took in the past does not respond for so long
ANALYZED = (1_000, 20_000)


@dataclass(slots=True)
class Ran:
    """What a run counted itself; all other figures are in its tables."""

    offers: int = 0
    acts: int = 0
    same_winner: int = 0
    recorded: int = 0


class Run:
    """One run over the scratch tables."""

    def __init__(
        self, scratch: Scratch, past: Past, rules: list[Rule], changes: Changes, made: list[Script] | None = None
    ) -> None:
        self.raw = scratch.raw
        self._asking = scratch.raw.cursor()
        self.scratch = scratch
        self.past = past
        self.changes = changes
        self.ran = Ran()
        self._tie = count()
        self._plan: list[tuple[datetime, int, int, Callable[..., None], tuple[Any, ...]]] = []
        self._waiting: set[int] = set()
        self._sweeping = False
        ramps = scratch.raw.execute("SELECT EXISTS (SELECT 1 FROM agents_licence WHERE ramp_per_hour IS NOT NULL)")
        self._sweep_every = SWEEP_RAMPS if ramps.fetchone() == (True,) else SWEEP
        self._lanes = lanes_of(scratch)
        self._steps = dict(scratch.raw.execute(STEPS).fetchall())
        self._queues = {queue.pk: changes.of_line(queue) for queue in Queue.objects.select_related("client")}
        if made is None:
            made = scripts(past, first_priorities(past), places(past))
        self._live = {script.contact.id: Live(script) for script in made}
        self._usual = Usual(made, self._lanes)
        self._rules = rules

    def run(self, progress: Progress = lambda done: None) -> Ran:
        """Until the floor closes."""
        self._open()
        start, seconds = self.past.start, (self.past.stop - self.past.start).total_seconds()
        while self._plan and self._plan[0][0] < self.past.stop:
            at, _rank, _tie, act, values = heapq.heappop(self._plan)
            act(at, *values)
            self.ran.acts += 1
            if self.ran.acts in ANALYZED:
                self.scratch.analyze()
            if self.ran.acts % 200 == 0:
                progress(max(0.0, min(1.0, (at - start).total_seconds() / seconds)))
        return self.ran

    def _open(self) -> None:
        """Who is there, what is in hand and who waits at the first moment; then all that is recorded to come."""
        start = self.past.start
        for change in self.changes.presence(self.past.presence):
            at = max(change.at, start) if not change.wish else change.at
            if not change.wish or change.at >= start:
                self._at(at, change.rank if change.at >= start else -1, self._presence, change)
        self._at(start, 0, lambda at: seat(self.raw, self.past))
        for rule in self._rules:
            self._at(rule.at, 0, self._rule, rule)
        for live in self._live.values():
            self._begin(live)
        for asked in asked_in(self.past):
            if asked.over.at > start and asked.contact in self._live:
                self._at(max(asked.began.at, start), asked.began.rank, self._asked_in, asked)

    def _begin(self, live: Live) -> None:
        """A contact that came before the first moment is where it was then."""
        start = self.past.start
        if not live.skip_to(start):
            return
        stay = live.stay
        if stay.work is not None and stay.work.began.at <= start:
            self._at(start, 1, self._given, live, stay.work)
        else:
            came = max(stay.came.at, start)
            self._at(came, stay.came.rank if came == stay.came.at else 2, self._comes, live)

    # --- the plan ----------------------------------------------------------------------------------------------------

    def _at(self, at: datetime, rank: int, act: Callable[..., None], *values: Any) -> None:
        heapq.heappush(self._plan, (at, rank, next(self._tie), act, values))

    def _later(self, live: Live, at: datetime, rank: int, act: Callable[..., None], *values: Any) -> None:
        """Void once anything else has happened to the contact."""
        turn = live.turn

        def still(now: datetime) -> None:
            if live.turn == turn:
                act(now, live, *values)

        self._at(at, rank, still)

    def _do_nothing(self, statement: str, *values: Any) -> None:
        """An act from which no offer follows."""
        self.raw.execute(statement, values, prepare=True)

    def _do(self, statement: str, *values: Any) -> None:
        """An act on the floor; every offer that follows from it is planned on."""
        for leg, contact, agent, at, expires_at in self._asking.execute(statement, values, prepare=True).fetchall():
            self._offered(leg, contact, agent, at, expires_at)

    # --- in line -----------------------------------------------------------------------------------------------------

    def _comes(self, at: datetime, live: Live, match: bool = True) -> None:
        stay, contact = live.stay, live.script.contact
        lane = stay.lane if stay.lane in self._lanes else None
        if lane is None:
            if stay.work is not None:
                self._given(at, live, stay.work)
            return
        queue = self._queues[self._lanes[lane]]
        late = at - stay.came.at if live.place else timedelta()  # it comes later when the work before it did
        since = stay.since + late
        priority = self.changes.priority(queue, stay.priority)
        place = waits.order_in(queue, priority=priority, returned=stay.returned, enqueued_at=since)
        agent, until = stay.prefer or (None, None)
        live.turn, live.offers, live.waits = live.turn + 1, 0, True
        self._waiting.add(contact.id)
        if (leaves := live.leaves(at, queue, self._usual)) is not None:
            gone, how = leaves
            self._at(gone.at, gone.rank, self._leaves, live, live.place, how)
        self._step_later(live, at, since, lane)
        if stay.work is not None and stay.work.given:
            given = at + max(stay.work.began.at - stay.came.at, timedelta())
            self._later(live, given, stay.work.began.rank, self._given, stay.work)
        self._do(
            "SELECT * FROM replay_queue(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            contact.id, lane, priority, stay.returned, place["band"], place["order_key"], since, agent,
            until + late if until else None, at, match,
        )  # fmt: skip
        if until is not None:
            self._at(until + late, LATE, self._asked_again, contact.id)
        self._sweep_soon(at)

    def _leaves(self, at: datetime, live: Live, place: int, how: str) -> None:
        if live.place != place or not live.waits:
            return
        if how == MOVED:
            if live.script.contact.id in self._waiting:
                live.place += 1
                self._comes(at, live)
            return
        live.turn += 1
        live.waits = False
        self._waiting.discard(live.script.contact.id)
        self._do("SELECT * FROM replay_leave(%s, %s, %s)", live.script.contact.id, how, at)

    def _step_later(self, live: Live, at: datetime, since: datetime, lane: int) -> None:
        """The steps of the line, their seconds added up from entry."""
        for after in self._steps.get(self._lanes[lane], ()):
            since += timedelta(seconds=after)
            self._at(max(since, at), LATE, self._steps_on, live, live.place)

    def _steps_on(self, at: datetime, live: Live, place: int) -> None:
        """A step of overflow: more agents, or the end of the wait. Who is being offered reaches it back in line."""
        contact = live.script.contact
        if live.place != place or not live.waits:
            return
        if contact.id not in self._waiting:
            self._at(at + A_MOMENT, LATE, self._steps_on, live, place)
            return
        found = self.raw.execute("SELECT replay_step(%s)", [contact.id], prepare=True).fetchone()
        action = found[0] if found else None
        if action in ENDS and contact.channel != Channel.EMAIL:
            self._leaves(at, live, place, ENDS[action])
        elif action is not None:
            self._do("SELECT * FROM replay_waits(%s, %s)", contact.id, at)

    def _asked_again(self, at: datetime, contact: int) -> None:
        if contact in self._waiting:
            self._do("SELECT * FROM replay_asked_again(%s, %s)", contact, at)

    def _sweep_soon(self, at: datetime) -> None:
        if self._waiting and not self._sweeping:
            self._sweeping = True
            self._at(at + self._sweep_every, LATE, self._sweep)

    def _sweep(self, at: datetime) -> None:
        """What time alone makes possible: a ramp's hour, a step of overflow."""
        self._sweeping = False
        if self._waiting:
            self._do("SELECT * FROM replay_swept(%s)", at)
        self._sweep_soon(at)

    # --- offers ------------------------------------------------------------------------------------------------------

    def _offered(self, leg: int, contact: int, agent: int, at: datetime, expires_at: datetime) -> None:
        live = self._live[contact]
        recorded = live.recorded_offer
        live.offers += 1
        live.turn += 1
        live.leg, live.agent = leg, agent
        self._waiting.discard(contact)
        self.ran.offers += 1
        if recorded is not None:
            self.ran.recorded += 1
            self.ran.same_winner += recorded.agent == agent
        answer = live.answers(recorded, agent, at, expires_at, self._usual)
        if answer.end == "accepted":
            self._later(live, answer.over.at, answer.over.rank, self._accepted)
        else:
            refused_for = recorded.refused_for if recorded else 0
            self._later(
                live, answer.over.at, answer.over.rank, self._refused, answer.end, refused_for, not answer.recorded
            )

    def _refused(self, at: datetime, live: Live, end: str, seconds: int, new: bool) -> None:
        stay, contact, agent = live.stay, live.script.contact, live.agent
        queue = self._queues[self._lanes[stay.lane or 0]]
        if new:
            seconds = queue.miss_delay_seconds
        away = new and queue.miss_rule == MissRule.NOT_RESPONDING
        live.turn += 1
        self._waiting.add(contact.id)
        if seconds:
            self._at(at + timedelta(seconds=seconds), LATE, self._asked_again, contact.id)
        if away:
            back = Change(0, agent or 0, at + BACK_AFTER, "available", "", True, "")
            self._at(back.at, LATE, self._back, back)
        self._do("SELECT * FROM replay_not_taken(%s, %s, %s, %s, %s)", live.leg, end, seconds, away, at)
        self._sweep_soon(at)

    def _back(self, at: datetime, back: Change) -> None:
        found = self.raw.execute("SELECT presence FROM agents_seat WHERE agent_id = %s", [back.agent]).fetchone()
        if found and found[0] == "not_responding":
            self._presence(at, back)

    def _accepted(self, at: datetime, live: Live) -> None:
        live.turn += 1
        live.waits = False
        ends = live.talk_ends(at, self._usual)
        self._later(live, ends.at, ends.rank, self._talk_over)
        self._do("SELECT * FROM replay_accept(%s, %s)", live.leg, at)

    # --- work --------------------------------------------------------------------------------------------------------

    def _given(self, at: datetime, live: Live, work: Work) -> None:
        """By a person's word, or in hand already at the first moment."""
        contact = live.script.contact
        live.turn += 1
        self._waiting.discard(contact.id)
        if self.changes.gone(work.agent):
            # Who had it is not there: the line decides.
            if live.stay.lane in self._lanes and not live.waits:
                work.given = False
                self._comes(at, live)
            elif live.waits:
                self._waiting.add(contact.id)
            return
        live.waits = False
        live.agent = work.agent
        found = self.raw.execute(
            "SELECT * FROM replay_given(%s, %s, 'primary', %s)", [contact.id, work.agent, at], prepare=True
        ).fetchall()
        live.leg = found[0][0]
        ends = live.given_talk_ends(work, at, self.past.start)
        self._later(live, ends.at, ends.rank, self._talk_over)
        for leg, other, agent, made, expires_at in found[1:]:
            self._offered(leg, other, agent, made, expires_at)

    def _talk_over(self, at: datetime, live: Live) -> None:
        work, follows = live.stay.work, live.place + 1 < len(live.script.stays)
        live.turn += 1
        wraps = work.wraps if work else False
        if work is not None and wraps:
            over = live.wrapped_up(work, at)
            self._at(over.at, over.rank, self._wrapped_up, live.leg)
        state = "parked" if follows else "wrap_up" if wraps else "closed"
        came = live.script.stays[live.place + 1].came if follows else None
        gap = max(came.at - work.talk_over.at, timedelta()) if came and work else None
        at_once = gap is not None and gap < AT_ONCE
        self._do("SELECT * FROM replay_talk_over(%s, %s, %s, %s, %s)", live.leg, wraps, state, at, not at_once)
        if came is None or gap is None or work is None:
            return
        live.place += 1
        if at_once:
            self._handed_on(at, live, work)
        elif came.at < FAR:
            exact = live.alike and came.at >= at
            self._at(came.at if exact else at + gap, came.rank if exact else LATE, self._comes, live)

    def _handed_on(self, at: datetime, live: Live, work: Work) -> None:
        """Into another line in one act: a transfer asks who is freed first, a taking back the contact."""
        agent, contact = live.agent, live.script.contact.id
        if work.taken_back is not None:
            self._do_nothing("SELECT replay_refuse(%s, %s, %s, 'taken', %s)", contact, agent, work.taken_back, at)
            self._at(at + timedelta(seconds=work.taken_back), LATE, self._asked_again, contact)
        self._comes(at, live, match=work.taken_back is not None)
        self._do("SELECT * FROM replay_freed(%s, %s)", agent, at)
        if contact in self._waiting:
            self._do("SELECT * FROM replay_waits(%s, %s)", contact, at)

    def _wrapped_up(self, at: datetime, leg: int) -> None:
        self._do("SELECT * FROM replay_wrapped_up(%s, %s)", leg, at)

    def _asked_in(self, at: datetime, asked: Any) -> None:
        if self.changes.gone(asked.agent):
            return
        found = self.raw.execute(
            "SELECT leg FROM replay_given(%s, %s, 'consult', %s)", [asked.contact, asked.agent, at]
        ).fetchone()
        if found:
            self._at(max(asked.over.at, at), asked.over.rank, self._asked_out, found[0], asked.agent)

    def _asked_out(self, at: datetime, leg: int, agent: int) -> None:
        self.raw.execute("SELECT replay_leg_was(%s, 'completed', 'consult', true, %s)", [leg, at])
        self._do("SELECT * FROM replay_freed(%s, %s)", agent, at)

    # --- people and rules --------------------------------------------------------------------------------------------

    def _presence(self, at: datetime, change: Change) -> None:
        if change.wish:
            self.raw.execute("SELECT replay_wish(%s, %s)", [change.agent, at], prepare=True)
            return
        was = self.raw.execute(
            "SELECT i.id FROM interactions_leg l JOIN interactions_interaction i ON i.id = l.interaction_id"
            " WHERE l.agent_id = %s AND l.state = 'offered'", [change.agent], prepare=True,
        ).fetchone()  # fmt: skip
        if was and (change.presence == "signed_out" or not change.connected):
            live = self._live[was[0]]
            live.turn += 1
            self._waiting.add(was[0])
        self._do(
            "SELECT * FROM replay_presence(%s, %s, %s, %s, %s)",
            change.agent, change.presence, change.reason, change.connected, at,
        )  # fmt: skip

    def _rule(self, at: datetime, rule: Rule) -> None:
        if self.changes.sets(rule):
            return
        write(self.scratch, rule)
        if rule.agent:
            self._do("SELECT * FROM replay_refitted(%s, %s)", rule.agent, at)
        elif rule.model is OverflowStep:
            self._steps = dict(self.scratch.raw.execute(STEPS).fetchall())
        elif rule.model is Queue:
            self.changes.apply_line(self.scratch, rule.pk)
            self._do("SELECT * FROM replay_line_changed(%s, %s)", rule.pk, at)
