"""What a line's rules were, are and may become: one row a version, never changed once it was published."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bpo.kernel import clock
from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.models import Queue


class RulesState(TextChoices):
    """A draft may be set to a time and taken back from it; published and discarded ones stay as they are."""

    DRAFT = "draft", "Draft"
    SCHEDULED = "scheduled", "Scheduled"
    PUBLISHED = "published", "Published"
    DISCARDED = "discarded", "Discarded"


OPEN_STATES = (RulesState.DRAFT, RulesState.SCHEDULED)


@tracked(leave_out=["rules"])
class QueueVersion(PublicIdModel):
    """The whole rules of a line, as `agents.rule_rows` writes them; published ones carry the number of the line."""

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(null=True, help_text="The line's version while it is in force.")
    state = models.CharField(max_length=9, choices=RulesState, default=RulesState.DRAFT)
    rules = models.JSONField()
    why = models.CharField(max_length=200, blank=True)
    based_on = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    rolled_back_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    publish_at = models.DateTimeField(null=True, help_text="When a scheduled one is to be published.")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="Why a scheduled one was not published and is a draft again.")

    client_lookup = "queue__client"
    objects = ClientScopedQuerySet["QueueVersion"].as_manager()

    class Meta:
        ordering = ["queue", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["queue", "number"], name="rules_number_once"),
            models.UniqueConstraint(fields=["queue"], condition=Q(state__in=OPEN_STATES), name="one_draft_of_rules"),
            models.CheckConstraint(condition=Q(state__in=RulesState.values), name="rules_state_known"),
            models.CheckConstraint(
                condition=Q(state="published", number__isnull=False, published_at__isnull=False)
                | (~Q(state="published") & Q(number__isnull=True, published_at__isnull=True)),
                name="rules_published_have_number",
            ),
            models.CheckConstraint(
                condition=Q(state="scheduled", publish_at__isnull=False) | ~Q(state="scheduled"),
                name="rules_scheduled_have_time",
            ),
        ]
        indexes = [
            models.Index(fields=["publish_at"], condition=Q(state="scheduled"), name="rules_due"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} version {self.number}" if self.number else f"{self.queue} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it may still become the rules."""
        return self.state in OPEN_STATES
