"""A recorded call, heard: each voice is on the track of its side, and nothing is on either while it must not be."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from clients import scripts
from clients.models import Client, EntryKind, Policy, Script, ScriptKind, ScriptVersion
from interactions import recordings
from interactions.models import JournalEntry, Kind, Leg, Recording, RecordingState, Side
from tests import factories as make
from tests.browser import stage
from tests.browser.test_voice_story import ALEX, ANN, Open, answers, calls, contact
from tests.browser.test_voice_story import people as people
from tests.living import Watch, eventually

pytestmark = pytest.mark.voice

# How loud the two pitches are in each second of a track, in thousandths.
PITCHES = """async ([address, pitches]) => {
    const bytes = await (await fetch(address)).arrayBuffer();
    const sound = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes);
    const samples = sound.getChannelData(0), rate = sound.sampleRate, found = [];
    const power = (from, hz) => {
        const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
        let one = 0, two = 0;
        for (let n = from; n < from + rate; n += 1) [one, two] = [samples[n] + k * one - two, one];
        return Math.round((2000 * Math.sqrt(Math.max(0, one * one + two * two - k * one * two))) / rate);
    };
    for (let at = 0; at + rate <= samples.length; at += rate) found.push(pitches.map((hz) => power(at, hz)));
    return found;
}"""
LOUD, SILENT = 60, 3


def ruled(rule: str) -> None:
    """The client's own rule."""
    Policy.objects.filter(client=stage.tech_giant()).update(recording=rule, agents_hear_own_recordings=True)


def words(page: Page) -> Any:
    """What the call bar says of the recording."""
    return page.locator("[data-record-state]")


def seconds_of(page: Page, recording: Recording, side: str) -> list[tuple[int, int]]:
    """Ann's pitch and Alex's in each second of a track, as the page that may hear it decodes it."""
    address = reverse("recording-track", args=[recording.public_id, side])
    return [(one, other) for one, other in page.evaluate(PITCHES, [address, [ANN, ALEX]])]


def test_each_voice_is_on_its_track_and_a_pause_is_silent(people: Open) -> None:
    ruled("on")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    expect(words(alex)).to_have_text("Recording")
    expect(ann.locator("#recorded")).to_be_visible()
    alex.wait_for_timeout(5_000)
    alex.keyboard.press("p")
    expect(words(alex)).to_have_text("Paused")
    expect(ann.locator("#recorded")).to_be_hidden()
    alex.wait_for_timeout(5_000)
    alex.keyboard.press("p")
    expect(words(alex)).to_have_text("Recording")
    alex.wait_for_timeout(4_000)
    alex.keyboard.press("m")
    expect(alex.locator("#act-mute")).to_have_text("Muted")
    alex.wait_for_timeout(4_000)
    ann.locator("#hang").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    recording = Recording.objects.get(interaction=contact())
    eventually(lambda: Recording.objects.get(pk=recording.pk).state == RecordingState.KEPT, within=30)

    customer, agent = (seconds_of(alex, recording, side) for side in (Side.CUSTOMER, Side.AGENT))
    assert all(other <= SILENT for _, other in customer), customer
    assert all(one <= SILENT for one, _ in agent), agent
    assert [one > LOUD for one, _ in customer[1:4]] == [True] * 3, customer
    assert [other > LOUD for _, other in agent[1:4]] == [True] * 3, agent
    # She hangs up at some moment of the last seconds.
    quiet = [n for n, (one, _) in enumerate(customer[:-2]) if one <= SILENT]
    assert len(quiet) >= 3 and quiet == list(range(quiet[0], quiet[-1] + 1)), "the pause, in one piece"
    assert all(agent[n][1] <= SILENT for n in quiet[1:-1]), "on both tracks at the same time"
    assert sum(one > LOUD for one, _ in customer[quiet[-1] + 1 :]) >= 4, f"she is heard again: {customer}"
    assert all(other <= SILENT for _, other in agent[-2:]), "muted at the end"
    assert abs(len(customer) - len(agent)) <= 1


