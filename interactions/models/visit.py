"""One stay of an interaction in a queue."""

from django.db import models

from clients.access import ClientScopedQuerySet
from clients.models import Client, Queue
from interactions.models.interaction import Interaction


class Visit(models.Model):
    """From entering a queue to leaving it: answered, abandoned, transferred out and so on.

    The queue and its client are one reference of the database (clients/one_client.py), so that neither has one alone.
    """

    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="visits", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    queue = models.ForeignKey(
        Queue, on_delete=models.PROTECT, related_name="visits", db_index=False, db_constraint=False
    )
    ordinal = models.PositiveSmallIntegerField(default=1)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    how = models.CharField(max_length=20, blank=True, help_text="answered, or the outcome, or moved.")

    expected_seconds = models.PositiveIntegerField(
        null=True, help_text="The wait foretold when nobody was free at entry; null: answered at once, or not known."
    )

    objects = ClientScopedQuerySet["Visit"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["interaction", "ordinal"], name="visit_ordinal_once"),
            models.UniqueConstraint(
                fields=["interaction"], condition=models.Q(left_at__isnull=True), name="in_one_queue_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["client", "entered_at"], name="visit_by_client"),
            models.Index(fields=["queue", "entered_at"], name="visit_by_queue"),
        ]

    def __str__(self) -> str:
        return f"Visit {self.ordinal} of {self.interaction}"
