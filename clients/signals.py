"""What the clients' app tells those above it."""

from django.dispatch import Signal

# Sent after commit with `client`, `before`, `by` (a user or None), `reason` and `at`.
standing_changed = Signal()

# Inside the transaction, with `queue`, `by` (a user or None) and `why`: its rules, skills, teams, steps or state
# changed. The receiver gives it a new version and moves those waiting to its lanes; its errors undo the change.
queue_rules_changed = Signal()

# Sent after commit with `client`: it may hold more seats of the floor than before, or fewer.
share_changed = Signal()

# Inside the transaction, with `queue` and `counts` (a dict to add to): how many contacts wait in it, and how many
# promised callbacks name it.
queue_use_asked = Signal()

# Inside the transaction, with `client`: mail addresses of a customer were changed; mail may go to one again.
addresses_changed = Signal()
