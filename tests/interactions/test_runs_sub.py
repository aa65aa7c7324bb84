"""Sub-processes of a run: none within another, and each leads back to the step through which it was entered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import scripts
from clients.models import Script, ScriptVersion
from interactions import runs
from interactions.desk import script_pane
from tests import factories as make
from tests.interactions.scripted import begun, scene

pytestmark = pytest.mark.django_db


def say(key: str, then: str) -> dict[str, Any]:
    return {"id": key, "kind": "say", "name": key.title(), "text": "Well, {client}.", "next": then}


def sub(key: str, then: str) -> dict[str, Any]:
    return {"id": key, "kind": "sub_process", "name": key.title(), "next": then}


CLOSE = {"id": "close", "kind": "close", "name": "Close", "text": "Goodbye."}
NESTED = {"start": "listen", "steps": [say("listen", "deeper"), sub("deeper", "return")]}
INNER = {"start": "ask", "steps": [say("ask", "tell"), say("tell", "return")]}
TWICE = {"start": "greet", "steps": [
    say("greet", "first"), sub("first", "between"), say("between", "second"), sub("second", "close"), CLOSE,
]}  # fmt: skip


def drawn(main: dict[str, Any], inner: dict[str, Any]) -> None:
    """Both are in force, whatever the checks say now."""
    ScriptVersion.objects.filter(script__kind="inbound").update(graph=main)
    ScriptVersion.objects.filter(script__kind="sub_process").update(graph=inner)
    Script.objects.filter(kind="sub_process").update(product_type=None)


def test_one_within_another_is_not_let_through_and_not_offered() -> None:
    assert [(one.step, one.sentence) for one in scripts.check(NESTED, "sub_process")] == [
        ("deeper", "A sub-process cannot lead into another one.")
    ]
    acme, browser = make.client("Acme"), Browser()
    browser.force_login(make.admin())
    version = acme.scripts.create(name="Late orders", kind="sub_process").versions.create(number=1, graph=NESTED)
    address = reverse("setup-design", args=[acme.public_id, version.public_id])
    page = browser.get(address).content.decode()
    assert 'value="add-act"' in page and 'value="add-sub_process"' not in page
    save = reverse("setup-design-save", args=[acme.public_id, version.public_id])
    sent = {"since": str(version.edition), "step": "listen", "do": "add-sub_process"}
    assert browser.post(save, sent).status_code >= 400
    version.refresh_from_db()
    assert version.graph == NESTED


def test_one_in_force_from_before_ends_all_the_same() -> None:
    acme = scene()
    drawn({**TWICE, "steps": [say("greet", "first"), sub("first", "close"), CLOSE]}, NESTED)
    _leg, run = begun(acme)
    run = runs.answer(run, "greet", {}, by=acme.bea)
    assert (run.at_step, run.sub_step) == ("listen", "first")
    run = runs.answer(run, "listen", {}, by=acme.bea)
    assert (run.at_step, run.sub_version, run.sub_step) == ("close", None, "")


def test_back_in_the_earlier_one_leads_on_from_where_that_was_entered() -> None:
    """Bug: after a step back into the first, the end of it led past everything behind the second."""
    acme = scene()
    drawn(TWICE, INNER)
    _leg, run = begun(acme)
    for step in ("greet", "ask", "tell", "between"):
        run = runs.answer(run, step, {}, by=acme.bea)
    assert (run.at_step, run.sub_step) == ("ask", "second")
    seen = {line.id: line.state for line in script_pane.pane_of(run, acme.bea).lines}
    assert seen == {"greet": "done", "first": "done", "between": "done", "second": "here", "close": ""}
    [inside] = [line.subs for line in script_pane.pane_of(run, acme.bea).lines if line.subs]
    assert [line.state for line in inside] == ["here", ""], "what was done in the first is not done in the second"
    run = runs.back(run, by=acme.bea)
    assert (run.at_step, run.sub_step) == ("between", "")
    run = runs.back(run, by=acme.bea)
    assert (run.at_step, run.sub_step) == ("tell", "first")
    run = runs.answer(run, "tell", {}, by=acme.bea)
    assert run.at_step == "between"
    for step in ("between", "ask", "tell"):
        run = runs.answer(run, step, {}, by=acme.bea)
    assert run.at_step == "close"


def test_a_jump_out_of_one_leaves_it() -> None:
    acme = scene()
    drawn(TWICE, INNER)
    _leg, run = begun(acme)
    run = runs.answer(run, "greet", {}, by=acme.bea)
    run = runs.jump(run, "between", by=acme.bea)
    assert (run.at_step, run.sub_version, run.sub_step) == ("between", None, "")
