"""Licences, skills, teams, lines and people that change under way."""

import pytest

from tests.routing.acts import play
from tests.routing.house import Row

ROWS = [
    Row(
        "suspended with a contact in hand",
        "She finishes what she has; nothing new of that client.",
        """
            0: ann chats
            1: bea accepts ann
            2: sue licences bea suspend
            3: ben chats
            4: bea has ann
            5: bea ends ann
            9: ben is queued
        """,
        "bea<ann",
    ),
    Row(
        "suspended while it rings",
        "The open offer is rescinded, the next is asked.",
        """
            0: ann calls
            1: sue licences bea suspend
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "certified again",
        "Certified again is an event.",
        """
            0: sue licences bea suspend
            1: ann calls
            9: ann is queued
            10: sue licences bea certify
        """,
        "bea<ann",
    ),
    Row(
        "suspended for one client only",
        "Other clients' contacts go on.",
        """
            0: sue licences bea suspend
            1: ann calls
            2: ben calls Bolts
        """,
        "bea<ben",
        agents=["bea of=Acme,Bolt"],
        lines={"Bolts": {"of": "Bolt", "offer_seconds": 90}, "Help": {}},
    ),
    Row(
        "in training",
        "In training nothing is offered but of training lines.",
        """
            0: ann calls
            1: ben calls School
        """,
        "tim<ben",
        agents=["tim licence=training"],
        lines={"School": {"training": True}, "Help": {}},
    ),
    Row(
        "in training like the others",
        "In a training line the certified are asked as well, by the same rule.",
        """
            0: ben calls School
            1: cat calls School
        """,
        "bea<ben tim<cat",
        agents=["bea", "tim licence=training"],
        lines={"School": {"training": True}, "Help": {}},
    ),
    Row(
        "certified out of training",
        "With the certificate the other lines open.",
        """
            0: ann calls
            1: sue licences tim certify
        """,
        "tim<ann",
        agents=["tim licence=training"],
    ),
    Row(
        "a ramp with the certificate",
        "The ramp holds from then on.",
        """
            0: sue licences bea suspend
            1: sue licences bea certify ramp=1
            2: ann calls
            3: bea accepts ann
            4: bea ends ann
            5: ben calls
            6: ben is queued
        """,
        "bea<ann",
    ),
    Row(
        "a skill is given",
        "A skill gained is an event.",
        """
            0: ann calls
            1: sue gives bea es=3
        """,
        "bea<ann",
        agents=["bea", "bob es=3 is=break"],
        lines={"Help": {"wants": "es:3"}},
    ),
    Row(
        "a level is raised",
        "And a level.",
        """
            0: ann calls
            1: sue gives bea es=3
        """,
        "bea<ann",
        agents=["bea es=2"],
        lines={"Help": {"wants": "es:3"}},
    ),
    Row(
        "a skill is taken while it rings",
        "The offer that no longer fits goes back.",
        """
            0: ann calls
            1: sue gives bea es=none
        """,
        "bea<ann bob<ann",
        agents=["bea es=3", "bob es=3"],
        lines={"Help": {"wants": "es:3"}},
    ),
    Row(
        "a skill is taken in talk",
        "What is in hand goes on.",
        """
            0: ann calls
            1: bea accepts ann
            2: sue gives bea es=none
            3: bea has ann
        """,
        "bea<ann",
        agents=["bea es=3"],
        lines={"Help": {"wants": "es:3"}},
    ),
    Row(
        "switched off while it rings",
        "Switched off a line, its open offer goes back.",
        """
            0: ann calls
            1: sue switches bea Help off
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "the line's rules change",
        "Whoever waits moves to the new rules at the old place.",
        """
            0: ann calls
            1: ben calls
            2: ada sets Help strategy=skill
            3: bea goes available
        """,
        "bea<ann",
        agents=["bea is=break"],
    ),
    Row(
        "a line becomes manual",
        "From then on nothing of it is offered.",
        """
            0: ann calls
            1: ada sets Help manual=true
            2: bea goes available
            9: ann is queued
            10: bea picks ann
        """,
        "",
        agents=["bea is=break"],
    ),
    Row(
        "gone for good, ringing",
        "Deactivated: the offer goes back.",
        """
            0: ann calls
            1: ada deactivates bea
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
    Row(
        "gone for good, in talk",
        "Deactivated in a call: first in its priority; in a chat: at its old place. At once.",
        """
            0: ann calls
            1: bea accepts ann
            2: ada deactivates bea
        """,
        "bea<ann bob<ann",
        agents=["bea", "bob"],
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_a_change_does(row: Row) -> None:
    play(row)
