"""Sue works the licences of her team for Acme: trains, certifies, suspends; only Ada takes one away for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Licence, LicenceState
from bpo.kernel import clock, history
from clients.models import Script, ScriptKind, ScriptVersion, VersionState
from interactions.models import LegState
from tests import factories as make

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Floor:
    """Bea is of Sue's team and not licensed yet; Una, licensed, of another; Zoe of another client's."""

    def __init__(self) -> None:
        self.acme = make.client("Acme")
        self.line = make.queue(self.acme)
        self.first = make.team("First")
        self.sue = make.supervisor(self.acme, teams=[self.first])
        self.bea = make.agent("Bea Brown", in_team=self.first, available=True)
        self.una = make.agent("Una Other", licensed=self.acme, in_team=make.team("Second"))
        script = Script.objects.create(client=self.acme, kind=ScriptKind.INBOUND, name="Orders")
        self.version = ScriptVersion.objects.create(script=script, number=3, state=VersionState.PUBLISHED)
        self.desk = signed_in(self.sue)

    def act(self, act: str, who: Any = None, client: Any = None, desk: Browser | None = None, **data: Any) -> int:
        args = [(who or self.bea).public_id, (client or self.acme).public_id, act]
        return int((desk or self.desk).post(reverse("floor-licence", args=args), data).status_code)

    def licence(self) -> Licence:
        return Licence.objects.get(agent=self.bea, client=self.acme)


def signed_in(person: Any) -> Browser:
    browser = Browser(headers=HTMX)
    browser.force_login(person)
    return browser


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_the_way_of_a_licence_by_page(floor: Floor) -> None:
    last_day = clock.now().date() + timedelta(days=20)
    assert floor.act("train", reason="new on Acme") == 200
    assert floor.licence().state == LicenceState.TRAINING
    dialog = floor.desk.get(reverse("floor-licence", args=[floor.bea.public_id, floor.acme.public_id, "certify"]))
    assert "Orders version 3" in dialog.content.decode()
    terms = {"script_version": floor.version.pk, "until": last_day.isoformat()}
    assert floor.act("certify", **terms) == 422, "who certifies says why"
    assert floor.act("certify", reason="passed", **terms) == 200
    held = floor.licence()
    assert (held.state, held.script_version, held.until) == (LicenceState.CERTIFIED, floor.version, last_day)
    assert (held.by, held.reason) == (floor.sue, "passed")
    offer = make.offer(floor.bea, make.waiting(floor.line))
    assert floor.act("suspend", reason=" ") == 422
    assert floor.act("suspend", reason="a complaint") == 200
    offer.refresh_from_db()
    assert offer.state == LegState.RESCINDED, "her open offer goes back at once"
    assert floor.act("certify", reason="talked it over") == 200
    held = floor.licence()
    assert (held.state, held.script_version, held.until) == (LicenceState.CERTIFIED, floor.version, last_day)
    told = [field.after for change in history.changes_of(held) for field in change.fields if field.name == "reason"]
    assert {"passed", "a complaint", "talked it over"} <= set(told)


def test_what_does_not_fit_is_refused_in_words(floor: Floor) -> None:
    floor.act("train", reason="new")
    assert floor.act("train", reason="again") == 409
    assert floor.act("suspend", reason="in training still") == 409
    yesterday = (floor.acme.day_at(clock.now()) - timedelta(days=1)).isoformat()
    assert floor.act("certify", reason="passed", until=yesterday) == 400
    foreign = Script.objects.create(client=make.client("Globex"), kind=ScriptKind.INBOUND, name="Theirs")
    other = ScriptVersion.objects.create(script=foreign, number=1, state=VersionState.PUBLISHED)
    assert floor.act("certify", reason="passed", script_version=other.pk) == 422
    body = {
        "client": str(floor.acme.public_id),
        "act": "certify",
        "script_version": str(other.public_id),
        "reason": "x",
    }
    by_api = f"/api/v1/agents/{floor.bea.public_id}/licence/"
    assert floor.desk.post(by_api, body, content_type="application/json").status_code == 400
    assert floor.licence().state == LicenceState.TRAINING


def test_own_teams_and_own_clients_alone(floor: Floor) -> None:
    globex = make.client("Globex")
    zoe = make.agent("Zoe Zane", licensed=globex, in_team=make.team("Third"))
    assert floor.act("suspend", who=floor.una, reason="x") == 403
    assert floor.act("suspend", who=zoe, client=globex, reason="x") == 404
    assert floor.act("train", client=globex, reason="x") == 404
    assert floor.act("suspend", reason="x") == 404, "there is none yet"
    assert floor.act("dance", reason="x") == 404
    assert floor.act("train", desk=signed_in(floor.bea.user), reason="x") == 403
    assert (
        floor.desk.put(reverse("floor-licence", args=[floor.bea.public_id, floor.acme.public_id, "train"])).status_code
        == 405
    )
    assert not Licence.objects.filter(agent=floor.bea).exists()


def test_only_an_administrator_revokes(floor: Floor) -> None:
    floor.act("train", reason="new")
    assert floor.act("revoke", reason="left") == 403
    by_api = f"/api/v1/agents/{floor.bea.public_id}/licence/"
    body = {"client": str(floor.acme.public_id), "act": "revoke", "reason": "left"}
    assert floor.desk.post(by_api, body, content_type="application/json").status_code == 403
    assert "revoke" not in floor.desk.get(reverse("floor-agent", args=[floor.bea.public_id])).content.decode()
    ada = signed_in(make.admin())
    assert "/revoke/" in ada.get(reverse("floor-agent", args=[floor.bea.public_id])).content.decode()
    assert floor.act("revoke", desk=ada, reason="left") == 200
    assert floor.licence().state == LicenceState.REVOKED


def test_the_list_tells_what_lapses_soon_first(floor: Floor) -> None:
    today = clock.now().date()
    cal = make.agent("Cal Cole", in_team=floor.first)
    make.licence(cal, floor.acme, until=today + timedelta(days=200))
    make.licence(floor.bea, floor.acme, until=today + timedelta(days=5))
    globex = make.client("Globex")
    make.licence(cal, globex)
    page = floor.desk.get(reverse("floor-licences"))
    rows = page.context["rows"]
    assert [(row["licence"].agent.name, row["soon"]) for row in rows] == [
        ("Bea Brown", True), ("Cal Cole", False), ("Una Other", False),
    ]  # fmt: skip
    assert [bool(row["acts"]) for row in rows] == [True, True, False], "Una is of another team"
    assert "Globex" not in page.content.decode()
    assert floor.desk.get(reverse("floor-licences"), {"client": str(globex.public_id)}).context["rows"] == []
    assert floor.desk.get(reverse("floor-licences"), {"client": "seven"}).status_code == 400


def test_the_list_asks_no_more_for_more(floor: Floor, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(30) as few:
        floor.desk.get(reverse("floor-licences"))
    for n in range(5):
        make.agent(f"More {n}", licensed=floor.acme, in_team=floor.first)
    with django_assert_max_num_queries(len(few.captured_queries)):
        floor.desk.get(reverse("floor-licences"))
