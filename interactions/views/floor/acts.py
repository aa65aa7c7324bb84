"""What a supervisor does on the floor: take back, assign, change priority, force a presence. Each asks for a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods

from agents import leading, presence
from agents.gates import SupervisorRequest, for_supervisors
from agents.models import Agent, Presence, PresenceReason
from interactions import callbacks, eligibility, supervision
from interactions.models import Interaction
from interactions.reports import people
from interactions.routing import overflowing
from interactions.views import promises
from interactions.views.floor.seeing import Sight, agent_seen, callback_of, contact_of, sight_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


class ReasonForm(forms.Form):
    """Every far-reaching act says why."""

    reason = forms.CharField(label=lazy("Why"), max_length=200, strip=True, widget=forms.Textarea(attrs={"rows": 2}))


class PriorityForm(ReasonForm):
    """0 to 9, 9 first."""

    priority = forms.TypedChoiceField(
        label=lazy("Priority"), coerce=int, choices=[(n, str(n)) for n in range(9, -1, -1)],
        help_text=lazy("9 goes first, 0 is the usual."),
    )  # fmt: skip
    field_order = ["priority", "reason"]


class ForceForm(ReasonForm):
    """Where the agent is put."""

    presence = forms.ChoiceField(
        label=lazy("State"),
        choices=[
            (Presence.AVAILABLE, lazy("Available")),
            (Presence.BREAK, lazy("Away")),
            (Presence.SIGNED_OUT, lazy("Signed out")),
        ],
        widget=forms.RadioSelect,
    )
    away = forms.ChoiceField(label=lazy("Away for"), required=False)
    field_order = ["presence", "away", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = PresenceReason.objects.filter(active=True).values_list("name", flat=True)
        self.fields["away"].choices = [("", lazy("Choose")), *((name, name) for name in names)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Away is always away for something, where the house has words for it."""
        data = super().clean() or {}
        field: Any = self.fields["away"]
        if data.get("presence") == Presence.BREAK and not data.get("away") and len(field.choices) > 1:
            self.add_error("away", _("Choose what for."))
        return data


def posted(request: SupervisorRequest) -> QueryDict | None:
    """What was sent, be it empty; None when nothing was."""
    return request.POST if request.method == "POST" else None


def dialog(request: SupervisorRequest, title: str, words: str, act: str, form: forms.Form, **more: Any) -> HttpResponse:
    """The dialog with its form; on its own page where there is no script.

    A form with faults is 422, told beside its fields; the focus is on the first of these, else on the first of all.
    """
    context = {"title": title, "words": words, "act": act, "form": form, "action": request.get_full_path(), **more}
    context["back"] = more.get("back") or _page_of(**more)
    htmx = getattr(request, "htmx", False)
    status = 422 if form.errors else 200
    first = next(iter(form.errors or form.fields), "")
    for name, field in form.fields.items():
        field.widget.attrs["autofocus"] = name == first
    return render(request, "floor/_dialog.html" if htmx else "floor/dialog.html", context, status=status)


def _page_of(**about: Any) -> str:
    """Where the act was chosen: the page of what it is about."""
    names = {
        "contact": "floor-contact", "callback": "floor-callback", "agent": "floor-agent", "prospect": "floor-prospect",
        "call_list": "floor-list",
    }  # fmt: skip
    if "blocked" in about:
        return reverse("floor-do-not-call")
    return next(reverse(page, args=[about[key].public_id]) for key, page in names.items() if key in about)


def done(request: SupervisorRequest, words: str, back: str) -> HttpResponse:
    """The dialog closes, the floor refetches itself, a toast says what happened; from a page it is the page before."""
    if not getattr(request, "htmx", False):
        messages.success(request, words)
        return redirect(back)
    response = HttpResponse("")
    response["HX-Trigger"] = json.dumps({"toast": {"text": words}, "push:changed": {}, "push:again": {}})
    return response


def _act(
    request: SupervisorRequest,
    contact: Interaction,
    form: ReasonForm,
    do: Callable[[Any], None],
    *,
    title: str,
    words: str,
    act: str,
    told: str,
    **more: Any,
) -> HttpResponse:
    """Ask, then do. A move that no longer fits is 409 in words by the middleware."""
    if request.method != "POST" or not form.is_valid():
        return dialog(request, title, words, act, form, contact=contact, clients=[contact.client], **more)
    do(form.cleaned_data)
    return done(request, told, reverse("floor-contact", args=[contact.public_id]))


@get_or_post
@for_supervisors
def take_back(request: SupervisorRequest, contact: UUID) -> HttpResponse:
    """Back to its old place in the line."""
    found = contact_of(request, contact)
    supervision.require_lead(request.user, found)
    return _act(
        request,
        found,
        ReasonForm(posted(request)),
        lambda data: supervision.take_back(found, by=request.user, reason=data["reason"]),  # type: ignore[arg-type, func-returns-value]
        title=_("Take back"),
        words=_("The agent loses this contact; it goes back to its old place in the line."),
        act=_("Take back"),
        told=_("Taken back. It stands at its old place in the line."),
    )


@get_or_post
@for_supervisors
def reprioritise(request: SupervisorRequest, contact: UUID) -> HttpResponse:
    """Another priority for a waiting contact."""
    found = contact_of(request, contact)
    return _act(
        request,
        found,
        PriorityForm(posted(request), initial={"priority": found.priority}),
        lambda data: supervision.reprioritise(found, data["priority"], by=request.user, reason=data["reason"]),  # type: ignore[arg-type]
        title=_("Change priority"),
        words=_("It keeps the time it has waited."),
        act=_("Change priority"),
        told=_("Priority changed."),
    )


