"""Declined, missed, busy, taken back: who is asked next, and when again."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "declined: the next at once",
        "A decline keeps the place; the next agent is asked at once.",
        """
            0: ann calls
            1: bea declines ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "declined by the only one",
        "The only agent is asked again after the decline delay (30 s), never in a loop.",
        """
            0: ann calls
            1: bea declines ann
            30: ann is queued
            31: ann is offered
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "a decline delay of the line",
        "The delay is the line's.",
        """
            0: ann calls
            1: bea declines ann
            5: ann is queued
            6: ann is offered
        """,
        "bea<ann bea<ann",
        lines={"Help": {"decline_delay_seconds": 5}},
    ),
    Row(
        "a decline is of this contact alone",
        "Others are offered to her meanwhile.",
        """
            0: ann calls
            1: ben calls
            2: bea declines ann
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "everybody declined",
        "Each delay runs by itself; who declined first is asked first again.",
        """
            0: ann calls
            1: bea declines ann
            5: bob declines ann
            30: ann is queued
            31: ann is offered
        """,
        "bea<ann bob<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "declined keeps the place",
        "Back in line it stands before who came later.",
        """
            0: ann calls
            1: ben calls
            2: bea declines ann
            3: bob goes available
        """,
        "bea<ann bea<ben bob<ann",
        agents=["bea", "bob is=break"],
    ),
    Row(
        "missed: the next at once",
        "A miss keeps the place; the next agent is asked at once.",
        """
            0: ann calls
            20: bea is not_responding
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "missed by the only one",
        "Not responding she gets nothing until she returns; the delay of 30 s counts from the miss.",
        """
            0: ann calls
            25: bea goes available
            49: ann is queued
            50: ann is offered
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "not responding until she returns",
        "Nobody returns her but herself: no time makes her available.",
        """
            0: ann calls
            20: bea is not_responding
            21: ben calls
            800: ben is queued
            801: bea goes available
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "not responding for 15 minutes",
        "After 15 minutes she is signed out.",
        """
            0: ann calls
            20: bea is not_responding
            919: bea is not_responding
            925: bea is signed_out
        """,
        "bea<ann",
    ),
    Row(
        "the rule wait",
        "Where a miss means to wait she stays available, and this contact alone waits for its delay.",
        """
            0: ann calls
            1: ben calls
            20: bea is available
            21: bea accepts ben
            22: bea ends ben
            49: ann is queued
            50: ann is offered
        """,
        "bea<ann bea<ben bea<ann",
        lines={"Help": {"miss_rule": "wait"}},
    ),
    Row(
        "offer seconds of the line",
        "An offer lasts as long as its line says.",
        """
            0: ann calls
            4: bea is available
            5: bea is not_responding
        """,
        "bea<ann",
        lines={"Help": {"offer_seconds": 5}},
    ),
    Row(
        "three misses in a row are a break",
        "The third miss in a row is a break, under either rule.",
        """
            0: ann calls
            62: bea is break
        """,
        "bea<ann bea<ann bea<ann",
        lines={"Help": {"miss_rule": "wait", "miss_delay_seconds": 1}},
    ),
    Row(
        "not responding does not clear the count",
        "Returning keeps the count: it is misses in a row, not in one sitting.",
        """
            0: ann calls
            21: bea goes available
            50: ann is offered
            70: bea is break
        """,
        "bea<ann bea<ann",
        lines={"Help": {"misses_to_break": 2}},
    ),
    Row(
        "misses of several lines are in a row",
        "The count is the agent's, not the line's.",
        """
            0: ann calls
            1: ben calls Bills
            40: bea is break
        """,
        "bea<ann bea<ben",
        lines={
            "Bills": {"miss_rule": "wait", "misses_to_break": 2},
            "Help": {"miss_rule": "wait", "misses_to_break": 2},
        },
    ),
    Row(
        "an accept clears the count",
        "After an accept the next miss is the first.",
        """
            0: ann calls
            1: ben calls
            21: bea accepts ben
            22: bea ends ben
            50: ann is offered
            70: bea is available
        """,
        "bea<ann bea<ben bea<ann",
        lines={"Help": {"miss_rule": "wait", "misses_to_break": 2}},
    ),
    Row(
        "the break clears the count",
        "After the break it led to, the next miss is the first.",
        """
            0: ann calls
            20: bea is break
            21: bea goes available
            50: ann is offered
            70: bea is break
        """,
        "bea<ann bea<ann",
        lines={"Help": {"miss_rule": "wait", "misses_to_break": 1}},
    ),
    Row(
        "picking clears the count",
        "Who picks is there: what she takes by hand clears the count as an accept does.",
        """
            0: ann calls
            1: ben mails Hand
            20: bea is available
            21: bea picks ben
            22: bea ends ben
            50: ann is offered
            70: bea is available
        """,
        "bea<ann bea<ann",
        lines={"Hand": {"manual": True}, "Help": {"miss_rule": "wait", "misses_to_break": 2}},
    ),
    Row(
        "a decline is no miss",
        "Declines are counted, not punished: any number of them leads to no break.",
        """
            0: ann calls
            1: bea declines ann
            40: bea declines ann
            80: bea declines ann
            81: bea is available
        """,
        "bea<ann bea<ann bea<ann",
        lines={"Help": {"misses_to_break": 1}},
    ),
    Row(
        "busy has a delay of its own",
        "A console that cannot take it: 15 s, no blame.",
        """
            0: ann calls
            1: bea is-busy-for ann
            15: ann is queued
            16: ann is offered
        """,
        "bea<ann bea<ann",
        lines={"Help": {"misses_to_break": 1}},
    ),
    Row(
        "taken back by a supervisor",
        "Not offered for the decline delay to who had it; the place is kept.",
        """
            0: ann calls
            1: bea accepts ann
            2: sue takes-back ann
            31: ann is queued
            32: ann is offered
        """,
        "bea<ann bea<ann",
    ),
    Row(
        "an offer taken back",
        "The same while it rings; the next agent is asked.",
        """
            0: ann calls
            1: sue takes-back ann
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "the customer leaves while it rings",
        "No miss; the agent gets the next at once.",
        """
            0: ann calls
            1: ben calls
            2: ann leaves
            3: ann is closed abandoned
            4: bea is available
        """,
        "bea<ann bea<ben",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_comes_after_no(row: Row) -> None:
    play(row)
