"""What a supervisor changes about agents of own teams: skill levels, single lines. Each asks for a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from agents import leading, skills
from agents.gates import SupervisorRequest, for_supervisors
from agents.models import Agent
from bpo.kernel.composed import composed
from clients.models import Queue, QueueState, Skill
from interactions.views.floor.acts import ReasonForm, dialog, done, get_or_post, posted
from interactions.views.floor.seeing import agent_seen, queue_of, sight_of


class SkillForm(ReasonForm):
    """A skill and the level at which she has it; none takes it away."""

    skill = forms.ModelChoiceField(label=lazy("Skill"), queryset=Skill.objects.all())
    level = forms.TypedChoiceField(
        label=lazy("Level"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", lazy("Does not have it")), *((n, str(n)) for n in range(5, 0, -1))],
        help_text=lazy("5 is the best."),
    )
    field_order = ["skill", "level", "reason"]


@get_or_post
@for_supervisors
def skill(request: SupervisorRequest, agent: UUID) -> HttpResponse:
    """Another level of a skill; an open offer that no longer fits goes back at once."""
    found = led(request, agent)
    form = SkillForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        return dialog(
            request,
            _("Skills of %s") % found,
            _("An open offer that no longer fits goes back at once. Contacts in hand go on."),
            _("Change"),
            form,
            agent=found,
            clients=[],
        )
    data = form.cleaned_data
    if data["level"] is None:
        skills.drop(found, data["skill"], by=request.user, reason=data["reason"])
    else:
        skills.set_level(found, data["skill"], data["level"], by=request.user, reason=data["reason"])
    return done(request, _("Changed. Offers follow it at once."), reverse("floor-agent", args=[found.public_id]))


@get_or_post
@for_supervisors
def line(request: SupervisorRequest, agent: UUID, queue: UUID) -> HttpResponse:
    """Switch a line off for her, or on again (`to=on`)."""
    found, which = led(request, agent), queue_of(request, queue)
    on = request.GET.get("to") == "on"
    form = ReasonForm(posted(request))
    words = {"agent": found, "line": which}
    if request.method != "POST" or not form.is_valid():
        again = _("%(agent)s is offered contacts of %(line)s again.")
        no_more = _("%(agent)s is offered nothing of %(line)s from now on. An open offer goes back at once.")
        return dialog(
            request,
            _("Switch on %(line)s") % words if on else _("Switch off %(line)s") % words,
            (again if on else no_more) % words,
            _("Switch on") if on else _("Switch off"),
            form,
            agent=found,
            clients=[which.client],
        )
    switch = skills.switch_on_queue if on else skills.switch_off_queue
    switch(found, which, by=request.user, reason=form.cleaned_data["reason"])
    return done(request, _("Done. Offers follow it at once."), reverse("floor-agent", args=[found.public_id]))


def led(request: SupervisorRequest, public_id: UUID) -> Agent:
    """An agent of own teams: unseen is 404, of another team 403."""
    found = agent_seen(sight_of(request), public_id)
    leading.require_lead(request.user, found)
    return found


def lines_of(agent: Agent, clients: list[Any]) -> list[dict[str, Any]]:
    """The lines of these clients that a licence opens to her, and which are switched off and why (two queries)."""
    off = {row.queue_id: row for row in agent.switched_off.all()}
    known = {client.pk: client for client in clients}
    lines = _lines(agent.pk, list(known))
    for queue in lines:
        queue.client = known[queue.client_id]
    return [{"queue": queue, "off": off.get(queue.pk)} for queue in lines]


@composed
def _lines(agent: Any, clients: Any) -> QuerySet[Queue]:
    lines = Queue.objects.filter(client__among=clients, client__licences__agent=agent)
    return lines.exclude(state=QueueState.ARCHIVED).order_by("client__name", "name")
