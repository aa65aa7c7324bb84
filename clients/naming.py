"""By which name a client's customers know an employee."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from bpo.accounts.models import User
from bpo.kernel.composed import composed, first
from clients.models import Client, PublicName


@composed
def _given(user: Any, client: Any) -> QuerySet[PublicName, str]:
    return PublicName.objects.filter(user=user, client=client).values_list("name", flat=True)


@composed
def _given_to(users: Any, client: Any) -> QuerySet[PublicName, tuple[int, str]]:
    return PublicName.objects.filter(user__among=users, client=client).values_list("user_id", "name")


def public_name(user: User, client: Client) -> str:
    """The public name given for this client; without one, the first word of the full name."""
    return first(_given(user.pk, client.pk)) or _own(user)


def public_names(users: Iterable[User], client: Client) -> dict[int, str]:
    """The public names of several people, by their keys (one query)."""
    people = {user.pk: user for user in users}
    given = dict(_given_to(list(people), client.pk))
    return {key: given.get(key) or _own(user) for key, user in people.items()}


def _own(user: User) -> str:
    return (user.full_name.split() or ["Agent"])[0]
