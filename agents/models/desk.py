"""How a person has set up her own desk: how dense, how loud, which notices, which keys."""

from django.core.validators import MaxValueValidator
from django.db import models

from agents.models.agent import Agent
from bpo.kernel.choices import TextChoices
from bpo.kernel.models import OneOf


class Density(TextChoices):
    """How much stands on a screen."""

    ROOMY = "roomy", "Roomy"
    COMPACT = "compact", "Compact"


class DeskSettings(models.Model):
    """One row a person who changed anything; without one the defaults hold."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="desk")
    density = models.CharField(max_length=7, choices=Density, default=Density.ROOMY)
    volume = models.PositiveSmallIntegerField(
        default=50, validators=[MaxValueValidator(100)], help_text="Percent; 0 is silent."
    )
    ring = models.BooleanField(default=True, help_text="A sound while a contact is offered.")
    bell = models.BooleanField(default=True, help_text="A sound when a customer writes to a page nobody looks at.")
    notices = models.BooleanField(default=True, help_text="The browser's own notice while the desk is behind.")
    keys = models.JSONField(default=dict, blank=True, help_text="Own keys by command; the others are the usual ones.")

    class Meta:
        verbose_name_plural = "desk settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(volume__lte=100), name="desk_volume_percent"),
            models.CheckConstraint(condition=OneOf("density", Density.values), name="desk_density_known"),
        ]

    def __str__(self) -> str:
        return f"Desk of {self.agent}"
