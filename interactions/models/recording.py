"""What was recorded: one row for each stretch of one agent in a call, with a track a side; or a spoken message."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from bpo.kernel import clock
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client
from interactions.models.interaction import Interaction
from interactions.models.leg import Leg

MOST_BYTES = 64 * 1024 * 1024  # of a track: four hours
MOST_INDEX = 4 * 1024 * 1024  # what is written into it when it is made whole
PEAKS_A_SECOND = 4


class RecordingState(TextChoices):
    """Running or paused; ended, whose sound is made whole; kept until its day; deleted. Or the customer said no."""

    RUNNING = "running", "Running"
    PAUSED = "paused", "Paused"
    ENDED = "ended", "Ended"
    KEPT = "kept", "Kept"
    DELETED = "deleted", "Deleted"
    REFUSED = "refused", "Refused"


LIVE = (RecordingState.RUNNING, RecordingState.PAUSED)


class Consent(TextChoices):
    """How the customer came to it."""

    ANNOUNCED = "announced", "Announced"
    GIVEN = "given", "Asked, said yes"
    REFUSED = "refused", "Asked, said no"


class PausedFor(TextChoices):
    """Who or what paused it."""

    AGENT = "agent", "The agent"
    CARD = "card", "A card's number"
    BOTH = "both", "The agent, and a card's number"


BY_HAND = (PausedFor.AGENT, PausedFor.BOTH)
BY_CARD = (PausedFor.CARD, PausedFor.BOTH)


class Side(TextChoices):
    """Whose voice a track has."""

    CUSTOMER = "customer", "Customer"
    AGENT = "agent", "Agent"


class Recording(PublicIdModel):
    """One recording of one leg: a desk that was opened anew, and a colleague who takes the call, begin another.

    Refused is a row too: a customer who has answered is asked by nobody else in this contact. A spoken message has no
    leg, and no contact before it is sent: until then it is its customer's alone.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.PROTECT, related_name="recordings")
    leg = models.ForeignKey(Leg, null=True, on_delete=models.PROTECT, related_name="recordings")
    state = models.CharField(max_length=7, choices=RecordingState, default=RecordingState.RUNNING, editable=False)
    consent = models.CharField(max_length=9, choices=Consent)
    paused_for = models.CharField(max_length=5, choices=PausedFor, blank=True, help_text="Stays when it ends paused.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    keep_until = models.DateTimeField(null=True, help_text="By the client's rule when it began, or his no.")
    deleted_at = models.DateTimeField(null=True)

    objects = ClientScopedQuerySet["Recording"].as_manager()

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.CheckConstraint(condition=OneOf("state", RecordingState.values), name="recording_state_known"),
            models.CheckConstraint(condition=OneOf("consent", Consent.values), name="recording_consent_known"),
            models.UniqueConstraint(
                fields=["leg"], condition=Q(state__in=["running", "paused"]), name="one_live_recording"
            ),
            models.CheckConstraint(
                condition=Q(state="refused", consent="refused", keep_until__isnull=True)
                | (~Q(state="refused") & ~Q(consent="refused") & Q(keep_until__gte=models.F("started_at"))),
                name="recording_kept_or_refused",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "paused"], ended_at__isnull=True)
                | (~Q(state__in=["running", "paused"]) & Q(ended_at__isnull=False)),
                name="recording_ends_once",
            ),
            models.CheckConstraint(
                condition=~(Q(state="paused") & Q(paused_for="")) & ~(Q(state="running") & ~Q(paused_for="")),
                name="recording_paused_for",
            ),
            models.CheckConstraint(
                condition=Q(interaction__isnull=False) | Q(leg__isnull=True, state="running"),
                name="recording_of_a_contact",
            ),
            models.CheckConstraint(
                condition=Q(state="deleted", deleted_at__isnull=False)
                | (~Q(state="deleted") & Q(deleted_at__isnull=True)),
                name="recording_deleted_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"], name="recording_open", condition=Q(state__in=["running", "paused", "ended"])
            ),
            models.Index(fields=["keep_until"], name="recording_due", condition=Q(state="kept")),
        ]

    def __str__(self) -> str:
        return f"Recording of {self.leg or self.interaction or 'a message'}"

    @property
    def is_live(self) -> bool:
        """Whether it goes on, sounding or silent."""
        return self.state in LIVE

    @property
    def is_kept(self) -> bool:
        """Whether it may be heard: it is whole, and its day has not come."""
        return self.state == RecordingState.KEPT and self.keep_until is not None and self.keep_until > clock.now()

    @property
    def by_hand(self) -> bool:
        """Whether an agent paused it, whatever else did."""
        return self.paused_for in BY_HAND

    @property
    def by_card(self) -> bool:
        """Whether a card's number is being given."""
        return self.paused_for in BY_CARD

    @property
    def is_message(self) -> bool:
        """Whether a customer spoke it to nobody."""
        return self.leg_id is None

    @property
    def about(self) -> Leg | Interaction:
        """What the journal tells of it with."""
        about = self.leg or self.interaction
        assert about is not None, "nothing is told of a message that was not sent"
        return about

    @property
    def facts(self) -> dict[str, Any]:
        """What each of its journal entries says."""
        whose = {"leg": str(self.leg.public_id)} if self.leg else {"voicemail": True}
        return {"recording": str(self.public_id), **whose, "consent": self.consent}


class Track(models.Model):
    """One side's voice in one file. While the call runs pieces are appended; then it is made whole and summed."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="tracks")
    side = models.CharField(max_length=8, choices=Side)
    content_type = models.CharField(max_length=40, blank=True)
    file = models.FileField(upload_to="recordings/", blank=True)
    bytes = models.BigIntegerField(default=0, help_text="So many of the file count: what is behind was not committed.")
    pieces = models.PositiveIntegerField(default=0, help_text="The number of the piece that is awaited.")
    is_whole = models.BooleanField(default=False, help_text="The page said that no more pieces come.")
    peaks = models.BinaryField(default=b"", help_text="How loud, four times a second: the picture of it.")
    sha256 = models.CharField(max_length=64, blank=True)
    duration_ms = models.PositiveIntegerField(null=True)

    client_lookup = "recording__client"
    objects = ClientScopedQuerySet["Track"].as_manager()

    class Meta:
        ordering = ["recording", "side"]
        constraints = [
            models.UniqueConstraint(fields=["recording", "side"], name="one_track_a_side"),
            models.CheckConstraint(condition=OneOf("side", Side.values), name="track_side_known"),
            models.CheckConstraint(
                condition=Q(bytes__gte=0, bytes__lte=MOST_BYTES + MOST_INDEX), name="track_not_too_large"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} of {self.recording}"

    @property
    def path(self) -> str:
        """Where it lies in the storage; empty before anything came and after it was deleted."""
        return self.file.name or ""
