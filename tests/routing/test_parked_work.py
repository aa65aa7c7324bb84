"""Written work set aside by hand, and how it comes back."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "taken back by its agent",
        "She takes it back when she has room; no offer is made.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann
            3: ann is parked
            9: bea unparks ann
            10: bea has ann
        """,
        "bea<ann",
    ),
    Row(
        "taken back without room",
        "By the rules of every offer.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann
            3: ben calls
            4: bea accepts ben
            5: ! bea unparks ann
            6: ann is parked
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "somebody else's",
        "Only who parked it takes it back.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann
            3: ! bob unparks ann
        """,
        "bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "its date is reached",
        "At its date it is in line again, kept 60 s for who parked it.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann 600
            599: ann is parked
            603: ann is offered
        """,
        "bea<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "its date is reached and she is busy",
        "After 60 s it is anybody's.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann 600
            500: ben calls
            501: bea accepts ben
            605: ann is queued
            606: bob goes available
            664: ann is queued
            666: ann is offered
        """,
        "bea<ann bea<ben bob<ann",
        agents=["bea", "bob is=break"],
    ),
    Row(
        "its date is reached and she is away",
        "Away she holds nobody back.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann 600
            3: bea goes break
            603: ann is offered
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "the limit of the line",
        "At the limit it is closed as handled.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann
            86300: ann is parked
            86900: ann is closed handled
        """,
        "bea<ann",
        lines={"Help": {"park_limit_days": 1}},
    ),
    Row(
        "a date beyond the limit of the line",
        "Refused before anything is parked: it would be closed before that day, unanswered.",
        """
            0: ann mails
            1: bea accepts ann
            2: ! bea parks ann 86401
            3: bea has ann
            4: bea parks ann 86400
            86402: ann is parked
            86405: ann is offered
        """,
        "bea<ann bea<ann",
        lines={"Help": {"park_limit_days": 1}},
    ),
    Row(
        "the limit is lowered while it is parked until a date",
        "At its date it is in line again: a date was promised, whatever the limit is by then.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann 172800
            3: ada sets Help park_limit_days=1
            172800: ann is parked
            172803: ann is offered
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "a call cannot be parked",
        "Written work alone.",
        """
            0: ann calls
            1: bea accepts ann
            2: ! bea parks ann
            3: bea has ann
        """,
        "bea<ann",
    ),
    Row(
        "a chat whose customer is here",
        "Not before nothing came for a while.",
        """
            0: ann chats
            1: bea accepts ann
            2: ! bea parks ann
            601: bea parks ann
            602: ann is parked
        """,
        "bea<ann",
    ),
    Row(
        "the customer of a parked chat writes",
        "In line again, kept for who parked it.",
        """
            0: ann chats
            1: bea accepts ann
            601: bea parks ann
            602: ann writes
        """,
        "bea<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "who parked it has left the house",
        "Then it is anybody's at once.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea parks ann
            3: ada deactivates bea
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_how_it_comes_back(row: Row) -> None:
    play(row)
