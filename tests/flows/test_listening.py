"""Sue beside Bea's call with Ann: who may, who hears whom in each mode, what is written down, and when it ends."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse

from agents import leading
from agents.models import Agent, Team, TeamSupervisor
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.models import Channel, EntryKind, Membership, Policy
from interactions import chats, handling, media, monitoring, offers, talks, transfers
from interactions.models import Interaction, JournalEntry, Kind, Leg, Mode, Monitor
from interactions.offers import ReasonMissing
from tests import factories as make
from tests.flows.floor import Day, House, at_once, console_of, fresh
from tests.flows.test_web_call import Caller, heard, ringing


class Scene:
    """Ann talks to Bea of the blue team, which Sue leads."""

    def __init__(self, house: House, day: Day) -> None:
        self.house, self.day = house, day
        self.blue = make.team("Blue")
        TeamSupervisor.objects.create(team=self.blue, user=house.sue)
        line = make.queue(house.acme, "Calls", channels=[Channel.VOICE])
        self.ann = Caller(make.door(house.acme, EntryKind.WEB_CALL, into=line))
        self.ann.post("start", key="0123456789abcdef", name="Ann Archer")
        self.bea = house.agent("Bea Brown", in_team=self.blue)
        day.after(0)
        self.leg = offers.accept(ringing(self.bea, self.ann.contact), by=self.bea)
        heard(self.leg)

    @property
    def sue(self) -> User:
        return self.house.sue

    @property
    def call(self) -> Interaction:
        return fresh(self.ann.contact)

    def listens(self, mode: Mode = Mode.LISTEN) -> Monitor:
        """Sue is in, her page open."""
        monitor = monitoring.begin(self.call, by=self.sue, reason="her first week")
        monitoring.line_opened(monitor.public_id, uuid4(), by=self.sue)
        return monitoring.change(monitor, mode) if mode != Mode.LISTEN else monitor

    def written(self) -> list[tuple[str, str]]:
        """What the journal says of supervisors."""
        kinds = [Kind.MONITOR_STARTED, Kind.MONITOR_ENDED]
        entries = JournalEntry.objects.filter(interaction=self.call, kind__in=kinds).order_by("pk")
        return [(entry.kind, entry.facts.get("mode") or entry.facts["why"]) for entry in entries]


@pytest.fixture
def scene(day: Day, house: House) -> Scene:
    return Scene(house, day)


def lines(found: list[talks.Line]) -> dict[str, tuple[bool, bool]]:
    """Whom one speaks to and hears, by id."""
    return {line.id: (line.send, line.hear) for line in found}


def signed_in(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def line_of(monitor: Monitor) -> UUID:
    """The socket of her page."""
    line = Monitor.objects.get(pk=monitor.pk).line
    assert line is not None
    return line


def open_rows() -> int:
    return Monitor.objects.filter(ended_at__isnull=True).count()


# --- who hears whom --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "to_agent", "to_customer"),
    [(Mode.LISTEN, False, False), (Mode.WHISPER, True, False), (Mode.BARGE, True, True)],
)
def test_sue_hears_both_and_is_heard_as_her_mode_says(
    scene: Scene, mode: Mode, to_agent: bool, to_customer: bool
) -> None:
    monitor = scene.listens(mode)
    bea = str(scene.leg.public_id)
    assert lines(talks.of_monitor(monitor)) == {"customer": (to_customer, True), bea: (to_agent, True)}
    assert all(line.offers for line in talks.of_monitor(monitor))
    handling.hold(scene.leg, by=scene.bea)
    held = monitoring.standing().get()
    assert lines(talks.of_monitor(held)) == {"customer": (False, False), bea: (to_agent, True)}


def test_anns_page_is_told_the_same_in_each_mode_and_no_name(scene: Scene) -> None:
    before = scene.ann.state()
    told = []
    for mode in Mode:
        monitor = scene.listens(mode)
        told.append(scene.ann.state()["links"])
        monitoring.end(monitor)
    shapes = [[{**link, "id": ""} for link in links] for links in told]
    assert shapes[0] == shapes[1] == shapes[2]
    (theirs,) = [link for link in told[0] if link["role"] == ""]
    assert theirs == {"id": theirs["id"], "role": "", "send": True, "hear": True, "offers": False}
    after = scene.ann.state()
    assert {**after, "ice": 0} == {**before, "ice": 0}, "nothing else of her page changes"


def test_a_whisper_goes_into_no_recording(scene: Scene) -> None:
    """Her desk records who has a name on its lines: whom the customer hears, too."""
    sue = scene.listens(Mode.WHISPER)
    named = {line.id: line.role for line in talks.of_leg(fresh(scene.leg))}
    assert named == {"customer": "customer", str(sue.public_id): ""}
    monitoring.change(sue, Mode.BARGE)
    assert talks.of_leg(fresh(scene.leg))[-1].role == "supervisor"


def test_a_supervisor_never_answers_a_call(day: Day, house: House) -> None:
    scene = Scene(house, day)
    chats.say_goodbye(scene.ann.session)
    other = Caller(scene.ann.door)
    other.post("start", key="fedcba9876543210", name="Al")
    cal = house.agent("Cal Cole", in_team=scene.blue)
    day.after(0)
    leg = offers.accept(ringing(cal, other.contact), by=cal)
    monitoring.begin(fresh(other.contact), by=house.sue, reason="the line is bad")
    media.came(leg, media.Side.CUSTOMER)
    assert media.unsettled(leg) is not None
    day.after(10.1)
    assert open_rows() == 0, "the call failed, and with it her place in it"


# --- who may ---------------------------------------------------------------------------------------------------------


def test_only_who_supervises_the_client_and_leads_the_team(scene: Scene) -> None:
    begin = lambda by: monitoring.begin(scene.call, by=by, reason="why not")  # noqa: E731
    of_client = make.supervisor(scene.house.acme, name="Cleo")
    of_team = make.supervisor(make.client("Globex"), name="Tom", teams=[scene.blue])
    for person in (of_team, make.admin(), scene.bea.user):
        with pytest.raises(monitoring.MayNotListen):
            begin(person)
    with pytest.raises(leading.NotLed):
        begin(of_client)
    with pytest.raises(ReasonMissing):
        monitoring.begin(scene.call, by=scene.sue, reason="  ")
    assert open_rows() == 0


def test_nothing_to_hear(scene: Scene) -> None:
    scene.ann.post("end")
    with pytest.raises(monitoring.NothingToHear):
        monitoring.begin(scene.call, by=scene.sue, reason="late")


def test_the_pages_say_what_one_may(scene: Scene) -> None:
    page = reverse("floor-contact", args=[scene.call.public_id])
    ask = reverse("floor-listen", args=[scene.call.public_id])
    agent = reverse("floor-agent", args=[scene.bea.public_id])
    sue = signed_in(scene.sue)
    assert ask in sue.get(page).content.decode() and ask in sue.get(agent).content.decode()
    for person, status in (
        (make.supervisor(scene.house.acme, name="Cleo"), 403),
        (make.admin(), 403),
        (make.supervisor(make.client("Globex"), name="Sam", teams=[scene.blue]), 404),
        (scene.bea.user, 403),
    ):
        browser = signed_in(person)
        assert ask not in browser.get(page).content.decode()
        assert browser.get(ask).status_code == browser.post(ask, {"reason": "x"}).status_code == status
    assert sue.post(ask, {"reason": " "}).status_code == 422
    assert open_rows() == 0
    assert sue.post(ask, {"reason": "her first week"}).url == reverse(
        "floor-listening", args=[Monitor.objects.get().public_id]
    )


def test_her_page_its_modes_and_the_way_out(scene: Scene) -> None:
    monitor = scene.listens()
    sue = signed_in(scene.sue)
    address = {name: reverse(f"floor-listening{name}", args=[monitor.public_id]) for name in ("", "-talk", "-mode")}
    shown = sue.get(address[""]).content.decode()
    assert "Bea Brown" in shown and "Nobody hears you." in shown
    assert sue.get(address["-talk"]).json()["mode"] == "listen"
    assert sue.post(address["-mode"], {"mode": "shout"}).status_code == 422
    said = sue.post(address["-mode"], {"mode": "whisper"}).json()
    assert (said["mode"], [link["send"] for link in said["links"]]) == ("whisper", [False, True])
    other = signed_in(make.supervisor(scene.house.acme, name="Tess", teams=[scene.blue]))
    assert {other.get(address[""]).status_code, other.post(address["-mode"]).status_code} == {404}
    left = sue.post(reverse("floor-listening-leave", args=[monitor.public_id]))
    assert left.url == reverse("floor-contact", args=[scene.call.public_id])
    assert sue.get(address["-talk"]).json()["over"]
    over = sue.post(address["-mode"], {"mode": "barge"}, headers={"Accept": "application/json"})
    assert (over.status_code, over.json()["code"]) == (409, "monitor_over")
    assert sue.get(address[""]).status_code == 302
    assert scene.written() == [
        ("monitor_started", "listen"), ("monitor_started", "whisper"), ("monitor_ended", "left")
    ]  # fmt: skip


# --- what agents are told --------------------------------------------------------------------------------------------


def desk(agent: Agent) -> Any:
    return signed_in(agent.user).get(reverse("console-talk")).json()["talk"]["listeners"]


def test_bea_sees_who_is_there_where_the_client_says_so(scene: Scene) -> None:
    assert desk(scene.bea) == []
    monitor = scene.listens()
    assert desk(scene.bea) == ["Sue Supervisor listens"]
    work = reverse("console-work", args=[scene.leg.public_id])
    shown = signed_in(scene.bea.user).get(work, headers={"HX-Request": "true"}).content.decode()
    assert "Sue Supervisor listens" in shown
    Policy.objects.filter(client=scene.house.acme).update(tell_agents_when_monitored=False)
    assert desk(scene.bea) == []
    monitoring.change(monitor, Mode.WHISPER)
    assert desk(scene.bea) == ["Sue Supervisor speaks to you alone"], "a voice in her ear has a name"
    monitoring.change(monitor, Mode.BARGE)
    assert desk(scene.bea) == ["Sue Supervisor speaks with both of you"]
    monitoring.end(monitor)
    assert desk(scene.bea) == []


def test_where_the_country_says_so_bea_sees_it_whatever_the_client_says(scene: Scene, settings: Any) -> None:
    Policy.objects.filter(client=scene.house.acme).update(tell_agents_when_monitored=False)
    scene.listens()
    settings.LISTENING_TOLD_IN = frozenset({"DE"})
    assert desk(scene.bea) == []
    settings.FLOOR_COUNTRY = "DE"
    assert desk(scene.bea) == ["Sue Supervisor listens"]
    settings.FLOOR_COUNTRY = "PL"
    assert desk(scene.bea) == []
    settings.LISTENING_TOLD_IN = frozenset({"DE", scene.house.acme.country})
    assert desk(scene.bea) == ["Sue Supervisor listens"]
    scene.house.acme.refresh_from_db()
    answer = signed_in(scene.sue).get(reverse("floor-listen", args=[scene.call.public_id]))
    assert "The agent sees that you listen." in answer.content.decode()


def test_the_floor_shows_who_has_joined_in_beside_the_customer(scene: Scene) -> None:
    sue, monitor = signed_in(scene.sue), scene.listens(Mode.WHISPER)
    pages = [
        reverse("floor-contact", args=[scene.call.public_id]),
        reverse("floor-agent", args=[scene.bea.public_id]),
    ]
    for page in pages:
        assert "has joined in" not in sue.get(page).content.decode(), "nobody but the agent hears her"
    monitoring.change(monitor, Mode.BARGE)
    for page in pages:
        text = sue.get(page).content.decode()
        assert "Sue Supervisor" in text and "has joined in" in text, page


# --- how it ends -----------------------------------------------------------------------------------------------------


def test_it_ends_with_the_call(scene: Scene) -> None:
    monitor = scene.listens()
    scene.ann.post("end")
    assert not monitoring.standing().exists(), "at once, before any sweep"
    assert told_over(scene, monitor) == "Nobody talks in this call any more."
    scene.day.after(1)
    assert open_rows() == 0
    assert scene.written()[-1] == ("monitor_ended", "call over")
    assert told_over(scene, monitor) == "Nobody talks in this call any more."


def test_a_lost_right_is_called_so(scene: Scene) -> None:
    monitor = scene.listens()
    TeamSupervisor.objects.all().delete()
    assert "may not hear" in told_over(scene, monitor)
    scene.day.after(1)
    assert scene.written()[-1] == ("monitor_ended", "right lost")
    assert "may not hear" in told_over(scene, monitor)


def told_over(scene: Scene, monitor: Monitor) -> str:
    """What her page reads."""
    said: str = signed_in(scene.sue).get(reverse("floor-listening-talk", args=[monitor.public_id])).json()["over"]
    return said


def test_it_ends_when_she_leads_the_team_or_supervises_the_client_no_more(scene: Scene) -> None:
    for lose in (
        lambda: TeamSupervisor.objects.all().delete(),
        lambda: Membership.objects.filter(user=scene.sue).delete(),
        lambda: User.objects.filter(pk=scene.sue.pk).update(is_active=False),
    ):
        scene.listens()
        with transaction.atomic():
            lose()
            assert not monitoring.standing().exists()
            scene.day.after(1)
            assert open_rows() == 0
            transaction.set_rollback(True)
        monitoring.end(Monitor.objects.get(ended_at__isnull=True))


def test_it_follows_a_warm_transfer_within_her_teams_and_ends_beyond_them(scene: Scene) -> None:
    scene.listens()
    dee, red = scene.house.agent("Dee Dunn", in_team=scene.blue), scene.house.agent("Rex Read", in_team=make.team())
    for colleague, stays in ((dee, True), (red, False)):
        leg = Leg.objects.get(interaction=scene.call, role="primary", state="handling")
        asked = transfers.consult(leg, colleague, by=leg.agent, note="an old order")
        offers.accept(asked, by=colleague)
        (monitor,) = monitoring.beside(scene.call)
        assert str(asked.public_id) in lines(talks.of_monitor(monitor)), "she hears who was asked, too"
        handling.resume(fresh(leg), by=leg.agent)
        for side in media.Side:
            media.came(asked, side)
        transfers.complete_warm(fresh(leg), by=leg.agent)
        scene.day.after(0)
        assert bool(monitoring.beside(scene.call)) is stays


def test_her_page_is_away_and_back_or_gone(scene: Scene) -> None:
    monitor = scene.listens()
    line = line_of(monitor)
    newer = uuid4()
    monitoring.line_opened(monitor.public_id, newer, by=scene.sue)
    monitoring.line_closed(line)
    scene.day.after(16)
    assert open_rows() == 1, "the newer page holds it"
    monitoring.line_closed(newer)
    scene.day.after(14)
    assert open_rows() == 1
    monitoring.line_opened(monitor.public_id, uuid4(), by=scene.sue)
    for _ in range(3):
        scene.ann.state()
        scene.day.after(20)
        monitoring.line_seen(line_of(monitor))
    assert open_rows() == 1
    for _ in range(2):
        scene.ann.state()
        scene.day.after(23)
    assert open_rows() == 0, "its web process died without a word"
    assert scene.written()[-1] == ("monitor_ended", "page gone")


def test_a_page_that_never_opens_is_nobody(scene: Scene) -> None:
    monitoring.begin(scene.call, by=scene.sue, reason="pressed and gone")
    scene.day.after(15.1)
    assert open_rows() == 0


def test_one_call_at_a_time_and_the_same_press_twice_is_one(scene: Scene) -> None:
    monitor = scene.listens()
    assert monitoring.begin(scene.call, by=scene.sue, reason="her first week") == monitor
    monitoring.change(monitor, Mode.BARGE)
    anew = monitoring.begin(scene.call, by=scene.sue, reason="her first week")
    assert anew != monitor and anew.mode == Mode.LISTEN, "whoever begins is heard by nobody"
    assert open_rows() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Monitor.objects.create(
            client=scene.house.acme, interaction=scene.call, user=scene.sue, reason="x", started_at=clock.now(),
            seen_at=clock.now(),
        )  # fmt: skip


def test_two_presses_at_once_are_one(scene: Scene) -> None:
    call = scene.call
    begin = lambda: monitoring.begin(call, by=scene.sue, reason="her first week")  # noqa: E731
    at_once(begin, begin)
    assert open_rows() == 1
    assert scene.written() == [("monitor_started", "listen")]


def test_two_ends_at_once_are_one(scene: Scene) -> None:
    monitor = scene.listens()
    assert sorted(map(bool, at_once(lambda: monitoring.end(monitor), lambda: monitoring.end(monitor)))) == [False, True]
    assert len(scene.written()) == 2


def test_a_lost_desk_of_the_agent_keeps_her_for_its_grace(scene: Scene) -> None:
    from agents import presence

    scene.listens()
    presence.disconnected(console_of(scene.bea))
    scene.day.after(10)
    assert monitoring.beside(scene.call)
    scene.day.after(6)
    assert open_rows() == 0


def test_two_supervisors_are_beside_the_call_and_hear_not_each_other(scene: Scene) -> None:
    scene.listens(Mode.BARGE)
    tess = make.supervisor(scene.house.acme, name="Tess Trent", teams=Team.objects.filter(pk=scene.blue.pk))
    second = monitoring.begin(scene.call, by=tess, reason="coaching")
    assert set(lines(talks.of_monitor(second))) == {"customer", str(scene.leg.public_id)}
    assert desk(scene.bea) == ["Sue Supervisor speaks with both of you", "Tess Trent listens"]
