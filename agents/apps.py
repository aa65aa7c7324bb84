"""The app of those who do the work."""

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    name = "agents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """A licence opens the client's work to the agent's eyes; a closed account ends the agent's work."""
        from agents import reactions
        from agents.sight import licensed_clients
        from clients.access import SIGHT_RULES

        if licensed_clients not in SIGHT_RULES:
            SIGHT_RULES.append(licensed_clients)
        reactions.connect()
