"""Max of Acme looks at his own contacts and figures; nobody else's, and no real name of an agent."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from bpo.kernel import clock
from clients.models import Client, Contract, Policy, PublicName, Queue, Role
from clients.times import zone_named
from interactions import journal
from interactions.models import Kind
from interactions.reports import queries
from interactions.reports.figures import FIGURES
from interactions.reports.scope import scope_of
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db
PAGES = [
    "portal",
    "portal-tiles",
    "portal-promised",
    "portal-figures",
    "portal-promises",
    "portal-contacts",
    "portal-callbacks",
]
PARTS = ("portal-tiles", "portal-promised")  # of a page that names the client


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme", zone="UTC")


@pytest.fixture
def line(acme: Client) -> Queue:
    return factories.queue(acme, "Q-ORD-1")


@pytest.fixture
def bea(acme: Client) -> Agent:
    made = reported.agent("Beatrix Brown", acme)
    PublicName.objects.create(client=acme, user=made.user, name="Robin")
    return made


@pytest.fixture
def browser(acme: Client) -> Browser:
    max_ = factories.user("Max Manager")
    factories.membership(max_, acme, Role.MANAGER)
    made = Browser()
    made.force_login(max_)
    return made


def a_day(line: Queue, bea: Agent) -> None:
    """Calls answered soon and late, given up at once and later, a chat, mails and callbacks."""
    start = clock.now() - timedelta(seconds=30)
    late = factories.reason(line.client, "Late delivery")
    reported.promise(line.client, "voice", 20)
    reported.promise(line.client, "email", 3600)
    for waited, how in [
        (10, "answered"),
        (25, "answered"),
        (3, "abandoned"),
        (22, "abandoned"),
        (9, "callback_promised"),
    ]:
        made = reported.contact(line, at=start, waited=waited, how=how, reason=late)
        if how == "answered":
            reported.worked(made, bea, start=start, talk=10, wrap=2)
    reported.working(reported.contact(line, "chat", at=start), bea, start=start)
    mail = reported.contact(line, "email", at=start, waited=1)
    reported.wrote(mail, "It is on its way.", at=start, by=bea, name="Robin")
    reported.callback(line, "kept", at=start)
    reported.callback(line, "promised", at=start)


@pytest.mark.parametrize("name", PAGES)
def test_who_opens_a_page_of_the_portal(name: str, browser: Browser, line: Queue, bea: Agent) -> None:
    a_day(line, bea)
    address = reverse(name, args=[line.client.public_id])
    page = browser.get(address)
    assert page.status_code == 200
    assert "Acme" in page.content.decode() or name in PARTS
    assert browser.post(address).status_code == 405
    assert Browser().get(address).status_code == 302
    stranger = Browser()
    stranger.force_login(factories.user("Cal Cole"))
    assert stranger.get(address).status_code == 404
    sue = Browser()
    sue.force_login(factories.supervisor(line.client))
    assert sue.get(address).status_code == 403
    agent = Browser()
    agent.force_login(bea.user)
    assert agent.get(address).status_code == 403
    assert browser.get(reverse(name, args=[uuid4()])).status_code == 404


def test_pages_never_name_what_is_ours(browser: Browser, line: Queue, bea: Agent, settings) -> None:
    a_day(line, bea)
    settings.OPERATOR_NAME = "Northwind Contact"
    other = factories.queue(factories.client("Cal's house"), "Secrets")
    reported.contact(other, at=clock.now(), who="Zoe Zimmer")
    contact = line.client.interactions.filter(channel="voice").first()
    journal.record(contact.legs.first(), Kind.ACCEPTED, by=bea, waited=10)
    journal.record(contact, Kind.REPRIORITISED, by=bea, **{"from": 0, "to": 5, "reason": "shouting"})
    pages = [reverse(name, args=[line.client.public_id]) for name in PAGES]
    pages += [
        reverse("portal-contact", args=[line.client.public_id, c.public_id]) for c in line.client.interactions.all()
    ]
    pages += [f"{pages[4]}?figure={key}{more}" for key in FIGURES for more in ("", "&format=csv")]
    for address in pages:
        page = browser.get(address)
        words = page.getvalue().decode()
        for hidden in (
            "Beatrix",
            "Brown",
            "Q-ORD-1",
            "Northwind",
            "Cal's house",
            "Zoe Zimmer",
            "shouting",
            str(other.client.public_id),
        ):
            assert hidden not in words, (address, hidden)
    assert (
        "Answered by Robin"
        in browser.get(reverse("portal-contact", args=[line.client.public_id, contact.public_id])).content.decode()
    )


def test_every_figure_opens_as_many_rows(browser: Browser, line: Queue, bea: Agent) -> None:
    a_day(line, bea)
    own = reverse("portal-contacts", args=[line.client.public_id])
    scope = scope_of([line.client], "7d")
    for key in FIGURES:
        listed = browser.get(own, {"figure": key, "when": "7d"})
        assert listed.context["page_obj"].paginator.count == queries.count_of(key, scope), key
        rows = list(
            csv.reader(
                io.StringIO(browser.get(own, {"figure": key, "when": "7d", "format": "csv"}).getvalue().decode())
            )
        )
        assert len(rows) - 1 == queries.count_of(key, scope), key


def test_every_link_of_the_pages_opens(browser: Browser, line: Queue, bea: Agent) -> None:
    import re

    a_day(line, bea)
    seen: set[str] = set()
    todo = [reverse("portal", args=[line.client.public_id])]
    while todo:
        address = todo.pop()
        if address in seen:
            continue
        seen.add(address)
        page = browser.get(address)
        assert page.status_code == 200, address
        if page.streaming:
            continue
        links = re.findall(r'href="((?:/portal/|\?)[^"]*)"', page.content.decode())
        for link in links:
            link = link.replace("&amp;", "&")
            todo.append(address.split("?")[0] + link if link.startswith("?") else link)
    assert len(seen) > 40


def test_the_percentages_of_today_open_their_contacts(browser: Browser, line: Queue, bea: Agent) -> None:
    a_day(line, bea)
    part = reverse("portal-promised", args=[line.client.public_id])
    assert f'hx-get="{part}"' in browser.get(reverse("portal", args=[line.client.public_id])).content.decode()
    page = browser.get(part).content.decode()
    own = reverse("portal-contacts", args=[line.client.public_id])
    for when in ("today", "month"):
        assert f"{own}?figure=judged&amp;when={when}&amp;channel=voice" in page


def test_promises_show_target_and_light(browser: Browser, line: Queue, bea: Agent) -> None:
    a_day(line, bea)
    page = browser.get(reverse("portal-promises", args=[line.client.public_id]))
    calls = next(row for row in page.context["promises"] if row.today.promise.channel == "voice")
    assert (calls.month.ratio.numerator, calls.month.ratio.denominator, calls.month.light) == (1, 3, "missed")
    assert "1 of 3" in page.content.decode()


def test_the_figures_and_the_contract_say_one_number_by_the_formula_of_the_contract(
    browser: Browser, line: Queue, bea: Agent
) -> None:
    start = clock.now() - timedelta(seconds=30)
    reported.promise(line.client, "voice", 20, formula="service_level_answered.v1")
    reported.promise(line.client, "email", 3600)
    for waited, how in [(10, "answered"), (25, "answered"), (22, "abandoned")]:
        reported.contact(line, at=start, waited=waited, how=how)
    mail = reported.contact(line, "email", at=start, waited=1)
    reported.wrote(mail, "It is on its way.", at=start, by=bea, name="Robin")
    own = reverse("portal-contacts", args=[line.client.public_id])
    page = browser.get(reverse("portal-figures", args=[line.client.public_id]), {"when": "today"}).content.decode()
    assert '?figure=judged_service_level_answered.v1&amp;when=today&amp;channel=voice">50.0 %' in page
    assert '?figure=judged&amp;when=today&amp;channel=email">100.0 %' in page
    assert "Service level, Phone: Answered within the threshold, of all answered." in page
    promises = browser.get(reverse("portal-promises", args=[line.client.public_id]))
    calls = next(row for row in promises.context["promises"] if row.today.promise.channel == "voice")
    assert (calls.today.ratio.percent, "1 of 2" in promises.content.decode()) == (50, True)
    assert own in page


def test_a_contract_that_ended_this_month_still_shows_what_it_missed(browser: Browser, line: Queue) -> None:
    old = reported.promise(line.client, "voice", 20)
    Contract.objects.filter(pk=old.contract_id).update(valid_until=date(2026, 11, 14))
    reported.promise(line.client, "voice", 30, start="2026-11-15")
    reported.contact(line, at=datetime(2026, 11, 10, 15, tzinfo=UTC), waited=25)
    with clock.set_to(datetime(2026, 11, 16, 15, tzinfo=UTC)):
        for page in ("portal-promises", "portal-promised"):
            shown = browser.get(reverse(page, args=[line.client.public_id]))
            told = [
                (row.span, row.today.ratio.percent, row.month.ratio.denominator) for row in shown.context["promises"]
            ]
            assert told == [("since 15 November", None, 0), ("until 14 November", None, 1)]
            assert "until 14 November" in shown.content.decode()
    with clock.set_to(datetime(2026, 12, 2, 15, tzinfo=UTC)):
        shown = browser.get(reverse("portal-promises", args=[line.client.public_id]))
        assert [row.span for row in shown.context["promises"]] == [""], "of the new month it is the only one"


def test_the_list_behind_a_promise_shows_both_halves_and_what_was_not_counted(
    browser: Browser, line: Queue, bea: Agent
) -> None:
    """Two promises for calls: the one of 25 seconds counts a call of 25 in time, whatever the other says."""
    a_day(line, bea)
    reported.promise(line.client, "voice", 25, formula="service_level_answered.v1")
    promises = browser.get(reverse("portal-promises", args=[line.client.public_id]))
    own = reverse("portal-contacts", args=[line.client.public_id])
    for row in promises.context["promises"]:
        kept = row.today
        asked = {"figure": kept.formula.judged, "when": "today", "channel": kept.promise.channel}
        asked["promise"] = kept.promise.address
        assert f"{kept.formula.judged}&amp;when=today" in promises.content.decode()
        page = browser.get(own, asked)
        shown = page.context["halves"]
        assert [share.n for share in shown.chips][:2] == [kept.ratio.denominator, kept.ratio.numerator]
        made_of = shown.parts if len(shown.parts) > 1 else []
        for share in (*shown.chips, *made_of, *shown.apart):
            listed = browser.get(own + share.address)
            assert listed.context["page_obj"].paginator.count == share.n, share
            assert share.address.replace("&", "&amp;") in page.content.decode()
    plain = browser.get(own, {"figure": "not_in_time", "when": "today", "channel": "voice"})
    words = " ".join(plain.content.decode().split())
    assert "Not counted: " in words and "3 + 2 = 5" in words
    assert browser.get(own, {"figure": "judged", "q": "Ann"}).context["halves"] is None
    assert browser.get(own, {"figure": "came_in"}).context["halves"] is None


def test_a_promise_of_an_address_is_the_clients_own(browser: Browser, line: Queue, bea: Agent) -> None:
    a_day(line, bea)
    other = reported.promise(factories.client("Cal's house"), "voice", 600, start="2021-01-01")
    own = reverse("portal-contacts", args=[line.client.public_id])
    asked = {"figure": "judged", "when": "today", "channel": "voice"}
    assert browser.get(own, {**asked, "promise": other.address}).context["page_obj"].paginator.count == 0
    assert browser.get(own, {**asked, "promise": "soon"}).status_code == 400


def test_a_stranger_or_unknown_contact_is_not_there(browser: Browser, line: Queue) -> None:
    hidden = reported.contact(factories.queue(factories.client("Cal's house")), at=clock.now())
    own = line.client.public_id
    assert browser.get(reverse("portal-contact", args=[own, hidden.public_id])).status_code == 404
    assert browser.get(reverse("portal-contact", args=[own, uuid4()])).status_code == 404
    assert browser.get(reverse("portal-contact", args=[hidden.client.public_id, hidden.public_id])).status_code == 404


def test_transcript_and_names_by_policy(browser: Browser, line: Queue, bea: Agent) -> None:
    contact = reported.contact(line, "chat", at=clock.now(), waited=4, who="Ann Archer")
    reported.wrote(contact, "Where is my order?", at=clock.now())
    address = reverse("portal-contact", args=[line.client.public_id, contact.public_id])
    page = browser.get(address).content.decode()
    assert "Where is my order?" in page and "Ann Archer" in page
    Policy.objects.update(client_sees_transcripts=False, client_sees_customer_names=False)
    page = browser.get(address).content.decode()
    assert "Where is my order?" not in page and "Ann Archer" not in page
    listed = browser.get(reverse("portal-contacts", args=[line.client.public_id])).content.decode()
    assert "Ann Archer" not in listed
    exported = (
        browser.get(reverse("portal-contacts", args=[line.client.public_id]), {"format": "csv"}).getvalue().decode()
    )
    assert "Ann Archer" not in exported


def test_a_transcript_without_names_hides_who_wrote(browser: Browser, line: Queue, bea: Agent) -> None:
    """Names, numbers and addresses go; what is about the matter stays."""
    contact = reported.contact(line, "chat", at=clock.now(), waited=4, who="Ann Archer")
    assert contact.customer is not None
    contact.customer.city = "Columbus"
    contact.customer.save()
    said = (
        "This is ANN archer, annual plan, order AC-204418. Call (614) 555-0173 or +34 911 23 45 67, "
        "write to ann.archer@home.example, I live in Columbus."
    )
    reported.wrote(contact, said, at=clock.now())
    Policy.objects.update(client_sees_customer_names=False)
    page = browser.get(reverse("portal-contact", args=[line.client.public_id, contact.public_id])).content.decode()
    for hidden in ("Archer", "archer", "555-0173", "911 23", "home.example", "Columbus"):
        assert hidden not in page, hidden
    assert "annual plan, order AC-204418" in page and "are left out" in page
    contact.messages.get().refresh_from_db()
    assert contact.messages.get().text == said


def test_a_search_does_not_tell_who_the_hidden_customers_are(browser: Browser, line: Queue, bea: Agent) -> None:
    """Max's company may not know its customers: a list that answers to Ann's name would tell it."""
    contact = reported.contact(line, at=clock.now(), waited=4, who="Ann Archer")
    reported.worked(contact, bea, start=clock.now())
    case = reported.case(line.client, contact)
    promised = reported.callback(line, "promised", at=clock.now(), name="Ann Archer")
    address = reverse("portal-contacts", args=[line.client.public_id])

    def rows(figure: str, text: str) -> tuple[int, int]:
        query = {"figure": figure, "when": "7d", "q": text}
        listed = browser.get(address, query).context["page_obj"].paginator.count
        return listed, len(browser.get(address, {**query, "format": "csv"}).getvalue().decode().splitlines()) - 1

    figures = {"came_in": case.reference, "handled": case.reference, "callbacks_made": promised.reference}
    for figure in figures:
        assert rows(figure, "archer") == (1, 1), figure
    Policy.objects.update(client_sees_customer_names=False)
    for figure, reference in figures.items():
        assert rows(figure, "archer") == (0, 0), figure
        assert rows(figure, reference.lower()) == (1, 1), figure


def test_a_cell_is_never_a_formula(browser: Browser, line: Queue) -> None:
    reported.contact(line, at=clock.now(), waited=4, who="=HYPERLINK(1)")
    exported = (
        browser.get(reverse("portal-contacts", args=[line.client.public_id]), {"format": "csv"}).getvalue().decode()
    )
    assert "'=HYPERLINK(1)" in exported


@pytest.mark.parametrize("wrong", ["when=soon", "figure=profit", "channel=fax", "page=x", "page=²"])
def test_what_nobody_could_have_chosen(browser: Browser, line: Queue, wrong: str) -> None:
    assert browser.get(reverse("portal-contacts", args=[line.client.public_id]) + f"?{wrong}").status_code == 400


def test_callbacks_by_state(browser: Browser, line: Queue, bea: Agent) -> None:
    a_day(line, bea)
    address = reverse("portal-callbacks", args=[line.client.public_id])
    assert browser.get(address, {"when": "7d"}).context["page_obj"].paginator.count == 2
    assert browser.get(address, {"when": "7d", "figure": "callbacks_kept"}).context["page_obj"].paginator.count == 1
    assert browser.get(address, {"figure": "answered"}).status_code == 400


def test_one_house_straight_in_several_to_choose(browser: Browser, line: Queue) -> None:
    assert browser.get(reverse("portal-choose")).headers["Location"] == reverse("portal", args=[line.client.public_id])
    both = factories.user("Mia Both")
    for client in (line.client, factories.client("Halden")):
        factories.membership(both, client, Role.VIEWER)
    mia = Browser()
    mia.force_login(both)
    assert "Halden" in mia.get(reverse("portal-choose")).content.decode()
    nobody = Browser()
    nobody.force_login(factories.user("Nan None"))
    assert nobody.get(reverse("portal-choose")).status_code == 403


def test_a_list_asks_no_more_for_more(browser: Browser, line: Queue, bea: Agent, django_assert_max_num_queries) -> None:
    address = reverse("portal-contacts", args=[line.client.public_id])

    def more(n: int) -> None:
        for _ in range(n):
            made = reported.contact(line, at=clock.now(), waited=3)
            reported.worked(made, bea, start=clock.now())

    more(2)
    with django_assert_max_num_queries(30) as few:
        browser.get(address)
    more(10)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(address)
    with django_assert_max_num_queries(60):
        browser.get(reverse("portal", args=[line.client.public_id]))


def test_today_says_which_of_those_who_left_each_number_counts(browser: Browser, line: Queue, bea: Agent) -> None:
    client = line.client
    client.zone = "America/New_York"
    client.save(update_fields=["zone"])
    with clock.set_to(clock.now().replace(hour=17, minute=0, second=0, microsecond=0)):  # no midnight in New York
        a_day(line, bea)
        page = browser.get(reverse("portal", args=[client.public_id])).content.decode()
    assert "Eastern Time (New York)" in page
    assert "1 more left within 5 s" in page and "Left the line, of all who entered; within 5 s, too" in page


def test_a_mail_that_was_undone_is_not_in_the_transcript(browser: Browser, line: Queue, bea: Agent) -> None:
    Policy.objects.filter(client=line.client).update(client_sees_transcripts=True)
    mail = reported.contact(line, "email", at=clock.now(), waited=5)
    reported.wrote(mail, "It is on its way.", at=clock.now(), by=bea)
    undone = reported.wrote(mail, "It is lost.", at=clock.now(), by=bea)
    type(undone).objects.filter(pk=undone.pk).update(state="cancelled")
    page = browser.get(reverse("portal-contact", args=[line.client.public_id, mail.public_id])).content.decode()
    assert "It is on its way." in page and "It is lost." not in page


def test_who_left_the_line_is_one_number_wherever_it_stands(browser: Browser, line: Queue, bea: Agent) -> None:
    now = clock.now()
    ann = reported.contact(line, at=now, waited=9, how="abandoned", who="Ann Archer")
    lost = reported.contact(line, at=now, waited=3, who="Zoe Zimmer", outcome="abandoned")
    reported.worked(lost, bea, start=now, talk=4, state="lost")
    page = browser.get(reverse("portal", args=[line.client.public_id]))
    (row,) = page.context["reasons"]
    assert (row.left, row.otherwise) == (1, 1)
    contacts = reverse("portal-contacts", args=[line.client.public_id])
    left = browser.get(contacts, {"figure": "abandoned"}).context["page_obj"]
    assert list(left) == [ann]
    listed = browser.get(contacts).content.decode()
    assert "The customer left the line" in listed and "Left when back in line" in listed
    exported = b"".join(browser.get(contacts, {"format": "csv"})).decode()  # type: ignore[arg-type]
    assert "left when back in line" in exported
    one = browser.get(reverse("portal-contact", args=[line.client.public_id, lost.public_id])).content.decode()
    assert "Left when back in line" in one


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Los_Angeles", "Pacific Time (Los Angeles)"),
        ("Europe/Madrid", "Central European Time (Madrid)"),
        ("Asia/Shanghai", "Shanghai time"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_has_a_name_that_people_use(zone: str, words: str) -> None:
    assert zone_named(zone) == words


def test_who_was_answered_and_later_left_a_message_is_told_and_counted_as_answered(
    browser: Browser, line: Queue, bea: Agent
) -> None:
    now = clock.now()
    back = reported.contact(line, at=now, waited=3, who="Zoe Zimmer", outcome="voicemail")
    reported.worked(back, bea, start=now, talk=40, state="completed", ended_by="transfer")
    reported.contact(line, at=now, waited=60, how="voicemail", who="Ann Archer")
    contacts = reverse("portal-contacts", args=[line.client.public_id])
    listed = browser.get(contacts).content.decode()
    assert "Answered, later back in line: went to the voicemail" in listed
    assert listed.count("ent to the voicemail") == 2 and "Went to the voicemail" in listed
    exported = b"".join(browser.get(contacts, {"format": "csv"})).decode()  # type: ignore[arg-type]
    assert "answered, later back in line: went to the voicemail" in exported
    for figure, found in (("answered", [back]), ("handled", 1), ("voicemail", [])):
        page = browser.get(contacts, {"figure": figure}).context["page_obj"]
        assert len(page) == found if isinstance(found, int) else list(page) == found, figure


def test_a_manager_finds_the_way_to_the_sounds_and_the_recordings_rule_a_viewer_is_shown_none(
    browser: Browser, acme: Client
) -> None:
    setup = reverse("setup-client", args=[acme.public_id])
    assert f'href="{setup}"' in browser.get(reverse("portal", args=[acme.public_id])).content.decode()
    steps = browser.get(setup).content.decode()
    for name in ("setup-sounds", "setup-contract"):
        address = reverse(name, args=[acme.public_id])
        assert f'href="{address}"' in steps and browser.get(address).status_code == 200
    vic = factories.user("Vic Viewer")
    factories.membership(vic, acme, Role.VIEWER)
    browser.force_login(vic)
    assert setup not in browser.get(reverse("portal", args=[acme.public_id])).content.decode()
    assert browser.get(setup).status_code == 403
