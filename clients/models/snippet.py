"""Ready sentences an agent calls up with a slash."""

from django.db import models

from bpo.kernel.history import tracked
from clients.access import ClientScopedQuerySet
from clients.models.client import Client


@tracked()
class Snippet(models.Model):
    """A text of the client in one language, found by its shortcut. Out of use since `retired_at` no agent finds it."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="snippets")
    language = models.CharField(max_length=5, default="en")
    shortcut = models.SlugField(max_length=30)
    text = models.TextField(max_length=4000)
    edition = models.PositiveIntegerField(default=1, db_default=1, help_text="How often it was written.")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ClientScopedQuerySet["Snippet"].as_manager()

    class Meta:
        ordering = ["shortcut"]
        constraints = [models.UniqueConstraint(fields=["client", "language", "shortcut"], name="shortcut_once")]

    def __str__(self) -> str:
        return f"/{self.shortcut}"
