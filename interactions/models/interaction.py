"""One contact on one channel, from arrival to close: the narrow row, its envelope and its arrival."""

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Channel, Client, Customer, EntryPoint, Product, Queue, Reason
from interactions.models.case import Case
from interactions.models.lane import Lane


class State(TextChoices):
    """TABLES.md 1, interaction."""

    QUEUED = "queued", "Waiting"
    OFFERED = "offered", "Offered"
    ACTIVE = "active", "Active"
    HELD = "held", "Held"
    PARKED = "parked", "Parked"
    WRAP_UP = "wrap_up", "Wrap-up"
    CLOSED = "closed", "Closed"


class Direction(TextChoices):
    """Who began."""

    INBOUND = "inbound", "Inbound"
    OUTBOUND = "outbound", "Outbound"


class Origin(TextChoices):
    """Where it came from (DESIGN.md 1)."""

    WEB_CALL = "web_call", "Web call"
    PHONE = "phone", "Phone"
    WIDGET = "widget", "Chat window"
    MAILBOX = "mailbox", "Mailbox"
    FORM = "form", "Callback form"
    API = "api", "API"
    CALLBACK = "callback", "Callback"
    CAMPAIGN = "campaign", "Campaign"
    AGENT = "agent", "Agent"


class Carrier(TextChoices):
    """What carries the voices of a call, and tells us of it (`adapters.VOICES`). Empty: nothing of ours."""

    WEB = "web", "Between two pages"
    HTTP = "http", "An exchange over HTTP"


class Outcome(TextChoices):
    """How an interaction was closed."""

    HANDLED = "handled", "Handled"
    ABANDONED = "abandoned", "Abandoned"
    CALLBACK_PROMISED = "callback_promised", "Callback promised"
    AFTER_HOURS = "after_hours", "Outside hours"
    REFUSED_FULL = "refused_full", "Refused, line full"
    REFUSED_UNSTAFFED = "refused_unstaffed", "Refused, nobody there"
    SPAM = "spam", "Spam"
    UNDELIVERABLE = "undeliverable", "Undeliverable"
    TIMED_OUT = "timed_out", "Waited too long"
    OVERFLOWED = "overflowed", "Overflowed"
    VOICEMAIL = "voicemail", "Voicemail"
    NO_AGENT = "no_agent", "Nobody there any more"
    WITHDRAWN = "withdrawn", "Withdrawn"
    MERGED = "merged", "Merged"


LIVE_STATES = (State.QUEUED, State.OFFERED, State.ACTIVE, State.HELD, State.PARKED, State.WRAP_UP)


