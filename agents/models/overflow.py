"""Overflow: what a line does for those who wait long, step by step."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models.agent import Team
from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.models import Channel, Queue, Skill


class StepAction(TextChoices):
    """What a step does once it is reached. The last four end the wait; callback and voicemail need a way to reach."""

    RELAX_LEVEL = "relax_level", "Ask a lower level of a skill"
    DROP_SKILL = "drop_skill", "Ask a skill no more"
    ADD_TEAM = "add_team", "Use one more team"
    RAISE_PRIORITY = "raise_priority", "Raise the priority"
    OFFER_CALLBACK = "offer_callback", "Offer a callback"
    PROMISE_CALLBACK = "promise_callback", "Promise a callback and end the wait"
    VOICEMAIL = "voicemail", "Take a message and end the wait"
    OVERFLOW = "overflow", "Move to another line"
    MESSAGE = "message", "Close with a message"


END_ACTIONS = (StepAction.PROMISE_CALLBACK, StepAction.VOICEMAIL, StepAction.OVERFLOW, StepAction.MESSAGE)

NEEDS: dict[StepAction, tuple[str, ...]] = {
    StepAction.RELAX_LEVEL: ("skill", "level"),
    StepAction.DROP_SKILL: ("skill",),
    StepAction.ADD_TEAM: ("team",),
    StepAction.RAISE_PRIORITY: ("raise_by",),
    StepAction.OVERFLOW: ("to_queue",),
}

# What is said where it is missing.
LACKS: dict[str, Any] = {
    "skill": gettext_lazy("Choose the skill that this step is about."),
    "level": gettext_lazy("Give the level that is asked from then on."),
    "team": gettext_lazy("Choose the team that is to serve as well."),
    "raise_by": gettext_lazy("Say by how much the priority is raised."),
    "to_queue": gettext_lazy("Choose the line to move to."),
}

# What a step does, as a person says it; filled with the names of what it is about.
SAYS: dict[StepAction, Any] = {
    StepAction.RELAX_LEVEL: gettext_lazy("ask %(skill)s at level %(level)s only"),
    StepAction.DROP_SKILL: gettext_lazy("ask a skill no more (%(skill)s)"),
    StepAction.ADD_TEAM: gettext_lazy("use team %(team)s as well"),
    StepAction.RAISE_PRIORITY: gettext_lazy("raise the priority by %(raise_by)s"),
    StepAction.OFFER_CALLBACK: gettext_lazy("offer a callback"),
    StepAction.PROMISE_CALLBACK: gettext_lazy("promise a callback and end the wait"),
    StepAction.VOICEMAIL: gettext_lazy("take a message and end the wait"),
    StepAction.OVERFLOW: gettext_lazy("move to the line %(to_queue)s"),
    StepAction.MESSAGE: gettext_lazy("close with a message"),
}


def left_behind(here: Iterable[str], there: Iterable[str]) -> str:
    """The channels of a line that another one does not take, by name: who waits on these does not move there."""
    return ", ".join(str(Channel(each).label) for each in here if each not in there and each in Channel.values)


@tracked()
class OverflowStep(models.Model):
    """After so many more seconds do this. Deadlines add up from entry; the place is kept."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="overflow_steps")
    ordinal = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    after_seconds = models.PositiveIntegerField(help_text="Seconds after the step before it, or after entry.")
    action = models.CharField(max_length=16, choices=StepAction)
    skill = models.ForeignKey(Skill, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    raise_by = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    to_queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    client_lookup = "queue__client"
    objects = ClientScopedQuerySet["OverflowStep"].as_manager()

    class Meta:
        ordering = ["queue", "ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["queue", "ordinal"], name="step_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(action__in=StepAction.values), name="step_action_known"),
            models.CheckConstraint(condition=Q(ordinal__gte=1), name="step_from_one"),
            models.CheckConstraint(
                condition=~Q(action__in=["relax_level", "drop_skill"]) | Q(skill__isnull=False), name="step_names_skill"
            ),
            models.CheckConstraint(
                condition=~Q(action="relax_level") | Q(level__range=(1, 5)), name="step_names_level"
            ),
            models.CheckConstraint(condition=~Q(action="add_team") | Q(team__isnull=False), name="step_names_team"),
            models.CheckConstraint(
                condition=~Q(action="raise_priority") | Q(raise_by__range=(1, 9)), name="step_names_raise"
            ),
            models.CheckConstraint(
                condition=~Q(action="overflow") | Q(to_queue__isnull=False), name="step_names_queue"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordinal}: {self.get_action_display()}"

    @property
    def words(self) -> str:
        """What it does, as a person says it."""
        asked = {"skill": self.skill, "level": self.level, "team": self.team, "raise_by": self.raise_by}
        return str(SAYS[StepAction(self.action)] % {**asked, "to_queue": self.to_queue})

    def clean(self) -> None:
        """What the action needs, of the line's own client; nothing else."""
        wanted = NEEDS.get(StepAction(self.action), ()) if self.action in StepAction.values else ()
        missing = [str(LACKS[name]) for name in wanted if getattr(self, name) is None]
        if missing:
            raise ValidationError(missing)
        for name in ("skill", "level", "team", "raise_by", "to_queue"):
            if name not in wanted:
                setattr(self, name, None)
        if self.to_queue is not None:
            if self.to_queue.client_id != self.queue.client_id:
                raise ValidationError({"to_queue": _("There is no such line.")})
            if self.to_queue_id == self.queue_id:
                raise ValidationError({"to_queue": _("They wait in this line already.")})
            if not set(self.queue.channels) & set(self.to_queue.channels):
                raise ValidationError({"to_queue": _("This line takes none of the channels of those who wait here.")})
