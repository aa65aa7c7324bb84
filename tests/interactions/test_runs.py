"""Bea follows Acme's script with Ann: answers, verification, sub-process, acts, jumps; times that add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bpo.kernel import clock
from clients.models import OrderIssue
from interactions import deciding, handling, offers, runs, script_words, taking_over, transfers
from interactions.answers import AnswersWrong
from interactions.desk import customer_pane, script_pane
from interactions.models import EndedBy, JournalEntry, Kind, Run, StepVisit
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, begun, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


def steps(run: Run) -> list[str]:
    return list(run.visits.values_list("step", flat=True))


def verified(run: Run, of: Scene) -> Run:
    run = runs.answer(run, "greet", {}, by=of.bea)
    return runs.answer(run, "verify", {"name": "ann archer", "postal_code": "43215-1234"}, by=of.bea)


def test_the_script_begins_at_its_greeting(acme: Scene) -> None:
    _leg, run = begun(acme)
    assert (run.at_step, run.version.number, run.verified) == ("greet", 12, None)
    assert JournalEntry.objects.filter(run=run, kind=Kind.RUN_STARTED).count() == 1
    pane = script_pane.pane_of(run, acme.bea)
    assert str(pane.text) == "Thank you for calling Acme, my name is Bea. How may I help you today?"
    assert (pane.position, pane.total) == (1, 6)


def test_beginning_twice_is_one_run_and_one_visit(acme: Scene) -> None:
    leg, run = begun(acme)
    assert runs.begin(leg.interaction, acme.bea) == run
    assert run.visits.count() == 1


def test_two_facts_that_fit_open_the_account(acme: Scene) -> None:
    leg, run = begun(acme)
    assert customer_pane.pane_of(leg.interaction, run).covered
    run = verified(run, acme)
    assert (run.verified, run.at_step) == (True, "reason")
    side = customer_pane.pane_of(leg.interaction, run)
    assert [card.order.number for card in side.orders] == ["AC-204418"]
    facts = JournalEntry.objects.get(run=run, kind=Kind.VERIFIED).facts
    assert facts["passed"] == ["name", "postal_code"]
    assert "43215" not in str(list(StepVisit.objects.values_list("answer", flat=True)))


def test_a_jump_past_the_verification_offers_no_orders(acme: Scene) -> None:
    leg, run = begun(acme)
    leg.interaction.product = acme.slate
    leg.interaction.save()
    run = runs.jump(run, "process", by=acme.bea)
    assert (run.at_step, run.verified) == ("find", None)
    [asked] = script_pane.pane_of(run, acme.bea).fields
    assert (asked.options, asked.value) == ((), "")
    Run.objects.filter(pk=run.pk).update(verified=True)
    [asked] = script_pane.pane_of(Run.objects.get(pk=run.pk), acme.bea).fields
    assert [number for number, _words in asked.options] == ["AC-204418"]


@pytest.mark.parametrize(("at", "late"), [("2026-11-21T04:59Z", 0), ("2026-11-21T05:00Z", 1)])
def test_an_order_is_late_when_its_day_is_over_where_acme_is(acme: Scene, at: str, late: int) -> None:
    leg, run = begun(acme)
    run = verified(run, acme)
    with clock.set_to(datetime.fromisoformat(at)):  # midnight in New York; the order is due on the 20th
        assert deciding.value_of("order_late", run) == ("yes" if late else "no")
        [card] = customer_pane.pane_of(leg.interaction, run).orders
        assert card.late_days == late
        said = script_words.context(run, leg.interaction, acme.bea)["today"]
    assert f"{20 + late}" in str(said)


def test_after_three_wrong_tries_the_account_stays_covered(acme: Scene) -> None:
    leg, run = begun(acme)
    run = runs.answer(run, "greet", {}, by=acme.bea)
    for attempt in (1, 2):
        run = runs.answer(run, "verify", {"name": "Ann Archer", "order": "AC-1"}, by=acme.bea)
        assert (run.at_step, run.verify_attempts, run.verified) == ("verify", attempt, False)
    assert script_pane.pane_of(run, acme.bea).verify_words == "1 of 2 fit. 1 more tries."
    run = runs.answer(run, "verify", {"name": "Someone Else"}, by=acme.bea)
    assert (run.at_step, run.verified) == ("close", False)
    run = runs.jump(run, "verify", by=acme.bea)
    with pytest.raises(runs.TriesUsedUp):
        runs.answer(run, "verify", {"name": "Ann Archer", "postal_code": "43215"}, by=acme.bea)
    assert not customer_pane.pane_of(leg.interaction, run).orders


def test_the_reason_is_set_on_contact_and_case_and_the_products_process_runs(acme: Scene) -> None:
    leg, run = begun(acme)
    run = verified(run, acme)
    run = runs.answer(run, "reason", {"choice": "late"}, by=acme.bea)
    run = runs.answer(run, "product", {"choice": acme.slate.code}, by=acme.bea)
    leg.interaction.refresh_from_db()
    assert (leg.interaction.reason, leg.interaction.product) == (acme.late, acme.slate)
    assert run.sub_version is not None and run.at_step == "find"
    assert steps(run)[-3:] == ["kind", "process", "find"]
    run = runs.answer(run, "find", {"order": "ac 204418"}, by=acme.bea)
    text = str(script_pane.pane_of(run, acme.bea).text)
    assert "AC-204418, Slate 14 laptop, was due on Fri 20 Nov" in text
    run = runs.answer(run, "remedy", {"choice": "replace", "deliver_on": "2026-11-27"}, by=acme.bea)
    run = runs.answer(run, "create", {}, by=acme.bea)
    assert (run.at_step, run.sub_version) == ("close", None)
    issue = OrderIssue.objects.get()
    assert (issue.kind, issue.note) == ("replacement", "Slate 14 laptop for Ann Archer")


def test_an_act_done_again_changes_nothing(acme: Scene) -> None:
    _leg, run = begun(acme)
    run = verified(run, acme)
    run = runs.answer(run, "reason", {"choice": "late"}, by=acme.bea)
    run = runs.answer(run, "product", {"choice": acme.slate.code}, by=acme.bea)
    run = runs.answer(run, "find", {"order": "AC-204418"}, by=acme.bea)
    for _again in range(2):
        run = runs.answer(run, "remedy", {"choice": "replace"}, by=acme.bea)
        run = runs.answer(run, "create", {}, by=acme.bea)
        if _again == 0:
            run = runs.back(run, by=acme.bea)
            run = runs.back(run, by=acme.bea)
    assert OrderIssue.objects.count() == 1
    assert JournalEntry.objects.filter(run=run, kind=Kind.ACTION_DONE).count() == 1


def test_praise_skips_the_process(acme: Scene) -> None:
    _leg, run = begun(acme)
    run = verified(run, acme)
    run = runs.answer(run, "reason", {"choice": "praise"}, by=acme.bea)
    run = runs.answer(run, "product", {}, by=acme.bea)
    assert run.at_step == "close"


def test_what_is_missing_or_wrong_is_named_and_nothing_moves(acme: Scene) -> None:
    _leg, run = begun(acme)
    run = verified(run, acme)
    with pytest.raises(AnswersWrong) as missing:
        runs.answer(run, "reason", {}, by=acme.bea)
    assert missing.value.errors == {"choice": "Choose one of the answers."}
    run = runs.answer(run, "reason", {"choice": "late"}, by=acme.bea)
    run = runs.answer(run, "product", {"choice": acme.slate.code}, by=acme.bea)
    with pytest.raises(AnswersWrong) as foreign:
        runs.answer(run, "find", {"order": "ZZ-1"}, by=acme.bea)
    assert "no order ZZ-1" in foreign.value.errors["order"]
    run.refresh_from_db()
    assert run.at_step == "find"


def test_an_answer_to_a_step_already_left_is_refused(acme: Scene) -> None:
    _leg, run = begun(acme)
    runs.answer(run, "greet", {}, by=acme.bea)
    with pytest.raises(runs.ScriptMovedOn):
        runs.answer(run, "greet", {}, by=acme.bea)


def test_a_jump_is_allowed_and_recorded(acme: Scene) -> None:
    _leg, run = begun(acme)
    run = runs.jump(run, "close", by=acme.bea)
    last = run.visits.get(left_at__isnull=True)
    assert (last.step, last.jumped) == ("close", True)
    with pytest.raises(runs.NoSuchStep):
        runs.jump(run, "nirvana", by=acme.bea)


def test_another_clients_order_verifies_nobody(acme: Scene) -> None:
    other = scene("Zenith")
    _leg, run = begun(acme)
    run = runs.answer(run, "greet", {}, by=acme.bea)
    other.order.number = "ZE-1"
    other.order.save()
    run = runs.answer(run, "verify", {"order": "ZE-1", "name": "Ann Archer"}, by=acme.bea)
    assert run.verified is False


def test_step_times_add_up_to_the_handling_time(acme: Scene) -> None:
    start = datetime(2026, 11, 24, 14, tzinfo=UTC)
    with clock.set_to(start):
        leg, run = begun(acme, at=start)
        for seconds, step in ((9, "greet"), (38, "verify")):
            clock.advance(seconds)
            run = runs.answer(run, step, {"name": "Ann Archer", "postal_code": "43215"}, by=acme.bea)
        clock.advance(24)
        run = runs.jump(run, "close", by=acme.bea)
        clock.advance(181)
        handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
        clock.advance(30)
        runs.end(run)
    spent = sum((visit.left_at - visit.entered_at for visit in run.visits.all() if visit.left_at), timedelta())
    assert spent == timedelta(seconds=9 + 38 + 24 + 181 + 30)


def test_after_a_transfer_the_colleague_stands_at_the_same_step(acme: Scene) -> None:
    start = datetime(2026, 11, 24, 14, tzinfo=UTC)
    with clock.set_to(start):
        leg, run = begun(acme, "email", at=start)
        run = runs.answer(run, "greet", {}, by=acme.bea)
        clock.advance(60)
        handling.park(leg, by=acme.bea)
        clock.advance(3600)
        cal = make.agent("Cal Carter", licensed=acme.acme, available=True)
        again = runs.begin(leg.interaction, cal)
    assert again == run
    first, second = run.visits.filter(step="verify")
    assert (first.left_at - first.entered_at, second.agent) == (timedelta(seconds=60), cal)


@pytest.mark.parametrize("how", ["taken over", "warm"])
def test_who_gets_it_from_a_colleague_goes_on_where_the_script_stands(
    acme: Scene, how: str, django_capture_on_commit_callbacks: Any
) -> None:
    start = datetime(2026, 11, 24, 14, tzinfo=UTC)
    with clock.set_to(start):
        leg, run = begun(acme, "email", at=start)
        run = runs.answer(run, "greet", {}, by=acme.bea)
        clock.advance(60)
        dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
        with django_capture_on_commit_callbacks(execute=True):
            if how == "taken over":
                taking_over.take_over(leg.interaction, by=dee, reason="Bea went to lunch")
            else:
                offers.accept(transfers.consult(leg, dee, by=acme.bea), by=dee)
                transfers.complete_warm(leg, by=acme.bea)
        clock.advance(5)
        run = runs.answer(Run.objects.get(pk=run.pk), "verify", {"gave_up": "1"}, by=dee)
    first, second = run.visits.filter(step="verify")
    assert (first.agent, first.left_at - first.entered_at) == (acme.bea, timedelta(seconds=60))
    assert (second.agent, second.left_at - second.entered_at) == (dee, timedelta(seconds=5))
    assert run.visits.get(step="close").agent == dee


def test_a_client_without_a_script_has_no_run(acme: Scene) -> None:
    zenith = make.client("Zenith")
    bea = make.agent("Bea Two", licensed=zenith, available=True)
    other = Scene(**{**{name: getattr(acme, name) for name in acme.__slots__}, "bea": bea, "line": make.queue(zenith)})
    other.ann = make.customer(zenith)
    leg = accepted(other)
    assert runs.begin(leg.interaction, bea) is None
