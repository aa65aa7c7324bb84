"""Sue draws a draft on its chart: each step by its form, saved as she types, checked, taken back, never over Mo's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from bpo.accounts.models import User
from clients import flow_preview, graph_edits, script_graph, script_text, scripts
from clients.models import Channel, Client, Role, ScriptVersion
from tests import factories
from tests.clients.test_scripts import graph

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def sue(acme: Client) -> User:
    return factories.supervisor(acme, name="Sue Sander")


@pytest.fixture
def draft(acme: Client, sue: User) -> ScriptVersion:
    script = acme.scripts.create(name="Calls", kind="inbound")
    return script.versions.create(number=1, graph=graph(), created_by=sue)


@pytest.fixture
def at_desk(client: Browser, sue: User) -> Browser:
    client.force_login(sue)
    return client


def page_of(version: ScriptVersion, step: str = "") -> str:
    at = reverse("setup-design", args=[version.script.client.public_id, version.public_id])
    return f"{at}?step={step}" if step else at


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def form_of(answer: Any) -> dict[str, str]:
    """What the step's form on the page would send unchanged."""
    html = answer.content.decode()
    form = html[html.index('id="step-form"') : html.index("</form>", html.index('id="step-form"'))]
    sent: dict[str, str] = {"since": re.findall(r'name="since" value="(\d+)"', html)[0]}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag) and name[1] != "csrfmiddlewaretoken":
            sent[name[1]] = value[1] if value else "on"
    for name, inner in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S):
        sent[name] = inner
    for name, inner in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        picked = re.search(r'value="([^"]*)" selected', inner)
        sent[name] = picked[1] if picked else re.findall(r'value="([^"]*)"', inner)[0]
    return sent


def save(browser: Browser, version: ScriptVersion, step: str, do: str = "", **typed: str) -> Any:
    """Open the step, type, and let it be saved; or press something."""
    sent = form_of(browser.get(page_of(version, step))) | {"do": do} | typed
    at = reverse("setup-design-save", args=[version.script.client.public_id, version.public_id])
    answer = browser.post(at, {key: value for key, value in sent.items() if value != "(off)"}, headers=HTMX)
    version.refresh_from_db()
    return answer


def steps(version: ScriptVersion) -> dict[str, dict[str, Any]]:
    return {step["id"]: step for step in version.graph["steps"]}


def test_the_page_shows_chart_checks_step_and_what_the_agent_sees(at_desk: Browser, draft: ScriptVersion) -> None:
    factories.reason(draft.script.client)
    page = said(at_desk.get(page_of(draft, "greet")))
    assert page.count("data-step ") == 5 and 'id="step-verify"' in page
    assert "everything passed" in page and "Every step can be reached" in page
    assert "Thank you for calling {client}." in page and "Thank you for calling Acme." in page
    for step in steps(draft):
        assert at_desk.get(page_of(draft, step)).status_code == 200


@pytest.mark.parametrize("step", ["greet", "verify", "reason", "product", "close"])
def test_a_form_sent_as_it_is_changes_nothing(at_desk: Browser, draft: ScriptVersion, step: str) -> None:
    assert save(at_desk, draft, step).status_code == 200
    assert draft.graph == graph() and draft.edition == 0 and not draft.edits.exists()


def test_what_sue_types_is_saved_and_checked_at_its_step(at_desk: Browser, draft: ScriptVersion, sue: User) -> None:
    answer = save(at_desk, draft, "greet", text="Good day. {weather}", next="")
    page = said(answer)
    assert steps(draft)["greet"]["text"] == "Good day. {weather}" and "next" not in steps(draft)["greet"]
    assert "{weather} is not something a text can name." in page and "It leads nowhere." in page
    assert "2 must be fixed" in page and 'id="f-text"' not in page, "the form she types into is left alone"
    assert 'hx-swap-oob="true"' in page and "Saved" in page and "Sue Sander" in page
    assert [*draft.writers.all()] == [sue]


