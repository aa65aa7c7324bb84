"""The matter that may take several interactions, and what colleagues note on it."""

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, Customer, Product, Queue, Reason


class CaseState(TextChoices):
    """TABLES.md 1, case."""

    OPEN = "open", "Open"
    PENDING = "pending", "Pending"
    RESOLVED = "resolved", "Resolved"
    CLOSED = "closed", "Closed"
    MERGED = "merged", "Merged"


class Case(PublicIdModel):
    """Resolve is a move of the case, close of the interaction. `reference` is said aloud: TTG-7K3F9Q."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="cases")
    queue = models.ForeignKey(Queue, null=True, on_delete=models.PROTECT, related_name="cases")
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    subject = models.CharField(max_length=300, blank=True)
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="cases")
    opened_at = models.DateTimeField()
    pending_until = models.DateTimeField(null=True)
    pending_for = models.CharField(max_length=10, blank=True, help_text="customer or date.")
    summary = models.TextField(blank=True)
    outcome = models.CharField(max_length=80, blank=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_by_customer = models.BooleanField(null=True)
    closed_at = models.DateTimeField(null=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, help_text="Reply owed by then.")
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged_from")
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    version = models.PositiveBigIntegerField(default=0)

    objects = ClientScopedQuerySet["Case"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=~Q(state="resolved") | (~Q(summary="") & Q(resolved_at__isnull=False)),
                name="resolved_has_summary",
            ),
            models.CheckConstraint(
                condition=~Q(state="merged") | Q(merged_into__isnull=False), name="merged_names_survivor"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "-opened_at"], name="case_by_client"),
            models.Index(fields=["customer", "-opened_at"], name="case_by_customer"),
            models.Index(fields=["owner", "state"], name="case_by_owner"),
            models.Index(fields=["queue", "state"], name="case_by_queue"),
            models.Index(fields=["due_at"], name="case_due", condition=Q(state__in=["open", "pending"])),
        ]

    def __str__(self) -> str:
        return self.reference


class CaseNote(PublicIdModel):
    """What a colleague wrote down; never shown to the customer."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    by_name = models.CharField(max_length=120)
    text = models.TextField(max_length=8000)
    at = models.DateTimeField()

    client_lookup = "case__client"
    objects = ClientScopedQuerySet["CaseNote"].as_manager()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"Note on {self.case}"
