"""One replay of a past period: what was asked, how far it is, what it found."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel


class ReplayState(TextChoices):
    """From asked to an end; a stopped one keeps nothing."""

    PENDING = "pending", "Waiting to start"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    STOPPED = "stopped", "Stopped"


OPEN = (ReplayState.PENDING, ReplayState.RUNNING)


class Replay(PublicIdModel):
    """Asked by one person, who alone sees it, besides administrators. Its number names the scratch schemas."""

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="replays",
        help_text="Empty: a command.",
    )
    asked_at = models.DateTimeField()
    start = models.DateTimeField()
    end = models.DateTimeField()
    changes = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=7, choices=ReplayState, default=ReplayState.PENDING)
    percent = models.PositiveSmallIntegerField(default=0)
    doing = models.CharField(max_length=60, blank=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)
    result = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReplayState.values), name="replay_state_known"),
            # A replay takes both cores: the next one waits until this one ends.
            models.UniqueConstraint(fields=["state"], condition=Q(state="running"), name="one_replay_runs"),
        ]

    def __str__(self) -> str:
        return f"Replay {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in OPEN
