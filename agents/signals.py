"""What the agents tell those above them; the first two after commit, the others inside the transaction."""

from django.dispatch import Signal

# After commit, with `agent_id`: she may be offered something now.
became_available = Signal()

# After commit, with `agent_id`: presence, wish or connection changed; pages have something new to show.
presence_changed = Signal()

# Inside the transaction, with `agent_id` and `why`: licence, skill, team, profile or a queue changed.
# The receiver recompiles lanes and takes back offers that no longer fit; its errors undo the change.
eligibility_changed = Signal()

# Inside the transaction, with `agent`, `queue`, `on`, `by`, `reason` and `at`: a supervisor switched a line off for
# her, or on again. `eligibility_changed` follows.
queue_switched = Signal()

# Inside the transaction and before her seat is locked, with `agent_id`: she may leave her contacts; whoever knows who
# is on them locks all these seats in order of id.
leaving = Signal()

# Inside the transaction, with `agent_id`, `why` and `at`: her open offer must go back now.
offer_withdrawn = Signal()

# Inside the transaction, with `agent_id` and `at`: her last console went, or the first came back.
consoles_gone = Signal()
console_back = Signal()

# Inside the transaction, with `agent_id`, `at` and `by`: she works here no more; her work goes back to its queues.
deactivated = Signal()
