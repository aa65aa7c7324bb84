"""A visitor's chat window: what holds it open, and since when it is gone."""

from django.db import models

from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, EntryPoint
from interactions.models.interaction import Interaction


class ChatSession(PublicIdModel):
    """Lives in the visitor's page as a signed token; one open interaction at a time."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    entry_point = models.ForeignKey(EntryPoint, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(Interaction, null=True, on_delete=models.PROTECT, related_name="chat_sessions")
    language = models.CharField(max_length=5, default="en")
    zone = models.CharField(max_length=64, blank=True, help_text="The time zone of the visitor's browser.")
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_since = models.DateTimeField(null=True, help_text="No socket of this window is open since then.")
    customer_wrote_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    transcript_to = models.EmailField(
        max_length=254, blank=True, help_text="Where the conversation goes once it is over; emptied when it is written."
    )
    said_goodbye = models.BooleanField(default=False)

    objects = ClientScopedQuerySet["ChatSession"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["gone_since"], name="chat_gone", condition=models.Q(gone_since__isnull=False))]

    def __str__(self) -> str:
        return f"Chat window {str(self.public_id)[:8]}"
