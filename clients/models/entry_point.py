"""The doors of a client, and the ordered rules by which each leads to a queue."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bpo.kernel.choices import TextChoices
from bpo.kernel.fields import EncryptedTextField
from bpo.kernel.history import tracked
from bpo.kernel.models import OneOf, PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.brand import ADDRESS_TAKEN, address_taken
from clients.models.catalogue import ProductType, Reason
from clients.models.client import Client
from clients.models.hours import BusinessHours
from clients.models.queue import Channel, Queue
from clients.models.skill import Skill
from clients.one_client import check
from clients.webhooks import LONGEST, SHORTEST, key_of

NO_SECRET = _("A secret is whsec_ and %(least)d to %(most)d bytes in base64, as the provider shows it.") % {
    "least": SHORTEST,
    "most": LONGEST,
}


LOCAL = ("localhost", "127.0.0.1", "::1")


def _leads_somewhere(address: str) -> bool:
    """By TLS, but for a process of this machine and where nothing is real: who talks to whom is read on the way."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = parts.hostname in LOCAL or settings.DEBUG or settings.DEMO
    known = parts.scheme in (("https", "http") if plain else ("https",))
    return known and bool(parts.hostname) and port != 0


class EntryKind(TextChoices):
    """What sort of door."""

    WIDGET = "widget", "Chat window"
    MAILBOX = "mailbox", "Mailbox"
    FORM = "form", "Callback form"
    API = "api", "API"
    PHONE = "phone", "Phone number"
    WEB_CALL = "web_call", "Web call"


class Exchange(TextChoices):
    """What carries the calls of a number, and tells us of them."""

    HTTP = "http", "An exchange over HTTP"


@tracked(
    leave_out=[
        "webhook_secret",
        "imap_password",
        "imap_uidvalidity",
        "imap_last_uid",
        "imap_checked_at",
        "imap_problem",
    ]
)
class EntryPoint(PublicIdModel):
    """A door of one client. Its first fitting rule decides queue, skills and priority; else its defaults."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="entry_points")
    kind = models.CharField(max_length=8, choices=EntryKind)
    name = models.CharField(max_length=80)
    published = models.BooleanField(default=False)
    hours = models.ForeignKey(BusinessHours, null=True, blank=True, on_delete=models.PROTECT, related_name="doors")
    queue = models.ForeignKey(Queue, null=True, blank=True, on_delete=models.PROTECT, related_name="doors")
    priority = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(9)])
    address = models.CharField(max_length=254, blank=True, help_text="Mail address or phone number of this door.")
    origins = models.JSONField(
        default=list,
        blank=True,
        help_text="Web origins whose pages may show the chat window, such as https://shop.example.",
    )
    takes_voicemail = models.BooleanField(
        default=True, help_text="Web call: outside the hours callers may leave a spoken message."
    )
    webhook_secret = EncryptedTextField(blank=True, help_text="Signs inbound webhooks of this door.")
    exchange = models.CharField(
        max_length=8, choices=Exchange, blank=True, help_text="What carries the calls of this number; empty: nothing."
    )
    exchange_url = models.CharField(max_length=300, blank=True, help_text="Where the exchange takes what it is to do.")
    imap_host = models.CharField(max_length=200, blank=True)
    imap_port = models.PositiveIntegerField(null=True, blank=True)
    imap_tls = models.BooleanField(default=True)
    imap_user = models.CharField(max_length=200, blank=True)
    imap_password = EncryptedTextField(blank=True)
    imap_uidvalidity = models.BigIntegerField(null=True, blank=True, editable=False)
    imap_last_uid = models.BigIntegerField(default=0, editable=False)
    imap_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    imap_problem = models.CharField(max_length=300, blank=True, editable=False)

    objects = ClientScopedQuerySet["EntryPoint"].as_manager()

    class Meta:
        ordering = ["client", "name"]
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="door_named_once"),
            models.UniqueConstraint(
                fields=["address"],
                condition=models.Q(kind="mailbox") & ~models.Q(address=""),
                name="mailbox_of_one_client",
            ),
            models.CheckConstraint(
                condition=models.Q(published=False) | models.Q(queue__isnull=False), name="published_door_has_queue"
            ),
            models.CheckConstraint(
                condition=models.Q(exchange="") | models.Q(OneOf("exchange", Exchange.values)), name="exchange_known"
            ),
            models.CheckConstraint(
                condition=models.Q(exchange="") | (models.Q(kind="phone") & ~models.Q(exchange_url="")),
                name="exchange_of_a_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.client})"

    def clean(self) -> None:
        """It leads into lines of its own client, in hours of its own client; a mailbox is no other client's address."""
        check(self.client_id, self, "queue", "hours")
        if self.kind == EntryKind.MAILBOX and self.address and address_taken(self.address, self.client_id):
            raise ValidationError({"address": ADDRESS_TAKEN})
        if self.exchange and (self.kind != EntryKind.PHONE or not self.exchange_url):
            raise ValidationError({"exchange_url": _("An exchange carries the calls of a number, and has an address.")})
        if self.exchange_url and not _leads_somewhere(self.exchange_url):
            raise ValidationError({"exchange_url": _("An exchange has an address such as https://exchange.example.")})
        if self.exchange and not self.webhook_secret:
            raise ValidationError({"webhook_secret": _("Without a secret nothing that the exchange tells is taken.")})
        if self.kind in (EntryKind.MAILBOX, EntryKind.PHONE) and self.webhook_secret:
            try:
                key_of(self.webhook_secret)
            except ValueError as error:
                raise ValidationError({"webhook_secret": NO_SECRET}) from error

    @property
    def channel(self) -> str:
        """The channel of what comes in here; a callback asked for at a form is a voice contact."""
        return {EntryKind.WIDGET: Channel.CHAT, EntryKind.MAILBOX: Channel.EMAIL}.get(
            EntryKind(self.kind), Channel.VOICE
        )


