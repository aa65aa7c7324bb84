"""What cannot run is not let through: settings, names, ways after a failed check, and what the company has not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import script_fits, scripts
from clients.models import Client, ScriptVersion
from clients.readiness import readiness
from tests import factories as make

Raw = dict[str, Any]
GREET = {"id": "greet", "kind": "say", "name": "Greet", "text": "{client}.", "next": "it"}
CLOSE = {"id": "close", "kind": "close", "name": "Close", "text": "Goodbye."}
FACTS = [{"fact": "name", "label": "Full name"}]


def flow(*steps: Raw) -> Raw:
    return {"start": "greet", "steps": [GREET, *steps, CLOSE]}


def act(name: str, **params: Any) -> Raw:
    return {"id": "it", "kind": "act", "name": "Do it", "act": name, "params": params, "next": "close"}


def collect(*names: str, **more: Any) -> Raw:
    fields = [{"name": name, "label": name.title()} for name in names]
    return {"id": "it", "kind": "collect", "name": "Ask", "fields": fields, "next": "close", **more}


def choose(*values: str, **more: Any) -> Raw:
    options = [{"value": value, "label": value or "?"} for value in values]
    return {"id": "it", "kind": "choose", "name": "Choose", "options": options, "next": "close", **more}


def decide(on: str, *values: str) -> Raw:
    cases = [{"value": value, "next": "close"} for value in values]
    return {"id": "it", "kind": "decide", "name": "Which", "on": on, "cases": cases, "otherwise": "close"}


def verify(key: str, passed: str, failed: str) -> Raw:
    return {"id": key, "kind": "verify", "name": key, "facts": FACTS, "next": passed, "failed": failed}


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (act("set_pending", days="abc"), "“abc” is no number of days from 1 to 365."),
        (act("set_pending", days=0), "“0” is no number of days from 1 to 365."),
        (act("set_pending", days=[3]), "Its settings are words and numbers, nothing else."),
        (act("set_pending", **{"for": "carrier"}), "It can wait for the customer or for days, not for “carrier”."),
        (act("create_task", days=-2), "“-2” is no number of days from 1 to 365."),
        (act("send_notice", kind="invoice"), "“invoice” is no mail that is sent from here."),
        (act("book_meeting", minutes="7"), "A meeting of 7 minutes cannot be chosen; 15, 30, 45, 60, 90 can."),
        (act("transfer"), "It does not say to which queue."),
        (choose("yes", "yes"), "Two answers have the value “yes”."),
        (choose("yes", ""), "One of the answers has no value."),
        (decide("channel", "chat", "chat"), "Two answers have the value “chat”."),
        (collect("step"), "An answer cannot be called “step”: the desk needs that name."),
        (collect("choice"), "An answer cannot be called “choice”: the desk needs that name."),
        (collect("gave_up"), "An answer cannot be called “gave_up”: the desk needs that name."),
        (collect("csrfmiddlewaretoken"), "An answer cannot be called “csrfmiddlewaretoken”: the desk needs that name."),
        (collect("colour", "colour"), "Two answers here are called “colour”."),
        (
            verify("it", "close", "close") | {"fields": [{"name": "name", "label": "Name"}]},
            "Two answers here are called “name”.",
        ),
    ],
)
def test_what_cannot_run_is_not_let_through(step: Raw, sentence: str) -> None:
    found = scripts.check(flow(step))
    assert {(one.step, one.sentence, one.must) for one in found} == {("it", sentence, True)}


@pytest.mark.parametrize(
    "step",
    [
        act("set_pending"), act("set_pending", **{"for": "customer"}), act("set_pending", days=3), act("book_meeting"),
        act("book_meeting", minutes="45"), act("send_notice", kind="survey"), act("create_task", title="Look", days=2),
        act("transfer", queue="Second line"), choose("yes", "no"), collect("colour", "size"), decide("channel", "chat"),
    ],
)  # fmt: skip
def test_what_can_run_is(step: Raw) -> None:
    assert scripts.check(flow(step)) == []


def test_a_decision_on_what_nobody_asks_is_to_be_looked_at() -> None:
    told = [(one.sentence, one.must) for one in scripts.check(flow(decide("answer:colour", "red")))]
    assert told == [("No step of this flow asks for “colour”.", False)]
    asked = collect("colour", next="which")
    assert scripts.check(flow(asked, decide("answer:colour", "red") | {"id": "which"})) == []
    chosen = choose("red", "blue", next="which")
    assert scripts.check(flow(chosen, decide("answer:it", "red") | {"id": "which"})) == []
    assert scripts.check(flow(decide("answer:order_chosen", "A-1"))) == []


TELL = {"id": "tell", "kind": "say", "name": "Tell", "text": "It is {order}.", "next": "close"}


def test_a_check_that_fails_later_takes_back_what_an_earlier_one_gave() -> None:
    """Bug: after one that was passed everything counted as verified."""
    twice = flow(verify("it", "again", "close"), verify("again", "tell", "tell"), TELL)
    told = [(one.step, one.sentence) for one in scripts.check(twice)]
    assert told == [("tell", "Account data can be reached here without verification.")]
    assert scripts.check(flow(verify("it", "again", "close"), verify("again", "tell", "close"), TELL)) == []


def test_who_decides_on_the_verification_knows_the_way() -> None:
    which = {"id": "which", "kind": "decide", "name": "Verified?", "on": "verified", "otherwise": "close",
             "cases": [{"value": "yes", "next": "tell"}]}  # fmt: skip
    assert scripts.check(flow(verify("it", "which", "which"), which, TELL)) == []
    turned = which | {"cases": [{"value": "no", "next": "tell"}]}
    assert [one.step for one in scripts.check(flow(verify("it", "which", "which"), turned, TELL))] == ["tell"]


def test_a_sub_process_with_a_check_of_its_own() -> None:
    tell = TELL | {"next": "return"}
    sound = {"start": "it", "steps": [verify("it", "tell", "no"), tell, {**CLOSE, "id": "no"}]}
    assert scripts.check(sound, "sub_process") == []
    loose = {"start": "it", "steps": [verify("it", "tell", "tell"), tell]}
    assert [(one.step, one.must) for one in scripts.check(loose, "sub_process")] == [("tell", True)]
    back = {"start": "it", "steps": [verify("it", "tell", "return"), tell]}
    [told] = scripts.check(back, "sub_process")
    assert (told.step, told.must, told.rule) == ("it", False, "verified")


# --- what the company has -------------------------------------------------------------------------------------------


@pytest.fixture
def acme(db: None) -> Client:
    return make.client("Acme")


def version(of: Client, graph: Raw) -> ScriptVersion:
    script, _new = of.scripts.get_or_create(name="Inbound", kind="inbound")
    made: ScriptVersion = script.versions.create(number=script.versions.count() + 1, graph=graph)
    return made


def told(of: Client, step: Raw) -> list[tuple[str, bool]]:
    return [(one.sentence, one.must) for one in script_fits.problems_of(version(of, flow(step)))]


def test_a_line_that_is_not_there_bars_publishing_until_it_is(acme: Client) -> None:
    to = act("transfer", queue="Second line")
    assert told(acme, to) == [("The line “Second line” is not there.", True)]
    make.queue(make.client("Globex"), "Second line")
    assert told(acme, to) == [("The line “Second line” is not there.", True)]
    make.queue(acme, "Second line")
    assert told(acme, to) == []


def test_a_reason_or_product_that_is_not_there_is_said(acme: Client) -> None:
    by_code = choose("late", sets="reason")
    assert told(acme, by_code) == [("The company has no “late”: this answer would be refused.", True)]
    assert told(acme, decide("reason", "late")) == [("The company has no “late”: this case never comes.", False)]
    listed = {key: value for key, value in choose(sets="product").items() if key != "options"}
    assert told(acme, listed) == [("The company has nothing yet that could be chosen here.", False)]
    make.reason(acme, "Late delivery", code="late")
    make.product(acme, "Slate")
    assert told(acme, by_code) == told(acme, decide("reason", "late")) == told(acme, listed) == []


def test_sue_cannot_hand_it_in_and_ada_reads_of_it_among_what_is_missing(acme: Client) -> None:
    sue, browser = make.supervisor(acme), Browser()
    browser.force_login(sue)
    drawn = version(acme, flow(act("transfer", queue="Second line")))
    page = browser.get(reverse("setup-design", args=[acme.public_id, drawn.public_id])).content.decode()
    assert "The line “Second line” is not there." in page
    with pytest.raises(scripts.ScriptRefused):
        scripts.submit(drawn, sue, why="new")
    second = make.queue(acme, "Second line")
    ScriptVersion.objects.filter(pk=drawn.pk).update(state="published")
    assert next(one for one in readiness(acme) if one.item == "script").ok
    second.name = "Another name"
    second.save()
    [line] = [one for one in readiness(acme) if one.item == "script"]
    assert (line.ok, line.sentence) == (
        False, "“Inbound” cannot go on at “it”: The line “Second line” is not there."
    )  # fmt: skip
