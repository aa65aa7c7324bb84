"""Staffing beside a line: its own recent figures as the question, any other numbers one wants to try, the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as lazy

from bpo.kernel import clock
from clients.models import Channel, Queue
from interactions.reports import demand, staffing
from interactions.reports.demand import Recent, There
from interactions.reports.erlang import Expected
from interactions.reports.scope import PERIODS
from interactions.reports.staffing import Demand, Goal, ImpossibleStaffing, Model, Need
from interactions.views import lists

# What the section offers to be filled from; "lately" is the last half hour.
OFFERED = ("lately", "today", "7d", "30d")


class StaffingForm(forms.Form):
    """The numbers of one question; what is outside the possible is refused in words by the math itself."""

    per_hour = forms.FloatField(label=lazy("Contacts an hour"))
    handle_seconds = forms.FloatField(label=lazy("Handling time, s"), help_text=lazy("With hold and wrap-up."))
    patience_seconds = forms.FloatField(
        label=lazy("Patience, s"), required=False, help_text=lazy("Empty: nobody gives up.")
    )
    at_once = forms.IntegerField(label=lazy("At once per agent"))
    agents = forms.IntegerField(label=lazy("Agents"), help_text=lazy("There now, or as many as you like."))
    percent = forms.FloatField(label=lazy("Answered in time, %"))
    within_seconds = forms.FloatField(label=lazy("In time is within, s"))
    gives_up_percent = forms.FloatField(label=lazy("Give up at most, %"))
    occupancy_percent = forms.FloatField(label=lazy("Busy at most, %"), help_text=lazy("85 is usual; 100: no cap."))
    shrinkage_percent = forms.FloatField(
        label=lazy("Shrinkage, %"), help_text=lazy("Breaks, training, absence; 30 is usual.")
    )

    def question(self) -> tuple[Demand, Goal, int]:
        """What was asked; raises `ImpossibleStaffing` on numbers that no line can have."""
        data = self.cleaned_data
        asked = Demand(data["per_hour"], data["handle_seconds"], data["patience_seconds"], data["at_once"])
        fields = ("percent", "within_seconds", "gives_up_percent", "occupancy_percent", "shrinkage_percent")
        return asked, Goal(**{name: data[name] for name in fields}), data["agents"]


@dataclass(frozen=True, slots=True)
class Row:
    """What one number of agents means, by each model."""

    agents: int
    patient: Expected
    impatient: Expected | None
    now: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is shown for a question. `need` is by the model that fits the line: with giving up where it is known."""

    agents: int
    need: Need
    cautious: Need
    verdict: str
    rows: list[Row]
    assumptions: list[str]

    @property
    def missing(self) -> int:
        """How many more are needed than there are; negative when there are more than needed."""
        return self.need.agents - self.agents

    @property
    def expected(self) -> Expected:
        """What those there can expect by the model that fits."""
        row = next(row for row in self.rows if row.now)
        return row.impatient or row.patient


def answer(asked: Demand, goal: Goal, agents: int) -> Answer:
    """The fewest who meet the goal, and what they, one more or less, and those there mean."""
    needs = [staffing.needed(asked, goal, model) for model in asked.models]
    numbers = {agents, *(number for need in needs for number in range(need.agents - 1, need.agents + 2))}
    rows = [
        Row(
            number,
            staffing.expected(asked, number, goal.within_seconds, Model.C),
            staffing.expected(asked, number, goal.within_seconds, Model.A) if Model.A in asked.models else None,
            now=number == agents,
            chosen=number == needs[-1].agents,
        )
        for number in sorted(numbers)
        if number >= 0
    ]
    met = staffing.expected(asked, agents, goal.within_seconds, asked.models[-1])
    return Answer(
        agents=agents,
        need=needs[-1],
        cautious=needs[0],
        verdict=staffing.verdict(asked, agents, met, goal),
        rows=rows,
        assumptions=staffing.assumptions(asked, goal),
    )


def beside(query: QueryDict, queue: Queue, channel: str) -> dict[str, Any]:
    """The section's context: numbers of the address where there are any, else the line's own of the period."""
    if channel not in Channel.values:
        raise lists.BadFilter(channel[:20])
    if channel not in demand.live_channels(queue):
        return {"staffing_for": None}
    at = clock.now()
    found = demand.recent(queue, channel, query.get("period", demand.USUAL_PERIOD), at=at)
    here = demand.there(queue, channel)
    own = figures_of(found, here, demand.goal_of(queue, channel, at))
    given = query if any(name in query for name in StaffingForm.base_fields) else None
    # Without the line's own numbers there is nothing to work out yet: the fields wait for them.
    known = own if all(own[name] is not None for name in ("per_hour", "handle_seconds")) else None
    form = StaffingForm(given if given is not None else known, initial=own)
    found_answer = None
    if form.is_bound and form.is_valid():
        try:
            found_answer = answer(*form.question())
        except ImpossibleStaffing as refused:
            form.add_error(refused.field, str(refused.sentence))
    return {
        "staffing_for": channel,
        "form": form,
        "answer": found_answer,
        "recent": found,
        "there": here,
        "periods": [(key, PERIODS.get(key) or lazy("Last 30 minutes")) for key in OFFERED],
    }


def status_of(context: dict[str, Any]) -> int:
    """422 where a number given cannot be, as for every form with faults."""
    return 422 if context["staffing_for"] and context["form"].errors else 200


def figures_of(found: Recent, here: There, goal: Goal) -> dict[str, Any]:
    """The fields of the form, filled with what the line itself says."""
    return {
        "per_hour": found.per_hour,
        "handle_seconds": found.handle_seconds,
        "patience_seconds": found.patience_seconds,
        "at_once": here.at_once,
        "agents": here.agents,
        **{name: staffing.plain(getattr(goal, name)) for name in goal.__dataclass_fields__},
    }
