"""Call lists at the desk, over HTTP: Bea takes the next, looks, calls, and says what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import Agent
from bpo.kernel import clock
from clients import customers
from clients.models import CallList, Client, DoNotCall, Queue
from clients.starter_flows import flow
from interactions import callbacks, do_not_call, prospects, runs
from interactions.models import (
    Action,
    Appointment,
    Callback,
    CallbackOrigin,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    Prospect,
    ProspectState,
    Run,
)
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.scripted import publish

pytestmark = pytest.mark.django_db
SALE: dict[str, Any] = {
    "start": "greet",
    "steps": [
        {"id": "greet", "kind": "say", "name": "Greet", "text": "{agent} of {client}.", "next": "meet"},
        {"id": "meet", "kind": "act", "name": "Book the meeting", "act": "book_meeting", "next": "later"},
        {"id": "later", "kind": "act", "name": "Call back", "act": "promise_callback", "next": "close"},
        {"id": "close", "kind": "close", "name": "Close", "text": "Thank you, from {client}."},
    ],
}  # fmt: skip


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def renewals(acme: Client) -> CallList:
    return make.call_list(make.queue(acme, "Sales"))


@pytest.fixture
def bea(acme: Client) -> Agent:
    return make.agent(licensed=acme, available=True)


def desk_of(agent: Agent) -> Browser:
    browser = Browser(headers={"HX-Request": "true"})
    browser.force_login(agent.user)
    return browser


def url(name: str, *args: Any) -> str:
    return reverse(f"console-{name}", args=[getattr(one, "public_id", one) for one in args])


def test_bea_takes_looks_calls_and_says_what_came_of_it(renewals: CallList, bea: Agent) -> None:
    desk = desk_of(bea)
    paul = make.prospect(renewals, "Paul Pine", note="Ask for spring", company="Pine & Co")
    assert "1 ready" in desk.get(url("lists")).content.decode()
    answer = desk.post(url("next", renewals))
    assert answer["HX-Redirect"] == url("prospect", paul)
    page = desk.get(url("prospect", paul)).content.decode()
    for words in ("Paul Pine", "Pine &amp; Co", "Ask for spring", "Form at the fair", "in New York", "first call"):
        assert words in page
    assert "Paul Pine of “Renewals” is with you" in desk.get(url("lists")).content.decode()
    assert not Interaction.objects.exists(), "she looks first"

    work = desk.post(url("prospect-call", paul)).content.decode()
    leg = Leg.objects.get()
    assert f'data-number="{paul.number}"' in work and "try 1 of 3" in work
    assert "tel:" not in work, "the telephone opens once the server has said that it may"
    assert desk.get(url("prospect", paul)).headers["Location"] == url("leg", leg)
    desk.post(url("dialled", leg))
    desk.post(url("report", leg), {"result": "reached"})
    refused = desk.post(url("conclude", leg), {"outcome": "follow_up"})
    assert refused.status_code == 409 and "Book the follow-up first" in refused.content.decode()
    no_reason = desk.post(url("conclude", leg), {"outcome": "not_interested", "outcome_why": " "})
    assert no_reason.status_code == 400 and "Say why" in no_reason.content.decode()
    said = desk.post(url("conclude", leg), {"outcome": "not_interested", "outcome_why": "too dear"})
    assert "Not interested" in said.content.decode() and "too dear" in said.content.decode()
    paul.refresh_from_db()
    assert (paul.state, paul.result_note) == (ProspectState.DONE, "too dear")
    wrap = desk.post(url("end", leg)).content.decode()
    assert 'id="wrapup"' in wrap and "Not interested" in wrap


def test_the_old_dial_button_is_refused_in_words(renewals: CallList, bea: Agent) -> None:
    """It was drawn before the number was written down as never to be called."""
    desk = desk_of(bea)
    paul = make.prospect(renewals)
    desk.post(url("next", renewals))
    assert "data-dialled" in desk.post(url("prospect-call", paul)).content.decode()
    leg = Leg.objects.get()
    do_not_call.add(renewals.client, paul.number, by=make.supervisor(renewals.client), why="wrote a letter")
    refused = desk.post(url("dialled", leg), headers={"HX-Request": "", "Accept": "application/json"})
    assert refused.status_code == 409 and "not called any more" in refused.json()["detail"]
    assert "data-dialled" not in desk.get(url("work", leg)).content.decode()
    assert not leg.journal.filter(kind=Kind.DIALLED).exists()


def test_a_companys_shared_address_makes_nobody_somebody_else(renewals: CallList, bea: Agent) -> None:
    """Pine & Co gave one address for all of its people; Rita is a customer already, Paul and Sam are called."""
    Queue.objects.update(wrap_up="none")
    desk, shared = desk_of(bea), "info@pine.example"
    rita = make.customer(renewals.client, "Rita Ruiz", phone="+12125550777", address=shared)
    for name in ("Paul Pine", "Sam Stone"):
        prospect = make.prospect(renewals, name, address=shared)
        desk.post(url("next", renewals))
        work = desk.post(url("prospect-call", prospect)).content.decode()
        assert name in work and "Rita" not in work
        leg = Leg.objects.latest("pk")
        called = leg.interaction.customer
        assert called is not None and called != rita and called.phones.get().number == prospect.number
        assert not called.addresses.exists(), "the address is Rita's"
        desk.post(url("report", leg), {"result": "wrong_number"})


def test_a_new_persons_own_address_is_written_down(renewals: CallList, bea: Agent) -> None:
    desk = desk_of(bea)
    paul = make.prospect(renewals, "Paul Pine", address="paul@pine.example")
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    customer = Leg.objects.get().interaction.customer
    assert customer is not None and customer.addresses.get().address == "paul@pine.example"


def test_a_meeting_and_a_callback_go_by_the_clock_and_number_of_the_list(renewals: CallList, bea: Agent) -> None:
    """Paul moved: his record says Madrid and his old number first, the list says New York and the number called."""
    acme, desk = renewals.client, desk_of(bea)
    record = make.customer(acme, "Paul Pine", phone="+34915550101", zone="Europe/Madrid")
    paul = make.prospect(renewals, "Paul Pine", zone="America/New_York")
    customers.add_phone(record, paul.number)
    publish(acme, "A sale", "outbound", SALE)
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    leg = Leg.objects.get()
    assert leg.interaction.customer == record
    runs.begin(leg.interaction, bea)
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    meeting = {"meeting_day": day, "meeting_at": "14:30", "meeting_minutes": "30", "meeting_email": "paul@pine.example"}
    for step, words in (("greet", {}), ("meet", meeting), ("later", {})):
        assert desk.post(url("answer", leg), {"step": step, **words}).status_code == 200
    booked, promised = Appointment.objects.get(), Callback.objects.get()
    assert booked.zone == promised.zone == "America/New_York"
    assert f"{booked.starts_at.astimezone(ZoneInfo(paul.zone)):%H:%M}" == "14:30"
    assert promised.number == paul.number


@pytest.mark.parametrize("said_before", ["", "reached", "conclude"])
def test_who_wants_no_calls_in_the_starter_flow_is_called_no_more(
    renewals: CallList, bea: Agent, said_before: str
) -> None:
    """Paul says no and why: the flow's own step writes it down, once, for every list of Acme."""
    acme, desk = renewals.client, desk_of(bea)
    publish(acme, "A sale", "outbound", flow("sale", "en"))
    paul = make.prospect(renewals, "Paul Pine")
    elsewhere = make.prospect(make.call_list(renewals.queue, "Second"), number=paul.number)
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    leg = Leg.objects.get()
    runs.begin(leg.interaction, bea)
    if said_before == "reached":
        desk.post(url("report", leg), {"result": "reached"})
    elif said_before == "conclude":
        desk.post(url("conclude", leg), {"outcome": "do_not_call"})
    for step, words in (("greet", {}), ("moment", {"choice": "no"}), ("why", {"choice": "no_calls"}), ("never", {})):
        assert desk.post(url("answer", leg), {"step": step, **words}).status_code == 200
    assert Run.objects.get().at_step == "polite"
    row = DoNotCall.objects.get()
    assert (row.number, row.why, row.by_name) == (paul.number, "Said so when called", "Bea Brown")
    for each in (paul, elsewhere):
        each.refresh_from_db()
        assert each.state == ProspectState.DO_NOT_CALL
    assert paul.result == "do_not_call"
    assert paul.journal.filter(kind=Kind.PROSPECT_TRIED).count() == 1