class Interaction(PublicIdModel):
    """Ids, state and times alone; words live in Envelope and Message. Moved by `states.move` and the routing SQL.

    Each move writes every index anew, so keys have one only where something looks by them: see Meta. Door, customer,
    case and queue are referred to together with the client (clients/one_client.py) and not once more alone.

    `band` and `order_key` hold the order inside a lane, fixed when it enters a queue.
    `due_at` is the time of the next timer of its present state, read by the sweep.
    """

    pool = models.SmallIntegerField(default=1)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="interactions", db_index=False)
    entry_point = models.ForeignKey(
        EntryPoint,
        null=True,
        on_delete=models.PROTECT,
        related_name="interactions",
        db_index=False,
        db_constraint=False,
    )
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.PROTECT, related_name="interactions", db_index=False, db_constraint=False
    )
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="interactions", db_index=False, db_constraint=False
    )
    queue = models.ForeignKey(
        Queue, null=True, on_delete=models.PROTECT, related_name="interactions", db_index=False, db_constraint=False
    )
    lane = models.ForeignKey(Lane, null=True, on_delete=models.PROTECT, related_name="interactions", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.INBOUND)
    origin = models.CharField(max_length=8, choices=Origin)
    carrier = models.CharField(max_length=8, choices=Carrier, blank=True, default="", db_default="")
    state = models.CharField(max_length=7, choices=State, default=State.QUEUED)
    outcome = models.CharField(max_length=17, choices=Outcome, blank=True)
    priority = models.PositiveSmallIntegerField(default=0)
    returned = models.BooleanField(default=False)
    band = models.SmallIntegerField(default=0)
    order_key = models.DateTimeField(null=True)
    refused = models.BooleanField(default=False, help_text="Some agent is refused for a while (see Refusal).")
    prefer_agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    prefer_until = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField()
    enqueued_at = models.DateTimeField(null=True)
    step_due_at = models.DateTimeField(null=True, help_text="When its line's next overflow step is reached.")
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=5, default="en")
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    came_back = models.BooleanField(default=False, help_text="Left and returned within a minute: out of the figures.")
    simulated = models.BooleanField(default=False)
    version = models.BigIntegerField(default=0)

    objects = ClientScopedQuerySet["Interaction"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=OneOf("state", State.values), name="interaction_state_known"),
            models.CheckConstraint(
                condition=Q(carrier="") | (Q(channel="voice") & Q(OneOf("carrier", Carrier.values))),
                name="carrier_of_a_call",
            ),
            models.CheckConstraint(condition=Q(priority__lte=9), name="interaction_priority_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["queued", "offered"])
                | Q(lane__isnull=False, queue__isnull=False, enqueued_at__isnull=False, order_key__isnull=False),
                name="waiting_has_a_lane",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & ~Q(outcome="") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(outcome="", closed_at__isnull=True)),
                name="closed_has_outcome",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "-band", "order_key", "id"],
                name="waiting_in_lane",
                condition=Q(state="queued"),
            ),
            models.Index(fields=["due_at"], name="interaction_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["step_due_at"], name="step_due", condition=Q(state="queued", step_due_at__isnull=False)
            ),
            models.Index(fields=["prefer_agent"], name="kept_for_agent", condition=Q(prefer_agent__isnull=False)),
            models.Index(fields=["queue", "enqueued_at"], name="open_in_queue", condition=~Q(state="closed")),
            models.Index(fields=["client", "-arrived_at"], name="by_client_arrival"),
            models.Index(fields=["-arrived_at", "-id"], name="by_arrival"),
            models.Index(
                fields=["customer", "-arrived_at"], name="by_customer_arrival", condition=Q(customer__isnull=False)
            ),
            models.Index(fields=["case", "arrived_at"], name="by_case_arrival", condition=Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} contact {str(self.public_id)[:8]}"


class Envelope(models.Model):
    """Who wrote and about what, as it arrived."""

    interaction = models.OneToOneField(Interaction, primary_key=True, on_delete=models.CASCADE, related_name="envelope")
    from_name = models.CharField(max_length=200, blank=True)
    from_address = models.CharField(max_length=254, blank=True)
    from_phone = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    opening = models.CharField(max_length=300, blank=True, help_text="The first words, for the offer's card.")
    page = models.CharField(max_length=500, blank=True, help_text="The page of the client's site it came from.")
    automatic = models.CharField(max_length=10, blank=True, help_text="bounce, auto_reply, ours or quiet.")
    headers = models.JSONField(default=list, blank=True)

    client_lookup = "interaction__client"
    objects = ClientScopedQuerySet["Envelope"].as_manager()

    def __str__(self) -> str:
        return self.subject or self.opening


class Arrival(models.Model):
    """Makes intake idempotent: what a provider sent under one id at one door arrives once."""

    entry_point = models.ForeignKey(EntryPoint, on_delete=models.PROTECT, related_name="arrivals")
    provider_id = models.CharField(max_length=300)
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.PROTECT, related_name="arrivals")
    at = models.DateTimeField()

    client_lookup = "entry_point__client"
    objects = ClientScopedQuerySet["Arrival"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry_point", "provider_id"], name="arrives_once")]

    def __str__(self) -> str:
        return self.provider_id
