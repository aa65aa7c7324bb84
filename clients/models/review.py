"""Signatures under call flows: whoever looked at one says "keep" or "change", and it stands for good."""

from django.conf import settings
from django.db import models

from bpo.kernel.append_only import AppendOnlyModel, AppendOnlyQuerySet
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf
from clients.access import ClientScopedQuerySet
from clients.models.script import Script, ScriptVersion


class Verdict(TextChoices):
    """What a review of a script comes to."""

    KEEP = "keep", "Keep"
    CHANGE = "change", "Change"


class ScriptReviewQuerySet(ClientScopedQuerySet["ScriptReview"], AppendOnlyQuerySet["ScriptReview"]):  # type: ignore[override]
    """Behind the tenant gate; rows are only read and added."""


class ScriptReview(AppendOnlyModel):
    """One signature: the `number`th of its script, under the version that was looked at.

    "Keep" names the day of the next review; "change" the draft it began.
    """

    script = models.ForeignKey(Script, on_delete=models.PROTECT, related_name="reviews")
    number = models.PositiveIntegerField()
    version = models.ForeignKey(ScriptVersion, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=6, choices=Verdict)
    note = models.CharField(max_length=500)
    was_due_on = models.DateField(null=True)
    next_on = models.DateField(null=True)
    draft = models.ForeignKey(ScriptVersion, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=150)
    signed_at = models.DateTimeField()

    client_lookup = "script__client"
    objects = ScriptReviewQuerySet.as_manager()

    class Meta:
        ordering = ["script", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="script_review_once"),
            models.CheckConstraint(condition=OneOf("verdict", Verdict.values), name="script_verdict_known"),
            models.CheckConstraint(
                condition=models.Q(verdict=Verdict.KEEP, next_on__isnull=False, draft__isnull=True)
                | models.Q(verdict=Verdict.CHANGE, next_on__isnull=True, draft__isnull=False),
                name="script_verdict_complete",
            ),
            models.CheckConstraint(condition=~models.Q(note=""), name="script_review_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}: {self.version}"
