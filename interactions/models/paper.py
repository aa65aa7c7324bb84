"""A chart of a call flow on its way to paper: what was asked, how far it is, and the file."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import ScriptVersion


class PaperState(TextChoices):
    """From asked to an end."""

    PENDING = "pending", "Waiting to start"
    RUNNING = "running", "Being made"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class FlowPaper(PublicIdModel):
    """Asked by one person, who alone gets it, besides administrators; kept for a day. Asked twice it is made once."""

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(ScriptVersion, on_delete=models.CASCADE, related_name="+")
    when = models.CharField(max_length=22, help_text="The period's key; empty for the words without figures.")
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=PaperState, default=PaperState.PENDING)
    percent = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    content = models.BinaryField(null=True)

    client_lookup = "version__script__client"
    objects = ClientScopedQuerySet["FlowPaper"].as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=OneOf("state", PaperState.values), name="paper_state_known"),
            models.UniqueConstraint(
                fields=["asked_by", "version", "when", "language"],
                condition=Q(state__in=["pending", "running"]),
                name="paper_made_once",
            ),
            models.CheckConstraint(condition=~Q(state="done") | Q(content__isnull=False), name="paper_done_is_there"),
        ]

    def __str__(self) -> str:
        return f"Chart of {self.version} on paper"

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self.state in (PaperState.PENDING, PaperState.RUNNING)
