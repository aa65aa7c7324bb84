"""What was written: messages in and out, their attachments, and an agent's draft."""

from typing import Self

from django.db import models
from django.db.models import Q

from agents.models import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import PublicIdModel
from bpo.kernel.outgoing import Outgoing, OutgoingQuerySet, OutgoingState
from clients.access import ClientScopedQuerySet
from clients.models import Channel, Client
from interactions.models.case import Case
from interactions.models.interaction import Interaction


class MessageDirection(TextChoices):
    """Seen from the floor."""

    IN = "in", "From the customer"
    OUT = "out", "To the customer"
    SYSTEM = "system", "From the system, in the chat"


NOT_LEFT = (OutgoingState.PENDING, OutgoingState.HELD)


# The type plugin makes a manager of the first parent alone.
class MessageQuerySet(ClientScopedQuerySet["Message"], OutgoingQuerySet["Message"]):  # type: ignore[override]
    """Behind the tenant gate, and claimed by the worker."""

    def said(self) -> Self:
        """What was said: a mail that was undone never was."""
        return self.exclude(state=OutgoingState.CANCELLED)

    def left(self) -> Self:
        """What came in or has left: what a client may read, and not what is still to be said."""
        return self.said().exclude(direction=MessageDirection.OUT, state__in=NOT_LEFT)


class Message(PublicIdModel, Outgoing):
    """One message of a chat or one mail. Outgoing mails are delivered by the worker; chat is there once written."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="messages")
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=5, choices=Channel)
    direction = models.CharField(max_length=6, choices=MessageDirection)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=200, help_text="As the customer reads it.")
    at = models.DateTimeField()
    language = models.CharField(max_length=5, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True, help_text="What was newly said, quotes left out.")
    full_text = models.TextField(blank=True, help_text="With quoted history, when there was any.")
    html = models.TextField(blank=True, help_text="As received; made safe when shown.")
    from_address = models.CharField(max_length=254, blank=True)
    to_addresses = models.JSONField(default=list)
    in_reply_to = models.CharField(max_length=300, blank=True)
    references = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="Of the content, beside the Message-ID.")
    original = models.FileField(upload_to="mail/%Y/%m/%d/", blank=True)
    resolves = models.BooleanField(default=False, help_text="This reply is the resolution notice.")

    snippets = models.JSONField(
        default=list, db_default=[], help_text="Ready sentences in a mail, each with its language; told when it leaves."
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "message_id", "digest"],
                condition=Q(direction="in") & ~Q(message_id="") & Q(channel="email"),
                name="mail_once_per_client",
            ),
        ]
        indexes = [
            models.Index(fields=["interaction", "at"], name="messages_of_interaction"),
            models.Index(fields=["case", "at"], name="messages_of_case"),
            models.Index(fields=["message_id"], name="message_by_id", condition=~Q(message_id="")),
            models.Index(fields=["due_at"], name="message_due", condition=Q(state__in=["pending", "sending"])),
        ]

    def __str__(self) -> str:
        return self.subject or self.text[:60]


class Attachment(PublicIdModel):
    """A file with a message; served as a download after the tenant gate, never inline."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, null=True, on_delete=models.PROTECT, related_name="attachments")
    interaction = models.ForeignKey(Interaction, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    file = models.FileField(upload_to="files/%Y/%m/%d/")
    at = models.DateTimeField()

    objects = ClientScopedQuerySet["Attachment"].as_manager()

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What an agent has written but not sent; kept each second, shown to the next if the console is lost."""

    interaction = models.OneToOneField(Interaction, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True, max_length=100_000)
    saved_at = models.DateTimeField()

    client_lookup = "interaction__client"
    objects = ClientScopedQuerySet["Draft"].as_manager()

    def __str__(self) -> str:
        return f"Draft of {self.agent}"
