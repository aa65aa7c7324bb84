"""The list at the left of the desk: whose words were the last."""

from __future__ import annotations

from typing import Any

import pytest

from interactions import conversation, offers, transfers
from interactions.desk import items
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
