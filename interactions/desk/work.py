"""The middle of the desk: one leg with its words, its script, its wrap-up and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from agents.models import Agent, PresenceReason
from bpo.kernel import clock
from bpo.kernel.composed import composed, first
from bpo.kernel.outgoing import OutgoingState
from clients.models import Brand, Channel, Disposition
from clients.naming import public_name
from clients.words import language_for, say
from interactions import (
    carrying,
    consulting,
    endings,
    handling,
    list_promises,
    media,
    monitoring,
    outbound,
    playback,
    recordings,
    replies,
    reply_letters,
    runs,
    verifying,
    wrap_up,
)
from interactions.acts.tasks import due_in
from interactions.callback_work import Result
from interactions.desk import afterwards, customer_pane, outcome, prospect_pane, script_pane
from interactions.desk.items import name_of, subject_of
from interactions.desk.leaving import Leaving, leaving_of, times_of
from interactions.desk.promising import choices
from interactions.files import MOST_BYTES, MOST_FILES
from interactions.models import (
    Attachment,
    Callback,
    CallbackState,
    CaseNote,
    CaseState,
    ChatSession,
    Draft,
    EndedBy,
    Interaction,
    Leg,
    LegRole,
    LegState,
    Message,
    MessageDirection,
    Notice,
    NoticeKind,
    Run,
    RunState,
    StepVisit,
    Visit,
)
from interactions.models.leg import ON_IT

NOT_COME = timedelta(minutes=2)
NOT_TOLD = (OutgoingState.CANCELLED, OutgoingState.FAILED, OutgoingState.BOUNCED, OutgoingState.HELD)
NOT_COMING = (LegState.MISSED, LegState.DECLINED)
DIGITS, LETTERS = "1234567890", "abcdefghi"  # the keys of endings (static/js/console/wrapup.js)
TALKED = {Channel.VOICE: _("Talked"), Channel.CHAT: _("Worked"), Channel.EMAIL: _("Worked")}
LANGUAGES = {"en": _("English"), "es": _("Spanish")}


@dataclass(frozen=True, slots=True)
class Spans:
    """The seconds of a contact by what they were spent on."""

    waited: int
    talked: int
    held: int
    wrapped: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.waited + self.talked + self.held + self.wrapped

    def strip(self) -> list[tuple[str, int, int]]:
        """Class, start and width of each bar in a drawing 1000 units wide."""
        total, at, bars = max(1, self.total), 0, []
        for name, seconds in (("q", self.waited), ("t", self.talked), ("h", self.held), ("w", self.wrapped)):
            width = round(1000 * seconds / total)
            if width:
                bars.append((name, at, max(1, width - 1)))
            at += width
        return bars


@composed
def _messages(interaction: Any, channel: Any, case: Any, *, of_its_case: bool) -> QuerySet[Message]:
    rows = Message.objects.filter(interaction=interaction)
    if of_its_case:
        rows = Message.objects.filter(Q(interaction=interaction) | Q(case_id=case))
    files = Prefetch("attachments", Attachment.objects.order_by("id"))
    return rows.filter(channel=channel).select_related("agent").order_by("-at", "-id")[:200].prefetch_related(files)


def messages_of(interaction: Interaction) -> list[Message]:
    """Every message of the contact; of a mail those of its whole case, the oldest first."""
    whole = bool(interaction.channel == Channel.EMAIL and interaction.case_id)
    return _messages(interaction.pk, interaction.channel, interaction.case_id or 0, of_its_case=whole)[::-1]


@composed
def _windows(interaction: Any) -> QuerySet[ChatSession, datetime | None]:
    return ChatSession.objects.filter(interaction=interaction).values_list("gone_since", flat=True)


def log_of(interaction: Interaction) -> dict[str, Any]:
    """What was said in a chat, since when the customer's page is closed, and the mark of a page that shows this."""
    chat, closed = messages_of(interaction), first(_windows(interaction.pk))
    newest = chat[-1].public_id if chat else ""
    return {"chat": chat, "closed_since": closed, "known": f"{newest} {closed.isoformat() if closed else ''}".strip()}


def notes_on(interaction: Interaction) -> list[CaseNote]:
    """What colleagues noted on its case, the oldest first."""
    return list(CaseNote.objects.filter(case_id=interaction.case_id)) if interaction.case_id else []


