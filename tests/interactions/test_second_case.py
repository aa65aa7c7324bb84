"""Bea opens a second case for Ann's other matter; the contact stays on its own, and a slip is taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from interactions import cases, handling
from interactions.models import Action, Case, CaseOpened, EndedBy, Interaction, JournalEntry, Kind
from tests import factories as make
from tests.interactions.acting import Desk

pytestmark = pytest.mark.django_db
SUBJECT = "The dock is scratched, too"


def second() -> tuple[Desk, Case]:
    desk = Desk("open_case", new=True)
    page = desk.script()
    assert 'name="case_subject"' in page and "The dock" not in page
    answer = desk.answer(case_subject=f" {SUBJECT} ", case_note="Photographs follow")
    assert answer.status_code == 200
    return desk, Case.objects.get(subject=SUBJECT)


def own(desk: Desk) -> Case:
    found = Interaction.objects.get(pk=desk.leg.interaction_id).case
    assert found is not None
    return found


def test_a_second_case_is_opened_and_the_contact_stays_on_its_own() -> None:
    desk, case = second()
    mine = own(desk)
    assert (case.follows, case.owner, case.customer, case.state) == (mine, desk.scene.bea, desk.scene.ann, "open")
    assert mine.pk != case.pk and mine.subject != SUBJECT
    assert case.notes.get().text == "Photographs follow"
    assert case.reference in desk.script() and "Undo" in desk.script()
    opened = JournalEntry.objects.get(kind=Kind.CASE_OPENED, case=case)
    assert opened.facts["follows"] == mine.reference
    side = desk.browser.get(desk.url("console-side")).content.decode()
    assert case.reference in side  # among her open cases


def test_pressed_twice_it_is_one_case() -> None:
    desk, case = second()
    desk.again()
    desk.answer()
    assert Case.objects.filter(follows=own(desk)).get() == case and Action.objects.count() == 1


def test_undone_it_is_part_of_the_case_it_followed() -> None:
    desk, case = second()
    assert desk.undo().status_code == 200 and desk.undo().status_code == 200
    case.refresh_from_db()
    assert (case.state, case.merged_into) == ("merged", own(desk))
    assert JournalEntry.objects.filter(run=desk.run, kind=Kind.ACTION_UNDONE).count() == 1
    desk.again()
    desk.answer(case_subject="The dock alone")
    assert Case.objects.filter(subject="The dock alone", state="open").exists()


def _note(desk: Desk, case: Case) -> Any:
    return cases.add_note(case, by=make.agent("Cal Carter", licensed=desk.scene.acme), text="I called the depot")


def _wait(desk: Desk, case: Case) -> Any:
    return cases.set_pending(case, by=desk.scene.bea, for_customer=True)


def _contact(desk: Desk, case: Case) -> Any:
    return make.waiting(desk.scene.line, case=case)


@pytest.mark.parametrize("went_on", [_note, _wait, _contact])
def test_whoever_went_on_with_it_keeps_it(went_on: Any) -> None:
    desk, case = second()
    went_on(desk, case)
    assert "console-undo" not in desk.script()
    refused = desk.undo()
    assert refused.status_code == 409 and f"gone on with case {case.reference}" in refused.content.decode()
    case.refresh_from_db()
    assert case.merged_into is None and not JournalEntry.objects.filter(kind=Kind.ACTION_UNDONE).exists()


def test_once_the_first_is_closed_it_stays() -> None:
    desk, case = second()
    Case.objects.filter(pk=own(desk).pk).update(state="closed")
    refused = desk.undo()
    assert refused.status_code == 409 and "is closed" in refused.content.decode()


def test_the_subject_of_the_contacts_own_case_comes_back() -> None:
    desk = Desk("open_case")
    mine = cases.of_leg(desk.leg)
    Case.objects.filter(pk=mine.pk).update(subject="Where is my laptop?")
    desk.answer(case_subject="Late delivery, second time")
    mine.refresh_from_db()
    assert mine.subject == "Late delivery, second time" and not Case.objects.filter(follows=mine).exists()
    desk.undo()
    mine.refresh_from_db()
    assert mine.subject == "Where is my laptop?"


def test_a_subject_somebody_changed_since_stays() -> None:
    desk = Desk("open_case")
    desk.answer(case_subject="Late delivery")
    Case.objects.filter(pk=own(desk).pk).update(subject="Lost at the depot")
    refused = desk.undo()
    assert refused.status_code == 409 and "anew since" in refused.content.decode()
    assert own(desk).subject == "Lost at the depot"


def test_a_colleague_and_another_company_take_nothing_back() -> None:
    desk, case = second()
    other = Desk("open_case", name="Zenith", new=True)
    other.answer(case_subject="Zenith's")
    assert desk.undo(other.run.actions.get()).status_code == 404
    handling.end_work(desk.leg, by=desk.scene.bea, ended_by=EndedBy.AGENT)
    cal = make.agent("Cal Carter", licensed=desk.scene.acme, available=True)
    desk.browser.force_login(cal.user)
    assert desk.undo().status_code == 404
    case.refresh_from_db()
    assert case.state == "open"


def test_the_database_lets_no_case_be_opened_by_two_acts() -> None:
    desk, _case = second()
    row = CaseOpened.objects.get()
    row.pk, row.action = None, Action.objects.create(
        client=desk.scene.acme, run=desk.run, version=desk.run.version, step="again", name="open_case", label="Open",
        agent=desk.scene.bea, done_at=desk.run.started_at,
    )  # fmt: skip
    row.note = None
    with pytest.raises(IntegrityError, match="second_case_opened_once"), transaction.atomic():
        row.save(force_insert=True)


def test_a_contact_goes_to_nobody_else_while_its_second_case_stands() -> None:
    desk, _case = second()
    eve = make.customer(desk.scene.acme, "Eve Ellis")
    refused = desk.browser.post(desk.url("console-whose"), {"customer": eve.public_id}, headers={"HX-Request": "true"})
    assert refused.status_code == 409 and "Take back first" in refused.content.decode()
