"""Which clients an agent may see because of the work in her hands."""

from typing import Any

from django.db.models import Q

from interactions.models import Leg, LegRole, LegState


def clients_in_hand(user: Any) -> Q:
    """Clients whose contacts she still works on: a licence says who is offered, she finishes what she has."""
    live = Leg.objects.filter(agent__user=user, state__in=[LegState.HANDLING, LegState.WRAPPING])
    return Q(pk__in=live.exclude(role=LegRole.MONITOR).values("client"))
