"""A spoken message, heard: after hours and from the line; its pitch is on it, and who calls back hears it before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import Page, expect

from agents.models import OverflowStep, StepAction
from bpo.kernel import clock
from clients.models import BusinessHours, Channel, EntryPoint, HoursSpan, Queue
from interactions import eligibility
from interactions.models import (
    Callback,
    Interaction,
    JournalEntry,
    Kind,
    Outcome,
    Recording,
    RecordingState,
    Side,
    Voicemail,
)
from tests.browser import stage
from tests.browser.test_recording_story import LOUD, SILENT, seconds_of
from tests.browser.test_voice_story import ALEX, ANN, Open, calls, door
from tests.browser.test_voice_story import people as people
from tests.living import Watch, eventually

pytestmark = pytest.mark.voice
PRIYA = "priya@contact-center.example"
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def own_line() -> Iterator[EntryPoint]:
    """The call page leads into a line of its own; afterwards all is as before."""
    found = door()
    before = found.queue_id
    line = Queue.objects.create(
        client=stage.tech_giant(), name=f"Calls {clock.now():%H%M%S}", channels=[Channel.VOICE], offer_seconds=90
    )
    eligibility.queue_changed(line)
    EntryPoint.objects.filter(pk=found.pk).update(queue=line)
    yield EntryPoint.objects.select_related("queue").get(pk=found.pk)
    EntryPoint.objects.filter(pk=found.pk).update(queue=before, hours=None)


def shut(at: EntryPoint) -> None:
    """Nobody answers before the day after tomorrow."""
    hours = BusinessHours.objects.create(client=at.client, name=f"Asleep {clock.now():%H%M%S%f}")
    weekday = (clock.now() + timedelta(days=2)).weekday()
    HoursSpan.objects.create(hours=hours, weekday=weekday, opens=600, closes=1000)
    EntryPoint.objects.filter(pk=at.pk).update(hours=hours)


def speaks(ann: Page, seconds: float) -> None:
    """She presses record and, once it is good, stop."""
    ann.locator("#vm-record").click()
    expect(ann.locator("#vm-words")).to_have_text("Please speak now")
    ann.wait_for_timeout(int(1000 * seconds))


def kept() -> Recording:
    """What arrived, made whole."""
    recording = Recording.objects.filter(leg__isnull=True, interaction__isnull=False).latest("pk")
    eventually(lambda: Recording.objects.get(pk=recording.pk).state == RecordingState.KEPT, within=30)
    return recording


def is_hers(page: Page, recording: Recording, least: int) -> None:
    """Her pitch is in each second but the first, in which the page counts down the tone, and the last."""
    heard = seconds_of(page, recording, Side.CUSTOMER)
    assert len(heard) >= least, heard
    assert all(one > LOUD for one, _ in heard[1 : least - 1]), heard
    assert all(other <= SILENT for _, other in heard), heard


def test_after_hours_ann_leaves_a_message_and_alex_hears_it_before_she_calls(
    people: Open, own_line: EntryPoint
) -> None:
    shut(own_line)
    unsent = Recording.objects.filter(interaction__isnull=True)
    of_others = unsent.count()
    ann = people(ANN, **PHONE)
    ann.goto(reverse("customer-call", args=[own_line.public_id]))
    ann.get_by_role("button", name="Leave a spoken message").click()
    expect(ann.locator("#vm-told")).to_contain_text("The Tech Giant records what you say, keeps it until")
    ann.get_by_role("textbox", name="Your number").fill("+1 614 555 0188")
    ann.get_by_role("textbox", name="Your name").fill("Ann Archer")
    speaks(ann, 2)
    ann.locator("#vm-stop").click()
    ann.locator("#vm-again").click()
    expect(ann.locator("#vm-words")).to_have_text("Please speak now")
    level = ann.locator("#vm-level")
    eventually(lambda: float(level.get_attribute("value") or 0) > 0, within=10)
    ann.wait_for_timeout(6_000)
    ann.locator("#vm-stop").click()
    expect(ann.locator("#voicemail-h")).to_have_text("Your message")
    ann.locator("#vm-play").click()
    eventually(lambda: ann.locator("#vm-audio").evaluate("(audio) => audio.currentTime") > 1, within=20)
    ann.locator("#vm-send").dblclick()
    expect(ann.locator("#over-h")).to_have_text("Your message has arrived")
    promised = Callback.objects.latest("pk")
    expect(ann.locator("#promise-link")).to_have_text(promised.reference)
    contact = Interaction.objects.get(outcome=Outcome.VOICEMAIL, callbacks_promised=promised)
    recording = kept()
    assert (recording.interaction, unsent.count()) == (contact, of_others)

    priya = people(1_000, user=stage.person(PRIYA))
    priya.goto(reverse("floor-contact", args=[contact.public_id]))
    expect(priya.locator("[data-player]")).to_contain_text("Spoken message")
    is_hers(priya, recording, 5)

    alex = stage.at_the_desk(people(ALEX, user=stage.agent("alex").user))
    EntryPoint.objects.filter(pk=own_line.pk).update(hours=None)
    now = clock.now()
    Callback.objects.filter(pk=promised.pk).update(
        due_from=now, due_until=now + timedelta(hours=1), next_try_at=now, version=promised.version + 1
    )
    card = alex.locator("#offer [data-offer]")
    expect(card).to_contain_text("Left a spoken message")
    alex.keyboard.press("Enter")
    player = alex.locator(".spoken [data-player]")
    player.locator("[data-play]").click()
    eventually(lambda: float(player.get_attribute("data-at") or 0) > 1, within=20)
    heard = JournalEntry.objects.filter(interaction=contact, kind=Kind.RECORDING_HEARD)
    eventually(lambda: heard.filter(actor=stage.agent("alex").user).count() == 1, within=20)


def test_the_line_leads_to_the_voicemail_and_a_closed_page_sends_what_was_said(
    people: Open, own_line: EntryPoint
) -> None:
    assert own_line.queue is not None
    OverflowStep.objects.create(queue=own_line.queue, ordinal=1, after_seconds=4, action=StepAction.VOICEMAIL)
    eligibility.queue_changed(own_line.queue)
    ann = people(ANN)
    calls(ann)
    expect(ann.locator("#over")).to_be_visible()
    ann.get_by_role("button", name="Leave a spoken message").click()
    ann.get_by_role("textbox", name="Your number").fill("+1 614 555 0189")
    speaks(ann, 7)
    ann.close(run_before_unload=False)
    contact = Interaction.objects.filter(outcome=Outcome.VOICEMAIL, channel=Channel.VOICE).latest("pk")
    assert not contact.callbacks_promised.exists()
    # A minute and a half of silence, and the time in which more could come, at once.
    left = Voicemail.objects.filter(interaction=contact)
    left.update(seen_at=F("seen_at") - timedelta(minutes=30), begun_at=F("begun_at") - timedelta(minutes=30))
    eventually(lambda: contact.callbacks_promised.exists(), within=20)
    recording = kept()
    assert recording.interaction == contact
    priya = people(1_000, user=stage.person(PRIYA))
    priya.goto(reverse("floor-contact", args=[contact.public_id]))
    is_hers(priya, recording, 5)


@pytest.mark.parametrize(
    ("begun", "words", "least", "most"),
    [(2, "Your message has arrived", 8_000, 60_000), (30, "Part of your message has arrived", 1_000, 8_000)],
    ids=["in time", "too late"],
)
def test_the_net_is_away_so_long_that_what_had_arrived_is_sent(
    people: Open, own_line: EntryPoint, watch: Watch, begun: int, words: str, least: int, most: int
) -> None:
    """What she says on is added to it; where that is too late she is told how much did. The microphone is closed."""
    shut(own_line)
    ann = people(ANN, **PHONE)
    ann.add_init_script(
        "const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);"
        "navigator.mediaDevices.getUserMedia = async (wishes) => (window.lent = await ask(wishes));"
    )
    ann.goto(reverse("customer-call", args=[own_line.public_id]))
    ann.get_by_role("button", name="Leave a spoken message").click()
    ann.get_by_role("textbox", name="Your number").fill("+1 614 555 0190")
    speaks(ann, 5)
    watch.allow("ERR_INTERNET_DISCONNECTED", "409")
    ann.context.set_offline(True)
    expect(ann.locator("#vm-waits")).to_be_visible()
    spoken = Voicemail.objects.latest("pk")
    Voicemail.objects.filter(pk=spoken.pk).update(
        seen_at=F("seen_at") - timedelta(minutes=2), begun_at=F("begun_at") - timedelta(minutes=begun)
    )
    eventually(lambda: Voicemail.objects.get(pk=spoken.pk).sent_at is not None, within=20)
    ann.context.set_offline(False)
    if begun < 20:
        expect(ann.locator("#vm-waits")).to_be_hidden()
        ann.locator("#vm-stop").click()
        ann.locator("#vm-send").click()
    expect(ann.locator("#over-h")).to_have_text(words)
    if begun > 20:
        expect(ann.locator("#over-words")).to_contain_text("has arrived; what came after it has not")
    assert ann.evaluate("lent.getTracks().every((track) => track.readyState === 'ended')")
    assert least < (kept().tracks.get().duration_ms or 0) < most


def test_without_a_microphone_she_is_told_what_to_do(people: Open, own_line: EntryPoint) -> None:
    shut(own_line)
    ann = people(ANN, permissions=[], **PHONE)
    ann.add_init_script(
        "navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));"
    )
    ann.goto(reverse("customer-call", args=[own_line.public_id]))
    ann.get_by_role("button", name="Leave a spoken message").click()
    ann.get_by_role("textbox", name="Your number").fill("+1 614 555 0188")
    ann.get_by_role("button", name="Record").click()
    expect(ann.locator("[data-mic-problem=voicemail]")).to_contain_text("does not let us use the microphone")
    expect(ann.locator("#vm-ready")).to_be_visible()


def test_what_is_said_without_a_net_arrives_and_a_reload_loses_nothing(
    people: Open, own_line: EntryPoint, watch: Watch
) -> None:
    shut(own_line)
    ann = people(ANN, **PHONE)
    ann.goto(reverse("customer-call", args=[own_line.public_id]))
    ann.get_by_role("button", name="Leave a spoken message").click()
    ann.get_by_role("textbox", name="Your number").fill("+1 614 555 0188")
    speaks(ann, 3)
    watch.allow("ERR_INTERNET_DISCONNECTED")
    ann.context.set_offline(True)
    expect(ann.locator("#vm-waits")).to_be_visible()
    ann.context.set_offline(False)
    expect(ann.locator("#vm-waits")).to_be_hidden()
    ann.locator("#vm-stop").click()
    expect(ann.locator("#vm-send")).to_be_visible()
    spoken = Voicemail.objects.latest("pk").recording
    assert spoken is not None
    eventually(lambda: spoken.tracks.get().is_whole, within=30)
    ann.on("dialog", lambda dialog: dialog.accept())
    ann.reload()
    expect(ann.locator("#vm-note")).to_contain_text("Your message is here, not sent yet")
    ann.locator("#vm-send").click()
    expect(ann.locator("#over-h")).to_have_text("Your message has arrived")
    ann.reload()
    expect(ann.locator("#over-h")).to_have_text("Your message has arrived")
    ann.reload()
    expect(ann.get_by_role("button", name="Leave a spoken message")).to_be_visible()
    assert (kept().tracks.get().duration_ms or 0) > 8_000, "the seconds without a net are in it"