@composed
def _stays(interaction: Any, until: Any) -> QuerySet[Visit]:
    """The stays in line that began by then, the latest first."""
    begun = Visit.objects.filter(interaction=interaction, entered_at__lte=until)
    return begun.only("entered_at", "left_at", "how").order_by("-ordinal")


def wait_of(leg: Leg) -> tuple[datetime, datetime]:
    """From when to when the customer waited for the answer that brought the contact to her, wherever it has gone since.

    Who was asked for help, or took over from a colleague, is told the wait before that colleague's answer: talk is no
    wait. A call's wait goes on until both hear each other.
    """
    until = leg.accepted_at or clock.now()
    place = leg.interaction.enqueued_at or leg.interaction.arrived_at
    stays = list(_stays(leg.interaction_id, until))
    if not stays:
        return min(place, until), until
    ended = stays[0].left_at or clock.now()
    began = stays[0].entered_at
    for before in stays[1:]:
        if before.how == "answered":
            return began, ended
        began = before.entered_at
    return min(place, began), ended


def spans_of(leg: Leg) -> Spans:
    """Waited, talked, on hold and in wrap-up so far."""
    now = clock.now()
    entered, answered = wait_of(leg)
    ended = leg.work_ended_at or now
    held = leg.hold_seconds + (int((now - leg.hold_since).total_seconds()) if leg.on_hold and leg.hold_since else 0)
    wrapped = int(((leg.ended_at or now) - leg.work_ended_at).total_seconds()) if leg.work_ended_at else 0
    return Spans(int((answered - entered).total_seconds()), leg.talked_seconds(ended), held, max(0, wrapped))


@composed
def _runs(interaction: Any) -> QuerySet[Run]:
    open_visit = StepVisit.objects.filter(run=OuterRef("pk"), left_at__isnull=True)
    runs = Run.objects.filter(interaction=interaction).select_related("version__script", "sub_version__script")
    return runs.annotate(
        stands=Subquery(open_visit.values("agent")[:1]), since=Subquery(open_visit.values("entered_at")[:1])
    )


def run_of(leg: Leg, agent: Agent) -> Run | None:
    """The run beside the work; begun or taken over now when the reaction to the accept has not done so yet."""
    run = first(_runs(leg.interaction_id))
    handled = leg.state == LegState.HANDLING and leg.role == "primary"
    unwritten = handled and leg.hers_since and leg.agent_id == agent.pk and not _stands(run, leg)
    if unwritten and runs.begin(leg.interaction, agent, at=leg.hers_since):
        run = first(_runs(leg.interaction_id))
    if run is not None:
        run.interaction, run.client = leg.interaction, leg.client
    return run


def _stands(run: Any, leg: Leg) -> bool:
    """Whether it is written that she stands at the present step since the contact is hers; at the end nobody does."""
    if run is None:
        return False
    written: bool = run.state == RunState.ENDED or (run.stands == leg.agent_id and run.since >= leg.hers_since)
    return written


def callback_of(interaction: Interaction) -> Callback | None:
    """The promise this contact is to keep."""
    return Callback.objects.filter(interaction=interaction).select_related("reason").first()


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of a thread as the desk shows it."""

    message: Message
    quoted: str
    quoted_lines: int
    open: bool
    leaving: Leaving | None


def thread_of(interaction: Interaction, agent: Agent) -> dict[str, Any]:
    """The earlier mails, folded, the last ones, open, and which mail of the customer's is the newest of them."""
    mails = []
    messages = [one for one in messages_of(interaction) if one.direction != MessageDirection.SYSTEM]
    last_in = next((n for n in range(len(messages) - 1, -1, -1) if messages[n].direction == "in"), 0)
    for n, message in enumerate(messages):
        quoted = message.full_text[len(message.text) :].strip() if message.full_text.startswith(message.text) else ""
        if not quoted and message.full_text.strip() != message.text.strip():
            quoted = message.full_text
        mails.append(Mail(message, quoted, len(quoted.splitlines()), n >= last_in, leaving_of(message, agent)))
    return {
        "earlier": [mail for mail in mails if not mail.open],
        "mails": [mail for mail in mails if mail.open],
        "newest": replies.newest_mail(interaction),
    }


