"""The administration of the work: everything can be looked up, nothing can be edited; the work is moved by its acts."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from bpo.kernel.admin import HouseAdmin, ReadOnly, ReadOnlyInline
from interactions import word_access
from interactions.models import (
    Action,
    Appointment,
    Attachment,
    Callback,
    Case,
    CaseNote,
    ChatSession,
    ClientTask,
    Interaction,
    JournalEntry,
    Lane,
    Leg,
    Message,
    Notice,
    Prospect,
    Recording,
    Refund,
    Run,
    StepVisit,
    SurveyAnswer,
    Track,
    Visit,
    Voicemail,
)


class WorkAdmin(ReadOnly, HouseAdmin):
    """A list that shows and finds."""


class LegInline(ReadOnlyInline):
    model = Leg
    fields = ["agent", "role", "state", "offered_at", "accepted_at", "ended_at", "ended_by", "disposition"]


class VisitInline(ReadOnlyInline):
    model = Visit
    fields = ["ordinal", "queue", "entered_at", "left_at", "how"]
    show_change_link = False


@admin.register(Interaction)
class InteractionAdmin(WorkAdmin):
    list_display = ["public_id", "client", "channel", "state", "outcome", "queue", "customer", "case", "arrived_at"]
    list_filter = ["client", "state", "channel", "origin", "outcome", "simulated"]
    list_select_related = ["client", "queue", "customer", "case"]
    search_fields = ["public_id__exact", "case__reference", "customer__name", "envelope__from_address"]
    date_hierarchy = "arrived_at"
    inlines = [LegInline, VisitInline]


@admin.register(Leg)
class LegAdmin(WorkAdmin):
    list_display = ["agent", "client", "channel", "role", "state", "offered_at", "accepted_at", "ended_at", "ended_by"]
    list_filter = ["client", "state", "role", "channel"]
    list_select_related = ["agent", "client"]
    search_fields = ["agent__name", "interaction__public_id__exact"]
    date_hierarchy = "offered_at"


class CaseNoteInline(ReadOnlyInline):
    model = CaseNote
    fields = ["at", "by_name", "text"]
    show_change_link = False


@admin.register(Case)
class CaseAdmin(WorkAdmin):
    list_display = [
        "reference",
        "client",
        "state",
        "subject",
        "customer",
        "owner",
        "opened_at",
        "resolved_at",
        "reopened",
    ]
    list_filter = ["client", "state"]
    list_select_related = ["client", "customer", "owner"]
    search_fields = ["reference", "subject", "customer__name"]
    date_hierarchy = "opened_at"
    inlines = [CaseNoteInline]


class AttachmentInline(ReadOnlyInline):
    model = Attachment
    fields = ["name", "content_type", "size", "at"]
    show_change_link = False


@admin.register(Message)
class MessageAdmin(WorkAdmin):
    """What was said; whoever opens one is written down."""

    list_display = ["at", "client", "channel", "direction", "author_name", "subject", "state", "attempts"]
    list_filter = ["client", "channel", "direction", "state"]
    list_select_related = ["client"]
    search_fields = ["subject", "from_address", "message_id", "interaction__public_id__exact"]
    date_hierarchy = "at"
    inlines = [AttachmentInline]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        message = self.get_object(request, object_id)
        if message is not None:
            word_access.opened(message.interaction, request.user)
        return super().change_view(request, object_id, form_url, extra_context)


@admin.register(Notice)
class NoticeAdmin(WorkAdmin):
    list_display = ["written_at", "client", "kind", "to_address", "subject", "state", "attempts"]
    list_filter = ["client", "kind", "state", "language"]
    list_select_related = ["client"]
    search_fields = ["to_address", "subject", "message_id", "case__reference", "callback__reference"]
    date_hierarchy = "written_at"


@admin.register(Callback)
class CallbackAdmin(WorkAdmin):
    list_display = ["reference", "client", "state", "origin", "customer", "queue", "due_from", "due_until", "attempts"]
    list_filter = ["client", "state", "origin", "held"]
    list_select_related = ["client", "customer", "queue"]
    search_fields = ["reference", "name", "number", "address", "customer__name"]
    date_hierarchy = "promised_at"


class TrackInline(ReadOnlyInline):
    model = Track
    fields = ["side", "content_type", "bytes", "sha256", "duration_ms", "pieces", "is_whole"]
    show_change_link = False


@admin.register(Recording)
class RecordingAdmin(WorkAdmin):
    """What is recorded; it is heard on the pages of its contact, where each listening is written down."""

    list_display = ["started_at", "client", "leg", "state", "consent", "ended_at", "keep_until", "deleted_at"]
    list_filter = ["client", "state", "consent", ("leg", admin.EmptyFieldListFilter)]
    list_select_related = ["client", "leg__agent", "leg__interaction"]
    search_fields = ["public_id__exact", "interaction__public_id__exact", "leg__agent__name"]
    date_hierarchy = "started_at"
    inlines = [TrackInline]


@admin.register(Voicemail)
class VoicemailAdmin(WorkAdmin):
    """Who spoke to nobody; what he said is his recording, and is heard on the pages of its contact."""

    list_display = ["begun_at", "client", "name", "number", "sent_at", "interaction"]
    list_filter = ["client"]
    list_select_related = ["client", "interaction"]
    search_fields = ["public_id__exact", "interaction__public_id__exact", "number", "name"]
    date_hierarchy = "begun_at"


@admin.register(JournalEntry)
class JournalEntryAdmin(WorkAdmin):
    list_display = ["at", "kind", "client", "actor_name", "interaction", "case", "callback", "facts"]
    list_filter = ["client", "kind"]
    list_select_related = ["client", "interaction", "case", "callback"]
    search_fields = ["interaction__public_id__exact", "case__reference", "callback__reference", "actor_name"]
    date_hierarchy = "at"


class StepVisitInline(ReadOnlyInline):
    model = StepVisit
    fields = ["ordinal", "step", "agent", "entered_at", "left_at", "next_step", "jumped"]
    show_change_link = False


@admin.register(Run)
class RunAdmin(WorkAdmin):
    list_display = ["public_id", "client", "version", "state", "at_step", "verified", "started_at", "ended_at"]
    list_filter = ["client", "state", "verified"]
    list_select_related = ["client", "version__script"]
    search_fields = ["interaction__public_id__exact", "version__script__name"]
    inlines = [StepVisitInline]


@admin.register(SurveyAnswer)
class SurveyAnswerAdmin(WorkAdmin):
    list_display = ["answered_at", "client", "score", "solved", "words", "interaction"]
    list_filter = ["client", "score", "solved"]
    list_select_related = ["client", "interaction"]
    search_fields = ["words", "interaction__public_id__exact"]


@admin.register(ChatSession)
class ChatSessionAdmin(WorkAdmin):
    list_display = ["public_id", "client", "entry_point", "language", "created_at", "seen_at", "gone_since"]
    list_filter = ["client", "language"]
    list_select_related = ["client", "entry_point__client"]
    search_fields = ["public_id__exact", "interaction__public_id__exact"]


@admin.register(Lane)
class LaneAdmin(WorkAdmin):
    list_display = ["id", "client", "queue", "queue_version", "channel", "wants", "members", "excluded"]
    list_filter = ["client", "channel"]
    list_select_related = ["client", "queue"]
    search_fields = ["queue__name"]


@admin.register(Prospect)
class ProspectAdmin(WorkAdmin):
    list_display = ["name", "number", "call_list", "client", "state", "result", "attempts", "next_try_at", "consent_on"]
    list_filter = ["client", "state", "result"]
    list_select_related = ["call_list", "client"]
    search_fields = ["name", "number", "company"]


@admin.register(Action)
class ActionAdmin(WorkAdmin):
    list_display = ["done_at", "client", "name", "ref", "agent", "undone_at"]
    list_filter = ["client", "name"]
    list_select_related = ["client", "agent"]
    date_hierarchy = "done_at"


@admin.register(Refund)
class RefundAdmin(WorkAdmin):
    list_display = ["asked_at", "client", "order", "amount", "currency", "state", "asked_by", "decided_by"]
    list_filter = ["client", "state"]
    list_select_related = ["client", "order", "asked_by", "decided_by"]
    date_hierarchy = "asked_at"


@admin.register(Appointment)
class AppointmentAdmin(WorkAdmin):
    list_display = ["starts_at", "client", "kind", "customer", "state"]
    list_filter = ["client", "kind", "state"]
    list_select_related = ["client", "customer"]
    date_hierarchy = "starts_at"


@admin.register(ClientTask)
class ClientTaskAdmin(WorkAdmin):
    list_display = ["due_on", "client", "title", "state", "done_by"]
    list_filter = ["client", "state"]
    list_select_related = ["client", "done_by"]
    date_hierarchy = "due_on"
