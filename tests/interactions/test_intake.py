"""What comes in at a door: once, for one customer and case, inside or outside hours."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from bpo.kernel import clock
from clients.doors import DoorClosed
from clients.models import Channel, ClientState, EntryKind, HoursSpan, QueueState, TextKind
from interactions import callbacks, cases, conversation, intake
from interactions.adapters.base import Automatic, Inbound
from interactions.intake import ClientAway, NewContact, receive
from interactions.models import Arrival, Callback, Case, Interaction, JournalEntry, Kind, Message, Outcome, State
from tests import factories as make

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # Tuesday noon in New York
NIGHT = datetime(2026, 11, 24, 5, tzinfo=UTC)


def by_day(of):
    hours = make.hours(of, "Office", always_open=False)
    for weekday in range(5):
        HoursSpan.objects.create(hours=hours, weekday=weekday, opens=9 * 60, closes=17 * 60)
    return hours


def hello(**fields) -> NewContact:
    given = {
        "provider_id": "one",
        "from_name": "Ann Archer",
        "from_address": "ann@home.example",
        "text": "My dock is broken",
    }
    return NewContact(**{**given, **fields})


def mail(**fields) -> Inbound:
    given = {
        "channel": "email",
        "from_address": "ann@home.example",
        "from_name": "Ann Archer",
        "subject": "Dock",
        "text": "It is broken",
        "reply_text": "It is broken",
        "message_id": "<m1@home.example>",
    }
    return Inbound(**{**given, **fields})


def as_contact(inbound: Inbound, provider_id: str = "uid:1") -> NewContact:
    return NewContact(
        provider_id=provider_id,
        from_name=inbound.from_name,
        from_address=inbound.from_address,
        subject=inbound.subject,
        message=inbound,
    )


def kinds(interaction: Interaction) -> list[str]:
    return list(JournalEntry.objects.filter(interaction=interaction).order_by("pk").values_list("kind", flat=True))


def test_a_chat_arrives_and_waits() -> None:
    door = make.door(make.client())
    received = receive(door, hello(), at=NOON)
    waiting = received.interaction
    assert (waiting.state, waiting.channel, waiting.queue) == (State.QUEUED, Channel.CHAT, door.queue)
    assert waiting.arrived_at == waiting.enqueued_at == NOON
    assert waiting.case.reference.startswith(door.client.reference_prefix)
    assert waiting.envelope.opening == waiting.case.subject == "My dock is broken", "its case is known by the words"
    assert waiting.messages.get().text == "My dock is broken"
    assert received.text_kind is None
    assert kinds(waiting)[:2] == [Kind.ARRIVED, Kind.QUEUED]


def test_the_same_id_again_gives_the_first_result() -> None:
    door = make.door(make.client())
    first = receive(door, hello(), at=NOON)
    again = receive(door, hello(text="changed"), at=NOON + timedelta(hours=1))
    assert again.repeated and again.interaction == first.interaction
    assert Interaction.objects.count() == Arrival.objects.count() == Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_one_moment_are_one_contact() -> None:
    door = make.door(make.client())
    start, results = Barrier(2), []

    def deliver() -> None:
        start.wait()
        results.append(receive(door, hello()).interaction.pk)
        connection.close()

    threads = [Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2 and len(set(results)) == 1
    assert Interaction.objects.count() == 1


def test_another_door_may_bring_the_same_id() -> None:
    ours = make.client()
    one, two = make.door(ours), make.door(ours)
    assert receive(one, hello()).interaction != receive(two, hello()).interaction


@pytest.mark.parametrize("state", [ClientState.SUSPENDED, ClientState.ENDED, ClientState.SETTING_UP])
def test_a_client_who_is_away_takes_nothing(state) -> None:
    door = make.door(make.client(state=state))
    with pytest.raises(ClientAway):
        receive(door, hello())
    assert not Interaction.objects.exists() and not Arrival.objects.exists()
    assert JournalEntry.objects.get(client=door.client).kind == Kind.REFUSED_AT_DOOR


def test_an_unpublished_door_is_no_door() -> None:
    with pytest.raises(DoorClosed):
        receive(make.door(make.client(), published=False), hello())


@pytest.mark.parametrize("provider_id", ["", "x" * 301, "a\0b"])
def test_a_contact_without_a_usable_id_is_refused(provider_id) -> None:
    with pytest.raises(intake.BadContact):
        receive(make.door(make.client()), hello(provider_id=provider_id))


def test_after_hours_ends_in_a_promise() -> None:
    ours = make.client()
    door = make.door(ours, into=make.queue(ours, hours=by_day(ours)))
    received = receive(door, hello(from_phone="(614) 555-0173"), at=NIGHT)
    assert (received.interaction.state, received.interaction.outcome) == (State.CLOSED, Outcome.AFTER_HOURS)
    assert received.text_kind == TextKind.AFTER_HOURS
    promised = received.callback
    assert promised and promised.promised_from == received.interaction and promised.number == "+16145550173"
    assert promised.due_from == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert promised.due_until == datetime(2026, 11, 24, 18, tzinfo=UTC)
    assert promised.case == received.interaction.case
    assert receive(door, hello(), at=NOON).callback == promised, "a repeat finds the same promise"


def test_the_doors_own_hours_come_first() -> None:
    ours = make.client()
    door = make.door(ours, into=make.queue(ours, hours=by_day(ours)), hours=make.hours(ours))
    assert receive(door, hello(), at=NIGHT).interaction.state == State.QUEUED


def test_after_hours_without_a_way_to_reach_anybody_promises_nothing() -> None:
    ours = make.client()
    door = make.door(ours, into=make.queue(ours, hours=by_day(ours)))
    received = receive(door, hello(from_address="", from_name=""), at=NIGHT)
    assert received.interaction.outcome == Outcome.AFTER_HOURS and received.callback is None
    assert not Case.objects.exists()


@pytest.mark.parametrize("automatic", [Automatic.BOUNCE, Automatic.AUTO_REPLY, Automatic.OURS])
@pytest.mark.parametrize("at", [NOON, NIGHT])
def test_machines_are_filed_and_never_answered(automatic, at) -> None:
    ours = make.client()
    door = make.door(ours, EntryKind.MAILBOX, into=make.queue(ours, hours=by_day(ours)))
    received = receive(door, as_contact(mail(automatic=automatic)), at=at)
    assert received.interaction.state == State.CLOSED and received.callback is None
    assert not Callback.objects.exists() and not Case.objects.exists()
    assert received.interaction.envelope.automatic == automatic
    assert not ours.notices.exists() and not ours.customers.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"automatic": Automatic.QUIET},
        {"from_address": "", "from_name": "", "message_id": ""},
        {"unreadable": True},
    ],
)
@pytest.mark.parametrize("state", [QueueState.OPEN, QueueState.CLOSED])
def test_mail_that_nobody_can_be_promised_an_answer_to_waits_until_opening(fields, state) -> None:
    ours = make.client()
    door = make.door(ours, EntryKind.MAILBOX, into=make.queue(ours, hours=by_day(ours), state=state))
    received = receive(door, as_contact(mail(**fields)), at=NIGHT)
    assert received.interaction.state == State.QUEUED
    assert received.callback is None and not Callback.objects.exists()


def test_a_full_line_refuses_in_words() -> None:
    ours = make.client()
    door = make.door(ours, into=make.queue(ours, limit=1))
    receive(door, hello())
    full = receive(door, hello(provider_id="two"))
    assert (full.interaction.outcome, full.text_kind) == (Outcome.REFUSED_FULL, TextKind.QUEUE_FULL)
    assert Kind.REFUSED_AT_DOOR in kinds(full.interaction)


def test_nobody_there_refuses_when_the_line_says_so() -> None:
    ours = make.client()
    line = make.queue(ours, refuse_unstaffed=True)
    door = make.door(ours, into=line)
    refused = receive(door, hello(from_phone="+16145550173"))
    assert refused.interaction.outcome == Outcome.REFUSED_UNSTAFFED and refused.callback
    make.agent(licensed=ours, available=True)
    assert receive(door, hello(provider_id="two")).interaction.state != State.CLOSED


@pytest.mark.parametrize(
    ("outcome", "kind"), [(Outcome.NO_AGENT, TextKind.UNSTAFFED), (Outcome.TIMED_OUT, TextKind.QUEUE_FULL)]
)
def test_waiting_that_ends_without_an_agent_ends_in_the_clients_words(outcome, kind) -> None:
    assert intake.text_for(outcome) == kind


def test_a_closed_line_takes_nobody() -> None:
    ours = make.client()
    door = make.door(ours, into=make.queue(ours, state=QueueState.CLOSED))
    assert receive(door, hello()).interaction.outcome == Outcome.REFUSED_UNSTAFFED


def test_coming_in_first_withdraws_the_promise_and_takes_its_place() -> None:
    ours = make.client()
    door = make.door(ours)
    ann = make.customer(ours, address="ann@home.example")
    early = clock.now() - timedelta(minutes=20)
    waiting = make.waiting(door.queue, who=ann, at=early)
    promised = callbacks.instead_of_waiting(waiting, number="+16145550173")
    phone = make.door(ours, EntryKind.PHONE, into=door.queue)
    received = receive(phone, hello(channel="voice", from_phone="+16145550173"))
    promised.refresh_from_db()
    assert promised.state == "withdrawn"
    assert received.interaction.enqueued_at == early


def test_an_address_typed_into_a_chat_takes_neither_promise_nor_place_nor_case() -> None:
    ours = make.client()
    door = make.door(ours)
    ann = make.customer(ours, address="ann@home.example", phone="+16145550173")
    early = clock.now() - timedelta(minutes=20)
    waiting = make.waiting(door.queue, who=ann, at=early)
    case = cases.open_case(ours, ann)
    promised = callbacks.instead_of_waiting(waiting, number="+16145550173", case=case)
    received = receive(door, hello(from_address="ann@home.example", from_phone="+16145550173"))
    promised.refresh_from_db()
    assert promised.state == "promised"
    assert received.interaction.customer == ann
    assert received.interaction.case != case and received.interaction.enqueued_at > early


def test_the_window_that_was_promised_a_callback_comes_in_first_by_its_own_token() -> None:
    ours = make.client()
    door = make.door(ours)
    first = receive(door, hello())
    promised = callbacks.instead_of_waiting(first.interaction, number="+16145550173")
    assert promised is not None
    conversation.customer_wrote(first.interaction, "I am here again")
    promised.refresh_from_db()
    assert promised.state == "withdrawn"


def test_a_mail_is_kept_whole_and_answers_find_its_case() -> None:
    ours = make.client()
    door = make.door(ours, EntryKind.MAILBOX)
    first = receive(door, as_contact(mail(html="<p>It is broken</p>", raw=b"raw mail")), at=NOON)
    kept = first.interaction.messages.get()
    assert (kept.subject, kept.message_id, kept.digest != "") == ("Dock", "<m1@home.example>", True)
    answer = mail(message_id="<m2@home.example>", in_reply_to="<m1@home.example>", text="Still", reply_text="Still")
    second = receive(door, as_contact(answer, "uid:2"), at=NOON)
    assert second.interaction == first.interaction, "it waits still, so the second mail belongs to it"
    assert first.interaction.messages.count() == 2


def test_a_mail_after_the_end_is_a_new_contact_on_the_same_case() -> None:
    ours = make.client()
    door = make.door(ours, EntryKind.MAILBOX)
    first = receive(door, as_contact(mail())).interaction
    from interactions import closing

    closing.close(first, Outcome.WITHDRAWN)
    answer = mail(message_id="<m2@home.example>", references=("<m1@home.example>",), text="Again", reply_text="Again")
    second = receive(door, as_contact(answer, "uid:2")).interaction
    assert second != first and second.case == first.case


def test_a_reference_in_the_subject_counts_from_its_customer_alone() -> None:
    ours = make.client()
    door = make.door(ours, EntryKind.MAILBOX)
    case = receive(door, as_contact(mail())).interaction.case
    hers = mail(message_id="<m2@home.example>", subject=f"About {case.reference}")
    his = mail(message_id="<m3@x.example>", from_address="mallory@x.example", subject=f"About {case.reference}")
    assert receive(door, as_contact(hers, "uid:2")).interaction.case == case
    assert receive(door, as_contact(his, "uid:3")).interaction.case != case


def test_one_mail_in_two_mailboxes_of_one_client_is_one_contact_and_two_for_two_clients() -> None:
    ours, other = make.client(), make.client("Other")
    one, two = make.door(ours, EntryKind.MAILBOX), make.door(ours, EntryKind.MAILBOX)
    third = make.door(other, EntryKind.MAILBOX)
    first = receive(one, as_contact(mail())).interaction
    assert receive(two, as_contact(mail())).interaction == first
    assert receive(third, as_contact(mail())).interaction.client == other


def test_a_message_id_seen_before_with_other_words_is_another_mail() -> None:
    door = make.door(make.client(), EntryKind.MAILBOX)
    first = receive(door, as_contact(mail())).interaction
    assert receive(door, as_contact(mail(text="Other words"), "uid:2")).interaction != first


def test_a_mail_without_a_sender_waits_for_somebody_to_look() -> None:
    door = make.door(make.client(), EntryKind.MAILBOX)
    filed = receive(door, as_contact(mail(from_address="", from_name="", message_id="", unreadable=True))).interaction
    assert filed.state == State.QUEUED and filed.customer is None


def test_the_form_ends_in_the_window_that_was_chosen() -> None:
    ours = make.client()
    door = make.door(ours, EntryKind.FORM)
    starts = NOON + timedelta(hours=2)
    booked = receive(
        door,
        hello(from_phone="+16145550173", wants_callback=True, due_from=starts, due_until=starts + timedelta(hours=1)),
        at=NOON,
    )
    assert booked.interaction.outcome == Outcome.CALLBACK_PROMISED and booked.text_kind == TextKind.CALLBACK_PROMISED
    assert (booked.callback.due_from, booked.callback.origin) == (starts, "form")


def test_a_form_without_a_number_takes_nothing() -> None:
    door = make.door(make.client(), EntryKind.FORM)
    with pytest.raises(intake.BadContact):
        receive(door, hello(from_address="", from_name="Ann", wants_callback=True))
    assert not Interaction.objects.exists() and not Arrival.objects.exists()
