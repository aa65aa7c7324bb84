"""By which name a client's customers know an employee."""

from bpo.accounts.models import User
from clients.models import Client, PublicName


def public_name(user: User, client: Client) -> str:
    """The public name given for this client; without one, the first word of the full name."""
    given = PublicName.objects.filter(client=client, user=user).values_list("name", flat=True).first()
    return given or (user.full_name.split() or ["Agent"])[0]
