"""What the demo remembers of itself: the simulator's switch, how far the past month is, who is played by a visitor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models

from bpo.kernel import clock
from bpo.kernel.choices import TextChoices

ALIVE = timedelta(seconds=15)


class PastState(TextChoices):
    """How far the past month is."""

    NONE = "none", "Not begun"
    WRITING = "writing", "Being written"
    DONE = "done", "There"
    FAILED = "failed", "Stopped"


class DemoSwitch(models.Model):
    """The one row: whether the simulator plays, when it was last heard of, and the progress of the past month."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    simulator_on = models.BooleanField(default=True)
    changed_at = models.DateTimeField(null=True, editable=False)
    simulator_seen_at = models.DateTimeField(null=True, editable=False)
    seeded_at = models.DateTimeField(null=True, editable=False)
    past_state = models.CharField(max_length=8, choices=PastState, default=PastState.NONE, editable=False)
    past_done = models.PositiveIntegerField(default=0, editable=False)
    past_total = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "demo"
        verbose_name_plural = "demo"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_demo")]

    def __str__(self) -> str:
        return f"Simulator {'on' if self.simulator_on else 'off'}"

    @property
    def simulator_alive(self) -> bool:
        """Whether its process was heard of just now."""
        return bool(self.simulator_seen_at and clock.now() - self.simulator_seen_at < ALIVE)

    @property
    def past_percent(self) -> int:
        """How much of the past month is written."""
        return min(100, round(100 * self.past_done / self.past_total)) if self.past_total else 0


def switch() -> DemoSwitch:
    """The row, made on first use."""
    return DemoSwitch.objects.get_or_create(pk=DemoSwitch.ONLY)[0]


def note(**changes: Any) -> None:
    """Write single columns of the row."""
    switch()
    DemoSwitch.objects.filter(pk=DemoSwitch.ONLY).update(**changes)


class Visit(models.Model):
    """A visitor works as this person since then; the simulator keeps away from her."""

    LASTS = timedelta(hours=12)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="demo_visit"
    )
    since = models.DateTimeField()

    class Meta:
        verbose_name = "visitor at work"
        verbose_name_plural = "visitors at work"

    def __str__(self) -> str:
        return f"Visitor as {self.user}"


def visited(at: datetime | None = None) -> set[int]:
    """The users a visitor plays just now."""
    at = at or clock.now()
    return set(Visit.objects.filter(since__gt=at - Visit.LASTS).values_list("user_id", flat=True))