def never_again(renewals: CallList, bea: Agent, name: str = "Paul Pine") -> tuple[Browser, Prospect, Leg, Action]:
    """Bea presses the act that writes the number down."""
    desk = desk_of(bea)
    publish(renewals.client, "A sale", "outbound", flow("sale", "en"))
    paul = make.prospect(renewals, name)
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    leg = Leg.objects.get()
    runs.begin(leg.interaction, bea)
    for step, words in (("greet", {}), ("moment", {"choice": "no"}), ("why", {"choice": "no_calls"}), ("never", {})):
        assert desk.post(url("answer", leg), {"step": step, **words}).status_code == 200
    return desk, paul, leg, Action.objects.get()


def test_a_slip_is_taken_back_and_she_says_anew_what_came_of_it(renewals: CallList, bea: Agent) -> None:
    elsewhere = make.prospect(make.call_list(renewals.queue, "Second"), number="+12125550177")
    Prospect.objects.filter(pk=elsewhere.pk).update(next_try_at=clock.now() + timedelta(days=1))
    desk, paul, leg, act = never_again(renewals, bea)
    Prospect.objects.filter(pk=elsewhere.pk).update(number=paul.number, state="do_not_call", ended_at=act.done_at)
    assert "Undo" in desk.get(url("script", leg)).content.decode()
    undo = url("undo-act", leg, act)
    for _twice in range(2):
        page = desk.post(undo).content.decode()
        assert "1 entry or promise stays ended" in page
    paul.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (paul.state, paul.result, paul.attempts, paul.ended_at) == ("calling", "", 0, None)
    assert elsewhere.state == "do_not_call" and not DoNotCall.objects.exists()
    assert JournalEntry.objects.filter(kind=Kind.CALL_AGAIN, prospect=None).count() == 1
    desk.post(url("report", leg), {"result": "reached"})
    said = desk.post(url("conclude", leg), {"outcome": "not_interested", "outcome_why": "too dear"})
    assert said.status_code == 200
    paul.refresh_from_db()
    assert (paul.state, paul.result, paul.attempts) == ("done", "not_interested", 1)


