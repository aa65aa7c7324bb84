"""Names of socket groups: one a person at a console, one a client on the floor."""

from uuid import UUID


def agent_group(agent: UUID) -> str:
    """Everything for one agent's console."""
    return f"agent.{agent}"


def floor_group(client: UUID) -> str:
    """What changes on the floor for one client."""
    return f"floor.{client}"
