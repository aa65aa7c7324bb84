"""What the chat window asks and sends; each call carries its token and is limited, each answer is the whole state."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import clock, links, zones
from bpo.kernel.throttle import caller, throttled
from clients import customers, opening, texts
from clients.models import EntryKind, Reason, TextKind
from clients.naming import public_name
from clients.words import language_for, say
from interactions import chats, conversation, files, intake, promise_words, surveys, unanswered, waits
from interactions.messages import MOST_CHARACTERS
from interactions.models import (
    HEARD,
    Attachment,
    Callback,
    ChatSession,
    Interaction,
    LegRole,
    Message,
    MessageDirection,
    State,
    SurveyAnswer,
)
from interactions.push import page_seen
from interactions.views.customer import outlet, times
from interactions.views.customer.callback import manage_address

MOST_MESSAGES = 500
# To the customer a parked chat is one whose agent will write again.
PHASES = {
    State.QUEUED: "waiting",
    State.OFFERED: "waiting",
    State.ACTIVE: "talking",
    State.HELD: "talking",
    State.PARKED: "talking",
}


def by_token(request: HttpRequest) -> str:
    """Limits count a window, not an address behind which a whole office may sit."""
    return outlet.bearer(request)[-40:] or caller(request)


def window(request: HttpRequest, public_id: UUID) -> ChatSession:
    """The window of the token, at the door it began at; LinkInvalid otherwise."""
    session = chats.session_of(outlet.bearer(request))
    if session.entry_point.public_id != public_id:
        raise links.LinkInvalid("a window of another door")
    return session


def _window(request: HttpRequest, public_id: UUID) -> ChatSession:
    session = window(request, public_id)
    if session.entry_point.kind != EntryKind.WIDGET:
        raise links.LinkInvalid("the window of a call")
    return session


@outlet.for_window
@throttled("chat start", "20/m")
@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Begin: name, words, what it is about."""
    door = outlet.door(public_id)
    if door.kind != EntryKind.WIDGET:
        raise outlet.Gone(f"{door} is no chat")
    given = outlet.json_body(request)
    language = language_for(door.client, outlet.sent_along(given, "language", 5))
    key, words = outlet.text_of(given, "key", 64), outlet.text_of(given, "words", MOST_CHARACTERS, one_line=False)
    email, phone = outlet.text_of(given, "email", 254), outlet.text_of(given, "phone", 32)
    errors = {}
    if email and not customers.tidy_address(email):
        errors["email"] = say("err_email", language)
    if phone and not customers.typed_phone(door.client, phone):
        errors["phone"] = say("err_number", language)
    if not words:
        errors["words"] = say("err_words", language)
    if errors:
        return JsonResponse({"code": "invalid", "errors": errors}, status=422)
    if len(key) < 16:
        raise outlet.BadRequest("key")
    code = outlet.text_of(given, "reason", 40)
    begun = chats.start(
        door,
        chats.Hello(
            key=key,
            words=words,
            name=outlet.text_of(given, "name", 120),
            email=email,
            phone=phone,
            reason=Reason.objects.filter(client=door.client, code=code, active=True).first() if code else None,
            language=language,
            page=outlet.sent_along(given, "page", 500),
            zone=_zone(outlet.sent_along(given, "zone", 64)),
            simulated=settings.DEMO and given.get("simulated") is True,
        ),
    )
    session = chats.session_of(begun.token)
    return JsonResponse({"token": begun.token, **state_of(session)}, status=201)


def _zone(named: str) -> str:
    return named if named in zones.every() else ""


