"""Assigned, taken back, taken over: who is offered it then."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "assigned by a supervisor",
        "Offered to that one alone, whoever is idle longer.",
        """
            0: ann calls Hand
            1: sue assigns ann bob
        """,
        "bob<ann",
        agents=["bea", "bob"],
        lines={"Hand": {"manual": True}, "Help": {}},
    ),
    Row(
        "assigned to who may not",
        "Refused to who is away, lacks the skill, or has no room.",
        """
            0: ann calls Hand
            1: ! sue assigns ann bob
            2: ! sue assigns ann cy
            3: ann is queued
        """,
        "",
        agents=["bea es=1", "bob es=1 is=break", "cy"],
        lines={"Hand": {"manual": True, "wants": "es:1"}, "Help": {}},
    ),
    Row(
        "assigned away from another",
        "Who had it loses it.",
        """
            0: ann calls
            1: bea accepts ann
            2: sue assigns ann bob
            3: bea has nothing
            4: bob accepts ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "assigned away from another, who is free then",
        "Who loses it is offered what waits for her.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls wants=es:1
            3: sue assigns ann bob
            3: ben is offered
        """,
        "bea<ann bea<ben bob<ann",
        agents=["bea es=4", "bob"],
    ),
    Row(
        "assigned away from another, who wished a break",
        "A wished break begins when the last contact is taken away.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea goes break
            3: bea is available
            4: sue assigns ann bob
            4: bea is break
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "assigned while it rings elsewhere",
        "The open offer goes back without blame.",
        """
            0: ann calls
            1: sue assigns ann bob
            2: bea is available
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "assigned and declined",
        "Declined, it is in line again at its place.",
        """
            0: ann calls
            1: sue assigns ann bob
            2: bob declines ann
        """,
        "bea<ann bob<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "taken back goes to the others",
        "Back at its old place, before who came later.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: sue takes-back ann
            4: bob goes available
        """,
        "bea<ann bea<ben bob<ann",
        agents=["bea", "bob is=break"],
    ),
    Row(
        "a mail taken over",
        "A colleague's mail is taken over, by the rules.",
        """
            0: ann mails
            1: bea accepts ann
            2: ! cy takes-over ann
            3: bob takes-over ann
            4: bob has ann
            5: bea has nothing
        """,
        "bea<ann",
        agents=["bea", "bob", "cy is=break"],
    ),
    Row(
        "a call cannot be taken over",
        "Who talks to a customer hands on himself.",
        """
            0: ann calls
            1: bea accepts ann
            2: ! bob takes-over ann
            3: bea has ann
        """,
        "bea<ann",
        agents=["bea", "bob"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_moved_by_others(row: Row) -> None:
    play(row)
