"""Who is let in, who is not, and who comes back."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "full",
        "At its limit the line refuses.",
        """
            0: ann calls
            1: ben calls
            2: ben is closed refused_full
            3: ann leaves
            4: cat calls
            5: cat is queued
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"limit": 1}},
    ),
    Row(
        "full counts who waits",
        "Who is in talk counts no more.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: ben is queued
        """,
        "bea<ann",
        lines={"Help": {"limit": 1}},
    ),
    Row(
        "full: mails do not count",
        "Mails that wait keep no caller out.",
        """
            0: ben mails
            1: ann calls
            2: ann is queued
            3: cat calls
            4: cat is closed refused_full
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"limit": 1}},
    ),
    Row(
        "full: mail gets in",
        "Nobody stands in a full line with a mail.",
        """
            0: ann calls
            1: ben mails
            2: ben is queued
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"limit": 1}},
    ),
    Row(
        "nobody there",
        "Where the line says so, it refuses when nobody staffs it.",
        """
            0: ann calls
            1: ann is closed refused_unstaffed
        """,
        "",
        agents=["bea is=signed_out"],
        lines={"Help": {"refuse_unstaffed": True}},
    ),
    Row(
        "in a break is not there",
        "Staffed is: of the lane, connected and available, however busy.",
        """
            0: ann calls
            1: ann is closed refused_unstaffed
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"refuse_unstaffed": True}},
    ),
    Row(
        "busy is there",
        "A busy agent staffs the line.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: ben is queued
        """,
        "bea<ann",
        lines={"Help": {"refuse_unstaffed": True}},
    ),
    Row(
        "there for another line",
        "Who lacks the skill does not staff it.",
        """
            0: ann calls
            1: ann is closed refused_unstaffed
        """,
        "",
        lines={"Help": {"wants": "es:1", "refuse_unstaffed": True}},
    ),
    Row(
        "usually it waits",
        "Without the rule whoever comes waits.",
        """
            0: ann calls
            600: ann is queued
            601: bea goes available
        """,
        "bea<ann",
        agents=["bea is=signed_out"],
    ),
    Row(
        "a closed line takes nobody",
        "No entry.",
        """
            0: ada closes Help
            1: ann calls
            2: ann is closed refused_unstaffed
        """,
        "",
    ),
    Row(
        "outside hours",
        "Outside hours a call is turned away with a word, agents free or not.",
        """
            0: ann calls
            1: ann is closed after_hours
        """,
        "",
        lines={"Help": {"hours": "12:00-18:00"}},
    ),
    Row(
        "mail outside hours",
        "Mail waits, and is offered whenever somebody is there; one with a number leads to a callback.",
        """
            0: anon mails
            1: ann mails
            2: ann is closed after_hours
        """,
        "bea<anon",
        lines={"Help": {"hours": "12:00-18:00"}},
    ),
    Row(
        "the hours end: drained",
        "Who is in line when the hours end is served for 15 minutes.",
        """
            0: ann calls
            60: ben calls
            61: ben is closed after_hours
            900: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {"hours": "08:00-10:01"}},
    ),
    Row(
        "the hours end: promised",
        "After that a callback is promised.",
        """
            0: ann calls
            959: ann is queued
            970: ann is closed callback_promised
        """,
        "",
        agents=["bea is=break"],
        lines={"Help": {"hours": "08:00-10:01"}},
    ),
    Row(
        "back within a minute",
        "Who dropped out and is back within a minute takes the old place.",
        """
            0: ann calls
            10: ben calls
            20: ann leaves
            79: ann2 calls
            80: bea goes available
        """,
        "bea<ann2",
        agents=["bea is=break"],
    ),
    Row(
        "back too late",
        "After that the place is gone.",
        """
            0: ann calls
            10: ben calls
            20: ann leaves
            81: ann2 calls
            82: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
    ),
    Row(
        "back where the line keeps no place",
        "Unless the line says otherwise.",
        """
            0: ann calls
            10: ben calls
            20: ann leaves
            30: ann2 calls
            40: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {"take_old_place": False}},
    ),
    Row(
        "back in another line",
        "The place is one of its line.",
        """
            0: ann calls
            10: ben calls Bills
            20: ann leaves
            30: ann2 calls Bills
            40: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Bills": {}, "Help": {}},
    ),
    Row(
        "somebody else's place",
        "A place is the customer's own.",
        """
            0: ann calls
            10: ben calls
            20: ann leaves
            30: cat calls
            40: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
    ),
    Row(
        "arrived once",
        "The same id at the same door is one contact.",
        """
            0: ann calls
            1: ann calls
            2: bea goes available
            3: bea accepts ann
            4: bea ends ann
            9: bea has nothing
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_is_let_in(row: Row) -> None:
    play(row)
