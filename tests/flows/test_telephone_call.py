"""A call that an exchange carries: what it tells comes in at its door, what we change it is asked to do."""

from __future__ import annotations

import contextlib
import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent, StepAction, TeamSupervisor
from bpo.kernel import clock, push
from clients import webhooks
from clients.models import Channel, EntryKind, EntryPoint, HoursSpan, Policy, Queue, RecordingRule
from interactions import carrying, handling, journal, monitoring, offers, states, transfers, voice_events
from interactions.adapters import EXCHANGES, telephone
from interactions.adapters.telephone import HttpExchange
from interactions.adapters.voice import Event, ExchangeError, HangUp, Happened, Order, Place
from interactions.models import (
    Callback,
    CallMedia,
    EndedBy,
    ExchangeCall,
    Interaction,
    Kind,
    Leg,
    LegState,
    Mode,
    Outcome,
    State,
)
from tests import factories as make
from tests.flows.floor import Day, House, at_once, fresh, kinds, seat
from tests.flows.test_overflow import step

SECRET = webhooks.new_secret()
ANNS = "+12125550133"


class Exchange:
    """What a real one is to us: an address that takes signed operations, and posts signed events."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        self.answer = 200
        exchange = self

        class Takes(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                event, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
                assert self.headers["webhook-signature"] == webhooks.signature(SECRET, event, at, body)
                _, _, call, operation = self.path.split("/")
                facts = json.loads(body)
                assert (facts.pop("call"), facts.pop("operation")) == (call, operation)
                exchange.asked.append((call, operation, facts))
                self.send_response(exchange.answer)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Takes)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.door: EntryPoint | None = None

    def tells(self, kind: str, call: str = "c1", /, *, secret: str = SECRET, **more: Any) -> Any:
        """An event; its answer."""
        assert self.door is not None
        body = json.dumps({"event": kind, "call": call, **more}).encode()
        signed = webhooks.headers(secret, f"evt-{time.monotonic_ns()}", int(clock.now().timestamp()), body)
        address = reverse("inbound-calls", args=[self.door.public_id])
        self.last = Browser().post(address, body, content_type="application/json", headers=signed)
        return self.last.json()

    def is_rested(self) -> None:
        """The second is over for which one that failed is left alone."""
        EXCHANGES["http"] = HttpExchange()

    def operations(self) -> list[str]:
        """What it was asked since the last look."""
        found = [operation for _call, operation, _facts in self.asked]
        self.asked.clear()
        return found


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """Running; nothing of ours knows it yet."""
    made = Exchange()
    made.is_rested()  # whatever other tests did to it
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def line(house: House) -> Queue:
    """A line that takes calls and wraps up."""
    return make.queue(house.acme, "Calls", channels=[Channel.VOICE], callback_offer_seconds=0)


@pytest.fixture
def ann(exchange: Exchange, line: Queue) -> Interaction:
    """Ann has dialled the number; nobody is there yet."""
    exchange.door = make.door(
        line.client, EntryKind.PHONE, into=line, exchange="http", exchange_url=exchange.url, webhook_secret=SECRET
    )
    told = exchange.tells("arrived", number=ANNS, name="Ann Archer")
    assert (exchange.last.status_code, told["state"], told["position"]) == (200, "queued", 1)
    return Interaction.objects.get(public_id=told["interaction"])


def taken(house: House, day: Day, ann: Interaction, name: str = "Bea Brown") -> tuple[Agent, Leg]:
    """An agent comes and takes it; the exchange has not connected them yet."""
    bea = house.agent(name)
    day.after(0)
    return bea, offers.accept(House.ringing(bea, ann), by=bea)


def talking(exchange: Exchange, house: House, day: Day, ann: Interaction) -> tuple[Agent, Leg]:
    """They hear each other; what the exchange was asked so far is forgotten."""
    bea, leg = taken(house, day, ann)
    exchange.tells("connected", leg=str(leg.public_id))
    exchange.asked.clear()
    return bea, leg


def test_ann_calls_and_bea_answers(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    assert (ann.carrier, ann.origin, ann.channel) == ("http", "phone", "voice")
    assert exchange.operations() == [], "it rings by itself"
    clock.advance(20)
    bea = house.agent("Bea Brown")
    day.after(0)
    leg = House.ringing(bea, ann)
    assert exchange.asked == [("c1", "ring", {"leg": str(leg.public_id), "agent": str(bea.public_id), "on": True})]
    exchange.asked.clear()
    exchange.tells("ringing", leg=str(leg.public_id))
    assert fresh(leg).shown_at is not None
    offers.accept(leg, by=bea)
    assert exchange.operations() == ["answer", "bridge"]
    clock.advance(2)
    assert ann.visits.get().left_at is None, "accepted is not answered"
    exchange.tells("connected", leg=str(leg.public_id))
    exchange.tells("connected", leg=str(leg.public_id))
    visit = ann.visits.get()
    assert visit.how == "answered" and visit.left_at is not None
    assert (visit.left_at - visit.entered_at).total_seconds() == 22
    assert kinds(ann).count("media_connected") == 1
    assert ann.journal.get(kind=Kind.MEDIA_CONNECTED).facts["how"] == "exchange"


def test_hold_a_colleague_three_talk_and_handing_over(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    bea, leg = talking(exchange, house, day, ann)
    handling.hold(leg, by=bea)
    assert exchange.operations() == ["bridge", "hold"]
    handling.resume(leg, by=bea)
    assert exchange.operations() == ["bridge", "hold"]
    cal = house.agent("Cal Cole")
    request = transfers.consult(leg, cal, by=bea)
    assert exchange.operations() == ["bridge", "hold", "ring"], "they talk first, and he does not hear it"
    offers.accept(request, by=cal)
    assert exchange.operations() == ["bridge"]
    handling.resume(leg, by=bea)
    assert exchange.operations() == ["bridge", "hold"]
    transfers.complete_warm(leg, by=bea)
    assert exchange.asked == [
        (
            "c1",
            "transfer",
            {"leg": str(request.public_id), "agent": str(cal.public_id), "before": str(leg.public_id)},
        ),
        (
            "c1",
            "bridge",
            {"hears": [["customer", str(request.public_id)], [str(request.public_id), "customer"]]},
        ),
    ]
    exchange.asked.clear()
    handling.end_work(fresh(request), by=cal, ended_by=EndedBy.AGENT)
    assert exchange.operations() == ["hang_up"]
    assert ExchangeCall.objects.get(pk=ann.pk).over_at is not None


def test_a_supervisor_reaches_the_exchange_and_nothing_is_recorded_there(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    Policy.objects.update_or_create(client=house.acme, defaults={"recording": RecordingRule.ON})
    bea, leg = taken(house, day, ann)
    TeamSupervisor.objects.create(team=bea.team, user=house.sue)
    exchange.asked.clear()
    exchange.tells("connected", leg=str(leg.public_id))
    assert exchange.asked == [], "no consent is written, and a card's number could be heard"
    monitor = monitoring.begin(fresh(ann), by=house.sue, reason="her first week")
    browser = Browser()
    browser.force_login(house.sue)
    page = browser.get(reverse("floor-listening", args=[monitor.public_id])).content.decode()
    assert "at your telephone" in page and "data-loudness" not in page, "her page has no sound"
    monitoring.change(monitor, Mode.WHISPER)
    monitoring.end(monitor)
    assert [facts["mode"] for _call, _operation, facts in exchange.asked] == ["listen", "whisper", ""]
    exchange.asked.clear()
    handling.hold(leg, by=bea)
    assert exchange.operations() == ["bridge", "hold"]
    exchange.tells("recorded", where="https://exchange.example/r/1.wav")
    exchange.tells("recorded", where="https://exchange.example/r/1.wav")
    assert ann.journal.filter(kind=Kind.RECORDING_STOPPED).count() == 1


@pytest.mark.storm
@pytest.mark.parametrize("_time", range(3))
def test_she_presses_the_key_and_hangs_up_at_once(ann: Interaction, _time: int) -> None:
    key, end = Event(Happened.KEY, call="c1", key="1"), Event(Happened.HUNG_UP, call="c1")
    assert any(at_once(lambda: voice_events.happened(fresh(ann), key), lambda: voice_events.happened(fresh(ann), end)))
    assert fresh(ann).outcome in (Outcome.CALLBACK_PROMISED, Outcome.ABANDONED)
    assert ExchangeCall.objects.get(pk=ann.pk).over_at is not None


@pytest.mark.storm
def test_a_recording_told_twice_at_once_is_written_once(ann: Interaction, monkeypatch: pytest.MonkeyPatch) -> None:
    record = journal.record

    def is_slow(*given: Any, **facts: Any) -> Any:
        time.sleep(0.2)
        return record(*given, **facts)

    monkeypatch.setattr(journal, "record", is_slow)
    told = Event(Happened.RECORDED, call="c1", where="https://exchange.example/r/2.wav")
    said = at_once(*[lambda: voice_events.happened(ann, told)] * 4)
    assert sorted(map(bool, said)) == [False, False, False, True]
    assert ann.journal.filter(kind=Kind.RECORDING_STOPPED).count() == 1


def test_ann_hangs_up_while_it_rings(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    bea = house.agent("Bea Brown")
    day.after(7)
    leg = House.ringing(bea, ann)
    exchange.asked.clear()
    exchange.tells("hung_up")
    exchange.tells("hung_up")
    contact = fresh(ann)
    assert (contact.state, contact.outcome) == (State.CLOSED, Outcome.ABANDONED)
    assert fresh(leg).state == LegState.RESCINDED
    assert kinds(ann).count("customer_left") == 1
    assert exchange.operations() == [], "it hung up itself"
    exchange.tells("connected", leg=str(leg.public_id))
    exchange.tells("ringing", leg=str(leg.public_id))
    exchange.tells("failed", leg=str(leg.public_id))
    exchange.tells("key", key="1")
    assert (fresh(ann).version, kinds(ann)[-1]) == (contact.version, "closed"), "late is harmless"


def test_ann_hangs_up_in_talk(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    _bea, leg = talking(exchange, house, day, ann)
    exchange.tells("hung_up")
    assert (fresh(leg).state, fresh(leg).ended_by) == (LegState.WRAPPING, EndedBy.CUSTOMER)


def test_the_time_and_place_are_those_under_the_lock(
    exchange: Exchange, day: Day, house: House, ann: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ExchangeCall.objects.select_related("interaction").get(pk=ann.pk)
    _bea, leg = taken(house, day, ann)
    take_seats_on = states.take_seats_on

    def waits(*given: Any) -> None:
        clock.advance(2)
        take_seats_on(*given)

    monkeypatch.setattr(states, "take_seats_on", waits)
    exchange.tells("connected", leg=str(leg.public_id))
    assert CallMedia.objects.get(pk=leg.pk).agent_at == clock.now()
    carrying.gone(before)
    left = ann.journal.get(kind=Kind.CUSTOMER_LEFT)
    assert (left.facts["where"], fresh(leg).ended_by) == ("talk", EndedBy.CUSTOMER)
    assert left.at >= clock.now() - timedelta(seconds=2)


def test_both_at_once_answer_it_whichever_of_them_was_said_before(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    _bea, leg = taken(house, day, ann)
    exchange.tells("connected", leg=str(leg.public_id), side="agent")
    both = Event(Happened.CONNECTED, leg=str(leg.public_id))
    assert voice_events.happened(ann, both) is True
    assert voice_events.happened(ann, both) is False


def test_bea_hangs_up_at_her_telephone(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    _bea, leg = talking(exchange, house, day, ann)
    exchange.tells("hung_up", leg=str(leg.public_id))
    assert (fresh(leg).state, fresh(leg).ended_by) == (LegState.WRAPPING, EndedBy.AGENT)
    assert exchange.operations() == ["hang_up"]


def test_the_exchange_could_not_connect_them(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    before = fresh(ann).enqueued_at
    _bea, leg = taken(house, day, ann)
    exchange.tells("failed", leg=str(leg.public_id), why="no answer at her telephone")
    assert (fresh(leg).state, fresh(ann).state, fresh(ann).enqueued_at) == (LegState.LOST, State.QUEUED, before)
    assert ann.journal.get(kind=Kind.MEDIA_FAILED).facts["why"] == "no answer at her telephone"
    assert exchange.operations()[-2:] == ["transfer", "bridge"]


def test_a_failure_told_again_leaves_the_next_agents_talk_alone(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    _bea, lost = taken(house, day, ann)
    exchange.tells("failed", leg=str(lost.public_id))
    _cal, leg = taken(house, day, ann, "Cal Cole")
    exchange.tells("connected", leg=str(leg.public_id))
    exchange.tells("failed", leg=str(lost.public_id))
    exchange.tells("failed")
    assert exchange.last.status_code == 400 and fresh(leg).state == LegState.HANDLING


def test_a_colleague_whose_line_breaks_is_out_of_it(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    bea, leg = talking(exchange, house, day, ann)
    cal = house.agent("Cal Cole")
    request = offers.accept(transfers.consult(leg, cal, by=bea), by=cal)
    exchange.asked.clear()
    exchange.tells("failed", leg=str(request.public_id), why="no answer")
    exchange.tells("failed", leg=str(request.public_id), why="no answer")
    assert (fresh(request).state, fresh(leg).state) == (LegState.COMPLETED, LegState.HANDLING)
    assert kinds(ann).count("consult_ended") == 1 and exchange.operations() == ["bridge"]


def test_telephones_of_ours_that_fail_never_end_his_call(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    for name in ("Bea Brown", "Cal Cole", "Dee Dunn", "Eve Ellis"):
        _agent, leg = taken(house, day, ann, name)
        exchange.tells("failed", leg=str(leg.public_id), why="no answer at her telephone")
    assert fresh(ann).state in (State.QUEUED, State.OFFERED)


def test_her_telephone_cannot_be_rung_and_the_next_is_asked_at_once(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    bea = house.agent("Bea Brown")
    day.after(0)
    leg = House.ringing(bea, ann)
    cal = house.agent("Cal Cole")
    exchange.tells("failed", leg=str(leg.public_id), why="not registered")
    exchange.tells("failed", leg=str(leg.public_id), why="not registered")
    day.after(0)
    assert (fresh(leg).state, seat(bea).misses, fresh(leg).passed_on) == (LegState.DECLINED, 0, True)
    assert House.ringing(cal, ann)
    floor = Browser()
    floor.force_login(house.sue)
    page = floor.get(reverse("floor-contact", args=[ann.public_id])).content.decode()
    assert "The desk of Bea Brown could not take it" in page and "Desk busy" in page and "Declined" not in page
    hers = floor.get(reverse("floor-agent", args=[bea.public_id])).content.decode()
    assert '<a href="?went=declined#legs">0</a>' in hers


def test_silence_of_the_exchange_is_no_answer(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    _bea, leg = taken(house, day, ann)
    day.after(10.1)
    assert (fresh(leg).state, fresh(ann).state) == (LegState.LOST, State.QUEUED)


def test_who_waits_presses_a_key_and_is_called_back(exchange: Exchange, ann: Interaction) -> None:
    exchange.tells("key", key="7")
    assert not Callback.objects.exists()
    told = exchange.tells("key", key="1")
    assert exchange.tells("key", key="1")["outcome"] == told["outcome"] == "callback_promised"
    made = Callback.objects.get()
    assert (made.number, made.enqueued_at) == (ANNS, ann.enqueued_at)
    assert told["text"] and exchange.operations() == [], "he hears the words, then the exchange lets him go"
    exchange.tells("hung_up")
    assert carrying.follow_late(clock.now()) == 0 and fresh(ann).outcome == Outcome.CALLBACK_PROMISED


def test_a_key_takes_no_callback_before_the_line_offers_one(
    exchange: Exchange, day: Day, line: Queue, ann: Interaction
) -> None:
    Queue.objects.filter(pk=line.pk).update(callback_offer_seconds=30)
    day.after(29)
    told = exchange.tells("key", key="1")
    assert (told["offer_callback"], told["state"]) == (False, "queued") and not Callback.objects.exists()
    day.after(1)
    assert exchange.tells("arrived", number=ANNS)["offer_callback"]
    assert exchange.tells("key", key="1")["outcome"] == "callback_promised"


def test_whose_wait_the_line_ends_hears_why_before_he_is_let_go(
    exchange: Exchange, day: Day, line: Queue, ann: Interaction
) -> None:
    step(line, 30, StepAction.VOICEMAIL)
    bob = exchange.tells("arrived", "c2", number="+12125550134")
    day.after(30)
    assert fresh(Interaction.objects.get(public_id=bob["interaction"])).outcome == Outcome.VOICEMAIL
    told = next(facts for call, operation, facts in exchange.asked if (call, operation) == ("c2", "hang_up"))
    assert told["text"] == exchange.tells("key", "c2", key="1")["text"] != ""


def test_who_presses_it_while_it_rings_leaves_nobody_with_the_offer(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    bea = house.agent("Bea Brown")
    day.after(0)
    leg = House.ringing(bea, ann)
    exchange.asked.clear()
    exchange.tells("key", key="1")
    assert (fresh(leg).state, exchange.operations()) == (LegState.RESCINDED, [])


def test_a_closed_number_lets_its_caller_hear_why(exchange: Exchange, line: Queue, ann: Interaction) -> None:
    assert exchange.door is not None
    exchange.door.hours = make.hours(line.client, "Sundays", always_open=False)
    HoursSpan.objects.create(hours=exchange.door.hours, weekday=6, opens=9 * 60, closes=10 * 60)
    exchange.door.save()
    told = exchange.tells("arrived", "c2", number=ANNS)
    assert (told["state"], told["outcome"]) == ("closed", "after_hours") and told["text"]
    assert carrying.follow_late(clock.now()) == 0 and exchange.operations() == []
    assert exchange.tells("arrived", "c2", number=ANNS) == told


def test_the_same_call_arrives_once(exchange: Exchange, ann: Interaction) -> None:
    assert exchange.tells("arrived", number=ANNS)["interaction"] == str(ann.public_id)
    assert Interaction.objects.count() == ExchangeCall.objects.count() == 1


def test_hanging_up_that_overtakes_its_call(exchange: Exchange, ann: Interaction) -> None:
    assert exchange.tells("hung_up", "c2")["state"] == "closed"
    assert exchange.tells("arrived", "c2", number=ANNS) == {"interaction": None, "state": "closed"}
    assert Interaction.objects.count() == 1
    exchange.tells("key", "c3", key="1")
    assert (exchange.last.status_code, exchange.last.json()["errors"][0]["code"]) == (404, "unknown_call")


def test_an_exchange_that_is_away_is_asked_again(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    bea, leg = talking(exchange, house, day, ann)
    exchange.answer = 503
    handling.hold(leg, by=bea)
    assert "does not answer" in carrying.trouble(ann)
    exchange.asked.clear()
    assert carrying.follow_late(clock.now()) == 0, "not at once"
    clock.advance(1.1)
    assert carrying.follow_late(clock.now()) == 1
    assert ExchangeCall.objects.get(pk=ann.pk).failures == 2
    assert exchange.operations() == [], "it is left alone for a second"
    exchange.answer = 200
    exchange.is_rested()
    clock.advance(2.1)
    carrying.follow_late(clock.now())
    assert exchange.operations() == ["bridge", "hold"]
    assert carrying.trouble(ann) == "" and carrying.follow_late(clock.now()) == 0


def test_one_that_hangs_costs_seconds_and_a_dead_one_nothing(
    exchange: Exchange, day: Day, house: House, ann: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea, leg = talking(exchange, house, day, ann)
    monkeypatch.setattr(telephone, "SECONDS", 0.2)
    exchange.server.shutdown()  # it still takes connections, and says nothing
    began = time.monotonic()
    handling.hold(leg, by=bea)
    handling.resume(leg, by=bea)
    handling.hold(leg, by=bea)
    assert time.monotonic() - began < 2
    assert ExchangeCall.objects.get(pk=ann.pk).failures >= 1
    threading.Thread(target=exchange.server.serve_forever, daemon=True).start()


def test_one_that_drips_costs_no_more_than_one_that_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telephone, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drips() -> None:
            caller, _address = server.accept()
            with caller, contextlib.suppress(OSError):
                for letter in b"HTTP/1.1 204 No Content\r\nX: " + b"x" * 200:
                    caller.sendall(bytes([letter]))
                    time.sleep(0.05)

        threading.Thread(target=drips, daemon=True).start()
        began = time.monotonic()
        with pytest.raises(ExchangeError):
            HttpExchange().do(HangUp(), Place(f"http://127.0.0.1:{server.getsockname()[1]}", SECRET, "c1"))
        assert time.monotonic() - began < 1


def test_a_dead_exchange_does_not_hold_another_ones_calls(
    exchange: Exchange, day: Day, house: House, ann: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    globex = make.queue(make.client("Globex"), "Calls", channels=[Channel.VOICE])
    dead = make.door(
        globex.client, EntryKind.PHONE, into=globex, exchange="http", exchange_url="http://127.0.0.1:1",
        webhook_secret=SECRET,
    )  # fmt: skip
    _bea, leg = talking(exchange, house, day, ann)
    alive, exchange.door = exchange.door, dead
    for n in range(5):
        exchange.tells("arrived", f"d{n}", number=ANNS)
    differs = {"held": True, "ringing": [], "parties": [{"id": "leg", "part": "primary", "agent": "bea"}]}
    ExchangeCall.objects.exclude(pk=ann.pk).update(due_at=clock.now(), told=differs)
    exchange.door = alive
    Interaction.objects.filter(pk=ann.pk).update(state=State.HELD)
    Leg.objects.filter(pk=leg.pk).update(on_hold=True, hold_since=clock.now())
    asked: list[str] = []
    do = HttpExchange.do

    def hangs(self: HttpExchange, order: Order, place: Place) -> None:
        asked.append(place.call)
        if place.address == dead.exchange_url:
            time.sleep(0.2)
            raise ExchangeError("nothing")
        do(self, order, place)

    monkeypatch.setattr(HttpExchange, "do", hangs)
    monkeypatch.setattr(carrying, "TURN", 0.3)
    carrying.follow_late(clock.now())
    assert "hold" in exchange.operations() and len(set(asked) - {"c1"}) <= 2


def test_without_redis_whoever_makes_the_change_tells_the_exchange(
    exchange: Exchange, day: Day, house: House, ann: Interaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea, leg = talking(exchange, house, day, ann)
    monkeypatch.setattr(push, "start", lambda *given: False)
    handling.hold(leg, by=bea)
    assert exchange.operations() == ["bridge", "hold"]


def test_what_nobody_was_woken_for_is_found(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    _bea, leg = talking(exchange, house, day, ann)
    Leg.objects.filter(pk=leg.pk).update(on_hold=True)
    Interaction.objects.filter(pk=ann.pk).update(state=State.HELD)  # as if the process had died behind its commit
    assert carrying.follow_late(clock.now()) == 1
    assert exchange.operations() == ["bridge", "hold"]
    ExchangeCall.objects.filter(pk=ann.pk).update(leased_until=clock.now())  # who told it has died
    assert carrying.follow_late(clock.now()) == 1
    assert exchange.operations() == []


def test_a_call_the_exchange_has_no_more_is_over(exchange: Exchange, day: Day, house: House, ann: Interaction) -> None:
    bea, leg = talking(exchange, house, day, ann)
    exchange.answer = 404
    handling.hold(leg, by=bea)
    assert (fresh(leg).state, fresh(leg).ended_by) == (LegState.WRAPPING, EndedBy.CUSTOMER)
    assert ExchangeCall.objects.get(pk=ann.pk).over_at is not None


def test_a_farewell_nobody_takes_ends_after_a_while(
    exchange: Exchange, day: Day, house: House, ann: Interaction
) -> None:
    bea, leg = talking(exchange, house, day, ann)
    exchange.answer = 500
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    for _try in range(carrying.MOST_FAREWELLS):
        assert ExchangeCall.objects.get(pk=ann.pk).over_at is None
        clock.advance(9)
        carrying.follow_late(clock.now())
    assert ExchangeCall.objects.get(pk=ann.pk).over_at is not None


def test_the_door_asks_for_a_signature_and_one_object(exchange: Exchange, ann: Interaction, settings: Any) -> None:
    settings.DEMO = False
    exchange.tells("hung_up", secret=webhooks.new_secret())
    assert exchange.last.status_code == 401 and fresh(ann).state == State.QUEUED
    exchange.tells("sneezed")
    assert exchange.last.status_code == 400 and "hung_up" in exchange.last.json()["errors"][0]["detail"]
    exchange.tells("arrived", "c9", simulated=True)
    assert exchange.last.status_code == 400, "only in a demo"
    assert exchange.door is not None
    address = reverse("inbound-calls", args=[exchange.door.public_id])
    assert Browser().get(address).status_code == 405
    EntryPoint.objects.filter(pk=exchange.door.pk).update(exchange="")
    exchange.tells("hung_up")
    assert exchange.last.status_code == 404


def test_another_numbers_call_is_unknown_here(exchange: Exchange, house: House, ann: Interaction) -> None:
    globex = make.queue(make.client("Globex"), "Calls", channels=[Channel.VOICE])
    exchange.door = make.door(
        globex.client, EntryKind.PHONE, into=globex, exchange="http", exchange_url=exchange.url, webhook_secret=SECRET
    )
    exchange.tells("key", key="1")
    assert exchange.last.status_code == 404 and fresh(ann).state == State.QUEUED
