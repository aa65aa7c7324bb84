"""What a client lets its callers hear of its own: greeting, message after hours, music while they wait."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.client import Client


class SoundKind(TextChoices):
    """When it is heard. Words are spoken in a language; music in none."""

    GREETING = "greeting", "Greeting, before the wait"
    AFTER_HOURS = "after_hours", "Outside business hours"
    MUSIC = "music", "Music while waiting and on hold"


@tracked()
class BrandSound(PublicIdModel):
    """One uploaded sound; without it callers read the text and hear the tones that we make."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="sounds")
    kind = models.CharField(max_length=11, choices=SoundKind)
    language = models.CharField(max_length=5, blank=True, help_text="Empty for music.")
    name = models.CharField(max_length=120, help_text="Of the file, as it was uploaded.")
    file = models.FileField(upload_to="sounds/")
    content_type = models.CharField(max_length=20)
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, help_text="Part of its public address, which changes with it.")
    uploaded_at = models.DateTimeField()

    objects = ClientScopedQuerySet["BrandSound"].as_manager()

    class Meta:
        ordering = ["kind", "language"]
        constraints = [
            models.UniqueConstraint(fields=["client", "kind", "language"], name="one_sound_per_kind"),
            models.CheckConstraint(condition=OneOf("kind", SoundKind.values), name="sound_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="music", language="") | (~Q(kind="music") & ~Q(language="")),
                name="sound_of_a_language",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.get_kind_display()}{f' ({self.language})' if self.language else ''}"

    @property
    def digest(self) -> str:
        """What names it in its public address."""
        return self.sha256[:16]
