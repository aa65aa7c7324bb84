"""A list of people to call for a client, and the numbers that the client never calls."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from bpo.kernel.choices import TextChoices
from bpo.kernel.fields import validate_e164
from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.hours import Calendar, Span
from clients.models.client import Client
from clients.models.hours import HoursSpan
from clients.models.queue import Queue
from clients.models.script import Script
from clients.one_client import check

# What a new list begins with, wherever it is made.
USUAL_ATTEMPTS = 3
USUAL_SPACING_MINUTES = 240
MOST_ATTEMPTS = 20
LONGEST_SPACING = 30 * 24 * 60


class CallListState(TextChoices):
    """Draft (being filled), open (agents take from it), paused, closed for good."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    PAUSED = "paused", "Paused"
    CLOSED = "closed", "Closed"


def working_days() -> list[int]:
    """Monday to Friday."""
    return [0, 1, 2, 3, 4]


@tracked()
class CallList(PublicIdModel):
    """Whom we call for a client, from which line, and when: the clock is that of the person who is called.

    Without a script of its own the client's usual outbound one leads the call.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="call_lists")
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="call_lists")
    name = models.CharField(max_length=80)
    script = models.ForeignKey(Script, null=True, blank=True, on_delete=models.PROTECT, related_name="call_lists")
    state = models.CharField(max_length=6, choices=CallListState, default=CallListState.DRAFT, editable=False)
    calls_from = models.TimeField()
    calls_until = models.TimeField()
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=HoursSpan.WEEKDAYS),
        default=working_days,
        help_text="0 Monday to 6 Sunday.",
    )
    attempts = models.PositiveSmallIntegerField(
        default=USUAL_ATTEMPTS, validators=[MinValueValidator(1), MaxValueValidator(MOST_ATTEMPTS)]
    )
    spacing_minutes = models.PositiveIntegerField(
        default=USUAL_SPACING_MINUTES, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_SPACING)]
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClientScopedQuerySet["CallList"].as_manager()

    class Meta:
        ordering = ["client", "name"]
        constraints = [
            models.UniqueConstraint(fields=["client", "name"], name="call_list_named_once"),
            models.CheckConstraint(condition=Q(state__in=CallListState.values), name="call_list_state_known"),
            models.CheckConstraint(condition=Q(calls_from__lt=F("calls_until")), name="calls_from_before_until"),
            models.CheckConstraint(
                condition=Q(weekdays__contained_by=list(range(7))) & Q(weekdays__len__gte=1), name="calls_on_some_day"
            ),
            models.CheckConstraint(
                condition=Q(attempts__gte=1, attempts__lte=MOST_ATTEMPTS), name="call_attempts_known"
            ),
            models.CheckConstraint(
                condition=Q(spacing_minutes__gte=1, spacing_minutes__lte=LONGEST_SPACING), name="call_spacing_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Line and script are the client's, and the hours run forward."""
        check(self.client_id, self, "queue", "script")
        if self.calls_from and self.calls_until and self.calls_from >= self.calls_until:
            raise ValidationError({"calls_until": _("The end must lie after the beginning, on the same day.")})

    def calendar(self, zone: str) -> Calendar:
        """When somebody who lives in this zone may be called."""
        span = Span(*(each.hour * 60 + each.minute for each in (self.calls_from, self.calls_until)))
        return Calendar(zone=zone, week=tuple((span,) if day in self.weekdays else () for day in range(7)))


class DoNotCall(PublicIdModel):
    """A number that no list of this client calls any more."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="do_not_call")
    number = models.CharField(max_length=16, validators=[validate_e164])
    since = models.DateTimeField()
    why = models.CharField(max_length=200)
    by_name = models.CharField(max_length=120)

    objects = ClientScopedQuerySet["DoNotCall"].as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        verbose_name_plural = "do not call"
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="do_not_call_once"),
            models.CheckConstraint(condition=Q(number__regex=r"^\+[1-9][0-9]{5,14}$"), name="do_not_call_is_e164"),
            models.CheckConstraint(condition=~Q(why=""), name="do_not_call_says_why"),
        ]

    def __str__(self) -> str:
        return self.number
