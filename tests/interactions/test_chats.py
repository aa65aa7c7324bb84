"""The chat window: begin, gone and back, call me instead, idle, end, transcript; and its socket."""

import json
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.urls import reverse

from agents import presence
from agents.groups import agent_group
from bpo.kernel import clock, push
from bpo.kernel.links import LinkInvalid
from bpo.sockets import websockets
from clients.models import CustomerAddress, Policy, Queue
from interactions import callback_rows, calls, cases, chats, conversation, handling, notices, offers
from interactions.models import ChatSession, Interaction, JournalEntry, Kind, Leg, LegState, Notice, Outcome, State
from interactions.push import page_gone, page_seen
from tests import factories as make
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


def hello(**fields) -> chats.Hello:
    return chats.Hello(**{"key": "0123456789abcdef", "words": "My dock is broken", "name": "Ann", **fields})


def begin(client=None, **fields) -> ChatSession:
    door = make.door(client or make.client())
    return chats.session_of(chats.start(door, hello(**fields)).token)


def accepted(session: ChatSession) -> Leg:
    bea = make.agent(licensed=session.client, available=True)
    leg = offers.accept(make.offer(bea, session.interaction), by=bea)
    return Leg.objects.select_related("interaction", "agent__user").get(pk=leg.pk)


def state(session: ChatSession) -> str:
    return Interaction.objects.get(pk=ChatSession.objects.get(pk=session.pk).interaction_id).state


def sweep(at: datetime) -> None:
    for step in chats.STEPS:
        step(at)


def test_pressing_start_twice_begins_once() -> None:
    door = make.door(make.client())
    one, two = chats.start(door, hello()), chats.start(door, hello())
    assert one.session == two.session and ChatSession.objects.count() == 1


@pytest.mark.parametrize("token", ["", "x", "eyJ:bad:token"])
def test_a_foreign_token_opens_nothing(token) -> None:
    with pytest.raises(LinkInvalid):
        chats.session_of(token)


def test_gone_longer_than_patience_is_left_and_back_within_a_minute_takes_the_old_place() -> None:
    session = begin()
    began = session.interaction
    at = clock.now()
    chats.gone(session, at=at)
    sweep(at + timedelta(seconds=179))
    assert state(session) == State.QUEUED
    sweep(at + timedelta(seconds=181))
    session = chats.session_of(chats.token_of(session))
    assert session.interaction.outcome == Outcome.ABANDONED
    assert chats.come_back(session, at=at + timedelta(seconds=230))
    again = Interaction.objects.get(pk=ChatSession.objects.get(pk=session.pk).interaction_id)
    began.refresh_from_db()
    assert (again.state, again.enqueued_at, again.case) == (State.QUEUED, began.enqueued_at, began.case)
    assert began.came_back and again.messages.count() == 1
    assert JournalEntry.objects.filter(kind=Kind.CAME_BACK, interaction=began).exists()


def test_back_before_a_line_that_is_full_by_now_she_stays_one_who_left() -> None:
    """Her place was taken meanwhile: the second contact is refused, and the first one is not out of the figures."""
    session = begin()
    left, at = session.interaction, clock.now()
    chats.gone(session, at=at)
    sweep(at + timedelta(seconds=181))
    make.waiting(left.queue)
    Queue.objects.filter(pk=left.queue_id).update(limit=1)
    session = chats.session_of(chats.token_of(session))
    assert chats.come_back(session, at=at + timedelta(seconds=200))
    assert session.interaction.outcome == Outcome.REFUSED_FULL
    left.refresh_from_db()
    assert not left.came_back and not left.journal.filter(kind=Kind.CAME_BACK).exists()


def test_a_process_that_dies_while_she_comes_back_leaves_nothing_half_done(monkeypatch) -> None:
    session = begin()
    at = clock.now()
    chats.gone(session, at=at)
    sweep(at + timedelta(seconds=181))
    session = chats.session_of(chats.token_of(session))
    left = session.interaction
    with monkeypatch.context() as dying:
        dying.setattr(chats, "ChatSession", None)
        with pytest.raises(AttributeError):
            chats.come_back(session, at=at + timedelta(seconds=200))
    assert Interaction.objects.get() == left and not Interaction.objects.get().came_back
    assert chats.come_back(session, at=at + timedelta(seconds=201))
    assert Interaction.objects.get(came_back=False).enqueued_at == left.enqueued_at


def test_later_than_a_minute_the_place_is_lost() -> None:
    session = begin()
    at = clock.now()
    chats.gone(session, at=at)
    sweep(at + timedelta(seconds=181))
    assert not chats.come_back(chats.session_of(chats.token_of(session)), at=at + timedelta(seconds=250))


