"""Flows to begin from are sound as they are, in both languages, and lead through the acts they promise."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import flow_draft, flow_preview, script_text, scripts
from clients.script_acts import ACTS
from clients.script_graph import parse
from clients.starter_flows import FLOWS, flow
from tests import factories

pytestmark = pytest.mark.django_db
LED = {
    "orders": {"create_order_issue", "change_address", "resend_confirmation", "request_refund", "create_task",
               "promise_callback"},
    "support": {"open_case", "book_visit", "promise_callback"},
    "complaint": {"create_task", "request_refund", "promise_callback"},
    "appreciation": {"create_task"},
    "sale": {"book_meeting", "create_task", "promise_callback", "do_not_call"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", FLOWS)
def test_it_is_sound_and_survives_as_text(code: str, language: str) -> None:
    graph, kind = flow(code, language), FLOWS[code][0]
    assert scripts.check(graph, kind) == []
    assert script_text.read(script_text.write(graph, "yaml")) == graph
    assert {step.act for step in parse(graph).steps.values() if step.act} == LED[code]


def test_whoever_fails_the_check_still_has_a_complaint_put_right_but_not_in_money() -> None:
    steps = parse(flow("complaint", "en")).steps
    offered = {key: [one.value for one in steps[key].options] for key in ("right", "right_open")}
    assert offered == {"right": ["repair", "refund", "call", "heard"], "right_open": ["repair", "call", "heard"]}
    assert steps["verify"].failed == "right_open"


def test_ada_begins_from_it() -> None:
    acme, browser = factories.client("Acme"), Browser()
    browser.force_login(factories.admin())
    script = acme.scripts.create(name="Orders", kind="sub_process")
    address = reverse("setup-version-new", args=[acme.public_id, script.public_id])
    page = browser.get(address).content.decode()
    assert "Billing and orders: late" in page and "Outbound sale" not in page
    assert browser.post(address, {"language": "es", "channel": "", "graph": "", "begin": "orders"}).status_code == 302
    version = script.versions.get()
    assert version.graph == flow("orders", "es")
    design = reverse("setup-design", args=[acme.public_id, version.public_id])
    assert "Reembolso" not in browser.get(f"{design}?step=refund").content.decode()
    page = browser.get(f"{design}?step=refund").content.decode()
    assert "The agent fills in:" in page and "Amount to refund" in page
    assert "what came of" in browser.get(f"{design}?step=granted").content.decode()
    assert "Due in days" in browser.get(f"{design}?step=check").content.decode()


@pytest.mark.parametrize("act", ACTS)
def test_every_act_has_its_words_on_the_chart_in_the_preview_and_in_the_story(act: str) -> None:
    from clients.flow_words import ACTS as OFFERED
    from interactions.reports.telling import ACTS as TOLD

    step = parse({"start": "a", "steps": [{"id": "a", "kind": "act", "name": "Do it", "act": act, "next": "b"}]})["a"]
    assert str(flow_draft.note_of(step)) != "nothing yet" and act in OFFERED and act in TOLD
    seen = flow_preview.seen(step, {}, {})
    assert [unescape(one.label) for one in seen.fields] == [one.label for one in step.fields]
    assert str(seen.button) == "Do it"


def test_an_order_act_without_an_order_is_to_be_looked_at() -> None:
    graph = flow("orders", "en")
    graph["steps"][0]["fields"] = [{"name": "x", "label": "X"}]
    told = scripts.check(graph, "sub_process")
    assert {problem.step for problem in told} == {"late", "missing", "address", "resend", "refund"}
    assert not any(problem.must for problem in told) and "needs an order" in told[0].sentence


def test_only_a_flow_for_calls_we_make_stops_calls() -> None:
    graph = flow("support", "en")
    next(step for step in graph["steps"] if step["id"] == "call")["act"] = "do_not_call"
    assert [(one.step, one.must) for one in scripts.check(graph, "sub_process")] == [("call", True)]


def test_trying_it_follows_what_may_come_of_an_act() -> None:
    acme, browser = factories.client("Acme"), Browser()
    browser.force_login(factories.admin())
    script = acme.scripts.create(name="Orders", kind="sub_process")
    version = script.versions.create(number=1, graph=flow("orders", "en"))
    walk = reverse("setup-walk", args=[acme.public_id, version.public_id])
    page = browser.get(walk, {"from": "what", "choice": "refund"}).content.decode()
    assert "Amount to refund" in page and "Why the customer asks" in page
    page = browser.get(walk, {"from": "refund", "refund_amount": "10"}).content.decode()
    assert "You get it back the way you paid" in page
