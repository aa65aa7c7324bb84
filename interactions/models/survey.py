"""What a customer thought of it: two taps, words if wanted."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext as _

from clients.access import ClientScopedQuerySet
from clients.models import Client
from interactions.models.interaction import Interaction


class SurveyAnswer(models.Model):
    """One answer an interaction; 4 and 5 count as satisfied."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    interaction = models.OneToOneField(Interaction, on_delete=models.PROTECT, related_name="survey")
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    solved = models.BooleanField(null=True)
    words = models.TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField()

    objects = ClientScopedQuerySet["SurveyAnswer"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(score__range=(1, 5)), name="survey_score_known"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of 5"

    @property
    def judgement(self) -> str:
        """The score, and whether it is solved where the customer said so."""
        score = _("%(n)s of 5") % {"n": self.score}
        if self.solved is None:
            return score
        return f"{score}, {_('solved') if self.solved else _('not solved yet')}"
