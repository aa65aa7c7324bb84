"""A waiting line of one client, and the skills it wants."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db import models
from django.utils.translation import gettext as _

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import shares
from clients.models.client import Client
from clients.models.hours import BusinessHours
from clients.models.skill import Skill
from clients.one_client import check


class Channel(TextChoices):
    """The customer's medium."""

    VOICE = "voice", "Phone"
    CHAT = "chat", "Chat"
    EMAIL = "email", "Email"


class QueueState(TextChoices):
    """TABLES.md 1: open; paused (no matching, may be entered); closed (no entry); archived (empty only)."""

    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"
    ARCHIVED = "archived", "Archived"


class Strategy(TextChoices):
    """Which agent first."""

    LONGEST_IDLE = "idle", "Longest idle"
    MOST_SKILLED = "skill", "Most skilled"
    LEAST_LOADED = "load", "Least loaded"


class MissRule(TextChoices):
    """What a missed offer does to the agent."""

    NOT_RESPONDING = "not_responding", "Not responding until the agent returns"
    WAIT = "wait", "Stays available, this contact waits for somebody else"


class WrapUpMode(TextChoices):
    """How work after the contact ends."""

    NONE = "none", "None"
    OPTIONAL = "optional", "Optional"
    UNTIL_DONE = "until_done", "Until done"
    TIMED = "timed", "Timed"
    TIMED_FULL = "timed_full", "Timed, no early exit"


class WhenUnstaffed(TextChoices):
    """What happens to those waiting when the last agent who could serve signs out."""

    WAIT = "wait", "Keep waiting"
    CALLBACK = "callback", "Promise a callback"
    MESSAGE = "message", "Close with a message"
    OVERFLOW = "overflow", "Open the overflow steps at once"


@tracked()
class Queue(PublicIdModel):
    """A line of waiting contacts. Whoever has its skills, teams and licence serves it: no list of members."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="queues")
    name = models.CharField(max_length=80)
    channels = models.JSONField(default=list, help_text="Any of voice, chat, email.")
    state = models.CharField(max_length=8, choices=QueueState, default=QueueState.OPEN, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False, help_text="Raised when its rules change.")
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="queues")
    priority = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(9)])
    ageing_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: strict priority. Else a level is worth so many seconds of waiting."
    )
    strategy = models.CharField(max_length=5, choices=Strategy, default=Strategy.LONGEST_IDLE)
    manual = models.BooleanField(default=False, help_text="Nothing is offered; agents pick.")
    training = models.BooleanField(default=False, help_text="Agents in training may be offered its contacts.")
    offer_seconds = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(1)])
    miss_rule = models.CharField(max_length=14, choices=MissRule, default=MissRule.NOT_RESPONDING)
    misses_to_break = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    miss_delay_seconds = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(1)])
    decline_delay_seconds = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(1)])
    busy_delay_seconds = models.PositiveSmallIntegerField(default=15, validators=[MinValueValidator(1)])
    cap_per_agent = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    wrap_up = models.CharField(max_length=10, choices=WrapUpMode, default=WrapUpMode.TIMED)
    wrap_up_seconds = models.PositiveSmallIntegerField(default=60, validators=[MinValueValidator(1)])
    limit = models.PositiveIntegerField(null=True, blank=True, help_text="Most who may wait; empty: no limit.")
    refuse_unstaffed = models.BooleanField(default=False, help_text="Refuse at the door when nobody staffs the line.")
    when_unstaffed = models.CharField(max_length=8, choices=WhenUnstaffed, default=WhenUnstaffed.WAIT)
    callback_offer_seconds = models.PositiveIntegerField(
        default=30, help_text="After so long a waiting customer is offered a callback."
    )
    wait_limit_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="After so long those waiting are promised a callback (live channels)."
    )
    drain_seconds = models.PositiveIntegerField(
        default=900, help_text="After hours those already waiting are served so long."
    )
    patience_seconds = models.PositiveIntegerField(
        default=180, help_text="A waiting chat has left when its window was gone for so long."
    )
    idle_warn_seconds = models.PositiveIntegerField(default=600)
    idle_end_seconds = models.PositiveIntegerField(default=900)
    park_limit_days = models.PositiveSmallIntegerField(default=14)
    last_agent_seconds = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Who last served the customer is asked first for so long; empty: nobody is."
    )
    skip_empty_steps = models.BooleanField(
        default=False, help_text="Go on to the next overflow step at once while nobody staffs this one."
    )
    floor_seats = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Seats of the floor it is served first for while it has work."
    )
    ceiling_seats = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Most seats of the floor it may hold."
    )
    take_old_place = models.BooleanField(default=True, help_text="Back within a minute takes the old place.")
    notify_addresses = models.TextField(blank=True, help_text="Addresses told of new contacts, one a line.")

    objects = ClientScopedQuerySet["Queue"].as_manager()

    class Meta:
        ordering = ["client", "name"]
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="queue_named_once"),
            models.CheckConstraint(condition=models.Q(priority__lte=9), name="queue_priority_known"),
            models.CheckConstraint(condition=models.Q(offer_seconds__gt=0), name="offer_seconds_positive"),
            models.CheckConstraint(condition=models.Q(wrap_up_seconds__gt=0), name="wrap_up_seconds_positive"),
            models.CheckConstraint(condition=models.Q(state__in=QueueState.values), name="queue_state_known"),
            shares.floor_below_ceiling("queue"),
        ]
        indexes = [models.Index(fields=["client"], name="queue_with_share", condition=shares.HAS_SHARE)]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Hours of its own client; addresses to be told one a line. Set-up, admin and API refuse others."""
        check(self.client_id, self, "hours")
        shares.check(self)
        if (
            not isinstance(self.channels, list)
            or any(self.channels.count(each) > 1 for each in self.channels)
            or any(each not in Channel.values for each in self.channels)
        ):
            raise ValidationError({"channels": _("Any of voice, chat and email, each once.")})
        warned, ended = self.idle_warn_seconds, self.idle_end_seconds
        if warned and ended is not None and ended <= warned:
            raise ValidationError({"idle_end_seconds": _("The end must come after the warning.")})
        lines = [line.strip() for line in self.notify_addresses.splitlines() if line.strip()]
        for line in lines:
            try:
                validate_email(line)
            except ValidationError as error:
                words = _("“%(line)s” is not a mail address; write one a line.") % {"line": line}
                raise ValidationError({"notify_addresses": words}) from error
        self.notify_addresses = "\n".join(lines)


@tracked()
class QueueSkill(models.Model):
    """A skill the line wants of everybody who serves it, and at what level at least."""

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="wanted_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(5)])

    client_lookup = "queue__client"
    objects = ClientScopedQuerySet["QueueSkill"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue", "skill"], name="queue_skill_once"),
            models.CheckConstraint(condition=models.Q(level__range=(1, 5)), name="queue_skill_level_known"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"
