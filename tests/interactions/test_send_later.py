"""A mail that leaves later: chosen, changed, taken back, and what becomes of it when something happens first."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from bpo.kernel import clock
from clients import standing
from clients.models import CustomerAddress, EntryPoint, Policy, Role
from interactions import (
    case_duty,
    case_merging,
    cases,
    files,
    handling,
    mail_intake,
    mail_out,
    offers,
    replies,
    sending_time,
    transfers,
    unsent,
)
from interactions import standing as consequences
from interactions.models import Case, CaseNote, Draft, EndedBy, Interaction, JournalEntry, Kind, Leg, Message, State
from interactions.reports.story import story
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_api import Caller, key, of_role
from tests.interactions.test_console_views import desk_of, url

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # a Tuesday, noon for Ann in New York
TOMORROW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)  # nine in her morning


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.set_to(NOON):
        yield


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


@pytest.fixture
def leg(acme: Scene) -> Leg:
    made = accepted(acme, "email")
    cases.of_leg(made)
    return made


def mail_of(leg: Leg) -> Message:
    return Message.objects.get(interaction=leg.interaction, direction="out")


def later(leg: Leg, text: str = "On Friday.", *, then: str = "keep") -> Message:
    return replies.agent_replies(leg, text, by=leg.agent, then=then, send_at=TOMORROW)


def door_of(acme: Scene) -> EntryPoint:
    return make.door(acme.acme, "mailbox", address=acme.acme.brand.sender_address, into=acme.line)


def writes(door: EntryPoint, to: Message, *, more: str = "", uid: int = 7) -> Interaction:
    raw = (
        f"From: Ann Archer <ann@mail.example>\r\nTo: {door.address}\r\nSubject: {to.subject}\r\n"
        f"Message-ID: <{uid}@mail.example>\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\nIt has come.\r\n"
    )
    found = mail_intake.take_in(door, raw.encode(), f"1-{uid}")
    assert found is not None
    return found


# --- choosing --------------------------------------------------------------------------------------------------------


def test_the_composer_offers_times_of_the_customers_clock(bea: Browser, leg: Leg) -> None:
    page = bea.get(url("work", leg)).content.decode()
    assert "Wed 25 Nov, 09:00" in page and "yours Wed 14:00" in page and "clock of New York" in page


@pytest.mark.parametrize(
    ("when", "own", "leaves"),
    [
        ("hour", "", NOON + timedelta(hours=1)),
        ("tomorrow", "", TOMORROW),
        ("monday", "", datetime(2026, 11, 30, 14, 0, tzinfo=UTC)),
        ("own", "2026-12-01T16:30", datetime(2026, 12, 1, 21, 30, tzinfo=UTC)),
    ],
)
def test_a_mail_leaves_when_it_was_said(bea: Browser, leg: Leg, when: str, own: str, leaves: datetime) -> None:
    answer = bea.post(url("reply", leg), {"text": "On Friday.", "then": "later", "when": when, "own": own})
    sent = mail_of(leg)
    assert (answer.status_code, sent.state, sent.due_at, sent.at) == (200, "pending", leaves, leaves)
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert "It leaves on" in toast["text"] and toast["undo"] == url("undo", sent)
    assert "leaves later" in answer.content.decode() and "Take it back" in answer.content.decode()
    assert "Mail to Ann Archer" in bea.get(url("items")).content.decode()


def test_after_it_the_contact_is_parked_when_that_was_said(bea: Browser, leg: Leg) -> None:
    bea.post(url("reply", leg), {"text": "On Friday.", "then": "later_park", "when": "tomorrow"})
    leg.interaction.refresh_from_db()
    assert (leg.interaction.state, mail_of(leg).due_at) == (State.PARKED, TOMORROW)


@pytest.mark.parametrize(
    ("when", "own", "words"),
    [
        ("own", "2026-11-24T11:59", "has passed"),
        ("own", "2027-03-01T09:00", "too far ahead"),
        ("own", "not a time", "Choose the day and time"),
        ("own", "", "Choose the day and time"),
        ("", "", "Choose the day and time"),
        ("today", "", "Choose the day and time"),
    ],
)
def test_a_time_that_cannot_be_is_refused_in_words_and_nothing_is_lost(
    bea: Browser, leg: Leg, when: str, own: str, words: str
) -> None:
    bea.post(url("draft", leg), {"text": "On Friday."})
    answer = bea.post(url("reply", leg), {"text": "On Friday.", "then": "later", "when": when, "own": own})
    assert answer.status_code == 400 and words in answer.content.decode()
    assert not Message.objects.exists() and Draft.objects.get().text == "On Friday."


def test_an_hour_that_does_not_come_is_refused_and_one_that_comes_twice_is_the_first() -> None:
    with pytest.raises(sending_time.TimeWrong) as refused:
        sending_time.on_the_clock("2027-03-14T02:30", "America/New_York")
    assert "There is no 02:30 on that day" in str(refused.value.sentence)
    twice = sending_time.on_the_clock("2026-11-01T01:30", "America/New_York")
    assert twice == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "names"),
    [
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), ["hour", "today", "tomorrow", "monday"]),
        (datetime(2026, 11, 29, 17, 0, tzinfo=UTC), ["hour", "tomorrow"]),
    ],
)
def test_the_mornings_to_choose_from(at: datetime, names: list[str]) -> None:
    found = sending_time.presets("America/New_York", at)
    assert list(found) == names and found[names[-1]].hour == 14


def test_a_matter_is_not_settled_by_an_answer_that_has_not_left(leg: Leg) -> None:
    more = {"then": "resolve", "summary": "Sent", "outcome": "Solved"}
    with pytest.raises(sending_time.SettlesNow):
        replies.agent_replies(leg, "On Friday.", by=leg.agent, send_at=TOMORROW, **more)
    sent = replies.agent_replies(leg, "On Friday.", by=leg.agent, **more)
    with pytest.raises(sending_time.SettlesNow):
        unsent.send_later(sent, TOMORROW, by=leg.agent)


def test_a_repeat_of_the_same_send_is_one_mail_though_its_time_has_passed(leg: Leg) -> None:
    once = replies.agent_replies(leg, "On Friday.", by=leg.agent, send_at=TOMORROW, client_key="k")
    with clock.set_to(TOMORROW + timedelta(hours=1)):
        assert replies.agent_replies(leg, "On Friday.", by=leg.agent, send_at=TOMORROW, client_key="k") == once


# --- changing and taking back ----------------------------------------------------------------------------------------


def test_its_time_is_changed_until_it_leaves(bea: Browser, leg: Leg) -> None:
    sent = later(leg)
    asked = bea.get(url("send-time", sent)).content.decode()
    assert 'value="2026-11-25T09:00"' in asked
    answer = bea.post(url("send-time", sent), {"when": "own", "own": "2026-11-26T10:00"})
    assert answer.status_code == 200 and "Thu 26 Nov" in json.loads(answer["HX-Trigger"])["toast"]["text"]
    sent.refresh_from_db()
    assert sent.due_at == datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    assert bea.post(url("send-time", sent), {"when": "own", "own": "2026-11-20T10:00"}).status_code == 400
    assert bea.post(url("send-time", sent), {"when": "now"}).status_code == 200
    sent.refresh_from_db()
    assert (sent.at, sent.due_at) == (NOON, NOON + timedelta(seconds=10))
    mail_out.sendable().claim_due(at=NOON + timedelta(seconds=11))
    assert bea.post(url("send-time", sent), {"when": "tomorrow"}).status_code == 409


def test_taken_back_it_is_the_draft_below_what_is_being_written(bea: Browser, leg: Leg) -> None:
    sent = later(leg)
    bea.post(url("draft", leg), {"text": "And the label."})
    assert bea.post(url("undo", sent)).status_code == 204
    sent.refresh_from_db()
    assert sent.state == "cancelled" and Draft.objects.get().text == "And the label.\n\nOn Friday."
    page = bea.get(url("work", leg)).content.decode()
    assert "taken back, has not left" in page and "Put it into the reply" in page
    assert bea.post(url("undo", sent)).status_code == 409


def test_taken_back_its_files_must_be_attached_anew_and_the_thread_says_so(bea: Browser, leg: Leg) -> None:
    file = files.check("label.txt", b"Label")
    sent = replies.agent_replies(leg, "On Friday.", by=leg.agent, send_at=TOMORROW, files=[file])
    unsent.undo(sent, by=leg.agent)
    assert "Its files must be attached anew." in bea.get(url("work", leg)).content.decode()


def test_one_that_is_tried_again_does_not_leave_later(bea: Browser, leg: Leg) -> None:
    sent = later(leg)
    Message.objects.filter(pk=sent.pk).update(attempts=1)
    page = bea.get(url("work", leg)).content.decode()
    assert "has not left, is tried again" in page and "leaves later" not in page and "Take it back" not in page


def test_of_one_that_is_held_it_is_not_said_that_it_leaves(acme: Scene, bea: Browser, leg: Leg) -> None:
    sent = later(leg)
    mail_out.mark_undeliverable(acme.acme, "ann@mail.example")
    answer = bea.post(url("send-time", sent), {"when": "tomorrow"})
    assert "It is held" in json.loads(answer["HX-Trigger"])["toast"]["text"]


def test_the_history_says_what_became_of_it(acme: Scene, leg: Leg) -> None:
    names: Any = lambda user, name: name  # noqa: E731
    sent = later(leg)
    unsent.send_later(sent, TOMORROW + timedelta(hours=1), by=acme.bea)
    writes(door_of(acme), sent)
    told = [line.title for line in story(leg.interaction, name_of=names, for_client=False).told]
    assert any("Time of sending changed by" in one for one in told)
    assert any("The customer wrote first" in one for one in told) and not any("undone by" in one for one in told)
    unsent.send_later(later(leg), None, by=acme.bea)
    told = [line.title for line in story(leg.interaction, name_of=names, for_client=False).told]
    assert any("Sent now instead of later by" in one for one in told)


def test_taken_back_while_parked_the_contact_comes_back_to_her(bea: Browser, leg: Leg) -> None:
    sent = later(leg, then="park")
    case = Case.objects.get()
    assert case.state == "pending"
    assert "Take it back" in bea.get(url("case", case)).content.decode()
    answer = Browser().post(url("undo", sent))
    assert answer.status_code == 302 and "login" in answer["Location"]
    bea.post(url("undo", sent))
    case.refresh_from_db()
    leg.interaction.refresh_from_db()
    assert (leg.interaction.state, case.state, Draft.objects.get().text) == (State.ACTIVE, "open", "On Friday.")


def test_taken_back_in_a_break_the_contact_stands_in_line_with_its_draft(acme: Scene, leg: Leg) -> None:
    sent = later(leg, then="park")
    presence.take_break(acme.bea, "Lunch")
    unsent.undo(sent, by=acme.bea)
    leg.interaction.refresh_from_db()
    assert (leg.interaction.state, leg.interaction.prefer_agent) == (State.QUEUED, acme.bea)
    assert Draft.objects.get().text == "On Friday."


def test_a_stranger_finds_no_mail_and_a_colleague_may_not(acme: Scene, leg: Leg) -> None:
    sent = later(leg)
    cal = desk_of(make.agent("Cal", licensed=make.client("Globex")))
    dee = desk_of(make.agent("Dee", licensed=acme.acme))
    for browser in (cal, dee):
        assert browser.get(url("send-time", sent)).status_code == 404
        assert browser.post(url("undo", sent)).status_code == 404
    assert desk_of(acme.bea).get(url("undo", sent)).status_code == 405


# --- what happens first ----------------------------------------------------------------------------------------------


def test_when_the_contact_ends_it_leaves_all_the_same_and_is_hers_to_take_back(
    acme: Scene, bea: Browser, leg: Leg
) -> None:
    sent = later(leg)
    asked = bea.get(url("resolve", leg)).content.decode()
    assert "A mail that was written before still leaves" in asked
    acme.line.wrap_up = "none"
    acme.line.save()
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    leg.interaction.refresh_from_db()
    assert leg.interaction.state == State.CLOSED
    assert mail_out.sendable().due(TOMORROW).get() == sent
    bea.post(url("undo", sent))
    sent.refresh_from_db()
    assert sent.state == "cancelled" and not Draft.objects.exists()
    page = bea.get(url("case", Case.objects.get())).content.decode()
    assert "taken back, has not left" in page and "On Friday." in page


def test_after_a_merge_one_is_told_that_a_mail_still_leaves(acme: Scene, bea: Browser, leg: Leg) -> None:
    later(leg)
    other = cases.open_case(acme.acme, acme.ann, queue=acme.line)
    case_merging.merge(Case.objects.get(pk=leg.interaction.case_id), other, by=acme.bea)
    assert "A mail that was written before still leaves" in bea.get(url("resolve", leg)).content.decode()


def test_when_it_is_transferred_who_holds_it_decides(acme: Scene, leg: Leg) -> None:
    sent = later(leg)
    dee = make.agent("Dee", licensed=acme.acme, available=True)
    transfers.to_colleague(leg, dee, by=acme.bea)
    offer = Leg.objects.get(agent=dee)
    assert unsent.may_change(sent, acme.bea), "until she takes it"
    offers.accept(offer, by=dee)
    leg.refresh_from_db()
    assert leg.state == "wrapping"
    assert not unsent.may_change(sent, acme.bea) and unsent.may_change(sent, dee)
    with pytest.raises(handling.NotYours):
        unsent.undo(sent, by=acme.bea)
    page = desk_of(dee).get(url("work", offer)).content.decode()
    assert "leaves later" in page and "Take it back" in page
    assert desk_of(dee).post(url("undo", sent)).status_code == 204
    assert (Draft.objects.get().agent, Draft.objects.get().text) == (dee, "On Friday.")


def test_while_the_client_is_away_it_is_held_and_leaves_when_both_are_over(acme: Scene, bea: Browser, leg: Leg) -> None:
    sent = later(leg)
    standing.suspend(acme.acme, reason="not paid")
    consequences.follow(acme.acme)
    sent.refresh_from_db()
    assert sent.state == "held" and "held, has not left" in bea.get(url("work", leg)).content.decode()
    with clock.set_to(TOMORROW + timedelta(hours=1)):
        assert not mail_out.sendable().due(clock.now()).exists()
        acme.acme.refresh_from_db()
        standing.resume(acme.acme, reason="paid")
        consequences.follow(acme.acme)
        assert mail_out.sendable().due(clock.now()).get() == sent
        sent.refresh_from_db()
        assert sent.at == clock.now(), "what left later was said later"


def test_to_an_address_that_takes_nothing_it_is_held(acme: Scene, leg: Leg) -> None:
    sent = later(leg)
    mail_out.mark_undeliverable(acme.acme, "ann@mail.example")
    sent.refresh_from_db()
    assert sent.state == "held"
    CustomerAddress.objects.update(undeliverable=False)
    mail_out.release_held(acme.acme)
    sent.refresh_from_db()
    assert (sent.state, sent.due_at) == ("pending", TOMORROW)


@pytest.mark.parametrize("then", ["keep", "park"])
def test_when_the_customer_writes_first_it_is_the_draft_again(acme: Scene, bea: Browser, leg: Leg, then: str) -> None:
    sent = later(leg, then=then)
    came = writes(door_of(acme), sent)
    sent.refresh_from_db()
    assert came == leg.interaction and sent.state == "cancelled"
    assert Draft.objects.get().text == "On Friday."
    undone = JournalEntry.objects.get(kind=Kind.UNDONE)
    assert undone.facts["why"] == "customer wrote" and undone.actor is None
    came.refresh_from_db()
    assert came.state == (State.QUEUED if then == "park" else State.ACTIVE)
    if then == "keep":
        assert 'data-unread="1"' in bea.get(url("items")).content.decode()


def test_one_that_is_held_past_its_time_does_not_leave_past_his_mail(acme: Scene, leg: Leg) -> None:
    sent = later(leg)
    Message.objects.filter(pk=sent.pk).update(state="held")
    with clock.set_to(TOMORROW + timedelta(hours=1)):
        writes(door_of(acme), sent)
    sent.refresh_from_db()
    assert sent.state == "cancelled" and Draft.objects.get().text == "On Friday."


@pytest.mark.django_db(transaction=True)
def test_taken_back_while_his_mail_is_taken_in_neither_waits_for_the_other(acme: Scene, leg: Leg) -> None:
    sent = later(leg)

    def undo() -> None:
        try:
            unsent.undo(sent, by=acme.bea, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            case_duty.locked(Case.objects.get())  # as who takes a mail in does first
            undone = pool.submit(undo)
            until(one_waits)
            Message.objects.select_for_update(nowait=True).get(pk=sent.pk)  # and this one then
        undone.result(30)
    sent.refresh_from_db()
    assert sent.state == "cancelled"


def one_waits() -> bool:
    """Whether another connection waits for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def until(true: Callable[[], bool]) -> None:
    for _try in range(600):
        if true():
            return
        sleep(0.05)
    raise AssertionError(true)


