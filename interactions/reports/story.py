"""One contact from beginning to end: work, stays in line, steps of the script, the journal in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from clients.models import Client, PublicName
from clients.script_graph import Step, parse
from interactions.models import (
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Message,
    MessageDirection,
    Run,
    Visit,
)
from interactions.reports.masking import Mask
from interactions.reports.telling import Told, tell

NameOf = Callable[[int | None, str], str]
LANE = 24  # pixels from one lane of the picture to the next
LEAST = 0.2  # percent of the picture, so that nothing is too short to be seen


@dataclass(frozen=True, slots=True)
class Stretch:
    """One leg as a page shows it."""

    name: str
    leg: Leg

    @property
    def rang_seconds(self) -> float:
        """How long it was offered."""
        end = self.leg.accepted_at or self.leg.ended_at
        return (end - self.leg.offered_at).total_seconds() if end else 0

    @property
    def began(self) -> datetime | None:
        """When the work began; of a call between two pages when both heard each other."""
        return self.leg.began

    @property
    def talk_seconds(self) -> float | None:
        """Work without hold and wrap-up."""
        end = self.leg.work_ended_at or self.leg.ended_at
        if not self.began or not end:
            return None
        return (end - self.began).total_seconds() - self.leg.hold_seconds

    @property
    def wrap_up_seconds(self) -> float | None:
        """From the end of the work to the end of the leg."""
        if not self.leg.work_ended_at or not self.leg.ended_at or not self.began:
            return None
        return (self.leg.ended_at - self.leg.work_ended_at).total_seconds()

    @property
    def answered(self) -> bool:
        """Whether it was more than an offer."""
        return self.began is not None

    @property
    def missed(self) -> bool:
        """An offer that ran out or was declined."""
        return self.leg.state in (LegState.MISSED, LegState.DECLINED)


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the script as it was walked."""

    title: str
    answer: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of the picture of a contact, in percent of the whole; what is at one time stands in several lanes."""

    kind: str  # wait talk hold wrapu
    x: float
    width: float
    label: str
    seconds: float
    lane: int

    @property
    def y(self) -> int:
        """Where its lane begins, in pixels."""
        return self.lane * LANE

    @property
    def roomy(self) -> bool:
        """Whether its word fits inside on a desk's screen, where the whole is 1000 pixels at least."""
        return self.width * 10 > 14 + 7 * (len(self.label) + 6)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a contact's page shows."""

    contact: Interaction
    at: datetime
    stretches: list[Stretch]
    visits: list[Visit]
    steps: list[StepRow]
    run: Run | None
    told: list[Told]
    messages: list[Message]
    bars: list[Bar]

    @property
    def answered(self) -> bool:
        """Whether somebody has worked on it yet."""
        return any(each.answered for each in self.stretches)

    @property
    def bars_height(self) -> int:
        """How high all lanes are, in pixels."""
        return LANE * (max((bar.lane for bar in self.bars), default=0) + 1)

    @property
    def first_wait(self) -> float | None:
        """Seconds of the first stay in line."""
        first = self.visits[0] if self.visits else None
        return (first.left_at - first.entered_at).total_seconds() if first and first.left_at else None

    @property
    def begins(self) -> datetime:
        """The left end of the picture."""
        return self.contact.arrived_at

    @property
    def ends(self) -> datetime | None:
        """The right end of the picture: now, while somebody waits or works."""
        worked_on = any(s.answered and s.leg.ended_at is None for s in self.stretches)
        if worked_on or any(v.left_at is None for v in self.visits):
            return self.at
        times = [s.leg.ended_at for s in self.stretches if s.leg.ended_at] + [
            v.left_at for v in self.visits if v.left_at
        ]
        return max(times, default=None)

    @property
    def handling_seconds(self) -> float:
        """Talk, hold and wrap-up of all finished stretches."""
        return sum(
            (s.talk_seconds or 0) + s.leg.hold_seconds + (s.wrap_up_seconds or 0) for s in self.stretches if s.answered
        )


def real_names(user: int | None, given: str) -> str:
    """For our own people: as the journal copied it."""
    return given


class PublicNames:
    """For the client: agents by the name its customers know (one query)."""

    do_not_call_in_templates = True

    def __init__(self, client: Client) -> None:
        self.given = dict(PublicName.objects.filter(client=client).values_list("user_id", "name"))

    def __call__(self, user: int | None, name: str) -> str:
        """The public name; without one, the first word of the full name; nothing for whom no user stands."""
        if user is None:
            return ""
        return self.given.get(user) or (name.split() or [_("Agent")])[0]


@composed
def _legs(contact: Any) -> QuerySet[Leg]:
    return (
        Leg.objects.filter(interaction=contact)
        .select_related("agent", "disposition", "media")
        .order_by("offered_at", "pk")
    )


@composed
def _visits(contact: Any) -> QuerySet[Visit]:
    return Visit.objects.filter(interaction=contact).select_related("queue").order_by("ordinal")


