"""A visitor's chat window: begin, what it shows, away and back, call me instead, end, transcript, idle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, DurationField, ExpressionWrapper, F, Max, Q, QuerySet, Value, When

from bpo.kernel import clock, links
from bpo.kernel.errors import DomainError, IllegalMove, InvalidValue, StaleState
from bpo.kernel.outgoing import OutgoingState
from bpo.kernel.steps import each
from clients import customers, texts
from clients.models import Channel, EntryPoint, Reason, TextKind
from interactions import callbacks, handling, intake, messages, notices, returning
from interactions.models import (
    Callback,
    ChatSession,
    EndedBy,
    Envelope,
    Interaction,
    MessageDirection,
    Notice,
    NoticeKind,
    Outcome,
    State,
)

TOKEN_SECONDS = 14 * links.DAY
# Windows ping every 20 s or ask for their state; one not heard of for so long has lost its process or its net.
UNHEARD = timedelta(seconds=75)
# A call's page pings as often; an agent does not sit before a dead line for so long. While one waits the page may be
# behind another, where browsers wake it once a minute.
CALLER_UNHEARD = timedelta(seconds=45)
WAITER_UNHEARD = timedelta(seconds=90)
# A caller's page that is reloaded, or changes its net, is back within this (TABLES.md 2).
CALLER_BACK = timedelta(seconds=30)
BATCH = 200
WAITING = (State.QUEUED, State.OFFERED)
TALKING = (State.ACTIVE, State.HELD)
OVER = (State.WRAP_UP, State.CLOSED)


class NotWaiting(DomainError):
    """Somebody answered, or the chat is over."""

    code = "not_waiting"


class NoAddress(InvalidValue):
    """Nothing a mail could be sent to."""

    code = "email"


class NoNumber(InvalidValue):
    """Nothing we could call."""

    code = "number"


class NoCalls(DomainError):
    """No line of this client takes calls."""

    code = "no_calls"


@dataclass(frozen=True, slots=True)
class Hello:
    """What a visitor says before the chat begins; `key` is made by his window and makes it begin once."""

    key: str
    words: str
    name: str = ""
    email: str = ""
    phone: str = ""
    reason: Reason | None = None
    language: str = "en"
    page: str = ""
    zone: str = ""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """The window's row, its token, and what became of the contact."""

    session: ChatSession
    token: str
    received: intake.Received


def token_of(session: ChatSession) -> str:
    """What the visitor's page keeps instead of a cookie."""
    return links.sign("chat", str(session.public_id))


def session_of(token: str) -> ChatSession:
    """The window a token belongs to; LinkInvalid when it is not ours or too old."""
    public_id = links.unsign("chat", token, max_age=TOKEN_SECONDS)
    found = (
        ChatSession.objects.select_related(
            "client__brand", "entry_point", "interaction__queue", "interaction__client__brand", "interaction__customer"
        )
        .filter(public_id=public_id)
        .first()
    )
    if found is None:
        raise links.LinkInvalid("chat window is gone")
    return found


def start(entry_point: EntryPoint, hello: Hello, *, at: datetime | None = None) -> Begun:
    """Begin a chat: the contact arrives as at every door, the window gets its token. The same key begins it once."""
    at = at or clock.now()
    said = messages.check(messages.Words(text=hello.words))
    received = intake.receive(
        entry_point,
        intake.NewContact(
            provider_id=f"chat:{hello.key}",
            channel=Channel.CHAT,
            from_name=hello.name,
            from_address=hello.email,
            from_phone=hello.phone,
            text=said.text,
            language=hello.language,
            reason=hello.reason,
            page=hello.page,
            zone=hello.zone,
            simulated=hello.simulated,
        ),
        at=at,
    )
    return open_window(entry_point, received, language=hello.language, zone=hello.zone, wrote_at=at, at=at)


