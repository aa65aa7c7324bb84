"""Employees who answer: agent, team, capacity profile."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.models import Queue


class Team(PublicIdModel):
    """A group of agents led by supervisors."""

    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@tracked()
class TeamSupervisor(models.Model):
    """Who leads a team."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="supervisors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="led_teams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="team_supervisor_once")]

    def __str__(self) -> str:
        return f"{self.user} leads {self.team}"


@tracked()
class QueueTeam(models.Model):
    """A team a queue may use; a queue without any may use all."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="teams")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="queues")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue", "team"], name="queue_team_once")]

    def __str__(self) -> str:
        return f"{self.team} for {self.queue}"


class CapacityProfile(PublicIdModel):
    """How much an agent carries at once: a budget of points, their cost by channel, caps by channel."""

    name = models.CharField(max_length=60, unique=True)
    budget = models.PositiveSmallIntegerField(default=100, validators=[MinValueValidator(1), MaxValueValidator(1000)])
    voice_points = models.PositiveSmallIntegerField(default=100, validators=[MinValueValidator(1)])
    chat_points = models.PositiveSmallIntegerField(default=33, validators=[MinValueValidator(1)])
    email_points = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(1)])
    voice_cap = models.PositiveSmallIntegerField(default=1)
    chat_cap = models.PositiveSmallIntegerField(default=3)
    email_cap = models.PositiveSmallIntegerField(default=5)
    email_yields_to_voice = models.BooleanField(
        default=True, verbose_name="a call sets emails aside", help_text="An offered call takes the room of emails."
    )
    email_yields_to_chat = models.BooleanField(default=False, verbose_name="a chat sets emails aside")
    chat_yields_to_voice = models.BooleanField(default=False, verbose_name="a call sets chats aside")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def cost_of(self, channel: str) -> int:
        """The points that one contact of a channel takes; routing asks the function of the same name (match.sql)."""
        return int(getattr(self, f"{channel}_points"))


@tracked()
class Agent(PublicIdModel):
    """An employee of the BPO who answers. Customers know her only by a client's public name."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="agent")
    name = models.CharField(max_length=120)
    employee_number = models.CharField(max_length=20, unique=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="agents")
    profile = models.ForeignKey(CapacityProfile, on_delete=models.PROTECT, related_name="agents")
    wrap_up_seconds = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Her own wrap-up time; wins over the queue's.",
    )
    hired_on = models.DateField(null=True, blank=True)
    deactivated_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