@composed
def _runs(contact: Any) -> QuerySet[Run]:
    return Run.objects.filter(interaction=contact).select_related("version__script", "sub_version")


@composed
def _entries(contact: Any) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(interaction=contact).order_by("at", "pk")


def story(
    contact: Interaction, *, name_of: NameOf, for_client: bool, with_messages: bool = True, mask: Mask | None = None
) -> Story:
    """The story of a contact, told to our people or to the client, who the customer is hidden by `mask`."""
    legs = _legs(contact.pk)
    for leg in legs:
        leg.interaction = contact  # known already: not fetched again
    stretches = [Stretch(name_of(leg.agent.user_id, leg.agent.name), leg) for leg in legs]
    names = {leg.pk: each.name for leg, each in zip(legs, stretches, strict=True)}
    visits = _visits(contact.pk)
    run = first(_runs(contact.pk))
    messages: list[Message] = []
    if with_messages:
        said = Message.objects.filter(interaction=contact)
        said = said.left().exclude(direction=MessageDirection.SYSTEM) if for_client else said.said()
        messages = list(said.prefetch_related("attachments").order_by("at", "pk"))
        if mask:
            messages = [mask.message(message) for message in messages]
    told = [
        line
        for entry in _entries(contact.pk)
        if (line := tell(entry, who=_who(entry, names, name_of, for_client), for_client=for_client))
    ]
    at = clock.now()
    return Story(contact, at, stretches, visits, _steps(run), run, told, messages, _bars(visits, stretches, at))


def _who(entry: JournalEntry, names: dict[int, str], name_of: NameOf, for_client: bool) -> str:
    # An offer taken back and advice asked for or ended are told about whose they are, whoever did it.
    about = (Kind.RESCINDED, Kind.CONSULT_STARTED, Kind.CONSULT_ENDED)
    hers = entry.actor_id is None or for_client or entry.kind in about
    if entry.leg_id in names and hers:
        return names[entry.leg_id or 0]
    return name_of(entry.actor_id, entry.actor_name)


def _steps(run: Run | None) -> list[StepRow]:
    """The steps in the order they were walked; a title from the graph, else the step's id."""
    if run is None:
        return []
    steps: dict[tuple[int, str], Step] = {}
    rows = []
    for visit in run.visits.prefetch_related("version").order_by("ordinal"):
        if (visit.version_id, visit.step) not in steps:
            steps |= {(visit.version_id, key): step for key, step in parse(visit.version.graph).steps.items()}
        step = steps.get((visit.version_id, visit.step))
        seconds = (visit.left_at - visit.entered_at).total_seconds() if visit.left_at else None
        rows.append(StepRow(step.name if step else visit.step, _answer(step, visit.answer), seconds))
    return rows


def _answer(step: Step | None, answer: Mapping[str, Any]) -> str:
    """What was chosen or passed, never what was typed: free fields may hold a customer's data."""
    if step is None or not answer:
        return ""
    if step.kind == "verify" and "ok" in answer:
        return _("passed") if answer["ok"] else _("not passed")
    chosen = str(answer.get(step.id, ""))
    return next((option.label for option in step.options if option.value == chosen), "")


def _bars(visits: Iterable[Visit], stretches: Iterable[Stretch], at: datetime) -> list[Bar]:
    """Waiting, talking, holding and wrapping up along the time; what is not finished goes on until now."""
    pieces: list[tuple[str, datetime, float, str]] = []

    def piece(kind: str, start: datetime, end: datetime, label: str) -> None:
        pieces.append((kind, start, (end - start).total_seconds(), label))

    for visit in visits:
        piece("wait", visit.entered_at, visit.left_at or at, _("waited") if visit.left_at else _("waits"))
    for each in stretches:
        leg = each.leg
        if not each.began:
            continue
        end = leg.work_ended_at or leg.ended_at
        piece("talk", each.began, end or at, each.name)
        if leg.work_ended_at and leg.ended_at != leg.work_ended_at:
            piece("wrapu", leg.work_ended_at, leg.ended_at or at, _("wrap-up"))
    if not pieces:
        return []
    start = min(at for _kind, at, _s, _label in pieces)
    whole = max((at - start).total_seconds() + seconds for _kind, at, seconds, _label in pieces) or 1
    bars: list[Bar] = []
    free: list[float] = []  # for each lane the second from which it is
    for kind, begins, seconds, label in sorted(pieces, key=lambda piece: piece[1]):
        offset = (begins - start).total_seconds()
        lane = next((n for n, since in enumerate(free) if since <= offset), len(free))
        free[lane : lane + 1] = [offset + seconds]
        x, width = offset / whole * 100, max(LEAST, seconds / whole * 100)
        bars.append(Bar(kind, round(min(x, 100 - width), 3), round(width, 3), label, seconds, lane))
    return bars
