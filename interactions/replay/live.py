"""A contact on the replayed floor, and the moments that its script gives to what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clients.models import Channel, Queue
from interactions.replay.stays import LATE, Moment, Offer, Script, Stay, Work
from interactions.replay.usual import Usual

ALIKE = timedelta(seconds=2)  # so near to the recorded moment all goes on at its recorded moments
AT_ONCE = timedelta(milliseconds=50)
A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of an offer, and when; `recorded`: as it was."""

    end: str
    over: Moment
    recorded: bool


@dataclass(slots=True)
class Live:
    """A contact on the floor: where it stands in its script, and what is open."""

    script: Script
    place: int = 0
    offers: int = 0  # of this stay so far
    waits: bool = False
    leg: int | None = None
    agent: int | None = None
    alike: bool = False
    turn: int = 0  # raised with each change: what was planned before it is void

    @property
    def stay(self) -> Stay:
        """The one it is in."""
        return self.script.stays[self.place]

    @property
    def recorded_offer(self) -> Offer | None:
        """The one that followed so many in the past."""
        offers = self.stay.offers
        return offers[self.offers] if self.offers < len(offers) else None

    def skip_to(self, start: datetime) -> bool:
        """Stand where it stood at that moment; whether it had not ended by then."""
        for place, stay in enumerate(self.script.stays):
            self.place = place
            gone = stay.left or (stay.work.over if stay.work else None)
            if gone is None or gone.at > start:
                return True
        return False

    def leaves(self, at: datetime, queue: Queue, usual: Usual) -> tuple[Moment, str] | None:
        """When the customer gives up or the line sends her away, having come at that moment; and how."""
        stay, mails = self.stay, self.script.contact.channel == Channel.EMAIL
        found: list[tuple[Moment, str]] = []
        gone = stay.left or (stay.work.began if stay.work else stay.came)
        waited = max((gone.at - stay.came.at).total_seconds(), 0)
        if stay.left is not None:
            rank = stay.left.rank if at == stay.came.at else LATE
            found.append((Moment(at + timedelta(seconds=waited), rank), stay.how))
        elif not mails:
            drawn = usual.patience(stay, self.script).draw(waited, self.script.contact.id)
            if drawn is not None:
                found.append((Moment(at + timedelta(seconds=drawn)), "abandoned"))
        if queue.wait_limit_seconds is not None and not mails:
            found.append((Moment(at + timedelta(seconds=queue.wait_limit_seconds)), "timed_out"))
        return min(found, key=lambda each: each[0].at) if found else None

    def answers(self, recorded: Offer | None, agent: int, at: datetime, expires_at: datetime, usual: Usual) -> Answer:
        """What this agent does with an offer made at that moment; sets whether all goes on as it was."""
        self.alike = recorded is not None and recorded.agent == agent and abs(at - recorded.made) <= ALIKE
        over, end = Moment(at + usual.answer(agent, self.stay.lane)), "accepted"
        if recorded is not None and (recorded.agent == agent or recorded.end == "accepted"):
            end = recorded.end
            over = Moment(at + (recorded.over.at - recorded.made))
            if self.alike and recorded.over.at >= at:
                over = recorded.over
        if end == "rescinded" and recorded is not None:
            # The customer left while it rang, or it was taken back: it would have been taken later than that.
            rang = recorded.over.at - recorded.made + A_MOMENT
            end, over = "accepted", Moment(at + max(usual.answer(agent, self.stay.lane), rang))
        if end == "accepted" and over.at >= expires_at:
            end, over = "missed", Moment(expires_at)
        return Answer(end, over, recorded=recorded is not None and recorded.end == end)

    def talk_ends(self, at: datetime, usual: Usual) -> Moment:
        """Of what was accepted then: at its recorded moment while all goes as it did, else after the recorded time."""
        work = self.stay.work
        self.alike = self.alike and work is not None and abs(at - work.began.at) <= ALIKE
        if work is None:
            return Moment(at + usual.talk(self.stay.lane, self.script.contact.id))
        if self.alike:
            return Moment(max(work.talk_over.at, at), work.talk_over.rank)
        return Moment(at + work.talk)

    def given_talk_ends(self, work: Work, at: datetime, start: datetime) -> Moment:
        """The same of what a person gave, or what was in hand at the first moment already."""
        on_time = at >= work.began.at and at - work.began.at <= AT_ONCE
        self.alike = on_time or at == start
        return Moment(max(work.talk_over.at, at), work.talk_over.rank) if self.alike else Moment(at + work.talk)

    def wrapped_up(self, work: Work, at: datetime) -> Moment:
        """When the work after a talk that ended then is done."""
        return Moment(max(work.over.at, at), work.over.rank) if self.alike else Moment(at + work.after)
