"""Sue asks why: of a waiting contact, of an offer, of an agent; and tries routing with contacts nobody sent."""

import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import Agent, Seat
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.models import Channel, Client, Queue, QueueState, Strategy
from interactions import journal, offers
from interactions.models import Kind, Leg, LegState
from interactions.reports.telling import tell
from interactions.routing import overflowing, router, tester
from tests import factories as make
from tests.flows.test_overflow import step
from tests.interactions.test_api import key
from tests.interactions.test_why import people, work

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return make.queue(acme, "Orders", wants={"billing": 2})


@pytest.fixture
def sue(acme: Client) -> User:
    return make.supervisor(acme)


@pytest.fixture
def browser(sue: User) -> Browser:
    made = Browser()
    made.force_login(sue)
    return made


def ready(name: str, acme: Client, **fields: Any) -> Agent:
    return make.agent(name, licensed=acme, skills={"billing": 3}, available=True, **fields)


# --- a contact's page ------------------------------------------------------------------------------------------------


def test_a_waiting_contact_says_why(browser: Browser, acme: Client, line: Queue) -> None:
    make.agent("Una Low", licensed=acme, skills={"billing": 1})
    bea = ready("Bea Brown", acme)
    Seat.objects.filter(pk=bea.pk).update(presence="break", reason="Lunch")
    contact = make.waiting(line)
    page = browser.get(reverse("floor-contact", args=[contact.public_id])).content.decode()
    for words in (
        "Why is this one waiting?", "2 agents of the company", "Nobody who may take it is free.",
        "Bea Brown is away: Lunch.", "Una Low lacks Billing at level 2.", f"?contact={contact.public_id}#passed",
    ):  # fmt: skip
        assert words in page, words
    Seat.objects.filter(pk=bea.pk).update(presence="available")
    leg = make.offer(bea, contact)
    page = browser.get(reverse("floor-contact", args=[contact.public_id])).content.decode()
    assert "Why is this one waiting?" not in page
    for words in ("Why this one", "the longest idle of those who were free", "1 agent serves it.", "idle since"):
        assert words in page, words
    offers.decline(leg, by=bea, reason="no")
    assert (
        "Bea Brown had this contact a moment ago"
        in browser.get(reverse("floor-contact", args=[contact.public_id])).content.decode()
    )


def test_the_page_asks_no_more_for_more_agents_and_offers(
    browser: Browser, acme: Client, line: Queue, django_assert_max_num_queries: Any
) -> None:
    contact = make.waiting(line)
    page = reverse("floor-contact", args=[contact.public_id])
    with clock.set_to(clock.now()):
        for n in range(2):
            offers.decline(make.offer(ready(f"Bea {n}", acme), contact), by=Agent.objects.latest("pk"), reason="no")
        browser.get(page)
        with CaptureQueriesContext(connection) as few:
            browser.get(page)
        for n in range(8):
            offers.decline(make.offer(ready(f"Bob {n}", acme), contact), by=Agent.objects.latest("pk"), reason="no")
            make.licence(make.agent(f"Pia {n}"), acme, "training")
        with django_assert_max_num_queries(len(few.captured_queries)):
            assert browser.get(page).context["waiting_why"].total == 18


def test_the_page_says_which_step_was_reached_by_whom_and_why(
    browser: Browser, acme: Client, line: Queue, sue: User
) -> None:
    step(line, 60, "relax_level", skill=make.skill("billing"), level=1)
    step(line, 600, "raise_priority", raise_by=2)
    step(line, 30, "offer_callback")
    ann = make.waiting(line)
    page = reverse("floor-contact", args=[ann.public_id])
    words = browser.get(page).content.decode()
    assert "No overflow step is reached yet. At " in words and " comes step 1: ask Billing at level 1 only." in words
    overflowing.open_next(ann, by=sue, reason="Only Una is here")
    words = browser.get(page).content.decode()
    assert f"Overflow step 1 opened by {sue}" in words and "ask Billing at level 1 only: Only Una is here" in words
    assert "Overflow step 1 of 3 is reached: ask Billing at level 1 only." in words
    overflowing.steps_due(clock.now() + timedelta(minutes=11))
    words = browser.get(page).content.decode()
    assert "Overflow step 2 reached" in words and "raise the priority by 2, priority from 0 to 2" in words
    ann.refresh_from_db()
    overflowing.open_next(ann, by=sue, reason="Now")
    words = browser.get(page).content.decode()
    assert "No further step comes." in words and "Next overflow step" not in words
    assert "Its line has no further overflow step." in words and "disabled" in words
    dialog = browser.get(reverse("floor-overflow", args=[ann.public_id]), **HTMX).content.decode()
    assert "no further step" in dialog and 'type="submit" disabled' in dialog and "<textarea" not in dialog


