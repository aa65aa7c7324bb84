"""Who may be offered a client's contacts."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from agents.models.agent import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.models import Client, ScriptVersion


class LicenceState(TextChoices):
    """TABLES.md 1, licence."""

    TRAINING = "training", "In training"
    CERTIFIED = "certified", "Certified"
    SUSPENDED = "suspended", "Suspended"
    LAPSED = "lapsed", "Lapsed"
    REVOKED = "revoked", "Revoked"


@tracked()
class Licence(models.Model):
    """Agent x client: decides being offered. Moved by `agents.licences`, which keeps who, when and why."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="licences")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="licences")
    state = models.CharField(max_length=9, choices=LicenceState, default=LicenceState.TRAINING, editable=False)
    since = models.DateTimeField()
    until = models.DateField(null=True, blank=True)
    script_version = models.ForeignKey(ScriptVersion, null=True, blank=True, on_delete=models.PROTECT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    ramp_per_hour = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="At most so many contacts in any 60 minutes.",
    )

    objects = ClientScopedQuerySet["Licence"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "client"], name="one_licence_per_client"),
            models.CheckConstraint(condition=models.Q(state__in=LicenceState.values), name="licence_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.agent} for {self.client}: {self.get_state_display()}"
