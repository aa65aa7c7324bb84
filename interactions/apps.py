"""The app of the work itself."""

from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "interactions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Work in hand opens its client to the agent's eyes; connect the list of reactions; tell how the figures are.

        The only late imports.
        """
        from bpo.health import CHECKS
        from bpo.kernel import clock
        from clients.access import SIGHT_RULES
        from interactions import reactions
        from interactions.reports import checking
        from interactions.sight import clients_in_hand

        if clients_in_hand not in SIGHT_RULES:
            SIGHT_RULES.append(clients_in_hand)
        CHECKS["figures"] = lambda: checking.state(clock.now())
        reactions.connect()