def test_steps_are_added_moved_removed_and_all_is_taken_back(at_desk: Browser, draft: ScriptVersion) -> None:
    answer = save(at_desk, draft, "reason", "add-collect")
    assert answer["HX-Replace-Url"].endswith("?step=collect_1") and "autofocus" in said(answer)
    assert steps(draft)["reason"]["next"] == "collect_1" and steps(draft)["collect_1"]["next"] == "product"
    assert "There is nothing to ask here." in said(answer)
    save(at_desk, draft, "collect_1", "row-field")
    save(at_desk, draft, "collect_1", **{"field-0-label": "Which order?", "field-0-type": "order"})
    save(at_desk, draft, "collect_1", "up")
    assert [*steps(draft)][2] == "collect_1"
    assert "“Collect” is removed." in said(save(at_desk, draft, "collect_1", "remove"))
    assert draft.graph == graph()
    for _ in range(5):
        assert save(at_desk, draft, "greet", "undo").status_code == 200
    assert draft.graph == graph() and save(at_desk, draft, "greet", "undo").status_code == 409
    for _ in range(3):
        save(at_desk, draft, "greet", "redo")
    made = steps(draft)["collect_1"]
    assert made["fields"] == [{"name": "field_1", "label": "Which order?", "type": "order"}]


def test_a_way_that_is_missing_is_proposed_and_connected(at_desk: Browser, draft: ScriptVersion, sue: User) -> None:
    ScriptVersion.objects.filter(pk=draft.pk).update(state="published")
    second = draft.script.versions.create(number=2, graph=graph(), created_by=sue)
    answer = save(at_desk, second, "product", next="")
    assert "In version 1 it went on to Close and thank." in said(answer) and 'value="connect-close"' in said(answer)
    save(at_desk, second, "product", "connect-close")
    assert second.graph == graph()


def test_every_kind_has_its_form(at_desk: Browser, draft: ScriptVersion, acme: Client) -> None:
    factories.queue(acme, "Second line")
    for kind in ("say", "collect", "verify", "choose", "decide", "sub_process", "act", "close"):
        assert save(at_desk, draft, "reason", f"add-{kind}").status_code == 200
    save(at_desk, draft, "verify_1", **{"fact-name": "on", "fact-name-label": "Your name", "failed": "close"})
    assert steps(draft)["verify_1"]["facts"] == [{"fact": "name", "label": "Your name"}]
    save(at_desk, draft, "choose_1", "row-option")
    save(at_desk, draft, "choose_1", **{"option-0-label": "A refund", "option-0-next": "close", "required": "on"})
    assert steps(draft)["choose_1"]["options"] == [{"value": "option_1", "label": "A refund", "next": "close"}]
    whole = save(at_desk, draft, "decide_1", on="answer:choose_1")
    assert whole["HX-Retarget"] == "#design", "its form looks different now"
    save(at_desk, draft, "decide_1", "row-case")
    save(at_desk, draft, "decide_1", **{"case-0-value": "option_1", "case-0-next": "close"})
    assert steps(draft)["decide_1"]["cases"] == [{"value": "option_1", "next": "close"}]
    save(at_desk, draft, "act_1", act="transfer")
    save(at_desk, draft, "act_1", **{"param-queue": "Second line", "param-note": "She waits."})
    assert steps(draft)["act_1"]["params"] == {"queue": "Second line", "note": "She waits."}
    save(at_desk, draft, "collect_1", "row-field")
    save(at_desk, draft, "collect_1", **{"field-0-label": "Colour", "field-0-type": "choice"})
    save(at_desk, draft, "collect_1", **{"field-0-options": "Red\nDark blue\n", "field-0-required": "on"})
    assert steps(draft)["collect_1"]["fields"][0]["options"] == [
        {"value": "red", "label": "Red"}, {"value": "dark_blue", "label": "Dark blue"},
    ]  # fmt: skip
    save(at_desk, draft, "collect_1", **{"field-0-options": "Red\nNavy\n"})
    assert steps(draft)["collect_1"]["fields"][0]["options"][1] == {"value": "dark_blue", "label": "Navy"}
    for step in steps(draft):
        before = draft.graph
        assert save(at_desk, draft, step).status_code == 200 and draft.graph == before, step