def test_a_number_written_down_before_stays_so(renewals: CallList, bea: Agent) -> None:
    desk, paul, leg, act = never_again(renewals, bea)
    acme = renewals.client
    desk.post(url("undo-act", leg, act))
    do_not_call.add(acme, paul.number, by=make.supervisor(acme), why="wrote a letter")
    desk.post(url("jump", leg), {"step": "never"})
    desk.post(url("answer", leg), {"step": "never"})
    again = Action.objects.latest("pk")
    assert again.pk != act.pk and "Undo" not in desk.get(url("script", leg)).content.decode()
    refused = desk.post(url("undo-act", leg, again))
    assert refused.status_code == 409 and "written down before this call" in refused.content.decode()
    assert DoNotCall.objects.get().why == "wrote a letter"


def test_what_a_supervisor_lifted_meanwhile_is_not_taken_back_and_not_after_the_contact(
    renewals: CallList, bea: Agent
) -> None:
    desk, paul, leg, act = never_again(renewals, bea)
    do_not_call.lift(DoNotCall.objects.get(), by=make.supervisor(renewals.client), why="a mix-up")
    assert desk.post(url("undo-act", leg, act)).status_code == 409
    paul.refresh_from_db()
    assert paul.state == "do_not_call"
    Leg.objects.update(state="completed", ended_at=clock.now())
    assert desk.post(url("undo-act", leg, act)).status_code == 409


