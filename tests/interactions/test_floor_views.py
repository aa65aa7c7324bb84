"""Sue watches the floor of Acme: what she sees, opens and does, and what stays closed to others."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import presence, rules
from agents.models import Agent, PresenceReason, Seat, Team
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.models import Client, Queue, Role
from interactions import offers
from interactions.models import Callback, Interaction, JournalEntry, Kind
from interactions.views import export
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """In the middle of the client's day: what happened an hour ago is of today."""
    with clock.set_to(clock.now().replace(hour=17, minute=0, second=0, microsecond=0)):
        yield


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return factories.queue(acme, "Orders")


@pytest.fixture
def sue(acme: Client) -> User:
    return factories.supervisor(acme, teams=[Team.objects.create(name="First")])


@pytest.fixture
def bea(acme: Client, sue: User) -> Agent:
    return factories.agent("Bea Brown", licensed=acme, in_team=Team.objects.get(name="First"), available=True)


@pytest.fixture
def browser(sue: User) -> Browser:
    made = Browser()
    made.force_login(sue)
    return made


def a_busy_floor(line: Queue, bea: Agent) -> None:
    now = clock.now()
    reported.promise(line.client, "voice", 20)
    for waited, how in [(10, "answered"), (40, "answered"), (3, "abandoned"), (50, "abandoned")]:
        made = reported.contact(line, at=now - timedelta(minutes=5), waited=waited, how=how)
        if how == "answered":
            reported.worked(made, bea, start=now - timedelta(minutes=4), talk=60)
    reported.working(reported.contact(line, "chat", at=now), bea, start=now)
    reported.callback(line, "promised", at=now - timedelta(hours=3))


