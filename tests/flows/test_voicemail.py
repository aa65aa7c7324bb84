"""A spoken message after hours and from the line: sent, thrown away, cut off; who hears it, what it is counted as."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client as Browser
from django.urls import reverse

from agents.models import StepAction
from bpo.accounts.models import User
from bpo.kernel import clock
from clients import api_keys
from clients.models import Channel, ClientState, EntryKind, EntryPoint, HoursSpan, Policy, Queue, Role
from interactions import (
    callback_work,
    callbacks,
    keeping,
    offers,
    outbound,
    pieces,
    playback,
    transfers,
    voicemails,
)
from interactions.models import (
    Callback,
    CallbackOrigin,
    Interaction,
    JournalEntry,
    Leg,
    Outcome,
    Recording,
    RecordingState,
    State,
    Voicemail,
)
from interactions.reports import queries
from interactions.reports.scope import scope_of
from tests import factories as make
from tests.flows.floor import Day, House, fresh, seat
from tests.flows.test_overflow import step
from tests.flows.test_recording import listens, of_the_client
from tests.flows.test_web_call import Caller
from tests.kernel.test_webm import recorded

NUMBER = "+442079460000"


@pytest.fixture
def line(house: House) -> Queue:
    """A line that takes calls, whenever."""
    Policy.objects.get_or_create(client=house.acme)
    return make.queue(house.acme, "Calls", channels=[Channel.VOICE], wrap_up_seconds=60)


@pytest.fixture
def door(line: Queue) -> EntryPoint:
    """Acme's call page."""
    return make.door(line.client, EntryKind.WEB_CALL, into=line)


@pytest.fixture
def closed(door: EntryPoint) -> EntryPoint:
    """It opens again in five hours, for the afternoon."""
    hours = make.hours(door.client, "Afternoon", always_open=False)
    HoursSpan.objects.create(hours=hours, weekday=clock.now().weekday(), opens=900, closes=1200)
    door.hours = hours
    door.save()
    Queue.objects.filter(pk=door.queue_id).update(hours=hours)
    return EntryPoint.objects.get(pk=door.pk)


class Ann:
    """She speaks at the call page: no cookie, only the token of her message."""

    def __init__(self, door: EntryPoint, *, token: str = "", key: str = "ann-speaks-0123456789") -> None:
        self.door, self.call, self.key, self.token, self.number, self.address = door, token, key, "", 0, "/nowhere/"

    def begins(self, number: str = NUMBER, **said: Any) -> Any:
        """She presses record."""
        body = {"key": self.key, "number": number, "name": "Ann Archer", "zone": "Europe/Madrid", **said}
        answer = self._post("begin", json.dumps(body), "application/json", self.call)
        if answer.status_code == 201:
            self.token, self.address, self.number = answer.json()["token"], answer.json()["address"], 0
        return answer

    def speaks(self, seconds: int = 3, *, peaks: str = "40ff1000") -> None:
        """A piece a second."""
        for piece in recorded(seconds):
            assert self.sends(piece, peaks=peaks).status_code == 200

    def sends(self, content: bytes, *, number: int | None = None, last: bool = False, peaks: str = "") -> Any:
        """One piece; by itself the next."""
        if number is None:
            number, self.number = self.number, self.number + 1
        more = {"HTTP_X_PEAKS": peaks} | ({"HTTP_X_LAST": "1"} if last else {})
        return self._to(f"{self.address}{number}/", content, "application/octet-stream", self.token, **more)

    def presses(self, act: str) -> Any:
        """Send or discard."""
        return self._post(act, "{}", "application/json", self.token)

    def sees(self) -> Any:
        """What her page shows of it."""
        address = reverse("customer-voicemail-state", args=[self.door.public_id])
        return Browser().get(address, headers={"Authorization": f"Bearer {self.token}"})

    def _post(self, act: str, body: Any, kind: str, token: str) -> Any:
        return self._to(reverse(f"customer-voicemail-{act}", args=[self.door.public_id]), body, kind, token)

    def _to(self, address: str, body: Any, kind: str, token: str, **headers: str) -> Any:
        if token:
            headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return Browser(enforce_csrf_checks=True).post(address, body, content_type=kind, **headers)  # type: ignore[arg-type]