def with_keys(client_id: int) -> list[Disposition]:
    """The client's endings, each with its key: a digit, or a letter for what is nested, so that none stands twice."""
    found = endings.of_client(client_id)
    for at, one in enumerate(found):
        one.key = DIGITS[at : at + 1]  # type: ignore[attr-defined]
        for under, below in enumerate(one.below):  # type: ignore[attr-defined]
            below.key = LETTERS[under : under + 1]
    return found


def sends_to(interaction: Interaction) -> str:
    """To which address a resolution goes, in words where a check asks for it; empty when nobody gets one."""
    policy = getattr(interaction.client, "policy", None)
    if policy is not None and not policy.send_resolution_mail:
        return ""
    address = interaction.customer.addresses.filter(undeliverable=False).first() if interaction.customer else None
    if address is None:
        return ""
    hidden = verifying.hidden_facts(Run.objects.filter(interaction=interaction).select_related("version").first())
    return str(_("The address on file")) if "email" in hidden else address.address


def _was_told(leg: Leg) -> bool:
    """Whether the customer has the answer in writing: by a reply or by the notice of the resolution."""
    replies = Message.objects.filter(
        interaction=leg.interaction_id, channel=Channel.EMAIL, direction=MessageDirection.OUT
    )
    notices = Notice.objects.filter(case=leg.interaction.case_id, kind=NoticeKind.RESOLUTION)
    return any(rows.exclude(state__in=NOT_TOLD).exists() for rows in (replies, notices))


def wrap_up_of(leg: Leg, run: Run | None) -> dict[str, Any]:
    """What wrap-up asks: the endings, nested once, and what the script already answered."""
    led_to, fitting = outcome.led_to(leg)
    chosen = leg.disposition or endings.settled_as(leg) or fitting
    chosen_top = chosen.parent if chosen and chosen.parent_id else chosen
    answers = []
    if run is not None:
        pane = script_pane.pane_of(run, leg.agent)
        answers = [(line.name, line.answer) for line in pane.lines if line.answer]
    case = leg.interaction.case
    unsolved = case is not None and case.state != CaseState.RESOLVED
    return {
        "led_to": led_to,
        "became": afterwards.became(leg),
        "handed_on": leg.ended_by in (EndedBy.TRANSFER, EndedBy.SUPERVISOR),
        "taken": wrap_up.taken_from_her(leg),
        "endings": with_keys(leg.client_id),
        "chosen": chosen,
        "chosen_top": chosen_top,
        "answers": answers,
        "spans": spans_of(leg),
        "sends": sends_to(leg.interaction) if unsolved else "",
        "was_told": case is not None and not unsolved and _was_told(leg),
        "talked_words": _("Calling") if outbound.reached_nobody(leg) else TALKED[Channel(leg.channel)],
        "can_wait": case is None or case.state == CaseState.OPEN,
        "task_due": due_in(leg.client, None, clock.now()),
        "extension": (leg.wrap_up_due_at - leg.work_ended_at) if leg.wrap_up_due_at and leg.work_ended_at else None,
        "open_callbacks": list(
            Callback.objects.filter(
                case=case, state__in=[CallbackState.PROMISED, CallbackState.DUE, CallbackState.WORKING]
            )
        )
        if case
        else [],
    }


def consult_to_tell(interaction: Interaction, now: datetime) -> Leg | None:
    """The colleague who is asked or in, or who has just not come."""
    last = consulting.last_consult(interaction)
    if last is None or last.state in ON_IT:
        return last
    lately = last.ended_at is not None and now - last.ended_at < NOT_COME
    return last if lately and last.state in NOT_COMING else None


