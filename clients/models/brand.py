"""How a client looks and speaks: colour, logo, sender, texts and the public names of agents."""

from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.client import Client
from clients.validators import validate_brand_colour, validate_logo

# Whose it is stays unsaid: one client learns nothing of another.
ADDRESS_TAKEN = "This address is in use already."


def address_taken(address: str, client_id: int) -> bool:
    """Whether another client sends mail from this address, or reads what comes in there."""
    doors = apps.get_model("clients", "EntryPoint")._default_manager
    for rows in (
        Brand.objects.filter(sender_address__iexact=address),
        doors.filter(kind="mailbox", address__iexact=address),
    ):
        if rows.exclude(client_id=client_id).exists():
            return True
    return False


@tracked()
class Brand(PublicIdModel):
    """The client's face towards its customers."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="brand")
    public_name = models.CharField(max_length=120, help_text="What customers call the company.")
    colour = models.CharField(max_length=7, default="#454d57", validators=[validate_brand_colour])
    logo = models.FileField(upload_to="brands/", blank=True, validators=[validate_logo])
    website = models.URLField(blank=True)
    sender_name = models.CharField(max_length=120, help_text="The From name of every mail to its customers.")
    sender_address = models.EmailField(help_text="The From address of every mail to its customers.")
    phone_shown = models.CharField(max_length=32, blank=True, help_text="The number customers may call, as printed.")
    never_say = models.TextField(blank=True, help_text="What an agent must never say in this client's name.")
    updated_at = models.DateTimeField(auto_now=True)

    objects = ClientScopedQuerySet["Brand"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("sender_address"),
                condition=~models.Q(sender_address=""),
                name="sender_of_one_client",
                violation_error_message=ADDRESS_TAKEN,
            ),
        ]

    def __str__(self) -> str:
        return self.public_name

    def clean(self) -> None:
        """No other client sends from its address or reads mail there."""
        if self.sender_address and address_taken(self.sender_address, self.client_id):
            raise ValidationError({"sender_address": ADDRESS_TAKEN})

    @property
    def css_class(self) -> str:
        """The class an element carries when it speaks for this client."""
        return self.class_of(self.public_id)

    @staticmethod
    def class_of(public_id: UUID) -> str:
        """The same where there is no more of it than its id."""
        return f"brand-{public_id}"

    @property
    def digest(self) -> str:
        """Changes whenever the stylesheet or the logo may have changed; part of their addresses."""
        return f"{int(self.updated_at.timestamp() * 1000):x}"


class TextKind(TextChoices):
    """The texts a client words for itself; each has a default in each language (`clients.texts`)."""

    WIDGET_WELCOME = "widget_welcome", "Welcome in the chat window"
    AFTER_HOURS = "after_hours", "Outside business hours"
    ALL_BUSY = "all_busy", "Everybody is busy"
    QUEUE_FULL = "queue_full", "The line is full"
    UNSTAFFED = "unstaffed", "Nobody is there to answer"
    AWAY = "away", "We are away (client suspended)"
    WAITING = "waiting", "While waiting"
    CALLBACK_PROMISED = "callback_promised", "A callback was promised"
    IDLE_WARNING = "idle_warning", "Chat: still there?"
    MAIL_SIGNATURE = "mail_signature", "Signature of mails"
    RESOLUTION = "resolution", "Opening of the resolution mail"
    SURVEY_ASK = "survey_ask", "Question of the survey"
    THANKS = "thanks", "Thanks at the end"


@tracked()
class BrandText(models.Model):
    """One text in one language, in the client's own words."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="texts")
    kind = models.CharField(max_length=24, choices=TextKind)
    language = models.CharField(max_length=5)
    text = models.TextField(max_length=2000)

    objects = ClientScopedQuerySet["BrandText"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "kind", "language"], name="one_text_per_kind")]

    def __str__(self) -> str:
        return f"{self.client}: {self.get_kind_display()} ({self.language})"


@tracked()
class PublicName(models.Model):
    """The name by which a client's customers know an employee: Aleksandra Nowak is Alex."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="public_names")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="public_names")
    name = models.CharField(max_length=60)

    objects = ClientScopedQuerySet["PublicName"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="one_public_name_per_client")]

    def __str__(self) -> str:
        return self.name