def left(door: EntryPoint, *, seconds: int = 3) -> Recording:
    """A message that was spoken and sent."""
    ann = Ann(door)
    assert ann.begins().status_code == 201
    ann.speaks(seconds)
    assert ann.sends(b"", last=True).status_code == 200
    assert ann.presses("send").status_code == 200
    return Recording.objects.latest("pk")


def kinds(contact: Interaction) -> list[str]:
    """What the journal says of it."""
    return list(JournalEntry.objects.filter(interaction=contact).order_by("pk").values_list("kind", flat=True))


class TestAfterHours:
    def test_it_becomes_a_contact_with_its_own_outcome_a_promise_and_the_sound(
        self, day: Day, closed: EntryPoint
    ) -> None:
        Policy.objects.filter(client=closed.client).update(recording_days=30, turnaround_minutes=60)
        recording = left(closed)
        contact = Interaction.objects.get()
        assert (contact.state, contact.outcome, contact.channel) == (State.CLOSED, Outcome.VOICEMAIL, Channel.VOICE)
        promised = Callback.objects.get(promised_from=contact)
        assert (promised.number, promised.origin, promised.name, promised.zone) == (
            NUMBER, CallbackOrigin.AFTER_HOURS, "Ann Archer", "Europe/Madrid",
        )  # fmt: skip
        assert (promised.due_from.hour, promised.due_until.hour) == (20, 21), "an hour of open time, from the opening"
        assert (recording.state, recording.interaction, recording.leg) == (RecordingState.KEPT, contact, None)
        assert recording.keep_until == recording.started_at + timedelta(days=30)
        (track,) = recording.tracks.all()
        with default_storage.open(track.path) as file:
            assert hashlib.sha256(file.read()).hexdigest() == track.sha256
        assert (track.duration_ms, track.side) == (3000, "customer")
        assert kinds(contact) == [
            "arrived", "closed", "callback_promised", "notice_skipped", "recording_started", "recording_stopped",
        ]  # fmt: skip
        started = JournalEntry.objects.get(interaction=contact, kind="recording_started")
        assert (started.facts["consent"], started.facts["voicemail"]) == ("given", True)

    def test_before_it_is_sent_there_is_no_contact_and_nobody_hears_it(
        self, day: Day, closed: EntryPoint, house: House
    ) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks()
        recording = Recording.objects.get()
        assert not Interaction.objects.exists()
        for person in (house.sue, make.admin()):
            assert listens(person, recording) == 404
            assert not playback.audible_to(person).exists()
        _key, secret = api_keys.make(house.acme, name="shop", scopes=["media"], by=make.admin())
        browser = Browser(headers={"Authorization": f"Bearer {secret}"})
        assert browser.get("/api/v1/recordings/").json()["results"] == []

    def test_she_is_told_what_was_promised(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        assert ann.begins().json()["seconds"] == 180
        ann.speaks()
        seen = ann.sees().json()
        assert (seen["state"], seen["ms"], seen["whole"]) == ("open", 3000, False)
        assert ann.sends(b"", last=True).status_code == 200 and ann.sees().json()["whole"]
        told = ann.presses("send").json()
        promised = Callback.objects.get()
        assert (told["state"], told["callback"]["reference"]) == ("sent", promised.reference)
        assert "(Madrid)" in told["callback"]["due"]

    def test_sent_twice_it_is_one_contact(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks()
        first, second = ann.presses("send").json(), ann.presses("send").json()
        told = ("reference", "due")  # each answer has a link of its own, signed at its second
        assert [first["callback"][name] for name in told] == [second["callback"][name] for name in told]
        assert Interaction.objects.count() == Callback.objects.count() == Recording.objects.count() == 1
        assert ann.begins().json()["code"] == "message_sent"
        assert ann.presses("discard").json()["code"] == "message_sent"
        assert ann.sends(recorded(4)[3]).status_code == 409, "nothing is added to it"

    def test_said_again_the_first_take_is_gone(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks(5)
        first = Recording.objects.get()
        path, before = first.tracks.get().path, ann.address
        assert ann.begins().status_code == 201
        ann.address, again = before, ann.address
        assert ann.sends(recorded(1)[0], number=0).status_code == 409, "what was still under way of it is not taken"
        ann.address = again
        assert not default_storage.exists(path)
        ann.speaks(2)
        ann.presses("send")
        recording = Recording.objects.get()
        assert recording.pk != first.pk and recording.tracks.get().duration_ms == 2000

    def test_thrown_away_nothing_of_it_stays(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks()
        path = Recording.objects.get().tracks.get().path
        assert ann.presses("discard").json() == {"state": "discarded"}
        assert not Recording.objects.exists() and not Voicemail.objects.exists() and not Interaction.objects.exists()
        assert not default_storage.exists(path)
        late = ann.presses("send")
        assert (late.status_code, late.json()["code"]) == (401, "link_invalid")

    def test_killed_while_it_is_thrown_away_the_file_is_gone_before_the_row(
        self, day: Day, closed: EntryPoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks()
        path = Recording.objects.get().tracks.get().path

        def dies(recording: Recording) -> None:
            raise SystemExit

        with monkeypatch.context() as patched, pytest.raises(SystemExit):
            patched.setattr(Recording, "delete", dies)
            voicemails.throw_away(Voicemail.objects.get())
        assert not default_storage.exists(path), "no voice is left that no row names"
        assert ann.sends(recorded(4)[3]).status_code == 409, "it does not go on without its beginning"
        assert ann.presses("send").json()["code"] == "message_short", "and no message is sent that has no sound"
        assert ann.presses("discard").status_code == 200
        assert not Recording.objects.exists()

    @pytest.mark.parametrize(("number", "words"), [("", "Give us the number"), ("12", "not a number")])
    def test_a_number_is_needed(self, day: Day, closed: EntryPoint, number: str, words: str) -> None:
        answer = Ann(closed).begins(number)
        assert answer.status_code == 422 and answer.json()["errors"]["number"]
        assert not Voicemail.objects.exists()

    def test_what_is_too_short_or_silent_is_refused_in_words(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        assert ann.presses("send").json()["code"] == "message_short"
        ann.sends(recorded(1)[0], peaks="40ff")
        assert ann.presses("send").json()["code"] == "message_short"
        ann.begins()
        ann.speaks(3, peaks="00010002")
        assert ann.presses("send").json()["code"] == "message_silent"
        assert not Interaction.objects.exists()

    def test_it_has_an_end(self, day: Day, closed: EntryPoint, monkeypatch: pytest.MonkeyPatch) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks(2)
        monkeypatch.setattr(voicemails, "MOST_BYTES", 10)
        full = ann.sends(recorded(3)[2])
        assert (full.status_code, full.json()["code"]) == (409, "recording_full")
        assert ann.presses("send").status_code == 200, "what came before is a message"

    def test_after_three_minutes_it_has_its_end_whatever_the_page_says(
        self, day: Day, closed: EntryPoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ann, said = Ann(closed), recorded(6)
        ann.begins()
        assert ann.sends(said[0], peaks="40" * 4 * 180).status_code == 200
        assert ann.sends(said[1], peaks="40" * 4 * 10).status_code == 200, "it stopped a little late"
        assert ann.sends(said[2], peaks="40").json()["code"] == "recording_full"
        assert ann.sees().json()["ms"] == 190_000
        ann.begins()
        monkeypatch.setattr(voicemails, "MOST_PIECES", 2)
        codes = [ann.sends(piece, peaks="40ff1000").status_code for piece in said[:3]]
        assert codes == [200, 200, 409], "as many pieces as three minutes have"
        assert ann.presses("send").status_code == 200

    def test_no_length_that_a_page_tells_is_believed(
        self, day: Day, closed: EntryPoint, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(keeping, "LONGEST_MS", 2_000)
        ann = Ann(closed)
        ann.begins()
        ann.sends(b"\0\0\0\x18ftypiso5 and what sounds", peaks="40" * 4 * 60)
        ann.presses("send")
        track = Recording.objects.get().tracks.get()
        assert (track.content_type, track.duration_ms) == ("audio/mp4", 2000)

    def test_pieces_that_are_none_are_refused(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        assert ann.sends(b"<html>", number=0).status_code == 400
        assert ann.sends(b"x" * (pieces.MOST_PIECE + 1), number=0).status_code == 400
        assert ann.sends(recorded(1)[0], number=0, peaks="loud").status_code == 400
        late = ann.sends(recorded(3)[2], number=2)
        assert late.json() == {"code": "piece_awaited", "awaited": 0}

    def test_another_door_or_a_made_up_token_opens_nothing(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks()
        elsewhere = make.door(make.client("Globex"), EntryKind.WEB_CALL)
        for door, token in ((elsewhere, ann.token), (closed, "made-up"), (closed, "")):
            other = Ann(door)
            other.token, other.address = token, ann.address.replace(str(closed.public_id), str(door.public_id))
            answers = [other.sees(), other.presses("send"), other.presses("discard"), other.sends(b"", number=3)]
            assert {answer.status_code for answer in answers} == {401}
        assert Voicemail.objects.get().sent_at is None

    def test_open_closed_to_messages_or_away_it_takes_none(self, day: Day, door: EntryPoint) -> None:
        assert Ann(door).begins().json()["code"] == "no_messages", "somebody can answer"
        hours = make.hours(door.client, "Never mind", always_open=False)
        HoursSpan.objects.create(hours=hours, weekday=clock.now().weekday(), opens=900, closes=1200)
        EntryPoint.objects.filter(pk=door.pk).update(hours=hours, takes_voicemail=False)
        assert Ann(door).begins().json()["code"] == "no_messages"
        EntryPoint.objects.filter(pk=door.pk).update(takes_voicemail=True)
        type(door.client).objects.filter(pk=door.client_id).update(state=ClientState.SUSPENDED)
        assert Ann(door).begins().json()["code"] == "client_away"
        chat = make.door(door.client, EntryKind.WIDGET)
        assert Ann(chat).begins().status_code == 404

    @pytest.mark.usefixtures("fresh_window")
    def test_too_many_are_slowed_down(self, day: Day, closed: EntryPoint) -> None:
        codes = [Ann(closed, key=f"ann-speaks-0123456{n:03}").begins().status_code for n in range(21)]
        assert codes[:20] == [201] * 20 and codes[20] == 429

    def test_the_line_that_opens_meanwhile_does_not_lose_it(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks()
        EntryPoint.objects.filter(pk=closed.pk).update(hours=None)
        Queue.objects.update(hours=None)
        assert ann.presses("send").json()["state"] == "sent"


class TestCutOff:
    def test_a_page_that_was_closed_has_sent_what_was_said(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks(4)
        day.after(89)
        assert Voicemail.objects.get().sent_at is None
        day.after(2)
        contact = Interaction.objects.get()
        assert (contact.outcome, Callback.objects.get().promised_from) == (Outcome.VOICEMAIL, contact)
        assert keeping.finish_ended(clock.now()) == 0, "the page may have more of it"
        day.after(9 * 60 - 91)
        assert keeping.finish_ended(clock.now()) == 1
        assert Recording.objects.get().state == RecordingState.KEPT
        stopped = JournalEntry.objects.get(kind="recording_stopped")
        assert (stopped.facts["why"], stopped.facts["ms"]) == ("the page was closed", 4000)
        assert ann.presses("send").json()["state"] == "sent", "a late send finds it sent"

    def test_though_its_door_was_taken_down_meanwhile_it_arrives(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks(4)
        EntryPoint.objects.filter(pk=closed.pk).update(published=False)
        day.after(91)
        assert Interaction.objects.get().outcome == Outcome.VOICEMAIL and Callback.objects.exists()

    def test_what_she_said_on_without_a_net_still_arrives(self, day: Day, closed: EntryPoint, house: House) -> None:
        ann, said = Ann(closed), recorded(6)
        ann.begins()
        for piece in said[:2]:
            ann.sends(piece, peaks="40ff1000")
        day.after(91)
        assert (ann.sees().json()["state"], ann.sees().json()["ms"]) == ("sent", 2000)
        for piece in said[2:]:
            assert ann.sends(piece, peaks="40ff1000").status_code == 200
        assert ann.sends(b"", last=True).status_code == 200
        assert (ann.sees().json()["state"], ann.sees().json()["ms"]) == ("sent", 6000)
        recording = Recording.objects.get()
        assert (recording.state, recording.tracks.get().duration_ms) == (RecordingState.KEPT, 6000), "whole at once"
        stopped = JournalEntry.objects.filter(kind="recording_stopped").order_by("pk")
        assert [entry.facts["ms"] for entry in stopped] == [2000, 6000]
        assert Interaction.objects.count() == Callback.objects.count() == 1
        assert ann.sends(recorded(8)[7], peaks="40ff1000").json()["code"] == "recording_over"
        browser = Browser()
        browser.force_login(house.sue)
        page = browser.get(reverse("floor-contact", args=[recording.interaction.public_id])).content.decode()  # type: ignore[union-attr]
        assert "The rest of the spoken message arrived" in page

    def test_what_comes_too_late_is_refused_and_the_page_is_told_how_much_is_there(
        self, day: Day, closed: EntryPoint
    ) -> None:
        ann, said = Ann(closed), recorded(6)
        ann.begins()
        for piece in said[:2]:
            ann.sends(piece, peaks="40ff1000")
        day.after(9 * 60)
        late = ann.sends(said[2], peaks="40ff1000")
        assert (late.status_code, late.json()["code"]) == (409, "recording_over")
        assert (ann.sees().json()["state"], ann.sees().json()["ms"]) == ("sent", 2000)

    def test_of_which_only_the_beginning_had_arrived_the_rest_is_awaited(self, day: Day, closed: EntryPoint) -> None:
        ann, said = Ann(closed), recorded(5)
        ann.begins()
        ann.sends(said[0], peaks="40")
        for _look in range(3):
            day.after(91)
        assert not Interaction.objects.exists()
        for piece in said[1:]:
            assert ann.sends(piece, peaks="40ff1000").status_code == 200
        assert ann.presses("send").json()["state"] == "sent"
        assert Recording.objects.get().tracks.get().duration_ms == 5000

    def test_of_an_empty_one_nothing_stays(self, day: Day, closed: EntryPoint) -> None:
        Ann(closed).begins()
        silent = Ann(closed, key="bob-is-silent-01234")
        silent.begins()
        silent.speaks(5, peaks="00000000")
        day.after(91)
        assert Voicemail.objects.count() == 2, "without a net there may be more on the page"
        day.after(20 * 60 - 91)
        assert not Voicemail.objects.exists() and not Recording.objects.exists() and not Interaction.objects.exists()

    def test_an_open_page_has_its_time(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks(4)
        for _minute in range(19):
            day.after(60)
            ann.sees()
        assert Voicemail.objects.get().sent_at is None
        day.after(61)
        assert Voicemail.objects.get().sent_at is not None

    def test_said_again_it_has_its_time_once_more(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        for begun in range(2):
            assert ann.begins().status_code == 201
            ann.speaks(4)
            for _minute in range(19 - begun):
                day.after(60)
                ann.sees()
        assert Voicemail.objects.get().sent_at is None, "37 minutes after the first take, 18 after the second"
        day.after(121)
        assert Voicemail.objects.get().sent_at is not None

    def test_while_the_client_is_away_it_waits_and_one_day_it_is_deleted(self, day: Day, closed: EntryPoint) -> None:
        ann = Ann(closed)
        ann.begins()
        ann.speaks(4)
        type(closed.client).objects.filter(pk=closed.client_id).update(state=ClientState.SUSPENDED)
        day.after(200)
        assert Voicemail.objects.get().sent_at is None
        clock.advance(91 * 86_400)
        voicemails.left_open(clock.now())
        assert not Voicemail.objects.exists() and not Recording.objects.exists()


class TestFromTheLine:
    @pytest.fixture
    def caller(self, door: EntryPoint, line: Queue) -> Caller:
        """She waits, and the line's only step takes messages."""
        step(line, 30, StepAction.VOICEMAIL)
        return Caller(door)

    def waits(self, day: Day, caller: Caller, **said: Any) -> Any:
        """Until the step is reached: what her page shows then."""
        caller.post("start", key="0123456789abcdef", name="Ann Archer", **said)
        day.after(30)
        return caller.state()

    def test_without_a_number_one_is_asked_for_and_the_call_is_promised_then(self, day: Day, caller: Caller) -> None:
        shown = self.waits(day, caller)
        assert (shown["outcome"], shown["spoken"], shown["voicemail"]["number"]) == ("voicemail", False, True)
        assert "3 minutes" in shown["voicemail"]["told"] and "Acme" in shown["voicemail"]["told"]
        assert not Callback.objects.exists()
        ann = Ann(caller.door, token=caller.token)
        assert ann.begins("").status_code == 422
        assert ann.begins().status_code == 201
        ann.speaks()
        told = ann.presses("send").json()
        promised = Callback.objects.get()
        assert (promised.promised_from, promised.number) == (caller.contact, NUMBER)
        assert told["callback"]["reference"] == promised.reference
        assert Interaction.objects.count() == 1
        assert Recording.objects.get().interaction == caller.contact
        after = caller.state()
        assert after["spoken"] is True and "voicemail" not in after
        assert after["callback"]["reference"] == promised.reference

    def test_with_one_the_promise_is_there_and_the_message_goes_with_it(self, day: Day, caller: Caller) -> None:
        shown = self.waits(day, caller, phone=NUMBER)
        assert shown["voicemail"]["number"] is False and shown["callback"]["reference"]
        ann = Ann(caller.door, token=caller.token)
        assert ann.begins("").status_code == 201
        ann.speaks()
        ann.presses("send")
        assert Callback.objects.get().promised_from == Recording.objects.get().interaction

    def test_once_she_was_called_back_it_is_too_late(self, day: Day, caller: Caller) -> None:
        self.waits(day, caller, phone=NUMBER)
        callbacks.withdraw(Callback.objects.get(), "called already", link=True)
        assert "voicemail" not in caller.state()
        assert Ann(caller.door, token=caller.token).begins("").json()["code"] == "no_messages"

    def test_in_two_tabs_it_is_one_message(self, day: Day, caller: Caller) -> None:
        self.waits(day, caller, phone=NUMBER)
        ann, twin = (Ann(caller.door, token=caller.token, key=f"of-a-tab-{n}-012345678") for n in (1, 2))
        ann.begins()
        ann.speaks(2)
        twin.begins()
        assert Voicemail.objects.count() == 1
        twin.speaks(3)
        twin.presses("send")
        assert ann.begins().json()["code"] == "message_sent"

    def test_who_was_answered_or_is_still_waiting_leaves_none(self, day: Day, caller: Caller) -> None:
        caller.post("start", key="0123456789abcdef", name="Ann Archer", phone=NUMBER)
        assert Ann(caller.door, token=caller.token).begins().json()["code"] == "no_messages"
        caller.post("end")
        assert "voicemail" not in caller.state()
        assert Ann(caller.door, token=caller.token).begins().json()["code"] == "no_messages"

    def test_a_step_without_a_message_is_a_wait_that_ended(self, day: Day, caller: Caller) -> None:
        self.waits(day, caller)
        ann = Ann(caller.door, token=caller.token)
        ann.begins()
        day.after(20 * 60)
        assert not Recording.objects.exists() and not Callback.objects.exists()
        assert caller.contact.outcome == Outcome.VOICEMAIL
        assert caller.state()["voicemail"]["told"], "she may still leave one"


class TestHeard:
    def test_by_whom(self, day: Day, closed: EntryPoint, house: House) -> None:
        bea, cal = house.agent("Bea Brown"), house.agent("Cal Cole")
        recording = left(closed)
        viewer = of_the_client(house, Role.VIEWER)
        stranger = make.supervisor(make.client("Globex"), name="Sam")
        table: dict[str, User] = {
            "supervisor": house.sue, "admin": make.admin(), "bea": bea.user, "cal": cal.user, "viewer": viewer,
            "stranger": stranger,
        }  # fmt: skip

        def hear() -> set[str]:
            return {name for name, person in table.items() if listens(person, recording) == 200}

        Policy.objects.filter(client=house.acme).update(client_hears_recordings=False, agents_hear_own_recordings=False)
        assert hear() == {"supervisor", "admin"}
        Policy.objects.filter(client=house.acme).update(client_hears_recordings=True)
        assert hear() == {"supervisor", "admin", "viewer"}
        Policy.objects.filter(client=house.acme).update(client_hears_recordings=False)
        leg = self.offered(day, bea, cal)
        rung = {bea.pk: "bea", cal.pk: "cal"}[leg.agent_id]
        assert hear() == {"supervisor", "admin", rung}, "who is rung for it, and nobody beside her"
        offers.accept(leg, by=leg.agent)
        assert hear() == {"supervisor", "admin", rung}

    def offered(self, day: Day, *agents: Any) -> Any:
        """The promise falls due, and one of them is rung for it."""
        promised = Callback.objects.get()
        clock.advance((promised.due_from - clock.now()).total_seconds())
        day.after(1)
        attempt = fresh(Callback.objects.get().interaction)  # type: ignore[type-var]
        return attempt.legs.select_related("agent", "interaction", "client").get(state="offered")

    def test_on_the_desk_before_she_calls(self, day: Day, closed: EntryPoint, house: House) -> None:
        bea = house.agent("Bea Brown")
        recording = left(closed)
        leg = self.offered(day, bea)
        browser = Browser()
        browser.force_login(bea.user)
        card = browser.get(reverse("console-offer")).content.decode()
        assert "spoken message" in card and "0:03" in card
        offers.accept(leg, by=bea)
        track = reverse("recording-track", args=[recording.public_id, "customer"])
        page = browser.get(reverse("console-leg", args=[leg.public_id])).content.decode()
        assert track in page and "Listen before you call" in page
        assert (
            track in browser.get(reverse("console-callback", args=[Callback.objects.get().public_id])).content.decode()
        )

    def test_on_the_pages_of_floor_and_portal_and_each_listening_is_told(
        self, day: Day, closed: EntryPoint, house: House
    ) -> None:
        recording = left(closed)
        Policy.objects.filter(client=house.acme).update(client_hears_recordings=True)
        contact, track = recording.interaction, reverse("recording-track", args=[recording.public_id, "customer"])
        assert contact is not None
        pages = [
            (house.sue, reverse("floor-contact", args=[contact.public_id])),
            (house.sue, reverse("floor-callback", args=[Callback.objects.get().public_id])),
            (of_the_client(house, Role.VIEWER), reverse("portal-contact", args=[house.acme.public_id, contact.public_id])),  # noqa: E501
        ]  # fmt: skip
        for person, address in pages:
            browser = Browser()
            browser.force_login(person)
            page = browser.get(address).content.decode()
            assert track in page, address
        listens(house.sue, recording)
        listens(house.sue, recording)
        (heard,) = JournalEntry.objects.filter(kind="recording_heard")
        assert (heard.actor, heard.interaction) == (house.sue, contact)
        browser = Browser()
        browser.force_login(house.sue)
        page = browser.get(reverse("floor-contact", args=[contact.public_id])).content.decode()
        assert "Left a spoken message" in page and "Recording heard by" in page

    def test_by_a_key_with_the_scope(self, day: Day, closed: EntryPoint, house: House) -> None:
        recording = left(closed)
        _key, secret = api_keys.make(house.acme, name="shop", scopes=["media"], by=make.admin())
        browser = Browser(headers={"Authorization": f"Bearer {secret}"})
        (listed,) = browser.get("/api/v1/recordings/").json()["results"]
        assert (listed["kind"], listed["agent"], listed["consent"]) == ("voicemail", "", "given")
        assert browser.get(f"/api/v1/recordings/{recording.public_id}/tracks/customer/").status_code == 200
        assert browser.get(f"/api/v1/recordings/{recording.public_id}/tracks/agent/").status_code == 404

    def test_until_its_day(self, day: Day, closed: EntryPoint, house: House) -> None:
        Policy.objects.filter(client=house.acme).update(recording_days=2)
        recording = left(closed)
        path = recording.tracks.get().path
        clock.advance(2 * 86_400)
        assert keeping.delete_due(clock.now()) == 1
        assert not default_storage.exists(path)
        deleted = JournalEntry.objects.get(kind="recording_deleted")
        assert deleted.interaction == recording.interaction and deleted.facts["voicemail"] is True


def test_in_the_figures_it_is_neither_answered_nor_in_the_line(day: Day, closed: EntryPoint, house: House) -> None:
    left(closed)
    counted = queries.day(scope_of([house.acme], "today"))
    assert (counted.came_in, counted.at_the_door["voicemail", "voice"], counted.not_in_line("voice")) == (1, 1, 0)
    assert counted.line.offered == 0 and counted.callbacks.made == 1
    (reason,) = queries.reasons(scope_of([house.acme], "today"))
    assert (reason.contacts, reason.callback) == (1, 1)


def test_from_the_line_it_is_counted_as_a_wait_that_ended_otherwise(day: Day, door: EntryPoint, house: House) -> None:
    assert door.queue is not None
    step(door.queue, 30, StepAction.VOICEMAIL)
    caller = Caller(door)
    caller.post("start", key="0123456789abcdef", phone=NUMBER)
    day.after(30)
    ann = Ann(door, token=caller.token)
    ann.begins()
    ann.speaks()
    ann.presses("send")
    counted = queries.day(scope_of([house.acme], "today"))
    line = counted.by_channel["voice"]
    assert (line.offered, line.answered, line.elsewise) == (1, 0, 1)
    assert counted.at_the_door["voicemail", "voice"] == 0 and counted.callbacks.made == 1
    (reason,) = queries.reasons(scope_of([house.acme], "today"))
    assert (reason.callback, reason.otherwise) == (1, 0)


def test_who_left_nothing_at_the_step_is_not_counted_as_called_back(day: Day, door: EntryPoint, house: House) -> None:
    assert door.queue is not None
    step(door.queue, 30, StepAction.VOICEMAIL)
    caller = Caller(door)
    caller.post("start", key="0123456789abcdef")
    day.after(30)
    assert caller.contact.outcome == Outcome.VOICEMAIL
    (reason,) = queries.reasons(scope_of([house.acme], "today"))
    assert (reason.contacts, reason.callback, reason.otherwise) == (1, 0, 1)


def test_the_promise_made_from_it_is_kept_as_any(day: Day, closed: EntryPoint, house: House) -> None:
    left(closed)
    promised = Callback.objects.get()
    assert callback_work.fall_due(promised.due_from) == 1
    assert Callback.objects.get().case == Interaction.objects.get(outcome=Outcome.VOICEMAIL).case


class TestSettledWithItsPromise:
    """What waits so that a message is answered ends in the act that ends the promise; what is offered can be taken."""

    @pytest.fixture
    def rung(self, day: Day, closed: EntryPoint, house: House) -> Leg:
        """Her promise is due, and Bea is rung for it."""
        bea = house.agent("Bea Brown")
        left(closed)
        return TestHeard().offered(day, bea)

    def accepts(self, leg: Leg) -> Any:
        """The press of the key at her desk."""
        desk = Browser()
        desk.force_login(leg.agent.user, backend="django.contrib.auth.backends.ModelBackend")
        return desk.post(reverse("console-accept", args=[leg.public_id]), headers={"HX-Request": "true"})

    @pytest.mark.parametrize("by_link", [True, False])
    def test_cancelled_nothing_waits_and_nobody_is_rung(self, day: Day, house: House, rung: Leg, by_link: bool) -> None:
        promised = Callback.objects.get()
        callbacks.withdraw(promised, "found it herself", link=by_link, by=None if by_link else house.sue)
        assert not Interaction.objects.exclude(state=State.CLOSED).exists()
        assert (fresh(rung).state, seat(rung.agent).offered) == ("rescinded", False)
        day.after(60)
        assert not Leg.objects.filter(state="offered").exists()
        late = self.accepts(rung)
        assert late.status_code == 409 and "or the customer has left" in late.content.decode()

    def test_kept_and_handed_on_it_is_taken_as_any_contact_and_its_message_heard(
        self, day: Day, house: House, rung: Leg
    ) -> None:
        assert self.accepts(rung).status_code == 200
        outbound.report(fresh(rung), "reached", by=rung.agent)
        assert Callback.objects.get().state == "kept"
        cal = house.agent("Cal Cole")
        transfers.to_queue(fresh(rung), rung.interaction.queue, by=rung.agent)
        day.after(0)
        offered = Leg.objects.select_related("agent__user").get(agent=cal, state="offered")
        taken = self.accepts(offered)
        assert taken.status_code == 200 and "data-player" in taken.content.decode()
        assert listens(cal.user, Recording.objects.get()) == 200
