"""The list at the left of the desk: whose words were the last."""

from __future__ import annotations

from typing import Any

import pytest

from agents.groups import agent_group
from bpo.kernel import clock, push
from interactions import conversation, mail_out, offers, replies, transfers
from interactions.adapters.base import DeliveryError
from interactions.desk import items
from interactions.models import Message
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


def test_a_colleagues_words_carry_the_colleagues_name(acme: Scene) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    leg = accepted(acme)
    conversation.agent_wrote(leg, "One moment.", by=acme.bea)
    assert "You: One moment." in desk_of(acme.bea).get(url("items")).content.decode()
    transfers.to_colleague(leg, dee, by=acme.bea)
    offers.accept(dee.legs.get(state="offered"), by=dee)
    page = desk_of(dee).get(url("items")).content.decode()
    assert "Bea Brown: One moment." in page and "You: One moment." not in page


def test_whose_words_they_are_costs_no_question_for_each_item(acme: Scene, django_assert_max_num_queries: Any) -> None:
    legs = [accepted(acme) for _each in range(3)]
    conversation.agent_wrote(legs[0], "One moment.", by=acme.bea)
    with django_assert_max_num_queries(1):
        items.my_items(acme.bea)
    for leg in legs[1:]:
        conversation.agent_wrote(leg, "One moment.", by=acme.bea)
    with django_assert_max_num_queries(1):
        assert [one.line for one in items.my_items(acme.bea)] == ["You: One moment."] * 3


def test_a_mail_that_has_left_is_answered_and_says_so(
    acme: Scene, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    leg, bea, told = accepted(acme, "email"), desk_of(acme.bea), []
    monkeypatch.setattr(push, "send", lambda group, message: told.append((group, message)))
    assert "To answer" in bea.get(url("items")).content.decode()
    mail = replies.agent_replies(leg, "On Friday.", by=acme.bea)
    thread = bea.get(url("messages", leg)).content.decode()
    assert "leaves in" in thread and "Answered" in bea.get(url("items")).content.decode()
    Message.objects.filter(pk=mail.pk).update(state="sending", attempts=1, due_at=clock.now())
    assert "is leaving" in bea.get(url("messages", leg)).content.decode()
    mail.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        mail_out.left(mail)
    (nudge,) = [message for group, message in told if group == agent_group(acme.bea.public_id)]
    assert (nudge["kind"], nudge["about"], nudge["interaction"]) == (
        "item",
        "mail_moved",
        str(leg.interaction.public_id),
    )
    assert "sent <time" in bea.get(url("messages", leg)).content.decode()
    mail.fail_for_good("no such box")
    Message.objects.filter(pk=mail.pk).update(state="bounced")
    assert "To answer" in bea.get(url("items")).content.decode(), "it did not arrive"


def test_whoever_shows_a_mail_that_is_tried_again_is_told(
    acme: Scene, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    leg, told = accepted(acme, "email"), []
    mail = replies.agent_replies(leg, "On Friday.", by=acme.bea)
    Message.objects.filter(pk=mail.pk).update(state="sending", attempts=1)
    mail.refresh_from_db()
    monkeypatch.setattr(push, "send", lambda group, message: told.append(message["about"]))
    with django_capture_on_commit_callbacks(execute=True):
        mail_out.failed(mail, DeliveryError("try later", permanent=False))
    assert told == ["mail_moved"]
    assert "is tried again" in desk_of(acme.bea).get(url("messages", leg)).content.decode()
