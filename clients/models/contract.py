"""What we promise a client: targets with their thresholds, valid between two dates."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.models.client import Client
from clients.models.queue import Channel


@tracked()
class Contract(models.Model):
    """The promises in force between two dates (the last day inclusive; open when empty)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="contracts")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    client_approves_scripts = models.BooleanField(
        default=False, help_text="The client's own manager approves each version of a call flow before it is published."
    )

    objects = ClientScopedQuerySet["Contract"].as_manager()

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=models.F("valid_from")),
                name="contract_ends_after_start",
            ),
            models.UniqueConstraint(fields=["client", "valid_from"], name="one_contract_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.client} from {self.valid_from}"


@tracked()
class Promise(models.Model):
    """Service level promised on one channel: so many percent answered within the threshold."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="promises")
    channel = models.CharField(max_length=5, choices=Channel)
    formula = models.CharField(max_length=60, default="service_level.v1", help_text="Name and version of the formula.")
    threshold_seconds = models.PositiveIntegerField(default=20, validators=[MinValueValidator(1)])
    target_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=80, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    limit_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=75,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Under this the promise is broken, not merely missed.",
    )

    client_lookup = "contract__client"
    objects = ClientScopedQuerySet["Promise"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "channel", "formula"], name="one_promise_per_channel"),
            models.CheckConstraint(condition=models.Q(threshold_seconds__gt=0), name="threshold_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.target_percent} % of {self.channel} in {self.threshold_seconds} s"