def test_sue_is_told_that_mo_was_faster_and_keeps_her_words(
    at_desk: Browser, draft: ScriptVersion, acme: Client
) -> None:
    mo = factories.user("Mo Marsh")
    factories.membership(mo, acme, Role.MANAGER)
    sent = form_of(at_desk.get(page_of(draft, "greet"))) | {"text": "Sue's words for {client}"}
    by_mo = {**graph(), "steps": [{**one, "name": f"{one['name']}!"} for one in graph()["steps"]]}
    scripts.rewrite(draft, by_mo, mo)
    at = reverse("setup-design-save", args=[acme.public_id, draft.public_id])
    refused = at_desk.post(at, sent, headers=HTMX)
    draft.refresh_from_db()
    assert refused.status_code == 409 and draft.graph == by_mo
    assert "Mo Marsh saved at" in said(refused) and "What you typed still stands in the form." in said(refused)
    kept = at_desk.post(at, sent | {"do": "keep"}, headers=HTMX)
    draft.refresh_from_db()
    assert kept.status_code == 200 and steps(draft)["greet"]["text"] == "Sue's words for {client}"
    assert steps(draft)["close"]["name"] == "Close and thank!", "what Mo did elsewhere stays"
    assert at_desk.post(at, sent).status_code == 409, "without a script, too"


def test_a_flow_is_begun_from_nothing(at_desk: Browser, acme: Client) -> None:
    script = acme.scripts.create(name="Main", kind="inbound")
    new = reverse("setup-version-new", args=[acme.public_id, script.public_id])
    answer = at_desk.post(new, {"language": "en", "channel": "", "graph": "", "begin": "drawn"})
    version = script.versions.get()
    assert answer["Location"] == page_of(version) and version.graph == {"start": "", "steps": []}
    assert "Nothing yet" in said(at_desk.get(page_of(version)))
    save(at_desk, version, "", "add-say")
    assert version.graph["start"] == "say_1"


def test_only_a_draft_is_changed_and_steps_that_cannot_be_read_are_told(
    at_desk: Browser, draft: ScriptVersion, sue: User
) -> None:
    scripts.submit(draft, sue, why="read it")
    page = at_desk.get(page_of(draft, "greet"))
    assert page.status_code == 200 and '<fieldset class="stack" disabled>' in said(page) and "add-say" not in said(page)
    at = reverse("setup-design-save", args=[draft.script.client.public_id, draft.public_id])
    sent = {"since": "0", "step": "greet", "name": "Hi", "text": "Hi"}
    assert at_desk.post(at, sent, headers=HTMX).status_code == 409
    broken = draft.script.versions.create(number=2, graph={"start": "a", "steps": [{"kind": "say"}]}, created_by=sue)
    assert "cannot be read as a call flow" in said(at_desk.get(page_of(broken)))
    for odd in ({}, {"since": "x"}, {"since": "0", "step": "greet", "do": "drop-field-x"}):
        assert at_desk.post(at, odd, headers=HTMX).status_code in (400, 409)


def test_a_stranger_finds_nothing_and_a_viewer_may_not(client: Browser, draft: ScriptVersion, acme: Client) -> None:
    gus = factories.supervisor(factories.client("Globex"), name="Gus Globe")
    vera = factories.user("Vera Viewer")
    factories.membership(vera, acme, Role.VIEWER)
    at = reverse("setup-design-save", args=[acme.public_id, draft.public_id])
    for person, code in ((gus, 404), (vera, 403)):
        client.force_login(person)
        assert client.get(page_of(draft)).status_code == code
        assert client.post(at, {"since": "0"}).status_code == code


def test_the_page_asks_little_however_many_steps(
    at_desk: Browser, draft: ScriptVersion, django_assert_max_num_queries: Any
) -> None:
    at_desk.get(page_of(draft))
    say = {"kind": "say", "name": "Say", "text": "Well", "next": "close"}
    more = [{**say, "id": f"s{n}"} for n in range(40)]
    ScriptVersion.objects.filter(pk=draft.pk).update(graph=graph(*graph()["steps"], *more))
    with django_assert_max_num_queries(15):
        at_desk.get(page_of(draft, "reason"))


