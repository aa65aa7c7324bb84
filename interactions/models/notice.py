"""A message the system sends in the client's name: to a customer, or to those who are told of new contacts."""

from django.db import models
from django.db.models import Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from bpo.kernel.outgoing import Outgoing, OutgoingQuerySet
from clients.access import ClientScopedQuerySet
from clients.models import Client, Script
from interactions.models.action import Action
from interactions.models.callback import Callback
from interactions.models.case import Case
from interactions.models.interaction import Interaction


class NoticeKind(TextChoices):
    """What it tells."""

    RESOLUTION = "resolution", "Resolution"
    TRANSCRIPT = "transcript", "Transcript of a chat"
    CALLBACK_BOOKED = "callback_booked", "Callback booked"
    CALLBACK_CHANGED = "callback_changed", "Callback changed"
    CALLBACK_CANCELLED = "callback_cancelled", "Callback cancelled"
    AFTER_HOURS = "after_hours", "Received outside hours"
    SURVEY = "survey", "Survey"
    BOOKING = "booking", "Visit or meeting booked"
    BOOKING_CANCELLED = "booking_cancelled", "Visit or meeting cancelled"
    REFUND_DECIDED = "refund_decided", "Refund approved or refused"
    ORDER_CONFIRMATION = "order_confirmation", "Confirmation of an order"
    CALL_LINK = "call_link", "Link to a call that goes on"
    NEW_CONTACT = "new_contact", "New contact, for the addresses of the line"
    REVIEW_DUE = "review_due", "Review of a call flow due, for its owner"


# What a customer may be sent; the rest is for those who work.
FOR_WORKERS = (NoticeKind.NEW_CONTACT, NoticeKind.REVIEW_DUE)
FOR_CUSTOMERS = tuple(kind for kind in NoticeKind if kind not in FOR_WORKERS)


# About what one act of a script made, so each is sent once for its act.
OF_ACTS = (
    NoticeKind.BOOKING, NoticeKind.BOOKING_CANCELLED, NoticeKind.REFUND_DECIDED, NoticeKind.ORDER_CONFIRMATION,
)  # fmt: skip


# The type plugin makes a manager of the first parent alone.
class NoticeQuerySet(ClientScopedQuerySet["Notice"], OutgoingQuerySet["Notice"]):  # type: ignore[override]
    """Behind the tenant gate, and claimed by the worker."""


class Notice(PublicIdModel, Outgoing):
    """Unique by what it is about, kind and turn, so that a second resolution after a reopen is its own."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=18, choices=NoticeKind)
    turn = models.PositiveSmallIntegerField(default=0)
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.PROTECT, related_name="notices")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="notices")
    callback = models.ForeignKey(Callback, null=True, on_delete=models.PROTECT, related_name="notices")
    action = models.ForeignKey(
        Action, null=True, on_delete=models.PROTECT, related_name="notices", help_text="The act that caused it."
    )
    script = models.ForeignKey(Script, null=True, on_delete=models.PROTECT, related_name="notices")
    review_on = models.DateField(null=True, help_text="The day of review that it tells of.")
    language = models.CharField(max_length=5, default="en")
    to_name = models.CharField(max_length=200, blank=True)
    to_address = models.CharField(max_length=254)
    subject = models.CharField(max_length=300, blank=True, help_text="As sent.")
    text = models.TextField(blank=True, help_text="As sent.")
    html = models.TextField(blank=True, help_text="As sent.")
    written_at = models.DateTimeField()

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "turn"],
                condition=Q(callback__isnull=True) & ~Q(kind__in=["new_contact", *OF_ACTS]),
                name="case_notice_once",
            ),
            models.UniqueConstraint(
                fields=["callback", "kind", "turn"], condition=Q(callback__isnull=False), name="callback_notice_once"
            ),
            models.UniqueConstraint(
                fields=["action", "kind", "turn"], condition=Q(kind__in=OF_ACTS), name="act_notice_once"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=OF_ACTS) | Q(action__isnull=False), name="act_notice_of_an_act"
            ),
            models.UniqueConstraint(
                fields=["interaction", "to_address"], condition=Q(kind="new_contact"), name="told_once_of_a_contact"
            ),
            models.UniqueConstraint(
                fields=["script", "review_on", "to_address"],
                condition=Q(kind="review_due"),
                name="told_once_of_a_review",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="notice_due", condition=Q(state__in=["pending", "sending"])),
            models.Index(fields=["client", "-written_at"], name="notice_by_client"),
            models.Index(fields=["message_id"], name="notice_by_message_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.to_address}"
