"""The form that books a callback, and the page behind its link: see it, move it, cancel it."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bpo.kernel import clock, links, zones
from bpo.kernel import words as kernel_words
from bpo.kernel.throttle import throttled
from clients import customers, opening, texts
from clients.models import Channel, EntryPoint, Reason, TextKind
from clients.words import say
from interactions import callbacks, intake, list_promises, promise_words, unanswered
from interactions.callback_rows import OPEN_STATES, BeingMade, CallbackOver, CannotPromise
from interactions.models import Callback, CallbackState, Interaction, Origin
from interactions.promise_words import Making
from interactions.prospects import NotCallable
from interactions.views.customer import outlet, times

LINK_SECONDS = 400 * links.DAY
MOST_WORDS = 500
FIELDS = ("number", "window", "words", "email")  # those that may be wrong, as they stand on the page


def manage_address(callback: Callback, language: str = "") -> str:
    """The path of the customer's own link to a promise."""
    path = reverse("customer-callback", args=[links.sign("callback", str(callback.public_id))])
    return f"{path}?lang={language}" if language else path


@outlet.for_customers
@throttled("callback form", "20/m")
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose a time, leave a number; sent twice it is one promise. A chat nobody answered brings what was typed."""
    door = outlet.door(public_id)
    client = door.client
    language = outlet.language_of(request, client, request.POST.get("language", "")[:5])
    if not client.is_live:
        words = texts.text(client, TextKind.AWAY, language)
        return outlet.page(request, "customer/away.html", client, language, {"words": words}, frame_of=door)
    if not customers.takes_calls(client):
        words = say("err_no_calls", language)
        return outlet.page(request, "customer/away.html", client, language, {"words": words}, frame_of=door)
    assert door.queue is not None
    given = request.POST if request.method == "POST" else request.GET
    token = given.get("chat", "")[:300]
    contact = unanswered.contact_of(token, door)
    if contact and (promised := contact.callbacks_promised.order_by("pk").first()):
        return HttpResponseRedirect(manage_address(promised, language))
    zone = opening.known_zone(given.get("zone", "")[:64], client)
    queue = contact.queue if contact and contact.queue else door.queue
    windows = opening.callback_windows(opening.calls_at(door, queue), clock.now(), zone)
    errors: dict[str, str] = {}
    if request.method == "POST":
        response, errors = _book(request, door, language, zone, windows, contact)
        if response is not None:
            return response
    typed = unanswered.typed_in(contact) if contact and request.method != "POST" else {}
    context = {
        "door": door,
        "lead": lead_words(door, language),
        "days": times.days_of(windows, clock.now(), zone, language),
        "zone": zone,
        "zone_words": times.zone_words(zone),
        "zones": sorted(zones.every()),
        "reasons": reasons_of(door, language),
        "given": {
            name: given.get(name, typed.get(name, ""))[:MOST_WORDS] for name in (*FIELDS, "day", "reason", "name")
        },
        "chat": token if contact else "",
        "errors": errors,
        "wrong": next((name for name in FIELDS if name in errors), ""),
        "key": _key(given.get("key", "")),
        "attempts": client.policy.callback_attempts,
    }
    status = 422 if errors else 200
    return outlet.page(request, "customer/callback.html", client, language, context, frame_of=door, status=status)


def _windows_of(callback: Callback, zone: str) -> list[opening.Window]:
    at = clock.now()
    windows = opening.callback_windows(opening.calls_at(callback.entry_point, callback.queue), at, zone)
    return list_promises.within(callback, windows, at)


def _key(given: str) -> str:
    """What makes this form one promise, however often it is sent: ours, signed, so that nobody can guess another's."""
    try:
        links.unsign("callback form", given[:300], max_age=2 * links.DAY)
    except links.LinkInvalid:
        return links.sign("callback form", str(uuid4()))
    return given


def lead_words(door: EntryPoint, language: str) -> str:
    """Why one is here: nobody calls at this hour, or by choice."""
    calls = opening.calls_at(door, door.queue) if door.queue else door
    if not opening.is_open(calls, clock.now()):
        return say("cb_lead_closed", language)
    return say("cb_lead", language)


def reasons_of(door: EntryPoint, language: str) -> list[tuple[str, str]]:
    """What it may be about, as the client asks at its doors."""
    asked = Reason.objects.filter(client=door.client, active=True, asked_at_door=True).order_by("position", "name")
    return [(reason.code, reason.in_language(language)) for reason in asked]


