"""The client's call flows; versions are immutable once published."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models.catalogue import ProductType
from clients.models.client import Client
from clients.models.policy import LONGEST_REVIEW_DAYS
from clients.models.queue import Channel


class ScriptKind(TextChoices):
    """What a script leads through."""

    INBOUND = "inbound", "Inbound"
    OUTBOUND = "outbound", "Outbound"
    SUB_PROCESS = "sub_process", "Sub-process"


@tracked()
class Script(PublicIdModel):
    """A call flow of the client. A sub-process belongs to a product type, or serves all types without one."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="scripts")
    kind = models.CharField(max_length=11, choices=ScriptKind)
    name = models.CharField(max_length=80)
    product_type = models.ForeignKey(
        ProductType, null=True, blank=True, on_delete=models.PROTECT, related_name="sub_processes"
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    review_on = models.DateField(null=True, blank=True)
    review_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_REVIEW_DAYS)],
        help_text="From one review to the next; empty: the company's rule.",
    )

    objects = ClientScopedQuerySet["Script"].as_manager()

    class Meta:
        ordering = ["client", "name"]
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="script_named_once"),
            models.CheckConstraint(
                condition=models.Q(review_days__range=(1, LONGEST_REVIEW_DAYS)), name="script_reviewed_in_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VersionState(TextChoices):
    """TABLES.md 1, script version."""

    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


@tracked(leave_out=["graph", "edition"])
class ScriptVersion(PublicIdModel):
    """One version in one language for one channel (empty: every channel). `graph` is described in `clients.scripts`."""

    script = models.ForeignKey(Script, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    language = models.CharField(max_length=5, default="en")
    channel = models.CharField(max_length=5, blank=True)
    state = models.CharField(max_length=9, choices=VersionState, default=VersionState.DRAFT, editable=False)
    graph = models.JSONField(default=dict)
    edition = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Grows with every change of the steps; an edit names the one it was made from.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    writers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, editable=False, related_name="+", help_text="Whoever changed its steps later."
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_for_client = models.BooleanField(
        default=False, editable=False, help_text="By the client's own manager, as the contract asks."
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="For the first time; stays when it comes back."
    )
    in_force_since = models.DateTimeField(null=True, editable=False, help_text="Or was, the last time.")
    publish_at = models.DateTimeField(
        null=True, editable=False, help_text="When an approved one is to be published, by whoever published_by names."
    )
    retired_at = models.DateTimeField(null=True, blank=True)

    client_lookup = "script__client"
    objects = ClientScopedQuerySet["ScriptVersion"].as_manager()

    class Meta:
        ordering = ["script", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["script", "number", "language", "channel"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["script", "language", "channel"],
                condition=models.Q(state="published"),
                name="one_published_version",
            ),
            models.CheckConstraint(
                condition=models.Q(publish_at=None) | models.Q(state="approved", published_by__isnull=False),
                name="approved_before_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["publish_at"], condition=models.Q(publish_at__isnull=False), name="scripts_due"),
        ]

    @property
    def channel_words(self) -> str:
        """The channel it is for, in words; empty for every channel."""
        return str(Channel(self.channel).label) if self.channel else ""

    def __str__(self) -> str:
        return f"{self.script} version {self.number} ({self.language})"


class ScriptEdit(models.Model):
    """One edit of a draft. `graph` is what the draft was before it; once it is taken back, what it was with it."""

    version = models.ForeignKey(ScriptVersion, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    graph = models.JSONField()
    step = models.CharField(max_length=80, blank=True)
    what = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone = models.BooleanField(default=False)

    client_lookup = "version__script__client"
    objects = ClientScopedQuerySet["ScriptEdit"].as_manager()

    class Meta:
        ordering = ["version", "number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="script_edit_once")]

    def __str__(self) -> str:
        return f"{self.version}: {self.what} {self.step}"
