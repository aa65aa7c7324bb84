"""How a call is carried: what its exchange was told, and whether the two of an accepted one hear each other."""

from datetime import timedelta

from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import Greatest

from clients.access import ClientScopedQuerySet
from interactions.models.chat import ChatSession
from interactions.models.interaction import Interaction
from interactions.models.leg import Leg

# A condition on legs: both heard each other, or nobody can tell (a telephone, written work).
HEARD = Q(media__isnull=True) | Q(media__customer_at__isnull=False, media__agent_at__isnull=False)
# When the talk of such a leg began: what is not known of a leg is passed over. Who was asked in talked with her
# colleague from her accept on, whether she has the call now or not.
BEGAN = Case(
    When(media__due_at__isnull=False, then=Greatest("accepted_at", "media__customer_at", "media__agent_at")),
    default=F("accepted_at"),
)
# Since when she would have talked had she never held, as Leg.talking_since says.
TALKING_SINCE = ExpressionWrapper(
    BEGAN + F("hold_seconds") * Value(timedelta(seconds=1)), output_field=models.DateTimeField()
)


class ExchangeCall(models.Model):
    """A call on an exchange: its id there, what the exchange was told last, and when it is told again.

    `told` is the picture of the call that the exchange has; what differs from the rows has still to be told.
    """

    interaction = models.OneToOneField(Interaction, primary_key=True, on_delete=models.CASCADE, related_name="exchange")
    call = models.CharField(max_length=200, help_text="Its id on the exchange.")
    told = models.JSONField(default=dict, help_text="The picture that the exchange has.")
    leased_until = models.DateTimeField(null=True, help_text="Somebody tells it something just now.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="How often it did not answer since it last did.")
    due_at = models.DateTimeField(null=True, help_text="It is told again then.")
    problem = models.CharField(max_length=200, blank=True, help_text="Why it was not told.")
    over_at = models.DateTimeField(null=True, help_text="Nothing more is asked of the exchange from then on.")

    client_lookup = "interaction__client"
    objects = ClientScopedQuerySet["ExchangeCall"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="exchange_call_open", condition=Q(over_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.call} of {self.interaction}"


class CallMedia(models.Model):
    """One row for each accepted leg of a web call: who hears the other since when, and until when both must.

    Settled when both do, or when it is given up: a call whose media never connected is not answered (DESIGN.md 2).
    A colleague who was asked in has one, too, which falls due never: she is handed the customer when both are there.
    """

    leg = models.OneToOneField(Leg, primary_key=True, on_delete=models.CASCADE, related_name="media")
    due_at = models.DateTimeField(
        null=True,
        help_text="By then both hear each other, or the offer has failed; empty of a colleague asked in, and of who "
        "talked by telephone before.",
    )
    customer_at = models.DateTimeField(
        null=True, help_text="The customer's page receives the agent's voice since then."
    )
    agent_at = models.DateTimeField(null=True, help_text="The agent's desk receives the customer's voice since then.")
    settled_at = models.DateTimeField(null=True)

    client_lookup = "leg__client"
    objects = ClientScopedQuerySet["CallMedia"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="media_awaited", condition=Q(settled_at__isnull=True))]

    def __str__(self) -> str:
        return f"Media of {self.leg}"


class CallLink(models.Model):
    """A link by which somebody whom we call comes to this call with his browser; good for a while, and for one page.

    `code` is short enough to be said aloud; a mail carries it signed. `turn` counts how often it was made good anew.
    """

    interaction = models.OneToOneField(
        Interaction, primary_key=True, on_delete=models.CASCADE, related_name="call_link"
    )
    code = models.CharField(max_length=10, unique=True)
    turn = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    good_until = models.DateTimeField()
    mailed_to = models.CharField(max_length=254, blank=True)
    window = models.ForeignKey(ChatSession, null=True, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=64, blank=True, help_text="The key of the page that came by it.")

    client_lookup = "interaction__client"
    objects = ClientScopedQuerySet["CallLink"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(good_until__gt=models.F("made_at")), name="call_link_is_good_for_a_while"
            ),
            models.CheckConstraint(condition=Q(page="") | Q(window__isnull=False), name="call_link_page_has_a_window"),
        ]

    def __str__(self) -> str:
        return f"Link to {self.interaction}"
