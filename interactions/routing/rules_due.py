"""Rules of lines that were set to a time are put in force when it has come."""

from __future__ import annotations

from datetime import datetime

from agents import rules


def publish(at: datetime) -> int:
    """Publish what is due; returns how many were looked at."""
    return rules.publish_due(at)
