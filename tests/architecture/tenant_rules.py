"""Who may see each address: every name of the URL configuration stands here exactly once, or the matrix fails.

An outcome is what one gets of Acme's things: page (let in), sign-in, 401, 403 (in words), 404 (it is not there), any
(anything but a fault of ours: public pages that answer by what is in the link). `people` and `keys` of Globex are the
others: what they get of Acme's things is what everybody gets of another client's.
"""

from __future__ import annotations

from dataclasses import dataclass

ROLES = (
    "anonymous", "agent", "other agent", "supervisor", "other supervisor", "viewer", "other viewer", "manager",
    "other manager", "admin", "key", "other key",
)  # fmt: skip
OTHERS = tuple(role for role in ROLES if role.startswith("other"))
Outcomes = dict[str, str]


def told(rest: str, **outcomes: str) -> Outcomes:
    """An outcome for each role; `others` speaks for all of Globex."""
    found = dict.fromkeys(ROLES, rest)
    found |= dict.fromkeys(OTHERS, outcomes.pop("others", rest))
    named = {name.replace("_", " "): outcome for name, outcome in outcomes.items()}
    assert set(named) <= set(ROLES), named
    return found | named


def pages(rest: str, **outcomes: str) -> Outcomes:
    """HTML pages: nobody and keys, which mean nothing there, are sent to the sign-in page."""
    nobody = {"anonymous": "sign-in", "key": "sign-in", "other_key": "sign-in"}
    return told(rest, **{**nobody, **outcomes})


def api(rest: str, **outcomes: str) -> Outcomes:
    """The API: nobody is 401."""
    return told(rest, **{"anonymous": "401", **outcomes})


@dataclass(frozen=True)
class Rule:
    """Outcomes of reading and of writing; None where the address has no such method."""

    get: Outcomes | None = None
    post: Outcomes | None = None
    method: str = "post"


PAGE = "page"
ANY = told("any")

# --- the desk --------------------------------------------------------------------------------------------------------
DESK = pages("403", agent=PAGE, other_agent=PAGE)
OWN_WORK = pages("403", agent=PAGE, other_agent="404")
# --- the floor -------------------------------------------------------------------------------------------------------
FLOOR = pages("403", supervisor=PAGE, other_supervisor=PAGE, admin=PAGE)
FLOOR_OF_ACME = pages("403", supervisor=PAGE, other_supervisor="404", admin=PAGE)
# --- the client's rooms ----------------------------------------------------------------------------------------------
PORTAL_OF_MANAGERS = pages("403", others="404", manager=PAGE, admin=PAGE)
PORTAL = pages("403", others="404", viewer=PAGE, manager=PAGE, admin=PAGE)
# --- set-up ----------------------------------------------------------------------------------------------------------
ADMINS = pages("403", admin=PAGE)
LOOK = pages("403", others="404", manager=PAGE, admin=PAGE)
LOOK_MORE = pages("403", others="404", supervisor=PAGE, manager=PAGE, admin=PAGE)
CHANGE = pages("403", others="404", admin=PAGE)
INVITE = LOOK
DRAFT = LOOK_MORE
REVIEW = pages("403", others="404", supervisor=PAGE, admin=PAGE)
# --- API -------------------------------------------------------------------------------------------------------------
LISTED = api(PAGE)  # a list shows what one may see; test_api tells that nothing else is in it
SEEN = api(PAGE, others="404")
WORDS = SEEN
WRITTEN = api("403", others="404", admin=PAGE)  # by administrators alone
KEPT_FROM_AGENTS = api("403", others="404", supervisor=PAGE, manager=PAGE, admin=PAGE, key=PAGE)
PROMISES = api("403", others="404", supervisor=PAGE, viewer=PAGE, manager=PAGE, admin=PAGE, key=PAGE)
BY_US = api("403", others="404", agent=PAGE, supervisor=PAGE, admin=PAGE, key=PAGE)
BY_SUPERVISORS = api("403", others="404", supervisor=PAGE, admin=PAGE, key=PAGE)
FOR_CUSTOMERS = api("403", others="404", admin=PAGE, key=PAGE)
BY_AGENTS = api("403", others="404", agent=PAGE, key=PAGE)
# Legs are an agent's own: whoever is none lacks the surface, a machine acts in a named agent's name.
LEGS = api("403", agent=PAGE, other_agent=PAGE, key=PAGE, other_key=PAGE)
LEG = api("403", agent=PAGE, other_agent="404", key=PAGE, other_key="404")
AGENTS = api("403", supervisor=PAGE, other_supervisor=PAGE, admin=PAGE)
AN_AGENT = api("403", supervisor=PAGE, other_supervisor="404", admin=PAGE)
ADMIN_API = api("403", admin=PAGE)
ADMIN_OF_AGENTS = api("403", other_supervisor="404", admin=PAGE)

