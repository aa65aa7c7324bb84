"""A recorded call from the first piece to the day on which it is deleted; who may record, and who may hear it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel import push as kernel_push
from clients import api_keys
from clients.models import ApiKey, Channel, EntryKind, Policy, Queue, Role
from interactions import handling, keeping, offers, pieces, playback, recordings, transfers
from interactions.models import (
    EndedBy,
    JournalEntry,
    Kind,
    Leg,
    PausedFor,
    Recording,
    RecordingState,
    Side,
    Track,
)
from tests import factories as make
from tests.flows.floor import Day, House, fresh
from tests.flows.test_web_call import Caller, heard, ringing
from tests.kernel.test_webm import recorded


@pytest.fixture
def line(house: House) -> Queue:
    """A line that takes calls and wraps up."""
    return make.queue(house.acme, "Calls", channels=[Channel.VOICE])


@pytest.fixture
def ann(line: Queue) -> Caller:
    """She has pressed "Call now"."""
    caller = Caller(make.door(line.client, EntryKind.WEB_CALL, into=line))
    caller.post("start", key="0123456789abcdef", name="Ann Archer", phone="+442079460000")
    return caller


def ruled(house: House, **rules: Any) -> None:
    """The client's own rules."""
    policy, _ = Policy.objects.get_or_create(client=house.acme)
    Policy.objects.filter(pk=policy.pk).update(**rules)


def talking(house: House, day: Day, ann: Caller, name: str = "Bea Brown") -> Leg:
    """An agent has taken it, and both hear each other."""
    agent = house.agent(name)
    day.after(0)
    leg = offers.accept(ringing(agent, ann.contact), by=agent)
    heard(leg)
    return fresh(leg)


class Desk:
    """The page of an agent's desk, which records."""

    def __init__(self, leg: Leg, agent: Agent | None = None) -> None:
        self.leg, self.browser = leg, Browser()
        self.browser.force_login((agent or leg.agent).user)
        self.sent = dict.fromkeys(Side.values, 0)
        self.address = ""

    def begin(self) -> int:
        """It can record: whether it may."""
        answer = self.browser.post(reverse("console-recording", args=[self.leg.public_id]))
        if answer.status_code == 201:
            self.address, self.sent = answer.json()["address"], dict.fromkeys(Side.values, 0)
        return answer.status_code

    def send(self, side: str, content: bytes, *, number: int | None = None, last: bool = False, peaks: str = "") -> Any:
        """One piece; by itself the next."""
        if number is None:
            number, self.sent[side] = self.sent[side], self.sent[side] + 1
        headers = {"X-Peaks": peaks, **({"X-Last": "1"} if last else {})}
        address = f"{self.address.replace('side', side)}{number}/"
        return self.browser.post(address, content, content_type="application/octet-stream", headers=headers)

    def records(self, seconds: int) -> None:
        """Both tracks, a piece a second."""
        for piece in recorded(seconds):
            for side in Side.values:
                assert self.send(side, piece, peaks="40ff1000").status_code == 200

    def stops(self) -> None:
        """Nothing more comes."""
        for side in Side.values:
            assert self.send(side, b"", last=True).status_code == 200

    def press(self, name: str, **fields: Any) -> int:
        """A button of the call bar."""
        return self.browser.post(reverse(f"console-recording-{name}", args=[self.leg.public_id]), fields).status_code


def told(leg: Leg, *kinds: str) -> list[Any]:
    """The journal of these kinds, in order."""
    return list(JournalEntry.objects.filter(leg=leg, kind__in=kinds).order_by("pk"))


def ends(leg: Leg) -> None:
    """She hangs up."""
    handling.end_work(fresh(leg), by=leg.agent, ended_by=EndedBy.AGENT)


def kept(house: House, day: Day, ann: Caller, seconds: int = 3) -> Recording:
    """A call that was recorded and is over."""
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    assert desk.begin() == 201
    desk.records(seconds)
    ends(desk.leg)
    desk.stops()
    return Recording.objects.get()


