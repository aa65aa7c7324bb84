"""Whatever is killed whenever in a call: no leg stays open, nobody is offered twice, and figures say what was heard.

One table: what is killed (the customer's browser, the agent's, the web process, Valkey), and when (it rings, they talk,
on hold, with a colleague asked, handed over). Real processes and browsers; each is killed without a word.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import expect

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Channel, Client, EntryKind, EntryPoint
from interactions.models import ChatSession, Interaction, JournalEntry, Kind, Leg, LegState, Outcome, State
from interactions.reports import queries
from interactions.reports.measures import Handling, Line
from interactions.reports.scope import scope_of
from tests import factories as make
from tests.browser import sounds, stage
from tests.invariants import broken_invariants
from tests.living import Product, eventually
from tests.voice.killing import People, Person, Web, hold_on, kill_valkey

pytestmark = pytest.mark.voice

ANN, ALEX, BEN = 440, 880, 1320
WHAT = ("customer", "agent", "web", "valkey")
WHEN = ("ring", "talk", "hold", "consult", "transfer")
# Which of these waits out its real time; of the others the row is set back, rather than to wait half a minute.
REALLY = {("agent", "talk"), ("customer", "talk")}
# Longer than a node may be silent (15 s) and a desk away (15 s) together.
AWAY = 40
HEARD_WITHIN = 3.0  # seconds by which the two ends of what was heard may be told differently


@dataclass
class House:
    """A company of its own, whose calls reach these two alone."""

    client: Client
    door: EntryPoint
    alex: Agent
    ben: Agent


@pytest.fixture(scope="module")
def web(live_server_process: Product) -> Iterator[Web]:
    """The process the pages talk to; the product's worker, beat and sweep are beside it."""
    (live_server_process.folder / "log").mkdir(parents=True, exist_ok=True)
    started = Web(live_server_process)
    yield started
    started.process.terminate()
    started.process.wait(20)