def test_another_page_of_the_window_keeps_it_alive() -> None:
    session = begin()
    at = clock.now()
    chats.gone(session, at=at)
    chats.seen(session, at=at)
    sweep(at + timedelta(seconds=60))
    assert state(session) == State.QUEUED


def test_a_window_nobody_heard_of_is_gone_without_a_word() -> None:
    session = begin()
    at = session.seen_at
    sweep(at + timedelta(seconds=80))
    assert ChatSession.objects.get(pk=session.pk).gone_since == at
    sweep(at + timedelta(seconds=181))
    assert state(session) == State.CLOSED


def test_whoever_talks_to_her_sees_that_her_page_is_closed_until_it_opens_again(monkeypatch) -> None:
    told = []
    monkeypatch.setattr(push, "send", lambda group, message: told.append((group, message)))
    session = begin()
    leg = accepted(session)
    conversation.agent_wrote(leg, "Hello Ann", by=leg.agent)
    told.clear()
    desk = desk_of(leg.agent)
    log, items = url("messages", leg), reverse("console-items")

    def shown() -> bool:
        page = desk.get(log).content.decode()
        listed = "Customer’s page closed" in desk.get(items).content.decode()
        assert listed == ("page is closed since" in page)
        return listed

    known = desk.get(log).context["known"]
    assert desk.get(log, {"last": known}).status_code == 204 and not shown()
    page_gone(session)
    assert desk.get(log, {"last": known}).status_code == 200 and shown()
    page_gone(session)
    page_seen(session)
    page_seen(session)
    assert not shown()
    nudge = {"kind": "item", "about": "window", "interaction": str(leg.interaction.public_id)}
    assert [(group, {key: message[key] for key in nudge}) for group, message in told] == [
        (agent_group(leg.agent.public_id), nudge)
    ] * 2, "closed once, open once"
    chats.windows_lost(clock.now() + timedelta(seconds=80))
    assert shown(), "a phone that fell asleep says no word"


def test_goodbye_is_at_once_waiting_offered_and_in_talk() -> None:
    waiting = begin()
    chats.say_goodbye(waiting)
    chats.say_goodbye(chats.session_of(chats.token_of(waiting)))
    assert state(waiting) == State.CLOSED
    talking = begin(key="another-key-16-chars")
    leg = accepted(talking)
    chats.say_goodbye(chats.session_of(chats.token_of(talking)))
    leg.refresh_from_db()
    assert state(talking) == State.WRAP_UP and (leg.state, leg.ended_by) == (LegState.WRAPPING, "customer")


def test_goodbye_while_it_rings_takes_the_offer_back() -> None:
    session = begin()
    bea = make.agent(licensed=session.client, available=True)
    leg = make.offer(bea, session.interaction)
    chats.say_goodbye(chats.session_of(chats.token_of(session)))
    leg.refresh_from_db()
    assert leg.state == LegState.RESCINDED and state(session) == State.CLOSED
    bea.seat.refresh_from_db()
    assert (bea.seat.points_chat, bea.seat.misses) == (0, 0)


def test_call_me_keeps_the_place() -> None:
    session = begin()
    promised = chats.call_me(session, "614 555 0173")
    session.interaction.refresh_from_db()
    assert session.interaction.outcome == Outcome.CALLBACK_PROMISED
    assert (promised.number, promised.enqueued_at) == ("+16145550173", session.interaction.enqueued_at)
    with pytest.raises(chats.NotWaiting):
        chats.call_me(chats.session_of(chats.token_of(session)), "614 555 0173")


@pytest.mark.parametrize("number", ["", "12", "not a number", "+1 999"])
def test_call_me_needs_a_number(number) -> None:
    session = begin()
    with pytest.raises((chats.NoNumber, callback_rows.CannotPromise)):
        chats.call_me(session, number)
    assert state(session) == State.QUEUED


def test_a_silent_customer_is_warned_then_ended() -> None:
    session = begin()
    leg = accepted(session)
    at = clock.now()
    sweep(at + timedelta(hours=1))
    assert state(session) == State.ACTIVE, "as long as it is our turn nobody is silent"
    conversation.agent_wrote(leg, "Which light?", by=leg.agent, at=at + timedelta(seconds=1))
    sweep(at + timedelta(seconds=602))
    sweep(at + timedelta(seconds=603))
    said = session.interaction.messages.filter(direction="system")
    assert said.count() == 1 and "still there" in said.get().text
    sweep(at + timedelta(seconds=902))
    leg.refresh_from_db()
    assert state(session) == State.WRAP_UP and leg.ended_by == "timeout"


def first(monkeypatch, owner, name: str, happens) -> None:
    """What happens once before the next call of this function: another process that is a moment faster."""
    slower = getattr(owner, name)

    def after_it(*given, **more):
        monkeypatch.setattr(owner, name, slower)
        happens()
        return slower(*given, **more)

    monkeypatch.setattr(owner, name, after_it)