@outlet.for_window
@throttled("chat state", "240/m", key=by_token, methods=("GET",))
@require_safe
def state(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything the window shows; asking for it is a sign of life, and may take an old place back."""
    session = _window(request, public_id)
    if chats.come_back(session):
        session = _window(request, public_id)
    page_seen(session)
    return JsonResponse(state_of(session))


@outlet.for_window
@throttled("chat message", "60/m", key=by_token)
@require_POST
def message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The customer's words; the key makes a repeat harmless."""
    session = _window(request, public_id)
    given = outlet.json_body(request)
    key = outlet.text_of(given, "key", 64)
    if len(key) < 8:
        raise outlet.BadRequest("key")
    return _said(session, outlet.text_of(given, "text", MOST_CHARACTERS, one_line=False), key)


@outlet.for_window
@throttled("chat file", "20/m", key=by_token)
@require_POST
def file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One file, judged by its bytes."""
    session = _window(request, public_id)
    if int(request.headers.get("Content-Length") or 0) > files.MOST_BYTES + 16_384:
        raise files.FileTooLarge
    upload = request.FILES.get("file")
    key = outlet.text_of(request.POST.dict(), "key", 64)
    if upload is None or upload.size is None or len(key) < 8:
        raise outlet.BadRequest("file")
    if upload.size > files.MOST_BYTES:
        raise files.FileTooLarge
    return _said(session, "", key, files.check(upload.name or "", upload.read()))


def _said(session: ChatSession, text: str, key: str, *sent: files.File) -> HttpResponse:
    if session.interaction is None:
        raise links.LinkInvalid("nothing began in this window")
    if not session.client.is_live and session.interaction.state == State.CLOSED:
        raise intake.ClientAway
    provider_id = f"chat:{session.public_id}:{key}"
    conversation.customer_wrote(session.interaction, text, files=sent, provider_id=provider_id)
    session.refresh_from_db()
    return JsonResponse(state_of(session), status=201)


@outlet.for_window
@throttled("chat end", "30/m", key=by_token)
@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The customer ends it."""
    session = _window(request, public_id)
    chats.say_goodbye(session)
    session.refresh_from_db()
    return JsonResponse(state_of(session))


@outlet.for_window
@throttled("chat call", "10/m", key=by_token)
@require_POST
def call(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Call me back, keep my place."""
    session = _window(request, public_id)
    given = outlet.json_body(request)
    chats.call_me(session, outlet.text_of(given, "number", 40), zone=outlet.text_of(given, "zone", 64))
    session.refresh_from_db()
    return JsonResponse(state_of(session))


@outlet.for_window
@throttled("chat transcript", "5/m", key=by_token)
@require_POST
def transcript(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The conversation by mail, once it is over."""
    session = _window(request, public_id)
    address = chats.ask_transcript(session, outlet.text_of(outlet.json_body(request), "email", 254))
    told = chats.told_of_transcript(session, address)
    return JsonResponse({**state_of(session), "transcript_to": address, "transcript": told})


@outlet.for_window
@throttled("chat survey", "20/m", key=by_token)
@require_POST
def survey(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Two taps; each is saved at once."""
    session = _window(request, public_id)
    take_survey(request, session)
    return JsonResponse(state_of(session))


def take_survey(request: HttpRequest, session: ChatSession) -> None:
    """What was tapped, of a chat's window or a call's page; what is neither score nor yes or no is refused or left."""
    given = outlet.json_body(request)
    if session.interaction is None:
        raise links.LinkInvalid("nothing began in this window")
    score, solved = given.get("score"), given.get("solved")
    surveys.answer(
        session.interaction,
        score=score if isinstance(score, int) and not isinstance(score, bool) else 0,
        solved=solved if isinstance(solved, bool) else None,
        words=outlet.text_of(given, "words", surveys.MOST_WORDS, one_line=False),
    )


@outlet.for_window
@throttled("chat download", "60/m", key=by_token, methods=("GET",))
@require_safe
def download(request: HttpRequest, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """A file of this window's conversation, as a download."""
    session = _window(request, public_id)
    found = Attachment.objects.filter(public_id=file_id, interaction=session.interaction_id).first()
    if found is None or session.interaction_id is None:
        raise outlet.Gone("file")
    return FileResponse(found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.content_type)


def state_of(session: ChatSession) -> dict[str, Any]:
    """The window's whole truth, and nothing of anybody else."""
    interaction = session.interaction
    if interaction is None:
        return {"state": "closed", "messages": []}
    interaction = Interaction.objects.select_related("queue", "client__brand", "envelope").get(pk=interaction.pk)
    now = clock.now()
    phase = PHASES.get(State(interaction.state), interaction.state)
    agent, joined = _agent(interaction)
    shown: dict[str, Any] = {
        "state": phase,
        "version": interaction.version,
        "outcome": interaction.outcome,
        "now": now.isoformat(),
        "agent": agent if phase != "waiting" else "",
        "joined_at": joined if phase != "waiting" else None,
        "messages": _messages(interaction),
        "text": "",
        "transcript_to": session.transcript_to,
        "email": envelope.from_address if (envelope := getattr(interaction, "envelope", None)) else "",
        "survey": _survey(interaction),
    }
    if phase == "waiting" and interaction.queue:
        place = waits.position(interaction) or 1
        wait = waits.expected_wait_of(interaction, at=now)
        shown |= {
            "position": place,
            "since": stay.entered_at.isoformat() if (stay := interaction.visits.filter(left_at=None).first()) else None,
            "wait": wait,
            "returned": interaction.returned,
            "passed_on": bool(agent) and interaction.legs.filter(HEARD, accepted_at__isnull=False).exists(),
            "offer_callback": (offered := waits.callback_offered(interaction, wait, at=now)),
            "calls_from": _calls_from(session, interaction) if offered else "",
            "offer_callback_in": max(
                0, round(interaction.queue.callback_offer_seconds - waits.waited(interaction, at=now))
            ),
            "text": texts.text(interaction.client, TextKind.WAITING, session.language),
            "number": _known_number(interaction),
        }
    kind = intake.text_for(interaction.outcome)
    if kind:
        shown |= promise_of(interaction, session.language) or _unanswered(session, interaction, kind)
    return shown


def _agent(interaction: Interaction) -> tuple[str, str | None]:
    """By the name this client's customers know."""
    leg = (
        interaction.legs.filter(role=LegRole.PRIMARY, accepted_at__isnull=False)
        .select_related("agent__user")
        .order_by("-accepted_at", "-pk")
        .first()
    )
    if leg is None or leg.accepted_at is None:
        return "", None
    return public_name(leg.agent.user, interaction.client), leg.accepted_at.isoformat()


def _messages(interaction: Interaction) -> list[dict[str, Any]]:
    said = (
        Message.objects.filter(interaction=interaction)
        .prefetch_related("attachments")
        .order_by("-at", "-pk")[:MOST_MESSAGES]
    )
    return [
        {
            "id": str(row.public_id),
            "key": row.message_id.rpartition(":")[2] if row.direction == MessageDirection.IN else "",
            "who": {MessageDirection.IN: "me", MessageDirection.OUT: "agent"}.get(
                MessageDirection(row.direction), "system"
            ),
            "name": row.author_name if row.direction == MessageDirection.OUT else "",
            "text": row.text,
            "at": row.at.isoformat(),
            "files": [
                {"id": str(kept.public_id), "name": kept.name, "size": kept.size} for kept in row.attachments.all()
            ],
        }
        for row in reversed(said)
    ]


def _survey(interaction: Interaction) -> dict[str, Any] | None:
    given = SurveyAnswer.objects.filter(interaction=interaction).first()
    return {"score": given.score, "solved": given.solved} if given else None


def _calls_from(session: ChatSession, interaction: Interaction) -> str:
    """When we call who takes a callback now, where that is not before the line opens; else empty."""
    assert interaction.queue is not None
    of, now = opening.calls_at(interaction.entry_point, interaction.queue), clock.now()
    opens = opening.next_opening(of, now)
    if opens is None or opens <= now:
        return ""
    zone = opening.known_zone(session.zone, interaction.client)
    return say("calls_from", session.language, time=times.zoned_moment(opens, now, zone, session.language))


def _known_number(interaction: Interaction) -> str:
    envelope = getattr(interaction, "envelope", None)
    return envelope.from_phone if envelope else ""


def _unanswered(session: ChatSession, interaction: Interaction, kind: TextKind) -> dict[str, Any]:
    """The client's text where nothing was promised, with the way to leave a number where somebody would call."""
    said = TextKind.AFTER_HOURS if kind == TextKind.CALLBACK_PROMISED else kind
    shown = {"text": texts.text(interaction.client, said, session.language)}
    session.interaction = interaction
    if token := unanswered.token_of(session):
        form = reverse("customer-callback-form", args=[session.entry_point.public_id])
        asked = {"lang": session.language, "chat": token} | ({"zone": session.zone} if session.zone else {})
        shown["leave_number"] = f"{form}?{urlencode(asked)}"
    return shown


def promise_of(interaction: Interaction, language: str) -> dict[str, Any]:
    """What was promised from this contact, with the link by which its customer moves or cancels it; else empty."""
    promised = Callback.objects.filter(promised_from=interaction).order_by("pk").first()
    if promised is None:
        return {}
    zone = promised.zone or interaction.client.zone
    due = times.zoned_moment(promised.due_until, clock.now(), zone, language)
    text = texts.text(interaction.client, TextKind.CALLBACK_PROMISED, language, due=due, reference=promised.reference)
    if promised.number:
        text = f"{text} {say('cb_number_called', language, number=promise_words.reach_words(promised, language))}"
    return {
        "text": text,
        "callback": {"reference": promised.reference, "address": manage_address(promised, language), "due": due},
    }