def test_nobody_is_written_down_from_a_call_that_came_in(bea: Agent, acme: Client) -> None:
    desk = Desk("do_not_call", name="Zenith")
    refused = desk.answer()
    assert refused.status_code == 409 and "no number that we called" in refused.content.decode()
    assert not DoNotCall.objects.exists()


def test_a_follow_up_is_promised_and_said(renewals: CallList, bea: Agent) -> None:
    desk = desk_of(bea)
    paul = make.prospect(renewals)
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    leg = Leg.objects.get()
    callbacks.promise(
        renewals.client, customer=leg.interaction.customer, queue=renewals.queue, number=paul.number,
        origin=CallbackOrigin.AGENT, by=bea, interaction=leg.interaction,
    )  # fmt: skip
    assert desk.post(url("conclude", leg), {"outcome": "follow_up"}).status_code == 200
    paul.refresh_from_db()
    assert paul.result == "follow_up"


def test_no_answer_says_when_the_next_try_is(renewals: CallList, bea: Agent) -> None:
    desk = desk_of(bea)
    paul = make.prospect(renewals)
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    page = desk.post(url("report", Leg.objects.get()), {"result": "no_answer"}).content.decode()
    assert "No answer. Next try" in page
    assert "tel:" not in page, "in wrap-up nobody is dialled past the rules of the list"


def test_she_lets_go_and_a_colleague_takes(renewals: CallList, bea: Agent) -> None:
    paul = make.prospect(renewals)
    desk = desk_of(bea)
    desk.post(url("next", renewals))
    dan = desk_of(make.agent("Dan Dow", licensed=renewals.client, available=True))
    nobody = dan.post(url("next", renewals))
    assert nobody.status_code == 409 and "Nobody on this list" in nobody.content.decode()
    for name in ("prospect-call", "prospect-go", "prospect-stop"):
        assert dan.post(url(name, paul), {"why": "x"}).status_code == 409
    assert dan.get(url("prospect", paul)).status_code == 409
    assert desk.post(url("prospect-go", paul))["HX-Redirect"] == url("lists")
    assert dan.post(url("next", renewals))["HX-Redirect"] == url("prospect", paul)
    assert "not with you any more" in desk.post(url("prospect-seen", paul)).content.decode()
    assert "in New York" in dan.post(url("prospect-seen", paul)).content.decode()


def test_a_call_promised_from_the_list_is_asked_for_before_it_rings(renewals: CallList, bea: Agent) -> None:
    """A customer's own callback has the telephone's link; what was promised in a sale has a button that asks first."""
    acme, desk = renewals.client, desk_of(bea)
    paul = make.prospect(renewals, "Paul Pine")
    desk.post(url("next", renewals))
    desk.post(url("prospect-call", paul))
    first = Leg.objects.get()
    Queue.objects.update(wrap_up="none")
    promised = callbacks.promise(
        acme, customer=first.interaction.customer, queue=renewals.queue, number=paul.number,
        origin=CallbackOrigin.AGENT, by=bea, interaction=first.interaction,
    )  # fmt: skip
    own = callbacks.promise(
        acme, customer=make.customer(acme, phone="+12125550999"), queue=renewals.queue, number="+12125550999",
        origin=CallbackOrigin.FORM,
    )  # fmt: skip
    desk.post(url("conclude", first), {"outcome": "follow_up"})
    desk.post(url("end", first))
    assert 'href="tel:+12125550999"' in desk.post(url("make", own)).content.decode()
    desk.post(url("report", Leg.objects.latest("pk")), {"result": "no_answer"})
    work = desk.post(url("make", promised)).content.decode()
    assert f'data-number="{paul.number}"' in work and "tel:" not in work
    leg = Leg.objects.latest("pk")
    assert desk.post(url("dialled", leg)).status_code == 204
    do_not_call.add(acme, paul.number, by=make.supervisor(acme), why="wrote a letter")
    assert desk.post(url("dialled", leg)).status_code == 409
    Queue.objects.update(wrap_up="until_done")
    assert "tel:" not in desk.post(url("end", leg)).content.decode()