def test_sue_walks_through_it_and_nothing_is_done(at_desk: Browser, draft: ScriptVersion, acme: Client) -> None:
    more, new = graph_edits.add(graph(), "decide", "Verified?", after="reason")
    decide = {**(graph_edits.find(more, new) or {}), "on": "verified", "cases": [{"value": "no", "next": "close"}]}
    scripts.rewrite(draft, graph_edits.put(more, decide), draft.created_by)
    factories.reason(acme, "Late", code="late")
    at = reverse("setup-walk", args=[acme.public_id, draft.public_id])
    first = said(at_desk.get(at))
    assert "Thank you for calling Acme." in first and 'value="greet"' in first
    known = ["verified=no", "channel=voice"]
    verify = said(at_desk.get(at, {"from": "greet", "known": known}))
    assert "Full name" in verify and "Cannot verify" in verify
    failed = said(at_desk.get(at, {"from": "verify", "trail": ["greet"], "known": known, "gave_up": "1"}))
    assert "Close and thank" in failed
    reason = said(at_desk.get(at, {"from": "verify", "trail": ["greet"], "known": known}))
    assert 'value="verified=yes"' in reason and 'name="choice" value="late"' in reason
    passed = {"from": "reason", "trail": ["greet", "verify"], "choice": "late"}
    end = said(at_desk.get(at, passed | {"known": ["verified=yes"]}))
    assert "decided by itself" in end and "the product's own flow stands here" in end and 'value="reason=late"' in end
    short = said(at_desk.get(at, passed | {"known": ["verified=no"]}))
    assert "the product's own flow stands here" not in short
    assert "The flow ends here" in said(at_desk.get(at, {"from": "close"}))
    assert at_desk.get(at, {"from": "nowhere", "trail": ["x"], "known": ["odd"]}).status_code == 200
    assert at_desk.post(at).status_code == 405


def test_mo_reads_what_differs_from_the_version_in_force(at_desk: Browser, draft: ScriptVersion, sue: User) -> None:
    script = draft.script
    at = reverse("setup-difference", args=[script.client.public_id, draft.public_id])
    assert "the only version" in said(at_desk.get(at))
    ScriptVersion.objects.filter(pk=draft.pk).update(state="published")
    second = script.versions.create(number=2, graph=graph(), created_by=sue)
    at = reverse("setup-difference", args=[script.client.public_id, second.public_id])
    assert "Both say and do the same." in said(at_desk.get(at))
    save(at_desk, second, "greet", text="Thank you for writing to {client}.")
    page = said(at_desk.get(at))
    assert "<del>calling</del>" in page and "<ins>writing to</ins>" in page
    chart = said(at_desk.get(page_of(second, "greet")))
    assert 'class="chg"' in chart and "changed in this draft" in chart and "Difference to 1" in chart
    elsewhere = factories.client("Globex").scripts.create(name="Theirs", kind="inbound").versions.create(number=1)
    for other, code in ((draft.public_id, 200), (elsewhere.public_id, 404), ("x", 404)):
        assert at_desk.get(at, {"to": other}).status_code == code


def test_a_version_leaves_as_a_file_and_comes_back(at_desk: Browser, draft: ScriptVersion, acme: Client) -> None:
    for form in ("json", "yaml"):
        file = at_desk.get(reverse("setup-version-file", args=[acme.public_id, draft.public_id, form]))
        assert file["Content-Disposition"] == f'attachment; filename="calls-1-en.{form}"'
        ScriptVersion.objects.filter(pk=draft.pk).update(graph={"start": "", "steps": []})
        sent = SimpleUploadedFile(f"calls.{form}", file.content)
        at = reverse("setup-version", args=[acme.public_id, draft.public_id])
        assert at_desk.post(at, {"upload": sent, "graph": "", "channel": "", "language": "en"}).status_code == 302
        draft.refresh_from_db()
        assert draft.graph == graph()
    assert at_desk.get(reverse("setup-version-file", args=[acme.public_id, draft.public_id, "xml"])).status_code == 404
    text = "start: a\nsteps:\n- id: a\n  kind: collect\n  fields:\n  - name: b\n- kind: say\n"
    answer = at_desk.post(at, {"graph": text})
    assert answer.status_code == 422 and "Line 3, “a”: number 1 of “fields” lacks “label”." in said(answer)
    assert "Line 7: “id” is missing." in said(answer)


def test_text_written_from_an_older_state_is_refused_and_kept(at_desk: Browser, draft: ScriptVersion) -> None:
    scripts.rewrite(draft, {**graph(), "start": "verify"}, factories.user("Mo Marsh"))
    text = script_text.write(graph(), "yaml")
    at = reverse("setup-version", args=[draft.script.client.public_id, draft.public_id])
    answer = at_desk.post(at, {"graph": text, "since": "0"})
    assert answer.status_code == 422 and "Somebody else changed this draft" in said(answer)
    assert (
        "Thank you for calling {client}." in said(answer)
        and at_desk.post(at, {"graph": text, "since": "1"}).status_code == 302
    )