def test_back_while_the_sweep_takes_her_for_gone_she_keeps_her_place(monkeypatch) -> None:
    session = begin()
    at = clock.now()
    chats.gone(session, at=at)
    first(monkeypatch, chats, "left", lambda: chats.seen(session, at=at))
    assert chats.patience_over(at + timedelta(seconds=181)) == 0
    assert state(session) == State.QUEUED


def test_callers_do_not_stand_behind_chats_that_may_be_away_for_longer(monkeypatch) -> None:
    monkeypatch.setattr(chats, "BATCH", 1)
    chat, at = begin(), clock.now()
    line = make.queue(make.client("Globex"), channels=["voice"])
    caller = calls.Caller(key="0123456789abcdef", name="Cal")
    call = chats.session_of(calls.start(make.door(line.client, "web_call", into=line), caller).token)
    chats.gone(chat, at=at)
    chats.gone(call, at=at + timedelta(seconds=60))
    assert chats.patience_over(at + timedelta(seconds=91)) == 1
    assert (state(chat), state(call)) == (State.QUEUED, State.CLOSED)
    assert chats.patience_over(at + timedelta(seconds=181)) == 1 and state(chat) == State.CLOSED


def test_what_she_writes_while_the_sweep_looks_is_heard(monkeypatch) -> None:
    session = begin()
    at = clock.now()
    leg = accepted(session)
    writes = partial(conversation.customer_wrote, session.interaction, "Sorry, I am here!")
    conversation.agent_wrote(leg, "Hello Ann", by=leg.agent, at=at + timedelta(seconds=5))
    first(monkeypatch, chats, "_warn", partial(writes, at=at + timedelta(seconds=606)))
    assert chats.gone_silent(at + timedelta(seconds=606)) == 0, "no warning to one who writes"
    conversation.agent_wrote(leg, "There you are", by=leg.agent, at=at + timedelta(seconds=610))
    assert chats.gone_silent(at + timedelta(seconds=1211)) == 1
    first(monkeypatch, handling, "live_leg", partial(writes, at=at + timedelta(seconds=1510)))
    assert chats.gone_silent(at + timedelta(seconds=1511)) == 0
    assert state(session) == State.ACTIVE


def test_one_bad_window_stops_no_other(monkeypatch, caplog) -> None:
    bad, good = begin(), begin(key="another-key-16-chars")
    at = clock.now()
    chats.gone(bad, at=at - timedelta(seconds=1))
    chats.gone(good, at=at)
    leave = handling.customer_left

    def left(interaction, **facts):
        if interaction == bad.interaction:
            raise ValueError("a bad row")
        return leave(interaction, **facts)

    monkeypatch.setattr(handling, "customer_left", left)
    sweep(at + timedelta(seconds=181))
    assert (state(bad), state(good)) == (State.QUEUED, State.CLOSED)
    assert "a bad row" in caplog.text


def test_the_transcript_goes_once_the_chat_is_over() -> None:
    session = begin()
    leg = accepted(session)
    Policy.objects.filter(client=session.client).update(send_resolution_mail=True)
    assert chats.ask_transcript(session, "Ann@Home.example") == "ann@home.example"
    assert not Notice.objects.exists()
    chats.say_goodbye(chats.session_of(chats.token_of(session)))
    sweep(clock.now())
    sweep(clock.now())
    assert (Notice.objects.get().kind, Notice.objects.get().to_address) == ("transcript", "ann@home.example")
    assert leg.client.brand


def ended(session: ChatSession) -> ChatSession:
    accepted(session)
    chats.say_goodbye(chats.session_of(chats.token_of(session)))
    return chats.session_of(chats.token_of(session))


def told(session: ChatSession, address: str) -> str:
    return chats.told_of_transcript(session, chats.ask_transcript(session, address))


def test_a_second_address_gets_a_transcript_of_its_own_and_a_repeat_none() -> None:
    session = ended(begin(email="ann@home.example"))
    assert told(session, "ann@home.example") == "asked"
    assert told(session, "ann@work.example") == "asked"
    assert told(session, "ann@home.example") == "asked"
    sent = Notice.objects.filter(kind="transcript")
    assert sorted(sent.values_list("to_address", flat=True)) == ["ann@home.example", "ann@work.example"]
    sent.update(state="sent")
    assert told(session, "ann@work.example") == "sent"
    assert sent.count() == 2


