"""Every page of desk, designer, floor, portal, set-up and customers, with who sees it and in which state.

`tests/architecture/test_pages_listed.py` holds the list against the addresses there are. What a page is about is found
among the rows of one client, however they came there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.urls import reverse

from agents.models import Agent, QueueVersion
from bpo.accounts.models import User
from clients.models import Client, EntryKind, EntryPoint, Queue, Role, ScriptVersion, VersionState
from interactions.callback_rows import OPEN_STATES
from interactions.models import (
    Callback,
    Case,
    FlowPaper,
    Interaction,
    Leg,
    LegState,
    Monitor,
    Prospect,
    Refund,
    Replay,
)
from interactions.notice_letters import callback_url, survey_url

AREAS = ("console-", "floor", "portal", "setup", "customer-")
AGENT, SUPERVISOR, ADMIN, MANAGER, NOBODY = "agent", "supervisor", "admin", "manager", ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state. `of` says what an argument is where it is not called so: a thing, or after "=" a word."""

    name: str
    who: str
    state: str = ""
    of: dict[str, str] = field(default_factory=dict)
    query: str = ""

    @property
    def title(self) -> str:
        """What it is called among the others."""
        return f"{self.name}, {self.state}" if self.state else self.name


class NotThere(LookupError):
    """This client has nothing of that kind."""


def _leg(state: str, channel: str) -> Callable[[Client], Any]:
    return lambda of: Leg.objects.filter(client=of, state=state, role="primary", interaction__channel=channel)


def _door(kind: str) -> Callable[[Client], Any]:
    return lambda of: EntryPoint.objects.filter(client=of, kind=kind, published=True)


def _versions(*states: str) -> Callable[[Client], Any]:
    return lambda of: ScriptVersion.objects.filter(script__client=of, state__in=states)


# By the name of an argument, or of what `of` says instead: the rows of a client, the newest is taken.
THINGS: dict[str, Callable[[Client], Any]] = {
    "client": lambda of: Client.objects.filter(pk=of.pk),
    "queue": lambda of: of.queues.exclude(state="archived"),
    "ruled": lambda of: Queue.objects.filter(pk=QueueVersion.objects.filter(queue__client=of).latest("pk").queue_id),
    "hours": lambda of: of.business_hours.all(),
    "door": lambda of: of.entry_points.all(),
    "widget": _door(EntryKind.WIDGET),
    "form": _door(EntryKind.FORM),
    "call": _door(EntryKind.WEB_CALL),
    "article": lambda of: of.articles.all(),
    "script": lambda of: of.scripts.filter(kind="inbound", versions__state=VersionState.PUBLISHED),
    "version": _versions(VersionState.PUBLISHED),
    "in review": _versions(VersionState.IN_REVIEW),
    "draft": _versions(VersionState.DRAFT),
    "rules": lambda of: QueueVersion.objects.filter(queue__client=of),
    "agent": lambda of: Agent.objects.filter(licences__client=of),
    "chat": _leg(LegState.HANDLING, "chat"),
    "mail": _leg(LegState.HANDLING, "email"),
    "talk": _leg(LegState.HANDLING, "voice"),
    "wrapping": _leg(LegState.WRAPPING, "chat"),
    "contact": lambda of: Interaction.objects.filter(client=of, legs__accepted_at__isnull=False),
    "case": lambda of: Case.objects.filter(client=of),
    "customer": lambda of: of.customers.filter(merged_into=None, interactions__isnull=False),
    "callback": lambda of: Callback.objects.filter(client=of, state__in=OPEN_STATES),
    "call_list": lambda of: of.call_lists.all(),
    "prospect": lambda of: Prospect.objects.filter(call_list__client=of, state="waiting"),
    "taken": lambda of: Prospect.objects.filter(call_list__client=of, state="taken"),
    "refund": lambda of: Refund.objects.filter(client=of),
    "monitor": lambda of: Monitor.objects.filter(client=of, ended_at=None),
    "paper": lambda of: FlowPaper.objects.filter(version__script__client=of),
    "replay": lambda of: Replay.objects.all(),
}


def _all(who: str, *names: str) -> Iterable[Shown]:
    return (Shown(name, who) for name in names)


