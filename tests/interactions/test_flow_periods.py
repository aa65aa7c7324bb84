"""Sue asks for any days of Acme's call flow, holds two versions against each other, and follows every number."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser

from agents.models import Seat
from bpo.kernel import clock
from bpo.kernel.templatetags.ui import duration
from clients.models import ScriptVersion, VersionState
from interactions import closing, handling, runs
from interactions.models import EndedBy, FlowDay, Interaction, Outcome, StepVisit
from interactions.reports import flow_days, flows
from interactions.reports.stretches import BadDays, last_in_force, stretch
from tests import factories as make
from tests.interactions.scripted import INBOUND, Scene, begun, scene
from tests.interactions.test_flow_days import talk
from tests.interactions.test_flow_figures import answer, version
from tests.interactions.test_flow_pages import address

pytestmark = pytest.mark.django_db

OLD, NEW = datetime(2026, 11, 10, 15, tzinfo=UTC), datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def browser(acme: Scene) -> Browser:
    made = Browser()
    made.force_login(make.supervisor(acme.acme))
    return made


def two_versions(of: Scene) -> tuple[ScriptVersion, ScriptVersion]:
    """Version 12 in force from 1 to 20 November, 13 since then; talks with both, and one goes on in each."""
    old = version(of)
    with clock.set_to(OLD):
        talk(of, 7)
        left_early(of)
    with clock.set_to(OLD + timedelta(days=2)):
        talk(of, 9)
    swap = datetime(2026, 11, 20, 16, tzinfo=UTC)
    of_old = ScriptVersion.objects.filter(pk=old.pk)
    of_old.update(state="retired", in_force_since=datetime(2026, 11, 1, 9, tzinfo=UTC), retired_at=swap)
    new = ScriptVersion.objects.create(script=old.script, number=13, graph=INBOUND)
    ScriptVersion.objects.filter(pk=new.pk).update(state=VersionState.PUBLISHED, in_force_since=swap)
    with clock.set_to(NEW):
        talk(of, 5)
        strayed(of)
        talk(of, 11, ends=False)
    return ScriptVersion.objects.get(pk=old.pk), ScriptVersion.objects.get(pk=new.pk)


def left_early(of: Scene) -> None:
    """Ann hangs up after the greeting."""
    Seat.objects.update(presence="signed_out", connected=False)
    of.bea = make.agent("Bea Early", licensed=of.acme, available=True)
    leg, run = begun(of, at=clock.now() - timedelta(seconds=30))
    clock.advance(20)
    answer(run, of, of.bea)
    clock.advance(20)
    handling.end_work(leg, by=of.bea, ended_by=EndedBy.CUSTOMER)
    closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.ABANDONED, by=of.bea)


def strayed(of: Scene) -> None:
    """Bea jumps, goes back, and comes to a step a second time."""
    Seat.objects.update(presence="signed_out", connected=False)
    of.bea = make.agent("Bea Strays", licensed=of.acme, available=True)
    leg, run = begun(of, at=clock.now() - timedelta(seconds=12))
    run = runs.jump(run, "reason", by=of.bea)
    clock.advance(4)
    run = runs.back(run, by=of.bea)
    clock.advance(3)
    run = answer(run, of, of.bea)
    runs.jump(run, "close", by=of.bea)
    clock.advance(3)
    handling.end_work(leg, by=of.bea, ended_by=EndedBy.AGENT)
    closing.close(Interaction.objects.get(pk=leg.interaction_id), Outcome.HANDLED, by=of.bea)


def links(page: str) -> list[tuple[str, str]]:
    """Each link to contacts with the words that it shows."""
    found = re.findall(r'<a\b[^>]*href="([^"]+/contacts/\?[^"]*)"[^>]*>(.*?)</a>', page, re.S)
    return [(unescape(link), re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words)).strip()) for link, words in found]


def rows_of(browser: Browser, link: str) -> int:
    """How many rows the page of a link draws, all of its pages together; it says the same number itself."""
    drawn, page = 0, 1
    while True:
        answered = browser.get(f"{link}&page={page}")
        assert answered.status_code == 200, link
        drawn += answered.content.decode().count("<a data-row ")
        if not answered.context["page_obj"].has_next():
            assert answered.context["times"] == drawn, link
            return drawn
        page += 1


def told(browser: Browser, query: str) -> list[tuple[str, str]]:
    with clock.set_to(NEW + timedelta(hours=1)):
        page = browser.get(address(query=query)).content.decode()
        return [(link, words) for link, words in links(page)]


def counted(browser: Browser, query: str) -> list[str]:
    """Every number that a page shows has as many rows behind it; times and shares have the stays they are made of."""
    seen = []
    with clock.set_to(NEW + timedelta(hours=1)):
        for link, words in links(browser.get(address(query=query)).content.decode()):
            n = rows_of(browser, link)
            number = re.search(r"(?<![\d:.])\d+(?![\d:.]| %)", words)
            if ":" in words or "%" in words:
                assert n > 0, (link, words)
            else:
                assert number is not None and n == int(number[0]), (link, words, n)
            seen.append(f"{'other ' if 'of=other' in link else ''}{re.findall('what=([a-z]+)', link)[0]}")
    return seen


def test_every_number_of_both_charts_leads_to_as_many_rows(acme: Scene, browser: Browser) -> None:
    old, new = two_versions(acme)
    query = f"?version={new.public_id}&when=2026-11-21..2026-11-24&beside={old.public_id}"
    query += "&beside_when=2026-11-09..2026-11-13"
    seen = counted(browser, query)
    assert set(seen) >= {"started", "to", "over", "inside", "ended", "aside", "waited"}, "of the first chart"
    assert set(seen) >= {"other started", "other to", "other over", "other ended", "other waited"}, "of the second"
    assert {"left", "other left"} & set(seen), "of the table that compares"
    table = counted(browser, f"{query}&as=table")
    assert set(table) >= {"came", "on", "ended", "over", "arrived", "other came", "other on", "other arrived"}
    assert len(seen) > 20 and len(table) > 40
    for step in ("greet", "verify", "reason", "close"):
        assert counted(browser, f"{query}&step={step}")


def test_a_sub_process_s_numbers_lead_to_as_many_rows(acme: Scene, browser: Browser) -> None:
    two_versions(acme)
    with clock.set_to(NEW + timedelta(hours=1)):
        for query in ("?when=2026-11-10..2026-11-24", "?when=2026-11-10..2026-11-24&as=table"):
            page = browser.get(address(of="Orders", query=query)).content.decode()
            assert any("what=returned" in link for link, _words in links(page))
            for link, words in links(page):
                number = re.search(r"(?<![\d:.])\d+(?![\d:.]| %)", words)
                n = rows_of(browser, link)
                assert n > 0 and (number is None or ":" in words or "%" in words or n == int(number[0])), (link, words)


def test_a_time_leads_to_the_stays_it_is_made_of(acme: Scene, browser: Browser) -> None:
    _old, new = two_versions(acme)
    for link, words in told(browser, f"?version={new.public_id}&when=2026-11-24&as=table&step=greet"):
        if "what=over" not in link or "step=greet" not in link or ":" not in words:
            continue
        with clock.set_to(NEW + timedelta(hours=1)):
            n = rows_of(browser, link)
        stays = StepVisit.objects.filter(run__version=new, step="greet", left_at__isnull=False)
        took = sorted(int((stay.left_at - stay.entered_at).total_seconds()) for stay in stays if stay.left_at)
        assert n == len(took)
        assert words in {duration(flows.percentile({s: took.count(s) for s in took}, share)) for share in (0.5, 0.9)}


def test_the_other_version_is_shown_in_its_last_days_in_force(acme: Scene, browser: Browser) -> None:
    old, new = two_versions(acme)
    with clock.set_to(NEW + timedelta(hours=1)):
        page = browser.get(address(query="?when=7d"))
        assert (page.context["chart"].version, page.context["against"].version) == (new, old)
        days = page.context["asked"].other.period
        assert (f"{days.first}", f"{days.last}") == ("2026-11-13", "2026-11-19"), "seven whole days in force"
        words = page.content.decode()
        assert "13 Nov 2026 – 19 Nov 2026" in words and "Last 7 days" in words
        longer = browser.get(address(query="?when=30d"))
        assert longer.context["against"].life.started == 3
        both = f"?version={new.public_id}&beside={old.public_id}&when=today"
        own = browser.get(address(query=f"{both}&beside_from=2026-11-10&beside_to=2026-11-10"))
        assert own.context["against"].life.started == 2 and own.context["asked"].other.period.key == "2026-11-10"
        assert "beside_when=2026-11-10" in own.content.decode(), "its links keep the days"
        assert own.context["asked"].period.key == "today"
        back = browser.get(address(query=f"?version={old.public_id}&beside={new.public_id}&when=2026-11-12"))
        assert back.context["asked"].other.period.key == "2026-11-24", "of one that is in force, up to now"


def test_of_a_version_that_was_in_force_all_the_time_it_is_the_same_time(acme: Scene) -> None:
    one = version(acme)
    since, at = datetime(2026, 11, 1, 9, tzinfo=UTC), NEW
    week = stretch("2026-11-10..2026-11-16", acme.acme.zone, at)
    one.in_force_since, one.state = since, VersionState.PUBLISHED
    assert last_in_force(one, week, acme.acme.zone, at) == week
    one.state, one.retired_at = VersionState.RETIRED, datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert last_in_force(one, week, acme.acme.zone, at) == week
    one.in_force_since, one.retired_at = at - timedelta(hours=3), at
    today = stretch("today", acme.acme.zone, at)
    assert last_in_force(one, today, acme.acme.zone, at).key == "2026-11-24", "in force for a morning alone"
    one.in_force_since = None
    assert last_in_force(one, week, acme.acme.zone, at) == week, "nobody wrote down when"


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("?when=2026-11-10", "2026-11-10"),
        ("?when=2026-11-10..2026-11-10", "2026-11-10"),
        ("?when=2025-11-10..2026-11-10", "2025-11-10..2026-11-10"),
        ("?from=2026-11-10&to=2026-11-12", "2026-11-10..2026-11-12"),
        ("?from=2026-11-10", "2026-11-10"),
        ("?when=7d&from=2026-11-18&to=2026-11-24", "7d"),
        ("?when=7d&from=2026-11-18&to=2026-11-23", "2026-11-18..2026-11-23"),
    ],
)
def test_any_days_can_be_asked_for(acme: Scene, browser: Browser, query: str, key: str) -> None:
    with clock.set_to(NEW):
        page = browser.get(address(query=query))
    assert page.status_code == 200 and page.context["asked"].period.key == key
    assert f"when={key}" in page.content.decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?from=2026-11-12&to=2026-11-10", "The first day is after the last one."),
        ("?from=2025-11-09&to=2026-11-10", "Choose a year at most: 366 days."),
        ("?from=soon&to=2026-11-10", "Choose a first and a last day."),
        ("?from=0002-11-10&to=2026-11-10", "Choose a first and a last day."),
        ("?when=2026-11-12..2026-11-10", "The first day is after the last one."),
        ("?when=2026-11-12..", ""),
    ],
)
def test_days_that_cannot_be_are_told_in_the_page_and_stay_as_typed(
    acme: Scene, browser: Browser, query: str, words: str
) -> None:
    page = browser.get(address(query=query))
    if not words:
        assert page.status_code == 200 and page.context["asked"].period.key == "2026-11-12"
        return
    assert page.status_code == 400 and words in page.content.decode()
    assert 'role="alert"' in page.content.decode() and '<svg class="flow"' not in page.content.decode()
    if typed := re.search(r"from=([^&]+)", query):
        assert f'value="{typed[1]}"' in page.content.decode()
    for name in ("floor-flow-contacts", "floor-flow-picture", "floor-flow-paper"):
        refused = browser.get(address(name, query=query))
        assert refused.status_code == 400 and words in refused.content.decode()


def test_the_days_of_the_second_version_are_refused_beside_it(acme: Scene, browser: Browser) -> None:
    old, new = two_versions(acme)
    query = f"?version={new.public_id}&beside={old.public_id}&from=2026-11-20&to=2026-11-24"
    page = browser.get(address(query=f"{query}&beside_from=2026-11-20&beside_to=2026-11-02"))
    told = page.content.decode()
    assert page.status_code == 400 and 'id="beside_wrong"' in told and 'id="wrong"' not in told
    assert 'value="2026-11-02"' in told and 'value="2026-11-24"' in told


def test_any_days_are_the_sum_of_those_kept_and_a_year_asks_little(
    acme: Scene, browser: Browser, django_assert_max_num_queries: Any
) -> None:
    old, _new = two_versions(acme)
    at = NEW + timedelta(days=3)
    with clock.set_to(at):
        year = stretch("2025-11-27..2026-11-27", acme.acme.zone, at)
        with django_assert_max_num_queries(40):
            found = flow_days.life(old, year)
        assert found == flows.life(old, year.start, year.end) and found.started == 3
        assert FlowDay.objects.filter(version=old).count() == 365, "each day that is over"
        with django_assert_max_num_queries(12):
            assert flow_days.life(old, year) == found
        few = stretch("2026-11-09..2026-11-11", acme.acme.zone, at)
        assert flow_days.life(old, few).started == 2
        day = FlowDay.objects.get(version=old, start__lte=OLD, end__gt=OLD)
        FlowDay.objects.filter(pk=day.pk).update(life={**day.life, "started": 40})
        assert flow_days.life(old, few).started == 40, "of what is kept"


def test_a_chart_of_any_days_is_put_on_paper(acme: Scene, browser: Browser) -> None:
    two_versions(acme)
    posted = browser.post(address("floor-flow-paper", query="?when=2026-11-09..2026-11-24"))
    if posted.status_code == 503:
        pytest.skip("this machine cannot write PDF files")
    assert posted.status_code == 302
    page = browser.get(posted["Location"]).content.decode()
    assert "when=2026-11-09..2026-11-24" in page


def test_who_waits_at_the_door_is_who_the_version_will_lead(acme: Scene, browser: Browser) -> None:
    old = version(acme)
    make.waiting(acme.line, "chat", who=acme.ann)
    make.waiting(acme.line, "chat", who=acme.ann, language="es")

    def at_the_door() -> list[tuple[str, int]]:
        page = browser.get(address(query=f"?version={old.public_id}")).content.decode()
        told = [(link, words) for link, words in links(page) if "what=door" in link]
        return [(" ".join(words.split()[:4]), rows_of(browser, link)) for link, words in told]

    assert at_the_door() == [("2 at the door", 2)], "no other speaks Spanish"
    for number, given in ((13, {"language": "es"}), (14, {"channel": "chat"})):
        made = ScriptVersion.objects.create(script=old.script, number=number, graph=INBOUND, **given)
        ScriptVersion.objects.filter(pk=made.pk).update(state=VersionState.PUBLISHED, in_force_since=clock.now())
        if number == 13:
            assert at_the_door() == [("1 at the door", 1)]
    assert [rows for _words, rows in at_the_door()] in ([], [0]), "chats have a version of their own"


def test_a_long_range_is_no_day(acme: Scene) -> None:
    for key in ("2026-11-10..2026-11-12..2026-11-13", "..", "2026-13-01"):
        with pytest.raises(BadDays):
            stretch(key, acme.acme.zone)
