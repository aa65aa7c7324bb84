"""Sue takes the chart on paper into the meeting: the same figures, the client's name, and letters one can read."""

from __future__ import annotations

import io
import re
import sys
from datetime import timedelta
from typing import Any

import pypdf
import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from bpo.accounts.models import User
from clients.models import Role, ScriptVersion
from interactions import papers, tasks
from interactions.models import FlowPaper
from interactions.reports import flow_chart, flow_days, flow_print
from interactions.reports.flow_print import LARGEST, SMALLEST, pages_of, sheet_of
from interactions.reports.scope import period
from tests import factories as make
from tests.interactions.scripted import Scene, begun, scene
from tests.interactions.test_flow_figures import answer
from tests.interactions.test_flow_pages import address, all_the_way, script

pytestmark = pytest.mark.django_db

MISSING = ""
try:
    flow_print.writer()
except flow_print.NoPaper as error:
    MISSING = f"{error}; Debian, Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
writes = pytest.mark.skipif(bool(MISSING), reason=MISSING)


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def browser(acme: Scene) -> Browser:
    made = Browser()
    made.force_login(make.supervisor(acme.acme))
    return made


def text_of(response: Any) -> str:
    assert response.status_code == 200 and response["Content-Type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    assert all(page.mediabox.width > page.mediabox.height for page in pages), "landscape"
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@writes
def test_the_paper_has_the_figures_of_the_picture(acme: Scene, browser: Browser) -> None:
    all_the_way(acme)
    _leg, run = begun(acme)
    answer(run, acme, acme.bea)
    words = text_of(browser.get(address("floor-flow-paper", query="?when=today")))
    assert "Acme: Inbound orders" in words and "12 English" in words and "Today" in words
    picture = browser.get(address("floor-flow-picture", query="?when=today")).content.decode()
    numbers = [
        " ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in re.findall(r"<text.*?</text>", picture, re.S)
    ]
    assert "passed 1" in numbers and "2" in numbers
    for said in filter(None, numbers):
        assert said in words, said
    assert "2 began" in words and "1 inside" in words
    chart = browser.get(address(query="?when=today&as=table")).context["chart"]
    for step in chart.steps:
        row = f"{step.name} {step.kind_words} {step.life.came} {step.life.went_on} {step.life.taken_over}"
        assert row in words, row


@writes
def test_it_names_its_client_alone_and_is_for_who_may_see_the_chart(acme: Scene, browser: Browser) -> None:
    other = make.client("Globex")
    answer_ = browser.get(address("floor-flow-paper"))
    about = pypdf.PdfReader(io.BytesIO(answer_.content)).metadata or {}
    assert about["/Title"] == "Acme: Inbound orders" and "bpo" not in str(about).lower()
    assert answer_["Content-Disposition"].startswith('attachment; filename="call-flow-')
    cal = Browser()
    cal.force_login(make.supervisor(other, name="Cal Other"))
    assert cal.get(address("floor-flow-paper")).status_code == 404
    mia = make.user("Mia Manager")
    make.membership(mia, acme.acme, Role.MANAGER)
    room = Browser()
    room.force_login(mia)
    assert room.get(address("floor-flow-paper")).status_code == 403
    never = acme.acme.scripts.create(name="Never", kind="inbound")
    assert browser.get(reverse("floor-flow-paper", args=[never.public_id])).status_code == 404


def sixty_steps() -> dict[str, Any]:
    steps: list[dict[str, Any]] = [{"id": "s0", "kind": "say", "name": "Greet", "text": "{client}", "next": "s1"}]
    for nth in range(1, 59):
        ahead = [f"s{min(nth + by, 59)}" for by in (1, 2, 5)]
        options = [{"value": str(at), "label": f"Answer {nth}-{at}", "next": way} for at, way in enumerate(ahead)]
        steps.append({"id": f"s{nth}", "kind": "choose", "name": f"Question {nth}", "options": options})
    return {"start": "s0", "steps": [*steps, {"id": "s59", "kind": "close", "name": "Close", "text": "Bye."}]}


def test_sixty_steps_are_cut_into_pages_that_can_be_read(acme: Scene, browser: Browser) -> None:
    ScriptVersion.objects.filter(script__kind="inbound").update(graph=sixty_steps())
    version = ScriptVersion.objects.select_related("script__client").get(script=script())
    life = flow_days.life(version, period("today", version.script.client.zone))
    chart = flow_chart.chart_of(version, life)
    _name, width, height = sheet_of(chart)
    pages = pages_of(chart)
    seen = [step.key for parts in pages for part in parts for step in part.steps]
    assert sorted(seen) == sorted(step.key for step in chart.steps), "each step on one page, none lost"
    for parts in pages:
        assert sum(part.size[0] for part in parts) <= width - 2 * flow_print.MARGIN
        assert all(part.size[1] <= height - 2 * flow_print.MARGIN for part in parts)
        assert all(SMALLEST <= part.mm <= LARGEST for part in parts), "12 units high letters are 7 points at least"
    assert "Question 30" in browser.get(address()).content.decode()
    assert browser.get(address("floor-flow-paper")).status_code == 302, "one does not wait for it"


@writes
def test_a_large_flow_is_put_on_paper_by_the_worker_once(acme: Scene, browser: Browser) -> None:
    ScriptVersion.objects.filter(script__kind="inbound").update(graph=sixty_steps())
    assert 'form="on-paper"' in browser.get(address()).content.decode()
    sue = User.objects.get(full_name="Sue Supervisor")
    version = ScriptVersion.objects.get(script__kind="inbound")
    made = papers.ask(version, "7d", by=sue)
    assert papers.ask(version, "7d", by=sue) == made, "asked twice, made once"
    url = reverse("floor-flow-paper-made", args=[version.script.public_id, made.public_id])
    page = browser.get(url).content.decode()
    assert "will be made in a moment" in page and 'hx-trigger="every 1s"' in page
    assert browser.get(f"{url}file/").status_code == 404, "not before it is done"
    assert tasks.make_papers() == 1 and tasks.make_papers() == 0
    page = browser.get(url, headers={"hx-request": "true"}).content.decode()
    assert "Take the PDF" in page and "every 1s" not in page
    words = text_of(browser.get(f"{url}file/"))
    assert all(f"Question {nth}" in words for nth in range(1, 59)) and "Last 7 days" in words
    assert words.count("Answer 30-1") == 1, "the words of a way stand on one page alone"
    other = Browser()
    other.force_login(make.supervisor(acme.acme, name="Sam Second"))
    assert other.get(url).status_code == 404, "it is for who asked"
    papers.make_waiting(at=timezone.now() + timedelta(days=2))
    assert browser.get(url).status_code == 404, "kept for a day"


@writes
def test_what_a_dead_worker_left_is_made_by_the_next_and_a_fault_is_told(
    acme: Scene, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.post(address("floor-flow-paper"))
    now = timezone.now()
    FlowPaper.objects.update(state="running", leased_until=now + timedelta(seconds=60))
    assert papers.make_waiting(at=now) == 0, "somebody is at it"
    assert papers.make_waiting(at=now + timedelta(seconds=61)) == 1
    assert FlowPaper.objects.get().state == "done"
    version = ScriptVersion.objects.get(script__kind="inbound")
    again = papers.ask(version, "today", by=User.objects.get(full_name="Sue Supervisor"))
    assert again.state == "pending", "what is done is made anew"
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    papers.make_waiting()
    url = reverse("floor-flow-paper-made", args=[version.script.public_id, again.public_id])
    assert "could not be made" in browser.get(url).content.decode()


def test_a_machine_without_the_library_says_so(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    for answer_ in (browser.get(address("floor-flow-paper")), browser.post(address("floor-flow-paper"))):
        assert answer_.status_code == 503 and "cannot write PDF files" in answer_.content.decode()
    assert not FlowPaper.objects.exists(), "nobody waits for what will not come"


def test_a_narrow_flow_has_room_for_the_words_beside_its_start(acme: Scene, browser: Browser) -> None:
    steps = [
        {"id": "hello", "kind": "say", "name": "Hello", "text": "{client}", "next": "bye"},
        {"id": "bye", "kind": "close", "name": "Bye", "text": "Bye."},
    ]
    ScriptVersion.objects.filter(script__kind="inbound").update(graph={"start": "hello", "steps": steps})
    begun(acme)
    picture = browser.get(address("floor-flow-picture", query="?when=today")).content.decode()
    found = re.search(
        r'translate\(([\d.]+) 0\)"><text class="m" x="(\d+)" y="-18">(half waited at most [^<]+)', picture
    )
    width = re.search(r'<svg[^>]* width="([\d.]+)"', picture)
    assert found is not None and width is not None
    ends = float(found[1]) + int(found[2]) + 6.0 * len(found[3])  # letters of 12 units are 6 wide at most, on average
    assert ends <= float(width[1])
