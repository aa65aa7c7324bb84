"""A colleague is asked into a contact: what she reads, what becomes of it, and what the asker is told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from agents.groups import agent_group
from bpo.kernel import clock
from bpo.kernel import push as kernel_push
from interactions import handling, offers, transfers
from interactions.models import CaseNote, EndedBy, Interaction, Leg, LegState
from interactions.reports.story import real_names, story
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


@pytest.fixture
def dee_beside(acme: Scene) -> tuple[Leg, Leg]:
    """Bea is on a call with Ann and has Dee beside her: Bea's leg and Dee's."""
    bea_leg = accepted(acme, "voice")
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    asked = transfers.consult(bea_leg, dee, by=acme.bea)
    return bea_leg, offers.accept(asked, by=dee)


def test_a_consultation_on_a_call_can_be_finished(acme: Scene, bea: Browser, dee_beside: tuple[Leg, Leg]) -> None:
    leg, dees = dee_beside
    page = bea.get(url("work", leg)).content.decode()
    assert url("consult-complete", leg) in page and url("consult-end", leg) in page
    assert bea.post(url("consult-complete", leg)).status_code == 200
    dees.refresh_from_db()
    assert (dees.role, dees.state) == ("primary", LegState.HANDLING)


def test_who_is_asked_into_a_call_can_only_leave_it(acme: Scene, dee_beside: tuple[Leg, Leg]) -> None:
    leg, dees = dee_beside
    page = desk_of(dees.agent).get(url("work", dees)).content.decode()
    assert url("consult-end", dees) in page
    for act in ("hold", "transfer", "resolve", "book", "end", "consult-complete", "dialled"):
        assert url(act, dees) not in page, act
    assert desk_of(dees.agent).post(url("consult-end", dees)).status_code == 200
    leg.refresh_from_db()
    assert leg.state == LegState.HANDLING, "Ann stays with Bea"


def test_the_note_reaches_the_colleague_who_is_asked_and_the_case(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    given = {"to": f"agent:{dee.public_id}", "how": "consult", "note": "She wants the invoice again."}
    assert bea.post(url("transfer", leg), given).status_code == 200
    card = desk_of(dee).get(url("offer")).content.decode()
    assert "She wants the invoice again." in card and "Bea" in card
    assert CaseNote.objects.get(case=leg.interaction.case or Leg.objects.get(pk=leg.pk).interaction.case).text


def test_the_asker_is_told_that_the_colleague_did_not_answer(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    asked = transfers.consult(leg, dee, by=acme.bea)
    assert "is asked for help" in bea.get(url("work", leg)).content.decode()
    offers.miss(asked, at=asked.expires_at)
    page = bea.get(url("work", leg)).content.decode()
    assert "Dee Dunn did not answer" in page and url("consult-end", leg) not in page
    assert bea.post(url("consult-end", leg)).status_code == 200, "what is over may be ended again"
    Leg.objects.filter(pk=asked.pk).update(ended_at=clock.now() - timedelta(minutes=3))
    assert "did not answer" not in bea.get(url("work", leg)).content.decode(), "old news"


def test_what_one_notes_the_other_reads_beside_her_work(
    acme: Scene,
    bea: Browser,
    dee_beside: tuple[Leg, Leg],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    leg, dees = dee_beside
    told: list[tuple[str, str, str]] = []

    def hear(group: str, message: dict[str, Any]) -> None:
        told.append((group, str(message.get("about")), str(message.get("interaction"))))

    monkeypatch.setattr(kernel_push, "send", hear)
    with django_capture_on_commit_callbacks(execute=True):
        bea.post(url("note", leg), {"text": "Ask her for the serial number"})
    for agent in (acme.bea, dees.agent):
        assert (agent_group(agent.public_id), "note_added", str(leg.interaction.public_id)) in told
    dee = desk_of(dees.agent)
    listed = dee.get(url("notes", dees)).content.decode()
    assert "serial number" in listed and 'id="notes-count"' in listed
    assert url("notes", dees) in dee.get(url("work", dees)).content.decode()


def open_tab(page: str) -> str:
    """The tab of the side that is open at first."""
    return re.findall(r'aria-selected="true"[^>]*id="tab-(\w+)"', page)[0]


@pytest.mark.parametrize("channel", ["chat", "email", "voice"])
def test_who_helps_reads_who_asks_what_and_where_to_answer(acme: Scene, channel: str) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.acme, available=True)
    asked = transfers.consult(accepted(acme, channel), dee, by=acme.bea, note="Is this order hers?")
    hers = offers.accept(asked, by=dee)
    page = desk_of(dee).get(url("work", hers)).content.decode()
    assert "Bea Brown asks: Is this order hers?" in page and "Answer under Notes" in page
    assert "Consulted" in page and "In chat" not in page and "Talking" not in page
    assert open_tab(page) == "notes" and '<div class="scroll" id="side-notes">' in page


def test_who_is_asked_without_a_word_reads_who_asks(acme: Scene, bea: Browser, dee_beside: tuple[Leg, Leg]) -> None:
    leg, dees = dee_beside
    assert "Bea Brown asks for your help." in desk_of(dees.agent).get(url("work", dees)).content.decode()
    page = bea.get(url("work", leg)).content.decode()
    assert "asks for your help" not in page and open_tab(page) == "customer"


def test_who_was_asked_in_reads_how_the_consultation_ended(acme: Scene, dee_beside: tuple[Leg, Leg]) -> None:
    leg, dees = dee_beside
    dee = desk_of(dees.agent)
    transfers.end_consult(leg, by=acme.bea)
    page = dee.get(url("work", dees)).content.decode()
    assert "Bea Brown ended the consultation." in page and "It was finished" not in page
    again = offers.accept(transfers.consult(leg, dees.agent, by=acme.bea), by=dees.agent)
    transfers.end_consult(again, by=dees.agent)
    assert "You left the consultation." in dee.get(url("work", again)).content.decode()
    last = offers.accept(transfers.consult(leg, dees.agent, by=acme.bea), by=dees.agent)
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    assert "The consultation is over. It has ended." in dee.get(url("work", last)).content.decode()


def test_the_story_names_whose_advice_ended(acme: Scene, dee_beside: tuple[Leg, Leg]) -> None:
    transfers.end_consult(dee_beside[0], by=acme.bea)
    contact = Interaction.objects.get(pk=dee_beside[0].interaction_id)
    told = [line.title for line in story(contact, name_of=real_names, for_client=False).told]
    assert "Advice of Dee Dunn ended" in told