def test_ann_is_asked_first_and_the_recording_is_heard_by_who_may(people: Open) -> None:
    ruled("ask")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    expect(alex.locator(".ask-record")).to_contain_text("May we record this call")
    assert not Recording.objects.filter(interaction=contact()).exists()
    alex.get_by_role("button", name="Yes, record").click()
    expect(words(alex)).to_have_text("Recording")
    alex.wait_for_timeout(4_000)
    alex.reload()
    expect(words(alex)).to_have_text("Recording")
    alex.keyboard.press("h")
    expect(alex.locator(".callbar")).to_contain_text("On hold")
    mark = alex.locator("[data-record]")
    expect(words(alex)).to_have_text("Recording, on hold")
    expect(mark).to_have_attribute("data-record", "paused")  # silence goes into it: nothing red
    alex.wait_for_timeout(1_500)  # a hold of less than a second is not told
    alex.keyboard.press("h")
    expect(words(alex)).to_have_text("Recording")
    expect(mark).to_have_attribute("data-record", "on")
    alex.keyboard.press("m")
    expect(words(alex)).to_have_text("Recording, you muted")
    expect(mark).to_have_attribute("data-record", "on")  # Ann is recorded all the same
    alex.keyboard.press("m")
    expect(words(alex)).to_have_text("Recording")
    expect(alex.locator(".callbar")).to_contain_text("Held")
    for width in (1440, 1366, 1280, 1200, 1024, 768):
        alex.set_viewport_size({"width": width, "height": 800})
        ends = eventually(alex.locator(".callbar .ends").bounding_box)  # none while the bar is being replaced
        assert ends["x"] + ends["width"] <= width, (width, ends)
    ann.locator("#hang").click()
    expect(alex.locator("#wrapup")).to_be_visible()
    rows = Recording.objects.filter(interaction=contact()).order_by("pk")
    assert [each.consent for each in rows] == ["given", "given"]
    eventually(lambda: {each.state for each in rows.all()} == {RecordingState.KEPT}, within=30)

    sue = people(1_000, user=stage.person("priya@contact-center.example"))
    sue.goto(reverse("floor-contact", args=[contact().public_id]))
    player = sue.locator("[data-player]").first
    player.locator("[data-play]").click()
    eventually(lambda: float(player.get_attribute("data-at") or 0) > 0.5, within=20)
    player.locator("[data-seek]").press("ArrowRight")
    heard = JournalEntry.objects.filter(interaction=contact(), kind=Kind.RECORDING_HEARD)
    assert heard.count() == 1


def test_told_that_it_is_recorded_ann_says_no_and_then_yes(people: Open, watch: Watch) -> None:
    ruled("on")
    watch.allow("status of 409")  # what was on its way when she said no is not taken
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN, viewport={"width": 390, "height": 844}))
    answers(alex)
    aloud = alex.locator(".ask-record")
    expect(aloud).to_contain_text("This call is recorded, so that we can look up what was agreed.")
    expect(words(alex)).to_have_text("Recording")
    aloud.get_by_role("button", name="Said").click()
    expect(aloud).to_have_count(0)
    expect(words(alex)).to_have_text("Recording")
    alex.wait_for_timeout(3_000)
    alex.locator("#tab-notes").click()
    alex.locator("#side-notes textarea").first.focus()
    alex.keyboard.press("Control+u")  # while she writes
    expect(alex.locator(".callbar")).to_contain_text("Not recorded")
    expect(ann.locator("#recorded-words")).to_have_text("This call is not recorded, as you wished.")
    recorded = Recording.objects.filter(interaction=contact()).order_by("pk")
    eventually(lambda: [each.state for each in recorded.all()] == ["deleted", "refused"], within=40)
    alex.locator("#act-record").click()
    expect(words(alex)).to_have_text("Recording")
    expect(ann.locator("#recorded-words")).to_contain_text("This call is recorded.")
    assert [each.consent for each in recorded.all()] == ["announced", "refused", "given"]
    ann.locator("#hang").click()
    expect(alex.locator("#wrapup")).to_be_visible()


