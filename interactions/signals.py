"""What the work tells those above it."""

from django.dispatch import Signal

# Sent after commit, once for each journal entry, with `entry`.
recorded = Signal()

# Sent after commit when a mail has left, or a try has failed, with `interaction_id`.
mail_moved = Signal()

# Sent after commit when the exchange of a call does not answer, or does so again, with `interaction_id`.
call_troubled = Signal()