RULES: dict[str, Rule] = {}


def add(rule: Rule, *names: str) -> None:
    """These addresses follow this rule."""
    for name in names:
        assert name not in RULES, name
        RULES[name] = rule


# Public, or each person's own: nothing of a client is in them but what a signed link opens.
add(
    Rule(get=ANY),
    "livez", "readyz", "favicon", "metrics", "home", "my-place", "brand-css", "brand-logo", "setup-colour-css",
    "accounts:invitation", "account_login", "account_logout", "account_inactive", "account_signup",
    "account_reauthenticate", "account_email", "account_email_verification_sent", "account_change_password",
    "account_set_password", "account_reset_password", "account_confirm_login_code", "account_confirm_email",
    "account_reset_password_from_key_done", "account_reset_password_from_key", "account_reset_password_done",
    "mfa_index", "mfa_authenticate", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp",
    "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn",
    "mfa_add_webauthn", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "usersessions_list",
    "demo-start", "demo-simulator", "demo-switch", "demo-enter", "demo-mailbox", "demo-mailbox-of", "demo-mail",
    "demo-mail-html", "demo-site", "demo-site-contact",
)  # fmt: skip
add(
    Rule(get=ANY, post=ANY),
    "customer-widget", "customer-chat", "customer-chat-start", "customer-chat-state", "customer-chat-message",
    "customer-chat-file", "customer-chat-download", "customer-chat-end", "customer-chat-call",
    "customer-call", "customer-call-start", "customer-call-state", "customer-call-end", "customer-call-back",
    "customer-call-survey", "customer-voicemail-begin", "customer-voicemail-piece", "customer-voicemail-state",
    "customer-voicemail-send", "customer-voicemail-discard", "customer-sound",
    "customer-chat-transcript", "customer-chat-survey", "customer-callback-form", "customer-callback",
    "customer-survey", "customer-call-link", "customer-call-said", "inbound-email", "inbound-calls",
)  # fmt: skip
add(Rule(get=pages(PAGE)), "accounts:profile")
add(Rule(post=pages(PAGE)), "accounts:zone")

add(
    Rule(get=DESK),
    "console-home", "console-items", "console-later", "console-top", "console-offer", "console-idle", "console-cases",
    "console-find", "console-passed", "console-talk", "console-lists",
)  # fmt: skip
add(
    Rule(post=DESK), "console-here", "console-available", "console-away", "console-pause", "console-sign-out",
)  # fmt: skip
add(
    Rule(get=OWN_WORK),
    "console-leg", "console-work", "console-side", "console-script", "console-messages", "console-snippets",
    "console-knowledge", "console-article",
    "console-callback", "console-formatted", "console-file", "console-case", "console-customer",
    "console-case-watch", "console-afterwards", "console-notes", "console-prospect",
)  # fmt: skip
add(
    Rule(post=OWN_WORK),
    "console-accept", "console-decline", "console-hold", "console-resume", "console-end", "console-park",
    "console-consult-end", "console-consult-complete", "console-pending", "console-note", "console-answer",
    "console-script-draft",
    "console-back", "console-jump", "console-send", "console-reply", "console-draft", "console-finish",
    "console-wrapup-draft", "console-extend", "console-dialled", "console-report", "console-unpark", "console-pick",
    "console-make", "console-undo", "console-case-note", "console-case-move", "console-take-over",
    "console-case-split", "console-customer-part", "console-identity", "console-same-case", "console-whose-back",
    "console-busy", "console-mute", "console-next", "console-prospect-seen", "console-prospect-call",
    "console-prospect-go", "console-prospect-stop", "console-conclude", "console-undo-act", "console-call-link",
)  # fmt: skip
add(
    Rule(post=OWN_WORK),
    "console-recording", "console-recording-answer", "console-recording-said", "console-recording-pause",
    "console-recording-piece",
)  # fmt: skip
# By the client's rule, which Acme leaves at its default: neither its own people nor its agents hear anything.
add(Rule(get=pages("404", supervisor=PAGE, admin=PAGE)), "recording-track")
add(
    Rule(get=OWN_WORK, post=OWN_WORK),
    "console-transfer", "console-resolve", "console-book", "console-customer-edit", "console-customer-join",
    "console-whose",
    "console-callback-time", "console-callback-cancel", "console-send-time", "console-appointment-cancel",
)  # fmt: skip
add(Rule(get=DESK), "console-start")
add(Rule(get=DESK, post=DESK), "console-settings")
add(Rule(post=DESK), "console-own-keys")

