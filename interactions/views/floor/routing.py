"""Routing explained on the floor: why a contact waits, who else was there, why not this agent, and the tester."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, prefetch_related_objects
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from agents.models import Agent
from bpo.kernel import clock
from clients import doors
from clients.forms.company import LANGUAGES
from clients.models import Channel, Queue, QueueState, Skill
from interactions.models import Interaction, Leg, LegRole, State
from interactions.reports.story import Story
from interactions.routing import offer_words, tester, why
from interactions.views import lists
from interactions.views.floor.seeing import Sight, agent_seen, contact_of, queue_of, sight_of
from interactions.views.passing import HOURS, SHOWN

# --- of a contact ----------------------------------------------------------------------------------------------------


def of_contact(contact: Interaction, story: Story, sight: Sight) -> dict[str, Any]:
    """Why it waits, while it does; what each offer keeps of its decision."""
    legs = [each.leg for each in story.stretches if each.leg.role == LegRole.PRIMARY]
    prefetch_related_objects(legs, "lane__queue")
    context: dict[str, Any] = {"offer_why": offer_words.offers(legs, sight.clients)}
    if contact.state == State.QUEUED:
        told = why.waiting(contact)
        context |= {"waiting_why": told, "seen": seen(sight, told.groups), "steps_told": _steps(contact)}
    return context


def _steps(contact: Interaction) -> list[str]:
    """The overflow step that a waiting contact has reached, and when the next one comes."""
    if contact.lane is None or contact.queue is None:
        return []
    steps = contact.queue.overflow_steps.select_related("skill", "team", "to_queue").order_by("ordinal")
    by_number = {each.ordinal: each.words for each in steps}
    if not by_number:
        return [_("Its line has no overflow steps.")]
    reached = contact.lane.step
    told = [
        _("Overflow step %(n)s of %(all)s is reached: %(does)s.")
        % {"n": reached, "all": len(by_number), "does": by_number[reached]}
        if reached in by_number
        else _("No overflow step is reached yet.")
    ]
    if reached + 1 not in by_number:
        return [*told, _("No further step comes.")]
    coming = {"n": reached + 1, "does": by_number[reached + 1]}
    if contact.step_due_at is None:
        return [*told, _("Step %(n)s does not come by itself: %(does)s.") % coming]
    coming["time"] = date_format(localtime(contact.step_due_at), "H:i:s")
    return [*told, _("At %(time)s comes step %(n)s: %(does)s.") % coming]


def seen(sight: Sight, groups: Iterable[why.Group]) -> set[int]:
    """Whose page one may open (one query)."""
    ids = [agent.pk for group in groups for agent, _sentence in group.rows]
    return set(sight.agents().filter(pk__in=ids).values_list("pk", flat=True))


@require_safe
@for_supervisors
def others(request: SupervisorRequest, contact: UUID, leg: UUID) -> HttpResponse:
    """Everybody else at the moment of an offer, counted from the logs."""
    found = contact_of(request, contact)
    rows = Leg.objects.select_related("lane__queue__client", "client", "interaction", "agent")
    offer = get_object_or_404(rows, interaction=found, public_id=leg)
    groups = why.others(offer)
    template = "floor/_others_dialog.html" if getattr(request, "htmx", False) else "floor/others.html"
    context = {"leg": offer, "groups": groups, "seen": seen(sight_of(request), groups), "contact": found}
    return render(request, template, context | {"clients": [found.client]})


# --- of an agent -----------------------------------------------------------------------------------------------------


class PassedForm(forms.Form):
    """A time, or one contact over all of its time."""

    hours = forms.ChoiceField(label=lazy("Time"), choices=HOURS.items())
    contact = forms.CharField(
        label=lazy("One contact"), required=False, max_length=40,
        help_text=lazy("Its case, or the address of its page."),
    )  # fmt: skip


def not_hers(query: QueryDict, agent: Agent, sight: Sight) -> dict[str, Any]:
    """What went to others and why, where it was asked for."""
    asked = "hours" in query or "contact" in query
    given = {"hours": query.get("hours") or "1", "contact": query.get("contact", "")}
    form = PassedForm(given if asked else None, initial=given)
    context: dict[str, Any] = {"passed_form": form, "agent": agent}
    if not form.is_bound or not form.is_valid():
        return context
    at = clock.now()
    start, contacts = at - timedelta(hours=int(form.cleaned_data["hours"])), None
    words = form.cleaned_data["contact"].strip()
    if words:
        contacts = _contacts(words, sight)
        if not contacts:
            form.add_error("contact", _("There is no such contact."))
            return context
        start = min(contact.arrived_at for contact in contacts)
    found = why.passed_over(agent, sight.clients, start, at, contacts=contacts)
    waiting = [(each, why.now(agent, each, at=at)) for each in contacts or () if each.state == State.QUEUED]
    return context | {"passed": found, "passed_rows": found.rows[:SHOWN], "passed_waiting": waiting, "one": contacts}


def _contacts(words: str, sight: Sight) -> Sequence[Interaction]:
    """Of supervised clients: the contact of that id, or those of that case."""
    try:
        which = Q(public_id=UUID(words.rstrip("/").rsplit("/", 1)[-1]))
    except ValueError:
        which = Q(case__reference__iexact=words)
    rows = Interaction.objects.filter(which, client__in=sight.clients)
    return list(rows.select_related("queue__client", "lane", "customer", "envelope")[:SHOWN])


@require_safe
@for_supervisors
def not_hers_part(request: SupervisorRequest, agent: UUID) -> HttpResponse:
    """The section of an agent's page alone."""
    sight = sight_of(request)
    found = agent_seen(sight, agent)
    context = not_hers(request.GET, found, sight)
    return render(request, "floor/_passed.html", context, status=422 if context["passed_form"].errors else 200)


