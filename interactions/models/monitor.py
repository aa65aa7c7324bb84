"""A supervisor beside a running call: who, how, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client
from interactions.models.interaction import Interaction


class Mode(TextChoices):
    """Who hears the supervisor; she hears everybody in each."""

    LISTEN = "listen", "Listen"
    WHISPER = "whisper", "Whisper"
    BARGE = "barge", "Barge"


class Monitor(PublicIdModel):
    """No leg: supervisors need be no agents, and take no seat, no points and no part in any figure.

    Open until `ended_at`; only in one call at a time. Her page has one socket, whose loss is its end after a moment.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False)
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="monitors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    mode = models.CharField(max_length=7, choices=Mode, default=Mode.LISTEN)
    reason = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    line = models.UUIDField(null=True, help_text="The socket of her page; empty while there is none.")
    seen_at = models.DateTimeField(help_text="When her page was last heard of.")

    objects = ClientScopedQuerySet["Monitor"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=OneOf("mode", Mode.values), name="monitor_mode_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="monitor_says_why"),
            models.UniqueConstraint(fields=["user"], condition=Q(ended_at__isnull=True), name="one_monitor_per_user"),
        ]
        indexes = [
            models.Index(fields=["interaction"], name="monitor_open", condition=Q(ended_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.interaction}"
