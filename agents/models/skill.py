"""What an agent can do, and queues she was switched off."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from agents.models.agent import Agent
from bpo.kernel.history import tracked
from clients.models import Queue, Skill


@tracked()
class AgentSkill(models.Model):
    """A skill held at a level from 1 to 5."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="holders")
    level = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1), MaxValueValidator(5)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agent", "skill"], name="agent_skill_once"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="agent_skill_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class QueueSwitchedOff(models.Model):
    """A supervisor took this queue from the agent for a while."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="switched_off")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="switched_off")
    by_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "queues switched off"
        constraints = [models.UniqueConstraint(fields=["agent", "queue"], name="switched_off_once")]

    def __str__(self) -> str:
        return f"{self.agent} off {self.queue}"