def test_a_call_is_recorded_by_rule(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on", recording_days=30)
    assert ann.state()["recorded"] is True, "she is told before anybody answers"
    desk = Desk(talking(house, day, ann))
    assert desk.begin() == 201
    desk.records(4)
    ends(desk.leg)
    desk.stops()
    recording = Recording.objects.get()
    assert (recording.state, recording.consent) == (RecordingState.KEPT, "announced"), "a worker made it whole at once"
    assert keeping.finish_ended(clock.now()) == 0
    assert recording.keep_until == recording.started_at + timedelta(days=30)
    for track in recording.tracks.all():
        with default_storage.open(track.file.name) as file:
            stored = file.read()
        assert (len(stored), hashlib.sha256(stored).hexdigest()) == (track.bytes, track.sha256)
        assert track.duration_ms == 4000
        assert not default_storage.exists(track.file.name.replace(".webm", ".part")), "nothing else is left of it"
    assert [entry.kind for entry in told(desk.leg, "recording_started", "recording_stopped")] == [
        "recording_started", "recording_stopped",
    ]  # fmt: skip
    assert told(desk.leg, "recording_started")[0].facts["consent"] == "announced"


def test_without_the_rule_nothing_is_recorded(day: Day, house: House, ann: Caller) -> None:
    desk = Desk(talking(house, day, ann))
    assert desk.begin() == 409
    assert not Recording.objects.exists()
    assert (ann.state()["recorded"], ann.state()["record_ask"]) == (False, False)


def test_nothing_is_recorded_before_they_hear_each_other(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    bea = house.agent("Bea Brown")
    day.after(0)
    desk = Desk(offers.accept(ringing(bea, ann.contact), by=bea))
    assert desk.begin() == 409


def test_ann_is_asked_and_says_yes(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="ask")
    assert (ann.state()["recorded"], ann.state()["record_ask"]) == (False, True)
    desk = Desk(talking(house, day, ann))
    assert desk.begin() == 409, "nobody has asked yet"
    assert desk.press("answer", yes="1") in (200, 302)
    assert desk.press("answer", yes="1") in (200, 302), "twice is once"
    assert (ann.state()["recorded"], ann.state()["record_ask"]) == (True, False)
    assert desk.begin() == 201
    assert Recording.objects.get().consent == "given"
    assert len(told(desk.leg, "recording_started")) == 1


def test_ann_says_no_and_later_yes(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="ask")
    desk = Desk(talking(house, day, ann))
    desk.press("answer", yes="0")
    assert desk.begin() == 409
    assert (ann.state()["recorded"], ann.state()["record_ask"]) == (False, False)
    assert told(desk.leg, "recording_stopped")[0].facts["consent"] == "refused"
    desk.press("answer", yes="1")
    assert desk.begin() == 201
    desk.records(1)
    desk.press("answer", yes="0")
    assert desk.send(Side.AGENT, b"more").status_code == 409, "from here on nothing is taken"


def test_a_no_holds_for_the_colleague_too(day: Day, house: House, ann: Caller, line: Queue) -> None:
    ruled(house, recording="ask")
    desk = Desk(talking(house, day, ann))
    desk.press("answer", yes="0")
    cal = house.agent("Cal Cole")
    transfers.to_colleague(fresh(desk.leg), cal, by=desk.leg.agent)
    taken = offers.accept(ringing(cal, ann.contact), by=cal)
    heard(taken)
    assert Desk(fresh(taken)).begin() == 409
    assert ann.state()["record_ask"] is False


NO = {"yes": "0"}


def states() -> list[str]:
    """What there is of recordings, the oldest first."""
    return list(Recording.objects.order_by("pk").values_list("state", flat=True))


def bar(desk: Desk) -> str:
    """The call bar at this desk."""
    page = desk.browser.get(reverse("console-leg", args=[desk.leg.public_id])).content.decode()
    return page.partition('class="callbar"')[2].partition("</section>")[0]


def test_told_that_it_is_recorded_ann_says_no(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(2)
    files = [track.file.name for track in Track.objects.all()]
    assert "The customer does not want it" in bar(desk)
    assert desk.press("answer", **NO) in (200, 302)
    assert desk.press("answer", **NO) in (200, 302), "twice is once"
    told_ann = ann.state()
    assert (told_ann["recorded"], told_ann["record_ask"], told_ann["record_refused"]) == (False, False, True)
    assert desk.send(Side.AGENT, b"more").status_code == 409
    assert desk.begin() == 409, "nothing more is recorded"
    assert states() == ["deleted", "refused"], "what was recorded without her word is gone"
    assert files and not any(default_storage.exists(name) for name in files)
    no, deleted = told(desk.leg, "recording_stopped")[-1], told(desk.leg, "recording_deleted")
    assert (no.facts["consent"], no.actor) == ("refused", desk.leg.agent.user)
    assert [entry.facts["why"] for entry in deleted] == ["refused"]
    story = Browser()
    story.force_login(house.sue)
    page = story.get(reverse("floor-contact", args=[ann.contact.public_id])).content.decode()
    assert "The customer does not want to be recorded" in page and "the customer did not want it" in page


def test_a_no_with_the_rule_on_can_be_taken_back(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    assert desk.press("answer", yes="1") in (200, 302)
    assert [entry.facts["consent"] for entry in told(desk.leg, "recording_started")] == ["announced"], "not asked"
    desk.press("answer", **NO)
    assert "Not recorded" in bar(desk)
    assert desk.press("answer", yes="1") in (200, 302)
    assert (ann.state()["recorded"], ann.state()["record_refused"]) == (True, False)
    assert desk.begin() == 201
    desk.records(1)
    assert desk.begin() == 201, "a reload"
    assert [each.consent for each in Recording.objects.order_by("pk")] == ["announced", "refused", "given", "given"]
    desk.press("answer", **NO)
    assert states() == ["deleted", "refused", "kept", "kept", "refused"], "what she had said yes to is kept"


def test_a_no_with_the_rule_on_is_of_the_whole_contact(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(1)
    cal, dan = house.agent("Cal Cole"), house.agent("Dan Drew")
    transfers.to_colleague(fresh(desk.leg), cal, by=desk.leg.agent)
    taken = offers.accept(ringing(cal, ann.contact), by=cal)
    heard(taken)
    second = Desk(fresh(taken))
    second.begin()
    second.records(1)
    second.press("answer", **NO)
    assert states() == ["deleted", "deleted", "refused"], "of the colleague before, too"
    transfers.to_colleague(fresh(taken), dan, by=cal)
    third = offers.accept(ringing(dan, ann.contact), by=dan)
    heard(third)
    assert Desk(fresh(third)).begin() == 409
    assert ann.state()["record_refused"] is True


def test_after_a_no_nobody_hears_it_though_no_worker_runs(
    day: Day, house: House, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(1)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(fresh(desk.leg), cal, by=desk.leg.agent)
    taken = offers.accept(ringing(cal, ann.contact), by=cal)
    heard(taken)
    day.after(21)
    first = Recording.objects.get()
    assert listens(house.sue, first) == 200
    monkeypatch.setattr(kernel_push, "start", lambda *_: False)
    Desk(fresh(taken)).press("answer", **NO)
    assert listens(house.sue, first) == 404
    assert playback.of_contacts([ann.contact], house.sue, lambda key, name: name) == []
    assert keeping.delete_due(clock.now()) == 1, "beat finds it"
    assert listens(house.sue, first) == 404


def test_that_it_is_recorded_is_said_aloud_once(day: Day, house: House, line: Queue) -> None:
    ruled(house, recording="on")
    ann = Caller(make.door(line.client, EntryKind.WEB_CALL, into=line))
    ann.post("start", key="0123456789abcdef", name="Ana Arias", language="es")
    desk = Desk(talking(house, day, ann))
    assert desk.press("said") == 409, "it is not recorded yet"
    desk.begin()
    assert "Esta llamada se graba" in bar(desk), "in her language"
    assert desk.press("said") in (200, 302)
    assert desk.press("said") in (200, 302)
    assert "Esta llamada se graba" not in bar(desk)
    (spoken,) = [entry for entry in told(desk.leg, "recording_started") if entry.facts.get("spoken")]
    assert (spoken.facts["consent"], spoken.actor) == ("announced", desk.leg.agent.user)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(fresh(desk.leg), cal, by=desk.leg.agent)
    taken = offers.accept(ringing(cal, ann.contact), by=cal)
    heard(taken)
    second = Desk(fresh(taken))
    second.begin()
    assert "Esta llamada se graba" not in bar(second), "she was told"


def test_a_piece_sent_twice_is_taken_once(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    first, second = recorded(2)
    desk.send(Side.AGENT, first)
    assert desk.send(Side.AGENT, first, number=0).json() == {"awaited": 1}
    desk.send(Side.AGENT, second)
    track = Track.objects.get(side=Side.AGENT)
    assert (track.pieces, track.bytes) == (2, len(first) + len(second))
    with default_storage.open(track.file.name) as file:
        assert file.read() == first + second


def test_a_piece_out_of_order_is_refused_with_the_one_awaited(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    answer = desk.send(Side.AGENT, recorded(3)[2], number=2)
    assert (answer.status_code, answer.json()) == (409, {"code": "piece_awaited", "awaited": 0})
    assert Track.objects.get(side=Side.AGENT).bytes == 0


def test_what_was_written_and_not_committed_is_overwritten(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    first, second = recorded(2)
    desk.send(Side.AGENT, first)
    track = Track.objects.get(side=Side.AGENT)
    with default_storage.open(track.file.name, "ab") as file:
        file.write(b"half of a piece, then the process died")
    desk.send(Side.AGENT, second)
    with default_storage.open(track.file.name) as file:
        assert file.read() == first + second


def test_nobody_else_may_send(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    other = Desk(desk.leg, house.agent("Cal Cole"))
    assert other.begin() == 404
    other.address = desk.address
    assert other.send(Side.AGENT, recorded(1)[0]).status_code == 404
    assert Browser().post(f"{desk.address.replace('side', 'agent')}0/").status_code == 302
    assert desk.send("third", b"x", number=0).status_code == 404


def test_pieces_that_are_no_sound_or_too_large_are_refused(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    assert desk.send(Side.AGENT, b"<html>", number=0).status_code == 400
    assert desk.browser.post(f"{desk.address.replace('side', 'agent')}0/", {"a": "b"}).status_code == 400
    assert desk.send(Side.AGENT, b"x" * (pieces.MOST_PIECE + 1), number=0).status_code == 400
    assert desk.send(Side.AGENT, recorded(1)[0], number=0, peaks="loud").status_code == 400
    assert Track.objects.get(side=Side.AGENT).pieces == 0


def test_a_recording_that_is_full_ends_and_another_begins(
    day: Day, house: House, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(1)
    monkeypatch.setattr(recordings, "MOST_BYTES", 10)
    assert desk.send(Side.AGENT, recorded(2)[1]).json() == {"awaited": 1}, "it was not taken"
    assert not Recording.objects.get().is_live
    assert desk.begin() == 201
    assert Recording.objects.count() == 2


def test_the_last_pieces_may_come_a_little_later(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(1)
    ends(desk.leg)
    day.after(15)
    late = recorded(2)[1]
    assert desk.send(Side.AGENT, late).status_code == 200
    clock.advance(10)
    assert desk.send(Side.CUSTOMER, late).status_code == 409


def test_a_desk_that_vanished_leaves_what_came(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(2)
    ann.post("end")
    day.after(19)
    assert Recording.objects.get().is_live
    day.after(2)
    recording = Recording.objects.get()
    assert recording.state == RecordingState.KEPT
    assert told(desk.leg, "recording_stopped")[0].facts["why"] == "the desk was gone"
    assert [track.duration_ms for track in recording.tracks.all()] == [2000, 2000]


def test_without_redis_beat_makes_it_whole(
    day: Day, house: House, ann: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_push, "start", lambda *_: False)
    recording = kept(house, day, ann)
    assert recording.state == RecordingState.ENDED
    assert listens(house.sue, recording) == 404
    assert keeping.finish_ended(clock.now()) == 1
    assert listens(house.sue, recording) == 200


def test_what_cannot_be_read_stays_as_it_came(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    odd = recorded(1)[0][:40] + b"\0" * 400
    for side in Side.values:
        desk.send(side, odd, peaks="10" * 8)
    desk.stops()
    recording = Recording.objects.get()
    assert recording.state == RecordingState.KEPT
    for track in recording.tracks.all():
        assert (track.sha256, track.duration_ms) == (hashlib.sha256(odd).hexdigest(), 2000)


def test_a_recording_of_which_nothing_came_is_told_as_empty(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    ends(desk.leg)
    day.after(21)
    (shown,) = playback.of_contacts([ann.contact], house.sue, lambda key, name: name)
    assert shown.recording.state == RecordingState.KEPT and not shown.sounds


def test_a_reloaded_desk_goes_on_in_another_recording(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    assert desk.begin() == 201 and Recording.objects.count() == 1, "no piece came yet: it is the same"
    desk.records(1)
    before = desk.address
    assert desk.begin() == 201
    assert desk.address != before
    assert list(Recording.objects.order_by("pk").values_list("state", flat=True)) == ["kept", "running"]


def test_a_colleague_who_takes_over_begins_her_own(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(1)
    cal = house.agent("Cal Cole")
    asked = transfers.consult(fresh(desk.leg), cal, by=desk.leg.agent, note="an old order")
    offers.accept(asked, by=cal)
    heard(asked)
    assert Desk(fresh(asked)).begin() == 409, "who is asked for advice records nothing"
    transfers.complete_warm(fresh(desk.leg), by=desk.leg.agent)
    assert Desk(fresh(asked)).begin() == 201
    day.after(21)
    assert list(Recording.objects.order_by("pk").values_list("leg__agent__name", "state")) == [
        ("Bea Brown", "kept"), ("Cal Cole", "running"),
    ]  # fmt: skip


def test_pause_and_go_on(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    assert desk.press("pause", on="1") == 409, "nothing runs yet"
    desk.begin()
    assert desk.press("pause", on="1") == 204
    assert desk.press("pause", on="1") == 204
    assert ann.state()["recorded"] is False
    assert desk.press("pause", on="0") == 204
    assert ann.state()["recorded"] is True
    assert [entry.kind for entry in told(desk.leg, "recording_started", "recording_paused")] == [
        "recording_started", "recording_paused", "recording_started",
    ]  # fmt: skip


def test_a_card_pauses_by_itself_and_ends_no_pause_by_hand(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.press("pause", on="1", why="card")
    assert Recording.objects.get().paused_for == PausedFor.CARD
    assert told(desk.leg, "recording_paused")[0].facts["why"] == "card"
    desk.press("pause", on="0", why="card")
    assert Recording.objects.get().state == RecordingState.RUNNING
    desk.press("pause", on="1", why="card")
    desk.press("pause", on="1")
    desk.press("pause", on="0", why="card")
    assert Recording.objects.get().paused_for == PausedFor.AGENT


def test_going_on_by_hand_ends_no_pause_of_a_card(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.press("pause", on="1", why="card")
    desk.press("pause", on="0")
    assert ann.state()["recorded"] is False, "the number is being said"
    desk.press("pause", on="1")
    assert [entry.facts["why"] for entry in told(desk.leg, "recording_paused")] == ["card", "agent"]
    desk.press("pause", on="0")
    assert Recording.objects.get().paused_for == PausedFor.CARD
    desk.press("pause", on="0", why="card")
    assert ann.state()["recorded"] is True


def test_of_both_pauses_the_one_by_hand_stays_when_the_card_is_done(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    assert desk.browser.post(reverse("console-recording", args=[desk.leg.public_id])).json()["by_hand"] is False
    desk.press("pause", on="1")
    desk.press("pause", on="1", why="card")
    assert desk.browser.get(reverse("console-talk")).json()["talk"]["recording"] == {
        "wanted": True, "by_hand": True, "by_card": True,
    }  # fmt: skip
    desk.records(1)
    desk.begin()
    live = Recording.objects.order_by("-pk").first()
    assert live and live.paused_for == PausedFor.AGENT, "the card's field is told by the page that has it"
    desk.press("pause", on="1", why="card")
    desk.press("pause", on="0")
    desk.press("pause", on="0", why="card")
    assert ann.state()["recorded"] is True


def test_a_pause_by_hand_outlives_reload_and_transfer(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    desk.records(1)
    desk.press("pause", on="1")
    desk.begin()
    assert Recording.objects.order_by("pk").last().state == RecordingState.PAUSED  # type: ignore[union-attr]
    desk.records(1)
    cal = house.agent("Cal Cole")
    transfers.to_colleague(fresh(desk.leg), cal, by=desk.leg.agent)
    taken = offers.accept(ringing(cal, ann.contact), by=cal)
    heard(taken)
    day.after(21)
    assert ann.state()["recorded"] is False
    Desk(fresh(taken)).begin()
    assert Recording.objects.order_by("pk").last().state == RecordingState.PAUSED  # type: ignore[union-attr]


def test_deleted_on_its_day(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    files = [track.file.name for track in recording.tracks.all()]
    clock.advance(90 * 86_400 - 60)
    assert keeping.delete_due(clock.now()) == 0
    clock.advance(61 + 60)
    assert keeping.delete_due(clock.now()) == 1
    assert keeping.delete_due(clock.now()) == 0
    recording.refresh_from_db()
    assert (recording.state, recording.deleted_at) == (RecordingState.DELETED, clock.now())
    assert not any(default_storage.exists(name) for name in files)
    track = recording.tracks.first()
    assert track and not track.file and not track.peaks and track.sha256, "what it was is still told"
    assert len(told(recording.leg, "recording_deleted")) == 1
    assert listens(house.sue, recording) == 404


def test_all_of_a_day_are_deleted_in_one_turn_and_none_is_heard_after_it(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    others = [
        Recording.objects.create(
            client=house.acme, leg=recording.leg, interaction=recording.interaction, state=RecordingState.KEPT,
            consent=recording.consent, started_at=recording.started_at, ended_at=recording.ended_at,
            keep_until=recording.keep_until,
        )
        for _nth in range(30)
    ]  # fmt: skip
    others[0].state = RecordingState.ENDED  # never made whole
    others[0].save()
    clock.advance(91 * 86_400)
    assert listens(house.sue, recording) == 404, "its day has come, whether it is deleted yet or not"
    assert keeping.delete_due(clock.now()) == 31
    assert set(Recording.objects.values_list("state", flat=True)) == {RecordingState.DELETED}
    assert len(told(recording.leg, "recording_deleted")) == 31


def test_it_is_not_kept_longer_than_its_contact(day: Day, house: House, ann: Caller) -> None:
    ruled(house, recording_days=900, retention_days=100)
    recording = kept(house, day, ann)
    assert recording.keep_until == recording.started_at + timedelta(days=100)


def listens(person: User, recording: Recording, side: str = "customer", **headers: str) -> int:
    """What this person gets of a track."""
    browser = Browser()
    browser.force_login(person)
    address = reverse("recording-track", args=[recording.public_id, side])
    return browser.get(address, headers=headers).status_code


def of_the_client(house: House, role: Role) -> User:
    """One of Acme's own people."""
    person = make.user(f"{role} of Acme")
    make.membership(person, house.acme, role)
    return person


def test_who_may_hear_it(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    bea, cal = recording.leg.agent.user, house.agent("Cal Cole").user
    viewer, manager = of_the_client(house, Role.VIEWER), of_the_client(house, Role.MANAGER)
    stranger = make.supervisor(make.client("Globex"), name="Sam")
    table = {
        "supervisor": house.sue, "admin": make.admin(), "own": bea, "colleague": cal, "viewer": viewer,
        "manager": manager, "stranger": stranger,
    }  # fmt: skip

    def hear() -> set[str]:
        return {name for name, person in table.items() if listens(person, recording) == 200}

    ruled(house, client_hears_recordings=False, agents_hear_own_recordings=False)
    assert hear() == {"supervisor", "admin"}
    ruled(house, client_hears_recordings=True)
    assert hear() == {"supervisor", "admin", "viewer", "manager"}
    ruled(house, client_hears_recordings=False, agents_hear_own_recordings=True)
    assert hear() == {"supervisor", "admin", "own"}
    assert {listens(person, recording) for name, person in table.items() if name in ("colleague", "viewer")} == {404}
    assert Browser().get(reverse("recording-track", args=[recording.public_id, "customer"])).status_code == 302
    assert listens(house.sue, recording, "third") == 404


def test_a_listening_is_written_down_once_a_sitting(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    for side in Side.values:
        listens(house.sue, recording, side, Range="bytes=0-")
    clock.advance(60)
    listens(house.sue, recording, Range="bytes=100-200")
    (entry,) = told(recording.leg, "recording_heard")
    assert (entry.actor, entry.facts["recording"]) == (house.sue, str(recording.public_id))
    listens(make.admin(), recording)
    clock.advance(3600)
    listens(house.sue, recording)
    assert len(told(recording.leg, "recording_heard")) == 3


def test_a_part_of_it(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    track = recording.tracks.get(side=Side.AGENT)
    with default_storage.open(track.file.name) as file:
        whole = file.read()
    browser = Browser()
    browser.force_login(house.sue)
    address = reverse("recording-track", args=[recording.public_id, "agent"])
    end = len(whole) - 1
    for asked, first, last in (("bytes=0-", 0, end), ("bytes=10-19", 10, 19), ("bytes=-5", end - 4, end)):
        answer = browser.get(address, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (206, whole[first : last + 1])
        assert answer["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert browser.get(address, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    assert browser.get(address, headers={"Range": "lines=1-2"}).getvalue() == whole
    with patch("bpo.kernel.ranges.MOST_AT_ONCE", 8):
        piece = browser.get(address, headers={"Range": "bytes=2-"})
    assert (piece.content, piece["Content-Range"]) == (whole[2:10], f"bytes 2-9/{len(whole)}"), "the player asks on"
    assert browser.post(address).status_code == 405


def test_it_stands_on_the_pages_of_the_contact(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    ruled(house, client_hears_recordings=True, agents_hear_own_recordings=True)
    track = reverse("recording-track", args=[recording.public_id, "customer"])
    case = make_case(recording)
    pages = [
        (house.sue, reverse("floor-contact", args=[ann.contact.public_id])),
        (of_the_client(house, Role.VIEWER), reverse("portal-contact", args=[house.acme.public_id, ann.contact.public_id])),  # noqa: E501
        (recording.leg.agent.user, reverse("console-case", args=[case.public_id])),
    ]  # fmt: skip
    for person, address in pages:
        browser = Browser()
        browser.force_login(person)
        assert track in browser.get(address).content.decode(), address
    ruled(house, client_hears_recordings=False, agents_hear_own_recordings=False)
    for person, address in pages[1:]:
        browser = Browser()
        browser.force_login(person)
        page = browser.get(address)
        assert page.status_code == 200 and track not in page.content.decode(), address


def make_case(recording: Recording) -> Any:
    """The matter of the call."""
    from interactions import cases

    return cases.of_leg(Leg.objects.select_related("interaction", "client", "agent").get(pk=recording.leg_id))


def test_a_key_hears_by_its_scope(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    answers = {}
    for scopes in (["media"], ["read"]):
        _key, secret = api_keys.make(house.acme, name="shop", scopes=scopes, by=make.admin())
        browser = Browser(headers={"Authorization": f"Bearer {secret}"})
        listed = browser.get("/api/v1/recordings/", {"interaction": str(ann.contact.public_id)})
        played = browser.get(f"/api/v1/recordings/{recording.public_id}/tracks/agent/")
        answers[scopes[0]] = (listed.status_code, played.status_code)
    assert answers == {"media": (200, 200), "read": (403, 403)}
    assert told(recording.leg, "recording_heard")[0].actor_name == "key shop"
    _key, secret = api_keys.make(make.client("Globex"), name="g", scopes=ApiKey.SCOPES, by=make.admin())
    other = Browser(headers={"Authorization": f"Bearer {secret}"})
    assert other.get(f"/api/v1/recordings/{recording.public_id}/tracks/agent/").status_code == 404
    assert other.get("/api/v1/recordings/").json()["results"] == []


def test_the_database_holds_one_live_recording_of_a_leg(day: Day, house: House, ann: Caller) -> None:
    from django.db import IntegrityError, transaction

    ruled(house, recording="on")
    desk = Desk(talking(house, day, ann))
    desk.begin()
    live = Recording.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.create(
            client=house.acme, interaction=ann.contact, leg=desk.leg, consent="announced", started_at=clock.now(),
            keep_until=clock.now() + timedelta(days=1), public_id=uuid4(),
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.filter(pk=live.pk).update(state="deleted")


def test_a_card_is_checked_and_its_number_not_kept(house: House) -> None:
    from clients.script_graph import Field, Step
    from interactions.answers import AnswersWrong, read_fields

    step = Step("pay", "collect", "Pay", fields=(Field("card", "Card number", "card", required=True),))
    given = {"card": "4242 4242 4242 4242"}
    assert read_fields(step, given, client=house.acme, customer=None) == {"card": "•••• 4242"}
    assert read_fields(step, {"card": "•••• 4242"}, client=house.acme, customer=None) == {"card": "•••• 4242"}
    with pytest.raises(AnswersWrong):
        read_fields(step, {"card": "4242 4242 4242 4241"}, client=house.acme, customer=None)


def test_kinds_have_words(day: Day, house: House, ann: Caller) -> None:
    recording = kept(house, day, ann)
    listens(house.sue, recording)
    browser = Browser()
    browser.force_login(house.sue)
    page = browser.get(reverse("floor-contact", args=[ann.contact.public_id])).content.decode()
    assert "Recording begins" in page and "Recording heard by" in page
    assert Kind.RECORDING_HEARD