PAGES: tuple[Shown, ...] = (
    # --- the desk
    Shown("console-leg", AGENT, "a call", {"leg": "talk"}),
    Shown("console-leg", AGENT, "a chat", {"leg": "chat"}),
    Shown("console-leg", AGENT, "a mail", {"leg": "mail"}),
    Shown("console-leg", AGENT, "wrap-up", {"leg": "wrapping"}),
    Shown("console-home", AGENT, "own items"),
    Shown("console-prospect", AGENT, "seen first", {"prospect": "taken"}),
    *_all(AGENT, "console-callback", "console-lists", "console-cases", "console-case", "console-customer"),
    *_all(AGENT, "console-passed", "console-settings"),
    # --- the floor
    *_all(SUPERVISOR, "floor", "floor-board", "floor-line", "floor-contacts", "floor-contact", "floor-callbacks"),
    *_all(
        SUPERVISOR, "floor-callback", "floor-refunds", "floor-agents", "floor-agent", "floor-routing", "floor-shares"
    ),
    *_all(SUPERVISOR, "floor-flows", "floor-flow-reviews", "floor-replays", "floor-replay", "floor-licences"),
    Shown("floor-flow", SUPERVISOR, "the chart", query="when=30d"),
    Shown("floor-flow", SUPERVISOR, "the table", query="when=30d&as=table"),
    Shown("floor-flow-contacts", SUPERVISOR, "who began", query="when=30d&what=started"),
    Shown("floor-listening", SUPERVISOR),
    *_all(SUPERVISOR, "floor-lists", "floor-list-new", "floor-list", "floor-list-edit", "floor-list-add"),
    *_all(SUPERVISOR, "floor-list-file", "floor-prospect", "floor-prospect-edit", "floor-do-not-call"),
    # --- the client's rooms
    *_all(MANAGER, "portal", "portal-promises", "portal-contacts", "portal-contact", "portal-tasks"),
    *_all(MANAGER, "portal-scripts", "portal-callbacks"),
    Shown("portal-figures", MANAGER, "today", query="when=today"),
    Shown("portal-choose", ADMIN),
    # --- set-up
    *_all(ADMIN, "setup", "setup-new", "setup-client", "setup-company", "setup-brand", "setup-texts", "setup-sounds"),
    *_all(ADMIN, "setup-hours", "setup-hours-new", "setup-hours-edit", "setup-doors", "setup-door", "setup-queues"),
    Shown("setup-door-new", ADMIN, "a chat", {"kind": "=widget"}),
    *_all(ADMIN, "setup-queue-new", "setup-queue", "setup-catalogue", "setup-articles", "setup-article-new"),
    Shown("setup-queue-version", ADMIN, "kept rules", {"queue": "ruled", "version": "rules"}),
    Shown("setup-catalogue-part", ADMIN, "reasons", {"part": "=reasons"}),
    *_all(ADMIN, "setup-article", "setup-contract", "setup-keys", "setup-people", "setup-previews"),
    *_all(ADMIN, "setup-snippets", "setup-snippet-new"),
    *_all(ADMIN, "setup-agents", "setup-agent-new", "setup-agent"),
    # --- the designer
    *_all(SUPERVISOR, "setup-scripts", "setup-script-new", "setup-script", "setup-reviews", "setup-version-new"),
    Shown("setup-version", SUPERVISOR, "a draft", {"version": "draft"}),
    Shown("setup-version", SUPERVISOR, "in review", {"version": "in review"}),
    Shown("setup-design", SUPERVISOR, "a draft", {"version": "draft"}),
    Shown("setup-design", SUPERVISOR, "in force"),
    *_all(SUPERVISOR, "setup-walk", "setup-difference"),
    # --- customers
    Shown("customer-chat", NOBODY, "before it begins", {"public_id": "widget"}),
    Shown("customer-call", NOBODY, "before it begins", {"public_id": "call"}),
    Shown("customer-callback-form", NOBODY, "empty", {"public_id": "form"}),
    Shown("customer-callback", NOBODY, "a promise"),
    Shown("customer-survey", NOBODY, "not answered"),
)

# Opened before anything else and left open: a call is taken from a desk that nobody has open for some seconds.
DESKS = tuple(shown for shown in PAGES if "leg" in shown.of)