add(
    Rule(get=FLOOR),
    "floor", "floor-board", "floor-board-part", "floor-wall-part", "floor-agents-part", "floor-callbacks-part",
    "floor-latest-part", "floor-contacts", "floor-callbacks", "floor-agents", "floor-licences", "floor-routing",
    "floor-shares", "floor-flows", "floor-flow-reviews", "floor-lists", "floor-refunds",
)  # fmt: skip
add(Rule(get=FLOOR_OF_ACME, post=FLOOR_OF_ACME), "floor-flow-paper")
add(
    Rule(get=FLOOR_OF_ACME),
    "floor-line-part", "floor-line", "floor-staffing-part", "floor-contact", "floor-callback", "floor-agent",
    "floor-others", "floor-passed-part", "floor-replay", "floor-replay-part",
    "floor-flow", "floor-flow-picture", "floor-flow-paper-made", "floor-flow-paper-file", "floor-flow-contacts",
    "floor-list", "floor-list-template", "floor-prospect",
)  # fmt: skip
# Somebody whom an agent has in hand is not changed: the form says so before anything is typed.
add(Rule(get={**FLOOR_OF_ACME, "admin": "409", "supervisor": "409"}, post=FLOOR_OF_ACME), "floor-prospect-edit")
add(Rule(get=FLOOR, post=FLOOR), "floor-replays", "floor-list-new", "floor-do-not-call")
add(Rule(post=FLOOR_OF_ACME), "floor-replay-stop")
add(
    Rule(get=FLOOR_OF_ACME, post=FLOOR_OF_ACME),
    "floor-take-back", "floor-assign", "floor-priority", "floor-overflow", "floor-force", "floor-skill", "floor-switch",
    "floor-licence",
    "floor-callback-time", "floor-callback-cancel", "floor-list-edit", "floor-list-add", "floor-list-file",
    "floor-list-move", "floor-prospect-stop", "floor-call-again", "floor-refund",
    "floor-prospect-remove", "floor-prospect-back",
)  # fmt: skip

# Beside a call is who supervises the company and leads the agent's team, and nobody else.
add(Rule(get={**FLOOR_OF_ACME, "admin": "403"}, post={**FLOOR_OF_ACME, "admin": "403"}), "floor-listen")
OWN_LISTENING = {**FLOOR_OF_ACME, "admin": "404"}
add(Rule(get=OWN_LISTENING), "floor-listening", "floor-listening-talk")
add(Rule(post=OWN_LISTENING), "floor-listening-mode", "floor-listening-leave")

add(Rule(get=PORTAL_OF_MANAGERS), "portal-scripts")
add(
    Rule(get=PORTAL),
    "portal", "portal-tiles", "portal-promised", "portal-figures", "portal-promises", "portal-contacts",
    "portal-contact", "portal-callbacks", "portal-tasks",
)  # fmt: skip
add(Rule(post=pages("403", others="404", manager=PAGE, admin=PAGE)), "portal-task-done")
add(Rule(get=pages(
    "403", viewer=PAGE, other_viewer=PAGE, manager=PAGE, other_manager=PAGE, admin=PAGE
)), "portal-choose")  # fmt: skip

