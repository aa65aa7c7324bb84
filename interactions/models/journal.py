"""The append-only log of facts. Every figure is computed from it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from bpo.kernel.append_only import AppendOnlyModel, AppendOnlyQuerySet
from bpo.kernel.choices import TextChoices
from bpo.kernel.fields import WordField
from clients.access import ClientScopedQuerySet
from clients.models import Client
from interactions.models.callback import Callback
from interactions.models.case import Case
from interactions.models.interaction import Interaction
from interactions.models.leg import Leg
from interactions.models.notice import Notice
from interactions.models.prospect import Prospect
from interactions.models.run import Run


class Kind(TextChoices):
    """The closed list of TABLES.md."""

    ARRIVED = "arrived"
    REFUSED_AT_DOOR = "refused_at_door"
    QUEUED = "queued"
    STEP_REACHED = "step_reached"
    REPRIORITISED = "reprioritised"
    PREFERRED = "preferred"
    OFFERED = "offered"
    POP_SHOWN = "pop_shown"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    RESCINDED = "rescinded"
    MEDIA_CONNECTED = "media_connected"
    MEDIA_FAILED = "media_failed"
    HELD = "held"
    RESUMED = "resumed"
    SET_ASIDE = "set_aside"
    SET_BACK = "set_back"
    PARKED = "parked"
    UNPARKED = "unparked"
    TRANSFERRED = "transferred"
    CONSULT_STARTED = "consult_started"
    CONSULT_ENDED = "consult_ended"
    JOINED = "joined"
    LEFT = "left"
    PICKED = "picked"
    ASSIGNED = "assigned"
    TAKEN_BACK = "taken_back"
    LANE_CHANGED = "lane_changed"
    DIALLED = "dialled"
    LINK_OPENED = "link_opened"
    LINK_LEFT = "link_left"
    CAME_BACK = "came_back"
    NOTE_ADDED = "note_added"
    FORCED = "forced"
    MONITOR_STARTED = "monitor_started"
    MONITOR_ENDED = "monitor_ended"
    CUSTOMER_LEFT = "customer_left"
    CONSOLE_LOST = "console_lost"
    CONSOLE_BACK = "console_back"
    ENDED = "ended"
    WRAP_UP_STARTED = "wrap_up_started"
    WRAP_UP_EXTENDED = "wrap_up_extended"
    DISPOSED = "disposed"
    CLOSED = "closed"
    MESSAGE_IN = "message_in"
    MESSAGE_OUT = "message_out"
    MESSAGE_LEFT = "message_left"
    DRAFT_SENT = "draft_sent"
    UNDONE = "undone"
    SNIPPET_USED = "snippet_used"
    VERIFIED = "verified"
    REASON_SET = "reason_set"
    PRODUCT_SET = "product_set"
    RUN_STARTED = "run_started"
    RUN_MOVED_ON = "run_moved_on"
    RUN_ENDED = "run_ended"
    ACTION_DONE = "action_done"
    ACTION_UNDONE = "action_undone"
    ACTION_SETTLED = "action_settled"
    ACCOUNT_OPENED = "account_opened"
    REDACTED = "redacted"
    RECORDING_STARTED = "recording_started"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_STOPPED = "recording_stopped"
    RECORDING_HEARD = "recording_heard"
    RECORDING_DELETED = "recording_deleted"
    CASE_OPENED = "case_opened"
    CASE_PENDING = "case_pending"
    CASE_RESOLVED = "case_resolved"
    CASE_REOPENED = "case_reopened"
    CASE_CLOSED = "case_closed"
    CASE_MERGED = "case_merged"
    CASE_SPLIT = "case_split"
    CALLBACK_PROMISED = "callback_promised"
    CALLBACK_CHANGED = "callback_changed"
    CALLBACK_DUE = "callback_due"
    CALLBACK_TRIED = "callback_tried"
    CALLBACK_KEPT = "callback_kept"
    CALLBACK_LATE = "callback_late"
    CALLBACK_UNREACHED = "callback_unreached"
    CALLBACK_BROKEN = "callback_broken"
    CALLBACK_WITHDRAWN = "callback_withdrawn"
    NOTICE_WRITTEN = "notice_written"
    NOTICE_SENT = "notice_sent"
    NOTICE_FAILED = "notice_failed"
    NOTICE_BOUNCED = "notice_bounced"
    NOTICE_SKIPPED = "notice_skipped"
    SURVEY_ANSWERED = "survey_answered"
    CUSTOMER_MERGED = "customer_merged"
    CUSTOMER_UNMERGED = "customer_unmerged"
    PROSPECTS_ADDED = "prospects_added"
    PROSPECT_TAKEN = "prospect_taken"
    PROSPECT_LET_GO = "prospect_let_go"
    PROSPECT_TRIED = "prospect_tried"
    PROSPECT_ENDED = "prospect_ended"
    PROSPECT_CHANGED = "prospect_changed"
    PROSPECT_REMOVED = "prospect_removed"
    PROSPECT_PUT_BACK = "prospect_put_back"
    DO_NOT_CALL = "do_not_call"
    CALL_AGAIN = "call_again"
    FLAGGED = "flagged"
    CORRECTED = "corrected"


# The type plugin makes a manager of the first parent alone.
class JournalQuerySet(ClientScopedQuerySet["JournalEntry"], AppendOnlyQuerySet["JournalEntry"]):  # type: ignore[override]
    """Behind the tenant gate; read and created, never changed."""


class JournalEntry(AppendOnlyModel):
    """One fact: what it is about, its kind, when, by whom (the name copied), and a few facts.

    An entry about a leg, run or notice also carries its interaction and case. The table refuses update and delete.
    """

    # What routing knows already of the offer that an entry tells of (the row of offer_card, shown.sql); not stored.
    card: Sequence[Any] | None = None
    # Of a leg that ended: its agent and what her end sets off (routing/router.py), read once; not stored.
    whose: Any = None
    # Of a contact that stands in line: it was offered at once, which is told by that offer's entry; not stored.
    placed = False

    client = models.ForeignKey(Client, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    interaction = models.ForeignKey(
        Interaction, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False
    )
    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False)
    callback = models.ForeignKey(Callback, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False)
    notice = models.ForeignKey(Notice, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False)
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False)
    prospect = models.ForeignKey(Prospect, null=True, on_delete=models.PROTECT, related_name="journal", db_index=False)
    kind = WordField(max_length=20, choices=Kind, words="journal_kind")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=120, default="system")
    facts = models.JSONField(default=dict)

    objects = JournalQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        verbose_name_plural = "journal entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(client__isnull=False)
                | Q(interaction__isnull=False)
                | Q(case__isnull=False)
                | Q(callback__isnull=False)
                | Q(notice__isnull=False)
                | Q(run__isnull=False)
                | Q(leg__isnull=False),
                name="journal_about_something",
            ),
        ]
        indexes = [
            models.Index(fields=["interaction", "at"], name="journal_of_interaction"),
            models.Index(fields=["case", "at"], name="journal_of_case", condition=Q(case__isnull=False)),
            models.Index(fields=["callback", "at"], name="journal_of_callback", condition=Q(callback__isnull=False)),
            models.Index(fields=["client", "kind", "at"], name="journal_by_kind"),
            *(
                models.Index(fields=[name], name=f"journal_of_{name}", condition=Q(**{f"{name}__isnull": False}))
                for name in ("leg", "notice", "run", "prospect", "actor")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"
