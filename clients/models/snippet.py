"""Ready sentences an agent calls up with a slash."""

from django.db import models

from clients.access import ClientScopedQuerySet
from clients.models.client import Client


class Snippet(models.Model):
    """A text of the client in one language, found by its shortcut."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="snippets")
    language = models.CharField(max_length=5, default="en")
    shortcut = models.SlugField(max_length=30)
    text = models.TextField(max_length=4000)

    objects = ClientScopedQuerySet["Snippet"].as_manager()

    class Meta:
        ordering = ["shortcut"]
        constraints = [models.UniqueConstraint(fields=["client", "language", "shortcut"], name="shortcut_once")]

    def __str__(self) -> str:
        return f"/{self.shortcut}"
