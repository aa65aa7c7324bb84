"""How many agents a line needs, and what a staffing can expect: the question and the answer in a planner's terms.

The formulas are in `erlang`, where the numbers of a real line come from is in `demand`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bpo.kernel.errors import InvalidValue
from interactions.reports import erlang
from interactions.reports.erlang import Expected

DAY_SECONDS = 86_400
MOST_LOAD = 20_000
MOST_AGENTS = 100_000
MOST_AT_ONCE = 20
LEAST_OCCUPANCY = 30
ROUNDING = 1e-9


class Model(StrEnum):
    """What customers do who have to wait."""

    C = "erlang_c"
    A = "erlang_a"

    @property
    def words(self) -> str | LazyText:
        """How a heading names it."""
        return MODEL_WORDS[self]


MODEL_WORDS: dict[Model, LazyText] = {
    Model.C: lazy("Nobody gives up (Erlang C)"),
    Model.A: lazy("Some give up (Erlang A)"),
}


class ImpossibleStaffing(InvalidValue, ValueError):
    """Numbers that no line can have; the text is a sentence a person may read, `field` is the number's name."""

    code = "impossible_staffing"

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence, sentence=sentence)


def plain(value: float) -> str:
    """As few digits as say it: 12, 12.5, 12.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _within(field: str, value: float, least: float, most: float, words: str) -> None:
    if not least <= value <= most:  # so is what is no number at all
        raise ImpossibleStaffing(field, words % {"least": plain(least), "most": plain(most)})


@dataclass(frozen=True, slots=True)
class Demand:
    """What comes: contacts an hour, how long one takes with its wrap-up, how long a customer waits before giving up.

    Without a patience nobody is known to give up. `at_once`: how many contacts an agent has in hand at most.
    """

    per_hour: float
    handle_seconds: float
    patience_seconds: float | None = None
    at_once: int = 1

    def __post_init__(self) -> None:
        _within(
            "per_hour",
            self.per_hour,
            0,
            3600 * MOST_LOAD,
            _("Contacts an hour are a number from %(least)s to %(most)s."),
        )
        _within(
            "handle_seconds",
            self.handle_seconds,
            1,
            DAY_SECONDS,
            _("A contact takes from %(least)s to %(most)s seconds."),
        )
        if self.patience_seconds is not None:
            words = _("Patience is from %(least)s to %(most)s seconds, or not known.")
            _within("patience_seconds", self.patience_seconds, 1, DAY_SECONDS, words)
        _within(
            "at_once", self.at_once, 1, MOST_AT_ONCE, _("An agent has from %(least)s to %(most)s contacts at once.")
        )
        if self.load > MOST_LOAD:
            words = _("That is more than %(most)s contacts in hand at any moment; look at a part of it.")
            raise ImpossibleStaffing("per_hour", words % {"most": MOST_LOAD})

    @property
    def load(self) -> float:
        """Contacts in hand at any moment, were nobody to wait: erlangs."""
        return self.per_hour * self.handle_seconds / 3600

    @property
    def models(self) -> tuple[Model, ...]:
        """The models that can be asked: giving up is known only with a patience."""
        return (Model.C,) if self.patience_seconds is None else (Model.C, Model.A)


@dataclass(frozen=True, slots=True)
class Goal:
    """So many percent of all who come are answered within so many seconds; few give up, and agents may breathe.

    A service level alone could be met by letting the patient be answered fast and the others go: hence the most who
    may give up. Of the hours people are scheduled, the shrinkage goes to breaks, training and absence.
    """

    percent: float = 80
    within_seconds: float = 20
    gives_up_percent: float = 5
    occupancy_percent: float = 100
    shrinkage_percent: float = 0

    def __post_init__(self) -> None:
        _within("percent", self.percent, 1, 99.9, _("The target is from %(least)s to %(most)s percent."))
        _within(
            "within_seconds",
            self.within_seconds,
            0,
            DAY_SECONDS,
            _("The threshold is from %(least)s to %(most)s seconds."),
        )
        _within(
            "gives_up_percent",
            self.gives_up_percent,
            0.1,
            100,
            _("The most who may give up are from %(least)s to %(most)s percent."),
        )
        words = _("The most an agent may be busy is from %(least)s to %(most)s percent.")
        _within("occupancy_percent", self.occupancy_percent, LEAST_OCCUPANCY, 100, words)
        _within(
            "shrinkage_percent", self.shrinkage_percent, 0, 90, _("Shrinkage is from %(least)s to %(most)s percent.")
        )

    def met_by(self, expected: Expected) -> bool:
        """Whether that is good enough."""
        return (
            not expected.endless
            and expected.in_time * 100 >= self.percent
            and expected.gives_up * 100 <= self.gives_up_percent
            and expected.occupancy * 100 <= self.occupancy_percent + ROUNDING
        )


@dataclass(frozen=True, slots=True)
class Need:
    """The fewest agents who meet the goal, how many to schedule for them, and what they can expect."""

    model: Model
    agents: int
    scheduled: int
    expected: Expected


def expected(demand: Demand, agents: int, within_seconds: float, model: Model) -> Expected:
    """What customers meet with so many agents at work."""
    _within("agents", agents, 0, MOST_AGENTS, _("Agents are a number from %(least)s to %(most)s."))
    servers = agents * demand.at_once
    if model == Model.C:
        return erlang.patient(demand.load, servers, handle_seconds=demand.handle_seconds, within_seconds=within_seconds)
    if demand.patience_seconds is None:
        raise ImpossibleStaffing("patience_seconds", _("Say how long customers wait before they give up."))
    return erlang.impatient(
        demand.load,
        servers,
        handle_seconds=demand.handle_seconds,
        patience_seconds=demand.patience_seconds,
        within_seconds=within_seconds,
    )


def needed(demand: Demand, goal: Goal, model: Model) -> Need:
    """The fewest agents with whom the goal is met; nobody for nothing to do."""

    def enough(agents: int) -> bool:
        return goal.met_by(expected(demand, agents, goal.within_seconds, model))

    agents = erlang.fewest(enough, MOST_AGENTS)
    scheduled = ceil(round(agents / (1 - goal.shrinkage_percent / 100), 9))
    return Need(model, agents, scheduled, expected(demand, agents, goal.within_seconds, model))


def verdict(demand: Demand, agents: int, met: Expected, goal: Goal) -> str:
    """What so many agents mean for those who come, in words."""
    words = {
        "load": plain(demand.load), "places": agents * demand.at_once, "within": plain(goal.within_seconds),
        "percent": f"{met.in_time * 100:.1f}", "left": f"{met.gives_up * 100:.1f}",
    }  # fmt: skip
    if met.endless:
        return (
            _("Waiting is certain: %(load)s contacts at any moment, room for %(places)s. The line grows without end.")
            % words
        )
    told = _("%(percent)s %% are answered within %(within)s s.") % words
    if met.gives_up:
        told += " " + _("%(left)s %% give up.") % words
    if agents and demand.load >= agents * demand.at_once:
        told += " " + _("Only those who give up keep the line from growing without end.")
    return told


def assumptions(demand: Demand, goal: Goal) -> list[str]:
    """What the numbers rest on, in words."""
    words = {
        "rate": plain(demand.per_hour), "handle": plain(demand.handle_seconds), "load": plain(demand.load),
        "patience": plain(demand.patience_seconds or 0), "at_once": demand.at_once,
        "cap": plain(goal.occupancy_percent), "shrinkage": plain(goal.shrinkage_percent),
        "left": plain(goal.gives_up_percent),
    }  # fmt: skip
    told = [
        _("Customers come at random, %(rate)s an hour, evenly and for long enough that the line settles.") % words,
        _(
            "One takes %(handle)s s of an agent on average, wrap-up included, some far shorter, some longer: "
            "%(load)s in hand at any moment (erlangs)."
        ) % words,
        _("The agents serve this line alone and are equally fast; whoever waits longest is next."),
    ]  # fmt: skip
    told.append(_("Promised callbacks and what agents begin themselves take their time as well; they come on top."))
    if demand.at_once > 1:
        told.append(_("An agent has up to %(at_once)s at once, each as fast as one alone.") % words)
    told.append(_("Erlang C: nobody gives up. It asks for more agents than a line whose customers do."))
    if demand.patience_seconds is not None:
        told.append(
            _(
                "Erlang A: customers give up after %(patience)s s on average, some at once, some far later; "
                "who gives up was not answered in time."
            ) % words
        )  # fmt: skip
        told.append(_("At most %(left)s %% of them may give up.") % words)
    if goal.occupancy_percent < 100:
        told.append(_("Agents are busy at most %(cap)s %% of their time.") % words)
    if goal.shrinkage_percent:
        told.append(_("Of scheduled time %(shrinkage)s %% goes to breaks, training and absence.") % words)
    return told