@pytest.fixture(scope="module")
def people(browser: Any, chromium: str, web: Web, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    """Ann, Alex and Ben; their browsers live until they are killed."""
    crowd = People(browser.browser_type, chromium, web.url, tmp_path_factory.mktemp("voices"))
    yield crowd
    crowd.close()


_house: list[House] = []


@pytest.fixture
def house(live: Product) -> House:
    """Made once; the floor is clear at the beginning of each case."""
    if not _house:
        town = uuid4().hex[:6]
        letters = "".join("ABCDEFGHJKLMNPQRSTUVWXYZ"[int(digit, 16)] for digit in town[:4])
        acme = make.client(f"Acme {town}", slug=f"acme-{town}", reference_prefix=letters)
        line = make.queue(acme, "Calls", channels=[Channel.VOICE], wrap_up="none", offer_seconds=90)
        door = make.door(acme, EntryKind.WEB_CALL, into=line)
        _house.append(House(acme, door, make.agent("Alex Hale", licensed=acme), make.agent("Ben Cole", licensed=acme)))
    stage.clear_the_floor()
    return _house[0]


def hear(*people: tuple[Person, float]) -> bool:
    """Whether at each one's browser exactly this voice sounds, in one window of time."""
    return sounds.hear(*((person.page, pitch) for person, pitch in people))


class Call:
    """One case: Ann's call, and who has it."""

    def __init__(self, house: House, people: People) -> None:
        self.house, self.people = house, people
        self.before = figures(house.client)
        self.heard: list[float] = []
        self.alex = self.desk("alex")
        self.ben: Person | None = None
        self.ann = people.open("ann", ANN)
        if self.ann.page.url != "about:blank":  # her last call is over and forgotten
            self.ann.page.evaluate("sessionStorage.clear(); localStorage.clear()")
        self.ann.page.goto(reverse("customer-call", args=[house.door.public_id]))
        self.ann.page.get_by_role("textbox", name="Your name").fill("Ann Archer")
        self.ann.page.locator("#call").click()
        expect(self.alex.page.locator("#offer [data-offer]")).to_be_visible()
        self.contact = Interaction.objects.filter(client=house.client).latest("pk")

    def desk(self, name: str) -> Person:
        """Alex or Ben, available."""
        agent, pitch = {"alex": (self.house.alex, ALEX), "ben": (self.house.ben, BEN)}[name]
        person = self.people.open(name, pitch, agent.user)
        person.page.goto("/console/")
        expect(person.page.get_by_text("Connected").first).to_be_visible()
        presence = person.page.locator("#top-state .presence > .now")
        if "Available" not in presence.inner_text():
            person.page.get_by_role("button", name="Be available").click()
            expect(presence).to_contain_text("Available")
        return person

    # --- how far it is -----------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """Alex has the card before her."""

    def talk(self) -> None:
        """They hear each other."""
        self.alex.page.keyboard.press("Enter")
        expect(self.alex.page.locator(".callbar")).to_contain_text("Talking")
        eventually(self.ann.heard, within=15)

    def hold(self) -> None:
        """Ann hears music."""
        self.talk()
        self.alex.page.keyboard.press("h")
        expect(self.ann.page.locator("#call-state")).to_have_attribute("data-state", "held")

    def consult(self) -> None:
        """Ben was asked, and talks with Alex: half a warm transfer."""
        self.talk()
        ben = self.ben = self.desk("ben")
        self.alex.page.keyboard.press("c")
        dialog = self.alex.page.locator("#dialog dialog")
        dialog.get_by_text("Ben", exact=False).first.click()
        dialog.get_by_role("button", name="Ask").first.click()
        expect(ben.page.locator("#offer [data-offer]")).to_be_visible()
        ben.page.keyboard.press("Enter")
        eventually(lambda: hear((self.alex, BEN), (ben, ALEX)), within=30)

    def transfer(self) -> None:
        """Handed over blind: Ben has the card before him, Ann hears music."""
        self.talk()
        ben = self.ben = self.desk("ben")
        self.alex.page.keyboard.press("t")
        dialog = self.alex.page.locator("#dialog dialog")
        dialog.get_by_text("Ben", exact=False).first.click()
        dialog.get_by_role("button", name="Hand over", exact=True).click()
        expect(ben.page.locator("#offer [data-offer]")).to_be_visible()

    def colleague(self) -> Person:
        """Ben, who was asked or handed it."""
        assert self.ben is not None
        return self.ben

    def both_hear(self, desk: Person, pitch: int) -> None:
        """Ann and whoever is at this desk."""
        eventually(lambda: hear((self.ann, pitch), (desk, ANN)), within=30)

    # --- how it goes on ----------------------------------------------------------------------------------------------

    def goes_on(self, when: str) -> None:
        """Nothing was lost: from where it stood the desk does the next thing, and both hear it."""
        desk, pitch = self.alex, ALEX
        expect(desk.page.get_by_text("Connected", exact=True)).to_be_visible(timeout=60_000)
        if when == "ring":
            self.talk()
        elif when == "hold":
            desk.page.keyboard.press("h")
        elif when == "transfer":
            desk, pitch = self.colleague(), BEN
            desk.page.keyboard.press("Enter")
        elif when == "consult":
            desk.page.get_by_role("button", name="Hand over and leave").click()
            desk, pitch = self.colleague(), BEN
        self.both_hear(desk, pitch)
        self.hangs_up()

    def is_taken_again(self) -> None:
        """Alex, at a new browser if hers was killed, is asked once more, and Ann hears her."""
        if "alex" not in self.people.there:
            self.alex = self.desk("alex")
        expect(self.alex.page.locator("#offer [data-offer]")).to_be_visible()
        self.talk()
        self.both_hear(self.alex, ALEX)
        self.hangs_up()

    def hangs_up(self) -> None:
        """Ann has heard enough."""
        self.heard += self.ann.heard()
        self.ann.page.locator("#hang").click()
        eventually(lambda: self.fresh().state == State.CLOSED)

    def fresh(self) -> Interaction:
        """The row as it is now."""
        return Interaction.objects.get(pk=self.contact.pk)

    def kinds(self) -> list[str]:
        """What the journal says, in order."""
        return list(JournalEntry.objects.filter(interaction=self.contact).order_by("pk").values_list("kind", flat=True))


def figures(client: Client) -> tuple[Line, Handling]:
    """What the client's report says now."""
    scope = scope_of([client], "today", at=clock.now() + timedelta(seconds=1))
    return queries.line(scope), queries.handling(scope)[()]


# --- what is killed ---------------------------------------------------------------------------------------------------


def customer(call: Call, when: str, web: Web) -> Outcome:
    """He does not come back within half a minute: in line he has left it, in talk he has ended it."""
    call.heard += call.ann.heard()
    call.people.kill("ann")
    window = ChatSession.objects.filter(interaction=call.contact)
    eventually(lambda: window.filter(gone_since__isnull=False).exists(), within=30)
    if ("customer", when) not in REALLY:
        window.update(gone_since=F("gone_since") - timedelta(seconds=30))
    eventually(lambda: call.fresh().state == State.CLOSED, within=40)
    for desk in filter(None, (call.alex, call.ben)):
        expect(desk.page.locator(".callbar, #offer [data-offer]")).to_have_count(0)
    return Outcome.ABANDONED if when in ("ring", "transfer") else Outcome.HANDLED


def agent(call: Call, when: str, web: Web) -> Outcome:
    """An offer goes back at once, a call after 15 s: to the colleague beside her, else first in line.

    Of a call handed over the one it rings at is killed.
    """
    whose = "ben" if when == "transfer" else "alex"
    call.people.kill(whose)
    leg = Leg.objects.filter(interaction=call.contact, agent=getattr(call.house, whose)).latest("pk")
    if when in ("ring", "transfer"):
        eventually(lambda: Leg.objects.get(pk=leg.pk).state == LegState.RESCINDED, within=15)
    else:
        mine = Leg.objects.filter(pk=leg.pk)
        eventually(lambda: mine.filter(lost_since__isnull=False).exists(), within=15)
        if ("agent", when) not in REALLY:
            mine.update(lost_since=F("lost_since") - timedelta(seconds=15))
        eventually(lambda: mine.get().state == LegState.LOST, within=25)
    if when == "consult":
        call.both_hear(call.colleague(), BEN)
        call.hangs_up()
    else:
        assert call.fresh().state in (State.QUEUED, State.OFFERED)
        call.is_taken_again()
    return Outcome.HANDLED


def web_process(call: Call, when: str, web: Web) -> Outcome:
    """The voices need it for nothing; desk and page come back by themselves, and what was offered is still."""
    web.kill()
    if when == "talk":
        assert hear((call.ann, ALEX), (call.alex, ANN)), "voices go from page to page"
    else:
        hold_on(1)
    web.start()
    call.goes_on(when)
    assert not {Kind.CONSOLE_LOST, Kind.RESCINDED, Kind.MEDIA_FAILED} & set(call.kinds())
    return Outcome.HANDLED


def valkey(call: Call, when: str, web: Web) -> Outcome:
    """Nothing is pushed for a while."""
    server = kill_valkey()
    try:
        if when == "talk":
            assert hear((call.ann, ALEX), (call.alex, ANN)), "it carries no voice"
        else:
            hold_on(2)
    finally:
        server.start()
    call.goes_on(when)
    assert not {Kind.CONSOLE_LOST, Kind.RESCINDED, Kind.MEDIA_FAILED} & set(call.kinds())
    return Outcome.HANDLED


KILLS: dict[str, Callable[[Call, str, Web], Outcome]] = {
    "customer": customer,
    "agent": agent,
    "web": web_process,
    "valkey": valkey,
}


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("what", WHAT)
def test_whatever_is_killed_nothing_is_left_open(what: str, when: str, house: House, people: People, web: Web) -> None:
    call = Call(house, people)
    getattr(call, when)()
    killed_at = time.time()
    outcome = KILLS[what](call, when, web)
    is_closed_and_true(call, outcome, killed_at, people)


def is_closed_and_true(call: Call, outcome: Outcome, killed_at: float, people: People, *, untold: float = 0.0) -> None:
    """Nothing of it is open; journal and figures say what was, but for `untold` seconds, which nobody could know."""
    eventually(lambda: call.fresh().state == State.CLOSED)
    assert call.fresh().outcome == outcome
    legs = list(Leg.objects.filter(interaction=call.contact).order_by("offered_at", "pk"))
    assert {leg.state for leg in legs} <= {LegState.COMPLETED, LegState.LOST, LegState.RESCINDED}
    eventually(lambda: broken_invariants() == [], within=5)
    nobody_was_offered_twice(legs)
    in_order(call)
    figures_say_what_was_heard(call, legs, killed_at, untold)
    assert not people.complaints


@pytest.mark.parametrize("what", ["web", "valkey"])
def test_what_is_away_for_longer_than_a_desks_grace_leaves_nothing_open(
    what: str, house: House, people: People, web: Web
) -> None:
    call = Call(house, people)
    call.talk()
    gone_at, untold = time.time(), 0.0
    if what == "web":
        lost = Leg.objects.filter(interaction=call.contact, state=LegState.LOST)
        web.kill()
        try:
            # Nobody knows that they talk: the desk's grace is over. The page's own, half a minute, is not yet.
            eventually(lambda: lost.exists() and call.fresh().state == State.QUEUED, within=AWAY)
            assert hear((call.ann, ALEX), (call.alex, ANN)), "voices go from page to page"
        finally:
            web.start()
        call.is_taken_again()
        first, second = Leg.objects.filter(interaction=call.contact).order_by("pk")
        assert first.ended_at is not None and second.accepted_at is not None
        untold = (second.accepted_at - first.ended_at).total_seconds()
    else:
        server = kill_valkey()
        try:
            hold_on(AWAY)
            assert hear((call.ann, ALEX), (call.alex, ANN)), "it carries no voice"
        finally:
            server.start()
        call.goes_on("talk")
        assert not {Kind.CONSOLE_LOST, Kind.MEDIA_FAILED} & set(call.kinds())
    is_closed_and_true(call, Outcome.HANDLED, gone_at, people, untold=untold)


def nobody_was_offered_twice(legs: list[Leg]) -> None:
    """Of one agent's offers of this call the next began when the one before was over; two rang together nowhere."""
    for role in ("primary", "consult"):
        rung = [leg for leg in legs if leg.role == role or (role == "consult" and "asked_by" in leg.why)]
        for one, other in zip(rung, rung[1:], strict=False):
            over = one.accepted_at or one.ended_at
            assert one.role != other.role or (over is not None and over <= other.offered_at), (one, other)


def in_order(call: Call) -> None:
    """Facts were written as they happened, and one thing follows from another."""
    entries = list(JournalEntry.objects.filter(interaction=call.contact).order_by("pk").values_list("kind", "at"))
    kinds = [kind for kind, _at in entries]
    assert kinds[0] == Kind.ARRIVED and kinds.count(Kind.CLOSED) == 1 and kinds.index(Kind.CLOSED) >= len(kinds) - 2
    late = [(one, other) for one, other in zip(entries, entries[1:], strict=False) if other[1] < one[1]]
    assert not late, late
    assert kinds.count(Kind.MEDIA_CONNECTED) == kinds.count(Kind.ACCEPTED), "each accept was heard"


def figures_say_what_was_heard(call: Call, legs: list[Leg], killed_at: float, untold: float) -> None:
    """One contact more, answered if somebody was heard; talk is what was heard, and what nobody could know was over."""
    line, handling = figures(call.house.client)
    line_before, handling_before = call.before
    answered, abandoned = line.answered - line_before.answered, line.abandoned - line_before.abandoned
    assert (answered, abandoned) == ((1, 0) if call.heard else (0, 1))
    talked = handling.talk_seconds - handling_before.talk_seconds
    heard = len({round(second) for second in call.heard})
    unknown = sum(silence(leg, killed_at) for leg in legs if leg.role == "primary")
    assert heard - untold - HEARD_WITHIN <= talked <= heard + unknown + 3 * HEARD_WITHIN, (talked, heard, unknown)


def silence(leg: Leg, killed_at: float) -> float:
    """How long a leg went on after the kill, if the kill was its end."""
    if leg.accepted_at is None or leg.work_ended_at is None or leg.accepted_at.timestamp() > killed_at:
        return 0.0
    if leg.state != LegState.LOST and leg.ended_by != "customer":
        return 0.0
    return max(0.0, leg.work_ended_at.timestamp() - killed_at)
