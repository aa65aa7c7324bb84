"""The past once more, on the floor: choose days and what is to be otherwise, follow the run, compare its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from agents.gates import SupervisorRequest, for_supervisors
from agents.models import Agent
from bpo.kernel import clock, push
from bpo.kernel.errors import DomainError
from bpo.kernel.templatetags.ui import duration_words
from clients.models import Channel, Client, Queue, QueueState, Skill, Strategy
from interactions import tasks
from interactions.models import Interaction, Replay
from interactions.replay import asking, running, telling
from interactions.replay.running import arms_of, words_of
from interactions.views.floor.seeing import Sight, sight_of

SHOWN = 100  # differing offers on a page
PAST_RUNS = 20
SAME_ENOUGH = 99  # per cent of the offers: below it a replay is not the past
FIGURES: tuple[tuple[str, Any, str], ...] = (
    ("answered", lazy("Answered"), ""),
    ("service_level", lazy("In time"), " %"),
    ("wait_mean", lazy("Mean wait"), " s"),
    ("wait_p50", lazy("Half waited at most"), " s"),
    ("wait_p90", lazy("Nine in ten waited at most"), " s"),
    ("abandon_rate", lazy("Left the line"), " %"),
    ("handled", lazy("Worked on"), ""),
    ("share_of_staffed", lazy("Share of the agents' time"), " %"),
)
ARMS = {"recorded": lazy("As it was"), "unchanged": lazy("Replayed"), "changed": lazy("With the change")}


def _today() -> date:
    return clock.now().astimezone(timezone.get_current_timezone()).date()


class Day(forms.DateField):
    """One that was or is; of today what is over."""

    widget = forms.DateInput(attrs={"type": "date"})
    default_validators = [
        MinValueValidator(running.EARLIEST.date() + timedelta(days=1), running.LONG_AGO),
        MaxValueValidator(_today, running.NOT_OVER),
    ]


class ReplayForm(forms.Form):
    """Days and changes; every change is optional, none replays the days as they were."""

    first = Day(label=lazy("First day"))
    last = Day(label=lazy("Last day"))
    without = forms.ModelMultipleChoiceField(
        Agent.objects.none(), label=lazy("Without these agents"), required=False, to_field_name="public_id"
    )
    like = forms.ModelChoiceField(
        Agent.objects.none(), label=lazy("More agents like"), required=False, to_field_name="public_id"
    )
    times = forms.IntegerField(label=lazy("How many more"), required=False, min_value=1, max_value=200)
    skilled = forms.ModelChoiceField(
        Agent.objects.none(), label=lazy("Another skill for"), required=False, to_field_name="public_id"
    )
    skill = forms.ModelChoiceField(Skill.objects.none(), label=lazy("Skill"), required=False, to_field_name="code")
    level = forms.IntegerField(
        label=lazy("At level"), required=False, min_value=0, max_value=5, help_text=lazy("0 takes it away.")
    )
    line = forms.ModelChoiceField(
        Queue.objects.none(), label=lazy("Other rules for the line"), required=False, to_field_name="public_id"
    )
    strategy = forms.ChoiceField(
        label=lazy("Which agent first"), required=False, choices=[("", lazy("As it was")), *Strategy.choices]
    )
    priority = forms.IntegerField(label=lazy("Priority"), required=False, min_value=0, max_value=9)
    offer_seconds = forms.IntegerField(label=lazy("Seconds an offer rings"), required=False, min_value=1)
    cap_per_agent = forms.IntegerField(label=lazy("At once for one agent, at most"), required=False, min_value=1)
    client = forms.ModelChoiceField(
        Client.objects.none(), label=lazy("Another share for"), required=False, to_field_name="public_id"
    )
    floor_seats = forms.IntegerField(
        label=lazy("Floor, in seats"),
        required=False,
        min_value=0,
        help_text=lazy("While it has work and holds fewer seats than these, it is served first."),
    )
    ceiling_seats = forms.IntegerField(
        label=lazy("Ceiling, in seats"),
        required=False,
        min_value=1,
        help_text=lazy("It never holds more seats than these."),
    )

    def __init__(self, sight: Sight, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clients = [client.pk for client in sight.clients]
        fields: Any = self.fields
        for name in ("without", "like", "skilled"):
            fields[name].queryset = sight.agents().order_by("name")
        fields["skill"].queryset = Skill.objects.order_by("name")
        lines = Queue.objects.filter(client__in=clients).exclude(state=QueueState.ARCHIVED)
        fields["line"].queryset = lines.select_related("client__brand").order_by("client__name", "name")
        fields["line"].label_from_instance = lambda line: f"{line.client.brand.public_name}: {line.name}"
        fields["client"].queryset = Client.objects.filter(pk__in=clients).order_by("name")

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by what they are about."""
        return [(str(title), [self[name] for name in names]) for title, names in PARTS]

    def clean(self) -> dict[str, Any]:
        """What belongs together is given together."""
        data = super().clean() or {}
        for one, others in (("like", ("times",)), ("skilled", ("skill", "level"))):
            given = [name for name in (one, *others) if data.get(name) not in (None, "")]
            for name in (one, *others):
                if given and name not in given and name not in self.errors:
                    self.add_error(name, _("This is needed too."))
        for thing, rules in {"line": LINE, "client": SHARES}.items():
            named = any(data.get(name) not in (None, "") for name in rules)
            if named and not data.get(thing) and thing not in self.errors:
                self.add_error(thing, _("Choose what it is for."))
        return data

    def period(self) -> tuple[datetime, datetime]:
        """The days in the zone of whoever asks."""
        zone = timezone.get_current_timezone()
        first = datetime.combine(self.cleaned_data["first"], time.min, zone)
        last = datetime.combine(self.cleaned_data["last"] + timedelta(days=1), time.min, zone)
        return first.astimezone(UTC), min(last.astimezone(UTC), clock.now())

    def changes(self) -> dict[str, Any]:
        """As interactions.replay.describing reads it."""
        data = self.cleaned_data
        told: dict[str, Any] = {}
        if data["without"]:
            told["without"] = [agent.employee_number for agent in data["without"]]
        if data["like"]:
            told["more"] = [{"like": data["like"].employee_number, "times": data["times"]}]
        if data["skilled"]:
            told["skills"] = [
                {"agent": data["skilled"].employee_number, "skill": data["skill"].code, "level": data["level"]}
            ]
        if data["line"]:
            rules = {name: data[name] for name in LINE if data[name] not in (None, "")}
            told["lines"] = [{"client": data["line"].client.slug, "line": data["line"].name, **rules}]
        if data["client"]:
            seats = {name: data[name] for name in SHARES if data[name] is not None}
            told["clients"] = [{"client": data["client"].slug, **seats}]
        return told


