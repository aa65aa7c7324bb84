"""A journal entry as a sentence: one wording for our people, one for the client, who is told only what concerns it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from agents.models import StepAction
from bpo.kernel import clock
from interactions.models import (
    Consent,
    EndedBy,
    JournalEntry,
    Kind,
    Mode,
    NoticeKind,
    Origin,
    Outcome,
    PausedFor,
    ProspectResult,
    ProspectState,
    RefundState,
    SurveyAnswer,
    TaskState,
)

Facts = Mapping[str, Any]
Words = str | LazyText


@dataclass(frozen=True, slots=True)
class Told:
    """One line of what happened."""

    at: datetime
    title: str
    detail: str = ""
    warn: bool = False


OUTCOMES: dict[str, Words] = {
    Outcome.HANDLED: lazy("dealt with"),
    Outcome.ABANDONED: lazy("the customer left the line"),
    Outcome.CALLBACK_PROMISED: lazy("a callback was promised"),
    Outcome.AFTER_HOURS: lazy("came outside opening hours"),
    Outcome.REFUSED_FULL: lazy("turned away, the line was full"),
    Outcome.REFUSED_UNSTAFFED: lazy("turned away, nobody was there"),
    Outcome.SPAM: lazy("spam"),
    Outcome.UNDELIVERABLE: lazy("undeliverable"),
    Outcome.TIMED_OUT: lazy("waited too long"),
    Outcome.OVERFLOWED: lazy("passed on"),
    Outcome.VOICEMAIL: lazy("went to the voicemail"),
    Outcome.NO_AGENT: lazy("nobody was there any more"),
    Outcome.WITHDRAWN: lazy("withdrawn"),
    Outcome.MERGED: lazy("merged with another contact"),
}
LEFT_LATER = lazy("left when back in line")
ANSWERED_BEFORE = lazy("answered, later back in line: %(outcome)s")
# Ends of a wait; who was answered before and handed on to a line was answered all the same.
ENDS_OF_A_WAIT = frozenset(
    {Outcome.CALLBACK_PROMISED, Outcome.TIMED_OUT, Outcome.OVERFLOWED, Outcome.VOICEMAIL, Outcome.NO_AGENT}
)
DOORS: dict[str, Words] = {
    Origin.WEB_CALL: lazy("by web call"),
    Origin.PHONE: lazy("by phone"),
    Origin.WIDGET: lazy("by chat"),
    Origin.MAILBOX: lazy("by mail"),
    Origin.FORM: lazy("by the callback form"),
    Origin.API: lazy("from a connected system"),
    Origin.CALLBACK: lazy("as a promised callback"),
    Origin.CAMPAIGN: lazy("from a call list"),
    Origin.AGENT: lazy("from an agent"),
}
ENDED: dict[str, Words] = {
    EndedBy.CUSTOMER: lazy("The customer ended it"),
    EndedBy.AGENT: lazy("Ended by %(who)s"),
    EndedBy.TRANSFER: lazy("%(who)s handed it on"),
    EndedBy.TIMEOUT: lazy("Ended, nobody wrote any more"),
    EndedBy.SUPERVISOR: lazy("Taken over by a supervisor"),
    EndedBy.SYSTEM: lazy("Ended"),
}

MONITORS: dict[str, Words] = {
    Mode.LISTEN: lazy("%(who)s listens"),
    Mode.WHISPER: lazy("%(who)s speaks to the agent alone"),
    Mode.BARGE: lazy("%(who)s speaks with both"),
}

# Kind -> words for everybody. Those in STAFF are for our own people alone.
EVERYBODY: dict[str, Words] = {
    Kind.ACCEPTED: lazy("Answered by %(who)s"),
    Kind.DECLINED: lazy("Not taken by %(who)s"),
    Kind.MISSED: lazy("%(who)s did not pick up"),
    Kind.MEDIA_CONNECTED: lazy("Connected"),
    Kind.MEDIA_FAILED: lazy("The connection failed"),
    Kind.HELD: lazy("On hold"),
    Kind.RESUMED: lazy("Back from hold"),
    Kind.PARKED: lazy("Waiting for the customer"),
    Kind.UNPARKED: lazy("Taken up again"),
    Kind.TRANSFERRED: lazy("Handed on by %(who)s"),
    Kind.JOINED: lazy("%(who)s joined"),
    Kind.CAME_BACK: lazy("The customer came back"),
    Kind.CUSTOMER_LEFT: lazy("The customer left"),
    Kind.CONSOLE_LOST: lazy("The line to %(who)s was lost"),
    Kind.VERIFIED: lazy("Customer checked"),
    Kind.REASON_SET: lazy("Reason noted"),
    Kind.PRODUCT_SET: lazy("Product noted"),
    Kind.CALLBACK_PROMISED: lazy("Callback promised"),
    Kind.CALLBACK_CHANGED: lazy("Callback moved"),
    Kind.CALLBACK_DUE: lazy("Callback due"),
    Kind.CALLBACK_TRIED: lazy("Callback tried"),
    Kind.CALLBACK_KEPT: lazy("Callback kept"),
    Kind.CALLBACK_LATE: lazy("Callback made late"),
    Kind.CALLBACK_UNREACHED: lazy("Customer not reached"),
    Kind.CALLBACK_BROKEN: lazy("Callback not made in time"),
    Kind.CALLBACK_WITHDRAWN: lazy("Callback withdrawn"),
    Kind.CASE_OPENED: lazy("Case opened"),
    Kind.CASE_PENDING: lazy("Case waits"),
    Kind.CASE_RESOLVED: lazy("Resolved by %(who)s"),
    Kind.CASE_REOPENED: lazy("Case opened again"),
    Kind.CASE_CLOSED: lazy("Case closed"),
    Kind.NOTICE_SENT: lazy("Mail sent to the customer"),
    Kind.NOTICE_FAILED: lazy("A mail could not be sent"),
    Kind.NOTICE_BOUNCED: lazy("A mail came back"),
    Kind.SURVEY_ANSWERED: lazy("The customer answered the survey"),
    Kind.ACTION_DONE: lazy("Done by %(who)s"),
    Kind.ACTION_UNDONE: lazy("Undone by %(who)s"),
    Kind.ACTION_SETTLED: lazy("Settled by %(who)s"),
    Kind.RECORDING_STARTED: lazy("Recording begins"),
    Kind.RECORDING_PAUSED: lazy("Recording paused"),
    Kind.RECORDING_STOPPED: lazy("Recording ended"),
    Kind.RECORDING_DELETED: lazy("Recording deleted"),
}
STAFF: dict[str, Words] = {
    Kind.OFFERED: lazy("Offered to %(who)s"),
    Kind.RESCINDED: lazy("Offer to %(who)s taken back"),
    Kind.STEP_REACHED: lazy("Next overflow step"),
    Kind.PREFERRED: lazy("Kept for one agent for a moment"),
    Kind.REPRIORITISED: lazy("Priority changed by %(who)s"),
    Kind.LANE_CHANGED: lazy("Wanted skills changed"),
    Kind.SET_ASIDE: lazy("Set aside for a call"),
    Kind.SET_BACK: lazy("Taken up after the call"),
    Kind.CONSULT_STARTED: lazy("%(who)s was asked for advice"),
    Kind.CONSULT_ENDED: lazy("Advice of %(who)s ended"),
    Kind.LEFT: lazy("%(who)s left"),
    Kind.PICKED: lazy("Picked by %(who)s"),
    Kind.ASSIGNED: lazy("Assigned by %(who)s"),
    Kind.TAKEN_BACK: lazy("Taken back"),
    Kind.DIALLED: lazy("Dialled by %(who)s"),
    Kind.LINK_OPENED: lazy("Came to the call by the link"),
    Kind.LINK_LEFT: lazy("Left the page of the link"),
    Kind.NOTE_ADDED: lazy("Note by %(who)s"),
    Kind.FORCED: lazy("Forced by %(who)s"),
    Kind.MONITOR_ENDED: lazy("%(who)s stopped listening"),
    Kind.CONSOLE_BACK: lazy("The line to %(who)s is back"),
    Kind.WRAP_UP_STARTED: lazy("Wrap-up of %(who)s began"),
    Kind.WRAP_UP_EXTENDED: lazy("Wrap-up extended by %(who)s"),
    Kind.MESSAGE_IN: lazy("The customer wrote"),
    Kind.MESSAGE_OUT: lazy("%(who)s wrote"),
    Kind.DRAFT_SENT: lazy("Time of sending changed by %(who)s"),
    Kind.UNDONE: lazy("Sending undone by %(who)s"),
    Kind.ACCOUNT_OPENED: lazy("Read by %(who)s"),
    Kind.RUN_STARTED: lazy("Script begun"),
    Kind.RUN_MOVED_ON: lazy("Script goes on with another version"),
    Kind.RUN_ENDED: lazy("Script ended"),
    Kind.CASE_MERGED: lazy("Case merged"),
    Kind.CASE_SPLIT: lazy("Case split"),
    Kind.NOTICE_WRITTEN: lazy("Mail to the customer written"),
    Kind.NOTICE_SKIPPED: lazy("No mail to the customer"),
    Kind.CUSTOMER_MERGED: lazy("Customer records joined"),
    Kind.CUSTOMER_UNMERGED: lazy("Customer records parted"),
    Kind.PROSPECT_TAKEN: lazy("Taken from the list by %(who)s"),
    Kind.PROSPECT_LET_GO: lazy("Back on the list"),
    Kind.PROSPECT_TRIED: lazy("Called"),
    Kind.PROSPECT_ENDED: lazy("Result on the list"),
    Kind.PROSPECT_CHANGED: lazy("Changed by %(who)s"),
    Kind.PROSPECT_REMOVED: lazy("Taken off the list by %(who)s"),
    Kind.PROSPECT_PUT_BACK: lazy("Put back on the list by %(who)s"),
    Kind.DO_NOT_CALL: lazy("Number put on “Do not call” by %(who)s"),
    Kind.CALL_AGAIN: lazy("Number taken off “Do not call” by %(who)s"),
    Kind.FLAGGED: lazy("Flagged by %(who)s"),
    Kind.CORRECTED: lazy("Corrected by %(who)s"),
    Kind.REDACTED: lazy("Personal data hidden"),
    Kind.RECORDING_HEARD: lazy("Recording heard by %(who)s"),
}
ALERTS: dict[str, Words] = {
    Kind.NOTICE_SENT: lazy("A listed address was told"),
    Kind.NOTICE_FAILED: lazy("A listed address could not be told"),
    Kind.NOTICE_BOUNCED: lazy("A listed address sent the mail back"),
}
CUSTOMER_WROTE = "customer wrote"
WARN = frozenset(
    {
        Kind.MISSED, Kind.DECLINED, Kind.MEDIA_FAILED, Kind.CONSOLE_LOST, Kind.CALLBACK_LATE, Kind.CALLBACK_BROKEN,
        Kind.NOTICE_FAILED, Kind.NOTICE_BOUNCED, Kind.REFUSED_AT_DOOR,
    }
)  # fmt: skip


def tell(entry: JournalEntry, *, who: str, for_client: bool) -> Told | None:
    """The entry in words; None for what this reader is not told."""
    title = _title(entry, for_client)
    if title is None:
        return None
    name = who or (_("the system") if not for_client else _("our team"))
    words = str(title) % {"who": name} if "%(who)s" in str(title) else str(title)
    make = DETAILS.get(Kind(entry.kind))
    detail = make(entry.facts, for_client) if make else ""
    warn = Kind(entry.kind) in WARN and not _passed_on(entry)
    return Told(entry.at, words[:1].upper() + words[1:], detail, warn)


def _passed_on(entry: JournalEntry) -> bool:
    """Declined by her desk, which could not take it, not by her."""
    return entry.kind == Kind.DECLINED and entry.facts.get("reason") == "busy"


def _title(entry: JournalEntry, for_client: bool) -> Words | None:
    kind, facts = Kind(entry.kind), entry.facts
    match kind:
        case Kind.ARRIVED:
            door = DOORS.get(str(facts.get("origin", "")))
            return _("Came in %(door)s") % {"door": door} if door else _("Came in")
        case Kind.QUEUED:
            return _("Back in line") if facts.get("back") else _("Entered the line")
        case Kind.REFUSED_AT_DOOR:
            return _("Turned away")
        case Kind.DECLINED if _passed_on(entry):
            return lazy("The desk of %(who)s could not take it")
        case Kind.ENDED:
            return ENDED.get(str(facts.get("by_whom", "")), ENDED[EndedBy.SYSTEM])
        case Kind.CLOSED:
            outcome = OUTCOMES.get(str(facts.get("outcome", "")))
            return _("Closed: %(outcome)s") % {"outcome": outcome} if outcome else _("Closed")
        case Kind.UNDONE if facts.get("why") == CUSTOMER_WROTE:
            return None if for_client else _("The customer wrote first: a mail did not leave and is a draft again")
        case Kind.DRAFT_SENT if facts.get("now"):
            return None if for_client else _("Sent now instead of later by %(who)s")
        case Kind.DISPOSED:
            return _("Wrap-up done")
        case Kind.RECORDING_STARTED | Kind.RECORDING_STOPPED if facts.get("voicemail"):
            if kind == Kind.RECORDING_STARTED:
                return None
            rest = facts.get("why") == "the rest has arrived"
            return _("The rest of the spoken message arrived") if rest else _("Left a spoken message")
        case Kind.RECORDING_STARTED if facts.get("spoken"):
            return _("The customer is told that the call is recorded")
        case Kind.RECORDING_STARTED if facts.get("again"):
            return _("Recording goes on")
        case Kind.RECORDING_STOPPED if facts.get("consent") == Consent.REFUSED:
            return _("The customer does not want to be recorded")
        case Kind.MONITOR_STARTED if not for_client:
            return MONITORS.get(str(facts.get("mode", "")), MONITORS[Mode.LISTEN])
        case Kind.STEP_REACHED if not for_client and "step" in facts:
            words = _("Overflow step %(n)d opened by") if entry.actor_id else _("Overflow step %(n)d reached")
            return words % {"n": facts["step"]} + (" %(who)s" if entry.actor_id else "")
        case Kind.NOTICE_WRITTEN | Kind.NOTICE_SENT | Kind.NOTICE_FAILED | Kind.NOTICE_BOUNCED if _alert(facts):
            return None if for_client or kind == Kind.NOTICE_WRITTEN else ALERTS[kind]
    if for_client:
        return EVERYBODY.get(kind)
    return EVERYBODY.get(kind) or STAFF.get(kind)


def outcome_words(outcome: str, first_how: str) -> str:
    """How a contact ended. Who left the line is who left his first stay in it, as the figure of that name counts."""
    if outcome == Outcome.ABANDONED and first_how != Outcome.ABANDONED:
        return str(LEFT_LATER)
    if outcome in ENDS_OF_A_WAIT and first_how == "answered":
        return ANSWERED_BEFORE % {"outcome": OUTCOMES[outcome]}
    return str(OUTCOMES.get(outcome, outcome))


def _alert(facts: Facts) -> bool:
    """A mail to the addresses a line lists, not to the customer."""
    return facts.get("notice_kind") == NoticeKind.NEW_CONTACT


def clock_text(seconds: float) -> str:
    """m:ss."""
    minutes, rest = divmod(clock.whole(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _waited(facts: Facts, for_client: bool) -> str:
    waited = facts.get("waited")
    return _("after %(time)s in line") % {"time": clock_text(waited)} if isinstance(waited, int | float) else ""


def _place_kept(facts: Facts, for_client: bool) -> str:
    kept = _("the place in line was kept")
    reason = facts.get("reason")
    return f"{reason}; {kept}" if reason and reason != "busy" and not for_client else kept


def _given_reason(facts: Facts, for_client: bool) -> str:
    return "" if for_client else str(facts.get("reason") or facts.get("why") or "")


def _priority(facts: Facts, for_client: bool) -> str:
    change = _("from %(a)s to %(b)s") % {"a": facts.get("from"), "b": facts.get("to")}
    return f"{change}: {facts.get('reason', '')}"


def _step(facts: Facts, for_client: bool) -> str:
    """What it does, in the words of then; older entries have the kind of it alone."""
    action = str(facts.get("action", ""))
    does = facts.get("does") or (StepAction(action).label if action in StepAction.values else "")
    raised = _("priority from %(a)s to %(b)s") % {"a": facts["from"], "b": facts["to"]} if "to" in facts else ""
    told = ", ".join(part for part in (str(does), raised) if part)
    return ": ".join(part for part in (told, str(facts.get("reason") or "")) if part)


def _disposed(facts: Facts, for_client: bool) -> str:
    return _("not filled in time") if facts.get("in_time") is False else ""


def _verified(facts: Facts, for_client: bool) -> str:
    attempts = facts.get("attempts")
    result = _("passed") if facts.get("ok") else _("not passed")
    return f"{result}, {_('attempt %(n)s') % {'n': attempts}}" if attempts else result


def _act(facts: Facts, for_client: bool) -> str:
    done = str(ACTS.get(str(facts.get("name", "")), ""))
    return " ".join(part for part in (done, str(facts.get("ref") or "")) if part)


def _settled(facts: Facts, for_client: bool) -> str:
    how = {**dict(RefundState.choices), **dict(TaskState.choices)}.get(str(facts.get("how", "")), "")
    told = ": ".join(part for part in (_act(facts, for_client), str(how).lower()) if part)
    why = "" if for_client else str(facts.get("why") or "")
    return f"{told} ({why})" if why else told


def _result(facts: Facts, for_client: bool) -> str:
    return str(RESULTS.get(str(facts.get("result", "")), ""))


def _prospect_ended(facts: Facts, for_client: bool) -> str:
    """The result, and for a refusal its reason."""
    result, state = facts.get("result"), facts.get("state")
    words = ProspectResult(result).label if result in ProspectResult.values else ""
    if not words and state in ProspectState.values:
        words = ProspectState(state).label
    return ": ".join(part for part in (str(words), str(facts.get("note") or "")) if part)


def _prospect_tried(facts: Facts, for_client: bool) -> str:
    result = facts.get("result")
    words = ProspectResult(result).label if result in ProspectResult.values else ""
    return f"{words}, {_('attempt %(n)s') % {'n': facts.get('attempt')}}"


def _prospect_changed(facts: Facts, for_client: bool) -> str:
    """What was changed, never from what or to what; and why."""
    names = ", ".join(str(OF_A_PROSPECT.get(name, name)) for name in facts.get("changed", []))
    return ": ".join(part for part in (names, _given_reason(facts, for_client)) if part)


def _dialled(facts: Facts, for_client: bool) -> str:
    """By which way, where it was no number."""
    return str(BY_LINK.get(str(facts.get("how", "")), ""))


def _other_case(facts: Facts, for_client: bool) -> str:
    return (
        "" if for_client else str(next((facts[key] for key in ("into", "took", "left", "gave") if facts.get(key)), ""))
    )


def _judged(facts: Facts, for_client: bool) -> str:
    return SurveyAnswer(score=facts["score"], solved=facts.get("solved")).judgement


def _consented(facts: Facts, for_client: bool) -> str:
    if facts.get("again"):
        return ""
    words = _("the customer said yes") if facts.get("consent") == Consent.GIVEN else _("as announced")
    return f"{words}, {_('paused')}" if facts.get("paused") else words


def _spoken(facts: Facts, for_client: bool) -> str:
    """How long a spoken message is."""
    return clock_text(facts["ms"] / 1000) if "ms" in facts else ""


def _paused(facts: Facts, for_client: bool) -> str:
    return _("while a card's number was given") if facts.get("why") == PausedFor.CARD else ""


def _kept_until(facts: Facts, for_client: bool) -> str:
    return _("the customer did not want it") if facts.get("why") == "refused" else _("its time was over")


BY_LINK: dict[str, Words] = {
    "link": lazy("a link to a web call, to be read out"),
    "link by mail": lazy("a link to a web call, by mail"),
}
OF_A_PROSPECT: dict[str, Words] = {
    "name": lazy("Name"),
    "number": lazy("Phone number"),
    "address": lazy("Email"),
    "company": lazy("Works for"),
    "zone": lazy("Time zone"),
    "language": lazy("Language"),
    "note": lazy("Note"),
    "consent_how": lazy("Agreed how"),
    "consent_on": lazy("Agreed on"),
}
ACTS: dict[str, Words] = {
    "create_order_issue": lazy("order issue"),
    "change_address": lazy("delivery address of"),
    "resend_confirmation": lazy("confirmation of order"),
    "request_refund": lazy("refund"),
    "open_case": lazy("case"),
    "book_visit": lazy("technician's visit"),
    "book_meeting": lazy("meeting"),
    "create_task": lazy("task for the company"),
    "promise_callback": lazy("callback"),
    "send_notice": lazy("mail to the customer"),
    "set_pending": lazy("case waits"),
    "transfer": lazy("handed on"),
    "do_not_call": lazy("never to be called"),
}
RESULTS: dict[str, Words] = {
    "reached": lazy("reached"),
    "no_answer": lazy("no answer"),
    "busy": lazy("busy"),
    "wrong_number": lazy("wrong number"),
    "voicemail_left": lazy("message left"),
}
DETAILS: dict[Kind, Callable[[Facts, bool], str]] = {
    Kind.ACCEPTED: _waited,
    Kind.DECLINED: _place_kept,
    Kind.MISSED: _place_kept,
    Kind.RESCINDED: _given_reason,
    Kind.TAKEN_BACK: _given_reason,
    Kind.ASSIGNED: _given_reason,
    Kind.CONSOLE_LOST: _given_reason,
    Kind.MONITOR_STARTED: _given_reason,
    Kind.NOTICE_SKIPPED: _given_reason,
    Kind.UNPARKED: _given_reason,
    Kind.REPRIORITISED: _priority,
    Kind.STEP_REACHED: _step,
    Kind.DISPOSED: _disposed,
    Kind.VERIFIED: _verified,
    Kind.ACTION_DONE: _act,
    Kind.ACTION_UNDONE: _settled,
    Kind.ACTION_SETTLED: _settled,
    Kind.CALLBACK_TRIED: _result,
    Kind.PROSPECT_LET_GO: _given_reason,
    Kind.PROSPECT_TRIED: _prospect_tried,
    Kind.PROSPECT_ENDED: _prospect_ended,
    Kind.PROSPECT_CHANGED: _prospect_changed,
    Kind.PROSPECT_REMOVED: _given_reason,
    Kind.PROSPECT_PUT_BACK: _given_reason,
    Kind.DO_NOT_CALL: _given_reason,
    Kind.CALL_AGAIN: _given_reason,
    Kind.DIALLED: _dialled,
    Kind.SURVEY_ANSWERED: _judged,
    Kind.CASE_MERGED: _other_case,
    Kind.CASE_SPLIT: _other_case,
    Kind.CALLBACK_PROMISED: _given_reason,
    Kind.CALLBACK_CHANGED: _given_reason,
    Kind.CALLBACK_WITHDRAWN: _given_reason,
    Kind.RECORDING_STARTED: _consented,
    Kind.RECORDING_PAUSED: _paused,
    Kind.RECORDING_STOPPED: _spoken,
    Kind.RECORDING_DELETED: _kept_until,
}
