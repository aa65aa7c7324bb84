"""Somebody on a call list corrected, taken off and put back by Sue, over HTTP; never while an agent has the person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.history import ReasonMissing
from clients import call_lists
from clients.models import CallList, Client, Queue
from interactions import do_not_call, outbound, prospect_changes, prospect_lists, prospects
from interactions.models import Kind, Prospect, ProspectState
from tests import factories as make
from tests.flows.floor import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return make.queue(acme, "Sales", wrap_up="none")


@pytest.fixture
def renewals(line: Queue) -> CallList:
    return make.call_list(line)


@pytest.fixture
def paul(renewals: CallList) -> Prospect:
    return make.prospect(renewals, "Paul Pine", number="+12125550101")


@pytest.fixture
def bea(acme: Client) -> Agent:
    return make.agent(licensed=acme, available=True)


@pytest.fixture
def sue(acme: Client) -> Browser:
    browser = Browser()
    browser.force_login(make.supervisor(acme))
    return browser


def url(name: str, prospect: Prospect) -> str:
    return reverse(f"floor-{name}", args=[prospect.public_id])


PAUL = {
    "name": "Paul Pine", "number": "+12125550101", "email": "", "company": "", "zone": "America/New_York",
    "language": "en", "note": "", "consent_how": "Form at the fair", "consent_on": "2026-11-02", "reason": "He wrote",
}  # fmt: skip


def told(prospect: Prospect) -> list[tuple[str, Any]]:
    return [(each.kind, each.facts) for each in prospect.journal.order_by("pk")]


# --- corrected -------------------------------------------------------------------------------------------------------


def test_sue_corrects_paul_and_the_journal_keeps_what_changed_and_why_alone(paul: Prospect, sue: Browser) -> None:
    page = sue.get(url("prospect-edit", paul)).content.decode()
    assert 'value="+12125550101"' in page and "Kept with what happened" in page
    given = PAUL | {"number": "(212) 555-0102", "email": "Paul@Pine.example", "language": "es", "note": "Mornings"}
    shown = sue.post(url("prospect-edit", paul), given, follow=True).content.decode()
    paul.refresh_from_db()
    assert (paul.number, paul.address, paul.language) == ("+12125550102", "paul@pine.example", "es")
    assert told(paul) == [
        (Kind.PROSPECT_CHANGED, {"changed": ["number", "language", "address", "note"], "why": "He wrote"})
    ]
    assert "Changed by" in shown and "Phone number, Language, Email, Note: He wrote" in shown
    assert "pine.example" not in str(told(paul)), "what somebody no longer wants known does not stay for ever"


def test_sent_twice_it_is_changed_once_even_if_he_is_taken_in_between(paul: Prospect, sue: Browser, bea: Agent) -> None:
    given = PAUL | {"company": "Pine & Co"}
    assert sue.post(url("prospect-edit", paul), given).status_code == 302
    prospects.take_next(paul.call_list, by=bea)
    assert sue.post(url("prospect-edit", paul), given).status_code == 302
    assert [kind for kind, _facts in told(paul)] == [Kind.PROSPECT_CHANGED, Kind.PROSPECT_TAKEN]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": " "}, "This field is required"),
        ({"number": "12"}, "not a phone number that can be called"),
        ({"number": "+12125550199"}, "on the list already"),
        ({"number": "+12125550177"}, "not called any more"),
        ({"zone": "Mars/Base"}, "is not a time zone"),
        ({"consent_on": "2999-01-01"}, "still to come"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    paul: Prospect, sue: Browser, wrong: dict[str, str], words: str
) -> None:
    make.prospect(paul.call_list, number="+12125550199")
    do_not_call.add(paul.client, "+12125550177", by=make.admin(), why="asked")
    answer = sue.post(url("prospect-edit", paul), PAUL | {"company": "Pine & Co"} | wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and "Pine &amp; Co" in page
    paul.refresh_from_db()
    assert paul.company == "" and not told(paul)


def test_a_number_that_was_called_stays_as_it_was(paul: Prospect, sue: Browser) -> None:
    """Other lists ask when a number was called last, and tries are counted by the person."""
    Prospect.objects.update(attempts=1, result="no_answer")
    assert "disabled" in sue.get(url("prospect-edit", paul)).content.decode()
    sue.post(url("prospect-edit", paul), PAUL | {"number": "+12125550102", "company": "Pine & Co"})
    paul.refresh_from_db()
    assert (paul.number, paul.company) == ("+12125550101", "Pine & Co")
    with pytest.raises(prospect_changes.NumberRefused):
        prospect_changes.change(paul, by=make.admin(), why="typed wrongly", number="+12125550102")


def test_whom_bea_has_in_hand_nobody_changes_or_takes_off(paul: Prospect, sue: Browser, bea: Agent) -> None:
    typing = sue.get(url("prospect-edit", paul))
    assert typing.status_code == 200
    prospects.take_next(paul.call_list, by=bea)
    late = sue.post(url("prospect-edit", paul), PAUL | {"note": "Only in the morning"})
    page = late.content.decode()
    assert late.status_code == 422 and f"{bea.name} has this person in hand" in page and "Only in the morning" in page
    shown = sue.get(url("prospect", paul)).content.decode()
    assert f"{bea.name} has this person in hand" in shown and url("prospect-remove", paul) not in shown
    assert sue.post(url("prospect-remove", paul), {"reason": "wrong"}).status_code == 409
    assert sue.get(url("prospect-edit", paul)).status_code == 409
    outbound.start_prospect(paul, by=bea)
    refused = sue.post(url("prospect-remove", paul), {"reason": "wrong"})
    assert refused.status_code == 409 and "is being called" in refused.content.decode()
    paul.refresh_from_db()
    assert (paul.state, paul.note) == (ProspectState.CALLING, "")


# --- taken off and put back ------------------------------------------------------------------------------------------


def test_sue_takes_paul_off_and_nobody_calls_him_but_his_tries_stay(paul: Prospect, sue: Browser, bea: Agent) -> None:
    paul.attempts, paul.result = 1, "no_answer"
    paul.save(update_fields=["attempts", "result"])
    assert sue.post(url("prospect-remove", paul), {"reason": ""}).status_code == 422
    assert sue.post(url("prospect-remove", paul), {"reason": "Left the company"}).status_code == 302
    sue.post(url("prospect-remove", paul), {"reason": "Left the company"})
    paul.refresh_from_db()
    assert (paul.state, paul.attempts, paul.result) == (ProspectState.REMOVED, 1, "no_answer")
    assert told(paul) == [(Kind.PROSPECT_REMOVED, {"why": "Left the company"})], "pressed twice it is done once"
    with pytest.raises(prospects.NotCallable):
        prospects.take_next(paul.call_list, by=bea)
    figures = prospect_lists.figures([paul.call_list])[paul.call_list_id]
    assert (figures.attempts, figures.results, figures.states) == (1, {"no_answer": 1}, {"removed": 1})
    shown = sue.get(url("prospect", paul)).content.decode()
    assert "Taken off the list by Sue" in shown and "Left the company" in shown and "Put back" in shown
    listed = reverse("floor-list", args=[paul.call_list.public_id])
    assert "Paul Pine" in sue.get(f"{listed}?state=removed").content.decode()


def test_put_back_he_has_his_old_place_and_his_spacing(paul: Prospect, sue: Browser, bea: Agent) -> None:
    later = clock.now() + timedelta(hours=3)
    Prospect.objects.update(attempts=1, result="busy", next_try_at=later)
    sue.post(url("prospect-remove", paul), {"reason": "by mistake"})
    for _press in range(2):
        assert sue.post(url("prospect-back", paul), {"reason": "It was a mistake"}).status_code == 302
    paul.refresh_from_db()
    assert (paul.state, paul.next_try_at, paul.attempts, paul.ended_at) == (ProspectState.WAITING, later, 1, None)
    assert [kind for kind, _facts in told(paul)] == [Kind.PROSPECT_REMOVED, Kind.PROSPECT_PUT_BACK]
    with pytest.raises(prospects.NotCallable):
        prospects.take_next(paul.call_list, by=bea)


def test_he_is_not_put_back_where_nobody_may_call_him(paul: Prospect, sue: Browser) -> None:
    admin = make.admin()
    prospect_changes.remove(paul, by=admin, why="left")
    do_not_call.add(paul.client, paul.number, by=admin, why="asked")
    refused = sue.post(url("prospect-back", paul), {"reason": "x"})
    assert refused.status_code == 409 and "not called any more" in refused.content.decode()
    do_not_call.lift(paul.client.do_not_call.get(), by=admin, why="a mistake")
    Prospect.objects.update(attempts=3, result="busy")
    assert "used up" in sue.post(url("prospect-back", paul), {"reason": "x"}).content.decode()
    Prospect.objects.update(attempts=0, result="")
    call_lists.move(paul.call_list, "closed", by=admin, why="over")
    refused = sue.post(url("prospect-back", paul), {"reason": "x"})
    assert refused.status_code == 409 and "is closed" in refused.content.decode()
    shown = sue.get(url("prospect", paul)).content.decode()
    assert "This list is closed" in shown and url("prospect-back", paul) not in shown


def test_whose_calls_are_over_stays_as_the_result_says(paul: Prospect, sue: Browser) -> None:
    Prospect.objects.update(state="done", result="talked", ended_at=clock.now())
    for name in ("prospect-remove", "prospect-back"):
        refused = sue.post(url(name, paul), {"reason": "x"})
        assert refused.status_code == 409 and "are over" in refused.content.decode()
    assert sue.post(url("prospect-edit", paul), PAUL | {"note": "late"}).status_code == 422
    assert not told(paul)


def test_who_was_taken_off_is_not_added_anew_but_named(paul: Prospect, sue: Browser) -> None:
    prospect_changes.remove(paul, by=make.admin(), why="left")
    answer = sue.post(reverse("floor-list-add", args=[paul.call_list.public_id]), PAUL)
    assert answer.status_code == 422
    assert "Paul Pine has this number and was taken off the list" in answer.content.decode()


def test_every_step_says_why(paul: Prospect) -> None:
    for step in (prospect_changes.remove, prospect_changes.put_back, prospect_changes.change):
        with pytest.raises(ReasonMissing):
            step(paul, by=make.admin(), why=" ")
    assert not told(paul)


# --- two at one person -----------------------------------------------------------------------------------------------


def test_who_saves_later_is_told_what_was_changed_meanwhile_and_loses_nothing_typed(
    paul: Prospect, sue: Browser
) -> None:
    assert 'name="edition" value="1"' in sue.get(url("prospect-edit", paul)).content.decode()
    tom = make.supervisor(paul.client, name="Tom Tell")
    prospect_changes.change(paul, by=tom, why="he rang", edition=1, note="Mornings", company="Pine & Co")
    typed = PAUL | {"edition": "1", "note": "Only in the evening", "email": "paul@pine.example"}
    late = sue.post(url("prospect-edit", paul), typed)
    page = late.content.decode()
    assert late.status_code == 422 and "Tom Tell changed this person meanwhile" in page
    assert 'value="Only in the evening"' in page and 'value="paul@pine.example"' in page
    assert "Saved is: Mornings" in page and "Saved is: Pine &amp; Co" in page and "Saved is: nothing" in page
    paul.refresh_from_db()
    assert (paul.note, paul.company, paul.address) == ("Mornings", "Pine & Co", "")
    assert len(told(paul)) == 1
    assert 'name="edition" value="2"' in page
    again = sue.post(url("prospect-edit", paul), typed | {"edition": "2", "company": "Pine & Co"})
    assert again.status_code == 302, "she has seen what she replaces"
    paul.refresh_from_db()
    assert (paul.note, paul.company, paul.edition) == ("Only in the evening", "Pine & Co", 3)


def test_the_same_save_twice_is_no_change_of_somebody_else(paul: Prospect, sue: Browser) -> None:
    given = PAUL | {"edition": "1", "note": "Mornings"}
    assert [sue.post(url("prospect-edit", paul), given).status_code for _press in range(2)] == [302, 302]
    assert len(told(paul)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_one_moment_one_is_refused(paul: Prospect) -> None:
    sue, tom = make.supervisor(paul.client), make.supervisor(paul.client, name="Tom Tell")
    saves = [
        lambda by=by, note=note: prospect_changes.change(paul, by=by, why="wrote", edition=1, note=note)
        for by, note in ((sue, "Mornings"), (tom, "Evenings"))
    ]
    came = at_once(*saves)
    assert sorted(isinstance(one, prospect_changes.ChangedMeanwhile) for one in came) == [False, True], came
    assert len(told(paul)) == 1


# --- numbers never called, in the story of who has one ---------------------------------------------------------------


def test_never_call_and_that_it_is_taken_back_stand_in_the_story_of_each_person(
    paul: Prospect, line: Queue, acme: Client, sue: Browser
) -> None:
    done = make.prospect(make.call_list(line, "Spring"), "Paul Pine", number=paul.number)
    Prospect.objects.filter(pk=done.pk).update(state="done", result="talked", ended_at=clock.now())
    other = make.prospect(make.call_list(make.queue(make.client("Zenith"), "Sales")), number=paul.number)
    tom = make.supervisor(acme, name="Tom Tell")
    row = do_not_call.add(acme, paul.number, by=tom, why="wrote a letter")
    do_not_call.add(acme, paul.number, by=tom, why="wrote again")
    for _press in range(2):
        do_not_call.lift(row, by=tom, why="it was his brother")
    for person in (paul, done):
        page = sue.get(url("prospect", person)).content.decode()
        assert page.count("on “Do not call” by Tom Tell") == page.count("wrote a letter") == 1, page
        assert page.count("off “Do not call” by Tom Tell") == page.count("it was his brother") == 1
    assert not told(other) and "+1212" not in str([facts for _kind, facts in told(paul)])
    paul.refresh_from_db()
    assert paul.state == ProspectState.DO_NOT_CALL, "who was stopped stays stopped"
