"""Which clients an agent may see because of licences."""

from typing import Any

from django.db.models import Q

from agents.models import Licence, LicenceState

SEEING = (LicenceState.TRAINING, LicenceState.CERTIFIED, LicenceState.SUSPENDED)


def licensed_clients(user: Any) -> Q:
    """Clients the user holds a licence for; a suspended agent still finishes what she has."""
    return Q(pk__in=Licence.objects.filter(agent__user=user, state__in=SEEING).values("client"))