add(Rule(get=pages("403", manager=PAGE, other_manager=PAGE, admin=PAGE)), "setup")
add(Rule(get=ADMINS, post=ADMINS), "setup-new", "setup-agent-new", "setup-agent")
add(Rule(get=ADMINS), "setup-agents")
add(Rule(post=ADMINS), "setup-agent-act", "setup-team-supervisors")
add(Rule(get=LOOK_MORE), "setup-client", "setup-queues")
add(Rule(get=REVIEW), "setup-queue-version")
add(Rule(get=LOOK_MORE, post=CHANGE), "setup-queue")
add(Rule(get=CHANGE, post=CHANGE), "setup-queue-new")
add(
    Rule(get=LOOK),
    "setup-colour", "setup-sound", "setup-hours", "setup-doors", "setup-previews", "setup-preview",
)  # fmt: skip
add(
    Rule(get=LOOK, post=CHANGE),
    "setup-company", "setup-brand", "setup-texts", "setup-sounds", "setup-hours-new", "setup-hours-edit",
    "setup-door-new", "setup-door", "setup-catalogue", "setup-catalogue-part", "setup-contract",
    "setup-keys",
)  # fmt: skip
add(
    Rule(post=CHANGE),
    "setup-stand", "setup-sound-remove",
    "setup-hours-date", "setup-hours-date-drop", "setup-hours-drop", "setup-queue-move",
    "setup-queue-version-move",
    "setup-key-revoke", "setup-licence", "setup-mailbox-test",
)  # fmt: skip
add(Rule(get=DRAFT), "setup-scripts", "setup-articles", "setup-snippets", "setup-reviews", "setup-script-figures")
add(Rule(get=DRAFT), "setup-step-figures", "setup-design-news")
add(Rule(get=DRAFT, post=DRAFT), "setup-script")
add(Rule(post=DRAFT), "setup-script-sign")
add(Rule(get=DRAFT, post=DRAFT), "setup-article-new", "setup-article", "setup-snippet-new", "setup-snippet")
add(Rule(post=DRAFT), "setup-article-act", "setup-snippet-act")
add(Rule(get=DRAFT, post=DRAFT), "setup-script-new", "setup-version-new", "setup-version")
add(Rule(get=DRAFT), "setup-design", "setup-walk", "setup-difference", "setup-version-file")
add(Rule(get=DRAFT), "setup-version-picture")
# A paper is for who asked for it, which the supervisor did.
add(Rule(get={**DRAFT, "manager": "404"}), "setup-version-paper-made", "setup-version-paper-file")
add(Rule(post=DRAFT), "setup-design-save", "setup-version-paper")
add(Rule(post=REVIEW), "setup-version-move")
add(Rule(get=LOOK, post=INVITE), "setup-people")
add(Rule(post=INVITE), "setup-member")

add(Rule(get=LISTED), "schema", "api_docs")
add(
    Rule(get=api("403", agent=PAGE, other_agent=PAGE), post=api("403", agent=PAGE, other_agent=PAGE)), "api-my-presence"
)
add(Rule(get=LISTED, post=api("403", admin=PAGE, key=PAGE, other_key="404")), "api-interaction-list")
add(Rule(get=LISTED), "api-case-list", "api-line-list")
add(Rule(get=LISTED, post=api("403", others="400", agent=PAGE, supervisor=PAGE, admin=PAGE, key=PAGE)),
    "api-callback-list", "api-customer-list")  # fmt: skip
# Of another client's line the answer is that there is no such line: a question by numbers alone is everybody's.
add(Rule(post=api("403", others="400", supervisor=PAGE, admin=PAGE, key=PAGE)), "api-staffing")
add(Rule(post=api("403", others="404", supervisor=PAGE, admin=PAGE, key=PAGE)), "api-routing-test")
add(Rule(post=api(PAGE, others="400")), "api-deadline")
add(Rule(get=SEEN), "api-interaction-detail", "api-interaction-journal", "api-case-detail", "api-case-journal",
    "api-callback-detail", "api-line-detail", "api-line-live")  # fmt: skip
