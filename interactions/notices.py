"""Messages of the system to a customer: written or skipped with the reason, held, sent, bounced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from bpo.kernel import clock
from bpo.kernel.outgoing import Outgoing, OutgoingState
from clients import call_lists, hours
from clients.customers import tidy_address
from clients.models import Channel, Client, ClientState, Customer, CustomerAddress, Policy
from clients.words import language_for
from interactions import journal, notice_preview, sender
from interactions.act_letters import invitation_of
from interactions.adapters import ADAPTERS
from interactions.adapters.base import Bounce, BounceKind, DeliveryError, Outbound
from interactions.models import (
    FOR_CUSTOMERS,
    FOR_WORKERS,
    OF_ACTS,
    Action,
    Appointment,
    AppointmentState,
    Callback,
    CallbackOrigin,
    CallLink,
    Case,
    CaseState,
    Interaction,
    JournalEntry,
    Kind,
    Message,
    MessageDirection,
    Notice,
    NoticeKind,
    State,
    SurveyAnswer,
)
from interactions.models.notice import NoticeQuerySet
from interactions.notice_letters import Rendered, letter_of, render

ONE_ANSWER_A = timedelta(days=1)
SURVEY_AFTER = timedelta(minutes=10)
CHAT_ENDS_SOON = timedelta(seconds=15)
IN_TALK = (State.ACTIVE, State.HELD)
UNSETTLED = (CaseState.OPEN, CaseState.PENDING)
GONE = (OutgoingState.CANCELLED, OutgoingState.FAILED)
CLIENT_ENDED = "the client ended"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice goes to."""

    name: str
    address: str
    language: str