# --- the tester ------------------------------------------------------------------------------------------------------


class TesterForm(forms.Form):
    """A contact that nobody sent."""

    line = forms.ModelChoiceField(
        Queue.objects.none(), label=lazy("Line"), to_field_name="public_id", empty_label=lazy("Choose")
    )
    channel = forms.ChoiceField(label=lazy("Channel"), choices=Channel)
    language = forms.ChoiceField(label=lazy("Language"), required=False)
    priority = forms.TypedChoiceField(
        label=lazy("Priority"), required=False, coerce=int, empty_value=None,
        choices=[("", lazy("The line's own")), *((n, str(n)) for n in range(9, -1, -1))],
    )  # fmt: skip
    preferred = forms.ModelChoiceField(
        Agent.objects.none(), label=lazy("Kept for"), required=False, to_field_name="public_id",
        empty_label=lazy("Nobody"),
    )  # fmt: skip

    def __init__(self, sight: Sight, skills: Sequence[Skill], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines: Any = self.fields["line"]
        lines.queryset = Queue.objects.filter(client__in=sight.clients).exclude(state=QueueState.ARCHIVED)
        lines.queryset = lines.queryset.select_related("client__brand").order_by("client__name", "name")
        lines.label_from_instance = lambda line: f"{line.client.brand.public_name}: {line.name}"
        agents: Any = self.fields["preferred"]
        agents.queryset = sight.agents().order_by("name")
        languages = {code for client in sight.clients for code in client.languages}
        spoken = [pair for pair in LANGUAGES if pair[0] in languages]
        self.fields["language"].choices = [("", _("The client's own")), *spoken]  # type: ignore[attr-defined]
        levels = [("", _("Not wanted")), *((n, _("Level %s") % n) for n in range(1, 6))]
        self.skills = {f"want_{skill.code}": skill.pk for skill in skills}
        for skill in skills:
            self.fields[f"want_{skill.code}"] = forms.TypedChoiceField(
                label=_("Wants %s") % skill, required=False, coerce=int, empty_value=None, choices=levels
            )

    def clean(self) -> dict[str, Any]:
        """The line takes contacts of the channel."""
        data = super().clean() or {}
        line, channel = data.get("line"), data.get("channel")
        if line and channel and channel not in line.channels:
            self.add_error("channel", _("%(line)s does not take contacts of this channel.") % {"line": line})
        return data

    def wants(self) -> tuple[tuple[int, int], ...]:
        """Skills beyond the line's own, the language's among them."""
        data = self.cleaned_data
        picked = [(pk, data[name]) for name, pk in self.skills.items() if data[name]]
        return (*picked, *doors.language_wants(data["line"].client, data["language"]))


@require_safe
@for_supervisors
def routing_tester(request: SupervisorRequest) -> HttpResponse:
    """Describe a contact: who would be offered it now, in order, and why each other one not. Changes nothing."""
    sight = sight_of(request)
    asked = "line" in request.GET
    if asked:
        queue_of(request, _id(request.GET["line"]))
    if request.GET.get("preferred"):
        agent_seen(sight, _id(request.GET["preferred"]))
    skills = list(Skill.objects.filter(language="").order_by("name"))
    form = TesterForm(sight, skills, request.GET if asked else None)
    context: dict[str, Any] = {"form": form, "clients": sight.clients}
    if asked and form.is_valid():
        data = form.cleaned_data
        tested = tester.test(
            data["line"], data["channel"], wants=form.wants(), priority=data["priority"], preferred=data["preferred"]
        )
        context |= {"tested": tested, "line": data["line"], "seen": seen(sight, tested.groups)}
    return render(request, "floor/routing.html", context, status=422 if form.errors else 200)


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise lists.BadFilter(value[:40]) from None
