"""Breaks and sign-outs, wished and ordered, beside offers and work in hand."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "signed out while it rings",
        "The offer goes back without blame, the next is asked; back again there is no delay for it.",
        """
            0: ann calls
            1: bea goes signed_out
            2: bob declines ann
            3: bea goes available
        """,
        "bea<ann bob<ann bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "a break wished while it rings",
        "She may still take it; the break begins when it is done. Declined, at once.",
        """
            0: ann calls
            1: bea goes break
            2: bea is available
            3: bea declines ann
            4: bea is break
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "a break with live work is a wish",
        "No new offers; the break begins at the end of the last contact.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea goes break
            3: bea is available
            4: ben chats
            5: ben is queued
            6: bea ends ann
            7: bea is break
            8: bea goes available
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "the wish is taken back",
        "Available again takes the wish back, and is an event.",
        """
            0: ann chats
            1: bea accepts ann
            2: bea goes break
            3: ben chats
            4: bea goes available
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "nobody signs out with live work",
        "Refused; or wished for after this.",
        """
            0: ann chats
            1: bea accepts ann
            2: ! bea goes signed_out
            3: bea goes signed_out after
            4: ben chats
            5: bea ends ann
            6: bea is signed_out
            7: ben is queued
        """,
        "bea<ann",
    ),
    Row(
        "forced away while it rings",
        "The offer goes back at once, the break begins.",
        """
            0: ann calls
            1: sue forces bea break
            2: bea is break
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "forced away in a call",
        "The call goes on, nothing new comes, the break begins with its end.",
        """
            0: ann calls
            1: bea accepts ann
            2: sue forces bea break
            3: bea has ann
            4: ben calls
            5: bea ends ann
            6: bea is break
        """,
        "bea<ann",
    ),
    Row(
        "brought back by a supervisor",
        "Available by a supervisor's word is an event like any other.",
        """
            0: ann calls
            1: sue forces bea available
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_goes_away(row: Row) -> None:
    play(row)
