"""What the figures count: one fact a contact that came in, how far the journal is folded, and what checks found."""

from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from bpo.kernel.models import OneOf
from clients.access import ClientScopedQuerySet
from clients.models import Channel, Client, Product, Queue, Reason
from interactions.models.interaction import Interaction


class End(StrEnum):
    """How the first stay of a contact in line went; of a mail, how its first reply did."""

    IN_TIME = "in_time"
    LATE = "late"
    SHORT = "short"
    ABANDONED_IN_TIME = "abandoned_in_time"
    ABANDONED_LATE = "abandoned_late"
    CALLBACK_IN_TIME = "callback_in_time"
    CALLBACK_LATE = "callback_late"
    ELSEWISE = "elsewise"
    WAITING = "waiting"
    BESIDE = "beside"
    NONE = "none"


class Door(StrEnum):
    """How a contact was answered at the door; empty where it was not."""

    AFTER_HOURS = "after_hours"
    VOICEMAIL = "voicemail"
    TURNED_AWAY = "turned_away"


class ContactFact(models.Model):
    """What figures count of a contact that came in, written by `reports.fold` alone; anew whenever its journal goes on.

    `threshold`, `short` and, of a mail, `due_at` are what was agreed when it came, and stay: what the client agrees on
    later judges no contact of before. What still waits is overdue after `due_at`, which only who asks can tell.
    """

    interaction = models.OneToOneField(Interaction, primary_key=True, on_delete=models.CASCADE, related_name="fact")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    arrived_at = models.DateTimeField()
    channel = models.CharField(max_length=5, choices=Channel)
    queue = models.ForeignKey(
        Queue, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    reason = models.ForeignKey(
        Reason, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    product = models.ForeignKey(
        Product, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    end = models.CharField(max_length=17)
    door = models.CharField(max_length=11, blank=True)
    wait = models.DurationField(null=True, help_text="Of its first stay in line, when that is over.")
    threshold = models.DurationField()
    short = models.DurationField()
    due_at = models.DateTimeField(null=True, help_text="The last instant in time; null: there is none.")

    objects = ClientScopedQuerySet["ContactFact"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=OneOf("end", [str(end) for end in End]), name="fact_end_known"),
            models.CheckConstraint(
                condition=Q(door="") | Q(OneOf("door", [str(door) for door in Door])), name="fact_door_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["client", "arrived_at"], include=["end", "channel", "queue", "reason", "wait"],
                name="fact_by_arrival",
            ),
            models.Index(fields=["client", "end", "-arrived_at"], name="fact_by_end"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.end} at {self.arrived_at:%Y-%m-%d %H:%M}"


class FigureMark(models.Model):
    """How far the journal is folded into facts: one row, locked by who folds.

    Entries get their numbers before they are committed, in any order. `seen` was the highest number given out when
    `writers` were all the transactions that could still bring one of these or a lower one; once none of them is left
    it becomes `safe`.
    """

    entry = models.BigIntegerField(default=0, help_text="Every entry up to this one is in the facts.")
    safe = models.BigIntegerField(default=0, help_text="Up to this one none can appear any more.")
    safe_at = models.DateTimeField(null=True, help_text="When that one was the last.")
    seen = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    writers = models.JSONField(default=list)
    folded_at = models.DateTimeField(null=True, help_text="What was committed by then is in the facts.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="one_figure_mark"),
            models.CheckConstraint(condition=Q(entry__lte=F("safe")), name="folds_what_is_safe"),
        ]

    def __str__(self) -> str:
        return f"up to {self.entry}"


class FigureCheck(models.Model):
    """What the comparison of the facts with the journal found, kept for who reads the figures."""

    at = models.DateTimeField()
    share = models.FloatField(help_text="Of the contacts of the days compared, from 0 to 1.")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    figures = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    differences = models.PositiveIntegerField()
    first = models.JSONField(default=list, help_text="The first of the differences.")
    seconds = models.FloatField()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.differences} of {self.rows}"
