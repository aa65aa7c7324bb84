"""Which agent goes first, and who is asked at all."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "the longest idle goes first",
        "Of those free, who has been idle longest.",
        "0: ann calls",
        "bea<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "idle begins with becoming available",
        "A break counts as no idle time: who came back later stands behind.",
        """
            0: bea goes break
            1: bea goes available
            2: ann calls
        """,
        "bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "idle begins anew with the end of a contact",
        "Who has just ended a contact stands behind who has waited.",
        """
            0: ann calls
            1: bea accepts ann
            5: bea ends ann
            6: ben calls
        """,
        "bea<ann bob<ben",
        agents=["bea", "bob"],
    ),
    Row(
        "wrap-up is no idle time",
        "Idle since is the end of the contact, its wrap-up included.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls
            3: bob accepts ben
            4: bea ends ann
            5: bob ends ben
            6: bob finishes ben
            7: bea finishes ann
            8: cat calls
        """,
        "bea<ann bob<ben bob<cat",
        agents=["bea", "bob"],
        lines={"Help": {"wrap_up": "until_done"}},
    ),
    Row(
        "idle as long as the other",
        "The tie is broken by the lower number: who was hired first.",
        "0: ann calls",
        "bea<ann",
        agents=["bea idle=100", "bob idle=100"],
    ),
    Row(
        "a decline costs no place among the idle",
        "Who declined keeps her idle time and is the first to be asked for the next contact.",
        """
            0: ann calls
            1: bea declines ann
            2: ben calls
        """,
        "bea<ann bob<ann bea<ben",
        agents=["bea", "bob", "cy"],
    ),
    Row(
        "a miss costs the place among the idle",
        "Who missed is not responding; when she is available again her idle time begins anew.",
        """
            0: ann calls
            20: bea is not_responding
            21: bob accepts ann
            22: bea goes available
            23: bob ends ann
            24: ben calls
            25: cy accepts ben
            26: cat calls
        """,
        "bea<ann bob<ann cy<ben bea<cat",
        agents=["bea", "bob", "cy"],
    ),
    Row(
        "with the rule wait a miss keeps the idle time",
        "Where a miss only means to wait, she stays available and first among the idle, for other contacts.",
        """
            0: ann calls
            20: bea is available
            21: ben calls
        """,
        "bea<ann bob<ann bea<ben",
        agents=["bea", "bob", "cy"],
        lines={"Help": {"miss_rule": "wait"}},
    ),
    Row(
        "accepting a chat begins idle time anew",
        "With room for more, who accepted last is asked last.",
        """
            0: ann chats
            1: bea accepts ann
            2: ben chats
            3: bob accepts ben
            4: cat chats
        """,
        "bea<ann bob<ben bea<cat",
        agents=["bea", "bob"],
    ),
    Row(
        "most skilled goes before longest idle",
        "Where the line says so, the highest level of the wanted skill goes first.",
        "0: ann calls",
        "bob<ann",
        agents=["bea billing=2", "bob billing=5"],
        lines={"Help": {"strategy": "skill", "wants": "billing:1"}},
    ),
    Row(
        "most skilled of several skills",
        "Of several wanted skills the lowest level held counts: a chain is as strong as its weakest link.",
        "0: ann calls",
        "bob<ann",
        agents=["bea billing=5 es=1", "bob billing=3 es=3"],
        lines={"Help": {"strategy": "skill", "wants": "billing:1 es:1"}},
    ),
    Row(
        "most skilled, equally",
        "Equal levels: longest idle.",
        "0: ann calls",
        "bea<ann",
        agents=["bea billing=4", "bob billing=4"],
        lines={"Help": {"strategy": "skill", "wants": "billing:1"}},
    ),
    Row(
        "most skilled is busy",
        "The next best is asked: nobody waits for the best.",
        """
            0: ann calls
            1: bob accepts ann
            2: ben calls
        """,
        "bob<ann bea<ben",
        agents=["bea billing=2", "bob billing=5"],
        lines={"Help": {"strategy": "skill", "wants": "billing:1"}},
    ),
    Row(
        "most skilled where nothing is wanted",
        "A line without wanted skills falls back on longest idle.",
        "0: ann calls",
        "bea<ann",
        agents=["bea", "bob billing=5"],
        lines={"Help": {"strategy": "skill"}},
    ),
    Row(
        "least loaded goes before longest idle",
        "Fewest points in hand.",
        """
            0: ann mails
            1: bea accepts ann
            2: ben mails
            3: bob accepts ben
            4: bob ends ben
            5: cat mails
        """,
        "bea<ann bob<ben bob<cat",
        agents=["bea", "bob"],
        lines={"Help": {"strategy": "load"}},
    ),
    Row(
        "least loaded looks across channels",
        "Two mails (40 points) weigh more than one chat (33).",
        """
            0: ann mails
            1: bea accepts ann
            2: bob goes break
            3: ben mails
            4: bea accepts ben
            5: bob goes available
            6: cat chats
            7: bob accepts cat
            8: dan chats
        """,
        "bea<ann bea<ben bob<cat bob<dan",
        agents=["bea", "bob"],
        lines={"Help": {"strategy": "load"}},
    ),
    Row(
        "least loaded, equally",
        "Equal load: longest idle.",
        "0: ann chats",
        "bea<ann",
        agents=["bea", "bob"],
        lines={"Help": {"strategy": "load"}},
    ),
    Row(
        "a level too low is not asked",
        "Every wanted skill at its level at least.",
        """
            0: ann calls
            5: ann is offered
        """,
        "bob<ann",
        agents=["bea billing=2", "bob billing=3"],
        lines={"Help": {"wants": "billing:3"}},
    ),
    Row(
        "one skill of two is not enough",
        "All wanted skills, not any of them.",
        """
            0: ann calls
            60: ann is queued
        """,
        "",
        agents=["bea billing=5", "bob es=5"],
        lines={"Help": {"wants": "billing:1 es:1"}},
    ),
    Row(
        "a contact may want more than its line",
        "What the contact asks is wanted on top of the line.",
        "0: ann calls wants=es:3",
        "bob<ann",
        agents=["bea", "bob es=3"],
    ),
    Row(
        "line and contact want the same skill",
        "The higher level counts.",
        "0: ann calls wants=es:2",
        "bob<ann",
        agents=["bea es=3", "bob es=4"],
        lines={"Help": {"wants": "es:4"}},
    ),
    Row(
        "a line with teams",
        "Where a line names teams, only they are asked.",
        "0: ann calls",
        "bob<ann",
        agents=["bea team=Day", "bob team=Late"],
        lines={"Help": {"teams": "Late"}},
    ),
    Row(
        "a line with two teams",
        "Any of the teams will do.",
        """
            0: ann calls
            1: ben calls
        """,
        "bea<ann bob<ben",
        agents=["bea team=Day", "bob team=Late", "cy team=Night"],
        lines={"Help": {"teams": "Day Late"}},
    ),
    Row(
        "no licence, no offer",
        "Nobody answers for a client without its licence.",
        """
            0: ann calls
            60: ann is queued
        """,
        "",
        agents=["bea of=Bolt"],
        lines={"Help": {}, "Bolts": {"of": "Bolt"}},
    ),
    Row(
        "away, signed out or without a console",
        "Only who is available with a console open is asked.",
        """
            0: dee loses-console
            1: ann calls
            9: ann is queued
            10: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break", "cy is=signed_out", "dee"],
    ),
    Row(
        "switched off a line",
        "Who was switched off a line gets nothing of it, and of others still.",
        """
            0: sue switches bea Help off
            1: ann calls Help
            2: ben calls Bills
            60: ann is queued
        """,
        "bea<ben",
        lines={"Help": {}, "Bills": {"offer_seconds": 90}},
    ),
    Row(
        "switched on again",
        "Switching a line on again is an event: who waits there is offered at once.",
        """
            0: sue switches bea Help off
            1: ann calls
            30: sue switches bea Help on
        """,
        "bea<ann",
    ),
    Row(
        "one open offer at a time",
        "Whose desk rings gets no second offer; the next agent is asked.",
        """
            0: ann chats
            1: ben chats
            2: cat chats
            3: cat is queued
            4: bea accepts ann
        """,
        "bea<ann bob<ben bea<cat",
        agents=["bea", "bob"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_is_asked(row: Row) -> None:
    play(row)
