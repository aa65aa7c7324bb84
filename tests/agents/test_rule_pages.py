"""The rules of a line on the pages of the set-up: drafts, publishing, steps, versions, and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import rule_rows, rule_words, rules
from agents.models import QueueVersion, RulesState
from bpo.kernel import clock
from clients.models import Queue, Role
from tests import factories
from tests.clients.test_setup import form_of, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Browser) -> Browser:
    """Ada the administrator, signed in."""
    client.force_login(factories.admin())
    return client


@pytest.fixture
def line() -> Queue:
    """Acme's line."""
    return factories.queue(factories.client("Acme"), "Orders", offer_seconds=20)


def path_of(line: Queue, *more: Any, name: str = "setup-queue") -> str:
    return reverse(name, args=[line.client.public_id, line.public_id, *more])


def sent(browser: Browser, path: str, **changes: Any) -> Any:
    """The page's form as it stands, with these changes."""
    context = browser.get(path).context
    page = form_of(browser, path, "form", "skills", "teams", "step_set")
    return browser.post(path, {**page, "seen": context["seen"], **changes})


def stepped(*steps: tuple[int, str, dict[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": 0}
    for n, (after, action, parts) in enumerate(steps):
        data |= {f"steps-{n}-after_seconds": after, f"steps-{n}-action": action}
        data |= {f"steps-{n}-{name}": value for name, value in parts.items()}
    return data


def test_ada_drafts_first_and_publishes_when_it_is_right(ada: Browser, line: Queue) -> None:
    path = path_of(line)
    assert sent(ada, path, offer_seconds=15, do="draft").status_code == 302
    line.refresh_from_db()
    assert (line.offer_seconds, line.version) == (20, 1)
    page = said(ada.get(path))
    assert "A draft, not in force yet" in page and "Seconds an offer rings" in page
    answer = sent(ada, path, offer_seconds=10, do="now")
    assert answer.status_code == 422 and "Say why in a few words." in said(answer)
    assert sent(ada, path, offer_seconds=10, do="now", reason="Rings too long").status_code == 302
    line.refresh_from_db()
    assert (line.offer_seconds, line.version) == (10, 2)
    page = said(ada.get(path))
    assert "version 2 in force since" in page and "Rings too long" in page and "A draft" not in page


def test_a_time_is_kept_and_can_be_taken_back(ada: Browser, line: Queue) -> None:
    path = path_of(line)
    answer = sent(ada, path, limit=5, do="later", reason="Monday")
    assert answer.status_code == 422 and "still to come" in said(answer)
    assert not line.versions.filter(state="draft").exists()
    when = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert sent(ada, path, limit=5, do="later", reason="Monday", publish_at=when).status_code == 302
    waits = QueueVersion.objects.get(state=RulesState.SCHEDULED)
    page = said(ada.get(path))
    assert "Cancel the time" in page and "Publish now" not in page
    assert "Will be published on" in page and "Published on" not in page
    assert ada.post(path, {"do": "now"}).status_code == 403
    act = path_of(line, waits.public_id, "cancel", name="setup-queue-version-move")
    assert "Say why" in said(ada.post(act, {"reason": ""}, follow=True))
    assert "It is a draft again" in said(ada.post(act, {"reason": "Not yet"}, follow=True))
    act = path_of(line, waits.public_id, "discard", name="setup-queue-version-move")
    assert "The draft is discarded." in said(ada.post(act, {"reason": "Never"}, follow=True))
    waits.refresh_from_db()
    assert (waits.state, waits.why) == (RulesState.DISCARDED, "Never")


def test_what_bob_changed_meanwhile_is_shown_before_ada_replaces_it(ada: Browser, line: Queue) -> None:
    path, bob = path_of(line), factories.admin("Bob")
    rules.keep(line)
    seen = ada.get(path).context["seen"]
    rules.change(line, {"offer_seconds": 10}, by=bob, why="Faster")
    answer = sent(ada, path, offer_seconds=20, limit=5, do="now", reason="Limit", seen=seen)
    assert answer.status_code == 422 and "Seconds an offer rings: 20 → 10" in said(answer)
    line.refresh_from_db()
    assert line.version == 2
    again = {"do": "now", "reason": "Limit", "seen": answer.context["seen"]}
    assert sent(ada, path, offer_seconds=20, limit=5, knowing="on", **again).status_code == 302
    line.refresh_from_db()
    assert (line.offer_seconds, line.limit, line.version) == (20, 5, 3)


def test_two_who_write_one_draft_do_not_overwrite_each_other_unseen(ada: Browser, line: Queue) -> None:
    path = path_of(line)
    draft = rules.draft(line, {"limit": 3}, by=factories.admin("Bob"))
    seen = ada.get(path).context["seen"]
    rules.edit(draft, {"limit": 4}, by=factories.admin("Bob"))
    answer = sent(ada, path, limit=9, do="draft", seen=seen)
    assert answer.status_code == 422 and "Somebody else changed this draft meanwhile" in said(answer)
    assert sent(ada, path, limit=9, do="draft", seen=answer.context["seen"]).status_code == 302
    draft.refresh_from_db()
    assert draft.rules["limit"] == 9


def test_steps_are_added_moved_and_removed_before_anything_is_saved(ada: Browser, line: Queue) -> None:
    path = path_of(line)
    answer = sent(ada, path, step="add")
    assert answer.status_code == 200
    page = said(answer)
    assert "Step 1" in page and ">60</output>" in page and not line.overflow_steps.exists()
    three = stepped((10, "offer_callback", {}), (20, "raise_priority", {"raise_by": 2}), (30, "message", {}))
    answer = sent(ada, path, **three, step="down-1")
    assert [(form["action"].value(), total) for form, total in answer.context["step_set"].shown()] == [
        ("raise_priority", 20),
        ("offer_callback", 30),
        ("message", 60),
    ]
    assert 'value="down-2"' in said(answer) and said(answer).count("autofocus") == 1
    answer = sent(ada, path, **three, step="down-2")
    hand = next(line for line in said(answer).splitlines() if "autofocus" in line)
    assert 'value="up-3"' in hand, "the last one goes no further down"
    answer = sent(ada, path, **three, step="remove-2")
    assert [form["action"].value() for form in answer.context["step_set"].forms] == ["offer_callback", "message"]
    assert sent(ada, path, **three, step="up-99").status_code == 200
    assert sent(ada, path, **three, do="now", reason="Nobody waits for ever").status_code == 302
    assert [(each.ordinal, each.action) for each in line.overflow_steps.all()] == [
        (1, "offer_callback"),
        (2, "raise_priority"),
        (3, "message"),
    ]


def test_each_step_says_what_is_wrong_with_it(ada: Browser, line: Queue) -> None:
    wrong = stepped((10, "message", {}), (20, "drop_skill", {}), (-1, "offer_callback", {}))
    answer = sent(ada, path_of(line), **wrong, do="draft")
    assert answer.status_code == 422
    assert answer.context["step_set"].forms[2].errors["after_seconds"]
    answer = sent(ada, path_of(line), **stepped((10, "message", {}), (20, "drop_skill", {})), do="draft")
    first, second = answer.context["step_set"].forms
    assert first.non_field_errors() == ["This ends the wait: no step comes after it."]
    assert second.non_field_errors() == ["Choose the skill that this step is about."]
    answer = sent(ada, path_of(line), **stepped((10, "overflow", {})), do="draft")
    assert answer.context["step_set"].forms[0].non_field_errors() == ["Choose the line to move to."]


def test_what_is_wrong_stands_at_the_top_and_leads_to_its_field(ada: Browser, line: Queue) -> None:
    wrong = {"offer_seconds": 0, "channels": [], **stepped((10, "message", {}), (20, "overflow", {}))}
    answer = sent(ada, path_of(line), **wrong, do="draft")
    page = said(answer)
    top, _form, rest = page.partition('<form class="form wide"')
    for at in ("id_channels_0", "id_offer_seconds"):
        assert f'href="#{at}"' in top and f'id="{at}"' in rest, at
    assert "Nothing was saved or published." in top and "<details open>" in rest
    answer = sent(ada, path_of(line), **stepped((10, "message", {}), (20, "offer_callback", {})), do="draft")
    top = said(answer).partition('<form class="form wide"')[0]
    assert (
        "Step 1: This ends the wait: no step comes after it." in top.replace("</a>", "") and "#id_steps-0-action" in top
    )
    top = said(sent(ada, path_of(line), limit=5, do="now")).partition('<form class="form wide"')[0]
    assert "Reason: Say why in a few words." in top
    assert "Nothing was saved" not in said(ada.get(path_of(line)))


def test_a_number_that_is_too_low_is_told_in_one_sentence(ada: Browser, line: Queue) -> None:
    for wrong in (-5, 0):
        answer = sent(ada, path_of(line), offer_seconds=wrong, do="draft")
        assert answer.context["form"].errors["offer_seconds"] == ["Ensure this value is greater than or equal to 1."], (
            wrong
        )


def test_a_step_that_changes_nothing_is_told_and_not_refused(ada: Browser) -> None:
    line = factories.queue(factories.client("Acme"), "Orders", wants={"billing": 2})
    garden, billing, spanish = factories.team("Garden"), factories.skill("billing"), factories.skill("es")
    steps = stepped(
        (10, "relax_level", {"skill": billing.pk, "level": 2}), (10, "relax_level", {"skill": billing.pk, "level": 1}),
        (10, "drop_skill", {"skill": spanish.pk}), (10, "add_team", {"team": garden.pk}),
        (10, "raise_priority", {"raise_by": 9}), (10, "raise_priority", {"raise_by": 1}),
    )  # fmt: skip
    assert sent(ada, path_of(line), **steps, do="draft").status_code == 302
    answer = ada.get(path_of(line))
    told = [
        f"Step 1: the line asks {billing} at level 2 already, so this changes nothing.",
        f"Step 3: the line does not ask {spanish} then, so only contacts that want it besides are helped.",
        "Step 4: every team serves this line already, so this changes nothing.",
        "Step 6: the priority is 9 already, so this changes nothing.",
    ]
    assert answer.context["hints"] == told
    assert all(said(answer).count(hint) == 1 for hint in told)
    answer = sent(ada, path_of(line), **stepped((10, "add_team", {"team": garden.pk})), teams=[garden.pk], do="draft")
    draft = line.versions.get(state="draft")
    page = ada.get(path_of(line, draft.public_id, name="setup-queue-version"))
    assert page.context["hints"] == ["Step 1: team Garden serves this line already, so this changes nothing."]


def test_a_step_moves_nobody_to_a_line_that_takes_none_of_its_channels(ada: Browser, line: Queue) -> None:
    letters = factories.queue(line.client, "Letters", channels=["email"])
    Queue.objects.filter(pk=line.pk).update(channels=["chat"])
    steps = stepped((60, "overflow", {"to_queue": letters.pk}))
    answer = sent(ada, path_of(line), **steps, do="now", reason="Too many")
    assert answer.status_code == 422 and "takes none of the channels" in said(answer)
    assert "Letters (does not take Chat)" in said(answer)
    line.refresh_from_db()
    assert line.version == 1


def test_teams_and_a_share_of_the_floor_are_rules_too(ada: Browser, line: Queue) -> None:
    blue = factories.team("Blue")
    answer = sent(ada, path_of(line), teams=[blue.pk], floor_seats=3, ceiling_seats=2, do="now", reason="Share")
    assert answer.status_code == 422 and "less than what it is served first for" in said(answer)
    answer = sent(ada, path_of(line), teams=[blue.pk], floor_seats=2, ceiling_seats=3, do="now", reason="Share")
    assert answer.status_code == 302
    line.refresh_from_db()
    assert (line.floor_seats, line.ceiling_seats, line.teams.get().team) == (2, 3, blue)


def test_a_new_line_begins_with_its_steps_and_first_version(ada: Browser) -> None:
    acme, blue = factories.client("Acme"), factories.team("Blue")
    path = reverse("setup-queue-new", args=[acme.public_id])
    page = {**form_of(ada, path, "form", "skills", "step_set"), "name": "Care", "teams": [blue.pk]}
    wrong = {**page, **stepped((1, "message", {}), (0, "offer_callback", {}))}
    answer = ada.post(path, wrong)
    assert answer.status_code == 422 and "no step comes after it" in said(answer)
    assert not acme.queues.exists()
    assert ada.post(path, {**page, **stepped((0, "offer_callback", {}), (1, "message", {}))}).status_code == 302
    care = acme.queues.get()
    assert care.teams.get().team == blue and care.overflow_steps.count() == 2
    first = care.versions.get()
    assert (first.number, first.why, len(first.rules["overflow_steps"])) == (1, "New line.", 2)


def test_any_two_versions_are_compared_and_an_old_one_is_brought_back(ada: Browser, line: Queue) -> None:
    bob = factories.admin("Bob")
    first = rules.keep(line)
    second = rules.change(line, {"offer_seconds": 15}, by=bob, why="Shorter")
    third = rules.change(line, {"limit": 7}, by=bob, why="Limit")
    answer = ada.get(path_of(line, third.public_id, name="setup-queue-version"))
    assert [change.what for change in answer.context["changes"]] == ["Waiting at once, at most"]
    assert "Bring back" not in said(answer)
    answer = ada.get(path_of(line, third.public_id, name="setup-queue-version"), {"with": first.public_id})
    assert [change.what for change in answer.context["changes"]] == [
        "Seconds an offer rings",
        "Waiting at once, at most",
    ]
    page = said(ada.get(path_of(line, second.public_id, name="setup-queue-version")))
    assert "They become a new version, in force at once. This changes:" in page
    act = path_of(line, second.public_id, "roll-back", name="setup-queue-version-move")
    assert "Say why" in said(ada.post(act, {"reason": " "}, follow=True))
    assert "The old rules are in force again" in said(ada.post(act, {"reason": "No limit"}, follow=True))
    line.refresh_from_db()
    assert (line.version, line.offer_seconds, line.limit) == (4, 15, None)
    assert "(as version 2)" in said(ada.get(path_of(line)))
    for wrong in ({"with": line.public_id}, {"with": "x"}):
        assert ada.get(path_of(line, second.public_id, name="setup-queue-version"), wrong).status_code == 404
    assert ada.post(path_of(line, second.public_id, "burn", name="setup-queue-version-move")).status_code == 404


def test_a_version_tells_all_its_rules_and_not_only_what_it_changed(ada: Browser, line: Queue) -> None:
    blue, billing = factories.team("Blue"), factories.skill("billing")
    step = {"after_seconds": 45, "action": "drop_skill", "skill": "billing", "level": None, "team": None}
    steps = [{**step, "raise_by": None, "to_queue": None}]
    given = {"wanted_skills": [{"skill": "billing", "level": 3}], "teams": [str(blue.public_id)], "limit": 7}
    made = rules.change(line, {**given, "overflow_steps": steps}, by=factories.admin("Bob"), why="Season")
    answer = ada.get(path_of(line, made.public_id, name="setup-queue-version"))
    told = {part.title: dict(part.rows) for part in answer.context["whole"]}
    assert told["Skills an agent needs"] == {str(billing): "level 3"}
    assert told["Teams that serve it"] == {"Teams": "Blue"}
    assert told["Overflow steps"]["Step 1"] == f"after 45 s: ask a skill no more ({billing})"
    assert told["The offer"]["Seconds an offer rings"] == "20" and told["Coming in"]["Waiting at once, at most"] == "7"
    named = {what for part in answer.context["whole"] for what, _value in part.rows}
    assert {rule_words.label(name) for name in rule_rows.SETTINGS} <= named, "no setting is left out"
    assert "All its rules" in said(answer)


def test_rules_are_read_by_those_who_see_the_floor_and_changed_by_administrators(line: Queue) -> None:
    first = rules.keep(line)
    people = {
        "Sue": (factories.supervisor(line.client), 200, 200),
        "Mia": (factories.user("Mia"), 403, 200),
        "Bea": (factories.agent(licensed=line.client).user, 403, 403),
        "Sam": (factories.supervisor(factories.client("Globex")), 404, 404),
    }
    factories.membership(people["Mia"][0], line.client, Role.MANAGER)
    for name, (person, code, of_line) in people.items():
        browser = Browser()
        browser.force_login(person)
        assert browser.get(path_of(line, first.public_id, name="setup-queue-version")).status_code == code, name
        assert browser.get(path_of(line)).status_code == of_line, name
        for path in (path_of(line), path_of(line, first.public_id, "discard", name="setup-queue-version-move")):
            assert browser.post(path, {"reason": "x"}).status_code == (404 if code == 404 else 403), name
    theirs = factories.queue(factories.client("Other"))
    browser = Browser()
    browser.force_login(factories.admin())
    assert browser.get(path_of(theirs, first.public_id, name="setup-queue-version")).status_code == 404


def test_mia_of_the_client_reads_her_line_and_nothing_of_the_houses_own() -> None:
    night, pharmacy = factories.team("Night team"), factories.skill("pharmacy desk")
    acme = factories.client("Acme", floor_seats=3)
    line = factories.queue(acme, "Orders", wants={"billing": 3}, teams=[night], floor_seats=2)
    steps = [{"after_seconds": 9, "action": "add_team", "team": str(factories.team("Day team").public_id)}]
    empty = {"skill": None, "level": None, "raise_by": None, "to_queue": None}
    given = {"overflow_steps": [{**empty, **each} for each in steps], "limit": 7}
    rules.change(line, given, by=factories.admin("Bob Operator"), why="Acme pays less")
    rules.draft(line, {"limit": 4711}, by=factories.admin("Bob Operator"))
    mia, sue = Browser(), Browser()
    sue.force_login(factories.supervisor(acme))
    person = factories.user("Mia")
    factories.membership(person, acme, Role.MANAGER)
    mia.force_login(person)
    page = said(mia.get(path_of(line)))
    assert "Billing" in page and "ask more people" in page and "Waiting at once, at most" in page
    inside = ["Night team", "Day team", "Floor, in seats", "Which agent first", "Bob Operator", "Acme pays less"]
    for word in (*inside, "Seconds an offer rings", str(pharmacy), "4711"):
        assert word not in page, word
    assert mia.get(reverse("setup-queue-new", args=[acme.public_id])).status_code == 403
    assert "Floor, in seats" not in said(mia.get(reverse("setup-company", args=[acme.public_id])))
    page = said(sue.get(path_of(line)))
    for word in inside:
        assert word in page, word
    assert 'method="post"' not in page.partition("<main")[2].partition("</main")[0]


def test_a_moment_leads_to_the_version_that_was_in_force(ada: Browser, line: Queue) -> None:
    with clock.set_to(clock.now() - timedelta(days=1)):
        first = rules.keep(line)
    second = rules.change(line, {"limit": 7}, by=factories.admin("Bob"), why="Limit")
    sue = Browser()
    sue.force_login(factories.supervisor(line.client))
    for browser in (ada, sue):
        for hours, version in ((2, first), (-1, second), (30, None)):
            at = (clock.now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
            answer = browser.get(path_of(line), {"at": at})
            assert answer.context["then"]["version"] == version, at
            found = said(answer).partition('id="versions"')[2].partition("<table")[0]
            assert (
                path_of(line, version.public_id, name="setup-queue-version") if version else "before its first"
            ) in found
        answer = browser.get(path_of(line), {"at": "nonsense"})
        assert answer.status_code == 200 and answer.context["then"]["form"].errors["at"]


def test_the_page_costs_the_same_however_many_versions(
    ada: Browser, line: Queue, django_assert_max_num_queries: Any
) -> None:
    bob = factories.admin("Bob")
    for n in range(12):
        rules.change(line, {"limit": n + 1}, by=bob, why="Again")
    with django_assert_max_num_queries(40):
        assert said(ada.get(path_of(line))).count("Again") >= 12


def test_the_line_tells_that_who_set_the_time_no_longer_may(ada: Browser, line: Queue) -> None:
    gone, now = factories.admin(name="Gus Gone"), clock.now()
    draft = rules.draft(line, {"limit": 5}, by=gone)
    rules.schedule(draft, by=gone, why="Monday", at=now + timedelta(minutes=5))
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    rules.publish_due(now + timedelta(minutes=9))
    page = said(ada.get(reverse("setup-queue", args=[line.client.public_id, line.public_id])))
    assert "It was not published at its time." in page and "Gus Gone, who set the time" in page
