"""The vocabulary of what an agent can do, shared by all clients."""

from django.db import models


class Skill(models.Model):
    """A language, a topic, a craft; agents hold it at a level from 1 to 5."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    language = models.CharField(
        max_length=5, blank=True, help_text="Set when this skill is a language: its code, such as es."
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["language"], condition=~models.Q(language=""), name="one_skill_per_language"
            ),
        ]

    def __str__(self) -> str:
        return self.name