def test_what_the_resolution_mail_has_is_said_to_be_there_and_another_address_gets_its_own() -> None:
    session = begin(email="ann@home.example")
    leg = accepted(session)
    case = leg.interaction.case or cases.open_case(session.client, leg.interaction.customer)
    Interaction.objects.filter(pk=leg.interaction_id).update(case=case)
    handling.end_work(leg, ended_by="agent")
    notices.write_resolution(case, Interaction.objects.get(pk=leg.interaction_id))
    session = chats.session_of(chats.token_of(session))
    assert told(session, "ann@home.example") == "in_mail"
    assert told(session, "ann@work.example") == "asked"
    assert dict(Notice.objects.values_list("kind", "to_address")) == {
        "resolution": "ann@home.example",
        "transcript": "ann@work.example",
    }


def test_the_window_is_told_when_no_mail_can_go_to_an_address() -> None:
    session = ended(begin())
    ann = make.customer(session.client)
    CustomerAddress.objects.create(client=session.client, customer=ann, address="ann@gone.example", undeliverable=True)
    assert told(session, "ann@gone.example") == "refused"


def test_a_transcript_to_nowhere_is_refused() -> None:
    with pytest.raises(chats.NoAddress):
        chats.ask_transcript(begin(), "nowhere")


# --- the socket ------------------------------------------------------------------------------------------------------


async def opened(*, origin: bytes = b"http://testserver") -> WebsocketCommunicator:
    socket = WebsocketCommunicator(websockets, "/ws/chat/", headers=[(b"origin", origin), (b"host", b"testserver")])
    connected, _ = await socket.connect()
    assert connected
    return socket


@pytest.mark.django_db(transaction=True)
async def test_the_socket_knows_its_window_relays_and_marks_it_gone() -> None:
    from interactions.push import chat_group

    session = await sync_to_async(begin)()
    token = chats.token_of(session)
    socket, second = await opened(), await opened()
    for each in (socket, second):
        await each.send_json_to({"token": token})
        assert (await each.receive_json_from())["kind"] == "hello"
    await socket.send_json_to({"kind": "ping"})
    assert (await socket.receive_json_from())["kind"] == "pong"
    secret = {"type": "nudge", "kind": "status", "about": "declined", "agent": "Bea"}
    await sync_to_async(push.send)(chat_group(session.public_id), secret)
    assert await socket.receive_json_from() == {"kind": "status"}, "how we work inside stays inside"
    await second.disconnect()
    assert (await sync_to_async(ChatSession.objects.get)(pk=session.pk)).gone_since is None or await _seen_soon(session)
    await socket.disconnect()
    assert (await sync_to_async(ChatSession.objects.get)(pk=session.pk)).gone_since is not None


async def _seen_soon(session: ChatSession) -> bool:
    import asyncio

    for _ in range(50):
        if (await sync_to_async(ChatSession.objects.get)(pk=session.pk)).gone_since is None:
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "code"),
    [
        ({"token": "forged"}, 4403),
        ({"token": 7}, 4400),
        ({"kind": "ping"}, 4400),
        ([1, 2], 4400),
        ({"token": "x" * 5000}, 4400),
    ],
)
async def test_who_brings_no_good_token_is_sent_away(first, code) -> None:
    socket = await opened()
    await socket.send_to(text_data=json.dumps(first))
    assert (await socket.receive_output())["code"] == code


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "message", ['{"kind":"delete"}', '{"kind":"typing","text":"hi"}', '{"kind":"typing","on":1}', "no json", "[" * 4000]
)
async def test_only_known_shapes_go_up(message) -> None:
    session = await sync_to_async(begin)()
    socket = await opened()
    await socket.send_json_to({"token": chats.token_of(session)})
    await socket.receive_json_from()
    await socket.send_to(text_data=message)
    assert (await socket.receive_output())["code"] == 4400


@pytest.mark.django_db(transaction=True)
async def test_a_page_of_another_site_is_refused() -> None:
    session = await sync_to_async(begin)()
    socket = await opened(origin=b"https://evil.example")
    await socket.send_json_to({"token": chats.token_of(session)})
    assert (await socket.receive_output())["code"] == 4403


@pytest.mark.django_db(transaction=True)
async def test_a_window_learns_at_once_that_the_desk_is_lost() -> None:
    def talking() -> tuple[ChatSession, UUID]:
        client = make.client()
        bea = make.agent("Bea Brown", licensed=client, available=True)
        session = begin(client)
        offers.accept(Leg.objects.get(agent=bea, state=LegState.OFFERED), by=bea)
        console = uuid4()
        presence.connected(bea, console, "page")
        return session, console

    session, console = await sync_to_async(talking)()
    socket = await opened()
    await socket.send_json_to({"token": chats.token_of(session)})
    assert (await socket.receive_json_from())["kind"] == "hello"
    await sync_to_async(presence.disconnected)(console)
    assert await socket.receive_json_from() == {"kind": "status"}
    await socket.disconnect()