LINE = ("strategy", "priority", "offer_seconds", "cap_per_agent")
SHARES = ("floor_seats", "ceiling_seats")
PARTS = (
    (lazy("Period"), ("first", "last")),
    (lazy("Staffing"), ("without", "like", "times", "skilled", "skill", "level")),
    (lazy("Rules of a line"), ("line", *LINE)),
    (lazy("Share of the floor"), ("client", *SHARES)),
)


def _yesterday() -> dict[str, Any]:
    day = _today() - timedelta(days=1)
    return {"first": day, "last": day}


@for_supervisors
def replays(request: SupervisorRequest) -> HttpResponse:
    """The form and one's runs; a POST asks for one."""
    sight = sight_of(request)
    if request.method == "POST":
        form = ReplayForm(sight, request.POST)
        if form.is_valid():
            try:
                asked = asking.ask(*form.period(), form.changes(), by=request.user)
            except DomainError as refused:
                form.add_error(None, str(refused.sentence))
            else:
                push.start(tasks.run_replays)
                return redirect("floor-replay", asked.public_id)
    else:
        form = ReplayForm(sight, initial=_yesterday())
    runs = asking.seen_by(request.user).defer("result")[:PAST_RUNS]
    context = {"form": form, "runs": runs, "clients": sight.clients}
    return render(request, "floor/replays.html", context, status=422 if form.errors else 200)


def _found(request: SupervisorRequest, public_id: UUID) -> Replay:
    return get_object_or_404(asking.seen_by(request.user), public_id=public_id)


