"""The rules of a line, capacity profiles and an agent's place by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from agents import rules
from agents.models import CapacityProfile, Presence, Seat
from bpo.kernel import clock
from clients.models import Queue, Role
from interactions.routing import router
from tests import factories
from tests.flows.floor import fresh
from tests.interactions.test_api import Caller, key, of_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def line() -> Queue:
    """Acme's line."""
    return factories.queue(factories.client("Acme"), "Orders", wants={"billing": 3}, offer_seconds=20)


@pytest.fixture
def ada() -> Caller:
    """Ada the administrator."""
    return Caller(factories.admin())


def path_of(line: Queue) -> str:
    return f"clients/{line.client.public_id}/queues/{line.public_id}/"


def test_a_line_is_made_and_changed_with_all_that_it_does(ada: Caller, line: Queue) -> None:
    acme, blue = line.client, factories.team("Blue")
    named = {each["name"]: each["public_id"] for each in ada.get("teams/").json()["results"]}
    steps = [
        {"after_seconds": 0, "action": "offer_callback"},
        {"after_seconds": 1, "action": "relax_level", "skill": "billing", "level": 1},
        {"after_seconds": 5, "action": "add_team", "team": named["Blue"]},
        {"after_seconds": 60, "action": "overflow", "to_queue": str(line.public_id)},
    ]
    made = ada.post(
        f"clients/{acme.public_id}/queues/", name="Care", channels=["chat"], overflow_steps=steps,
        teams=[named["Blue"]], offer_seconds=1, wrap_up_seconds=1, ageing_seconds=1, miss_delay_seconds=1,
        decline_delay_seconds=1, busy_delay_seconds=1, last_agent_seconds=1, skip_empty_steps=True, floor_seats=1,
        ceiling_seats=2,
    )  # fmt: skip
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["version"], told["teams"], told["floor_seats"]) == (1, [str(blue.public_id)], 1)
    assert [(each["after_seconds"], each["action"]) for each in told["overflow_steps"]] == [
        (0, "offer_callback"), (1, "relax_level"), (5, "add_team"), (60, "overflow"),
    ]  # fmt: skip
    path = f"clients/{acme.public_id}/queues/{told['public_id']}/"
    told = ada("patch", path, {"overflow_steps": steps[:1], "teams": [], "reason": "Simpler"}).json()
    assert (told["version"], told["teams"], len(told["overflow_steps"])) == (2, [], 1)
    care = Queue.objects.get(public_id=told["public_id"])
    assert list(care.versions.order_by("number").values_list("number", "why")) == [(1, "New line."), (2, "Simpler")]
    assert ada("patch", path, {"teams": [], "reason": "Again"}).json()["version"] == 2, "nothing differs"


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"offer_seconds": 0}, "offer_seconds"),
        ({"overflow_steps": [{"after_seconds": 1, "action": "drop_skill"}]}, "overflow_steps.1.0"),
        (
            {"overflow_steps": [{"after_seconds": 1, "action": "message"}, {"after_seconds": 1, "action": "message"}]},
            "overflow_steps.1.0",
        ),
        ({"overflow_steps": [{"after_seconds": -1, "action": "message"}]}, "overflow_steps.0.after_seconds"),
        ({"floor_seats": 3, "ceiling_seats": 2}, "ceiling_seats.0"),
        ({"teams": ["7d0f4b64-2f64-4f44-8f5c-1f8f3a4a2a10"]}, "teams.0"),
        ({"wanted_skills": [{"skill": "billing", "level": 9}]}, "wanted_skills.0.level"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(ada: Caller, line: Queue, body: dict[str, Any], attr: str) -> None:
    answer = ada("patch", path_of(line), {**body, "reason": "Season"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"].startswith(attr.removesuffix(".0")), answer.content
    line.refresh_from_db()
    assert line.version == 1


def test_another_clients_line_is_no_way_out(ada: Caller, line: Queue) -> None:
    theirs = factories.queue(factories.client("Globex"))
    steps = [{"after_seconds": 1, "action": "overflow", "to_queue": str(theirs.public_id)}]
    assert ada("patch", path_of(line), {"overflow_steps": steps, "reason": "Full"}).status_code == 400


def test_a_line_that_takes_none_of_its_channels_is_no_way_out(ada: Caller, line: Queue) -> None:
    letters = factories.queue(line.client, "Letters", channels=["email"])
    steps = [{"after_seconds": 1, "action": "overflow", "to_queue": str(letters.public_id)}]
    path = path_of(line)
    answer = ada("patch", path, {"channels": ["chat"], "overflow_steps": steps, "reason": "Try"})
    assert answer.status_code == 400
    assert "takes none of the channels" in answer.json()["errors"][0]["detail"], answer.content
    draft = ada.post(f"{path}versions/", channels=["chat"], overflow_steps=steps).json()
    assert ada.post(f"{path}versions/{draft['public_id']}/publish/", reason="Try").status_code == 400
    line.refresh_from_db()
    assert line.version == 1
    answer = ada("patch", path, {"overflow_steps": steps, "reason": "Letters move"})
    assert answer.status_code == 200, "its mail moves, the rest is promised a callback"


def test_a_draft_goes_its_whole_way(ada: Caller, line: Queue) -> None:
    path = f"{path_of(line)}versions/"
    began = clock.now()
    draft = ada.post(path, offer_seconds=15, wanted_skills=[{"skill": "billing", "level": 2}])
    assert draft.status_code == 201, draft.content
    one = f"{path}{draft.json()['public_id']}/"
    assert ada.post(path, limit=3).json()["errors"][0]["code"] == "draft_there"
    assert ada("patch", one, {"offer_seconds": 10}).json()["rules"]["offer_seconds"] == 10
    assert ada.get(f"{one}difference/").json() == [
        {"what": "Seconds an offer rings", "before": "20", "after": "10"},
        {"what": "Wants Billing", "before": "level 3", "after": "level 2"},
    ]
    assert ada.post(f"{one}publish/").status_code == 400, "a reason is needed"
    later = (clock.now() + timedelta(hours=1)).isoformat()
    assert ada.post(f"{one}publish/", reason="Test", at=later).json()["state"] == "scheduled"
    assert ada("patch", one, {"limit": 2}).status_code == 409
    assert ada.post(f"{one}cancel/", reason="Sooner").json()["state"] == "draft"
    assert ada.post(f"{one}publish/", reason="Test", at="2020-01-01T00:00:00Z").status_code == 400
    told = ada.post(f"{one}publish/", reason="Test").json()
    assert (told["state"], told["number"], told["published_by"]) == ("published", 2, "Ada Admin")
    assert ada.post(f"{one}publish/", reason="Test").json()["errors"][0]["code"] == "stale_state"
    first = next(row for row in ada.get(path).json()["results"] if row["number"] == 1)
    compared = ada.get(f"{path}{first['public_id']}/difference/", **{"with": told["public_id"]}).json()
    assert compared[0]["after"] == "20"
    assert ada.get(f"{one}difference/", **{"with": "x"}).status_code == 404
    back = ada.post(f"{path}{first['public_id']}/roll-back/", reason="It was better").json()
    assert (back["number"], back["rolled_back_to"]) == (3, first["public_id"])
    assert ada.get(f"{path}in-force/").json()["number"] == 3
    assert ada.get(f"{path}in-force/", at=told["published_at"]).json()["number"] == 2
    assert ada.get(f"{path}in-force/", at=began.isoformat()).status_code == 404
    for no_moment in ("yesterday", "2026-11-29T12:00:00", "9999-12-31T00:00:00Z"):
        assert ada.get(f"{path}in-force/", at=no_moment).status_code == 400, no_moment
    gone = ada.post(path, limit=4).json()["public_id"]
    assert ada.post(f"{path}{gone}/discard/", reason="No").json()["state"] == "discarded"


def test_a_moved_ground_is_409_until_it_is_known(ada: Caller, line: Queue) -> None:
    path = f"{path_of(line)}versions/"
    one = f"{path}{ada.post(path, limit=5).json()['public_id']}/"
    ada("patch", path_of(line), {"offer_seconds": 10, "reason": "Faster"})
    refused = ada.post(f"{one}publish/", reason="Limit")
    assert refused.status_code == 409
    assert "Seconds an offer rings: 20 → 10" in refused.json()["errors"][0]["detail"]
    assert ada.post(f"{one}publish/", reason="Limit", knowing=True).json()["number"] == 3


def test_rules_are_read_by_who_leads_and_written_by_administrators(line: Queue) -> None:
    rules.keep(line)
    path = f"{path_of(line)}versions/"
    sue = of_role(line.client, Role.SUPERVISOR)
    assert sue.get(path).json()["count"] == 1
    assert sue.post(path, limit=3).status_code == 403
    for other in (
        of_role(line.client, Role.MANAGER),
        of_role(line.client, Role.VIEWER),
        key(line.client),
        Caller(factories.agent(licensed=line.client).user),
    ):
        assert other.get(path).status_code == 403
    assert of_role(factories.client("Globex"), Role.SUPERVISOR).get(path).status_code == 404


def test_a_list_of_lines_and_of_versions_costs_the_same_however_long(
    ada: Caller, line: Queue, django_assert_max_num_queries: Any
) -> None:
    acme, bob = line.client, factories.admin("Bob")
    for n in range(6):
        other = factories.queue(acme, f"Line {n}", wants={"billing": 1}, teams=[factories.team()])
        steps = [{"after_seconds": 1, "action": "overflow", "to_queue": str(line.public_id)}]
        rules.change(line, {"limit": n + 1}, by=bob, why="Again")
        step = dict.fromkeys(("skill", "level", "team", "raise_by")) | steps[0]
        rules.change(other, {"overflow_steps": [step]}, by=bob, why="Over")
    with django_assert_max_num_queries(14):
        assert ada.get(f"clients/{acme.public_id}/queues/").json()["count"] == 7
    with django_assert_max_num_queries(12):
        assert ada.get(f"{path_of(line)}versions/").json()["count"] == 7


def test_a_change_of_a_profile_is_felt_by_its_agents_at_once(ada: Caller) -> None:
    made = ada.post("profiles/", name="Two calls", budget=100, voice_points=100, chat_yields_to_voice=True)
    assert made.status_code == 201 and made.json()["chat_yields_to_voice"] is True, made.content
    profile = CapacityProfile.objects.get(public_id=made.json()["public_id"])
    bea = factories.agent("Bea", capacity=profile, available=True)
    path = f"profiles/{profile.public_id}/"
    assert ada("patch", path, {"budget": 0}).status_code == 400
    assert ada("patch", path, {"budget": 200, "voice_cap": 2}).json()["budget"] == 200
    assert Seat.objects.get(pk=bea.pk).capacity == 200
    sue = Caller(factories.supervisor(factories.client("Acme")))
    assert sue.get(path).status_code == 200 and sue("patch", path, {"budget": 1}).status_code == 403
    assert Caller(bea.user).get("profiles/").status_code == 403
    assert key(factories.client("Globex")).get("profiles/").status_code == 403


def test_an_agent_gets_another_team_profile_and_wrap_up(ada: Caller, django_capture_on_commit_callbacks: Any) -> None:
    acme, red = factories.client("Acme"), factories.team("Red")
    line = factories.queue(acme, teams=[red])
    bea = factories.agent("Bea", licensed=acme, available=True)
    small = factories.profile(budget=40)
    ann = factories.waiting(line, "chat")
    path = f"agents/{bea.public_id}/"
    assert ada("patch", path, {"wrap_up_seconds": 0}).status_code == 400
    assert ada("patch", path, {"team": "Nobody"}).status_code == 400
    with django_capture_on_commit_callbacks(execute=True):
        told = ada("patch", path, {"team": "Red", "profile": small.name, "wrap_up_seconds": 1}).json()
    assert (told["team"], told["profile"], told["wrap_up_seconds"]) == ("Red", small.name, 1)
    ann.refresh_from_db()
    assert ann.state == "offered", "the line's team has somebody now"
    seat = Seat.objects.get(pk=bea.pk)
    assert (seat.presence, seat.capacity) == (Presence.AVAILABLE, 40)
    assert ada("patch", path, {"wrap_up_seconds": None}).json()["wrap_up_seconds"] is None


def test_ada_gives_an_agent_a_wrap_up_of_her_own_by_page(ada: Caller) -> None:
    bea = factories.agent("Bea")
    path = reverse("setup-agent", args=[bea.public_id])
    form = {"team": bea.team_id, "profile": bea.profile_id, "wrap_up_seconds": 1}
    assert ada.browser.post(path, form).status_code == 302
    bea.refresh_from_db()
    assert bea.wrap_up_seconds == 1


def test_the_share_of_a_company_is_set_by_page_and_api(ada: Caller) -> None:
    acme = factories.client("Acme")
    path = f"clients/{acme.public_id}/"
    assert ada("patch", path, {"floor_seats": 4, "ceiling_seats": 3}).status_code == 400
    assert ada("patch", path, {"floor_seats": 3, "ceiling_seats": 4}).json()["ceiling_seats"] == 4
    page = ada.browser.get(reverse("setup-company", args=[acme.public_id])).content.decode()
    assert "Share of the floor" in page and "served first until" in page


def test_who_waits_behind_a_ceiling_is_served_as_soon_as_it_is_raised(
    ada: Caller, django_capture_on_commit_callbacks: Any
) -> None:
    acme = factories.client("Acme", ceiling_seats=1)
    line = factories.queue(acme)
    agents = [factories.agent(name, licensed=acme, available=True) for name in ("Bea", "Bob")]
    ann, paul = (factories.waiting(line, "voice") for _ in range(2))
    with django_capture_on_commit_callbacks(execute=True):
        for agent in agents:
            router.agent_has_room(agent.pk)
    assert sorted(fresh(each).state for each in (ann, paul)) == ["offered", "queued"]
    with django_capture_on_commit_callbacks(execute=True):
        ada("patch", f"clients/{acme.public_id}/", {"ceiling_seats": 2})
    assert [fresh(each).state for each in (ann, paul)] == ["offered", "offered"]


def test_the_client_reads_its_line_and_nothing_of_the_houses_own(ada: Caller) -> None:
    acme = factories.client("Acme", floor_seats=3)
    line = factories.queue(acme, "Orders", teams=[factories.team("Blue")], floor_seats=2)
    step = {"after_seconds": 5, "action": "add_team", "team": str(factories.team("Red").public_id)}
    assert ada("patch", path_of(line), {"overflow_steps": [step], "reason": "Season"}).status_code == 200
    for own in (of_role(acme, Role.MANAGER), of_role(acme, Role.VIEWER), key(acme)):
        told = own.get(path_of(line)).json()
        assert told["limit"] is None and told["overflow_steps"][0]["action"] == "add_team"
        assert not {"teams", "strategy", "floor_seats", "offer_seconds"} & set(told)
        assert "team" not in told["overflow_steps"][0]
        assert "floor_seats" not in own.get(f"clients/{acme.public_id}/").json()
        assert own.get(f"{path_of(line)}versions/").status_code == 403
    sue = of_role(acme, Role.SUPERVISOR).get(path_of(line)).json()
    assert sue["teams"] and sue["overflow_steps"][0]["team"] and sue["floor_seats"] == 2


def test_a_line_is_changed_at_once_only_with_a_reason(ada: Caller, line: Queue) -> None:
    for reason in ({}, {"reason": ""}, {"reason": "  "}):
        answer = ada("patch", path_of(line), {"offer_seconds": 11, **reason})
        told = answer.json()["errors"][0]
        assert (answer.status_code, told["attr"], told["detail"]) == (400, "reason", "Say why in a few words.")
    line.refresh_from_db()
    assert (line.offer_seconds, line.version) == (20, 1)
    assert ada("patch", path_of(line), {"offer_seconds": 11, "reason": "Rings too long"}).status_code == 200
    assert rules.in_force(line).why == "Rings too long"