@tracked()
class EntryRule(models.Model):
    """Every condition that is set must fit; an empty one fits all."""

    entry_point = models.ForeignKey(EntryPoint, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=5, blank=True)
    product_type = models.ForeignKey(ProductType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.ForeignKey(Reason, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(
        max_length=1,
        blank=True,
        validators=[RegexValidator(r"^[0-9*#]$", _("A key of a telephone: 0 to 9, * or #."))],
        help_text="The key pressed in a call menu.",
    )
    menu = models.JSONField(default=dict, blank=True, help_text="What the menu says for the key, by language.")
    attribute = models.CharField(max_length=40, blank=True, help_text="A customer's attribute: plan.")
    value = models.CharField(max_length=80, blank=True)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(9)])

    client_lookup = "entry_point__client"
    objects = ClientScopedQuerySet["EntryRule"].as_manager()

    class Meta:
        ordering = ["entry_point", "position"]
        constraints = [
            models.UniqueConstraint(fields=["entry_point", "position"], name="rule_position_once"),
            models.CheckConstraint(
                condition=models.Q(key="") | models.Q(key__regex=r"^[0-9*#]$"), name="a_telephones_key"
            ),
        ]

    def __str__(self) -> str:
        return f"Rule {self.position} of {self.entry_point}"

    def clean(self) -> None:
        """What it leads to and what it asks for are of the client whose door it is."""
        if hasattr(self, "entry_point"):
            check(self.entry_point.client_id, self, "queue", "reason", "product_type")


@tracked()
class EntryRuleSkill(models.Model):
    """A skill that contacts under this rule want beyond those of the queue."""

    rule = models.ForeignKey(EntryRule, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT)
    level = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(5)])

    client_lookup = "rule__entry_point__client"
    objects = ClientScopedQuerySet["EntryRuleSkill"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "skill"], name="rule_skill_once")]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"
