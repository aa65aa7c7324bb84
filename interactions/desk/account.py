"""When an agent may see a customer's account: orders, bills and what hangs on them."""

from __future__ import annotations

from interactions.models import Run


def may_show_account(run: Run | None) -> bool:
    """Only of a verified customer where the script verifies; without a script, or one that does not, always."""
    return run is None or run.verified is True or not _verifies(run)


def _verifies(run: Run) -> bool:
    return any(step.get("kind") == "verify" for step in run.version.graph.get("steps", []))
