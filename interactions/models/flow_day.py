"""A finished day of a call flow, counted once."""

from django.db import models
from django.db.models import F, Q

from clients.models import ScriptVersion


class FlowDay(models.Model):
    """What `interactions.reports.flows.life` counts of the runs that began in this stretch, all of which are over.

    Nothing of it can change any more: runs and steps are never edited once they are over. Kept so that a month of a
    busy client is the sum of its days; may be deleted at any time.
    """

    version = models.ForeignKey(ScriptVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    start = models.DateTimeField()
    end = models.DateTimeField()
    life = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "start", "end"], name="flow_day_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="flow_day_has_a_length"),
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d}"
