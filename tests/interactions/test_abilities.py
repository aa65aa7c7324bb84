"""Sue changes what Bea of her team can do and which lines serve her: with a reason, felt at once, kept for ever."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents import skills
from agents.models import Agent, AgentSkill, QueueSwitchedOff
from agents.presence import ReasonMissing
from bpo.kernel import history
from clients.models import Queue
from interactions.models import JournalEntry, Kind, LegState
from tests import factories as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Floor:
    """Acme's line wants Spanish; Bea is of Sue's team, Una of another, Zoe of another client's."""

    def __init__(self) -> None:
        self.acme = make.client("Acme")
        self.line: Queue = make.queue(self.acme, "Orders", wants={"es": 3})
        self.first = make.team("First")
        self.sue = make.supervisor(self.acme, teams=[self.first])
        self.bea: Agent = make.agent(
            "Bea Brown", licensed=self.acme, in_team=self.first, skills={"es": 4}, available=True
        )
        self.una = make.agent("Una Other", licensed=self.acme, in_team=make.team("Second"))
        self.zoe = make.agent("Zoe Zane", licensed=make.client("Zenith"), in_team=make.team("Third"))
        self.browser = Browser(headers=HTMX)
        self.browser.force_login(self.sue)

    def api(self, agent: Agent, act: str, **body: object) -> int:
        answer = self.browser.post(f"/api/v1/agents/{agent.public_id}/{act}/", body, content_type="application/json")
        return int(answer.status_code)

    def switch(self, agent: Agent, line: Queue, to: str, reason: str = "coaching") -> int:
        path = reverse("floor-switch", args=[agent.public_id, line.public_id])
        return int(self.browser.post(f"{path}?to={to}", {"reason": reason}).status_code)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def switched() -> list[tuple[bool, str]]:
    return [(e.facts["on"], e.facts["reason"]) for e in JournalEntry.objects.filter(kind=Kind.FORCED).order_by("id")]


def test_a_line_is_switched_off_and_on_by_page(floor: Floor) -> None:
    offer = make.offer(floor.bea, make.waiting(floor.line))
    dialog = floor.browser.get(reverse("floor-switch", args=[floor.bea.public_id, floor.line.public_id]) + "?to=off")
    assert dialog.status_code == 200 and "Orders" in dialog.content.decode()
    assert floor.switch(floor.bea, floor.line, "off", reason=" ") == 422
    assert floor.switch(floor.bea, floor.line, "off") == 200
    offer.refresh_from_db()
    assert offer.state == LegState.RESCINDED, "an offer that no longer fits goes back at once"
    off = QueueSwitchedOff.objects.get()
    assert (off.agent, off.queue, off.by_name, off.reason) == (floor.bea, floor.line, str(floor.sue), "coaching")
    page = floor.browser.get(reverse("floor-agent", args=[floor.bea.public_id])).content.decode()
    assert "coaching" in page and "to=on" in page
    assert floor.switch(floor.bea, floor.line, "off", reason="twice") == 200
    assert floor.switch(floor.bea, floor.line, "on", reason="she is ready") == 200
    assert not QueueSwitchedOff.objects.exists()
    assert switched() == [(False, "coaching"), (True, "she is ready")], "the second time changed nothing"
    assert JournalEntry.objects.filter(kind=Kind.FORCED, actor=floor.sue, client=floor.acme).count() == 2


def test_a_line_is_switched_off_and_on_by_the_api(floor: Floor) -> None:
    line = str(floor.line.public_id)
    assert floor.api(floor.bea, "line", queue=line, on=False) == 400
    assert floor.api(floor.bea, "line", queue=line, on=False, reason="coaching") == 200
    shown = floor.browser.get(f"/api/v1/agents/{floor.bea.public_id}/").json()
    assert shown["switched_off"] == [line]
    assert floor.api(floor.bea, "line", queue=line, on=True, reason="she is ready") == 200
    assert switched() == [(False, "coaching"), (True, "she is ready")]


def test_only_agents_of_own_teams_and_lines_of_own_clients(floor: Floor) -> None:
    theirs = make.queue(make.client("Globex"))
    assert floor.switch(floor.una, floor.line, "off") == 403
    assert floor.switch(floor.zoe, floor.line, "off") == 404
    assert floor.switch(floor.bea, theirs, "off") == 404
    body = {"on": False, "reason": "coaching"}
    assert floor.api(floor.una, "line", queue=str(floor.line.public_id), **body) == 403
    assert floor.api(floor.zoe, "line", queue=str(floor.line.public_id), **body) == 404
    assert floor.api(floor.bea, "line", queue=str(theirs.public_id), **body) == 404
    assert floor.browser.post(reverse("floor-skill", args=[floor.una.public_id]), {}).status_code == 403
    desk = Browser()
    desk.force_login(floor.bea.user)
    assert desk.post(reverse("floor-skill", args=[floor.bea.public_id]), {}).status_code == 403
    assert not QueueSwitchedOff.objects.exists() and switched() == []
    ada = Browser()
    ada.force_login(make.admin())
    path = reverse("floor-switch", args=[floor.una.public_id, floor.line.public_id])
    assert ada.post(f"{path}?to=off", {"reason": "audit"}).status_code == 302
    assert QueueSwitchedOff.objects.get().agent == floor.una


def test_a_level_is_changed_by_page_and_kept_with_its_reason(floor: Floor) -> None:
    offer = make.offer(floor.bea, make.waiting(floor.line))
    spanish = make.skill("es")
    path = reverse("floor-skill", args=[floor.bea.public_id])
    assert floor.browser.get(path).status_code == 200
    assert floor.browser.post(path, {"skill": spanish.pk, "level": "2"}).status_code == 422
    assert floor.browser.post(path, {"skill": spanish.pk, "level": "9", "reason": "x"}).status_code == 422
    held = AgentSkill.objects.get(agent=floor.bea)
    assert held.level == 4
    done = floor.browser.post(path, {"skill": spanish.pk, "level": "2", "reason": "failed the test"})
    assert done.status_code == 200
    offer.refresh_from_db()
    held.refresh_from_db()
    assert (held.level, offer.state) == (2, LegState.RESCINDED)
    (changed,) = (change for change in history.changes_of(held) if change.fields)
    assert (changed.who, changed.why) == (str(floor.sue), "failed the test")
    assert floor.browser.post(path, {"skill": spanish.pk, "level": "", "reason": "moved on"}).status_code == 200
    assert not AgentSkill.objects.filter(agent=floor.bea).exists()


def test_both_acts_want_a_reason_whoever_calls(floor: Floor) -> None:
    for act in (skills.switch_off_queue, skills.switch_on_queue):
        with pytest.raises(ReasonMissing):
            act(floor.bea, floor.line, by=floor.sue, reason="\u200b ")
