"""Money a customer asks back, and who allowed it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, Customer, Order
from interactions.models.action import Action
from interactions.models.case import Case


class RefundState(TextChoices):
    """Requested moves once, to one of the others; up to the client's limit it is approved from the start, and may be
    withdrawn while the customer has not been told."""

    REQUESTED = "requested", "Waits for approval"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"
    WITHDRAWN = "withdrawn", "Withdrawn"


DECIDED = (RefundState.APPROVED, RefundState.REFUSED)


class Refund(PublicIdModel):
    """Asked by an agent; above the client's limit decided by somebody else."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="refunds")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="refund")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="refunds")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="refunds")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300, help_text="Why the customer asks.")
    state = models.CharField(max_length=9, choices=RefundState, default=RefundState.REQUESTED)
    needs_approval = models.BooleanField(help_text="More than agents may grant by themselves when it was asked.")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_why = models.CharField(max_length=300, blank=True)

    objects = ClientScopedQuerySet["Refund"].as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RefundState.values), name="refund_state_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_money"),
            models.CheckConstraint(
                condition=Q(state__in=DECIDED, decided_at__isnull=False)
                | (~Q(state__in=DECIDED) & Q(decided_at__isnull=True)),
                name="refund_decided_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="refund_seen_by_two"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=False) | ~Q(state__in=DECIDED) | Q(needs_approval=False),
                name="refund_approved_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["client", "asked_at"], name="refunds_to_decide", condition=Q(state="requested")),
            models.Index(fields=["order"], name="refunds_of_order"),
            models.Index(fields=["customer", "-asked_at"], name="refunds_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.amount} {self.currency}"
