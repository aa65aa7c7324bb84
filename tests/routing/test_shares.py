"""Floors and ceilings in seats of the floor."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "below its floor first",
        "Below its floor a client goes before age and priority.",
        """
            0: ann calls priority=9
            1: ben calls Bolts
            2: bea goes available
        """,
        "bea<ben",
        agents=["bea of=Acme,Bolt is=break"],
        lines={"Bolts": {"of": "Bolt"}, "Help": {}},
        shares={"Bolt": (1, None)},
    ),
    Row(
        "its floor is met",
        "Met, priority and age decide again.",
        """
            0: ben calls Bolts
            1: bea accepts ben
            2: cat calls Bolts
            3: ann calls priority=1
            4: bob goes available
        """,
        "bea<ben bob<ann",
        agents=["bea of=Acme,Bolt", "bob of=Acme,Bolt is=break"],
        lines={"Bolts": {"of": "Bolt"}, "Help": {}},
        shares={"Bolt": (1, None)},
    ),
    Row(
        "nothing is kept idle",
        "A floor holds no seat free: who is there serves whoever comes.",
        "0: ann calls",
        "bea<ann",
        agents=["bea of=Acme,Bolt"],
        lines={"Bolts": {"of": "Bolt"}, "Help": {}},
        shares={"Bolt": (5, None)},
    ),
    Row(
        "at its ceiling it waits",
        "At its ceiling a client waits beside free agents; others are served.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            9: ben is queued
            10: cat calls Bolts
        """,
        "bea<ann bob<cat",
        agents=["bea of=Acme,Bolt", "bob of=Acme,Bolt"],
        lines={"Bolts": {"of": "Bolt"}, "Help": {}},
        shares={"Acme": (None, 1)},
    ),
    Row(
        "below its ceiling again",
        "The end of a contact gives the room back: the next is offered.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            9: bea ends ann
            13: ben is offered
        """,
        "bea<ann bea<ben",
        agents=["bea", "bob"],
        shares={"Acme": (None, 1)},
    ),
    Row(
        "a line has a share of its own",
        "Floors and ceilings are of clients and of lines.",
        """
            0: ann calls Vip
            1: ben calls priority=5
            2: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Vip": {}, "Help": {}},
        shares={"Vip": (1, None)},
    ),
    Row(
        "three chats are a seat",
        "A seat is 100 points.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: bob accepts ben
            4: cat chats
            5: bea accepts cat
            6: dan chats
            9: dan is queued
        """,
        "bea<ann bob<ben bea<cat",
        agents=["bea", "bob"],
        shares={"Acme": (None, 1)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_whose_seat_it_is(row: Row) -> None:
    play(row)