def test_a_step_that_was_kept_without_its_words_is_told_by_its_kind(line: Queue) -> None:
    entry = journal.record(make.waiting(line), Kind.STEP_REACHED, step=2, action="offer_callback")
    told = tell(entry, who="", for_client=False)
    assert told is not None and (told.title, told.detail) == ("Overflow step 2 reached", "Offer a callback")


def test_the_others_at_an_offer(browser: Browser, acme: Client, line: Queue) -> None:
    make.agent("Una Out", licensed=acme, skills={"billing": 3})
    contact = make.waiting(line)
    leg = make.offer(ready("Bea Brown", acme), contact)
    address = reverse("floor-others", args=[contact.public_id, leg.public_id])
    assert "Una Out is signed out." in browser.get(address).content.decode()
    dialog = browser.get(address, **HTMX).content.decode()
    assert "<dialog" in dialog and "Signed out" in dialog and "<html" not in dialog
    assert browser.get(reverse("floor-others", args=[contact.public_id, uuid4()])).status_code == 404
    other = make.waiting(line)
    assert browser.get(reverse("floor-others", args=[other.public_id, leg.public_id])).status_code == 404


# --- an agent's page -------------------------------------------------------------------------------------------------


def test_why_not_her(browser: Browser, acme: Client, line: Queue) -> None:
    una = make.agent("Una Out", licensed=acme, skills={"billing": 3})
    contact = make.waiting(line)
    make.offer(ready("Bea Brown", acme), contact)
    hidden = make.waiting(make.queue(make.client("Other")))
    page = reverse("floor-agent", args=[una.public_id])
    assert "Why did Una Out not get it?" in browser.get(page).content.decode()
    for address in (page, reverse("floor-passed-part", args=[una.public_id])):
        for asked in ({"hours": 1}, {"contact": contact.public_id}):
            answer = browser.get(address, asked)
            assert answer.status_code == 200 and "Una Out is signed out." in answer.content.decode(), asked
    part = reverse("floor-passed-part", args=[una.public_id])
    waits = make.waiting(line)
    words = browser.get(part, {"contact": waits.public_id}).content.decode()
    assert "waits now." in words and "Una Out is signed out." in words
    for wrong in ({"contact": hidden.public_id}, {"contact": "nothing"}, {"hours": "400"}):
        assert browser.get(part, wrong).status_code == 422, wrong
    words = browser.get(part, {"contact": "nonsense 7"}).content.decode()
    assert "There is no such contact." in words and 'value="nonsense 7"' in words
    assert '<div id="passed-kept" hx-preserve>' in browser.get(page).content.decode(), "the live page leaves it alone"
    assert "hx-preserve" not in words, "and its own answer replaces it"
    stranger = make.agent("Zoe", licensed=make.client("Third"))
    assert browser.get(reverse("floor-passed-part", args=[stranger.public_id]), {"hours": 1}).status_code == 404


# --- the tester ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(6))
def test_the_tester_says_what_the_matcher_does(seed: int) -> None:
    dice = random.Random(seed)
    with clock.set_to(clock.now()):
        acme = make.client("Acme")
        line = make.queue(
            acme, wants={"billing": 2}, strategy=dice.choice(list(Strategy)), cap_per_agent=dice.choice([None, 1])
        )
        agents = people(dice, acme, line, 14)
        work(dice, line, agents)
        for her in agents:  # nobody is left waiting beside one who is free
            router.agent_has_room(her.pk)
        for _ in range(6):
            clock.advance(1)
            channel = dice.choice(list(Channel))
            wants = ((make.skill("tech").pk, dice.randint(1, 3)),) if dice.random() < 0.5 else ()
            preferred = dice.choice([None, *agents])
            told = tester.test(line, channel, wants=wants, preferred=preferred)
            until = clock.now() + timedelta(seconds=30) if preferred else None
            contact = make.waiting(line, channel, wants=wants, prefer_agent=preferred, prefer_until=until)
            router.interaction_waits(contact.pk)
            leg = Leg.objects.filter(interaction=contact, state=LegState.OFFERED).first()
            assert (leg and leg.agent) == (told.first and told.first.agent)
            if leg:
                best = [(each["agent"], each.get("key")) for each in leg.why["best"]]
                assert best == [(each.agent.pk, each.key) for each in told.order[:5]]


