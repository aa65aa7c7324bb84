"""What the agent's desk shows: read models, each built with a fixed number of queries."""
