"""The work after the contact, and when she is free again."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "a chat goes on while its wrap-up is set aside for a call",
        "It is held until the call is over, and comes back by itself.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea ends ann
            3: ben calls
            4: bea accepts ben
            5: ann writes
            6: ann is held
            7: bea ends ben
            8: bea finishes ben
            9: ann is active
        """,
        "bea<ann bea<ben",
        agents=["bea chat_yields_to_voice=1"],
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 60}},
    ),
    Row(
        "none",
        "No wrap-up: free with the end of the talk.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            4: ann is closed handled
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "until done",
        "However long it takes her.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            900: ben is queued
            901: bea finishes ann
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "until done wants an ending",
        "Not without a disposition.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea ends ann
            3: ! bea finishes ann nothing
            4: bea wraps ann
        """,
        "bea<ann",
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "optional",
        "She may say how it ended, and need not.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            4: bea finishes ann nothing
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "optional"}},
    ),
    Row(
        "timed",
        "At the limit she is free.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            32: ben is queued
            33: ben is offered
            34: ann is closed handled
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 30}},
    ),
    Row(
        "timed and done earlier",
        "Done earlier she is free earlier.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            5: bea finishes ann
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 30}},
    ),
    Row(
        "timed with no early exit",
        "The whole time, whatever is chosen.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            5: ! bea finishes ann
            32: ben is queued
            33: ben is offered
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "timed_full", "wrap_up_seconds": 30}},
    ),
    Row(
        "her own seconds",
        "The agent's own seconds win over the line's.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            12: ben is queued
            13: ben is offered
        """,
        "bea<ann bea<ben",
        agents=["bea wrap=10"],
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 30}},
    ),
    Row(
        "once more time",
        "Extended once, by the same time again.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
            4: bea extends ann
            5: ! bea extends ann
            62: ben is queued
            63: ben is offered
        """,
        "bea<ann bea<ben",
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 30}},
    ),
    Row(
        "a chat written again",
        "The customer writes before its end: the same agent goes on, nothing new.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea ends ann
            3: bea wraps ann
            4: ann writes
            5: bea has ann
            6: bea wraps nothing
        """,
        "bea<ann",
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "a break wished for",
        "Begins at the end of wrap-up.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea goes break
            3: bea ends ann
            4: bea is available
            33: bea is break
        """,
        "bea<ann",
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 30}},
    ),
    Row(
        "the customer ends it",
        "Either side's end begins wrap-up.",
        """
            0: ann calls
            1: bea accepts ann
            2: ann leaves
            3: bea wraps ann
            4: ann is wrap_up
        """,
        "bea<ann",
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "handed on still wraps up",
        "Who hands on wraps up as well; the contact does not wait for it.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea transfers ann bob
            3: bea wraps ann
            4: bob accepts ann
            5: bob has ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "the console is lost in wrap-up",
        "The clock runs on.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea ends ann
            3: bea loses-console
            33: ann is closed handled
        """,
        "bea<ann",
        lines={"Help": {"wrap_up": "timed", "wrap_up_seconds": 30}},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_after_the_contact(row: Row) -> None:
    play(row)
