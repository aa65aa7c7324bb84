"""A technician's visit or a meeting with a customer: a real window on a real day, in his own time zone."""

from django.db import models
from django.db.models import F, Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, Customer
from interactions.models.action import Action
from interactions.models.case import Case


class AppointmentKind(TextChoices):
    """Who comes to whom."""

    VISIT = "visit", "Technician's visit"
    MEETING = "meeting", "Meeting"


class AppointmentState(TextChoices):
    """Another time is another appointment."""

    BOOKED = "booked", "Booked"
    CANCELLED = "cancelled", "Cancelled"


class Appointment(PublicIdModel):
    """Its public id is the UID of its invitation; `sequence` grows with each further mail about it."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="appointments")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="appointment")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="appointments")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="appointments")
    kind = models.CharField(max_length=7, choices=AppointmentKind)
    state = models.CharField(max_length=9, choices=AppointmentState, default=AppointmentState.BOOKED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=64, help_text="In whose clock the customer agreed to it.")
    place = models.CharField(max_length=200, blank=True)
    about = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=254, blank=True, help_text="Where the invitation goes; empty: none.")
    sequence = models.PositiveSmallIntegerField(default=0)
    booked_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    objects = ClientScopedQuerySet["Appointment"].as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AppointmentKind.values), name="appointment_kind_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="appointment_runs_forward"),
            models.CheckConstraint(
                condition=Q(state="booked", cancelled_at__isnull=True)
                | Q(state="cancelled", cancelled_at__isnull=False),
                name="appointment_cancelled_at_some_time",
            ),
        ]
        indexes = [models.Index(fields=["customer", "starts_at"], name="appointments_of_customer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.starts_at}"
