"""What a caller's page asks and sends; each call carries its token and is limited, each answer is the whole state."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import clock, links, turn, zones
from bpo.kernel.throttle import throttled
from clients import customers
from clients.models import EntryKind, EntryPoint, Reason
from clients.naming import public_name
from clients.words import language_for, say
from interactions import call_links, calls, chats, media, recordings, talks, unheard, voicemail_offers
from interactions.models import CallLink, ChatSession, Interaction, Kind, Leg, LegRole, Outcome, State, Voicemail
from interactions.push import page_seen
from interactions.views.customer import chat, outlet, voicemail

# What the page is told of the chat's window alone.
OF_CHATS = ("messages", "transcript_to", "joined_at", "email")


@outlet.for_window
@throttled("call start", "20/m")
@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The line opens: who calls, the key pressed in the menu."""
    door = outlet.door(public_id)
    if door.kind != EntryKind.WEB_CALL:
        raise outlet.Gone(f"{door} takes no calls from a page")
    given = outlet.json_body(request)
    language = language_for(door.client, outlet.sent_along(given, "language", 5))
    if token := outlet.text_of(given, "link", 200):
        return _by_link(door, token, given, language)
    email, phone = outlet.text_of(given, "email", 254), outlet.text_of(given, "phone", 32)
    errors = {}
    if email and not customers.tidy_address(email):
        errors["email"] = say("err_email", language)
    if phone and not customers.typed_phone(door.client, phone):
        errors["phone"] = say("err_number", language)
    if errors:
        return JsonResponse({"code": "invalid", "errors": errors}, status=422)
    key, reason = outlet.text_of(given, "key", 64), outlet.text_of(given, "reason", 40)
    if len(key) < 16:
        raise outlet.BadRequest("key")
    zone = outlet.sent_along(given, "zone", 64)
    begun = calls.start(
        door,
        calls.Caller(
            key=key,
            name=outlet.text_of(given, "name", 120),
            email=email,
            phone=phone,
            reason=Reason.objects.filter(client=door.client, code=reason, active=True).first() if reason else None,
            menu=outlet.text_of(given, "menu", 1),
            language=language,
            page=outlet.sent_along(given, "page", 500),
            zone=zone if zone in zones.every() else "",
            simulated=settings.DEMO and given.get("simulated") is True,
        ),
    )
    session = chats.session_of(begun.token)
    return JsonResponse({"token": begun.token, **state_of(session)}, status=201)


def _by_link(door: EntryPoint, token: str, given: dict[str, Any], language: str) -> HttpResponse:
    """He comes to the call of the agent who called him."""
    key, zone = outlet.text_of(given, "key", 64), outlet.sent_along(given, "zone", 64)
    if len(key) < 16:
        raise outlet.BadRequest("key")
    if call_links.by_token(token).interaction.client_id != door.client_id:
        raise outlet.Gone("a link of another client")
    page = call_links.join(token, key=key, language=language, zone=zone if zone in zones.every() else "")
    return JsonResponse({"token": page, **state_of(chats.session_of(page))}, status=201)


def _window(request: HttpRequest, public_id: UUID) -> ChatSession:
    session = chat.window(request, public_id)
    if session.entry_point.kind != EntryKind.WEB_CALL:
        raise links.LinkInvalid("the window of a chat")
    return session


@outlet.for_window
@throttled("call state", "240/m", key=chat.by_token, methods=("GET",))
@require_safe
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything the page shows; asking for it is a sign of life, and may take an old place back."""
    session = _window(request, public_id)
    if chats.come_back(session):
        session = _window(request, public_id)
    page_seen(session)
    return JsonResponse(state_of(session))


@outlet.for_window
@throttled("call end", "30/m", key=chat.by_token)
@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """He hangs up, or leaves the line."""
    session = _window(request, public_id)
    chats.say_goodbye(session)
    session.refresh_from_db()
    return JsonResponse(state_of(session))


@outlet.for_window
@throttled("call back", "10/m", key=chat.by_token)
@require_POST
def back(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Call me back instead, keep my place."""
    session = _window(request, public_id)
    given = outlet.json_body(request)
    chats.call_me(session, outlet.text_of(given, "number", 40), zone=outlet.text_of(given, "zone", 64))
    session.refresh_from_db()
    return JsonResponse(state_of(session))


@outlet.for_window
@throttled("call survey", "20/m", key=chat.by_token)
@require_POST
def survey(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Two taps; each is saved at once."""
    session = _window(request, public_id)
    chat.take_survey(request, session)
    return JsonResponse(state_of(session))


def state_of(session: ChatSession) -> dict[str, Any]:
    """The page's whole truth: what a chat's window is told of its wait and end, and whom to be connected with."""
    shown = {name: value for name, value in chat.state_of(session).items() if name not in OF_CHATS}
    interaction = session.interaction
    if interaction is None:
        if CallLink.objects.filter(window=session).exists():
            return shown | {"unlinked": True, "text": say("call_link_left", session.language)}
        return shown
    interaction = Interaction.objects.get(pk=interaction.pk)
    primary = next((leg for leg in talks.legs_in(interaction) if leg.role == LegRole.PRIMARY), None)
    shown |= {"links": [], "ice": {}, "heard_at": None, "unheard": False}
    shown |= _spoken(session, interaction)
    if interaction.outcome == Outcome.TIMED_OUT and not shown.get("callback") and unheard.gave_up(interaction):
        shown |= {"unheard": True, "text": say("call.unheard", session.language)}
    stands = recordings.standing(interaction)
    # Before the talk: what will be. In it: what is, so that a pause shows at once.
    shown |= {"recorded": stands.sounds, "record_ask": stands.asks, "record_refused": stands.refused}
    if primary is not None and interaction.state in (State.ACTIVE, State.HELD):
        lines = talks.of_customer(interaction)
        shown |= {
            "state": "away" if primary.lost_since else "held" if interaction.state == State.HELD else "talking",
            "links": [asdict(line) for line in lines],
            "ice": turn.ice(clock.now()),
            "heard_at": _heard_at(primary),
            "also": _also(interaction),
        }
    return shown


def _also(interaction: Interaction) -> list[str]:
    """Which colleagues talk with him beside the agent; on hold none does."""
    if interaction.state != State.ACTIVE:
        return []
    with_him = [leg for leg in talks.legs_in(interaction) if leg.role == LegRole.CONSULT]
    return [public_name(leg.agent.user, interaction.client) for leg in with_him]


def _spoken(session: ChatSession, contact: Interaction) -> dict[str, Any]:
    """Whether a message was left, or may be, and what would become of it."""
    if contact.outcome != Outcome.VOICEMAIL:
        return {}
    left = Voicemail.objects.filter(interaction=contact, sent_at__isnull=False).exists()
    if left or not voicemail_offers.may_follow(contact, clock.now()):
        return {"spoken": left}
    told = voicemail.words(session.entry_point, session.language, contact=contact, zone=session.zone)
    return {"spoken": False, "voicemail": {"told": told, "number": voicemail_offers.promise_of(contact) is None}}


def _heard_at(leg: Leg) -> str | None:
    """Since when the two have talked; None until they hear each other."""
    if media.unsettled(leg) is not None:
        return None
    connected = leg.interaction.journal.filter(kind=Kind.MEDIA_CONNECTED).order_by("-pk").values_list("at", flat=True)
    since = connected.first() or leg.accepted_at
    return since.isoformat() if since else None
