"""Bea answered Ann once, Dee answers her now on the same case: who reads whose words, by every way to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from bpo.kernel import clock
from interactions import word_access
from interactions.models import Attachment, Case, Kind, Leg, LegState, Message
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db


class Story:
    """One case with two contacts; each was answered by somebody else."""

    def __init__(self) -> None:
        at = clock.now()
        line = factories.queue(factories.client("Acme"))
        self.bea, self.dee = (reported.agent(name, line.client) for name in ("Bea Brown", "Dee Dunn"))
        first = reported.contact(line, "email", at=at, waited=5)
        self.case: Case = reported.case(line.client, first)
        second = reported.contact(line, "email", at=at, case=self.case)
        reported.worked(first, self.bea, start=at)
        self.leg = reported.working(second, self.dee, start=at)
        self.first = self.said(first, "The first secret", at)
        self.second = self.said(second, "The second secret", at)

    def said(self, contact: Any, text: str, at: datetime) -> tuple[Message, Attachment]:
        message = reported.wrote(contact, text, at=at)
        file = Attachment.objects.create(
            client=contact.client, message=message, interaction=contact, name="a.pdf", content_type="application/pdf",
            size=3, digest="0" * 64, file=ContentFile(b"pdf", "a.pdf"), at=at,
        )  # fmt: skip
        return message, file

    def reads(self, agent: Agent) -> list[tuple[bool, bool]]:
        """For each contact whether its words and its file are seen; every way has to say the same."""
        browser = Browser()
        browser.force_login(agent.user)
        page = browser.get(reverse("console-case", args=[self.case.public_id])).content.decode()
        seen = []
        for message, file in (self.first, self.second):
            ways = {
                message.text in page,
                browser.get(reverse("console-formatted", args=[message.public_id])).status_code == 200,
                browser.get(f"/api/v1/messages/{message.public_id}/").status_code == 200,
                browser.get(f"/api/v1/interactions/{message.interaction.public_id}/messages/").status_code == 200,
            }
            assert len(ways) == 1, (agent, message.text)
            seen.append((ways.pop(), browser.get(reverse("console-file", args=[file.public_id])).status_code == 200))
        return seen


YES, NO = (True, True), (False, False)


def test_all_words_of_a_case_while_one_holds_it_else_those_of_own_contacts(media: Any) -> None:
    story = Story()
    assert story.reads(story.dee) == [YES, YES]
    assert story.reads(story.bea) == [YES, NO]
    Leg.objects.filter(pk=story.leg.pk).update(state=LegState.COMPLETED, ended_at=clock.now(), ended_by="agent")
    assert story.reads(story.dee) == [NO, YES]


def test_whose_the_case_is_reads_it_and_a_colleague_nothing(media: Any) -> None:
    story = Story()
    cal = reported.agent("Cal Clay", story.case.client)
    assert story.reads(cal) == [NO, NO]
    Case.objects.update(owner=cal)
    assert story.reads(cal) == [YES, YES]


def test_an_administrator_who_opens_the_words_is_written_down_once_an_hour(media: Any) -> None:
    story = Story()
    message, contact = story.first[0], story.first[0].interaction
    ada = factories.admin()
    browser, sue = Browser(), Browser()
    browser.force_login(ada)
    sue.force_login(factories.supervisor(contact.client))
    for way in (
        reverse("floor-contact", args=[contact.public_id]),
        reverse("portal-contact", args=[contact.client.public_id, contact.public_id]),
        f"/api/v1/interactions/{contact.public_id}/messages/",
        f"/api/v1/messages/{message.public_id}/",
        reverse("admin:interactions_message_change", args=[message.pk]),
    ):
        assert browser.get(way).status_code == 200, way
    assert sue.get(reverse("floor-contact", args=[contact.public_id])).status_code == 200
    entry = contact.journal.get(kind=Kind.ACCOUNT_OPENED)
    assert entry.actor == ada
    word_access.opened(contact, ada, at=entry.at + timedelta(minutes=59))
    word_access.opened(contact, ada, at=entry.at + timedelta(minutes=61))
    assert contact.journal.filter(kind=Kind.ACCOUNT_OPENED).count() == 2
