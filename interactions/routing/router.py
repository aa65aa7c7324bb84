"""Calls the decision after commit and looks again."""

from interactions.models import JournalEntry


def place(entry: JournalEntry) -> None:
    """An interaction waits."""


def freed(entry: JournalEntry) -> None:
    """An agent may have room."""