@require_safe
@for_supervisors
def replay(request: SupervisorRequest, replay: UUID) -> HttpResponse:
    """One run: how far it is, then its figures."""
    return render(request, "floor/replay.html", _context(request, replay))


@require_safe
@for_supervisors
def replay_part(request: SupervisorRequest, replay: UUID) -> HttpResponse:
    """The same, for following it."""
    return render(request, "floor/_replay.html", _context(request, replay))


@require_POST
@for_supervisors
def stop(request: SupervisorRequest, replay: UUID) -> HttpResponse:
    """End it; it keeps nothing."""
    found = _found(request, replay)
    asking.stop(found)
    return redirect("floor-replay", found.public_id)


# --- what is shown ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One arm, a cell for each figure."""

    arm: Any
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of one client or line."""

    name: str
    client: Client
    rows: list[Row]
    of_line: bool


@dataclass(frozen=True, slots=True)
class Other:
    """An offer that went elsewhere when it was asked for anew."""

    at: datetime
    contact: Interaction
    recorded: str
    replayed: str
    cause: str


def _context(request: HttpRequest, public_id: UUID) -> dict[str, Any]:
    sight = sight_of(request)  # type: ignore[arg-type]
    found = _found(request, public_id)  # type: ignore[arg-type]
    context: dict[str, Any] = {"replay": found, "clients": sight.clients, "told": telling.words(found.changes)}
    if found.result:
        winners = found.result["winners"]
        others = _others(winners["different"], sight)
        context |= {
            "figures": [name for _key, name, _unit in FIGURES],
            "tables": _tables(arms_of(found.result), sight),
            "winners": winners,
            "like_the_past": winners["percent"] is None or winners["percent"] >= SAME_ENOUGH,
            "causes": [(words_of(cause), n) for cause, n in Counter(winners["causes"]).most_common()],
            "others": others[:SHOWN],
            "others_more": max(0, len(others) - SHOWN),
        }
    return context


def _tables(arms: dict[str, Any], sight: Sight) -> list[Table]:
    """Of supervised clients, each followed by its lines."""
    queues = dict(Queue.objects.filter(client__in=sight.clients).values_list("pk", "name"))
    found = []
    for client in sight.clients:
        own = [arm["clients"].get(str(client.pk)) for arm in arms.values()]
        if not any(own):
            continue
        found.append(Table(client.brand.public_name, client, _rows(arms, own), of_line=False))
        by_line = [{(row["line"], row["channel"]): row for row in arm["lines"]} for arm in arms.values()]
        keys = sorted({key for lines in by_line for key in lines if key[0] in queues
                       and any(row["client"] == client.pk for row in (lines[key],))})  # fmt: skip
        for line, channel in keys:
            label = str(Channel(channel).label)
            name = label if queues[line] == label else f"{queues[line]}, {label}"
            rows = _rows(arms, [lines.get((line, channel)) for lines in by_line])
            found.append(Table(name, client, rows, of_line=True))
    return found


def _rows(names: Iterable[str], arms: list[dict[str, Any] | None]) -> list[Row]:
    def cell(arm: dict[str, Any] | None, key: str, unit: str) -> str:
        value = arm.get(key) if arm else None
        if unit == " s":
            return duration_words(value)
        return "–" if value is None else f"{value:.1f} %" if unit else f"{value:g}"

    return [
        Row(ARMS[name], [cell(arm, key, unit) for key, _name, unit in FIGURES])
        for name, arm in zip(names, arms, strict=True)
    ]


def _others(different: list[dict[str, Any]], sight: Sight) -> list[Other]:
    """Of supervised clients (two queries)."""
    wanted = {each["contact"] for each in different}
    contacts = Interaction.objects.filter(pk__in=wanted, client__in=sight.clients).in_bulk()
    people = {each[key] for each in different for key in ("recorded", "replayed")}
    names = dict(Agent.objects.filter(pk__in=people - {None}).values_list("pk", "name"))
    return [
        Other(
            datetime.fromisoformat(each["at"]),
            contacts[each["contact"]],
            names.get(each["recorded"], "?"),
            names.get(each["replayed"]) or _("nobody"),
            words_of(each["cause"]),
        )
        for each in different
        if each["contact"] in contacts
    ]
