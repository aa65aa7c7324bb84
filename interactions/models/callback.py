"""A promise to contact a customer: window, owner, attempts and end."""

from django.db import models
from django.db.models import F, Q

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, Customer, EntryPoint, Queue, Reason
from interactions.models.case import Case
from interactions.models.interaction import Interaction


class CallbackState(TextChoices):
    """TABLES.md 1, callback. Ends are final; made = open + ended, always."""

    PROMISED = "promised", "Promised"
    DUE = "due", "Due"
    WORKING = "working", "Being made"
    KEPT = "kept", "Kept"
    LATE = "late", "Late"
    UNREACHED = "unreached", "Unreached"
    BROKEN = "broken", "Broken"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CallbackOrigin(TextChoices):
    """Why the promise was made."""

    AFTER_HOURS = "after_hours", "Outside hours"
    QUEUE = "queue", "Taken while waiting"
    FORM = "form", "Callback form"
    AGENT = "agent", "An agent's word"
    UNSTAFFED = "unstaffed", "Nobody was there"
    API = "api", "API"


class Callback(PublicIdModel):
    """`due_from` and `due_until` were computed in the client's open time; `next_try_at` is read by the sweep."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="callbacks")
    reference = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="callbacks")
    entry_point = models.ForeignKey(EntryPoint, null=True, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="callbacks")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="callbacks")
    promised_from = models.ForeignKey(
        Interaction, null=True, on_delete=models.PROTECT, related_name="callbacks_promised"
    )
    interaction = models.ForeignKey(
        Interaction,
        null=True,
        on_delete=models.PROTECT,
        related_name="callbacks_worked",
        help_text="The latest attempt.",
    )
    origin = models.CharField(max_length=11, choices=CallbackOrigin)
    state = models.CharField(max_length=9, choices=CallbackState, default=CallbackState.PROMISED)
    number = models.CharField(max_length=16, blank=True)
    address = models.CharField(max_length=254, blank=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=5, default="en")
    zone = models.CharField(max_length=64, blank=True, help_text="The customer's, for what is shown to him.")
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=500, blank=True, help_text="What it is about, in the customer's words.")
    owner = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="callbacks")
    promised_at = models.DateTimeField()
    due_from = models.DateTimeField()
    due_until = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True)
    enqueued_at = models.DateTimeField(null=True, help_text="The old place of a queue callback.")
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_in_window = models.BooleanField(default=False)
    reached_at = models.DateTimeField(null=True)
    held = models.BooleanField(default=False, help_text="The client is suspended.")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    simulated = models.BooleanField(default=False)
    version = models.PositiveBigIntegerField(default=0)

    objects = ClientScopedQuerySet["Callback"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CallbackState.values), name="callback_state_known"),
            models.CheckConstraint(condition=Q(due_from__lt=F("due_until")), name="callback_window_runs_forward"),
            models.CheckConstraint(condition=~Q(number="") | ~Q(address=""), name="callback_reaches_somebody"),
            models.UniqueConstraint(
                fields=["promised_from"],
                condition=Q(promised_from__isnull=False) & ~Q(origin="agent"),
                name="promised_once_per_contact",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="callback_next_try", condition=Q(state__in=["promised", "due", "working"])
            ),
            models.Index(fields=["client", "-promised_at"], name="callback_by_client"),
            models.Index(fields=["client", "due_until"], name="callback_by_window"),
            models.Index(fields=["customer", "-promised_at"], name="callback_by_customer"),
        ]

    def __str__(self) -> str:
        return self.reference