def test_what_is_typed_while_a_step_is_added_is_kept_and_the_new_step_stays_chosen(
    at_desk: Browser, draft: ScriptVersion
) -> None:
    save(at_desk, draft, "verify", "add-say", name="Verify")
    draft.refresh_from_db()
    new = next(one["id"] for one in draft.graph["steps"] if one["id"].startswith("say_"))
    answer = save(at_desk, draft, "verify", name="Verify well", look=new)
    assert answer.status_code == 200 and "HX-Retarget" not in answer, "the form of the new step is left alone"
    assert steps(draft)["verify"]["name"] == "Verify well"
    assert f'id="step-{new}"' in answer.content.decode()
    chosen = re.search(r'<a class="step sel[^"]*" id="step-([^"]+)"', answer.content.decode())
    assert chosen and chosen[1] == new


def test_an_open_page_is_told_what_somebody_else_did_once(
    at_desk: Browser, draft: ScriptVersion, acme: Client, sue: User
) -> None:
    at = reverse("setup-design-news", args=[acme.public_id, draft.public_id])
    page = at_desk.get(reverse("setup-design", args=[acme.public_id, draft.public_id])).content.decode()
    assert re.search(r'<div id="news"[^>]*role="status"', page) and at in page
    assert at_desk.get(at, {"since": str(draft.edition)}).status_code == 204
    scripts.rewrite(draft, {**graph(), "start": "verify"}, sue)
    assert at_desk.get(at, {"since": "0"}).status_code == 204, "her own edit in another tab is no news"
    mo = factories.user("Mo Marsh")
    scripts.rewrite(draft, graph(), mo)
    told = at_desk.get(at, {"since": "0"})
    assert "Mo Marsh changed this draft" in told.content.decode()
    assert at_desk.get(at, {"since": "0", "told": str(draft.edition)}).status_code == 204, "said once"
    scripts.submit(draft, sue, why="read it")
    assert "no longer a draft" in at_desk.get(at, {"since": str(draft.edition)}).content.decode()


def spanish(of: ScriptVersion, *changes: dict[str, Any], **fields: Any) -> ScriptVersion:
    """The same steps as they are written in Spanish, with these words in place of the English ones."""
    words = {"greet": "Gracias por llamar a {client}, {first_name}. Su pedido {order} {order_state}: {due}."}
    steps = [{**one, "text": words.get(one["id"], "")} for one in graph()["steps"] if one["id"] != "product"]
    return of.script.versions.create(number=1, language="es", graph={**graph(), "steps": [*steps, *changes]}, **fields)


def test_the_preview_shows_the_step_in_each_language(at_desk: Browser, draft: ScriptVersion) -> None:
    alone = said(at_desk.get(page_of(draft, "greet")))
    assert 'role="tab"' not in alone, "one language needs no tabs"
    other = spanish(draft)
    page = said(at_desk.get(page_of(draft, "greet")))
    assert page.count('role="tab"') == 2 and 'id="seen-in-es"' in page
    panel = page[page.index('id="seen-in-es"') :]
    panel = panel[: panel.index("</section>")]
    assert "Gracias por llamar a Acme, Ana." in panel and "TG-204417 En el almacén del transportista" in panel
    assert "Siguiente" in panel and 'lang="es"' in panel and f"Open version {other.number}, draft" in panel
    for english in ("Next", "Ann Field", "depot", "November", "Nov", "laptop", "card"):
        assert english not in panel.replace("Open version", ""), english
    missing = said(at_desk.get(page_of(draft, "product")))
    assert "not there yet" in missing and "This step is not there yet in this language." in missing
    back = said(at_desk.get(page_of(other, "greet")))
    assert "Thank you for calling Acme." in back and back.count('role="tab"') == 2


def test_the_newest_draft_is_shown_before_the_version_in_force(at_desk: Browser, draft: ScriptVersion) -> None:
    first = spanish(draft)
    ScriptVersion.objects.filter(pk=first.pk).update(state="published")
    assert "Open version 1, published" in said(at_desk.get(page_of(draft, "greet")))
    draft.script.versions.create(number=2, language="es", graph={"start": "", "steps": []})
    draft.script.versions.create(number=3, language="es", channel="chat", graph=graph())
    page = said(at_desk.get(page_of(draft, "greet")))
    assert "Open version 2, draft" in page and "This step is not there yet in this language." in page
    draft.script.versions.create(number=4, language="es", graph={"start": "a", "steps": [{"kind": "say"}]})
    assert "Open version 4, draft" in said(at_desk.get(page_of(draft, "greet"))), "and steps that cannot be read"


