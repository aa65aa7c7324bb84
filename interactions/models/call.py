"""Whether the two of an accepted web call hear each other."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.db.models.functions import Greatest

from clients.access import ClientScopedQuerySet
from interactions.models.leg import Leg

# A condition on legs: both heard each other, or nobody can tell (a telephone, written work).
HEARD = Q(media__isnull=True) | Q(media__customer_at__isnull=False, media__agent_at__isnull=False)
# When the talk of such a leg began: what is not known of a leg is passed over.
BEGAN = Greatest("accepted_at", "media__customer_at", "media__agent_at")


class CallMedia(models.Model):
    """One row for each accepted leg of a web call: who hears the other since when, and until when both must.

    Settled when both do, or when it is given up: a call whose media never connected is not answered (DESIGN.md 2).
    """

    leg = models.OneToOneField(Leg, primary_key=True, on_delete=models.CASCADE, related_name="media")
    due_at = models.DateTimeField(help_text="By then both hear each other, or the offer has failed.")
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


def began(leg: Leg) -> datetime | None:
    """When its talk began, as BEGAN says; None while, or if, they did not hear each other. Wants `media` fetched."""
    media: CallMedia | None = getattr(leg, "media", None)
    if media is None:
        return leg.accepted_at
    if media.customer_at is None or media.agent_at is None:
        return None
    return max(media.customer_at, media.agent_at)
