"""The app of the work itself."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the list of reactions; the only late import."""
        from interactions import reactions

        reactions.connect()