def work_of(leg: Leg, agent: Agent, *, beside: bool = True, **extra: Any) -> dict[str, Any]:
    """The context of the whole middle; `leg` was fetched through `console.common.own_leg`.

    Without what stands `beside`, the page fetches the customer's side by itself.
    """
    interaction = leg.interaction
    run = run_of(leg, agent)
    brand: Brand = leg.client.brand
    now = clock.now()
    voice = leg.channel == Channel.VOICE
    entered, answered = wait_of(leg)
    found: dict[str, Any] = {
        "leg": leg,
        "interaction": interaction,
        "brand": brand,
        "who": name_of(interaction),
        "subject": subject_of(interaction),
        "you_are": public_name(agent.user, leg.client),
        "language": LANGUAGES.get(interaction.language, interaction.language),
        "waited": answered - entered,
        "entered": entered,
        "line": handling.queue_of(leg),
        "run": run,
        "pane": script_pane.pane_of(run, agent) if run else None,
        "side": customer_pane.pane_of(interaction, run) if beside else None,
        "verified": customer_pane.verified_words(run, interaction),
        "opens": _opens(leg, run),
        "notes": notes_on(interaction),
        "callback": (callback := callback_of(interaction) if interaction.origin == "callback" else None),
        "tries": outcome.tries_of(callback) if callback else None,
        "prospect": (pane := prospect_pane.of_contact(interaction, leg, now) if leg.role == LegRole.PRIMARY else None),
        "asks_to_dial": bool(pane or (callback and list_promises.of_promise(callback))),
        "spoken": playback.left_before(interaction.case_id, agent.user) if callback else [],
        "consult": (consult := consult_to_tell(interaction, now)),
        "consult_words": afterwards.answer_of(consult) if consult and consult.state in NOT_COMING else "",
        "voice": voice,
        "web_call": (web_call := voice and media.is_awaited(interaction)),
        "unheard": (unheard := voice and media.unsettled(leg) is not None),
        "trouble": carrying.trouble(interaction) if voice and not web_call else "",
        "recording": (recording := recordings.standing(interaction) if web_call and not unheard else None),
        "to_say": say(*to_say) if (to_say := _to_say(leg, recording)) else "",
        "listeners": monitoring.told(interaction) if web_call and leg.state == LegState.HANDLING else [],
        "calling": outbound.is_calling(leg),
        "awaits_report": outbound.awaits_report(leg),
        "report_results": [(one.value, one.label) for one in Result if one != Result.REACHED],
        "now": now,
        "send_key": uuid4(),
        "most_files": MOST_FILES,
        "most_bytes": MOST_BYTES,
    }
    if leg.state == LegState.WRAPPING:
        found |= wrap_up_of(leg, run)
        found |= choices(interaction)
        found["reasons"] = list(PresenceReason.objects.filter(active=True))
        found["optional"] = not wrap_up.asks_for_ending(leg)
    elif interaction.channel == Channel.CHAT:
        found |= log_of(interaction)
    elif interaction.channel == Channel.EMAIL:
        found |= thread_of(interaction, agent)
        found |= times_of(interaction)
        found["settling"] = endings.settling(leg.client_id)
        found["signed_in"] = (language := language_for(leg.client, interaction.language))
        found["signature"] = reply_letters.signature(leg.client, agent, language)
        found["others"] = others_on(interaction, agent)
    found["draft"] = Draft.objects.filter(interaction=interaction).select_related("agent").first()
    return found | extra


def _to_say(leg: Leg, recording: recordings.Standing | None) -> tuple[str, str] | None:
    """What she says aloud of the recording, in the contact's language: the question, or that it is recorded."""
    spoken = language_for(leg.client, leg.interaction.language)
    if recording is None or leg.role != LegRole.PRIMARY:
        return None
    if recording.asks:
        return "ask_to_record", spoken
    if recording.wanted and recordings.is_to_be_announced(leg.interaction):
        return "say_recorded", spoken
    return None


def _opens(leg: Leg, run: Run | None) -> str:
    """Which tab of the side is open at first; who was asked for help answers in the notes."""
    if leg.state == LegState.WRAPPING:
        return "contact"
    if leg.role == LegRole.CONSULT:
        return "notes"
    return "script" if leg.channel == Channel.CHAT and not (run and run.verified) else "customer"


def others_on(interaction: Interaction, agent: Agent) -> list[str]:
    """Colleagues with a live leg on the same case or contact."""
    same = Q(interaction=interaction)
    if interaction.case_id:
        same |= Q(interaction__case_id=interaction.case_id)
    legs = Leg.objects.filter(same, state__in=[LegState.HANDLING, LegState.WRAPPING]).exclude(agent=agent)
    return sorted({leg.agent.name for leg in legs.select_related("agent")})
