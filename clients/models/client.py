"""The client: the company the BPO answers for."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models

from bpo.kernel import zones
from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import shares


class ClientState(TextChoices):
    """Where the client stands with us (TABLES.md 1)."""

    SETTING_UP = "setting_up", "Setting up"
    LIVE = "live", "Live"
    SUSPENDED = "suspended", "Suspended"
    ENDED = "ended", "Ended"


def validate_zone(value: str) -> None:
    """Refuse a time zone that the zone database does not know."""
    if value not in zones.every():
        raise ValidationError(f"“{value}” is not a known time zone, such as America/New_York.")


@tracked()
class Client(PublicIdModel):
    """A company we work for; the tenant. Its state is moved by `clients.standing`, never edited."""

    name = models.CharField(max_length=120, help_text="As the contract names it.")
    slug = models.SlugField(max_length=60, unique=True)
    state = models.CharField(max_length=12, choices=ClientState, default=ClientState.SETTING_UP, editable=False)
    reference_prefix = models.CharField(
        max_length=4,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{2,4}$", "Two to four capital letters.")],
        help_text="Begins every reference said aloud, such as TTG in TTG-7K3F9Q.",
    )
    zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_zone])
    languages = models.JSONField(default=list, help_text="Codes of the languages its customers are served in.")
    default_language = models.CharField(max_length=5, default="en", choices=[("en", "English"), ("es", "Spanish")])
    currency = models.CharField(max_length=3, default="USD")
    country = models.CharField(
        max_length=2, default="US", help_text="The country in which a number without a prefix is read."
    )
    pool = models.SmallIntegerField(
        default=1, editable=False, help_text="Clients and agents that share anybody are in one pool."
    )
    floor_seats = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Seats of the floor it is served first for while it has work."
    )
    ceiling_seats = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1)], help_text="Most seats of the floor it may hold."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    client_lookup = "pk"
    objects = ClientScopedQuerySet["Client"].as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=ClientState.values), name="client_state_known"),
            shares.floor_below_ceiling("client"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Its share of the floor can be kept."""
        shares.check(self)

    @property
    def is_live(self) -> bool:
        """Whether its doors take contacts."""
        return self.state == ClientState.LIVE

    def day_at(self, at: datetime) -> date:
        """The date that the client's people and customers write at this instant."""
        return at.astimezone(ZoneInfo(self.zone)).date()