PART, DIALOG, FILE, DATA = "a part of a page", "a dialog over a page", "a file", "data for a script of a page"
# Addresses that are read and yet no page of their own; those that are only written to need no word.
NO_PAGE: dict[str, str] = {
    "setup-snippet": "the form of setup-snippet-new, filled in",
    **dict.fromkeys(["customer-call-link", "customer-call-said"], "the page customer-call, led to by a link"),
    **dict.fromkeys([
        "console-items", "console-later", "console-top", "console-offer", "console-idle", "console-work",
        "console-side", "console-script", "console-messages", "console-notes", "console-afterwards", "console-find",
        "console-knowledge", "console-article", "console-formatted", "console-case-watch", "console-start",
        "floor-board-part", "floor-wall-part", "floor-agents-part", "floor-callbacks-part", "floor-latest-part",
        "floor-line-part", "floor-staffing-part", "floor-passed-part", "floor-replay-part", "portal-tiles",
        "portal-promised", "setup-script-figures", "setup-step-figures", "setup-design-news", "setup-colour",
        "setup-preview", "floor-flow-paper-made", "setup-version-paper-made",
    ], PART),
    **dict.fromkeys([
        "console-transfer", "console-resolve", "console-book", "console-callback-time", "console-callback-cancel",
        "console-send-time", "console-customer-edit", "console-customer-join", "console-whose",
        "console-appointment-cancel", "floor-take-back", "floor-assign", "floor-priority", "floor-overflow",
        "floor-listen", "floor-others", "floor-callback-time", "floor-callback-cancel", "floor-refund", "floor-force",
        "floor-skill", "floor-switch", "floor-licence", "floor-prospect-stop", "floor-call-again",
        "floor-prospect-remove", "floor-prospect-back", "floor-list-move",
    ], DIALOG),
    **dict.fromkeys([
        "console-file", "floor-flow-picture", "floor-flow-paper", "floor-flow-paper-file", "floor-list-template",
        "setup-version-file", "setup-sound", "setup-colour-css", "customer-widget", "customer-sound",
        "customer-chat-download", "setup-version-picture", "setup-version-paper-file",
    ], FILE),
    **dict.fromkeys([
        "console-snippets", "console-talk", "floor-listening-talk", "customer-chat-start", "customer-chat-state",
        "customer-chat-message", "customer-chat-file", "customer-chat-end", "customer-chat-call",
        "customer-chat-transcript", "customer-chat-survey", "customer-call-start", "customer-call-state",
        "customer-call-end", "customer-call-back", "customer-call-survey", "customer-voicemail-begin",
        "customer-voicemail-piece", "customer-voicemail-state", "customer-voicemail-send",
        "customer-voicemail-discard",
    ], DATA),
}  # fmt: skip


def thing(name: str, of: Client) -> Any:
    """The newest of the client's things of that name."""
    rows: QuerySet[Any] = THINGS[name](of)
    found = rows.order_by("-pk").first()
    if found is None:
        raise NotThere(f"{of} has no {name}")
    return found


def address_of(shown: Shown, arguments: Iterable[str], of: Client) -> str:
    """Where this page stands for this client."""
    if shown.name == "customer-survey":
        return urlsplit(survey_url(thing("contact", of))).path
    if shown.name == "customer-callback":
        return urlsplit(callback_url(thing("callback", of))).path
    given = {}
    for argument in arguments:
        name = shown.of.get(argument, argument)
        given[argument] = name[1:] if name.startswith("=") else str(thing(name, of).public_id)
    if shown.name == "setup-agent":
        given["agent"] = str(thing("agent", of).public_id)
    address = reverse(shown.name, kwargs=given)
    return f"{address}?{shown.query}" if shown.query else address


def person_of(shown: Shown, of: Client) -> User | None:
    """Who looks at it: the agent whose work it is, else somebody of that role; nobody in particular for a customer."""
    match shown.who:
        case "":
            return None
        case "admin":
            return User.objects.filter(is_superuser=True, is_active=True).order_by("-pk").first()
        case "manager" | "supervisor":
            role = Role.MANAGER if shown.who == MANAGER else Role.SUPERVISOR
            if shown.name == "floor-listening":
                watching: User = thing("monitor", of).user
                return watching
            return User.objects.filter(memberships__client=of, memberships__role=role).order_by("pk").first()
    if "leg" in shown.of:
        return thing(shown.of["leg"], of).agent.user  # type: ignore[no-any-return]
    if shown.name == "console-prospect":
        return thing("taken", of).taken_by.user  # type: ignore[no-any-return]
    return thing("mail", of).agent.user  # type: ignore[no-any-return]
