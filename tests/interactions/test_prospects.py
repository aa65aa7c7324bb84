"""People on a call list: Bea takes Paul, looks, calls by his clock, and says what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser

from agents.models import Agent, Presence, Seat
from bpo.kernel import clock
from bpo.kernel.history import ReasonMissing
from clients import call_lists, hours, opening
from clients.models import CallList, CallListState, Channel, Client, ClientState, DoNotCall, Queue, Script
from interactions import (
    callback_work,
    callbacks,
    do_not_call,
    handling,
    list_promises,
    outbound,
    prospect_calls,
    prospect_lists,
    prospects,
    runs,
)
from interactions.models import (
    Callback,
    CallbackOrigin,
    EndedBy,
    Interaction,
    Kind,
    Leg,
    LegState,
    Notice,
    Origin,
    Prospect,
    ProspectResult,
    ProspectState,
)
from interactions.prospect_lists import Person
from interactions.views.customer.callback import manage_address
from interactions.views.customer.times import value_of
from interactions.views.promises import NewTimeForm
from interactions.wrap_up import finish
from tests import factories as make
from tests.clients.test_scripts import graph
from tests.interactions.scripted import publish

pytestmark = pytest.mark.django_db

# A Tuesday in New York, 15:00 there, 21:00 in Madrid.
TUESDAY = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return make.queue(acme, wrap_up="none")


@pytest.fixture
def bea(acme: Client) -> Agent:
    return make.agent(licensed=acme, available=True)


@pytest.fixture
def renewals(line: Queue) -> CallList:
    return make.call_list(line)


def calling(prospect: Prospect, by: Agent) -> Leg:
    prospects.take_next(prospect.call_list, by=by)
    leg = outbound.start_prospect(prospect, by=by)
    outbound.dialled(leg, by=by)
    return leg


def kinds(prospect: Prospect) -> list[str]:
    return list(prospect.journal.order_by("pk").values_list("kind", flat=True))


# --- taking ----------------------------------------------------------------------------------------------------------


def test_bea_takes_the_one_who_waits_longest_and_no_second(renewals: CallList, bea: Agent):
    now = clock.now()
    make.prospect(renewals, "Later Larry", next_try_at=now + timedelta(hours=1))
    make.prospect(renewals, "Second Sam", next_try_at=now - timedelta(minutes=1))
    paul = make.prospect(renewals, next_try_at=now - timedelta(minutes=2))
    taken = prospects.take_next(renewals, by=bea)
    assert taken == paul and taken.taken_by == bea
    assert prospects.take_next(renewals, by=bea) == paul, "she has not decided about him yet"
    assert kinds(paul) == [Kind.PROSPECT_TAKEN]


def test_who_is_let_go_comes_after_the_others(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals, next_try_at=clock.now() - timedelta(minutes=2))
    sam = make.prospect(renewals, "Sam", next_try_at=clock.now() - timedelta(minutes=1))
    prospects.let_go(prospects.take_next(renewals, by=bea), by=bea)
    prospects.let_go(paul, by=bea)
    paul.refresh_from_db()
    assert (paul.state, paul.taken_by, paul.attempts) == (ProspectState.WAITING, None, 0)
    assert kinds(paul) == [Kind.PROSPECT_TAKEN, Kind.PROSPECT_LET_GO]
    assert prospects.take_next(renewals, by=bea) == sam


def test_nobody_lets_go_or_calls_whom_a_colleague_has(renewals: CallList, bea: Agent):
    paul = prospects.take_next(make.prospect(renewals).call_list, by=bea)
    dan = make.agent("Dan Dow", licensed=renewals.client, available=True)
    for act in (prospects.let_go, outbound.start_prospect):
        with pytest.raises(prospects.NotWithYou):
            act(paul, by=dan)
    assert not prospects.seen(paul, by=dan)
    assert not Interaction.objects.exists()


def test_routing_decides_who_may_take(renewals: CallList):
    make.prospect(renewals)
    cal = make.agent("Cal Clay", licensed=make.client("Bolt"), available=True)
    with pytest.raises(handling.NotEligible) as refused:
        prospects.take_next(renewals, by=cal)
    assert "certified" in str(refused.value.sentence)
    away = make.agent("Amy Away", licensed=renewals.client)
    with pytest.raises(handling.NotEligible):
        prospects.take_next(renewals, by=away)


def test_a_person_who_speaks_spanish_is_for_who_speaks_it(renewals: CallList, bea: Agent):
    make.skill("es", language="es")
    make.prospect(renewals, "Elena", language="es")
    with pytest.raises(handling.NotEligible):
        prospects.take_next(renewals, by=bea)
    eva = make.agent("Eva", licensed=renewals.client, available=True, skills={"es": 3})
    leg = outbound.start_prospect(prospects.take_next(renewals, by=eva), by=eva)
    assert leg.interaction.language == "es"
    assert Leg.objects.get().interaction.lane.added, "whoever has it after her speaks it, too"


@pytest.mark.parametrize("state", ["draft", "paused", "closed"])
def test_only_an_open_list_is_called(renewals: CallList, bea: Agent, state: str):
    paul = make.prospect(renewals)
    CallList.objects.update(state=state)
    with pytest.raises(prospects.NotCallable) as refused:
        prospects.take_next(renewals, by=bea)
    assert "Renewals" in str(refused.value.sentence)
    assert not kinds(paul)


def test_paused_while_she_looks_the_call_is_refused(renewals: CallList, bea: Agent):
    paul = prospects.take_next(make.prospect(renewals).call_list, by=bea)
    call_lists.move(renewals, "paused", by=make.supervisor(renewals.client), why="fair is over")
    with pytest.raises(prospects.NotCallable):
        outbound.start_prospect(paul, by=bea)
    prospects.let_go(paul, by=bea)


def test_a_client_that_is_away_calls_nobody(renewals: CallList, bea: Agent):
    make.prospect(renewals)
    Client.objects.update(state=ClientState.SUSPENDED)
    with pytest.raises(prospects.NotCallable):
        prospects.take_next(renewals, by=bea)


# --- hours of the person ---------------------------------------------------------------------------------------------


def office(line: Queue) -> CallList:
    return make.call_list(line, "Office hours", calls_from=time(9), calls_until=time(18), weekdays=[0, 1, 2, 3, 4])


def test_each_is_called_by_the_clock_at_home(line: Queue, bea: Agent):
    lists = office(line)
    with clock.set_to(TUESDAY):
        make.prospect(lists, "Marta", zone="Europe/Madrid", at=TUESDAY - timedelta(days=1))
        paul = make.prospect(lists, "Paul", at=TUESDAY)
        assert sum(prospects.ready([lists], TUESDAY)[lists.pk].values()) == 1
        assert prospects.take_next(lists, by=bea) == paul


def test_nobody_at_this_hour_says_when(line: Queue, bea: Agent):
    lists = office(line)
    with clock.set_to(TUESDAY):
        make.prospect(lists, "Marta", zone="Europe/Madrid", at=TUESDAY)
        with pytest.raises(prospects.NotCallable) as refused:
            prospects.take_next(lists, by=bea)
        # 09:00 in Madrid is 03:00 at the client's.
        assert "18.11. 03:00 (New York)" in str(refused.value.sentence)


def test_the_hour_may_pass_while_she_looks_and_while_she_dials(line: Queue, bea: Agent):
    lists = office(line)
    with clock.set_to(TUESDAY):
        paul = prospects.take_next(make.prospect(lists, at=TUESDAY).call_list, by=bea)
        clock.advance(2 * 3600 + 3599)
        leg = outbound.start_prospect(paul, by=bea)
        clock.advance(1)
        with pytest.raises(prospects.NotCallable) as refused:
            outbound.dialled(leg, by=bea)
        assert "It is 18:00 in New York" in str(refused.value.sentence)
        assert "Mon to Fri, 09:00–18:00" in str(refused.value.sentence)


def test_the_clocks_change_and_nine_stays_nine(line: Queue, bea: Agent):
    """On 28 March 2027 Madrid goes to summer time: 09:00 there is 08:00 UTC on Friday before and 07:00 UTC after."""
    lists = office(line)
    marta = make.prospect(lists, "Marta", zone="Europe/Madrid")
    friday, monday = datetime(2027, 3, 26, tzinfo=UTC), datetime(2027, 3, 29, tzinfo=UTC)
    for day, hour in ((friday, 8), (monday, 7)):
        opens = day.replace(hour=hour)
        assert prospects.person_refusal(marta, opens - timedelta(seconds=1))
        assert not prospects.person_refusal(marta, opens)
        assert prospects.person_refusal(marta, opens + timedelta(hours=9))


def test_the_next_try_falls_into_the_hours_at_home(line: Queue, bea: Agent):
    lists = office(line)
    CallList.objects.update(spacing_minutes=240)
    with clock.set_to(TUESDAY):
        paul = make.prospect(lists, at=TUESDAY)
        outbound.report(calling(paul, bea), "no_answer", by=bea)
        paul.refresh_from_db()
        assert paul.next_try_at == datetime(2026, 11, 18, 14, tzinfo=UTC), "09:00 in New York on the next day"


# --- calling ---------------------------------------------------------------------------------------------------------


def test_the_call_is_a_contact_of_the_list(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    leg = calling(paul, bea)
    assert outbound.start_prospect(paul, by=bea) == leg, "pressed twice it is one call"
    contact = leg.interaction
    assert (contact.origin, contact.channel, contact.queue) == (Origin.CAMPAIGN, Channel.VOICE, renewals.queue)
    assert outbound.dial_link(leg) == f"tel:{paul.number}"
    assert contact.customer.phones.get().number == paul.number
    assert contact.customer.zone == "America/New_York"
    paul.refresh_from_db()
    assert (paul.state, paul.interaction) == (ProspectState.CALLING, contact)


def test_the_script_of_the_list_leads_and_callbacks_keep_theirs(renewals: CallList, bea: Agent):
    acme = renewals.client
    publish(acme, "A sale", "outbound", graph())
    publish(acme, "Call back", "outbound", graph())
    renewals.script = Script.objects.get(name="A sale")
    renewals.save()
    leg = calling(make.prospect(renewals), bea)
    assert runs.begin(leg.interaction, bea).version.script.name == "A sale"
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    ann = make.customer(acme, phone="+12125550999")
    other = outbound.start_call(ann, renewals.queue, by=bea)
    assert runs.begin(other.interaction, bea).version.script.name == "Call back"


@pytest.mark.parametrize("result", ["no_answer", "busy", "voicemail_left"])
def test_not_reached_is_tried_again_until_the_tries_are_used_up(renewals: CallList, bea: Agent, result: str):
    CallList.objects.update(attempts=2, spacing_minutes=60)
    renewals.refresh_from_db()
    paul = make.prospect(renewals)
    first = calling(paul, bea)
    outbound.report(first, result, by=bea)
    paul.refresh_from_db()
    assert (paul.state, paul.attempts, paul.result) == (ProspectState.WAITING, 1, result)
    assert paul.next_try_at > clock.now() + timedelta(minutes=59)
    with pytest.raises(prospects.NotCallable):
        prospects.take_next(renewals, by=bea)
    Prospect.objects.update(next_try_at=clock.now())
    outbound.report(calling(paul, bea), result, by=bea)
    paul.refresh_from_db()
    assert (paul.state, paul.attempts) == (ProspectState.GIVEN_UP, 2)
    tries = paul.journal.filter(kind=Kind.PROSPECT_TRIED).order_by("pk")
    assert [entry.interaction_id for entry in tries] == list(
        Interaction.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert paul.journal.filter(kind=Kind.PROSPECT_TAKEN, interaction=None).count() == 2


def test_a_wrong_number_is_given_up_at_once(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    outbound.report(calling(paul, bea), "wrong_number", by=bea)
    paul.refresh_from_db()
    assert (paul.state, paul.result) == (ProspectState.GIVEN_UP, ProspectResult.WRONG_NUMBER)


def test_not_interested_needs_its_reason_and_may_be_corrected(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    leg = outbound.report(calling(paul, bea), "reached", by=bea)
    with pytest.raises(prospect_calls.ReasonWanted):
        prospect_calls.conclude(leg, "not_interested", by=bea, note="  ")
    prospect_calls.conclude(leg, "not_interested", by=bea, note="too dear")
    prospect_calls.conclude(leg, "not_interested", by=bea, note="too dear")
    prospect_calls.conclude(leg, "not_interested", by=bea, note="has one already")
    paul.refresh_from_db()
    assert (paul.state, paul.result_note, paul.attempts) == (ProspectState.DONE, "has one already", 1)
    told = [entry.facts["note"] for entry in paul.journal.filter(kind=Kind.PROSPECT_ENDED).order_by("pk")]
    assert told == ["too dear", "has one already"]


def test_a_follow_up_is_booked_before_it_is_said(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    leg = outbound.report(calling(paul, bea), "reached", by=bea)
    with pytest.raises(prospect_calls.FollowUpMissing):
        prospect_calls.conclude(leg, "follow_up", by=bea)
    callbacks.promise(
        renewals.client, customer=leg.interaction.customer, queue=renewals.queue, number=paul.number,
        origin=CallbackOrigin.AGENT, by=bea, interaction=leg.interaction,
    )  # fmt: skip
    prospect_calls.conclude(leg, "follow_up", by=bea)
    assert prospect_lists.figures([renewals])[renewals.pk].conversion == 100


def test_only_who_holds_the_call_says_what_came_of_it(renewals: CallList, bea: Agent):
    leg = calling(make.prospect(renewals), bea)
    with pytest.raises(handling.NotYours):
        prospect_calls.conclude(leg, "do_not_call", by=make.agent("Dan Dow", licensed=renewals.client))
    ann = make.customer(renewals.client, phone="+12125550999")
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    with pytest.raises(prospect_calls.NothingToSay):
        prospect_calls.conclude(outbound.start_call(ann, renewals.queue, by=bea), "do_not_call", by=bea)


# --- do not call -----------------------------------------------------------------------------------------------------


def test_who_says_so_is_called_from_no_list_any_more(renewals: CallList, line: Queue, bea: Agent):
    paul = make.prospect(renewals)
    elsewhere = make.prospect(make.call_list(line, "Second"), number=paul.number)
    theirs = make.prospect(make.call_list(make.queue(make.client("Bolt"))), number=paul.number)
    prospect_calls.conclude(calling(paul, bea), "do_not_call", by=bea)
    for each in (paul, elsewhere, theirs):
        each.refresh_from_db()
    assert paul.state == elsewhere.state == ProspectState.DO_NOT_CALL
    assert (paul.result, elsewhere.result) == ("do_not_call", "")
    assert theirs.state == ProspectState.WAITING, "another client's list is its own"
    assert DoNotCall.objects.get().why
    figures = prospect_lists.figures([renewals, elsewhere.call_list])
    assert figures[renewals.pk].reached == 1 and figures[elsewhere.call_list_id].reached == 0


def test_a_number_forbidden_while_she_looks_is_not_called(renewals: CallList, bea: Agent):
    sue = make.supervisor(renewals.client)
    paul = prospects.take_next(make.prospect(renewals).call_list, by=bea)
    do_not_call.add(renewals.client, paul.number, by=sue, why="wrote a letter")
    with pytest.raises(prospects.NotWithYou):
        outbound.start_prospect(paul, by=bea)
    assert not Interaction.objects.exists()


def test_a_number_forbidden_after_the_contact_began_is_not_dialled(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=bea)
    leg = outbound.start_prospect(paul, by=bea)
    do_not_call.add(renewals.client, paul.number, by=make.supervisor(renewals.client), why="wrote a letter")
    with pytest.raises(prospects.NotCallable):
        outbound.dialled(leg, by=bea)
    outbound.report(leg, "no_answer", by=bea)
    paul.refresh_from_db()
    assert paul.state == ProspectState.DO_NOT_CALL, "there is no further try"


def test_who_slipped_in_beside_it_is_not_taken_and_found(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    DoNotCall.objects.create(client=renewals.client, number=paul.number, since=clock.now(), why="x", by_name="Sue")
    with pytest.raises(prospects.NotCallable):
        prospects.take_next(renewals, by=bea)
    assert do_not_call.find_stopped() == 1 and do_not_call.find_stopped() == 0
    paul.refresh_from_db()
    assert paul.state == ProspectState.DO_NOT_CALL


def test_it_is_lifted_with_a_reason_alone(renewals: CallList):
    sue = make.supervisor(renewals.client)
    row = do_not_call.add(renewals.client, "+12125550101", by=sue, why="asked")
    assert do_not_call.add(renewals.client, "+12125550101", by=sue, why="asked again") == row
    with pytest.raises(ReasonMissing):
        do_not_call.lift(row, by=sue, why=" ")
    do_not_call.lift(row, by=sue, why="mistyped")
    do_not_call.lift(row, by=sue, why="mistyped")
    assert not DoNotCall.objects.exists()
    from interactions.models import JournalEntry

    told = JournalEntry.objects.filter(client=renewals.client).order_by("pk").values_list("kind", flat=True)
    assert list(told) == [Kind.DO_NOT_CALL, Kind.CALL_AGAIN]


# --- callbacks promised in a call of a list ---------------------------------------------------------------------------


def sold(renewals: CallList, bea: Agent, **fields: Any) -> Callback:
    """Bea reaches Paul, who asks to be called again."""
    leg = outbound.report(calling(make.prospect(renewals), bea), "reached", by=bea)
    contact = leg.interaction
    promised = callbacks.promise(
        renewals.client, customer=contact.customer, queue=renewals.queue, number=contact.envelope.from_phone,
        origin=CallbackOrigin.AGENT, by=bea, interaction=contact, **fields,
    )  # fmt: skip
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    return promised


def test_who_wants_no_calls_after_all_gets_no_promised_one_either(renewals: CallList, bea: Agent):
    acme, sue = renewals.client, make.supervisor(renewals.client)
    promised = sold(renewals, bea)
    moved = callbacks.replace(promised, promised.due_from, promised.due_until + timedelta(hours=1), by=bea, why="ill")
    own = callbacks.promise(
        acme, customer=promised.customer, queue=renewals.queue, number=promised.number, origin=CallbackOrigin.FORM
    )
    mails = Notice.objects.count()
    do_not_call.add(acme, promised.number, by=sue, why="wrote a letter")
    states = {one.pk: one.state for one in Callback.objects.all()}
    assert states == {promised.pk: "withdrawn", moved.pk: "withdrawn", own.pk: "promised"}, "his own matter is no sale"
    assert Notice.objects.count() == mails, "who wants no calls is not written to about it"
    assert callback_work.fall_due(own.due_from) == 1


def test_a_promised_call_that_stands_in_line_is_not_dialled_and_taken_out(renewals: CallList, bea: Agent):
    acme, sue = renewals.client, make.supervisor(renewals.client)
    promised = sold(renewals, bea)
    assert callback_work.fall_due(promised.due_from) == 1
    DoNotCall.objects.create(client=acme, number=promised.number, since=clock.now(), why="letter", by_name="Sue")
    with pytest.raises(prospects.NotCallable) as refused:
        outbound.start_callback(promised, by=bea)
    assert "not called any more" in str(refused.value.sentence)
    do_not_call.add(acme, promised.number, by=sue, why="wrote a letter")
    assert do_not_call.find_stopped() == 1 and do_not_call.find_stopped() == 0
    promised.refresh_from_db()
    assert (promised.state, promised.interaction.state) == ("withdrawn", "closed")


def test_a_promised_call_in_her_hands_is_refused_when_dialled(renewals: CallList, bea: Agent):
    promised = sold(renewals, bea)
    leg = outbound.start_callback(promised, by=bea, at=promised.due_from)
    do_not_call.add(renewals.client, promised.number, by=make.supervisor(renewals.client), why="wrote a letter")
    with pytest.raises(prospects.NotCallable):
        outbound.dialled(leg, by=bea)
    assert do_not_call.find_stopped() == 0, "she has it"
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    callback_work.settle()
    assert do_not_call.find_stopped() == 1


def test_a_promised_call_waits_for_the_hours_of_its_list_at_home(line: Queue, bea: Agent):
    lists = office(line)
    evening = TUESDAY + timedelta(hours=2, minutes=55)  # five to six in New York
    wednesday = datetime(2026, 11, 18, 14, tzinfo=UTC)  # nine
    with clock.set_to(evening):
        paul_at_home = sold(lists, bea)
        assert paul_at_home.due_from == evening
        clock.advance(600)
        with pytest.raises(prospects.NotCallable) as refused:
            outbound.start_callback(paul_at_home, by=bea)
        assert "This list calls" in str(refused.value.sentence)
        assert callback_work.fall_due() == 0
        paul_at_home.refresh_from_db()
        assert paul_at_home.next_try_at == wednesday


def test_a_promise_in_a_call_of_a_list_begins_in_its_hours(line: Queue, bea: Agent):
    lists = office(line)
    evening, night = TUESDAY + timedelta(hours=2, minutes=55), TUESDAY + timedelta(hours=5)
    with clock.set_to(evening):
        leg = outbound.report(calling(make.prospect(lists), bea), "reached", by=bea)
        clock.advance(600)  # they talk until five past six
        told = {"customer": leg.interaction.customer, "queue": line, "number": "+12125550101", "by": bea}
        told |= {"origin": CallbackOrigin.AGENT, "interaction": leg.interaction}
        with pytest.raises(prospects.NotCallable):
            callbacks.promise(lists.client, due_from=night, due_until=night + timedelta(hours=1), **told)
        promised = callbacks.promise(lists.client, **told)
        assert promised.due_from == datetime(2026, 11, 18, 14, tzinfo=UTC), "nine at home on the next day"


def test_another_time_for_a_promise_of_a_list_lies_in_its_hours_as_well(line: Queue, bea: Agent):
    """Bug: a sales call was moved to an hour at which the list calls nobody: a promise nobody could keep."""
    lists = office(line)
    nine = datetime(2026, 11, 18, 14, tzinfo=UTC)
    night, late = nine - timedelta(hours=6), nine - timedelta(hours=1)
    with clock.set_to(TUESDAY + timedelta(hours=2, minutes=55)):
        promised = sold(lists, bea)
        for move in (callbacks.change, callbacks.replace):
            with pytest.raises(prospects.NotCallable):
                move(promised, night, night + timedelta(hours=2), by=bea)
        moved = callbacks.change(promised, late, nine + timedelta(hours=1), by=bea)
        assert (moved.due_from, moved.next_try_at) == (nine, nine), "from when the list calls at home"
        anew = callbacks.replace(moved, late, nine + timedelta(hours=2), by=bea, why="ill")
        assert anew.due_from == nine
        own = callbacks.promise(
            lists.client, customer=promised.customer, queue=line, number=promised.number, origin=CallbackOrigin.FORM
        )
        assert callbacks.change(own, night, night + timedelta(hours=2), by=bea).due_from == night


def test_the_customer_is_offered_no_hour_at_which_the_list_does_not_call(line: Queue, bea: Agent):
    lists, home = office(line), ZoneInfo("America/New_York")
    with clock.set_to(TUESDAY + timedelta(hours=2, minutes=55)):
        promised = sold(lists, bea)
        every = opening.callback_windows(line, clock.now(), home.key)
        windows = list_promises.within(promised, every, clock.now())
        calendar = lists.calendar(home.key)
        gone = [one for one in every if one not in windows]
        assert windows and gone
        for one in windows:
            assert any(hours.is_open(calendar, one.starts + timedelta(minutes=n)) for n in range(0, 120, 15))
        page, guest = manage_address(promised, "en"), Browser()
        offered = guest.get(f"{page}&view=move").content.decode()
        assert value_of(windows[-1]) in offered
        for one in gone:
            assert value_of(one) not in offered
        assert guest.post(page, {"act": "move", "window": value_of(gone[0])}).status_code == 422
        assert NewTimeForm(promised).windows == windows
        promised.refresh_from_db()
        assert promised.due_from == clock.now()


# --- what the sweep finds --------------------------------------------------------------------------------------------


def test_whom_she_does_not_look_at_goes_back(renewals: CallList, bea: Agent):
    with clock.set_to(TUESDAY):
        paul = make.prospect(renewals, at=TUESDAY)
        prospects.take_next(renewals, by=bea)
        clock.advance(299)
        assert prospects.seen(paul, by=bea)
        clock.advance(299)
        assert prospects.release() == 0
        clock.advance(1)
        assert prospects.release() == 1
        paul.refresh_from_db()
        assert paul.state == ProspectState.WAITING
        assert paul.journal.order_by("pk").last().facts == {"why": "not looked at"}
        assert not prospects.seen(paul, by=bea)


def test_whom_she_had_when_she_signed_out_goes_back(renewals: CallList, bea: Agent):
    paul = prospects.take_next(make.prospect(renewals).call_list, by=bea)
    assert prospects.release() == 0
    Seat.objects.filter(agent=bea).update(presence=Presence.SIGNED_OUT)
    assert prospects.release() == 1
    assert paul.journal.order_by("pk").last().facts == {"why": "signed out"}


def test_a_call_that_ended_without_a_word_is_counted_if_it_was_dialled(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    prospects.take_next(renewals, by=bea)
    leg = outbound.start_prospect(paul, by=bea)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    assert prospect_calls.settle() == 1
    paul.refresh_from_db()
    assert (paul.state, paul.attempts) == (ProspectState.WAITING, 0)
    handling.end_work(calling(paul, bea), by=bea, ended_by=EndedBy.AGENT)
    assert prospect_calls.settle() == 1 and prospect_calls.settle() == 0
    paul.refresh_from_db()
    assert (paul.state, paul.attempts, paul.result) == (ProspectState.WAITING, 1, ProspectResult.NOT_REPORTED)


@pytest.mark.parametrize(("promised", "result"), [(True, "follow_up"), (False, "talked")])
def test_a_talk_that_ended_without_a_word_is_what_it_led_to(
    renewals: CallList, bea: Agent, promised: bool, result: str
):
    paul = make.prospect(renewals)
    leg = outbound.report(calling(paul, bea), "reached", by=bea)
    if promised:
        callbacks.promise(
            renewals.client, customer=leg.interaction.customer, queue=renewals.queue, number=paul.number,
            origin=CallbackOrigin.AGENT, by=bea, interaction=leg.interaction,
        )  # fmt: skip
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    prospect_calls.settle()
    paul.refresh_from_db()
    assert (paul.state, paul.result) == (ProspectState.DONE, result)


def test_said_in_wrap_up_it_still_counts(renewals: CallList, bea: Agent):
    Queue.objects.update(wrap_up="until_done")
    paul = make.prospect(renewals)
    leg = outbound.report(calling(paul, bea), "reached", by=bea)
    leg = handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    leg.refresh_from_db()
    assert leg.state == LegState.WRAPPING
    prospect_calls.conclude(leg, "not_interested", by=bea, note="moves abroad")
    finish(leg, by=bea, disposition=make.disposition(renewals.client))
    paul.refresh_from_db()
    assert (paul.state, paul.result_note) == (ProspectState.DONE, "moves abroad")
    assert prospect_calls.settle() == 0


# --- adding ----------------------------------------------------------------------------------------------------------


def person(number: str, name: str = "Paul") -> Person:
    return Person(name, number, "America/New_York", "en", "Form at the fair", date(2026, 11, 2))


def test_adding_twice_adds_once_and_skips_who_may_not_be_called(renewals: CallList):
    sue = make.supervisor(renewals.client)
    do_not_call.add(renewals.client, "+12125550103", by=sue, why="asked")
    people = [person("+12125550101"), person("+12125550102"), person("+12125550101", "Twice"), person("+12125550103")]
    assert prospect_lists.add(renewals, people, by=sue, source="fair.csv") == prospect_lists.Added(2, 1, 1)
    assert prospect_lists.add(renewals, people, by=sue, source="fair.csv") == prospect_lists.Added(0, 3, 1)
    assert sorted(Prospect.objects.values_list("name", flat=True)) == ["Paul", "Paul"]
    CallList.objects.update(state=CallListState.CLOSED)
    with pytest.raises(prospect_lists.ListClosed):
        prospect_lists.add(renewals, [person("+12125550109")], by=sue, source="form")


def test_the_database_holds_what_must_be(renewals: CallList, bea: Agent):
    paul = make.prospect(renewals)
    other = make.prospect(renewals)
    wrong = [
        {"number": other.number}, {"number": "212"}, {"consent_how": ""}, {"state": "taken"}, {"state": "calling"},
        {"state": "done"}, {"state": "done", "result": "talked"}, {"state": "gone"}, {"result": "maybe"},
        {"next_try_at": None}, {"taken_by": bea},
    ]  # fmt: skip
    for fields in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Prospect.objects.filter(pk=paul.pk).update(**fields)
    taken = {"state": "taken", "taken_by": bea, "held_until": clock.now()}
    Prospect.objects.filter(pk=paul.pk).update(**taken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Prospect.objects.filter(pk=other.pk).update(**taken)
    for fields in (
        {"weekdays": []}, {"weekdays": [7]}, {"attempts": 0}, {"spacing_minutes": 0}, {"calls_until": time(0)},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            CallList.objects.filter(pk=renewals.pk).update(**fields)


def test_lists_and_lines_of_two_clients_do_not_mix(renewals: CallList):
    with pytest.raises(IntegrityError), transaction.atomic():
        CallList.objects.filter(pk=renewals.pk).update(queue=make.queue(make.client("Bolt")))
        from django.db import connection

        connection.check_constraints()
