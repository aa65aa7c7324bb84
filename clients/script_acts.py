"""What an act step of a call flow can do, what the agent fills in for it, and how it may come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a step."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


ACTS = (
    "create_order_issue", "resend_confirmation", "change_address", "request_refund", "open_case", "book_visit",
    "book_meeting", "create_task", "promise_callback", "send_notice", "set_pending", "transfer",
    "do_not_call",
)  # fmt: skip
# Those that change something about one of the customer's orders: only of a verified customer.
OF_ORDERS = frozenset({"create_order_issue", "resend_confirmation", "change_address", "request_refund"})
# Those about somebody whom we call: nobody has to prove who he is to be called no more.
OF_PROSPECTS = frozenset({"do_not_call"})
# What the flow may decide on after an act ("answer:<its step>").
OUTCOMES: Mapping[str, tuple[tuple[str, str | Promise], ...]] = {
    "request_refund": (("approved", gettext_lazy("approved")), ("waiting", gettext_lazy("waits for approval"))),
}
MINUTES = ("15", "30", "45", "60", "90")
MOST_DAYS = 365
# Which mails an act may send.
NOTICES: Mapping[str, str | Promise] = {
    "transcript": gettext_lazy("what was said"), "survey": gettext_lazy("the survey"),
}  # fmt: skip
# Without which an act cannot be done.
NEEDED: Mapping[str, tuple[str, Promise]] = {
    "create_order_issue": ("kind", gettext_lazy("It does not say which issue is opened.")),
    "transfer": ("queue", gettext_lazy("It does not say to which queue.")),
}


def inputs_of(act: str) -> tuple[Field, ...]:
    """What the agent fills in for an act, in the language in force."""
    match act:
        case "change_address":
            return (Field("new_address", _("New delivery address"), required=True, hint=_("Street, place, ZIP code")),)
        case "request_refund":
            return (
                Field("refund_amount", _("Amount to refund"), "amount", required=True),
                Field("refund_reason", _("Why the customer asks"), required=True),
            )
        case "open_case":
            return (
                Field("case_subject", _("What it is about"), required=True),
                Field("case_note", _("Note for colleagues")),
            )
        case "book_visit":
            return (
                Field("visit_day", _("Day"), "date", required=True, hint=_("On the customer's clock")),
                Field("visit_from", _("From"), "time", required=True),
                Field("visit_until", _("Until"), "time", required=True),
                Field("visit_place", _("Where the technician comes"), required=True),
                Field("visit_about", _("What is to be done")),
                Field("visit_email", _("Invitation to"), "email", hint=_("Without it, to the address on file")),
            )
        case "book_meeting":
            minutes = tuple((n, _("%(n)s minutes") % {"n": n}) for n in MINUTES)
            return (
                Field("meeting_day", _("Day"), "date", required=True, hint=_("On the customer's clock")),
                Field("meeting_at", _("At"), "time", required=True),
                Field("meeting_minutes", _("For"), "choice", required=True, options=minutes),
                Field("meeting_email", _("Invitation to"), "email", required=True),
                Field("meeting_place", _("Where, or how")),
                Field("meeting_about", _("What about")),
            )
        case "create_task":
            return (
                Field("task_title", _("What is to be done"), required=True),
                Field("task_due", _("Until"), "date", required=True),
                Field("task_details", _("Details for the company's people")),
            )
    return ()


def faults_of(act: str, params: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with an act's own settings, in sentences."""
    if act in NEEDED and not params.get(NEEDED[act][0]):
        yield str(NEEDED[act][1])
    if not all(isinstance(value, str | int) for value in params.values()):
        yield _("Its settings are words and numbers, nothing else.")
        return
    days = params.get("days")
    if act in ("set_pending", "create_task") and "days" in params and not _is_days(days):
        yield _("“%(days)s” is no number of days from 1 to %(most)d.") % {"days": days, "most": MOST_DAYS}
    if act == "set_pending" and params.get("for", "customer") != "customer":
        yield _("It can wait for the customer or for days, not for “%(who)s”.") % {"who": params["for"]}
    if act == "open_case" and not isinstance(params.get("new", False), bool):
        yield _("Whether it is a second case is said by yes or no.")
    if act == "send_notice" and params.get("kind", "transcript") not in NOTICES:
        yield _("“%(kind)s” is no mail that is sent from here.") % {"kind": params["kind"]}
    if act == "book_meeting" and str(params.get("minutes", MINUTES[0])) not in MINUTES:
        told = {"minutes": params["minutes"], "choices": ", ".join(MINUTES)}
        yield _("A meeting of %(minutes)s minutes cannot be chosen; %(choices)s can.") % told


def _is_days(days: object) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_DAYS