PAGES = [
    "floor", "floor-board", "floor-board-part", "floor-wall-part", "floor-agents-part", "floor-callbacks-part",
    "floor-latest-part", "floor-contacts", "floor-callbacks", "floor-agents",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_who_opens_a_page_of_the_floor(name: str, browser: Browser, line: Queue, bea: Agent) -> None:
    a_busy_floor(line, bea)
    address = reverse(name)
    assert browser.get(address).status_code == 200
    assert browser.post(address).status_code == 405
    assert Browser().get(address).status_code == 302
    cal = Browser()
    cal.force_login(factories.agent("Cal Cole", licensed=line.client).user)
    assert cal.get(address).status_code == 403


def test_the_wall_shows_the_lines_figures(browser: Browser, line: Queue, bea: Agent) -> None:
    a_busy_floor(line, bea)
    reported.contact(line, at=clock.now() - timedelta(seconds=70))
    page = browser.get(reverse("floor")).content.decode()
    assert "Orders" in page
    assert "33.3" in page or "25.0" in page
    row = browser.get(reverse("floor-wall-part")).context["wall"].clients[0]
    voice = next(each for each in row.rows if each.channel == "voice")
    assert (voice.waiting, voice.today.answered, voice.today.abandoned, voice.today.short) == (1, 2, 2, 1)
    assert (voice.level_today.numerator, voice.level_today.denominator) == (1, 4)
    assert voice.light == "breach"
    assert (row.people.busy, row.people.staffed) == (1, 1)
    assert (row.callbacks_due, row.callbacks_over) == (1, 1)


def test_a_line_nobody_called_lately_has_the_light_of_its_day(browser: Browser, line: Queue) -> None:
    reported.promise(line.client, "voice", 20)
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.set_to(noon):
        reported.contact(line, at=noon - timedelta(hours=2), waited=40, how="answered")
        row = browser.get(reverse("floor-wall-part")).context["wall"].clients[0]
        voice = next(each for each in row.rows if each.channel == "voice")
        assert (voice.level_now.percent, voice.light) == (None, "breach")


def test_the_page_of_a_line_is_reached_while_nobody_waits(browser: Browser, line: Queue) -> None:
    page = browser.get(reverse("floor")).content.decode()
    for channel in line.channels:
        assert f'href="{reverse("floor-line", args=[line.public_id])}?channel={channel}">{line.name}</a>' in page


def test_the_reference_told_in_a_promise_leads_to_it(browser: Browser, line: Queue) -> None:
    promise = reported.callback(line, "promised", at=clock.now(), reference="TTG-VWWFAR")
    theirs = reported.callback(factories.queue(factories.client("Other")), "promised", at=clock.now())
    page = reverse("floor-callback", args=[promise.public_id])
    for typed in ("TTG-VWWFAR", "ttg vwwfar"):
        answer = browser.get(reverse("floor-contacts"), {"q": typed, "when": "30d"})
        assert page in answer.content.decode() and "Nothing here" not in answer.content.decode(), typed
    words = browser.get(reverse("floor-contacts"), {"q": theirs.reference, "when": "30d"}).content.decode()
    assert str(theirs.public_id) not in words and "Nothing here" in words


def test_a_callback_in_line_is_nobody_who_waits(browser: Browser, line: Queue) -> None:
    now = clock.now()
    due = {"origin": "callback", "direction": "outbound"}
    reported.contact(line, at=now - timedelta(hours=1), who="Zoe Zimmer", **due)
    reported.contact(line, at=now - timedelta(seconds=70))
    wall = browser.get(reverse("floor-wall-part")).context["wall"]
    voice = next(each for each in wall.clients[0].rows if each.channel == "voice")
    assert (voice.waiting, voice.callbacks, wall.waiting) == (1, 1, 1)
    assert voice.since == now - timedelta(seconds=70)
    assert "+ 1 callback" in browser.get(reverse("floor-board-part")).content.decode()
    listed = browser.get(reverse("floor-contacts"), {"figure": "waiting_now"}).context["page_obj"]
    assert listed.paginator.count == 1
    opened = browser.get(reverse("floor-line", args=[line.public_id]), {"channel": "voice"})
    assert opened.context["total"] == 2 and "Callback</span>" in opened.content.decode()


def test_the_promise_of_mails_stands_on_the_wall(browser: Browser, line: Queue, bea: Agent) -> None:
    reported.promise(line.client, "email", 3600)
    now = clock.now()
    mail = reported.contact(line, "email", at=now - timedelta(minutes=5), waited=5)
    reported.wrote(mail, "It is on its way.", at=now, by=bea)
    reported.contact(line, "email", at=now - timedelta(minutes=5))
    wall = browser.get(reverse("floor-wall-part")).context["wall"]
    row = next(each for each in wall.clients[0].rows if each.channel == "email")
    assert (row.level_now.percent, row.level_today.denominator, row.light) == (100, 1, "met")
    asked = {"figure": "judged", "channel": "email", "queue": line.public_id}
    assert list(browser.get(reverse("floor-contacts"), asked).context["page_obj"]) == [mail]
    assert browser.get(reverse("floor-board-part")).content.decode().count("Met") == 1
    assert (wall.clients[0].on_the_line, wall.clients[0].mails) == (0, 1)


def test_every_number_of_the_wall_leads_to_as_many_rows(browser: Browser, line: Queue, bea: Agent) -> None:
    a_busy_floor(line, bea)
    for figure, number in {"judged": 4, "abandoned": 2, "answered": 3, "handled": 2, "callbacks_made": 1}.items():
        listed = browser.get(
            reverse("floor-contacts"), {"figure": figure, "client": line.client.public_id, "when": "7d"}
        )
        assert listed.context["page_obj"].paginator.count == number, figure
    assert (
        browser.get(reverse("floor-agents"), {"client": line.client.public_id, "doing": "busy"})
        .context["rows"][0]
        .agent
        == bea
    )
    assert not browser.get(reverse("floor-agents"), {"client": line.client.public_id, "doing": "free"}).context["rows"]


def test_the_lists_as_csv_are_the_lists_with_real_names(browser: Browser, line: Queue, bea: Agent) -> None:
    a_busy_floor(line, bea)
    other = factories.queue(factories.client("Cal's house"), "Secrets")
    reported.contact(other, at=clock.now(), who="Zoe Zimmer")
    reported.callback(other, "promised", at=clock.now(), name="Zoe Zimmer")
    for name in ("floor-contacts", "floor-callbacks"):
        listed = browser.get(reverse(name)).context
        assert "format=csv" in listed["csv"]
        answer = browser.get(reverse(name) + listed["csv"])
        assert answer["Content-Type"].startswith("text/csv") and answer["Content-Disposition"].endswith('.csv"')
        text = b"".join(answer).decode()  # type: ignore[arg-type]
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        assert len(rows) == listed["page_obj"].paginator.count > 0, name
        assert {row["Client"] for row in rows} == {"Acme"} and "Zoe" not in text
    text = b"".join(browser.get(reverse("floor-contacts"), {"figure": "handled", "format": "csv"})).decode()  # type: ignore[arg-type]
    assert "Bea Brown" in text
    cal = Browser()
    cal.force_login(factories.agent("Cal Cole", licensed=line.client).user)
    assert cal.get(reverse("floor-contacts"), {"format": "csv"}).status_code == 403


def test_filters_that_cannot_be(browser: Browser, line: Queue) -> None:
    reported.contact(line, at=clock.now(), waited=1)
    contacts = reverse("floor-contacts")
    for wrong in (
        {"client": "x"},
        {"queue": "1"},
        {"when": "soon"},
        {"figure": "profit"},
        {"channel": "fax"},
        {"page": "x"},
    ):
        assert browser.get(contacts, wrong).status_code == 400, wrong
    for unknown in ({"client": uuid4()}, {"queue": uuid4()}, {"reason": "nothing"}):
        assert browser.get(contacts, unknown).context["page_obj"].paginator.count == 0, unknown


def test_another_clients_floor_is_not_there(browser: Browser, line: Queue) -> None:
    other = factories.queue(factories.client("Cal's house"), "Secrets")
    hidden = reported.contact(other, at=clock.now(), who="Zoe Zimmer")
    promised = reported.callback(other, "promised", at=clock.now())
    page = browser.get(reverse("floor")).content.decode()
    assert "Secrets" not in page and "Zoe" not in page
    for address in (
        reverse("floor-contact", args=[hidden.public_id]),
        reverse("floor-assign", args=[hidden.public_id]),
        reverse("floor-take-back", args=[hidden.public_id]),
        reverse("floor-line", args=[other.public_id]),
        reverse("floor-callback", args=[promised.public_id]),
        reverse("floor-agent", args=[uuid4()]),
    ):
        assert browser.get(address).status_code == 404, address
    assert browser.get(reverse("floor"), {"queue": other.public_id}).status_code == 404


def test_seeing_as_an_agent_is_not_supervising(line: Queue, acme: Client) -> None:
    """Sue supervises another house and is licensed for Acme: she sees its contacts at her desk, not on the floor."""
    sue = factories.agent("Sue Both", licensed=acme)
    factories.membership(sue.user, factories.client("Hers"), Role.SUPERVISOR)
    browser = Browser()
    browser.force_login(sue.user)
    contact = reported.contact(line, at=clock.now())
    assert browser.get(reverse("floor-contact", args=[contact.public_id])).status_code == 403
    assert "Orders" not in browser.get(reverse("floor")).content.decode()


def test_one_contact_is_told_from_the_journal(browser: Browser, line: Queue, bea: Agent) -> None:
    contact = factories.waiting(line, "chat")
    reported.wrote(contact, "Where is my <b>order</b>?", at=clock.now())
    page = browser.get(reverse("floor-contact", args=[contact.public_id])).content.decode()
    assert "Entered the line" in page
    assert "&lt;b&gt;order" in page
    assert browser.get(reverse("floor-contact", args=[contact.public_id]), **HTMX).status_code == 200


def test_a_line_lists_who_waits_in_order(browser: Browser, line: Queue) -> None:
    now = clock.now()
    for name, minutes in (("Second", 1), ("First", 2)):
        reported.contact(line, "chat", at=now - timedelta(minutes=minutes), who=name)
    page = browser.get(reverse("floor-line", args=[line.public_id]), {"channel": "chat"})
    assert [str(each.customer) for each in page.context["waiting"]] == ["First", "Second"]
    assert browser.get(reverse("floor-line-part", args=[line.public_id]), {"channel": "fax"}).status_code == 400


def test_assign_offers_the_eligible_and_says_why_not(browser: Browser, line: Queue, bea: Agent, sue: User) -> None:
    factories.agent("Ned Novice", in_team=bea.team, available=True)
    factories.agent("Una Other", licensed=line.client, available=True)
    contact = factories.waiting(line, "chat")
    address = reverse("floor-assign", args=[contact.public_id])
    dialog = browser.get(address, **HTMX)
    assert [row.agent for row in dialog.context["able"]] == [bea]
    whys = {row.agent.name: str(why) for row, why in dialog.context["unable"]}
    assert "certified" in whys["Ned Novice"] and "teams" in whys["Una Other"]
    assert browser.post(address, {"agent": bea.public_id, "reason": " "}, **HTMX).status_code == 422
    assert browser.post(address, {"agent": "x", "reason": "VIP"}, **HTMX).status_code == 409
    assert not contact.legs.exists()
    done = browser.post(address, {"agent": bea.public_id, "reason": "VIP"}, **HTMX)
    assert done.status_code == 200 and "toast" in done["HX-Trigger"]
    assert contact.legs.get().agent == bea
    entry = JournalEntry.objects.get(kind=Kind.ASSIGNED)
    assert (entry.actor, entry.facts["reason"]) == (sue, "VIP")


def test_somebody_of_another_team_cannot_be_given_work(browser: Browser, line: Queue) -> None:
    una = factories.agent("Una Other", licensed=line.client, available=True)
    contact = factories.waiting(line, "chat")
    answer = browser.post(
        reverse("floor-assign", args=[contact.public_id]), {"agent": una.public_id, "reason": "please"}
    )
    assert answer.status_code == 403
    assert (
        browser.post(reverse("floor-force", args=[una.public_id]), {"presence": "break", "reason": "x"}).status_code
        == 403
    )


def test_work_is_not_taken_from_somebody_of_another_team(browser: Browser, line: Queue, bea: Agent) -> None:
    una = factories.agent("Una Other", licensed=line.client, available=True)
    Seat.objects.filter(agent=bea).update(presence="signed_out")  # so that everything goes to Una
    talks, rings, free = (factories.waiting(line, "chat") for _ in range(3))
    talk = offers.accept(factories.offer(una, talks), by=una)
    factories.offer(una, rings)
    for contact in (rings, talks):
        acts = [reverse(f"floor-{act}", args=[contact.public_id]) for act in ("take-back", "assign")]
        assert [browser.get(act, **HTMX).status_code for act in acts] == [403, 403]
        given = {"reason": "mine", "agent": bea.public_id}
        assert [browser.post(act, given).status_code for act in acts] == [403, 403]
        page = browser.get(reverse("floor-contact", args=[contact.public_id])).content.decode()
        assert not any(act in page for act in acts), "no button asks for it"
    talk.refresh_from_db()
    assert talk.state == "handling"
    in_line = browser.get(reverse("floor-line", args=[line.public_id]) + "?channel=chat").content.decode()
    assert f"{rings.public_id}/priority/" in in_line and f"{rings.public_id}/assign/" not in in_line
    assert f"{rings.public_id}/take-back/" not in in_line and f"{free.public_id}/assign/" in in_line


def test_take_back_and_priority_take_a_reason(browser: Browser, line: Queue, bea: Agent) -> None:
    contact = factories.waiting(line, "chat")
    factories.offer(bea, contact)
    address = reverse("floor-take-back", args=[contact.public_id])
    assert browser.get(address, **HTMX).status_code == 200
    assert browser.post(address, {}, **HTMX).status_code == 422
    assert browser.post(address, {"reason": "wrong person"}).status_code == 302
    contact.refresh_from_db()
    assert contact.state == "queued"
    assert browser.post(address, {"reason": "again"}, **HTMX).status_code == 409
    priority = reverse("floor-priority", args=[contact.public_id])
    assert browser.post(priority, {"priority": "12", "reason": "x"}, **HTMX).status_code == 422
    assert browser.post(priority, {"priority": "7", "reason": "ill"}, **HTMX).status_code == 200
    assert Interaction.objects.get(pk=contact.pk).priority == 7
    assert browser.put(priority).status_code == 405


def test_a_page_that_says_live_follows_what_happens(browser: Browser, line: Queue, bea: Agent) -> None:
    a_busy_floor(line, bea)
    contact, promised = Interaction.objects.latest("pk"), Callback.objects.latest("pk")
    pages = {
        reverse("floor"): True,
        reverse("floor-contact", args=[contact.public_id]): True,
        reverse("floor-line", args=[line.public_id]): True,
        reverse("floor-agents"): True,
        reverse("floor-callbacks"): True,
        reverse("floor-contacts"): False,
        reverse("floor-licences"): False,
        reverse("floor-routing"): False,
        reverse("floor-agent", args=[bea.public_id]): True,
        reverse("floor-callback", args=[promised.public_id]): True,
        reverse("floor-force", args=[bea.public_id]): False,
    }
    for address, follows in pages.items():
        page = browser.get(address).content.decode()
        assert ("data-live" in page, "push:changed" in page or "data-part" in page) == (follows, follows), address


def test_what_a_dialog_misses_is_told_in_it_and_has_the_focus(browser: Browser, bea: Agent) -> None:
    answer = browser.post(reverse("floor-force", args=[bea.public_id]), {"presence": "available"}, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422 and "novalidate" in page
    assert re.findall(r'<(?:input|select|textarea)[^>]*name="(\w+)"[^>]*autofocus', page) == ["reason"]
    assert re.search(r'id="id_reason_error">.*?This field is required', page, re.S)


def test_force_a_state_with_a_reason(browser: Browser, bea: Agent) -> None:
    address = reverse("floor-force", args=[bea.public_id])
    assert browser.get(address, **HTMX).status_code == 200
    assert browser.post(address, {"presence": "break"}, **HTMX).status_code == 422
    assert browser.post(address, {"presence": "break", "reason": "meeting"}, **HTMX).status_code == 200
    seat = Seat.objects.get(pk=bea.pk)
    assert (seat.presence, seat.reason) == ("break", "Away")
    assert "meeting" in browser.get(reverse("floor-agent", args=[bea.public_id])).content.decode()


def test_away_is_for_something_where_there_are_words_for_it(browser: Browser, bea: Agent) -> None:
    PresenceReason.objects.create(name="Lunch", code="lunch")
    address = reverse("floor-force", args=[bea.public_id])
    form = browser.get(address, **HTMX).content.decode()
    assert form.index("autofocus") < form.index('name="reason"') and form.count("autofocus") <= 3
    refused = browser.post(address, {"presence": "break", "reason": "meeting"}, **HTMX)
    assert refused.status_code == 422 and "Choose what for." in refused.content.decode()
    assert browser.post(address, {"presence": "break", "away": "Lunch", "reason": "x"}, **HTMX).status_code == 200


def test_promises_stand_in_the_readers_zone_with_the_customers_where_it_differs(
    browser: Browser, line: Queue, sue: User
) -> None:
    User.objects.filter(pk=sue.pk).update(zone="Europe/Madrid")
    at = datetime(2026, 5, 11, 14, tzinfo=UTC)
    with clock.set_to(at):
        far = reported.callback(line, "promised", at=at, zone="America/New_York")
        reported.callback(line, "promised", at=at + timedelta(hours=1), zone="Europe/Paris")
        for name, ids in (("floor-callbacks", []), ("floor-callback", [far.public_id]), ("floor-callbacks-part", [])):
            page = re.sub(r"<[^>]+>", "", browser.get(reverse(name, args=ids)).content.decode())
            assert "16:00 – 18:00" in page and "10:00 – 12:00 in New York" in page, name
            assert "Paris" not in page, "the same clock is not told twice"
        assert "Window, Madrid" in re.sub(r"<[^>]+>", "", browser.get(reverse("floor-callbacks")).content.decode())


def test_who_is_called_back_is_named_by_the_number_at_least(browser: Browser, line: Queue) -> None:
    nobody = factories.customer(line.client, "")
    promised = reported.callback(line, "promised", at=clock.now(), customer=nobody)
    for address in (reverse("floor-callbacks"), reverse("floor-callback", args=[promised.public_id])):
        page = browser.get(address).content.decode()
        assert promised.number in page and "Unknown customer" not in page


def test_a_form_on_its_own_page_has_a_way_back(browser: Browser, bea: Agent) -> None:
    address, back = reverse("floor-force", args=[bea.public_id]), reverse("floor-agent", args=[bea.public_id])
    form = browser.get(address).content.decode()
    assert f'href="{back}">Leave it' in form and "hx-post" not in form
    assert "hx-post" in browser.get(address, **HTMX).content.decode()
    after = browser.post(address, {"presence": "break", "reason": "meeting"}, follow=True)
    assert after.redirect_chain == [(back, 302)] and "State set." in after.content.decode()


def test_a_callback_says_when_it_is_tried_next_or_why_it_waits(browser: Browser, line: Queue, bea: Agent) -> None:
    now = clock.now()
    again = now + timedelta(minutes=20)
    tried = reported.callback(line, "promised", at=now, attempts=1, next_try_at=again)
    page = browser.get(reverse("floor-callback", args=[tried.public_id]))
    assert page.context["next"] == [f"Tried again at {again:%a %-d %b, %H:%M}."]
    assert "Again in 20 min" in page.content.decode()

    attempt = factories.waiting(line, "voice", origin="callback", direction="outbound")
    working = reported.callback(line, "working", at=now, interaction=attempt)
    address = reverse("floor-callback", args=[working.public_id])
    assert browser.get(address).context["next"] == ["Number 1 in its line.", "Can take it now: Bea Brown."]
    Seat.objects.filter(pk=bea.pk).update(presence="break", reason="Lunch")
    told = browser.get(address).context["next"]
    assert told[1:] == ["Nobody who is here can take it now.", "Bea Brown is away: Lunch."]


def test_a_callback_in_line_is_not_said_to_be_made(browser: Browser, line: Queue, bea: Agent) -> None:
    now = clock.now()
    attempt = factories.waiting(line, "voice", origin="callback", direction="outbound")
    working = reported.callback(line, "working", at=now, interaction=attempt)
    addresses = [reverse("floor-callbacks"), reverse("floor-callback", args=[working.public_id])]
    calling = Browser()
    calling.force_login(bea.user)
    for state, words in (("queued", "In line"), ("offered", "Ringing an agent"), ("active", "With an agent")):
        type(attempt).objects.filter(pk=attempt.pk).update(state=state)
        for page in [*map(browser.get, addresses), calling.get(reverse("console-callback", args=[working.public_id]))]:
            assert words in page.content.decode() and "Being made" not in page.content.decode(), state
        text = b"".join(browser.get(reverse("floor-callbacks"), {"format": "csv"})).decode()  # type: ignore[arg-type]
        assert words in text and "Being made" not in text


def test_a_mail_that_was_undone_was_never_said(browser: Browser, line: Queue, bea: Agent) -> None:
    mail = reported.contact(line, "email", at=clock.now(), waited=5)
    page = reverse("floor-contact", args=[mail.public_id])
    sent = reported.wrote(mail, "It is on its way.", at=clock.now(), by=bea)
    assert "It is on its way." in browser.get(page).content.decode()
    type(sent).objects.filter(pk=sent.pk).update(state="cancelled")
    assert "It is on its way." not in browser.get(page).content.decode()


def test_the_agent_is_told_who_sent_her_away_and_why(browser: Browser, bea: Agent, sue: User) -> None:
    browser.post(reverse("floor-force", args=[bea.public_id]), {"presence": "break", "reason": "Needs rest"}, **HTMX)
    console = Browser()
    console.force_login(bea.user)
    top = console.get(reverse("console-top"), **HTMX)
    assert top.context["top"].words == "Away"
    assert f"Set by {sue}: Needs rest" in top.content.decode()
    console.post(reverse("console-away"), {"reason": "Lunch"}, **HTMX)
    assert "Set by" not in console.get(reverse("console-top"), **HTMX).content.decode()


def test_the_agent_is_told_who_signed_her_out_and_why(browser: Browser, bea: Agent, sue: User) -> None:
    browser.post(
        reverse("floor-force", args=[bea.public_id]), {"presence": "signed_out", "reason": "Shift ends"}, **HTMX
    )
    console = Browser()
    console.force_login(bea.user)
    for page in ("console-top", "console-idle", "console-home"):
        assert f"Set by {sue}: Shift ends" in console.get(reverse(page), **HTMX).content.decode(), page
    assert "Good to see you" not in console.get(reverse("console-idle"), **HTMX).content.decode()
    console.post(reverse("console-available"), **HTMX)
    console.post(reverse("console-sign-out"), **HTMX)
    assert "Set by" not in console.get(reverse("console-idle"), **HTMX).content.decode()


def test_work_for_another_client_is_not_named(browser: Browser, line: Queue, bea: Agent) -> None:
    other = factories.queue(factories.client("Cal's house"), "Secrets")
    reported.working(reported.contact(other, "chat", at=clock.now()), bea, start=clock.now())
    grid = browser.get(reverse("floor-agents-part")).content.decode()
    assert "another client" in grid and "Secrets" not in grid and "Cal&#x27;s house" not in grid
    assert browser.get(reverse("floor-wall-part")).context["wall"].clients[0].people.elsewhere == 1
    assert "Secrets" not in browser.get(reverse("floor-agent", args=[bea.public_id])).content.decode()


def test_who_is_away_with_work_in_hand_is_headed_by_both(browser: Browser, line: Queue, bea: Agent) -> None:
    reported.working(factories.waiting(line, "email"), bea, start=clock.now())
    page = reverse("floor-agent", args=[bea.public_id])
    assert "Away, missed offers" not in browser.get(page).content.decode()
    presence.missed_out(bea, 3, clock.now())
    head = browser.get(page).content.decode().partition("<h1")[2].partition("<section")[0]
    assert "Away, missed offers" in head and "Writing" in head


def test_worst_first_and_outlined(browser: Browser, line: Queue, bea: Agent) -> None:
    now = clock.now()
    Seat.objects.filter(pk=bea.pk).update(presence="not_responding", since=now - timedelta(minutes=3))
    dev = factories.agent("Dev Dale", licensed=line.client, available=True)
    leg = reported.working(reported.contact(line, at=now), dev, start=now - timedelta(minutes=9), state="wrapping")
    type(leg).objects.filter(pk=leg.pk).update(
        work_ended_at=now - timedelta(minutes=5), wrap_up_due_at=now - timedelta(minutes=4)
    )
    reported.agent("Eve East", line.client)
    rows = browser.get(reverse("floor-agents-part")).context["rows"]
    assert [(row.agent.name, row.over) for row in rows] == [
        ("Dev Dale", True),
        ("Bea Brown", True),
        ("Eve East", False),
    ]


def test_the_floor_asks_no_more_for_more(
    browser: Browser, line: Queue, bea: Agent, django_assert_max_num_queries
) -> None:
    a_busy_floor(line, bea)
    with django_assert_max_num_queries(60) as few:
        browser.get(reverse("floor"))
    for n in range(6):
        a_busy_floor_again(line, n)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(reverse("floor"))


def a_busy_floor_again(line: Queue, n: int) -> None:
    who = reported.agent(f"More {n}", line.client)
    now = clock.now()
    reported.worked(reported.contact(line, at=now, waited=4), who, start=now)
    reported.working(reported.contact(line, "chat", at=now), who, start=now)
    reported.contact(line, at=now)
    reported.callback(line, "promised", at=now)


def test_a_list_asks_no_more_for_more(browser: Browser, line: Queue, django_assert_max_num_queries) -> None:
    a_busy_floor_again(line, 0)
    with django_assert_max_num_queries(40) as few:
        browser.get(reverse("floor-contacts"))
    for n in range(1, 6):
        a_busy_floor_again(line, n)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(reverse("floor-contacts"))


def test_sue_moves_and_cancels_promises_and_says_why(browser: Browser, line: Queue, sue: User) -> None:
    """What was broken can still be promised anew, and only that."""
    broken = reported.callback(line, "broken", at=clock.now() - timedelta(hours=3))
    page = reverse("floor-callback-time", args=[broken.public_id])
    form = browser.get(page, **HTMX).context["form"]
    assert [value for value, _words in form.fields["whose"].choices] == ["us"]
    window = form.fields["window"].choices[0][0]
    assert browser.post(page, {"whose": "us", "window": window}, **HTMX).status_code == 422
    assert browser.post(page, {"whose": "us", "window": window, "reason": "Two were ill"}, **HTMX).status_code == 204
    anew = broken.replaced_by.get()
    assert anew.journal.get(kind=Kind.CALLBACK_PROMISED).actor == sue
    told = browser.get(reverse("floor-callback", args=[anew.public_id])).content.decode()
    assert "Two were ill" in told and broken.reference in told
    cancel = reverse("floor-callback-cancel", args=[anew.public_id])
    assert browser.post(cancel, {"reason": "Wrong customer"}).status_code == 302
    anew.refresh_from_db()
    assert (anew.state, anew.journal.get(kind=Kind.CALLBACK_WITHDRAWN).actor) == ("withdrawn", sue)
    assert "Another time" not in browser.get(reverse("floor-callback", args=[broken.public_id])).content.decode()


def test_the_words_of_the_pages_are_plain(browser: Browser, line: Queue, bea: Agent) -> None:
    a_busy_floor(line, bea)
    call = reported.contact(line, at=clock.now())
    reported.worked(call, bea, start=clock.now(), state="rescinded", accepted_at=None, work_ended_at=None)
    page = browser.get(reverse("floor-contact", args=[call.public_id])).content.decode()
    assert "Offer taken back" in page and "Phone, " in page and "Rescinded" not in page
    assert "1 at once" in browser.get(reverse("floor-wall-part")).content.decode()


def test_a_second_counts_once_it_is_over_on_the_page_and_in_the_file(browser: Browser, line: Queue, bea: Agent) -> None:
    now = clock.now()
    made = reported.contact(line, at=now - timedelta(minutes=5), waited=5.7)
    reported.worked(made, bea, start=now - timedelta(minutes=4), talk=59.8, wrap=0)
    for figure, column, cell, shown in (("came_in", "Waited", "5", "0:05"), ("handled", "Handling", "59", "0:59")):
        asked = {"figure": figure, "when": "30d"}
        assert f">{shown}<" in browser.get(reverse("floor-contacts"), asked).content.decode(), figure
        text = browser.get(reverse("floor-contacts"), {**asked, "format": "csv"}).getvalue().decode()
        [row] = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        assert row[f"{column}, seconds"] == cell


def test_a_file_that_is_not_whole_says_so(browser: Browser, line: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    for minutes in (5, 6, 7):
        reported.contact(line, at=clock.now() - timedelta(minutes=minutes), waited=5)
    asked = {"when": "30d", "format": "csv"}
    assert "Not whole" not in browser.get(reverse("floor-contacts"), asked).getvalue().decode()
    monkeypatch.setattr(export, "MOST_EXPORTED", 2)
    *rows, last = browser.get(reverse("floor-contacts"), asked).getvalue().decode().splitlines()
    assert (len(rows), last) == (3, "Not whole: the first 2 of 3 rows. Choose a shorter time.")


def test_each_line_of_the_filter_says_whose_it_is(browser: Browser, line: Queue, sue: User) -> None:
    globex = factories.client("Globex")
    factories.membership(sue, globex)
    factories.queue(globex, "Orders")
    page = browser.get(reverse("floor-contacts")).content.decode()
    assert ">Acme: Orders<" in page and ">Globex: Orders<" in page


def test_a_window_that_runs_is_offered_as_what_is_left_of_it(browser: Browser, line: Queue) -> None:
    start = clock.now().replace(hour=15, minute=20, second=0, microsecond=0)
    with clock.set_to(start):
        promised = reported.callback(line, "promised", at=start)
        page = reverse("floor-callback-time", args=[promised.public_id])
        first, second = browser.get(page, **HTMX).context["form"].fields["window"].choices[:2]
    assert first[1].startswith("As soon as we can, by") and " to " in second[1]


def test_the_picture_of_a_contact_goes_on_until_now(browser: Browser, line: Queue, bea: Agent) -> None:
    now = clock.now()
    with clock.set_to(now):
        mail = reported.contact(line, "email", at=now - timedelta(minutes=10))
        reported.worked(mail, bea, start=now - timedelta(minutes=9), talk=60, wrap=0)
        reported.working(mail, bea, start=now - timedelta(minutes=4))
        story = browser.get(reverse("floor-contact", args=[mail.public_id])).context["story"]
    assert [(bar.kind, bar.seconds) for bar in story.bars] == [("wait", 360), ("talk", 60), ("talk", 240)]
    last = story.bars[-1]
    assert story.ends == now and round(last.x + last.width) == 100


def test_what_goes_on_at_one_time_stands_in_lanes_of_the_picture(browser: Browser, line: Queue, bea: Agent) -> None:
    """Bea talks four minutes, Cid is with her for two of them: nobody’s words stand over another’s."""
    now = clock.now()
    cid = factories.agent("Cid Cole")
    with clock.set_to(now):
        call = reported.contact(line, at=now - timedelta(minutes=10))
        reported.worked(call, bea, start=now - timedelta(minutes=9), talk=240, wrap=30)
        reported.worked(call, cid, start=now - timedelta(minutes=7), talk=120, wrap=0)
        story = browser.get(reverse("floor-contact", args=[call.public_id])).context["story"]
    lanes = {bar.lane for bar in story.bars}
    assert len(story.bars) == 4 and lanes == {0, 1, 2}, "the customer waits meanwhile, too"
    for lane in lanes:
        ends = 0.0
        for bar in (bar for bar in story.bars if bar.lane == lane):
            assert bar.x >= ends - 0.01
            ends = bar.x + bar.width
        assert ends <= 100


def test_every_number_of_an_agent_opens_its_legs(browser: Browser, line: Queue, bea: Agent) -> None:
    """Each number leads to as many rows; the list goes on over its pages."""
    now = clock.now()
    for _n in range(52):
        reported.worked(reported.contact(line, at=now, waited=2), bea, start=now - timedelta(minutes=9), talk=60)
    for state in ("missed", "declined"):
        row = reported.contact(line, at=now, waited=2)
        reported.worked(row, bea, start=now, state=state, accepted_at=None, work_ended_at=None, ended_at=now)
    address = reverse("floor-agent", args=[bea.public_id])
    page = browser.get(address)
    shown = {"offered": page.context["offered"], "worked": page.context["handling"].legs}
    assert shown == {"offered": 54, "worked": 52}
    for went, number in {**shown, "missed": 1, "declined": 1, "": 54}.items():
        listed = browser.get(address, {"went": went})
        assert listed.context["page_obj"].paginator.count == number, went
        assert f"?went={went}#legs" in page.content.decode() or not went
    assert len(browser.get(address, {"page": 2}).context["page_obj"].object_list) == 4
    assert browser.get(address, {"went": "fishing"}).status_code == 400


@pytest.mark.parametrize("path", ["/floor/", "/floor/parts/wall/", "/floor/parts/callbacks/", "/floor/callbacks/"])
def test_who_leads_a_team_and_supervises_no_client_sees_an_empty_floor(path: str) -> None:
    for person in (factories.supervisor(teams=[factories.team()]), factories.admin()):
        browser = Browser()
        browser.force_login(person)
        assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    "asked", ["callbacks/?client={}", "contacts/?figure=in_time&channel=email&queue={}", "contacts/?client={}"]
)
def test_ids_that_nobody_has_lead_to_empty_lists(browser: Browser, line: Queue, asked: str) -> None:
    assert browser.get("/floor/" + asked.format(uuid4())).status_code == 200


def test_the_page_of_a_line_says_by_which_rules_it_works(browser: Browser, line: Queue) -> None:
    page = reverse("floor-line", args=[line.public_id])
    assert "in force since" not in browser.get(page).content.decode(), "nothing is known of an old line"
    made = rules.change(line, {"offer_seconds": 15}, by=factories.admin("Ada Admin"), why="Rings too long")
    shown = browser.get(page).content.decode()
    assert "version 2" in shown and "Ada Admin: Rings too long" in shown
    difference = reverse("setup-queue-version", args=[line.client.public_id, line.public_id, made.public_id])
    assert difference in shown
    assert "Seconds an offer rings" in browser.get(difference).content.decode()
