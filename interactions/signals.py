"""What the work tells those above it."""

from django.dispatch import Signal

# Sent after commit, once for each journal entry, with `entry`.
recorded = Signal()