def test_after_the_end_his_mail_brings_the_words_to_its_own_contact(acme: Scene, leg: Leg) -> None:
    sent = later(leg)
    acme.line.wrap_up = "none"
    acme.line.save()
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    came = writes(door_of(acme), sent)
    sent.refresh_from_db()
    assert came != leg.interaction and came.case == leg.interaction.case
    assert sent.state == "cancelled" and Draft.objects.get().interaction == came


def test_outside_hours_the_words_stay_on_the_case_and_their_writer_is_told(acme: Scene, bea: Browser, leg: Leg) -> None:
    sent, door = later(leg), door_of(acme)
    acme.line.wrap_up = "none"
    acme.line.hours = make.hours(acme.acme, "At night", always_open=False)
    for weekday in range(7):
        acme.line.hours.spans.create(weekday=weekday, opens=0, closes=60)
    acme.line.save()
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    assert "Not sent" not in bea.get(url("items")).content.decode()
    came = writes(door, sent)
    assert (came.state, came.outcome) == (State.CLOSED, "after_hours")
    sent.refresh_from_db()
    note = CaseNote.objects.get(case=came.case)
    assert sent.state == "cancelled" and not Draft.objects.exists()
    assert note.text.startswith("The customer wrote before") and note.text.endswith("On Friday.")
    assert "Not sent, Ann Archer wrote first" in bea.get(url("items")).content.decode()


