"""Who is told of what, after the commit."""

from __future__ import annotations

import pytest

from interactions import journal, push, reactions
from interactions.models import JournalEntry, Kind
from interactions.routing import router
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_whose_contact_was_taken_sees_it_even_if_a_colleague_has_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    acme = make.client()
    leg = make.offer(make.agent("Alex", licensed=acme, available=True), in_queue=make.queue(acme))
    told: list[JournalEntry] = []
    monkeypatch.setattr(push, "everybody_sees", told.append)
    monkeypatch.setattr(router, "interaction_waits", lambda *_: True)
    for kind in (Kind.QUEUED, Kind.TAKEN_BACK):
        about = leg.interaction if kind == Kind.QUEUED else leg
        reactions.react(None, journal.entry(about, kind))
    assert [entry.kind for entry in told] == [Kind.TAKEN_BACK]
