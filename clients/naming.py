"""By which name a client's customers know an employee."""

from collections.abc import Iterable

from bpo.accounts.models import User
from clients.models import Client, PublicName


def public_name(user: User, client: Client) -> str:
    """The public name given for this client; without one, the first word of the full name."""
    return public_names([user], client)[user.pk]


def public_names(users: Iterable[User], client: Client) -> dict[int, str]:
    """The public names of several people, by their keys (one query)."""
    people = {user.pk: user for user in users}
    given = dict(PublicName.objects.filter(client=client, user__in=people).values_list("user_id", "name"))
    return {key: given.get(key) or (user.full_name.split() or ["Agent"])[0] for key, user in people.items()}
