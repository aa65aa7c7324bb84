"""One person's stretch on an interaction; an offer is a leg in state offered."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Channel, Client, Disposition
from interactions.models.interaction import Interaction
from interactions.models.lane import Lane


class LegRole(TextChoices):
    """What the person does on it."""

    PRIMARY = "primary", "Primary"
    CONSULT = "consult", "Consult"
    MONITOR = "monitor", "Monitor"


class LegState(TextChoices):
    """TABLES.md 1, leg."""

    OFFERED = "offered", "Offered"
    HANDLING = "handling", "Handling"
    WRAPPING = "wrapping", "Wrapping up"
    COMPLETED = "completed", "Completed"
    DECLINED = "declined", "Declined"
    MISSED = "missed", "Missed"
    RESCINDED = "rescinded", "Offer taken back"
    LOST = "lost", "Lost"


class EndedBy(TextChoices):
    """Who or what ended a leg."""

    CUSTOMER = "customer", "Customer"
    AGENT = "agent", "Agent"
    TRANSFER = "transfer", "Transfer"
    TIMEOUT = "timeout", "Time-out"
    SUPERVISOR = "supervisor", "Supervisor"
    SYSTEM = "system", "System"


# Who is offered a contact or handles it.
ON_IT = (LegState.OFFERED, LegState.HANDLING)
# How the leg of somebody ends whose contact goes on with others: what she wraps up then is time beside it.
HANDED_ON = (EndedBy.TRANSFER, EndedBy.SUPERVISOR)
# An offer that her desk could not take (`passed_on`).
PASSED_ON = Q(state=LegState.DECLINED, ended_by=EndedBy.SYSTEM)
HOLDING_STATES = (LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING)


class Leg(PublicIdModel):
    """Points are held in offered, handling and wrapping, unless set aside. on_hold, set_aside, muted are flags."""

    # Is a colleague asked or in? Read with the whole leg (offers.read_anew), else perhaps; not stored.
    consulted = True

    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="legs", db_index=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="legs", db_index=False)
    role = models.CharField(max_length=7, choices=LegRole, default=LegRole.PRIMARY)
    state = models.CharField(max_length=9, choices=LegState, default=LegState.OFFERED)
    lane = models.ForeignKey(Lane, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    cost = models.PositiveSmallIntegerField(default=0)
    made_by = models.CharField(max_length=120, blank=True, help_text="Empty: a rule. Else the person who made it.")
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    shown_at = models.DateTimeField(null=True, help_text="A console said that it shows the card.")
    accepted_at = models.DateTimeField(null=True)
    took_over_at = models.DateTimeField(
        null=True, help_text="Of a colleague who was in the talk: since when the contact is hers alone."
    )
    work_ended_at = models.DateTimeField(null=True, help_text="Handling ended, wrap-up began.")
    wrap_up_due_at = models.DateTimeField(null=True)
    wrap_up_extended = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=EndedBy, blank=True)
    on_hold = models.BooleanField(default=False)
    hold_since = models.DateTimeField(null=True)
    hold_seconds = models.PositiveIntegerField(default=0)
    set_aside = models.BooleanField(default=False)
    muted = models.BooleanField(default=False)
    lost_since = models.DateTimeField(null=True, help_text="The console is gone since; the grace runs.")
    disposition = models.ForeignKey(Disposition, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    disposed_in_time = models.BooleanField(null=True, help_text="False: not filled in time.")
    note = models.TextField(blank=True)
    why = models.JSONField(default=dict, help_text="Rule version, lane, step and best candidates of the offer.")
    version = models.BigIntegerField(default=0)

    objects = ClientScopedQuerySet["Leg"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=OneOf("state", LegState.values), name="leg_state_known"),
            models.UniqueConstraint(
                fields=["interaction"],
                condition=Q(role="primary", state__in=["offered", "handling"]),
                name="one_primary_leg",
            ),
            models.UniqueConstraint(
                fields=["agent"], condition=Q(role="primary", state="offered"), name="one_offer_per_agent"
            ),
            models.CheckConstraint(condition=~Q(state="offered") | Q(expires_at__isnull=False), name="offer_expires"),
        ]
        indexes = [
            models.Index(
                fields=["agent"], name="leg_live_by_agent", condition=Q(state__in=["offered", "handling", "wrapping"])
            ),
            models.Index(
                fields=["agent"], name="leg_set_aside", condition=Q(set_aside=True, state__in=["handling", "wrapping"])
            ),
            models.Index(fields=["expires_at"], name="leg_expiring", condition=Q(state="offered")),
            models.Index(fields=["wrap_up_due_at"], name="leg_wrap_up_due", condition=Q(state="wrapping")),
            models.Index(fields=["interaction", "ended_at"], name="legs_of_interaction"),
            models.Index(fields=["agent", "-offered_at"], name="leg_by_agent_day"),
            models.Index(fields=["client", "ended_at"], name="leg_by_client_end", condition=Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Leg of {self.agent} on {self.interaction}"

    @property
    def hers_since(self) -> datetime | None:
        """Since when she has the contact; what she heard before as a colleague in the talk is another's time."""
        return self.took_over_at or self.accepted_at

    @property
    def began(self) -> datetime | None:
        """When its talk began, as call.BEGAN says; None if they did not hear each other (yet). Wants `media` fetched.

        Who was asked for help and took over has talked since the accept: advice is talk of that leg.
        """
        media = getattr(self, "media", None)
        if media is None or media.due_at is None:
            return self.accepted_at
        return max(media.customer_at, media.agent_at) if media.customer_at and media.agent_at else None

    @property
    def talking_since(self) -> datetime:
        """The moment since which she would have talked had she never held: while nobody is on hold, the time since then
        is talk; while they connect, the time since the accept. Wants `media` fetched."""
        return (self.began or self.accepted_at or self.offered_at) + timedelta(seconds=self.hold_seconds)

    def talked_seconds(self, until: datetime) -> int:
        """The talk up to then, or up to the hold that lasts, in whole seconds: without what was on hold."""
        end = self.hold_since if self.on_hold and self.hold_since else until
        return max(0, int((end - self.talking_since).total_seconds()))

    @property
    def talked_before_hold(self) -> int:
        """The talk before the hold that lasts."""
        return self.talked_seconds(self.hold_since or self.talking_since)

    @property
    def is_worked_on(self) -> bool:
        """Whether the contact is hers: in her hand, or wrapped up by her."""
        return self.role == LegRole.PRIMARY and self.state in (LegState.HANDLING, LegState.WRAPPING)

    @property
    def passed_on(self) -> bool:
        """Whether her desk could not take the offer, for which she is not blamed."""
        return self.state == LegState.DECLINED and self.ended_by == EndedBy.SYSTEM
