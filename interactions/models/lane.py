"""Lanes: what eligibility is precomputed for; and refusals, the delays after a miss, decline or busy."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from agents.models import Agent
from clients.access import ClientScopedQuerySet
from clients.models import Channel, Client, Queue


class Lane(models.Model):
    """Queue version x overflow step x wanted skills, interned on first use with the rules compiled in.

    `wants` holds skill_id * 10 + level, sorted; `added` is the part that is not the queue's own.
    `excluded` counts who is never eligible and why.
    """

    pool = models.SmallIntegerField(default=1)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="lanes")
    queue_version = models.PositiveIntegerField()
    step = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=5, choices=Channel)
    wants = ArrayField(models.IntegerField(), default=list)
    added = ArrayField(models.IntegerField(), default=list)
    teams = ArrayField(models.BigIntegerField(), null=True)
    strategy = models.CharField(max_length=5)
    ageing_seconds = models.PositiveIntegerField(null=True)
    auto = models.BooleanField(default=True, help_text="Offered by routing: the line is neither manual nor paused.")
    training = models.BooleanField(default=False)
    cap_per_agent = models.PositiveSmallIntegerField(null=True)
    offer_seconds = models.PositiveSmallIntegerField()
    members = models.PositiveIntegerField(default=0)
    excluded = models.JSONField(default=dict)
    next_after_seconds = models.PositiveIntegerField(null=True, help_text="Until the next overflow step; null: none.")
    offers_callback = models.BooleanField(default=False, help_text="A step that offers a callback was reached.")
    left_at = models.DateTimeField(null=True, help_text="When a rule last took away somebody who was signed in.")

    objects = ClientScopedQuerySet["Lane"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "queue_version", "step", "channel", "added"], name="lane_interned")
        ]

    def __str__(self) -> str:
        return f"Lane {self.pk} of {self.queue}"


class AgentLane(models.Model):
    """An agent who may be offered what waits in a lane; compiled, never edited. The lane's columns are copied."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="agent_lanes")
    rank = models.SmallIntegerField(default=0, help_text="The lowest level among the wanted skills.")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=5)
    ageing_seconds = models.PositiveIntegerField(null=True)
    auto = models.BooleanField(default=True)
    cap_per_agent = models.PositiveSmallIntegerField(null=True)
    ramp_per_hour = models.PositiveSmallIntegerField(null=True)

    objects = ClientScopedQuerySet["AgentLane"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "lane"], name="agent_lane_once")]
        indexes = [models.Index(fields=["lane", "-rank", "agent"], name="lane_members")]

    def __str__(self) -> str:
        return f"{self.agent_id} in {self.lane_id}"


class Refusal(models.Model):
    """This interaction is not offered to this agent until then."""

    interaction = models.ForeignKey("interactions.Interaction", on_delete=models.CASCADE, related_name="refusals")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    why = models.CharField(max_length=10)

    client_lookup = "interaction__client"
    objects = ClientScopedQuerySet["Refusal"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["interaction", "agent"], name="refusal_once")]
        indexes = [models.Index(fields=["until"], name="refusal_until")]

    def __str__(self) -> str:
        return f"{self.interaction_id} not to {self.agent_id} until {self.until}"
