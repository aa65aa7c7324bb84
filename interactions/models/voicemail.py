"""A message that a customer speaks while nobody can answer: his until he sends it, then a contact's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Client, EntryPoint, Reason
from interactions.models.interaction import Interaction
from interactions.models.recording import Recording


class Voicemail(PublicIdModel):
    """Lives in its customer's page as a signed token. Thrown away it leaves nothing, said again another recording."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    entry_point = models.ForeignKey(EntryPoint, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, help_text="Made by the page: with it the message begins once.")
    interaction = models.OneToOneField(
        Interaction,
        null=True,
        on_delete=models.PROTECT,
        related_name="voicemail",
        help_text="Who waited has one from the beginning; after hours it is made when the message is sent.",
    )
    recording = models.OneToOneField(Recording, null=True, on_delete=models.PROTECT, related_name="voicemail")
    number = models.CharField(max_length=16, blank=True, help_text="Under which he is called back.")
    name = models.CharField(max_length=120, blank=True)
    reason = models.ForeignKey(Reason, null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5, default="en")
    zone = models.CharField(max_length=64, blank=True, help_text="The time zone of his browser.")
    page = models.CharField(max_length=500, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="A piece or another sign of life came last.")
    sent_at = models.DateTimeField(null=True)

    objects = ClientScopedQuerySet["Voicemail"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry_point", "key"], name="voicemail_begins_once"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(interaction__isnull=False, recording__isnull=False),
                name="sent_voicemail_of_a_contact",
            ),
        ]
        indexes = [models.Index(fields=["seen_at"], name="voicemail_open", condition=Q(sent_at__isnull=True))]

    def __str__(self) -> str:
        return f"Voicemail {str(self.public_id)[:8]}"