def _book(
    request: HttpRequest,
    door: EntryPoint,
    language: str,
    zone: str,
    windows: list[opening.Window],
    contact: Interaction | None,
) -> tuple[HttpResponse | None, dict[str, str]]:
    given = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    try:
        key = links.unsign("callback form", given.get("key", "")[:300], max_age=2 * links.DAY)
    except links.LinkInvalid:
        return None, {"form": say("err_form", language)}
    earlier = intake.receive_again(door, f"form:{key}")
    if earlier and earlier.callback:
        return HttpResponseRedirect(manage_address(earlier.callback, language)), {}
    errors: dict[str, str] = {}
    number = customers.typed_phone(door.client, given.get("number", "")[:40])
    if not number:
        errors["number"] = say("err_number" if given.get("number") else "err_number_missing", language)
    email = given.get("email", "")[:254]
    if email and not customers.tidy_address(email):
        errors["email"] = say("err_email", language)
    try:
        opening_words = kernel_words.paragraphs(given.get("words", ""), most=MOST_WORDS)
    except kernel_words.TooLong:
        errors["words"] = say("err_words_long", language, n=MOST_WORDS)
    window = times.chosen(windows, given.get("window", ""))
    if window is None:
        errors["window"] = say("err_window_gone" if given.get("window") else "err_window", language)
    if errors or window is None:
        return None, errors
    reason = Reason.objects.filter(client=door.client, code=given.get("reason", "")[:40], active=True).first()
    name = kernel_words.line(given.get("name", ""), most=120)
    try:
        if contact is not None:
            callback = unanswered.leave_number(
                contact, number=number, address=email, name=name, words=opening_words, reason=reason,
                due_from=window.starts, due_until=window.ends, zone=zone, language=language,
            )  # fmt: skip
            return HttpResponseRedirect(manage_address(callback, language)), {}
        received = intake.receive(
            door,
            intake.NewContact(
                provider_id=f"form:{key}",
                channel=Channel.VOICE,
                origin=Origin.FORM,
                from_name=name,
                from_phone=number,
                from_address=email,
                opening=opening_words,
                language=language,
                reason=reason,
                zone=zone,
                wants_callback=True,
                due_from=window.starts,
                due_until=window.ends,
            ),
        )
    except CannotPromise:
        return None, {"window": say("err_window_gone", language)}
    assert received.callback is not None
    return HttpResponseRedirect(manage_address(received.callback, language)), {}


@outlet.for_customers
@throttled("callback link", "30/m")
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """The promise as it stands; its customer may move or cancel it."""
    found = (
        Callback.objects.select_related("client__brand", "client__policy", "queue__hours__client")
        .select_related("entry_point", "interaction")
        .filter(public_id=links.unsign("callback", token, max_age=LINK_SECONDS))
        .first()
    )
    if found is None:
        raise outlet.Gone("callback")
    callback = callbacks.current(found)
    language = outlet.language_of(request, callback.client, callback.language)
    errors: dict[str, str] = {}
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in ("move", "cancel"):
        try:
            if act == "cancel":
                callbacks.withdraw(callback, "cancelled by the customer", link=True)
            else:
                errors = _move(callback, request.POST.get("window", ""), language)
        except (CallbackOver, BeingMade):
            errors = {}  # the page below says how it stands
        if not errors:
            return HttpResponseRedirect(f"{request.path}?lang={language}")
    callback.refresh_from_db()
    view = "move" if errors else request.GET.get("view", "")
    context = {
        **standing(callback, language),
        "errors": errors,
        "wrong": next(iter(errors), ""),
        "path": request.path,
        "view": view,
    }
    if context["open"] and view == "move":
        zone = callback.zone or callback.client.zone
        windows = _windows_of(callback, zone)
        context |= {"days": times.days_of(windows, clock.now(), zone, language), "zone_words": times.zone_words(zone)}
    return outlet.page(
        request,
        "customer/callback_manage.html",
        callback.client,
        language,
        context,
        frame_of=callback.entry_point,
        status=422 if errors else 200,
    )


def _move(callback: Callback, value: str, language: str) -> dict[str, str]:
    zone = callback.zone or callback.client.zone
    window = times.chosen(_windows_of(callback, zone), value)
    if window is None:
        return {"window": say("err_window_gone" if value else "err_window", language)}
    try:
        callbacks.change(callback, window.starts, window.ends, link=True)
    except (CannotPromise, NotCallable):
        return {"window": say("err_window_gone", language)}
    return {}


def standing(callback: Callback, language: str) -> dict[str, Any]:
    """What the page says of a promise."""
    zone = callback.zone or callback.client.zone
    policy = callback.client.policy
    far = promise_words.making(callback)
    return {
        "callback": callback,
        "open": callback.state in OPEN_STATES and far != Making.IN_HAND,
        "making": far and say(promise_words.customer_key(callback, far), language),
        "withdrawn": callback.state == CallbackState.WITHDRAWN,
        "when": times.window_words(callback.due_from, callback.due_until, zone, language),
        "by": times.short_moment(callback.due_until, clock.now(), zone, language),
        "zone_words": times.zone_words(zone),
        "reach": promise_words.reach_words(callback, language),
        "attempts": policy.callback_attempts,
        "retry": policy.callback_retry_minutes,
        "again": _door_again(callback),
    }


def _door_again(callback: Callback) -> str:
    door = callback.entry_point
    if door is None or not door.published or not callback.client.is_live or not customers.takes_calls(callback.client):
        return ""
    return reverse("customer-callback-form", args=[door.public_id])
