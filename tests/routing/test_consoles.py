"""A console that is gone: what waits for it and for how long."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "gone while it rings",
        "The offer goes back at once, without blame; the next is asked.",
        """
            0: ann calls
            1: bea loses-console
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "gone while it rings, and back",
        "Back, she may be asked again at once: no delay.",
        """
            0: ann calls
            1: bea loses-console
            5: bea has-console-again
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "gone in a call, back in time",
        "15 seconds: back, she goes on.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea loses-console
            14: bea has-console-again
            40: bea has ann
        """,
        "bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "gone in a call",
        "After 15 seconds the call is first in its priority, and anybody's.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea loses-console
            16: ann is active
            20: ann is offered
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "a lost call goes before older ones",
        "First in its priority.",
        """
            0: dan calls
            1: bea accepts dan
            2: ann calls
            3: bea loses-console
            18: bob goes available
        """,
        "bea<dan bob<dan",
        agents=["bea", "bob is=break"],
    ),
    Row(
        "gone in a chat",
        "After 60 seconds the chat is at its old place.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea loses-console
            61: ann is active
            65: ann is offered
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "gone in a chat and back",
        "Kept 30 s for the agent where she is back by then.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea loses-console
            62: ann is queued
            70: bea has-console-again
            71: bea goes available
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "gone in a mail",
        "A mail waits ten minutes for its agent.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea loses-console
            601: ann is active
            606: ann is offered
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "gone for a minute",
        "After a minute she is signed out.",
        """
            0: bea loses-console
            59: bea is available
            64: bea is signed_out
        """,
        "",
    ),
    Row(
        "gone and nothing offered",
        "Without a console nothing is offered; the console's return is an event.",
        """
            0: bea loses-console
            1: ann calls
            2: ann is queued
            5: bea has-console-again
        """,
        "bea<ann",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_console_gone(row: Row) -> None:
    play(row)