def test_another_house_s_languages_stay_there(at_desk: Browser, draft: ScriptVersion) -> None:
    theirs = factories.client("Globex").scripts.create(name="Calls", kind="inbound")
    theirs.versions.create(number=1, language="es", graph=graph())
    assert 'role="tab"' not in said(at_desk.get(page_of(draft, "greet")))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sample_customer_speaks_the_language_of_the_flow(draft: ScriptVersion, language: str) -> None:
    names = sorted(script_graph.PLACEHOLDERS)
    draft.language = language
    found = flow_preview.sample_words(draft)
    assert sorted(found) == names, "a value for each that a text may name"
    other = flow_preview.sample_words(draft.script.versions.model(script=draft.script, language="en"))
    same = {"client", "agent", "order", "bill", "account", "reference", "phone_shown", "order_total", "bill_amount"}
    if language == "es":
        assert not [name for name in names if name not in same and found[name] == other[name]]


def test_sue_tries_it_in_another_language_and_channel(at_desk: Browser, draft: ScriptVersion, acme: Client) -> None:
    other = spanish(draft)
    at = reverse("setup-walk", args=[acme.public_id, draft.public_id])
    first = said(at_desk.get(at))
    assert 'name="language"' in first and 'value="channel=voice"' in first
    chat = said(at_desk.get(at, {"language": "en", "channel": "chat"}))
    assert 'value="channel=chat"' in chat and "Thank you for calling Acme." in chat
    moved = at_desk.get(at, {"language": "es", "channel": "email"})
    assert moved.status_code == 302 and str(other.public_id) in moved["Location"]
    spoken = said(at_desk.get(moved["Location"]))
    assert "Gracias por llamar a Acme, Ana." in spoken and 'value="channel=email"' in spoken
    own = draft.script.versions.create(number=2, channel="sms" if "sms" in Channel.values else "chat", graph=graph())
    led = at_desk.get(at, {"language": "en", "channel": own.channel})
    assert led.status_code == 302 and str(own.public_id) in led["Location"], "one for that channel alone goes before"
    assert "Thank you for calling Acme." in said(at_desk.get(at, {"language": "fr", "channel": "pigeon"}))


def test_trying_walks_through_the_product_s_own_flow_and_back(
    at_desk: Browser, draft: ScriptVersion, acme: Client
) -> None:
    slate = factories.product(acme, "Slate 14 laptop")
    inner = {
        "start": "ask",
        "steps": [
            {"id": "ask", "kind": "say", "name": "Ask for the serial number", "text": "Which one?", "next": "inner"},
            {"id": "inner", "kind": "sub_process", "name": "Within", "next": "return"},
        ],
    }
    own = acme.scripts.create(name="Laptops", kind="sub_process", product_type=slate.type)
    sub = own.versions.create(number=1, graph=inner)
    ScriptVersion.objects.filter(pk=sub.pk).update(state="published")
    at = reverse("setup-walk", args=[acme.public_id, draft.public_id])
    behind = {"from": "reason", "trail": ["greet", "verify"]}
    known = ["verified=yes", "language=en", f"product_type={slate.type.code}"]
    inside = said(at_desk.get(at, behind | {"known": known}))
    assert "Ask for the serial number" in inside and "Which one?" in inside and "into “Laptops”" in inside
    assert f'name="from" value="{sub.public_id}:ask"' in inside
    trail = re.findall(r'name="trail" value="([^"]+)"', inside)
    known = re.findall(r'name="known" value="([^"]+)"', inside)
    assert trail == ["greet", "verify", "reason", "product"]
    out = said(at_desk.get(at, {"from": f"{sub.public_id}:ask", "trail": trail, "known": known}))
    assert "Close and thank" in out and 'name="from" value="close"' in out, "to the step after the one that called it"
    elsewhere = factories.client("Globex").scripts.create(name="Theirs", kind="sub_process")
    theirs = elsewhere.versions.create(number=1, graph=inner)
    refused = said(at_desk.get(at, {"from": f"{theirs.public_id}:ask", "trail": [f"{theirs.public_id}:ask"]}))
    assert "Which one?" not in refused and "Thank you for calling Acme." in refused
    none = said(at_desk.get(at, behind | {"known": ["verified=yes"]}))
    assert "the product's own flow stands here" in none, "none is in force for what is known"
