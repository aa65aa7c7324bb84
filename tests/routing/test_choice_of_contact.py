"""Which contact goes first to an agent who becomes free."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "first come, first served",
        "Inside a line of equal priority, who entered first.",
        """
            0: ann calls
            1: ben calls
            2: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
    Row(
        "priority goes before age",
        "A higher priority goes first, however short it waits.",
        """
            0: ann calls
            60: ben calls priority=3
            61: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
    ),
    Row(
        "strict priority starves",
        "Where priority is strict, 0 waits as long as anything higher does: an hour makes no difference.",
        """
            0: ann calls
            3600: ben calls priority=1
            3601: bea goes available
            3602: bea accepts ben
            3603: cat calls priority=1
            3604: bea ends ben
            3605: bea accepts cat
            3606: bea ends cat
        """,
        "bea<ben bea<cat bea<ann",
        agents=["bea is=break"],
    ),
    Row(
        "a level is worth so many seconds: not yet",
        "With ageing of 60 s one level is worth 60 s of waiting: after 59 s the level still wins.",
        """
            0: ann calls
            59: ben calls priority=1
            70: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {"ageing_seconds": 60}},
    ),
    Row(
        "a level is worth so many seconds: crossed",
        "After 61 s the longer wait wins.",
        """
            0: ann calls
            61: ben calls priority=1
            70: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {"ageing_seconds": 60}},
    ),
    Row(
        "ageing never turns an order inside a line",
        "Both grow alike: the order at entry is the order for ever.",
        """
            0: ann calls
            59: ben calls priority=1
            900: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {"ageing_seconds": 60}},
    ),
    Row(
        "one order over all wishes of a line",
        "Contacts of one line that want other skills stand in one order: what was first at entry is asked first.",
        """
            0: ann calls
            59: ben calls priority=1 wants=es:1
            115: bea goes available
        """,
        "bea<ben",
        agents=["bea es=3 is=break"],
        lines={"Help": {"ageing_seconds": 60}},
    ),
    Row(
        "two lines: the older",
        "Heads of different lines compare by priority, then by age.",
        """
            0: ann calls Bills
            1: ben calls Help
            2: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {}, "Bills": {}},
    ),
    Row(
        "two lines: the line of higher priority",
        "A line gives its priority to who enters it.",
        """
            0: ann calls Bills
            1: ben calls Help
            2: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {"priority": 2}, "Bills": {}},
    ),
    Row(
        "two lines: ageing crosses strict",
        "A line that ages gains a level for each period; at 2 periods it passes priority 1 of a strict line.",
        """
            0: ann calls Slow
            119: ben calls Help priority=1
            121: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
        lines={"Help": {}, "Slow": {"ageing_seconds": 60}},
    ),
    Row(
        "two lines: ageing not far enough",
        "One period is one level: equal priority, and the older goes first; before that it does not.",
        """
            0: ann calls Slow
            30: ben calls Help priority=1
            59: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {}, "Slow": {"ageing_seconds": 60}},
    ),
    Row(
        "ageing ends at nine",
        "Nine is the highest: a contact of priority 9 that is older goes first.",
        """
            0: ben calls Help priority=9
            1: ann calls Slow
            900: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {}, "Slow": {"ageing_seconds": 10}},
    ),
    Row(
        "the contact's own priority wins over the door's",
        "Priority: of the contact, else of its door, else of its line.",
        """
            0: ann calls
            1: ann is priority 4
            2: ben calls priority=7
            3: ben is priority 7
            4: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
        lines={"Help": {"priority": 2, "door_priority": 4}},
    ),
    Row(
        "a supervisor raises one",
        "A raised priority is a new place, the age stays.",
        """
            0: ann calls
            1: ben calls
            2: cat calls
            3: sue raises cat 5
            4: sue raises ben 5
            5: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
    ),
    Row(
        "a supervisor lowers one",
        "And lowered it goes behind.",
        """
            0: ann calls priority=5
            1: ben calls priority=3
            2: sue raises ann 0
            3: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
    ),
    Row(
        "returned goes first in its priority",
        "A call whose console was lost goes before older ones of its priority.",
        """
            0: ben calls
            1: bea accepts ben
            2: ann calls
            3: cat calls priority=1
            4: bea loses-console
            19: ben is queued
            20: bob goes available
            21: bob accepts cat
            22: bob ends cat
        """,
        "bea<ben bob<cat bob<ben",
        agents=["bea", "bob is=break"],
    ),
    Row(
        "returned goes first in its own line alone",
        "Lines compare by priority, then age: who came back goes before nobody who waits longer in another line.",
        """
            0: ann calls Bills
            1: ben calls Help
            2: bea goes available
            3: bea declines ann
            4: bea accepts ben
            5: bea loses-console
            20: ben is queued
            21: bob goes available
        """,
        "bea<ann bea<ben bob<ann",
        agents=["bea is=break", "bob is=break"],
        lines={"Help": {}, "Bills": {}},
    ),
    Row(
        "returned is worth one level where priorities age",
        "With ageing of 60 s it goes before who entered up to 60 s earlier, and behind who waited longer.",
        """
            0: ann calls
            50: cat calls
            100: ben calls prefers=bea for=60
            101: bea goes available
            102: bea accepts ben
            103: bea loses-console
            118: ben is queued
            120: bob goes available
            121: bob accepts ann
            122: bob ends ann
            123: bob accepts ben
            124: bob ends ben
        """,
        "bea<ben bob<ann bob<ben bob<cat",
        agents=["bea is=break", "bob is=break"],
        lines={"Help": {"ageing_seconds": 60}},
    ),
    Row(
        "what is kept for her goes before priority",
        "What is kept for an agent comes first of all, while its time runs.",
        """
            0: ann calls priority=9
            1: ben calls prefers=bea for=60
            2: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break"],
    ),
    Row(
        "a manual line offers nothing",
        "Nothing of a manual line is offered; it is picked.",
        """
            0: ann mails
            60: ann is queued
            61: bea picks ann
            62: bea has ann
        """,
        "",
        lines={"Help": {"manual": True}},
    ),
    Row(
        "a line that offers cannot be picked from",
        "Cherry-picking is for manual lines alone.",
        """
            0: ann mails
            1: ! bea picks ann
            2: ann is queued
        """,
        "",
        agents=["bea is=break"],
    ),
    Row(
        "picking needs what an offer needs",
        "No path skips the rules: who lacks the skill cannot pick.",
        """
            0: ann mails
            1: ! bea picks ann
            2: bob picks ann
            3: ! bob picks ann
        """,
        "",
        agents=["bea", "bob es=3"],
        lines={"Help": {"manual": True, "wants": "es:3"}},
    ),
    Row(
        "a paused line may be entered",
        "Nothing of a paused line is offered; opened again, at once.",
        """
            0: ada pauses Help
            1: ann calls
            30: ann is queued
            31: ada opens Help
        """,
        "bea<ann",
    ),
    Row(
        "a closed line serves who waits",
        "Closing ends entry; who is in line is still served.",
        """
            0: ann calls
            1: ada closes Help
            2: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
    Row(
        "a freed agent gets the next at once",
        "The end of a contact is an event: no pause between two contacts beyond wrap-up.",
        """
            0: ann calls
            1: ben calls
            2: bea accepts ann
            3: bea ends ann
        """,
        "bea<ann bea<ben",
    ),
    Row(
        "only what she can serve",
        "The first of the contacts she may have, not the first of all.",
        """
            0: ann calls wants=es:1
            1: ben calls
            2: bea goes available
        """,
        "bea<ben",
        agents=["bea is=break", "bob es=5 is=break"],
    ),
    Row(
        "priorities of channels",
        "Channels are no priority of their own: an older mail goes before a younger call.",
        """
            0: ann mails
            1: ben calls
            2: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_goes_first(row: Row) -> None:
    play(row)
