"""Several contacts can be had at one moment, in whatever order they are looked at: the best is given out."""

import pytest

from bpo.kernel import clock
from interactions import reactions
from interactions.models import Interaction, Kind, State
from tests.flows.floor import WEDNESDAY
from tests.routing.acts import Acts, play
from tests.routing.house import House, Row

TWO_LINES = {"Help": {}, "Rush": {}}

ROWS = [
    Row(
        "a line is opened again",
        "Inside a queue the order is priority, over all lanes of it.",
        """
            0: ada pauses Help
            0: ann calls wants=es:1
            1: ben calls wants=fr:1 priority=9
            2: ada opens Help
        """,
        "bea<ben",
        agents=["bea es=4 fr=4"],
    ),
    Row(
        "delays end together",
        "Heads of different queues compare by priority.",
        """
            0: ann calls Help
            0: bea declines ann
            0: ben calls Rush priority=9
            0: bea declines ben
            31: ann is queued
        """,
        "bea<ann bea<ben bea<ben",
        lines=TWO_LINES,
    ),
    Row(
        "steps are reached together",
        "Heads of different queues compare by priority.",
        """
            0: ann calls Help
            0: ben calls Rush priority=9
            11: ann is queued
        """,
        "bea<ben",
        agents=["bea es=1"],
        lines={name: {"wants": "es:4", "steps": ["10 relax_level es 1"]} for name in TWO_LINES},
    ),
    Row(
        "what is kept does not hold back a floor",
        "While a client holds less than its floor, a freed agent goes there first.",
        """
            0: ann calls Help
            1: bea accepts ann
            2: ben calls Bolts
            3: cat calls Help prefers=bea for=600
            4: bea ends ann
        """,
        "bea<ann bea<ben",
        agents=["bea of=Acme,Bolt"],
        lines={"Help": {}, "Bolts": {"of": "Bolt"}},
        shares={"Bolt": (1, None)},
    ),
    Row(
        "what is kept goes before what is urgent",
        "A preferred agent goes first for the seconds of his window, busy or not.",
        """
            0: ann calls
            1: bea accepts ann
            2: ben calls priority=9
            3: cat calls prefers=bea for=600
            4: bea ends ann
        """,
        "bea<ann bea<cat",
    ),
    Row(
        "below its ceiling again",
        "Making room is every event that could match: the one who ends it may not be the one who is free.",
        """
            0: ann calls
            0: bea accepts ann
            0: ben calls
            0: ben is queued
            0: bea goes break
            1: bea ends ann
            1: ben is offered
        """,
        "bea<ann bob<ben",
        agents=["bea", "bob"],
        shares={"Acme": (None, 1)},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_best_is_given_out(row: Row) -> None:
    play(row)


@pytest.mark.parametrize("floor", [False, True], ids=["priority", "floor"])
def test_an_arrival_takes_nobody_away_whom_a_better_one_waits_for(monkeypatch: pytest.MonkeyPatch, floor: bool) -> None:
    """A process has ended Bea's call and has not looked yet; another one takes in Ben."""
    rush = {"of": "Bolt"} if floor else {}
    lines, shares = {"Help": {}, "Rush": rush}, {"Bolt": (1, None)} if floor else {}
    with clock.set_to(WEDNESDAY):
        acts = Acts(
            House(Row("", "", "", "", agents=["bea of=Acme,Bolt" if floor else "bea"], lines=lines, shares=shares))
        )
        for line in ("0: ann calls", "0: bea accepts ann", "1: zed calls Rush" + ("" if floor else " priority=9")):
            acts.step(line)
        monkeypatch.setitem(reactions.REACTIONS, Kind.ENDED, [])
        acts.step("2: bea ends ann")
        acts.step("2: ben calls")
        states = {name: Interaction.objects.get(public_id=acts.contacts[name]).state for name in ("zed", "ben")}
        assert states == {"zed": State.OFFERED, "ben": State.QUEUED}
