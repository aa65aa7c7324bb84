"""What the app tells others, and what it does itself when an account changes."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import Signal, receiver

from bpo.accounts import sessions
from bpo.accounts.models import User

# Sent after commit with user=; apps above take the person's work back.
deactivated = Signal()


@receiver(post_save, sender=User)
def cut_when_deactivated(instance: User, created: bool, **_: Any) -> None:
    """Whoever clears "active" (admin, shell, API) ends the person's sessions in the same transaction."""
    if created or instance.is_active or not sessions.cut(instance):
        return
    transaction.on_commit(lambda: deactivated.send_robust(sender=User, user=instance))
