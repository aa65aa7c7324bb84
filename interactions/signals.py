"""What the work tells those above it."""

from django.dispatch import Signal

# Sent after commit, once for each journal entry, with `entry`.
recorded = Signal()

# Sent after commit when a mail has left, or a try has failed, with `interaction_id`.
mail_moved = Signal()