add(Rule(get=LISTED), "api-recording-list")
HEARD = api("404", supervisor=PAGE, admin=PAGE, key=PAGE)
add(Rule(get=HEARD), "api-recording-detail", "api-recording-sound")
add(Rule(get=WORDS), "api-interaction-messages", "api-message-detail", "api-message-original")
add(Rule(post=BY_SUPERVISORS), "api-interaction-assign", "api-interaction-overflow", "api-interaction-priority",
    "api-interaction-take-back")  # fmt: skip
add(Rule(post=FOR_CUSTOMERS), "api-interaction-left", "api-interaction-says", "api-interaction-call-me")
add(Rule(get=LEGS), "api-leg-list")
add(Rule(get=LEG), "api-leg-detail", "api-leg-script")
add(
    Rule(post=LEG),
    "api-leg-accept", "api-leg-busy", "api-leg-decline", "api-leg-end", "api-leg-extend", "api-leg-finish",
    "api-leg-hold",
    "api-leg-park", "api-leg-reply", "api-leg-resume", "api-leg-say", "api-leg-transfer",
    "api-leg-script-answer", "api-leg-script-back", "api-leg-script-jump", "api-leg-script-undo", "api-leg-dialled",
    "api-leg-report", "api-leg-consult", "api-leg-consult-complete", "api-leg-consult-end", "api-leg-callback",
    "api-leg-task",
    "api-leg-customer", "api-leg-customer-back",
)  # fmt: skip
add(Rule(get=api("403", others="404", agent=PAGE, supervisor=PAGE, admin=PAGE), post=BY_US), "api-case-notes")
add(
    Rule(post=BY_AGENTS),
    "api-case-resolve", "api-case-reopen", "api-case-pending", "api-case-open", "api-callback-make",
    "api-interaction-pick", "api-interaction-unpark", "api-interaction-take-over", "api-message-undo",
    "api-message-send-time", "api-customer-call", "api-customer-mail",
)  # fmt: skip
add(Rule(get=LISTED), "api-customer-search")
add(Rule(post=BY_US), "api-callback-change", "api-callback-replace", "api-callback-withdraw")
add(Rule(get=SEEN, post=BY_US, method="patch"), "api-customer-detail")
add(Rule(get=AGENTS, post=ADMIN_API), "api-agent-list")
add(Rule(get=AN_AGENT, post=ADMIN_OF_AGENTS | {"supervisor": "403"}, method="patch"), "api-agent-detail")
add(Rule(get=AGENTS, post=ADMIN_API), "api-profile-list")
add(Rule(get=AGENTS, post=ADMIN_API, method="patch"), "api-profile-detail")
add(Rule(get=AGENTS), "api-team-list")
add(Rule(post=ADMIN_OF_AGENTS | {"supervisor": "403"}), "api-agent-deactivate", "api-agent-public-name")
add(Rule(post=AN_AGENT), "api-agent-force", "api-agent-licence", "api-agent-skill", "api-agent-line")
add(Rule(get=ADMIN_API, post=ADMIN_API), "api-skill-list")
add(Rule(get=ADMIN_API, post=ADMIN_API, method="patch"), "api-skill-detail")
add(Rule(get=LISTED, post=ADMIN_API), "api-client-list")
add(Rule(get=SEEN, post=WRITTEN, method="patch"), "api-client-detail")
add(Rule(get=KEPT_FROM_AGENTS), "api-client-readiness")
add(Rule(post=WRITTEN), "api-client-end", "api-client-go-live", "api-client-resume", "api-client-suspend")
add(Rule(get=SEEN, post=WRITTEN, method="patch"), "api-setup-brand")
add(Rule(get=KEPT_FROM_AGENTS, post=WRITTEN, method="patch"), "api-setup-policy")
add(
    Rule(get=SEEN, post=WRITTEN),
    "api-setup-hours-list", "api-setup-queue-list", "api-setup-door-list", "api-setup-type-list",
    "api-setup-product-list", "api-setup-reason-list", "api-setup-disposition-list", "api-setup-script-list",
    "api-setup-text-list",
)  # fmt: skip
add(
    Rule(get=SEEN, post=WRITTEN, method="patch"),
    "api-setup-hours-detail", "api-setup-queue-detail", "api-setup-door-detail", "api-setup-type-detail",
    "api-setup-product-detail", "api-setup-reason-detail", "api-setup-disposition-detail", "api-setup-script-detail",
)  # fmt: skip
add(Rule(get=SEEN), "api-setup-hours-now", "api-setup-version-problems")
add(
    Rule(post=WRITTEN),
    "api-setup-queue-archive", "api-setup-queue-close", "api-setup-queue-open", "api-setup-queue-pause",
)  # fmt: skip
RULES_READ = api("403", others="404", supervisor=PAGE, admin=PAGE)
add(Rule(get=RULES_READ, post=WRITTEN), "api-setup-rules-list")
add(Rule(get=RULES_READ, post=WRITTEN, method="patch"), "api-setup-rules-detail")
add(Rule(get=RULES_READ), "api-setup-rules-difference", "api-setup-rules-in-force")
add(
    Rule(post=WRITTEN),
    "api-setup-rules-publish", "api-setup-rules-discard", "api-setup-rules-cancel", "api-setup-rules-roll-back",
)  # fmt: skip
add(Rule(get=PROMISES, post=WRITTEN), "api-setup-contract-list")
DRAFTED = api("403", others="404", supervisor=PAGE, manager=PAGE, admin=PAGE)
add(Rule(get=SEEN, post=DRAFTED), "api-setup-version-list")
add(Rule(get=SEEN, post=DRAFTED, method="patch"), "api-setup-version-detail")
add(Rule(post=DRAFTED), "api-setup-version-submit")
add(
    Rule(post=api("403", others="404", supervisor=PAGE, admin=PAGE)),
    "api-setup-version-approve", "api-setup-version-publish", "api-setup-version-send-back",
)  # fmt: skip
add(Rule(get=SEEN, post=WRITTEN), "api-setup-snippet-list")
CALLED = api("403", others="404", supervisor=PAGE, admin=PAGE, key=PAGE)
add(Rule(get=CALLED, post=CALLED), "api-call-list-list", "api-prospect-list")
add(Rule(get=CALLED, post=CALLED, method="patch"), "api-call-list-detail", "api-prospect-detail")
add(Rule(get=CALLED), "api-call-list-results")
add(
    Rule(post=CALLED),
    "api-call-list-open", "api-call-list-pause", "api-call-list-close", "api-call-list-people", "api-prospect-remove",
    "api-prospect-put-back",
)  # fmt: skip
LOGINS = api("403", others="404", manager=PAGE, admin=PAGE)
add(Rule(get=LOGINS, post=LOGINS), "api-setup-member-list")
add(Rule(post=LOGINS), "api-setup-member-remove")
KEYS = api("403", others="404", manager=PAGE, admin=PAGE)
add(Rule(get=KEYS, post=WRITTEN), "api-setup-key-list")
add(Rule(get=KEYS), "api-setup-key-detail")
add(Rule(post=WRITTEN), "api-setup-key-revoke")


