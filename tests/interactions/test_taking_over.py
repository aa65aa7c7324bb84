"""Two agents open one case of mails: who holds it, who looks, who may move it, and taking it over with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bpo.kernel import clock
from clients.models import Membership, Role
from interactions import cases, handling, looking, taking_over
from interactions.models import Case, Draft, EndedBy, JournalEntry, Kind, Leg, LegState
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def held(acme: Scene) -> Leg:
    """Bea holds Ann's mail."""
    leg = accepted(acme, "email")
    cases.of_leg(leg)
    return leg


@pytest.fixture
def dee(acme: Scene, held: Leg) -> Any:
    return make.agent("Dee Dunn", licensed=acme.acme, available=True)


def test_the_second_sees_who_holds_it_and_who_looks(acme: Scene, held: Leg, dee: Any) -> None:
    case = held.interaction.case
    page = desk_of(dee).get(url("case", case)).content.decode()
    assert "Bea Brown holds this mail" in page and "Take it from Bea Brown" in page
    eve = make.agent("Eve Ellis", licensed=acme.acme)
    seen = desk_of(eve).get(url("case-watch", case)).content.decode()
    assert "Dee Dunn is looking at this case, too" in seen
    assert "looking" not in desk_of(acme.bea).get(url("case-watch", held.interaction.case)).content.decode().replace(
        "is looking at this case, too", "", 2
    )


def test_without_a_cache_nobody_is_known_to_look(settings: Any, held: Leg, dee: Any) -> None:
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}
    case = held.interaction.case
    assert case is not None and looking.look(case, dee) == []


def test_she_takes_it_over_with_a_reason_and_goes_on_with_the_draft(acme: Scene, held: Leg, dee: Any) -> None:
    Draft.objects.create(interaction=held.interaction, agent=acme.bea, text="Dear Ann", saved_at=clock.now())
    browser = desk_of(dee)
    assert browser.post(url("take-over", held.interaction)).status_code in (400, 409)
    answer = browser.post(url("take-over", held.interaction), {"reason": "Bea went to lunch"})
    assert answer.status_code == 200 and "Dear Ann" in answer.content.decode()
    held.refresh_from_db()
    assert held.state in (LegState.WRAPPING, LegState.COMPLETED) and held.ended_by == EndedBy.TRANSFER
    mine = Leg.objects.get(agent=dee, state=LegState.HANDLING)
    held.interaction.refresh_from_db()
    assert held.interaction.state == "active" and mine.interaction == held.interaction
    told = JournalEntry.objects.get(kind=Kind.TAKEN_BACK)
    assert (told.actor, told.facts["reason"]) == (dee.user, "Bea went to lunch")
    dee.seat.refresh_from_db()
    assert dee.seat.points_email > 0
    assert desk_of(acme.bea).post(url("reply", held), {"text": "Hello"}).status_code in (403, 404, 409)


def test_by_the_rules_of_routing_alone(acme: Scene, held: Leg) -> None:
    away = make.agent("Eve Ellis", licensed=acme.acme)
    with pytest.raises(handling.NotEligible):
        taking_over.take_over(held.interaction, by=away, reason="I know her")
    with pytest.raises(taking_over.CannotTakeOver):
        taking_over.take_over(held.interaction, by=acme.bea, reason="again")
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"), available=True)
    assert desk_of(cal).post(url("take-over", held.interaction), {"reason": "x"}).status_code == 404


def test_a_chat_is_not_taken_from_under_the_customer(acme: Scene, dee: Any) -> None:
    chat = accepted(acme, "chat")
    with pytest.raises(taking_over.CannotTakeOver):
        taking_over.take_over(chat.interaction, by=dee, reason="faster")
    chat.refresh_from_db()
    assert chat.state == LegState.HANDLING


def test_the_second_of_two_takers_finds_it_gone_from_whom_she_meant(acme: Scene, held: Leg, dee: Any) -> None:
    eve = make.agent("Eve Ellis", licensed=acme.acme, available=True)
    taking_over.take_over(held.interaction, by=dee, reason="lunch")
    taking_over.take_over(held.interaction, by=eve, reason="I know Ann")
    live = Leg.objects.filter(interaction=held.interaction, state=LegState.HANDLING)
    assert [leg.agent for leg in live] == [eve]


# --- who may move a case ---------------------------------------------------------------------------------------------


def test_a_colleague_may_comment_and_not_move(acme: Scene, held: Leg, dee: Any) -> None:
    case = held.interaction.case
    browser = desk_of(dee)
    assert browser.post(url("case-note", case), {"text": "She called, too"}).status_code == 302
    answer = browser.post(url("case-move", case), {"to": "pending"})
    assert answer.status_code == 403
    assert "Wait for the customer" not in browser.get(url("case", case)).content.decode()
    assert desk_of(acme.bea).post(url("case-move", case), {"to": "pending"}).status_code == 302


def test_owner_supervisor_and_who_worked_on_it_may(acme: Scene, held: Leg, dee: Any) -> None:
    case = held.interaction.case
    assert case is not None
    Case.objects.filter(pk=case.pk).update(owner=dee)
    case.refresh_from_db()
    eve = make.agent("Eve Ellis", licensed=acme.acme)
    assert taking_over.may_move(case, dee) and taking_over.may_move(case, acme.bea)
    assert not taking_over.may_move(case, eve)
    Membership.objects.create(user=eve.user, client=acme.acme, role=Role.SUPERVISOR)
    assert taking_over.may_move(case, eve)
    Case.objects.filter(pk=case.pk).update(owner=None)
    case.refresh_from_db()
    Leg.objects.filter(pk=held.pk).update(state=LegState.COMPLETED)
    assert taking_over.may_move(case, acme.bea) and not taking_over.may_move(case, dee)


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["mine", "queues", "pending", "overdue"])
def test_the_lists_ask_as_many_questions_for_ten_cases_as_for_one(acme: Scene, which: str) -> None:
    browser = desk_of(acme.bea)
    address = f"{url('cases')}?which={which}"
    counts = []
    for many in (1, 9):
        for _each in range(many):
            case = cases.open_case(acme.acme, acme.ann, subject="Parcel", queue=acme.line)
            late = clock.now().replace(year=2020)
            state = "pending" if which == "pending" else "open"
            Case.objects.filter(pk=case.pk).update(owner=acme.bea, due_at=late, state=state)
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(address).content.decode()
        assert page.count("data-row") == (1 if many == 1 else 10)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_lists_hold_what_they_say(acme: Scene, held: Leg, dee: Any) -> None:
    mine = held.interaction.case
    assert mine is not None
    others = cases.open_case(
        acme.acme, acme.ann, subject="Other", queue=make.queue(acme.acme, "Second", teams=[make.team()])
    )
    zenith = scene("Zenith")
    stranger = cases.open_case(zenith.acme, zenith.ann, subject="Theirs", queue=zenith.line)
    bea = desk_of(acme.bea)
    pages = {
        which: bea.get(f"{url('cases')}?which={which}").content.decode() for which in ("mine", "queues", "overdue")
    }
    assert mine.reference in pages["mine"] and others.reference not in pages["mine"]
    assert others.reference not in pages["queues"]
    assert mine.reference not in pages["overdue"]
    assert all(stranger.reference not in page for page in pages.values())