def rows() -> dict[str, int]:
    """How many rows every table has."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{each}', count(*) FROM \"{each}\"" for each in tables))
        return dict(cursor.fetchall())


def test_the_tester_writes_nothing(browser: Browser, acme: Client, line: Queue) -> None:
    ready("Bea Brown", acme)
    before, seats = rows(), list(Seat.objects.values())
    asked = {"line": line.public_id, "channel": "chat", "language": "es", "priority": 5, "want_billing": 3}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")  # until this block is undone any write fails
        answer = browser.get(reverse("floor-routing"), asked)
        transaction.set_rollback(True)
    assert answer.context["tested"].first.agent.name == "Bea Brown"
    assert (rows(), list(Seat.objects.values())) == (before, seats)


def test_the_tester_in_words(browser: Browser, acme: Client, line: Queue) -> None:
    es = make.skill(language="es")
    bea, bob = ready("Bea Brown", acme), ready("Bob Blue", acme)
    make.agent("Una Low", licensed=acme, skills={"billing": 1}, available=True)
    page = reverse("floor-routing")
    empty = browser.get(page).content.decode()
    assert "Choose a line and a channel" in empty and '<option value="es">Spanish</option>' in empty
    asked: dict[str, Any] = {"line": line.public_id, "channel": "chat"}
    words = browser.get(page, asked).content.decode()
    assert "It would be offered to Bea Brown" in words and "Una Low lacks Billing at level 2." in words
    asked["preferred"] = bob.public_id
    words = browser.get(page, asked).content.decode()
    assert "It would be offered to Bob Blue" in words and "It goes to Bob Blue alone" in words
    del asked["preferred"]
    spanish = browser.get(page, {**asked, "language": "es"}).content.decode()
    assert "It would wait" in spanish and f"Bea Brown lacks {es} at level 1." in spanish
    Queue.objects.filter(pk=line.pk).update(state=QueueState.PAUSED)
    make.waiting(line)
    words = browser.get(page, asked).content.decode()
    for part in ("It would wait", "Orders is paused", "1 waits in the line before it."):
        assert part in words, part
    assert bea.name in words


def test_what_the_tester_refuses(browser: Browser, acme: Client, line: Queue) -> None:
    page = reverse("floor-routing")
    Queue.objects.filter(pk=line.pk).update(channels=["chat"])
    other = make.queue(make.client("Other"))
    stranger = make.agent("Zoe", licensed=other.client)
    asked: dict[str, Any] = {"line": line.public_id, "channel": "chat"}
    for change, status in (
        ({"line": other.public_id}, 404), ({"line": uuid4()}, 404), ({"line": "x"}, 400),
        ({"preferred": stranger.public_id}, 404), ({"channel": "voice"}, 422), ({"channel": "fax"}, 422),
        ({"priority": 11}, 422), ({"language": "xx"}, 422),
    ):  # fmt: skip
        assert browser.get(page, {**asked, **change}).status_code == status, change
    assert browser.post(page, asked).status_code == 405
    assert "Zoe" not in browser.get(page).content.decode()


def test_the_tester_by_the_api(acme: Client, line: Queue) -> None:
    bea = ready("Bea Brown", acme)
    una = make.agent("Una Low", licensed=acme, skills={"billing": 2}, available=True)
    shop = key(acme)
    asked = {"queue": str(line.public_id), "channel": "chat", "wants": [{"skill": "billing", "level": 3}]}
    before = rows()
    told = shop.post("routing/test/", **asked).json()
    assert told["offered_to"] == str(bea.public_id) and told["ahead"] == 0 and told["holds"] == []
    assert [each["name"] for each in told["order"]] == ["Bea Brown"]
    assert told["others"] == [
        {"agent": str(una.public_id), "reason": "skill", "words": "Una Low lacks Billing at level 3."}
    ]
    assert rows() == before
    other = make.queue(make.client("Other"))
    assert shop.post("routing/test/", **{**asked, "queue": str(other.public_id)}).status_code == 404
    for wrong in ({"wants": [{"skill": "nothing"}]}, {"preferred": str(uuid4())}, {"priority": 10}, {"channel": "fax"}):
        assert shop.post("routing/test/", **{**asked, **wrong}).status_code == 400, wrong
