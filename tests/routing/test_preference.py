"""For whom a contact is kept, how long, and when not."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "the last agent goes first",
        "Who served the customer last goes before longest idle, for the seconds of the line.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            60: ann2 calls
        """,
        "bea<ann bea<ann2",
        agents=["bea", "bob"],
        lines={"Help": {"last_agent_seconds": 30}},
    ),
    Row(
        "without the rule nobody does",
        "Usually nobody is asked first.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            60: ann2 calls
        """,
        "bea<ann bob<ann2",
        agents=["bea", "bob"],
    ),
    Row(
        "the last agent is busy",
        "Busy, she is waited for so long and no longer.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            6: bob goes break
            7: ben calls
            8: bea accepts ben
            9: bob goes available
            10: ann2 calls
            39: ann2 is queued
            40: ann2 is offered
        """,
        "bea<ann bea<ben bob<ann2",
        agents=["bea", "bob"],
        lines={"Help": {"last_agent_seconds": 30}},
    ),
    Row(
        "the last agent becomes free in time",
        "Free within the seconds she gets it, before older contacts.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            6: ben calls
            7: bea accepts ben
            8: cat calls
            9: ann2 calls
            20: bea ends ben
        """,
        "bea<ann bea<ben bea<ann2",
        lines={"Help": {"last_agent_seconds": 30}},
    ),
    Row(
        "the last agent is away",
        "Who is away holds nobody back.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            6: bea goes break
            7: ann2 calls
        """,
        "bea<ann bob<ann2",
        agents=["bea", "bob"],
        lines={"Help": {"last_agent_seconds": 30}},
    ),
    Row(
        "the last agent lacks a skill now",
        "Who may not have it holds nobody back.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            6: ann2 calls wants=es:1
        """,
        "bea<ann bob<ann2",
        agents=["bea", "bob es=3"],
        lines={"Help": {"last_agent_seconds": 30}},
    ),
    Row(
        "an agent asked for by the door",
        "Whom the arrival names goes first.",
        "0: ann calls prefers=bob",
        "bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "asked for, for no seconds",
        "Zero seconds keep nothing.",
        "0: ann calls prefers=bob for=0",
        "bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "asked for and declined",
        "Declined by whom it is kept for, it is anybody's at once.",
        """
            0: ann calls prefers=bob
            1: bob declines ann
        """,
        "bob<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "asked for and missed",
        "Missed likewise.",
        """
            0: ann calls prefers=bob for=120
            20: bob is not_responding
        """,
        "bob<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "asked for and gone",
        "Gone meanwhile, it is anybody's.",
        """
            0: ann calls prefers=bea for=60
            1: bea loses-console
            2: ann is offered
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "kept for a busy one, the others take theirs",
        "What is kept holds up nobody else in line.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls prefers=bea for=60
            3: cat calls
        """,
        "bea<ann bob<cat",
        agents=["bea", "bob"],
    ),
    Row(
        "away first, back in time",
        "Away she held nobody back; there was nobody else; back in time she gets it.",
        """
            0: ann calls prefers=bea for=60
            30: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
    Row(
        "the last agent of another client",
        "Each client's customers are its own: nobody is known across clients.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            60: ann2 calls Bolts
        """,
        "bea<ann bob<ann2",
        agents=["bea of=Acme,Bolt", "bob of=Acme,Bolt"],
        lines={"Bolts": {"of": "Bolt", "last_agent_seconds": 30}, "Help": {"last_agent_seconds": 30}},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_whom_it_is_kept_for(row: Row) -> None:
    play(row)