def test_a_machines_answer_and_a_mail_in_its_ten_seconds_change_nothing(acme: Scene, leg: Leg) -> None:
    door, sent, at_once = door_of(acme), later(leg), replies.agent_replies(leg, "Today.", by=acme.bea)
    writes(door, sent, more="Auto-Submitted: auto-replied\r\n")
    assert set(Message.objects.filter(direction="out").values_list("state", flat=True)) == {"pending"}
    writes(door, sent, uid=8)
    at_once.refresh_from_db()
    sent.refresh_from_db()
    assert (at_once.state, sent.state) == ("pending", "cancelled")


# --- who reads it meanwhile ------------------------------------------------------------------------------------------


def test_the_client_reads_what_was_said_and_not_what_is_still_to_be_said(leg: Leg) -> None:
    later(leg)
    names: Any = lambda user, name: name  # noqa: E731
    assert story(leg.interaction, name_of=names, for_client=True).messages == []
    assert [one.text for one in story(leg.interaction, name_of=names, for_client=False).messages] == ["On Friday."]


def test_over_the_api_the_client_and_its_machines_read_what_has_left_and_the_agent_reads_hers(
    acme: Scene, leg: Leg
) -> None:
    Policy.objects.filter(client=acme.acme).update(client_sees_transcripts=True)
    bea, path = Caller(acme.bea.user), f"interactions/{leg.interaction.public_id}/messages/"
    machine = key(acme.acme, "read", "media")
    others = [of_role(acme.acme, Role.VIEWER), of_role(acme.acme, Role.MANAGER), machine]
    sent = later(leg)
    for state in ("pending", "held", "cancelled"):
        Message.objects.filter(pk=sent.pk).update(state=state)
        for caller in others:
            assert caller.get(path).json()["results"] == []
            assert caller.get(f"messages/{sent.public_id}/").status_code == 404
        assert bea.get(f"messages/{sent.public_id}/").status_code == 200
        assert len(bea.get(path).json()["results"]) == (state != "cancelled")
    Message.objects.filter(pk=sent.pk).update(state="sent")
    for caller in others:
        assert len(caller.get(path).json()["results"]) == 1
        assert caller.get(f"messages/{sent.public_id}/").status_code == 200


def test_the_same_over_the_api(acme: Scene, leg: Leg) -> None:
    bea = Caller(acme.bea.user)
    path = f"legs/{leg.public_id}/reply/"
    assert bea.post(path, text="On Friday.", send_at="2026-11-20T10:00:00Z").status_code == 400
    assert bea.post(path, text="On Friday.", send_at=TOMORROW.isoformat(), then="park").status_code == 200
    sent = mail_of(leg)
    told = bea.post(f"messages/{sent.public_id}/send-time/", send_at="2026-11-26T15:00:00Z").json()
    assert told["leaves_at"].startswith("2026-11-26T15:00") and told["state"] == "pending"
    dee = Caller(make.agent("Dee", licensed=acme.acme).user)
    assert dee.post(f"messages/{sent.public_id}/send-time/", send_at=None).status_code == 404
    assert bea.post(f"messages/{sent.public_id}/undo/").json()["state"] == "cancelled"
    assert reverse("api-message-send-time", args=[sent.public_id])