@get_or_post
@for_supervisors
def overflow(request: SupervisorRequest, contact: UUID) -> HttpResponse:
    """The next overflow step of a waiting contact, before its time."""
    found = contact_of(request, contact)
    step = overflowing.next_step(found)
    if step is None:
        words = _("Its line has no further step, or it waits no more.")
    else:
        words = _("Step %(n)s: %(step)s. It keeps its place.") % {"n": step.ordinal, "step": step.words}
    return _act(
        request,
        found,
        ReasonForm(posted(request)),
        lambda data: overflowing.open_next(found, by=request.user, reason=data["reason"]),  # type: ignore[arg-type, func-returns-value]
        title=_("Open the next overflow step"),
        words=words,
        act=_("Open the step"),
        told=_("Step opened."),
        impossible=step is None,
    )


@get_or_post
@for_supervisors
def assign(request: SupervisorRequest, contact: UUID) -> HttpResponse:
    """Offered to one agent alone, who must be eligible; for everybody else the page says why not."""
    found = contact_of(request, contact)
    supervision.require_lead(request.user, found)
    sight = sight_of(request)
    form = ReasonForm(posted(request))
    if request.method == "POST" and form.is_valid():
        agent = _chosen(request, sight)
        supervision.assign(found, agent, by=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        return done(request, _("Offered to %s.") % agent, reverse("floor-contact", args=[found.public_id]))
    able, unable, absent = _candidates(sight, found)
    return dialog(
        request,
        _("Assign"),
        _("It is offered to this person alone, at once."),
        _("Assign"),
        form,
        contact=found,
        clients=[found.client],
        choosing=True,
        able=able,
        unable=unable,
        absent=absent,
        chosen=request.POST.get("agent", ""),
    )


def _chosen(request: SupervisorRequest, sight: Sight) -> Agent:
    try:
        wanted = UUID(request.POST.get("agent", ""))
    except ValueError:
        raise supervision.NothingToTakeBack(sentence=_("Choose who shall get it.")) from None
    agent = agent_seen(sight, wanted)
    leading.require_lead(request.user, agent)
    return agent


def _candidates(
    sight: Sight, contact: Interaction
) -> tuple[list[people.PersonRow], list[tuple[people.PersonRow, str]], int]:
    """Who can get it, who cannot and why, and how many are not here at all."""
    able, unable, absent = [], [], 0
    rows = people.grid(sight.agents().select_related("profile"), sight.clients)
    led = [row.agent for row in rows if row.signed_in and sight.leads(row.agent)]
    verdicts = eligibility.verdicts_on(led, contact)
    for row in rows:
        if not row.signed_in:
            absent += 1
        elif row.agent.pk not in verdicts:
            unable.append((row, _("Not in your teams.")))
        elif verdicts[row.agent.pk].ok:
            able.append(row)
        else:
            unable.append((row, verdicts[row.agent.pk].sentence))
    return able, unable, absent


@get_or_post
@for_supervisors
def new_time(request: SupervisorRequest, callback: UUID) -> HttpResponse:
    """Another time for a promise: the customer's change, or a new promise in place of one we cannot keep."""
    found = callback_of(request, callback)
    form = promises.NewTimeForm(found, posted(request))
    if request.method == "POST" and form.is_valid():
        kept = promises.move(found, form, by=request.user)  # type: ignore[arg-type]
        return _to(request, reverse("floor-callback", args=[kept.public_id]))
    words = _("The customer is told. A change the customer asked for is judged by its new time; ours stays as it was.")
    return dialog(
        request, _("Another time"), words, _("Promise this time"), form, callback=found, clients=[found.client]
    )


@get_or_post
@for_supervisors
def cancel(request: SupervisorRequest, callback: UUID) -> HttpResponse:
    """A promise that is not wanted any more."""
    found = callback_of(request, callback)
    form = promises.CancelForm(posted(request))
    if request.method == "POST" and form.is_valid():
        callbacks.withdraw(found, form.cleaned_data["reason"], by=request.user)  # type: ignore[arg-type]
        return _to(request, reverse("floor-callback", args=[found.public_id]))
    words = _("It ends as withdrawn, and the customer is told.")
    return dialog(
        request, _("Cancel the callback"), words, _("Cancel it"), form, callback=found, clients=[found.client]
    )


def _to(request: SupervisorRequest, url: str) -> HttpResponse:
    """The page of what holds now, from a dialog too."""
    if not getattr(request, "htmx", False):
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


@get_or_post
@for_supervisors
def force(request: SupervisorRequest, agent: UUID) -> HttpResponse:
    """Another state for an agent of one's own teams; live work is finished first."""
    found = agent_seen(sight_of(request), agent)
    leading.require_lead(request.user, found)
    form = ForceForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        return dialog(
            request,
            _("State of %s") % found,
            _("An open offer goes back at once. Contacts in hand are finished first."),
            _("Set state"),
            form,
            agent=found,
            clients=[],
        )
    data = form.cleaned_data
    presence.force(found, data["presence"], data["away"], by=request.user, why=data["reason"])  # type: ignore[arg-type]
    return done(request, _("State set."), reverse("floor-agent", args=[found.public_id]))