def test_a_pause_that_the_server_did_not_hear_of_is_told_until_it_has(people: Open, watch: Watch) -> None:
    ruled("on")
    watch.allow("status of 503")
    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    ann = calls(people(ANN))
    answers(alex)
    expect(words(alex)).to_have_text("Recording")
    recording = Recording.objects.get(interaction=contact())

    def stands() -> tuple[str, str]:
        return Recording.objects.values_list("state", "paused_for").get(pk=recording.pk)

    alex.route("**/recording/pause/", lambda route: route.fulfill(status=503))
    alex.keyboard.press("p")
    expect(words(alex)).to_have_text("Paused")
    alex.wait_for_timeout(20_000)
    assert stands() == ("running", "")
    alex.unroute("**/recording/pause/")
    eventually(lambda: stands() == ("paused", "agent"))
    expect(ann.locator("#recorded")).to_be_hidden()

    # Somebody else says that it goes on: at the desk it is silent, and that is what counts.
    recordings.resume(Leg.objects.get(pk=recording.leg_id), by=stage.agent("alex"))
    eventually(lambda: stands() == ("paused", "agent"))
    expect(words(alex)).to_have_text("Paused")
    ann.locator("#hang").click()
    expect(alex.locator("#wrapup")).to_be_visible()


PAYMENT = {
    "start": "greet",
    "steps": [
        {
            "id": "greet", "kind": "say", "name": "Greet", "next": "end",
            "text": "Thank you for calling {client}. What is the number of your card?",
            "fields": [
                {"name": "card", "label": "Card number", "type": "card"}, {"name": "sum", "label": "Sum"},
            ],
        },
        {"id": "end", "kind": "close", "name": "Close and thank", "text": "Thank you."},
    ],
}  # fmt: skip


def takes_payments(client: Client) -> ScriptVersion:
    """Its calls are led by a script that asks for a card: drafted by one, published by another."""
    script = Script.objects.create(client=client, kind=ScriptKind.INBOUND, name="Payments")
    author, editor = make.supervisor(client, name="Sue Stone"), make.supervisor(client, name="Ed Ellis")
    draft = ScriptVersion.objects.create(script=script, language="en", number=1, graph=PAYMENT, created_by=author)
    scripts.submit(draft, author, why="payments by call")
    scripts.approve(draft, editor, why="payments by call")
    return scripts.publish(draft, editor, why="payments by call")


def test_a_cards_number_is_never_on_it_whatever_is_pressed_meanwhile(people: Open) -> None:
    acme = make.client("Acme Payments", slug="acme-payments", reference_prefix="AQP")
    takes_payments(acme)
    line = make.queue(acme, "Payments", channels=["voice"], wrap_up="none", offer_seconds=90)
    door = make.door(acme, EntryKind.WEB_CALL, into=line)
    Policy.objects.update_or_create(client=acme, defaults={"recording": "on", "agents_hear_own_recordings": True})
    alex = stage.at_the_desk(people(ALEX, user=make.agent("Alex Hale", licensed=acme).user))
    ann = calls(people(ANN), at=door)
    answers(alex)
    expect(words(alex)).to_have_text("Recording")
    alex.wait_for_timeout(4_000)
    alex.get_by_label("Card number").focus()
    expect(words(alex)).to_have_text("Paused for the card")
    alex.wait_for_timeout(3_000)
    alex.keyboard.press("Control+p")  # to be safe
    expect(words(alex)).to_have_text("Paused")
    alex.wait_for_timeout(3_000)
    alex.keyboard.press("Control+p")  # not by hand any more, but for the card still
    expect(words(alex)).to_have_text("Paused for the card")
    expect(ann.locator("#recorded")).to_be_hidden()
    alex.wait_for_timeout(3_000)
    alex.keyboard.press("Tab")
    expect(words(alex)).to_have_text("Recording")
    expect(ann.locator("#recorded")).to_be_visible()
    alex.wait_for_timeout(4_000)
    ann.locator("#hang").click()
    recording = Recording.objects.get(interaction=contact())
    eventually(lambda: Recording.objects.get(pk=recording.pk).state == RecordingState.KEPT, within=30)

    customer, agent = (seconds_of(alex, recording, side) for side in (Side.CUSTOMER, Side.AGENT))
    quiet = [n for n, (one, _) in enumerate(customer[:-2]) if one <= SILENT]
    assert len(quiet) >= 8 and quiet == list(range(quiet[0], quiet[-1] + 1)), f"in one piece: {customer}"
    assert all(agent[n][1] <= SILENT for n in quiet[1:-1]), (
        agent
    )  # who pauses for breath when it begins is in step still
    assert sum(one > LOUD for one, _ in customer[: quiet[0]]) >= 2, f"before: {customer}"
    assert sum(one > LOUD for one, _ in customer[quiet[-1] + 1 :]) >= 2, f"after: {customer}"
