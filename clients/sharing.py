"""A client's share of the floor is another: told to those above, who look after its waiting contacts again."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from clients.models import Client
from clients.signals import share_changed

SHARE = frozenset({"floor_seats", "ceiling_seats"})


def changed(client: Client) -> None:
    """Call it in the transaction that saved the client."""
    transaction.on_commit(partial(share_changed.send_robust, sender=Client, client=client))
