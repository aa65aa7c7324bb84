"""Sue reads the chart of Acme's call flow: its figures, the contacts behind each, a step, two versions, a file."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Seat
from clients.models import Script, ScriptVersion, VersionState
from interactions import closing, handling, runs
from interactions.models import EndedBy, Interaction, Outcome, Run
from tests import factories as make
from tests.interactions.scripted import INBOUND, Scene, begun, publish, scene
from tests.interactions.test_flow_figures import answer

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def browser(acme: Scene) -> Browser:
    made = Browser()
    made.force_login(make.supervisor(acme.acme))
    return made


def script(name: str = "Inbound orders") -> Script:
    return Script.objects.get(name=name)


def address(name: str = "floor-flow", of: str = "Inbound orders", query: str = "") -> str:
    return reverse(name, args=[script(of).public_id]) + query


def all_the_way(of: Scene) -> Run:
    leg, run = begun(of)
    while run.at_step != "close":
        run = answer(run, of, of.bea)
    handling.end_work(leg, by=of.bea, ended_by=EndedBy.AGENT)
    closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.HANDLED, by=of.bea)
    Seat.objects.update(presence="signed_out", connected=False)
    of.bea = make.agent("Bea Next", licensed=of.acme, available=True)
    return run


def numbers(page: str) -> list[tuple[str, int]]:
    """The links of a page to contacts, with the number each shows."""
    found = re.findall(r'<a href="([^"]+/contacts/\?[^"]*)">(?:all )?(\d+)(?![\d:.]| %)', page)
    return [(unquote(link).replace("&amp;", "&"), int(number)) for link, number in found]


def test_every_number_of_the_chart_leads_to_as_many_stays(acme: Scene, browser: Browser) -> None:
    all_the_way(acme)
    _leg, run = begun(acme)
    answer(run, acme, acme.bea)
    page = browser.get(address()).content.decode()
    assert "Call flow: 2 began, 1 inside" in page
    assert "= their handling time, wrap-up included" in page
    checked = 0
    for step in ("greet", "verify", "close", f"sub:{script('Orders').public_id}"):
        told = browser.get(address(query=f"?step={step}")).content.decode()
        for link, number in numbers(told):
            rows = browser.get(link)
            assert rows.status_code == 200, link
            assert rows.context["times"] == number, link
            assert rows.context["page_obj"].paginator.count <= number
            checked += 1
    assert checked > 15


def test_a_way_says_how_those_ended_who_went_it(acme: Scene, browser: Browser) -> None:
    all_the_way(acme)
    begun(acme)
    page = browser.get(address(query="?step=greet")).content.decode()
    assert "<details><summary>On to Verify the caller</summary>" in page
    assert "Handled in the end: 100.0 %" in page and "outcome=handled" in page
    assert "<title>Handled 1</title>" in page, "the line says it, too"
    rows = browser.get(address("floor-flow-contacts", query="?step=greet&what=to&other=verify&outcome=handled"))
    assert rows.context["times"] == 1 and "From Greet to Verify the caller, ended: Handled" in rows.content.decode()
    table = browser.get(address(query="?as=table")).content.decode()
    assert "Handled in the end" in table and "100.0 %" in table


def test_a_step_says_who_is_there_what_is_said_and_where_they_went(acme: Scene, browser: Browser) -> None:
    _leg, run = begun(acme)
    answer(run, acme, acme.bea)
    page = browser.get(address(query="?step=verify")).content.decode()
    assert "Verify the caller" in page and "Bea Brown" in page and "Ann Archer" in page
    assert "Came from Greet" in page
    told = browser.get(address(query="?step=greet")).content.decode()
    assert "On to Verify the caller" in told and "Thank you for calling {client}" in told
    table = browser.get(address(query="?as=table&step=greet")).content.decode()
    assert '<th scope="row"><a href=' in table and '<svg class="flow"' not in table


def test_nobody_has_gone_through_it_yet(acme: Scene, browser: Browser) -> None:
    page = browser.get(address()).content.decode()
    assert "Nobody has gone through version 12 in this time" in page
    Script.objects.create(client=acme.acme, name="New flow", kind="outbound")
    assert "Never published" in browser.get(address(of="New flow")).content.decode()


def test_two_versions_stand_side_by_side(acme: Scene, browser: Browser) -> None:
    all_the_way(acme)
    old = ScriptVersion.objects.get(script=script())
    ScriptVersion.objects.filter(pk=old.pk).update(state=VersionState.RETIRED)
    new = ScriptVersion.objects.create(script=script(), number=13, graph=INBOUND)
    ScriptVersion.objects.filter(pk=new.pk).update(state=VersionState.PUBLISHED)
    _leg, run = begun(acme)
    runs.jump(run, "close", by=acme.bea)
    page = browser.get(address())
    assert (page.context["chart"].life.started, page.context["against"].life.started) == (1, 1)
    assert "Version 13 against 12" in page.content.decode()
    both = browser.get(address(query=f"?beside={old.public_id}")).content.decode()
    assert both.count('<svg class="flow"') == 2
    own = browser.get(address(query=f"?version={old.public_id}"))
    assert own.context["chart"].version == old and own.context["against"] is None
    assert "1 went by a jump or a step back" in page.content.decode()


def test_the_chart_refreshes_itself_while_the_day_goes_on(acme: Scene, browser: Browser) -> None:
    assert 'hx-trigger="every 10s"' in browser.get(address()).content.decode()
    part = browser.get(address(), **HTMX).content.decode()
    assert part.lstrip().startswith('<div id="flow"') and "<html" not in part
    assert "every 10s" not in browser.get(address(query="?when=yesterday")).content.decode()
    # Bug: going back to a page showed the part of it that was fetched last from the same address.
    assert "HX-Request" in browser.get(address())["Vary"]


def test_the_picture_is_a_file_of_its_own(acme: Scene, browser: Browser) -> None:
    all_the_way(acme)
    answered = browser.get(address("floor-flow-picture"))
    assert answered["Content-Type"] == "image/svg+xml"
    assert re.search(r'filename="call-flow-acme-[0-9]+-12-en-\d{4}-\d\d-\d\d\.svg"', answered["Content-Disposition"])
    drawn = ElementTree.fromstring(answered.content)  # noqa: S314 - what we have just drawn ourselves
    texts = {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Greet", "Verify the caller", "Orders"} <= texts
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}a"))


@pytest.mark.parametrize(
    ("query", "status"),
    [("?when=soon", 400), ("?version=nobody", 404), ("?beside=7", 404), ("?step=nirvana", 200)],
)
def test_what_an_address_may_not_ask(acme: Scene, browser: Browser, query: str, status: int) -> None:
    assert browser.get(address(query=query)).status_code == status


@pytest.mark.parametrize("query", ["?what=all", "?what=came&step=sub:x&page=x"])
def test_rows_that_cannot_be_asked_for(acme: Scene, browser: Browser, query: str) -> None:
    assert browser.get(address("floor-flow-contacts", query=query)).status_code == 400


def test_another_house_sees_nothing_of_it(acme: Scene) -> None:
    stranger, agent = Browser(), Browser()
    stranger.force_login(make.supervisor(make.client("Globex")))
    agent.force_login(acme.bea.user)
    for name in ("floor-flow", "floor-flow-picture", "floor-flow-contacts"):
        assert stranger.get(address(name)).status_code == 404
        assert agent.get(address(name)).status_code == 403
    assert "Inbound orders" not in stranger.get(reverse("floor-flows")).content.decode()


def test_the_list_counts_today_and_asks_no_more_for_more(
    acme: Scene, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    all_the_way(acme)
    begun(acme)
    with django_assert_max_num_queries(20) as few:
        page = browser.get(reverse("floor-flows"))
    row = next(row for row in page.context["rows"] if row.script.name == "Inbound orders")
    assert (row.begun, row.inside) == (2, 1)
    for nth in range(4):
        publish(acme.acme, f"More {nth}", "outbound", INBOUND)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(reverse("floor-flows"))


def test_the_chart_asks_no_more_for_more_contacts(
    acme: Scene, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    all_the_way(acme)
    with django_assert_max_num_queries(30) as few:
        browser.get(address(query="?step=greet"))
    for _more in range(3):
        all_the_way(acme)
    with django_assert_max_num_queries(len(few.captured_queries)):
        browser.get(address(query="?step=greet"))
