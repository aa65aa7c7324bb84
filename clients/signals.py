"""What the clients' app tells those above it."""

from django.dispatch import Signal

# Sent after commit with `client`, `before`, `by` (a user or None), `reason` and `at`.
standing_changed = Signal()
