"""Promises that come due stand in line like anybody, with an old place and more weight."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "a callback instead of waiting keeps the place",
        "The promise keeps the place in line.",
        """
            0: ann calls
            5: ann asks-callback
            6: ann is closed callback_promised
        """,
        "",
        agents=["bea is=break"],
    ),
    Row(
        "who took a callback calls again",
        "A later call of the same customer takes its place.",
        """
            0: ann calls
            5: ann asks-callback
            6: ben calls
            30: ann2 calls
            31: bea goes available
        """,
        "bea<ann2",
        agents=["bea is=break"],
    ),
    Row(
        "kept for its owner",
        "Promised as her own, it is kept for her until half of its window.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea promises ann back 600 1200
            3: bea ends ann
            605: bea has nothing
        """,
        "bea<ann bea<back",
        agents=["bea", "bob"],
    ),
    Row(
        "the owner is away",
        "Away she holds nobody back.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea promises ann back 600 1200
            3: bea ends ann
            4: bea goes break
            605: bea is break
        """,
        "bea<ann bob<back",
        agents=["bea", "bob"],
    ),
    Row(
        "the owner is busy until half of the window",
        "After half of its window it is anybody's.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea promises ann back 600 1200
            3: bea ends ann
            4: bob goes break
            5: ben calls
            6: bea accepts ben
            7: bob goes available
            1195: bob has nothing
            1203: bob has nothing
        """,
        "bea<ann bea<ben bob<back",
        agents=["bea", "bob"],
    ),
    Row(
        "two levels more",
        "A promise has two levels more than a new contact of its line.",
        """
            0: ann calls
            1: bea accepts ann
            2: bea promises ann back 600 1200
            3: ben calls priority=1
            4: cat calls priority=3
            700: ben is queued
            1300: bob goes available
            1301: bob accepts cat
            1302: bob ends cat
            1303: bob accepts back
            1304: bob ends back
        """,
        "bea<ann bob<cat bob<back bob<ben",
        agents=["bea", "bob is=break"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_promises_in_line(row: Row) -> None:
    play(row)
