"""Sue takes a draft of Acme's call flow with its words: as a picture, and on paper, made by the worker."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.etree import ElementTree

import pypdf
import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.models import Role, ScriptVersion
from interactions import papers, tasks
from interactions.models import FlowPaper
from tests import factories as make
from tests.interactions.scripted import INBOUND, Scene, scene
from tests.interactions.test_flow_print import sixty_steps, writes

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def draft(acme: Scene) -> ScriptVersion:
    script = acme.acme.scripts.get(name="Inbound orders")
    return ScriptVersion.objects.create(script=script, number=13, graph=INBOUND)


@pytest.fixture
def sue(acme: Scene) -> Browser:
    made = Browser()
    made.force_login(make.supervisor(acme.acme, name="Sue Supervisor"))
    return made


def at(name: str, of: ScriptVersion, *more: object) -> str:
    return reverse(name, args=[of.script.client.public_id, of.public_id, *more])


def on_paper(browser: Browser, of: ScriptVersion) -> str:
    """Asked for, made by the worker, taken; its words in one line."""
    posted = browser.post(at("setup-version-paper", of))
    assert posted.status_code == 302
    waiting = browser.get(posted["Location"]).content.decode()
    assert "will be made in a moment" in waiting and 'hx-trigger="every 1s"' in waiting
    assert tasks.make_papers() == 1
    ready = browser.get(posted["Location"], headers={"hx-request": "true"}).content.decode()
    assert "Take the PDF" in ready
    file = browser.get(re.findall(r'href="([^"]+)" download', ready)[0])
    assert file["Content-Type"] == "application/pdf"
    read = pypdf.PdfReader(io.BytesIO(file.content))
    assert (read.metadata or {})["/Title"] == "Acme: Inbound orders", "the client's name alone"
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in read.pages))


@writes
def test_a_draft_is_put_on_paper_with_its_words_and_no_figures(acme: Scene, draft: ScriptVersion, sue: Browser) -> None:
    words = on_paper(sue, draft)
    assert "Acme: Inbound orders" in words and "Version 13, English, every channel: Draft" in words
    assert "Not approved yet." in words
    for step in INBOUND["steps"]:
        assert step["name"] in words
    assert "Thank you for calling {client}, my name is {agent}." in words
    assert "What is verified: Full name, ZIP code, Order number" in words
    assert "passed → Reason; failed → Close and thank" in words
    assert "Appreciation → Close and thank; otherwise → Billing and orders" in words
    assert "the company's reasons" in words and "began" not in words and "inside" not in words


@writes
def test_what_was_approved_and_reviewed_is_told_and_nobody_of_the_house_is_named(
    acme: Scene, draft: ScriptVersion, sue: Browser
) -> None:
    mo = make.supervisor(acme.acme, name="Mo Marsh")
    now = timezone.now()
    of = ScriptVersion.objects.filter(pk=draft.script.versions.get(number=12).pk)
    of.update(approved_by=mo, approved_at=now, in_force_since=now)
    type(draft.script).objects.filter(pk=draft.script_id).update(review_on=now.date())
    words = on_paper(sue, of.get())
    assert "Approved on" in words and "In force since" in words and "Next review on" in words
    assert "Mo Marsh" not in words and "Sue Supervisor" not in words


@writes
def test_sixty_steps_have_all_their_words(acme: Scene, draft: ScriptVersion, sue: Browser) -> None:
    ScriptVersion.objects.filter(pk=draft.pk).update(graph=sixty_steps())
    words = on_paper(sue, draft)
    assert all(f"Question {nth} Choose" in words for nth in range(1, 59))
    assert "Answer 30-1 → Question 32" in words


@writes
def test_asked_twice_it_is_made_once_and_it_is_for_who_asked(acme: Scene, draft: ScriptVersion, sue: Browser) -> None:
    first, second = (sue.post(at("setup-version-paper", draft))["Location"] for _ in range(2))
    assert first == second and FlowPaper.objects.count() == 1
    paper = FlowPaper.objects.get()
    assert sue.get(f"{first}file/").status_code == 404, "not before it is done"
    other = Browser()
    other.force_login(make.supervisor(acme.acme, name="Sam Second"))
    assert other.get(first).status_code == 404
    floor = [draft.script.public_id, paper.public_id]
    assert sue.get(reverse("floor-flow-paper-made", args=floor)).status_code == 404, "no chart with figures"
    assert papers.make_waiting() == 1


def test_the_picture_of_a_draft_stands_by_itself(acme: Scene, draft: ScriptVersion, sue: Browser) -> None:
    loose: dict[str, Any] = {**INBOUND, "steps": [*INBOUND["steps"], {"id": "loose", "kind": "say", "name": "Loose"}]}
    loose["steps"][0] = {**loose["steps"][0], "next": "nowhere"}
    ScriptVersion.objects.filter(pk=draft.pk).update(graph=loose)
    answer = sue.get(at("setup-version-picture", draft))
    assert answer["Content-Type"] == "image/svg+xml" and "inbound-orders-13-en.svg" in answer["Content-Disposition"]
    drawn = ElementTree.fromstring(answer.content)  # noqa: S314 - what we have just drawn ourselves
    texts = {text.text for text in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Greet", "Verify the caller", "Loose"} <= texts
    assert not list(drawn.iter("{http://www.w3.org/2000/svg}a"))
    page = sue.get(at("setup-design", draft)).content.decode()
    assert at("setup-version-picture", draft) in page and 'form="on-paper"' in page


def test_steps_that_cannot_be_read_have_no_picture_and_no_paper(
    acme: Scene, draft: ScriptVersion, sue: Browser
) -> None:
    for graph in ({"start": "a", "steps": [{"kind": "say"}]}, {"start": "", "steps": []}):
        ScriptVersion.objects.filter(pk=draft.pk).update(graph=graph)
        for refused in (sue.get(at("setup-version-picture", draft)), sue.post(at("setup-version-paper", draft))):
            assert refused.status_code == 409 and "cannot be read as a call flow" in refused.content.decode()
        assert 'form="on-paper"' not in sue.get(at("setup-design", draft)).content.decode()
    assert not FlowPaper.objects.exists()


def test_strangers_find_nothing_and_viewers_may_not(acme: Scene, draft: ScriptVersion) -> None:
    stranger, viewer = Browser(), Browser()
    stranger.force_login(make.supervisor(make.client("Globex")))
    vera = make.user("Vera Viewer")
    make.membership(vera, acme.acme, Role.VIEWER)
    viewer.force_login(vera)
    for name in ("setup-version-picture", "setup-version-paper"):
        ask = stranger.get if name.endswith("picture") else stranger.post
        assert ask(at(name, draft)).status_code == 404
        ask = viewer.get if name.endswith("picture") else viewer.post
        assert ask(at(name, draft)).status_code == 403