def write(
    kind: NoticeKind | str,
    *,
    case: Case | None = None,
    interaction: Interaction | None = None,
    callback: Callback | None = None,
    turn: int = 0,
    action: Action | None = None,
    address: str = "",
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> Notice | None:
    """The row of a notice, once for its kind and turn; None when it is skipped, and the journal says why.

    It goes to `address` where the customer asked for that, else to the one he is known by. Called in the transaction of
    what causes it; the worker sends it, from `due_at` on.
    """
    at = at or clock.now()
    kind = NoticeKind(kind)
    if kind not in FOR_CUSTOMERS:
        raise ValueError(f"{kind} is not for customers")
    if callback is not None:
        case, interaction = case or callback.case, interaction or callback.interaction or callback.promised_from
    elif case is None and interaction is not None:
        case = interaction.case
    about = callback or interaction or case
    if about is None:
        raise ValueError("a notice is about a case, a contact or a callback")
    found = _written(kind, case, interaction, callback, action, turn).first()
    if found:
        return found
    to = _recipient(about)
    if address:
        to = replace(to, address=address)
    why = _why_not(kind, about, to, at)
    if why:
        journal.record(about, Kind.NOTICE_SKIPPED, at=at, notice_kind=str(kind), why=why)
        return None
    client = about.client
    notice = Notice(
        client=client,
        kind=kind,
        turn=turn,
        case=case,
        interaction=interaction,
        callback=callback,
        action=action,
        language=to.language,
        to_name=to.name[:200],
        to_address=to.address,
        written_at=at,
        due_at=due_at or at,
        state=OutgoingState.HELD if _is_held(client, kind) else OutgoingState.PENDING,
    )
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        return _written(kind, case, interaction, callback, action, turn).get()
    held = notice.state == OutgoingState.HELD
    journal.record(notice, Kind.NOTICE_WRITTEN, at=at, notice_kind=str(kind), turn=turn, held=held)
    return notice


def write_resolution(case: Case, interaction: Interaction | None, *, at: datetime | None = None) -> Notice | None:
    """Tell the customer that the matter is resolved; not when the resolving reply does, nor when he said so himself."""
    at = at or clock.now()
    why = _told_otherwise(case, interaction)
    if why:
        journal.record(interaction or case, Kind.NOTICE_SKIPPED, at=at, notice_kind=str(NoticeKind.RESOLUTION), why=why)
        _ask_how_it_was(case, interaction, at=at)
        return None
    notice = write(NoticeKind.RESOLUTION, case=case, interaction=interaction, turn=case.reopened, at=at)
    policy = getattr(case.client, "policy", None)
    if notice is None and policy is not None and not policy.send_resolution_mail:
        _ask_how_it_was(case, interaction, at=at)
    if notice and interaction and interaction.channel == Channel.CHAT:
        _drop_transcripts(notice, at)
    return notice


def _ask_how_it_was(case: Case, interaction: Interaction | None, *, at: datetime) -> None:
    """The survey by itself, where no resolution mail carries it: once for the contact, a while after the last word."""
    if interaction is None or SurveyAnswer.objects.filter(interaction=interaction).exists():
        return
    write(NoticeKind.SURVEY, case=case, interaction=interaction, turn=case.reopened, due_at=at + SURVEY_AFTER, at=at)


def take_back_resolution(case: Case, *, at: datetime | None = None) -> None:
    """The matter is open again before the mail left: what says that it is resolved is not sent."""
    at = at or clock.now()
    waiting = Notice.objects.filter(
        case=case,
        kind__in=[NoticeKind.RESOLUTION, NoticeKind.SURVEY],
        state__in=[OutgoingState.PENDING, OutgoingState.HELD],
    )
    for notice in waiting:
        _cancel(notice, "the case is open again", at)


def _written(
    kind: NoticeKind,
    case: Case | None,
    interaction: Interaction | None,
    callback: Callback | None,
    action: Action | None,
    turn: int,
) -> QuerySet[Notice]:
    same = Notice.objects.filter(kind=kind, turn=turn)
    if kind in OF_ACTS:
        return same.filter(action=action)
    if callback is not None:
        return same.filter(callback=callback)
    if case is not None:
        return same.filter(case=case, callback__isnull=True)
    return same.filter(interaction=interaction, case__isnull=True, callback__isnull=True)


def _told_otherwise(case: Case, interaction: Interaction | None) -> str:
    if interaction is None:
        return ""
    if interaction.channel == Channel.EMAIL:
        replies = Message.objects.filter(interaction=interaction, direction=MessageDirection.OUT, resolves=True)
        return "the reply is the notice" if replies.exclude(state__in=GONE).exists() else ""
    if interaction.channel == Channel.VOICE and case.confirmed_by_customer:
        return "confirmed on the phone"
    return ""


def _why_not(kind: NoticeKind, about: Case | Interaction | Callback, to: Recipient, at: datetime) -> str:
    """The reason why this notice is not written; empty when it is."""
    policy = Policy.objects.filter(client=about.client_id).first() or Policy(client_id=about.client_id)
    if about.client.state == ClientState.ENDED and kind != NoticeKind.CALLBACK_CANCELLED:
        return CLIENT_ENDED
    if kind == NoticeKind.RESOLUTION and not policy.send_resolution_mail:
        return "switched off by the client"
    if kind == NoticeKind.SURVEY and not policy.send_survey:
        return "switched off by the client"
    if not to.address:
        return "no address"
    if to.address in sender.own_addresses(about.client):
        return "the address is our own"
    if is_suppressed(about.client, to.address):
        return "mail to this address came back"
    if kind == NoticeKind.CALLBACK_BOOKED and isinstance(about, Callback) and _is_answer_to_mail(about):
        return "the after-hours answer says it"
    if kind == NoticeKind.AFTER_HOURS and _answered_today(about.client, to.address, at):
        return "told within the last day"
    if kind == NoticeKind.TRANSCRIPT and _has_resolution(about, to.address):
        return "the resolution mail has it"
    return ""


def _is_answer_to_mail(callback: Callback) -> bool:
    first = callback.promised_from
    return callback.origin == CallbackOrigin.AFTER_HOURS and first is not None and first.channel == Channel.EMAIL


def _answered_today(client: Client, address: str, at: datetime) -> bool:
    answers = Notice.objects.filter(client=client, kind=NoticeKind.AFTER_HOURS, to_address=address)
    return answers.filter(written_at__gt=at - ONE_ANSWER_A).exclude(state__in=GONE).exists()


def _has_resolution(about: Case | Interaction | Callback, address: str) -> bool:
    if not isinstance(about, Interaction):
        return False
    mails = Notice.objects.filter(interaction=about, kind=NoticeKind.RESOLUTION, to_address=address)
    return mails.exclude(state__in=GONE).exists()


def _drop_transcripts(resolution: Notice, at: datetime) -> None:
    """One mail with both: a transcript to the same address that has not left yet is not sent on its own."""
    waiting = Notice.objects.filter(
        interaction=resolution.interaction,
        kind=NoticeKind.TRANSCRIPT,
        to_address=resolution.to_address,
        state__in=[OutgoingState.PENDING, OutgoingState.HELD],
    )
    for transcript in waiting:
        _cancel(transcript, "the resolution mail has it", at)


def _recipient(about: Case | Interaction | Callback) -> Recipient:
    """To whom, where and in which language: the address given with this contact, else the customer's first good one."""
    match about:
        case Callback():
            name, given, language = about.name, about.address, about.language
        case Interaction():
            envelope = getattr(about, "envelope", None)
            name, given = (envelope.from_name, envelope.from_address) if envelope else ("", "")
            language = about.language
        case _:
            name, given, language = "", "", about.customer.language if about.customer else ""
    customer: Customer | None = about.customer
    address = tidy_address(given)
    if not address and customer is not None:
        address = customer.addresses.filter(undeliverable=False).values_list("address", flat=True).first() or ""
        address = address or customer.addresses.values_list("address", flat=True).first() or ""
    name = (customer.name if customer and customer.name else name) or ""
    return Recipient(name, address, language_for(about.client, language))


# --- held while the client is away ------------------------------------------------------------------------------------


def _is_held(client: Client, kind: str) -> bool:
    # What tells a customer that his promise ended with the client still goes out.
    return client.state in (ClientState.SUSPENDED, ClientState.ENDED) and kind != NoticeKind.CALLBACK_CANCELLED


def hold(client: Client) -> int:
    """The client is away: what was to be sent waits. Returns how many."""
    pending = Notice.objects.filter(client=client, state=OutgoingState.PENDING)
    return pending.exclude(kind=NoticeKind.CALLBACK_CANCELLED).update(state=OutgoingState.HELD)


def of_ended() -> QuerySet[Notice]:
    """What an ended client still has waiting; nobody is told anything of it but that his promise is over."""
    waiting = Notice.objects.filter(client__state=ClientState.ENDED)
    waiting = waiting.filter(state__in=[OutgoingState.PENDING, OutgoingState.HELD])
    return waiting.exclude(kind=NoticeKind.CALLBACK_CANCELLED)


def cancel(client: Client, *, at: datetime | None = None) -> int:
    """The client ended: what was to be sent is not. Returns how many."""
    return sum(_cancel(notice, CLIENT_ENDED, at) for notice in of_ended().filter(client=client).order_by("pk"))


def take_back(notice: Notice, why: str, *, at: datetime | None = None) -> bool:
    """What has not left yet does not leave; False when it has."""
    return notice.state == OutgoingState.CANCELLED or _cancel(notice, why, at)


@transaction.atomic
def _cancel(notice: Notice, why: str, at: datetime | None) -> bool:
    if not notice.move(OutgoingState.CANCELLED):
        return False
    journal.record(notice, Kind.NOTICE_SKIPPED, at=at, notice_kind=notice.kind, why=why)
    return True


def release_held(client: Client, *, at: datetime | None = None) -> int:
    """The client is back: what waited is due, but not to an address from which mail came back. Returns how many."""
    suppressed = CustomerAddress.objects.filter(client=client, undeliverable=True).values("address")
    held = Notice.objects.filter(client=client, state=OutgoingState.HELD).exclude(to_address__in=suppressed)
    return held.update(state=OutgoingState.PENDING, due_at=at or clock.now())


def sendable() -> NoticeQuerySet:
    """What a worker may claim: nothing of a client that is away."""
    away = Q(client__state__in=[ClientState.SUSPENDED, ClientState.ENDED])
    return Notice.objects.exclude(away & ~Q(kind=NoticeKind.CALLBACK_CANCELLED))


# --- on its way -------------------------------------------------------------------------------------------------------


def deliver(notice: Notice, *, at: datetime | None = None) -> bool:
    """Send a claimed notice; outside any transaction. True when the server took it.

    Words and Message-ID are fixed in the row before the first try, so a repeat after a crash is the same mail.
    """
    if _chat_goes_on(notice):
        # The mail shows the whole conversation, so it waits for its end.
        _put_back(notice, due_at=(at or clock.now()) + CHAT_ENDS_SOON)
        if notice.kind == NoticeKind.RESOLUTION and notice.case and notice.case.state in UNSETTLED:
            # It was on its way out when the customer went on and the case opened again.
            take_back_resolution(notice.case, at=at)
        return False
    if _called_off(notice, at or clock.now()):
        # Cancelled while it was on its way out or waited for another try: the cancellation must not come before it.
        of_link = notice.kind == NoticeKind.CALL_LINK
        with transaction.atomic():
            if _put_back(notice, due_at=at or clock.now()):
                _cancel(notice, "the link is over" if of_link else "the appointment was cancelled", at)
        return False
    if not notice.html:
        rendered = render(letter_of(notice), notice.client, notice.language)
        notice.subject, notice.text, notice.html = rendered.subject, rendered.text, rendered.html
        Notice.objects.filter(pk=notice.pk).update(subject=rendered.subject, text=rendered.text, html=rendered.html)
    try:
        ADAPTERS["email"].deliver(outbound(notice))
    except DeliveryError as error:
        failed(notice, error, at=at)
        return False
    with transaction.atomic():
        if notice.succeed(at=at):
            journal.record(notice, Kind.NOTICE_SENT, at=at, notice_kind=notice.kind, attempt=notice.attempts)
    return True


def _put_back(notice: Notice, *, due_at: datetime) -> bool:
    """A claimed notice waits again, as if nobody had tried; False when another worker has claimed it since."""
    mine = Notice.objects.filter(pk=notice.pk, state=OutgoingState.SENDING, attempts=notice.attempts)
    back = OutgoingState.PENDING
    if not mine.update(state=back, attempts=F("attempts") - 1, due_at=due_at, leased_until=None):
        return False
    notice.state = back
    return True


def outbound(notice: Notice) -> Outbound:
    """The notice as it leaves."""
    brand = notice.client.brand
    entry_point = notice.interaction.entry_point if notice.interaction else None
    answered = _mail_answered(notice)
    return Outbound(
        from_name=brand.sender_name or brand.public_name,
        from_address=brand.sender_address,
        to=(notice.to_address,),
        subject=notice.subject,
        text=notice.text,
        html=notice.html,
        message_id=sender.message_id(brand, sender.NOTICES, notice.message_id),
        reply_to="" if notice.kind in FOR_WORKERS else sender.reply_to(notice.client, entry_point),
        in_reply_to=answered,
        references=(answered,) if answered else (),
        attachments=(*sender.logo_of(brand, notice.html), *invitation_of(notice)),
        automatic=True,
        transport=sender.transport(),
    )


def _mail_answered(notice: Notice) -> str:
    """The customer's own last mail of this contact, so that the notice stands in its thread."""
    if notice.interaction is None or notice.interaction.channel != Channel.EMAIL:
        return ""
    if notice.kind in FOR_WORKERS:
        return ""
    mails = Message.objects.filter(interaction=notice.interaction, direction=MessageDirection.IN).exclude(message_id="")
    return mails.order_by("-at", "-pk").values_list("message_id", flat=True).first() or ""


def _called_off(notice: Notice, at: datetime) -> bool:
    """Whether it invites to what does not take place any more."""
    if notice.kind == NoticeKind.CALL_LINK:
        return not _may_come(notice, at)
    if notice.kind != NoticeKind.BOOKING:
        return False
    return Appointment.objects.filter(action=notice.action_id, state=AppointmentState.CANCELLED).exists()


def _may_come(notice: Notice, at: datetime) -> bool:
    """Whether the link of this mail leads to a call, and its person may still be asked to come: nobody who wants no
    calls by now, and nobody at night."""
    rows = CallLink.objects.select_related("interaction__prospect__call_list")
    good = rows.filter(interaction=notice.interaction_id, turn=notice.turn, good_until__gt=at)
    link = good.filter(interaction__state__in=IN_TALK).first()
    person = getattr(link.interaction, "prospect", None) if link else None
    if person is None or call_lists.blocked(person.client_id, [person.number]):
        return False
    return hours.is_open(person.call_list.calendar(person.zone), at)


def _chat_goes_on(notice: Notice) -> bool:
    return (
        notice.kind in (NoticeKind.RESOLUTION, NoticeKind.TRANSCRIPT)
        and notice.interaction is not None
        and notice.interaction.channel == Channel.CHAT
        and notice.interaction.state in IN_TALK
    )


def failed(notice: Notice, error: DeliveryError, *, at: datetime | None = None) -> None:
    """A try has failed: it waits for the next, or the end is journalled."""
    with transaction.atomic():
        if not error.permanent:
            if not notice.fail_temporarily(str(error), at=at) or notice.state != OutgoingState.FAILED:
                return
        elif not notice.fail_for_good(str(error)):
            return
        if sender.refuses_address(error):
            mark_undeliverable(notice.client, notice.to_address)
        journal.record(notice, Kind.NOTICE_FAILED, at=at, notice_kind=notice.kind, why=str(error)[:300])


def bounced(notice: Notice, bounce: Bounce, *, at: datetime | None = None) -> JournalEntry | None:
    """The mail came back; a final bounce keeps further mail from that address. None when that was known."""
    with transaction.atomic():
        if not came_back(notice, bounce):
            return None
        if bounce.hard:
            mark_undeliverable(notice.client, notice.to_address)
        return journal.record(
            notice,
            Kind.NOTICE_BOUNCED,
            at=at,
            notice_kind=notice.kind,
            **facts_of(bounce),
        )


def came_back(mail: Outgoing, bounce: Bounce) -> bool:
    """Note on the row of a mail what a report says; False when it says nothing new, or only that it takes longer."""
    match bounce.kind:
        case BounceKind.DELAYED:
            return False
        case BounceKind.COMPLAINT:
            return mail.move(OutgoingState.COMPLAINED, last_error=bounce.reason[:2000])
        case _:
            return mail.come_back(bounce.reason, hard=bounce.hard)


def facts_of(bounce: Bounce) -> dict[str, Any]:
    """What the journal keeps of a report."""
    return {"report": str(bounce.kind), "hard": bounce.hard, "status": bounce.status, "why": bounce.reason[:300]}


def mark_undeliverable(client: Client, address: str) -> None:
    """No further mail to this address until somebody changes it; what was to be sent there is held."""
    address = address.lower()
    if CustomerAddress.objects.filter(client=client, address=address).update(undeliverable=True):
        pending = {"client": client, "state": OutgoingState.PENDING}
        Notice.objects.filter(to_address=address, **pending).update(state=OutgoingState.HELD)
        mails = Message.objects.filter(channel=Channel.EMAIL, direction=MessageDirection.OUT, **pending)
        mails.filter(to_addresses__0=address).update(state=OutgoingState.HELD)


def is_suppressed(client: Client, address: str) -> bool:
    """Whether mail to this address came back."""
    return CustomerAddress.objects.filter(client=client, address=address.lower(), undeliverable=True).exists()


# --- for the set-up page ----------------------------------------------------------------------------------------------


def preview(client: Client, kind: NoticeKind | str, language: str, *, logo: str = sender.LOGO) -> Rendered:
    """How this notice looks, with invented data that says so."""
    letter = letter_of(notice_preview.sample(client, NoticeKind(kind), language))
    if kind == NoticeKind.TRANSCRIPT:
        letter = replace(letter, lines=notice_preview.sample_lines(language))
    return render(letter, client, language, logo=logo)