# --- what lacks its fields -------------------------------------------------------------------------------------------
# The matrix posts almost nothing. Whoever is let in gets these answers in place of a page: 400 and 422 name what is
# missing, 409 says what no longer fits. No other address may answer so, and no GET.
LACKING: dict[str, str] = {
    "setup-script-sign": "409",
    **dict.fromkeys([
        "api-agent-deactivate", "api-agent-force", "api-agent-list", "api-agent-skill", "api-callback-change",
        "api-callback-list", "api-callback-withdraw", "api-case-notes", "api-case-resolve", "api-client-end",
        "api-client-list", "api-client-resume", "api-client-suspend", "api-customer-list", "api-interaction-assign",
        "api-interaction-overflow", "api-interaction-priority", "api-interaction-take-back",
        "api-leg-decline", "api-leg-finish", "api-leg-reply",
        "api-leg-say", "api-leg-transfer", "api-my-presence", "api-setup-contract-list", "api-setup-disposition-list",
        "api-setup-door-list", "api-setup-hours-list", "api-setup-key-list", "api-setup-product-list",
        "api-setup-queue-list", "api-setup-reason-list", "api-setup-script-list", "api-setup-text-list",
        "api-setup-type-list", "api-setup-version-list", "api-skill-list", "console-away", "console-book",
        "console-case-move", "console-case-note", "console-customer-join", "console-decline", "console-identity",
        "console-conclude", "console-prospect-stop",
        "console-note", "console-reply", "console-report", "console-send", "console-send-time",
        "console-take-over", "console-recording-piece",
        "console-transfer", "accounts:zone", "api-agent-public-name", "api-callback-replace", "api-leg-callback",
        "api-leg-task",
        "api-leg-consult", "api-leg-report", "api-leg-script-answer", "api-leg-script-jump", "api-setup-member-list",
        "api-setup-member-remove", "api-setup-queue-archive", "api-setup-queue-close", "api-setup-queue-open",
        "api-setup-queue-pause", "api-setup-snippet-list", "api-setup-version-approve", "api-setup-version-publish",
        "api-setup-version-detail", "api-setup-version-send-back", "api-setup-version-submit", "api-staffing",
        "api-profile-list",
        "api-setup-rules-publish", "api-setup-rules-discard", "api-setup-rules-cancel", "api-setup-rules-roll-back",
        "api-setup-queue-detail", "api-call-list-list", "api-call-list-detail", "api-call-list-open",
        "api-call-list-pause", "api-call-list-close", "api-call-list-people", "api-prospect-list",
        "api-prospect-detail", "api-prospect-remove", "api-prospect-put-back",
    ], "400"),
    **dict.fromkeys([
        "api-setup-rules-detail",
        "api-callback-make", "api-case-open", "api-case-reopen", "api-client-go-live", "api-customer-call",
        "api-interaction-pick", "api-interaction-take-over", "api-interaction-unpark", "api-leg-accept",
        "api-leg-busy", "api-leg-consult-complete", "api-leg-consult-end", "api-leg-extend", "api-leg-resume",
        "console-accept", "console-recording", "console-recording-answer", "console-recording-pause",
        "console-busy", "console-recording-said",
        "console-answer", "console-script-draft", "console-case-split", "api-interaction-says", "api-interaction-left",
        "api-interaction-call-me",
        "console-consult-complete", "console-consult-end", "console-customer-part", "console-extend",
        "console-finish", "console-make", "console-call-link", "console-resume", "console-sign-out",
        "console-wrapup-draft",
        "console-whose", "console-whose-back", "api-leg-customer", "api-leg-customer-back",
    ], "409"),
    **dict.fromkeys([
        "console-callback-cancel", "console-callback-time", "floor-callback-cancel", "floor-callback-time",
        "floor-licence", "floor-replays", "floor-list-new", "floor-list-edit", "floor-list-add",
        "floor-list-file",
        "floor-list-move", "floor-prospect-stop", "floor-do-not-call", "floor-call-again",
        "floor-prospect-edit", "floor-prospect-remove", "floor-prospect-back",
        "floor-skill", "floor-switch", "setup-hours-date",
        "console-customer-edit", "console-resolve", "floor-assign", "floor-force", "floor-overflow", "floor-priority",
        "floor-refund", "portal-task-done", "floor-take-back", "floor-listen", "floor-listening-mode",
        "setup-catalogue", "setup-catalogue-part", "setup-contract", "setup-door",
        "setup-queue", "setup-queue-new", "setup-sounds", "setup-article-new", "setup-article",
        "setup-snippet-new", "setup-snippet",
    ], "422"),
}  # fmt: skip


# --- what a key needs ------------------------------------------------------------------------------------------------
ACT, ROUTE, MEDIA = "act", "route", "media"
READING = {"api-interaction-messages": MEDIA, "api-message-detail": MEDIA, "api-message-original": MEDIA,
           "api-recording-list": MEDIA, "api-recording-detail": MEDIA, "api-recording-sound": MEDIA,
           "api-leg-list": ACT, "api-leg-detail": ACT, "api-leg-script": ACT}  # fmt: skip
WRITING = {
    "api-interaction-assign": ROUTE,
    "api-interaction-overflow": ROUTE,
    "api-interaction-priority": ROUTE,
    "api-interaction-take-back": ROUTE,
    "api-staffing": "read",
    "api-routing-test": "read",
    "api-deadline": "read",
}  # questions with a body: they change nothing


def scope_of(name: str, method: str) -> str:
    """The one scope that opens the address to a key; no other does."""
    return READING.get(name, "read") if method == "get" else WRITING.get(name, ACT)