def test_paul_on_two_lists_is_not_called_from_the_other_at_once_or_right_after(renewals: CallList, bea: Agent) -> None:
    """Bea has him from the first; Dan does not get him from the second, nor in the four hours after he said no."""
    second = make.call_list(renewals.queue, "Second", spacing_minutes=240)
    paul = make.prospect(renewals, "Paul Pine")
    again = make.prospect(second, "Paul Pine", number=paul.number)
    colleague = make.agent("Dan Dow", licensed=renewals.client, available=True)
    desk, dan = desk_of(bea), desk_of(colleague)

    def nobody_for_dan() -> None:
        assert dan.post(url("next", second)).status_code == 409

    desk.post(url("next", renewals))
    nobody_for_dan()
    with pytest.raises(IntegrityError), transaction.atomic():
        taken = {"state": "taken", "taken_by": colleague, "held_until": clock.now()}
        Prospect.objects.filter(pk=again.pk).update(**taken)
    desk.post(url("prospect-call", paul))
    nobody_for_dan()
    leg = Leg.objects.get()
    desk.post(url("dialled", leg))
    desk.post(url("conclude", leg), {"outcome": "not_interested", "outcome_why": "too dear"})
    nobody_for_dan()
    assert "called this number on" in str(prospects.person_refusal(again, clock.now()))
    with clock.set_to(clock.now() + timedelta(minutes=241)):
        assert prospects.person_refusal(again, clock.now()) == ""
        assert sum(prospects.ready([second], clock.now())[second.pk].values()) == 1


def test_she_sees_that_the_number_must_not_be_called(renewals: CallList, bea: Agent) -> None:
    desk = desk_of(bea)
    paul = make.prospect(renewals)
    desk.post(url("next", renewals))
    assert desk.post(url("prospect-stop", paul), {"why": ""}).status_code == 400
    assert desk.post(url("prospect-stop", paul), {"why": "is a hospital"})["HX-Redirect"] == url("lists")
    assert DoNotCall.objects.get().why == "is a hospital"
    assert paul.journal.order_by("pk").last().kind == Kind.PROSPECT_ENDED


def test_cal_of_another_client_sees_none_of_it(renewals: CallList, bea: Agent) -> None:
    paul = make.prospect(renewals)
    desk_of(bea).post(url("next", renewals))
    cal = desk_of(make.agent("Cal Clay", licensed=make.client("Bolt"), available=True))
    assert "Renewals" not in cal.get(url("lists")).content.decode()
    assert cal.post(url("next", renewals)).status_code == 404
    assert cal.get(url("prospect", paul)).status_code == 404
    for name in ("prospect-call", "prospect-go", "prospect-stop", "prospect-seen"):
        assert cal.post(url(name, paul)).status_code == 404
        assert desk_of(bea).get(url(name, paul)).status_code == 405


def test_without_scripts_the_forms_lead_to_pages(renewals: CallList, bea: Agent) -> None:
    plain = Browser()
    plain.force_login(bea.user)
    paul = make.prospect(renewals)
    assert plain.post(url("next", renewals)).headers["Location"] == url("prospect", paul)
    assert plain.post(url("prospect-call", paul)).headers["Location"] == url("leg", Leg.objects.get())


def test_the_desk_asks_as_many_questions_for_ten_lists_as_for_one(renewals: CallList, bea: Agent) -> None:
    desk = desk_of(bea)
    make.prospect(renewals)
    desk.get(url("lists"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(url("lists")).status_code == 200
        return len(captured)

    before = asked()
    for n in range(10):
        make.prospect(make.call_list(renewals.queue, f"List {n}"))
    assert asked() == before


def test_a_list_is_not_shown_before_it_is_open(renewals: CallList, bea: Agent) -> None:
    CallList.objects.update(state="draft")
    make.prospect(renewals)
    assert "No list is open" in desk_of(bea).get(url("lists")).content.decode()
    assert desk_of(bea).post(url("next", renewals)).status_code == 409
    assert Prospect.objects.get().state == ProspectState.WAITING
    assert Queue.objects.count() == 1
