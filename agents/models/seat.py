"""The agent's narrow live row, and the consoles that hold it connected."""

from django.db import models
from django.db.models import F, Q

from agents.models.agent import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf


class Presence(TextChoices):
    """TABLES.md 1; what one is busy with is derived from legs."""

    SIGNED_OUT = "signed_out", "Signed out"
    AVAILABLE = "available", "Available"
    NOT_RESPONDING = "not_responding", "Not responding"
    BREAK = "break", "Away"


class Seat(models.Model):
    """One an agent. Presence is written by `agents.presence`, points and idle time by leg moves and routing alone.

    `points_*` are the points held by live legs of that channel, legs set aside left out. `fits_*` says whether
    one more of that channel fits (budget and channel cap). Both are recounted from the legs by one SQL function.
    """

    agent = models.OneToOneField(Agent, primary_key=True, on_delete=models.PROTECT, related_name="seat")
    pool = models.SmallIntegerField(default=1)
    presence = models.CharField(max_length=14, choices=Presence, default=Presence.SIGNED_OUT)
    reason = models.CharField(max_length=60, blank=True)
    since = models.DateTimeField()
    wish = models.CharField(max_length=60, blank=True, help_text="Break wished after the last live leg: its reason.")
    wish_sign_out = models.BooleanField(default=False)
    connected = models.BooleanField(default=False)
    connection_changed_at = models.DateTimeField(null=True)
    capacity = models.SmallIntegerField(default=100)
    points_voice = models.PositiveSmallIntegerField(default=0)
    points_chat = models.PositiveSmallIntegerField(default=0)
    points_email = models.PositiveSmallIntegerField(default=0)
    fits_voice = models.BooleanField(default=True)
    fits_chat = models.BooleanField(default=True)
    fits_email = models.BooleanField(default=True)
    offered = models.BooleanField(default=False, help_text="Holds an open offer.")
    idle_since = models.DateTimeField()
    misses = models.SmallIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=F("points_voice") + F("points_chat") + F("points_email")),
                name="seat_within_budget",
            ),
            models.CheckConstraint(condition=OneOf("presence", Presence.values), name="presence_known"),
        ]
        indexes = [
            models.Index(
                fields=["pool", "idle_since"],
                name="seat_ready",
                condition=Q(presence="available", connected=True, offered=False, wish="", wish_sign_out=False)
                & (Q(fits_voice=True) | Q(fits_chat=True) | Q(fits_email=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"Seat of {self.agent}"


class ConsoleSession(models.Model):
    """One open console: which web process holds its socket and when it was last heard of."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="consoles")
    key = models.UUIDField(unique=True)
    node = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["node"], name="console_by_node")]

    def __str__(self) -> str:
        return f"Console of {self.agent}"
