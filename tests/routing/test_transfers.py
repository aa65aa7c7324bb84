"""Handed on and asked for advice: who is offered it then."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "a call during the wrap-up of what she handed on",
        "Her wrap-up steps aside for the call; the mail that is a colleague's by now stays as it is.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea transfers ann Bills
            3: bob accepts ann
            4: ben calls
            5: bea accepts ben
            6: ann is active
            90: ann is active
            91: bea ends ben
            92: ann is active
        """,
        "bea<ann bob<ann bea<ben",
        agents=["bea", "bob bills=1"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {"wrap_up": "timed", "wrap_up_seconds": 60}},
    ),
    Row(
        "her wrap-up returns while the colleague has the mail on hold",
        "What she handed on is not taken off hold by what happens at her desk.",
        """
            0: ann mails
            1: bea accepts ann
            2: bea transfers ann Bills
            3: bob accepts ann
            4: ben calls
            5: bea accepts ben
            6: bob holds ann
            7: bea ends ben
            8: bea finishes ben
            9: ann is held
            10: bob resumes ann
            11: ann is active
        """,
        "bea<ann bob<ann bea<ben",
        agents=["bea", "bob bills=1"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {"wrap_up": "timed", "wrap_up_seconds": 60}},
    ),
    Row(
        "to another line",
        "Handed to another line it waits anew there, behind who is there, with its priority.",
        """
            0: dan calls Bills
            1: bob accepts dan
            2: ann calls
            3: bea accepts ann
            4: ben calls Bills
            5: bea transfers ann Bills
            6: bob ends dan
            7: bob accepts ben
            8: bob ends ben
        """,
        "bob<dan bea<ann bob<ben bob<ann",
        agents=["bea", "bob bills=1"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {}},
    ),
    Row(
        "to a line with nobody",
        "Refused before it starts: nothing changes.",
        """
            0: ann calls
            1: bea accepts ann
            2: ! bea transfers ann Bills
            3: bea has ann
        """,
        "bea<ann",
        agents=["bea", "bob bills=1 is=break"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {}},
    ),
    Row(
        "to a line where all are busy",
        "Busy is there: allowed.",
        """
            0: ben calls Bills
            1: bob accepts ben
            2: ann calls
            3: bea accepts ann
            4: bea transfers ann Bills
            5: ann is queued
            6: bob ends ben
        """,
        "bob<ben bea<ann bob<ann",
        agents=["bea", "bob bills=1"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {}},
    ),
    Row(
        "to a closed line",
        "Refused.",
        """
            0: ann calls
            1: bea accepts ann
            2: ada closes Bills
            3: ! bea transfers ann Bills
            4: bea has ann
        """,
        "bea<ann",
        agents=["bea", "bob"],
        lines={"Bills": {}, "Help": {}},
    ),
    Row(
        "what it wants goes along",
        "Its own wishes, such as its language, go along into the other line.",
        """
            0: ann calls wants=es:1
            1: bea accepts ann
            2: bea transfers ann Bills
        """,
        "bea<ann cy<ann",
        agents=["bea es=1", "bob bills=1", "cy bills=1 es=1"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {}},
    ),
    Row(
        "the transferrer is free for the next",
        "Without wrap-up she is free at once.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: bea transfers ann Bills
        """,
        "bea<ann bea<ben bob<ann",
        agents=["bea help=1", "bob bills=1"],
        lines={"Bills": {"wants": "bills:1"}, "Help": {"wants": "help:1"}},
    ),
    Row(
        "blind to a colleague",
        "An offer to that one alone.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea transfers ann cy
            3: cy accepts ann
            4: cy has ann
        """,
        "bea<ann cy<ann",
        agents=["bea", "bob", "cy"],
    ),
    Row(
        "blind and missed",
        "Missed, it is first in its priority, kept 15 s for who transferred.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea transfers ann cy
            3: bob goes available
            21: cy is available
            22: ann is offered
        """,
        "bea<ann cy<ann bea<ann",
        agents=["bea", "cy", "bob is=break"],
    ),
    Row(
        "blind and declined",
        "Declined likewise.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea transfers ann cy
            3: cy declines ann
        """,
        "bea<ann cy<ann bea<ann",
        agents=["bea", "bob", "cy"],
    ),
    Row(
        "blind and declined, no room any more",
        "Who transferred and has no room holds nobody back.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea transfers ann cy
            3: ben calls
            4: bea accepts ben
            5: bob goes available
            6: cy declines ann
        """,
        "bea<ann cy<ann bea<ben bob<ann",
        agents=["bea", "cy", "bob is=break"],
    ),
    Row(
        "blind and declined goes before older ones",
        "Returned goes first in its priority.",
        """
            0: ann calls wants=es:1
            1: dan calls
            2: bea accepts dan
            3: bea goes break
            4: bea transfers dan cy
            5: cy declines dan
            6: bob goes available
        """,
        "bea<dan cy<dan bob<dan",
        agents=["bea", "cy", "bob es=1 is=break"],
    ),
    Row(
        "blind to who may not",
        "Eligibility is checked first: no path skips it.",
        """
            0: ann calls
            1: bea accepts ann
            2: ! bea transfers ann bob
            3: ! bea transfers ann cy
            4: ! bea transfers ann dee
            5: bea has ann
        """,
        "bea<ann",
        agents=["bea", "bob is=break", "cy of=Bolt", "dee voice_cap=0"],
        lines={"Bolts": {"of": "Bolt"}, "Help": {}},
    ),
    Row(
        "the customer leaves on the way",
        "Abandoned on the way, the colleague is free.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea transfers ann bob
            3: ann leaves
            4: ann is closed abandoned
            5: bea goes break
            6: ben calls
        """,
        "bea<ann bob<ann bob<ben",
        agents=["bea", "bob"],
    ),
    Row(
        "advice",
        "A colleague is asked in; the customer stays with the agent.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea consults ann bob
            3: bob accepts ann
            4: bea ends ann
            5: bob has nothing
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "advice declined",
        "Declined, the customer stays where he is.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea consults ann bob
            3: bob declines ann
            4: bea has ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob", "cy"],
    ),
    Row(
        "warm transfer",
        "The colleague goes on; the first is free.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea consults ann bob
            3: bob accepts ann
            4: ben calls
            5: bea hands-over ann
            6: bob has ann
        """,
        "bea<ann bob<ann bea<ben",
        agents=["bea", "bob"],
    ),
    Row(
        "warm transfer too early",
        "Not before the colleague has accepted.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea consults ann bob
            3: ! bea hands-over ann
            4: bea has ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "warm transfer, the first drops",
        "The console of the first lost beyond its grace: the customer stays with the colleague.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea consults ann bob
            3: bob accepts ann
            4: bea loses-console
            20: ann is active
            21: bob has ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_handing_on(row: Row) -> None:
    play(row)
