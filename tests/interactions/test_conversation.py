"""What is said in a chat, and what a message does to the contact it meets."""

from datetime import timedelta

import pytest

from agents.models import Seat
from bpo.kernel import clock, words
from interactions import closing, conversation, files, handing_back, handling, messages, offers, wrap_up
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState, Message, Outcome, State
from tests import factories as make

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


@pytest.fixture
def talk() -> Leg:
    """Ann chats with Bea."""
    acme = make.client()
    make.door(acme)
    bea = make.agent(licensed=acme, available=True)
    door = acme.entry_points.get()
    waiting = make.waiting(door.queue, entry_point=door)
    from interactions import cases

    waiting.case = cases.open_case(acme, waiting.customer, queue=door.queue)
    waiting.save(update_fields=["case"])
    return offers.accept(make.offer(bea, waiting), by=bea)


def fresh(leg: Leg) -> Leg:
    return Leg.objects.select_related("interaction__client__brand", "agent__user").get(pk=leg.pk)


def test_ann_writes_and_it_is_there_once(talk) -> None:
    first = conversation.customer_wrote(talk.interaction, "Hello", provider_id="k1")
    again = conversation.customer_wrote(talk.interaction, "Hello", provider_id="k1")
    assert first == again and talk.interaction.messages.count() == 1
    assert first.state == "delivered", "no worker may take it for something to be sent"
    assert JournalEntry.objects.filter(kind=Kind.MESSAGE_IN).count() == 1


def test_bea_writes_under_her_public_name_and_once(talk) -> None:
    leg = fresh(talk)
    said = conversation.agent_wrote(leg, "Hello Ann", by=leg.agent, client_key="k")
    assert conversation.agent_wrote(leg, "Hello Ann", by=leg.agent, client_key="k") == said
    assert said.author_name == "Bea" and said.state == "sent"


def test_only_the_holder_writes(talk) -> None:
    with pytest.raises(handling.NotYours):
        conversation.agent_wrote(fresh(talk), "Me too", by=make.agent("Dora Dean"))


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b"])
def test_nothing_is_refused(talk, text) -> None:
    with pytest.raises(messages.NothingSaid):
        conversation.customer_wrote(talk.interaction, text)
    with pytest.raises(messages.NothingSaid):
        conversation.agent_wrote(fresh(talk), text, by=talk.agent)


def test_too_much_is_refused(talk) -> None:
    with pytest.raises(words.TooLong):
        conversation.customer_wrote(talk.interaction, "x" * 8001)
    assert not Message.objects.exists()


def test_writing_in_wrap_up_goes_on_with_the_same_leg(talk) -> None:
    leg = fresh(talk)
    handling.end_work(leg, by=leg.agent, ended_by="agent")
    conversation.customer_wrote(leg.interaction, "One more thing")
    leg = fresh(talk)
    assert (leg.state, leg.interaction.state, leg.wrap_up_due_at) == (LegState.HANDLING, State.ACTIVE, None)
    assert leg.agent.seat.points_chat == 33
    assert Leg.objects.count() == 1


def test_writing_in_wrap_up_to_an_agent_without_a_console_goes_back_after_the_grace(talk) -> None:
    leg, at = fresh(talk), clock.now()
    handling.end_work(leg, by=leg.agent, ended_by="agent", at=at)
    Seat.objects.filter(pk=leg.agent_id).update(connected=False)
    conversation.customer_wrote(leg.interaction, "One more thing", at=at)
    assert fresh(leg).lost_since == at
    assert handing_back.graces_over(at + timedelta(seconds=59)) == 0
    assert handing_back.graces_over(at + timedelta(seconds=60)) == 1
    assert (fresh(leg).state, fresh(leg).interaction.state) == (LegState.LOST, State.QUEUED)


def test_writing_after_the_end_is_a_new_contact_on_the_same_case(talk) -> None:
    leg = fresh(talk)
    handling.end_work(leg, by=leg.agent, ended_by="agent")
    wrap_up.finish(fresh(leg), by=leg.agent, disposition=make.disposition(leg.client))
    said = conversation.customer_wrote(leg.interaction, "It broke again", provider_id="k9")
    assert conversation.customer_wrote(leg.interaction, "It broke again", provider_id="k9") == said
    assert said.interaction != leg.interaction and said.interaction.case == leg.interaction.case
    assert said.interaction.state in (State.QUEUED, State.OFFERED) and Interaction.objects.count() == 2


def test_writing_brings_parked_work_back(talk) -> None:
    leg = fresh(talk)
    handling.park(leg, by=leg.agent, at=clock.now() + timedelta(minutes=10))
    conversation.customer_wrote(leg.interaction, "I found it")
    leg.interaction.refresh_from_db()
    assert leg.interaction.state in (State.QUEUED, State.OFFERED)


def test_a_mail_contact_is_not_answered_by_a_line() -> None:
    acme = make.client()
    bea = make.agent(licensed=acme, available=True)
    leg = offers.accept(make.offer(bea, make.waiting(make.queue(acme), "email")), by=bea)
    with pytest.raises(conversation.NotAChat):
        conversation.agent_wrote(fresh(leg), "Hi", by=bea)


def test_a_file_is_kept_by_its_bytes(talk, media) -> None:
    said = conversation.customer_wrote(talk.interaction, "", files=[files.check("C:\\x\\dock.exe", PNG)])
    kept = said.attachments.get()
    assert (kept.name, kept.content_type, kept.size) == ("dock.png", "image/png", len(PNG))
    assert "dock" not in kept.file.name


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.png", b"", files.FileEmpty),
        ("a.png", b"MZ\x90\x00\xff", files.FileRefused),
        ("a.png", b"<svg onload=alert(1)>", files.FileRefused),
        ("a.txt", b"  <!DOCTYPE html><script>", files.FileRefused),
        ("a.zip", b"PK\x03\x04\x14\x00\x00\xff", files.FileRefused),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"0" * files.MOST_BYTES, files.FileTooLarge),
    ],
)
def test_what_we_do_not_take(name, content, refusal) -> None:
    with pytest.raises(refusal):
        files.check(name, content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd.txt"), ("a\0b.txt", "ab.txt"), ("", "file.txt"), ("ñandú.log", "ñandú.log")],
)
def test_names_are_tidied(given, kept) -> None:
    assert files.check(given, b"hello").name == kept


def test_a_closed_contact_without_a_door_says_so() -> None:
    waiting = make.waiting()
    closing.close(waiting, Outcome.WITHDRAWN)
    with pytest.raises(messages.ContactClosed):
        conversation.customer_wrote(waiting, "Hello?")
