"""The append-only log of presence, and the reasons a break may have."""

from django.conf import settings
from django.db import models

from agents.models.agent import Agent
from bpo.kernel.append_only import AppendOnlyModel, AppendOnlyQuerySet


class PresenceReason(models.Model):
    """A reason for a break that agents may choose."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    limit_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Longer is outlined on the floor."
    )
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class PresenceQuerySet(AppendOnlyQuerySet["PresenceEntry"]):
    """Read and created, never changed."""


class PresenceEntry(AppendOnlyModel):
    """One change of presence or connection, in the words of the moment."""

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="presence_log")
    at = models.DateTimeField()
    presence = models.CharField(max_length=14)
    reason = models.CharField(max_length=60, blank=True)
    connected = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120, default="system")
    why = models.CharField(max_length=200, blank=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "presence entries"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["agent", "at"], name="presence_by_agent")]

    def __str__(self) -> str:
        return f"{self.agent}: {self.presence} at {self.at}"