@transaction.atomic
def open_window(
    entry_point: EntryPoint,
    received: intake.Received,
    *,
    language: str,
    zone: str,
    wrote_at: datetime | None = None,
    at: datetime,
) -> Begun:
    """The window of a contact that arrived through a page of its customer, and its token; twice it is the same."""
    _lock(f"chat window {received.interaction.pk}")
    session = ChatSession.objects.filter(interaction=received.interaction).order_by("pk").first()
    if session is None:
        session = ChatSession.objects.create(
            client_id=entry_point.client_id,
            entry_point=entry_point,
            interaction=received.interaction,
            language=language,
            zone=zone,
            created_at=at,
            seen_at=at,
            customer_wrote_at=wrote_at,
        )
    return Begun(session, token_of(session), received)


def _lock(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def seen(session: ChatSession, *, at: datetime | None = None) -> bool:
    """A page of this window is open; whether it was away until now."""
    at = at or clock.now()
    window = ChatSession.objects.filter(pk=session.pk)
    back = window.filter(gone_since__isnull=False).update(seen_at=at, gone_since=None)
    if not back:
        window.update(seen_at=at)
    return bool(back)


def gone(session: ChatSession, *, at: datetime | None = None) -> bool:
    """A socket of this window closed; another page of it that is open says `seen` again at once. Whether it is news."""
    at = at or clock.now()
    return bool(ChatSession.objects.filter(pk=session.pk, gone_since=None).update(gone_since=at))


def say_goodbye(session: ChatSession, *, at: datetime | None = None) -> None:
    """The customer ends the chat himself: at once, waiting or in talk. Twice is once."""
    ChatSession.objects.filter(pk=session.pk).update(said_goodbye=True)
    if session.interaction:
        left(session.interaction, at=at)


def left(interaction: Interaction, *, at: datetime | None) -> bool:
    """The customer is gone, wherever his contact stands; whether that changed anything."""
    where = "talk" if interaction.state in TALKING else "queue"
    try:
        return handling.customer_left(interaction, where=where, at=at)
    except (StaleState, IllegalMove):
        # An agent accepted or ended at this very moment: look once more at what is true now.
        interaction.refresh_from_db()
        return handling.customer_left(interaction, where=where, at=at)


@transaction.atomic
def come_back(session: ChatSession, *, at: datetime | None = None) -> bool:
    """Back within a minute after he was taken for gone: the old place again; the first contact leaves the figures.

    One transaction: a second contact beside the first, or a window that points at neither, is never seen.
    """
    at = at or clock.now()
    left = session.interaction
    if left is None or left.outcome != Outcome.ABANDONED or left.closed_at is None or session.said_goodbye:
        return False
    if at - left.closed_at > returning.BACK_IN_TIME or not (left.queue and left.queue.take_old_place):
        return False
    envelope = getattr(left, "envelope", None)
    received = intake.receive(
        session.entry_point,
        intake.NewContact(
            provider_id=intake.following(left),
            channel=left.channel,
            carrier=left.carrier,
            from_name=envelope.from_name if envelope else "",
            from_address=envelope.from_address if envelope else "",
            from_phone=envelope.from_phone if envelope else "",
            opening=envelope.opening if envelope else "",
            page=envelope.page if envelope else "",
            language=left.language,
            reason=left.reason,
            simulated=left.simulated,
            case=left.case,
            customer=left.customer,
            returns=left,
        ),
        at=at,
    )
    if received.repeated:
        return False
    ChatSession.objects.filter(pk=session.pk).update(interaction=received.interaction, seen_at=at, gone_since=None)
    # What was said stays before the customer's eyes, and before those of who answers.
    left.messages.update(interaction=received.interaction)
    left.attachments.update(interaction=received.interaction)
    if received.interaction.state != State.CLOSED:  # refused at the door he is not back in his place
        returning.came_back(left, received.interaction, at=at)
    session.interaction = received.interaction
    return True


def call_me(session: ChatSession, number: str, *, zone: str = "", at: datetime | None = None) -> Callback:
    """Who waits takes a callback and keeps the place. NoNumber when it cannot be called, NoCalls
    where nobody calls, NotWaiting when too late."""
    interaction = session.interaction
    if interaction is None or interaction.state not in WAITING:
        raise NotWaiting
    if not customers.takes_calls(session.client):
        raise NoCalls
    tidy = customers.typed_phone(session.client, number)
    if not tidy:
        raise NoNumber
    callback = callbacks.instead_of_waiting(
        interaction, number=tidy, zone=zone or session.zone, case=interaction.case, at=at
    )
    if callback is None:
        raise NotWaiting
    # The number he gave is this contact's; his record is not changed by it.
    Envelope.objects.filter(interaction=interaction).update(from_phone=tidy)
    return callback


def ask_transcript(session: ChatSession, address: str, *, at: datetime | None = None) -> str:
    """Send the conversation there once it is over (now, if it is). Returns the address."""
    at = at or clock.now()
    tidy = customers.tidy_address(address)
    if not tidy:
        raise NoAddress
    ChatSession.objects.filter(pk=session.pk).update(transcript_to=tidy)
    session.transcript_to = tidy
    if session.interaction and session.interaction.state in OVER:
        _write_transcript(session, at=at)
    return tidy


def told_of_transcript(session: ChatSession, address: str) -> str:
    """How it stands with the conversation to that address: asked, sent, in_mail (the resolution's), or refused."""
    interaction = session.interaction
    if interaction is None or interaction.state not in OVER:
        return "asked"
    mails = Notice.objects.filter(interaction=interaction, to_address=address).exclude(state__in=notices.GONE)
    if mails.filter(kind=NoticeKind.RESOLUTION).exists():
        return "in_mail"
    own = mails.filter(kind=NoticeKind.TRANSCRIPT).first()
    if own is None:
        return "refused"
    return "sent" if own.state == OutgoingState.SENT else "asked"


def _write_transcript(session: ChatSession, *, at: datetime) -> None:
    """The row of the mail, once for a contact and an address; the wish is over with it."""
    interaction = session.interaction
    with transaction.atomic():
        wished = ChatSession.objects.filter(pk=session.pk).exclude(transcript_to="").select_for_update().first()
        if wished is None or interaction is None:
            return
        # The address he gave is where this contact's mail goes; his record is not changed by it.
        Envelope.objects.filter(interaction=interaction, from_address="").update(from_address=wished.transcript_to)
        about = {"case": interaction.case} if interaction.case else {"case": None, "interaction": interaction}
        # Each address is a turn of its own; two windows of one case do not take the same.
        _lock(f"transcripts {interaction.case_id or -interaction.pk}")
        written = Notice.objects.filter(kind=NoticeKind.TRANSCRIPT, **about)
        same = written.filter(interaction=interaction, to_address=wished.transcript_to)
        if not same.exclude(state__in=notices.GONE).exists():
            last = written.aggregate(last=Max("turn"))["last"]
            notices.write(
                NoticeKind.TRANSCRIPT,
                case=interaction.case,
                interaction=interaction,
                turn=0 if last is None else last + 1,
                address=wished.transcript_to,
                at=at,
            )
        ChatSession.objects.filter(pk=session.pk).update(transcript_to="")


def windows_lost(at: datetime) -> int:
    """Windows whose process died, or whose phone slept, without a word: away since they were last heard of."""
    called, waits = Q(interaction__channel=Channel.VOICE), Q(interaction__state__in=WAITING)
    unheard = (
        Q(~called, seen_at__lt=at - UNHEARD)
        | Q(called, ~waits, seen_at__lt=at - CALLER_UNHEARD)
        | Q(called, waits, seen_at__lt=at - WAITER_UNHEARD)
    )
    open_ = ChatSession.objects.filter(unheard, gone_since=None, interaction__state__in=[*WAITING, *TALKING])
    return ChatSession.objects.filter(pk__in=open_.values("pk"), gone_since=None).update(gone_since=F("seen_at"))


def patience_over(at: datetime) -> int:
    """Away for longer than the line's patience: they have left. A caller is back at once, or not at all."""
    seconds = F("interaction__queue__patience_seconds") * timedelta(seconds=1)
    of_chat = ExpressionWrapper(seconds, output_field=DurationField())
    patience = Case(When(interaction__channel=Channel.VOICE, then=Value(CALLER_BACK)), default=of_chat)
    # By the end of their own patience: callers do not stand behind chats that may be away for longer.
    away = (
        ChatSession.objects.select_related("interaction__queue")
        .filter(gone_since__isnull=False, interaction__state__in=WAITING, interaction__queue__isnull=False)
        .annotate(patience=patience)
        .filter(gone_since__lte=Value(at) - F("patience"))
        .order_by(F("gone_since") + F("patience"))[:BATCH]
    )

    def act(session: Any) -> bool:
        return _gone_for_good(session, session.interaction, at - session.patience, at=at)

    return each(away, act)


@transaction.atomic
def _gone_for_good(session: ChatSession, interaction: Interaction, gone_by: datetime, *, at: datetime) -> bool:
    was_there = left(interaction, at=at)
    # The window is locked last, as by who writes in it: a page that opened meanwhile, or an answer, undoes all of it.
    window = ChatSession.objects.select_for_update(no_key=True, of=["self"]).filter(
        pk=session.pk, gone_since__lte=gone_by, interaction__outcome=Outcome.ABANDONED
    )
    if window.first() is None:
        raise StaleState("the window is open again, or somebody answered")
    return was_there


def _unread() -> QuerySet[Any]:
    """Chats in talk whose last word is the agent's, with its time as `answered_at`."""
    return (
        ChatSession.objects.select_related("interaction__queue", "interaction__client__brand")
        .filter(interaction__state=State.ACTIVE, interaction__channel=Channel.CHAT)
        .annotate(
            answered_at=Max(
                "interaction__messages__at", filter=Q(interaction__messages__direction=MessageDirection.OUT)
            )
        )
        .filter(answered_at__isnull=False)
        .filter(Q(customer_wrote_at__isnull=True) | Q(customer_wrote_at__lt=F("answered_at")))
    )


def gone_silent(at: datetime) -> int:
    """An answer nobody reads: warned after the queue's time, ended after its longer one."""

    def act(session: Any) -> bool:
        interaction = session.interaction
        if interaction.queue is None:
            return False
        idle = at - session.answered_at
        if idle >= timedelta(seconds=interaction.queue.idle_end_seconds) and session.warned_at:
            return _end_idle(session, interaction, at=at)
        if idle >= timedelta(seconds=interaction.queue.idle_warn_seconds) and session.warned_at is None:
            return _warn(session, interaction, at=at)
        return False

    return each(_unread(), act)


@transaction.atomic
def _warn(session: ChatSession, interaction: Interaction, *, at: datetime) -> bool:
    as_read = ChatSession.objects.filter(pk=session.pk, warned_at=None, customer_wrote_at=session.customer_wrote_at)
    if not as_read.update(warned_at=at):
        return False
    words = texts.text(interaction.client, TextKind.IDLE_WARNING, interaction.language)
    messages.write_system(interaction, words, at=at)
    return True


def _end_idle(session: ChatSession, interaction: Interaction, *, at: datetime) -> bool:
    leg = handling.live_leg(interaction)
    if leg is None or interaction.queue is None:
        return False
    idle_since = at - timedelta(seconds=interaction.queue.idle_end_seconds)
    try:
        with transaction.atomic():
            # Either side takes her seat before it writes: what was said until now shows.
            leg = handling.held_leg(leg)
            if not _unread().filter(pk=session.pk, warned_at__isnull=False, answered_at__lte=idle_since).exists():
                return False
            handling.end_work(leg, ended_by=EndedBy.TIMEOUT, at=at)
            words = texts.text(interaction.client, TextKind.THANKS, interaction.language)
            messages.write_system(interaction, words, at=at)
    except (handling.NotYours, StaleState, IllegalMove):
        return False
    return True


def transcripts_due(at: datetime) -> int:
    """Chats that are over and whose conversation was asked for."""
    asked = (
        ChatSession.objects.select_related("interaction__case")
        .filter(interaction__state__in=OVER)
        .exclude(transcript_to="")
    )

    def act(session: ChatSession) -> bool:
        _write_transcript(session, at=at)
        return True

    return each(asked[:50], act)


# Every timer of chat windows, by the rows; the sweep does each every second.
STEPS = (windows_lost, patience_over, gone_silent, transcripts_due)
