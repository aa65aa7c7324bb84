"""One following of a script, and each step entered and left."""

from django.db import models

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, ScriptVersion
from interactions.models.interaction import Interaction


class RunState(TextChoices):
    """Whether it goes on."""

    RUNNING = "running", "Running"
    ENDED = "ended", "Ended"


class Run(PublicIdModel):
    """Ends on the version it began with. `answers` by field name; `at_step` is where it stands, `draft` what is typed
    there by field name and not sent yet."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    interaction = models.OneToOneField(Interaction, on_delete=models.PROTECT, related_name="run")
    version = models.ForeignKey(ScriptVersion, on_delete=models.PROTECT, related_name="runs")
    sub_version = models.ForeignKey(
        ScriptVersion, null=True, on_delete=models.PROTECT, related_name="+", help_text="The sub-process it is in."
    )
    sub_step = models.CharField(
        max_length=80,
        blank=True,
        db_default="",
        help_text="The step of the script itself through which it entered the sub-process.",
    )
    state = models.CharField(max_length=7, choices=RunState, default=RunState.RUNNING)
    at_step = models.CharField(max_length=80)
    answers = models.JSONField(default=dict)
    draft = models.JSONField(default=dict, db_default={})
    verified = models.BooleanField(null=True, help_text="Null: not tried. True: account data may be shown.")
    verify_attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ClientScopedQuerySet["Run"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sub_version=None, sub_step="")
                | models.Q(sub_version__isnull=False) & ~models.Q(sub_step=""),
                name="sub_process_has_a_way_back",
            ),
            models.CheckConstraint(
                condition=models.Q(state="running") | models.Q(draft={}), name="ended_run_keeps_no_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"Run of {self.version}"


class StepVisit(models.Model):
    """One step entered and left, by whom; the sum of step times is the handling time. Never edited once left."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="visits")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ScriptVersion, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=80)
    sub_step = models.CharField(
        max_length=80, blank=True, db_default="", help_text="Through which it was entered, as in its run."
    )
    ordinal = models.PositiveSmallIntegerField()
    from_version = models.ForeignKey(
        ScriptVersion,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="With from_step: the step before; across sub-processes next_step cannot say it. Empty: the first.",
    )
    from_step = models.CharField(max_length=80, blank=True)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    next_step = models.CharField(max_length=80, blank=True)
    jumped = models.BooleanField(default=False)
    answer = models.JSONField(default=dict)

    objects = ClientScopedQuerySet["StepVisit"].as_manager()

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["run", "ordinal"], name="step_visit_ordinal_once"),
            models.UniqueConstraint(
                fields=["run"], condition=models.Q(left_at__isnull=True), name="at_one_step_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(ordinal=1, from_version=None, from_step="")
                | models.Q(ordinal__gt=1, from_version__isnull=False) & ~models.Q(from_step=""),
                name="step_came_from_the_one_before",
            ),
        ]
        indexes = [models.Index(fields=["version", "entered_at"], name="step_visit_by_version")]

    def __str__(self) -> str:
        return f"{self.step} ({self.ordinal})"
