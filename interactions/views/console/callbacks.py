"""Promises: book one, look at one, make it, and report what came of a call."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel.errors import InvalidValue
from clients import customers
from interactions import callbacks, outbound, playback, verifying
from interactions.callback_work import Result
from interactions.desk.promising import choices, queue_of, zone_of
from interactions.models import Callback, CallbackOrigin, Leg
from interactions.views import promises
from interactions.views.console.common import dialog, done, frame, own_leg, show_work, working_leg
from interactions.views.lists import told_with_who


def book_from(request: AgentRequest, leg: Leg) -> Callback:
    """Make the promise a form asks for: a window of the list, or the client's turn-around time."""
    interaction = leg.interaction
    queue = queue_of(interaction)
    number = (request.POST.get("number", "") or request.POST.get("other_number", "")).strip()
    if queue is None or not number:
        raise InvalidValue("no number or line", sentence=_("Give a number to call."))
    verifying.require_number(interaction, customers.tidy_phone(interaction.client, number))
    due_from, due_until = _window(request.POST.get("window", ""))
    return callbacks.promise(
        interaction.client,
        customer=interaction.customer,
        number=number,
        queue=queue,
        origin=CallbackOrigin.AGENT,
        by=request.agent,
        interaction=interaction,
        case=interaction.case,
        due_from=due_from,
        due_until=due_until,
        words=request.POST.get("words", ""),
        language=interaction.language,
        zone=zone_of(interaction),
        name=interaction.customer.name if interaction.customer else "",
        reason=interaction.reason,
        owner=request.agent if request.POST.get("who") == "me" else None,
    )


def _window(text: str) -> tuple[datetime | None, datetime | None]:
    if not text:
        return None, None
    try:
        starts, _sep, ends = text.partition("/")
        return datetime.fromisoformat(starts), datetime.fromisoformat(ends)
    except ValueError as error:
        raise InvalidValue(f"window {text!r}", sentence=_("Choose one of the windows.")) from error


@for_agents
@require_http_methods(["GET", "POST"])
def book(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Promise the customer a callback."""
    if request.method == "GET":
        mine = own_leg(request, leg)
        verifying.require_callback(mine.interaction)
        return dialog(request, "console/_book.html", {"leg": mine} | choices(mine.interaction))
    with transaction.atomic():
        mine = working_leg(request, leg)
        promised = book_from(request, mine)
    return show_work(request, mine, toast={"text": _("Promised: %(ref)s.") % {"ref": promised.reference}})


@for_agents
@require_GET
def page(request: AgentRequest, callback: UUID) -> HttpResponse:
    """One promise: window, attempts, what it is about."""
    found = _callback(request, callback)
    context = {
        "callback": found,
        "tries": told_with_who(found.journal.order_by("at", "id")),
        "brand": found.client.brand,
        "spoken": playback.left_before(found.case_id, request.user),
    }
    return render(request, "console/callback.html", frame(request) | context | promises.acts(found))


def _callback(request: AgentRequest, public_id: UUID) -> Callback:
    rows = Callback.objects.visible_to(request.user)
    rows = rows.select_related("client__brand", "client__policy", "customer", "case", "owner", "reason", "replaces")
    return get_object_or_404(rows.select_related("queue__client", "queue__hours__client"), public_id=public_id)


@for_agents
@require_http_methods(["GET", "POST"])
def new_time(request: AgentRequest, callback: UUID) -> HttpResponse:
    """Another time: by the customer's word the same promise, by our own fault a new one in its place."""
    found = _callback(request, callback)
    form = promises.NewTimeForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _after(request, promises.move(found, form, by=request.agent))
    return _ask(request, found, form, title=_("Another time"), act=_("Promise this time"))


@for_agents
@require_http_methods(["GET", "POST"])
def cancel(request: AgentRequest, callback: UUID) -> HttpResponse:
    """The customer does not want it any more."""
    found = _callback(request, callback)
    form = promises.CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _after(request, callbacks.withdraw(found, form.cleaned_data["reason"], by=request.agent))
    return _ask(request, found, form, title=_("Cancel the callback"), act=_("Cancel it"))


def _ask(request: AgentRequest, callback: Callback, form: Form, *, title: str, act: str) -> HttpResponse:
    context = {"callback": callback, "form": form, "title": title, "act": act, "action": request.get_full_path()}
    return dialog(request, "console/_promise.html", context, status=422 if form.errors else 200)


def _after(request: AgentRequest, callback: Callback) -> HttpResponse:
    """To the page of the promise that holds now."""
    url = reverse("console-callback", args=[callback.public_id])
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


@for_agents
@require_POST
def make(request: AgentRequest, callback: UUID) -> HttpResponse:
    """Make it now oneself, by the rules of routing."""
    return show_work(request, outbound.start_callback(_callback(request, callback), by=request.agent))


@for_agents
@require_POST
def dialled(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The agent pressed the number: the try began now."""
    outbound.dialled(own_leg(request, leg), by=request.agent)
    return HttpResponse(status=204)


@for_agents
@require_POST
def report(request: AgentRequest, leg: UUID) -> HttpResponse:
    """What came of the call."""
    mine = own_leg(request, leg)
    result = request.POST.get("result", "")
    if result not in Result.values:
        raise InvalidValue(f"result {result!r}")
    fresh = outbound.report(mine, result, by=request.agent)
    return show_work(request, fresh) if fresh.state in ("handling", "wrapping") else done(request)
