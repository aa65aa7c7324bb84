"""Named business hours of a client: weekly spans in minutes of the local day, and single dates that differ."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from bpo.kernel.history import tracked
from bpo.kernel.models import PublicIdModel
from clients.access import ClientScopedQuerySet
from clients.hours import Calendar, Span
from clients.models.client import Client


def minutes_as_range() -> Func:
    """The half-open range [opens, closes) for exclusion constraints."""
    return Func(F("opens"), F("closes"), function="int4range", output_field=models.TextField())


@tracked()
class BusinessHours(PublicIdModel):
    """Hours that queues and doors of the client share, in the client's zone unless they name another."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="business_hours")
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64, blank=True, help_text="Empty: the client's own zone.")
    always_open = models.BooleanField(default=False)

    objects = ClientScopedQuerySet["BusinessHours"].as_manager()

    class Meta:
        verbose_name_plural = "business hours"
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="hours_named_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.client})"

    def calendar(self) -> Calendar:
        """These hours as the pure value that `clients.hours` computes with (two queries)."""
        week: list[list[Span]] = [[] for _ in range(7)]
        exceptions: dict = {}
        if self.always_open:
            week = [[Span(0, 1440)] for _ in range(7)]
        else:
            for span in self.spans.all():
                week[span.weekday].append(Span(span.opens, span.closes))
        for day in self.exceptions.all():
            spans = exceptions.setdefault(day.date, [])
            if day.opens is not None and day.closes is not None:
                spans.append(Span(day.opens, day.closes))
        return Calendar(
            zone=self.zone or self.client.zone,
            week=tuple(tuple(sorted(day, key=lambda s: s.opens)) for day in week),
            exceptions={date: tuple(sorted(spans, key=lambda s: s.opens)) for date, spans in exceptions.items()},
        )


@tracked()
class HoursSpan(models.Model):
    """Open from `opens` (inclusive) to `closes` (exclusive) on a weekday; several a day make split shifts."""

    WEEKDAYS = [
        (0, _("Monday")),
        (1, _("Tuesday")),
        (2, _("Wednesday")),
        (3, _("Thursday")),
        (4, _("Friday")),
        (5, _("Saturday")),
        (6, _("Sunday")),
    ]

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="spans")
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAYS)
    opens = models.PositiveSmallIntegerField(help_text="Minutes after midnight.")
    closes = models.PositiveSmallIntegerField(help_text="Minutes after midnight, 1440 is the end of the day.")

    client_lookup = "hours__client"
    objects = ClientScopedQuerySet["HoursSpan"].as_manager()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="span_weekday_known"),
            models.CheckConstraint(condition=Q(opens__lt=F("closes"), closes__lte=1440), name="span_runs_forward"),
            ExclusionConstraint(
                name="spans_do_not_overlap",
                expressions=[
                    ("hours", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (minutes_as_range(), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock(self.opens)}–{clock(self.closes)}"

    def clean(self) -> None:
        require_forward(self.opens, self.closes)


@tracked()
class HoursException(models.Model):
    """A local date with hours of its own; without opens and closes it is closed all day."""

    hours = models.ForeignKey(BusinessHours, on_delete=models.CASCADE, related_name="exceptions")
    date = models.DateField()
    name = models.CharField(max_length=80, blank=True, help_text="Such as Thanksgiving.")
    opens = models.PositiveSmallIntegerField(null=True, blank=True)
    closes = models.PositiveSmallIntegerField(null=True, blank=True)

    client_lookup = "hours__client"
    objects = ClientScopedQuerySet["HoursException"].as_manager()

    class Meta:
        ordering = ["date", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False, opens__lt=F("closes"), closes__lte=1440),
                name="exception_runs_forward",
            ),
            models.UniqueConstraint(
                fields=["hours", "date"], condition=Q(opens__isnull=True), name="closed_once_per_date"
            ),
            ExclusionConstraint(
                name="exceptions_do_not_overlap",
                expressions=[
                    ("hours", RangeOperators.EQUAL),
                    ("date", RangeOperators.EQUAL),
                    (minutes_as_range(), RangeOperators.OVERLAPS),
                ],
                condition=Q(opens__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}".strip()

    def clean(self) -> None:
        if (self.opens is None) != (self.closes is None):
            raise ValidationError({"closes": "Give both times, or neither for a closed day."})
        require_forward(self.opens, self.closes)


def require_forward(opens: int | None, closes: int | None) -> None:
    """Refuse what the database would: a range that runs backwards cannot even be compared."""
    if opens is not None and closes is not None and not opens < closes <= 1440:
        raise ValidationError({"closes": "It must close after it opens, at 1440 (midnight) at the latest."})


def clock(minute: int) -> str:
    """Minutes of the day as a time of day, such as 09:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
