"""What the app tells others, and what it does itself when an account changes."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import Signal, receiver

from bpo.accounts import sessions
from bpo.accounts.models import User

# Inside the transaction, with user=: somebody works here no more, or again; apps above take the person's work back,
# or let the person in. Their errors undo the change.
deactivated = Signal()
activated = Signal()


@receiver(post_save, sender=User)
def active_changed(instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    """Whoever clears "active" (admin, shell, API) ends the person's sessions and work in the same transaction."""
    if created or (update_fields is not None and "is_active" not in update_fields):
        return
    if instance.is_active:
        activated.send(sender=User, user=instance)
    else:
        sessions.cut(instance)
        deactivated.send(sender=User, user=instance)
