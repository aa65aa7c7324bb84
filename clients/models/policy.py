"""The client's own rules: what is kept, shown, promised and sent."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _

from bpo.kernel.choices import TextChoices
from bpo.kernel.history import tracked
from bpo.kernel.models import OneOf
from clients.access import ClientScopedQuerySet
from clients.hours import LONGEST_TURNAROUND
from clients.models.client import Client
from clients.script_graph import FACTS

LONGEST_REVIEW_DAYS = 1096


class RecordingRule(TextChoices):
    """Whether calls are recorded."""

    OFF = "off", "Never"
    ON = "on", "Always, and callers are told"
    ASK = "ask", "Where the caller says yes"


class VerificationFailure(TextChoices):
    """What follows when the tries to verify somebody are used up."""

    GO_ON = "go_on", "The agent goes on without account data"
    CALL_BACK = "call_back", "The customer is called back under a number on file"
    END = "end", "Nothing more is done in this contact"


@tracked()
class Policy(models.Model):
    """One row a client. Business values live here with defaults, not in settings."""

    client = models.OneToOneField(Client, on_delete=models.PROTECT, related_name="policy")
    turnaround_minutes = models.PositiveIntegerField(
        default=240,
        # Longer than that no callback could be promised: the calendar refuses it when it is asked.
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TURNAROUND // 60)],
        help_text="Open minutes within which a promised callback is made.",
    )
    callback_window_minutes = models.PositiveIntegerField(
        default=120, validators=[MinValueValidator(1)], help_text="Length of a window a customer may choose."
    )
    callback_attempts = models.PositiveSmallIntegerField(
        default=3, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    callback_retry_minutes = models.PositiveIntegerField(default=30, validators=[MinValueValidator(1)])
    callback_grace_minutes = models.PositiveIntegerField(default=15)
    reopen_days = models.PositiveSmallIntegerField(
        default=14, help_text="A new contact within so many days of the resolution reopens the case."
    )
    send_resolution_mail = models.BooleanField(default=True)
    send_survey = models.BooleanField(default=True)
    verification_facts_needed = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1)])
    verification_attempts = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    verification_facts = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        help_text="Asked in this order by every call flow; none: each flow's own.",
    )
    verification_failure = models.CharField(
        max_length=9, choices=VerificationFailure, default=VerificationFailure.GO_ON
    )
    verification_lock_hours = models.PositiveSmallIntegerField(
        default=0, help_text="So long no contact of that customer may try again; 0: the next contact may."
    )
    voice_handling_seconds = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    chat_handling_seconds = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    email_handling_seconds = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    client_sees_transcripts = models.BooleanField(default=True)
    client_hears_recordings = models.BooleanField(default=False)
    client_sees_customer_names = models.BooleanField(default=True)
    agents_hear_own_recordings = models.BooleanField(default=False)
    recording = models.CharField(max_length=3, choices=RecordingRule, default=RecordingRule.OFF)
    # Apart from the contacts': a voice says more than what was noted, and is of use for a shorter time.
    recording_days = models.PositiveIntegerField(
        default=90, validators=[MinValueValidator(1)], help_text="For recordings begun from then on."
    )
    tell_agents_when_monitored = models.BooleanField(
        default=True, help_text="Agents see who listens to their calls. Who speaks in them is always named."
    )
    refund_limit = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0)],
        help_text="Refunds up to this amount need no approval; in the company's currency.",
    )
    script_review_days = models.PositiveSmallIntegerField(
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_REVIEW_DAYS)],
        help_text="From one review of a call flow to the next, where the flow does not say otherwise.",
    )
    retention_days = models.PositiveIntegerField(default=730)
    short_abandon_seconds = models.PositiveSmallIntegerField(default=5)

    objects = ClientScopedQuerySet["Policy"].as_manager()

    class Meta:
        verbose_name_plural = "policies"
        constraints = [
            models.CheckConstraint(condition=models.Q(turnaround_minutes__gt=0), name="turnaround_positive"),
            models.CheckConstraint(condition=models.Q(callback_window_minutes__gt=0), name="window_positive"),
            models.CheckConstraint(condition=models.Q(callback_attempts__gt=0), name="attempts_positive"),
            models.CheckConstraint(condition=models.Q(recording_days__gt=0), name="recordings_kept_a_day"),
            models.CheckConstraint(condition=models.Q(refund_limit__gte=0), name="refund_limit_is_money"),
            models.CheckConstraint(
                condition=models.Q(script_review_days__range=(1, LONGEST_REVIEW_DAYS)), name="scripts_reviewed_in_days"
            ),
            models.CheckConstraint(condition=OneOf("recording", RecordingRule.values), name="recording_rule_known"),
            models.CheckConstraint(
                condition=models.Q(verification_facts__contained_by=[*FACTS]), name="verification_facts_known"
            ),
            models.CheckConstraint(
                condition=models.Q(verification_facts__len=0)
                | models.Q(verification_facts__len__gte=models.F("verification_facts_needed")),
                name="verification_facts_enough",
            ),
            models.CheckConstraint(
                condition=OneOf("verification_failure", VerificationFailure.values), name="verification_failure_known"
            ),
        ]

    def __str__(self) -> str:
        return f"Policy of {self.client}"

    def clean(self) -> None:
        if self.recording_days and self.retention_days and self.recording_days > self.retention_days:
            words = _("Contacts are deleted after %(n)d days, and their recordings with them.") % {
                "n": self.retention_days
            }
            raise ValidationError({"recording_days": words})
        unknown = [fact for fact in self.verification_facts if fact not in FACTS]
        if unknown:
            raise ValidationError({"verification_facts": _("“%(fact)s” is no such fact.") % {"fact": unknown[0]}})
        if self.verification_facts and self.verification_facts_needed > len(self.verification_facts):
            words = _("So many cannot fit: only %(n)d are asked.") % {"n": len(self.verification_facts)}
            raise ValidationError({"verification_facts_needed": words})
