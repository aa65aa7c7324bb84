"""The page a customer calls from, before any call: open, closed, away; its button on a client's site; its words."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from bpo.kernel import clock
from clients.models import BrandText, Channel, ClientState, EntryKind, EntryPoint, HoursSpan, Policy, RecordingRule
from clients.words import script_words
from clients.words_call import CALL_WORDS
from clients.words_catalogue import WORDS
from clients.words_voicemail import VOICEMAIL_WORDS
from interactions import eligibility, offers, queueing, waits
from interactions.models import Carrier, Interaction, State
from tests import factories as make

pytestmark = pytest.mark.django_db
SCRIPTS = (
    "call.js",
    "call/line.js",
    "call/over.js",
    "call/page.js",
    "call/talking.js",
    "call/troubles.js",
    "call/voicemail.js",
    "call/waiting.js",
)


@pytest.fixture
def browser() -> Browser:
    return Browser(enforce_csrf_checks=True)


@pytest.fixture
def door() -> EntryPoint:
    """Where The Tech Giant takes calls."""
    giant = make.client("The Tech Giant")
    line = make.queue(giant, "Calls", channels=[Channel.VOICE])
    return make.door(giant, EntryKind.WEB_CALL, into=line, origins=["https://shop.example"])


def shut(door: EntryPoint) -> None:
    """It opens in three days, for a minute."""
    hours = make.hours(door.client, "Late", always_open=False)
    local = clock.now() + timedelta(days=3)
    HoursSpan.objects.create(hours=hours, weekday=local.weekday(), opens=600, closes=601)
    door.hours = hours
    door.save()


def page(browser: Browser, door: EntryPoint, language: str = "en") -> str:
    answer = browser.get(f"{reverse('customer-call', args=[door.public_id])}?lang={language}")
    assert answer.status_code == 200 and not answer.cookies
    return answer.content.decode()


def test_the_page_says_how_the_call_will_be_handled_and_asks_for_the_microphone_in_words(browser, door) -> None:
    text = page(browser, door)
    assert "The Tech Giant" in text and "Call now" in text and "Always open" not in text and "always open" in text
    assert text.index("We need your microphone") < text.index('id="call"'), (
        "the reason comes before the browser's question"
    )
    callback = reverse("customer-callback-form", args=[door.public_id])
    assert callback in text and "Rather be called" in text
    for name in ("start", "state", "end", "back", "survey"):
        assert f'data-{name}="{reverse(f"customer-call-{name}", args=[door.public_id])}"' in text
    assert re.search(r'data-key="[0-9a-f-]{36}"', text)


def test_it_may_be_framed_by_the_listed_sites_alone_and_names_nobody_else(browser, door, settings) -> None:
    settings.OPERATOR_NAME = "Megadesk Outsourcing"
    answer = browser.get(reverse("customer-call", args=[door.public_id]))
    assert re.search(r"frame-ancestors https://shop\.example(;|$)", answer["Content-Security-Policy"])
    text = answer.content.decode()
    assert "Megadesk" not in text and "style=" not in text and "<script>" not in text


def test_each_field_is_told_where_its_fault_stands(browser, door) -> None:
    text = page(browser, door)
    for fault in ("phone-error", "number-error"):
        assert f'id="{fault}"' in text and re.search(rf'aria-describedby="[^"]*\b{fault}"', text), fault


def test_it_speaks_spanish(browser, door) -> None:
    text = page(browser, door, "es")
    assert "Llamar ahora" in text and "Necesitamos su micrófono" in text and "Call now" not in text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", {"on": "Calls are recorded.", "ask": "We ask you before we record the call."}),
        ("es", {"on": "Las llamadas se graban.", "ask": "Le preguntamos antes de grabar la llamada."}),
    ],
)
def test_that_it_is_recorded_is_said_before_one_calls(browser, door, language, told) -> None:
    for rule in RecordingRule:
        Policy.objects.update_or_create(client=door.client, defaults={"recording": rule})
        before = page(browser, door, language).partition('id="call"')[0]
        assert {name for name, words in told.items() if words in before} == {rule} & told.keys()


def test_that_somebody_is_free_is_said_as_long_as_it_is_true(browser, door) -> None:
    assert "Somebody is free now" not in page(browser, door)
    bea = make.agent(licensed=door.client, available=True)
    eligibility.lane_for(door.queue, channel=Channel.VOICE)
    assert "Somebody is free now" in page(browser, door)
    assert "Hay alguien disponible" in page(browser, door, "es")
    waiting = make.waiting(door.queue, channel=Channel.VOICE)
    assert not waits.somebody_free(door.queue, Channel.VOICE), "one waits already"
    make.offer(bea, waiting)
    assert not waits.somebody_free(door.queue, Channel.VOICE), "she is being rung"


def test_who_is_about_to_leave_is_not_free(door) -> None:
    bea = make.agent(licensed=door.client, available=True)
    eligibility.lane_for(door.queue, channel=Channel.VOICE)
    assert waits.somebody_free(door.queue, Channel.VOICE)
    presence.take_break(bea, "lunch")
    assert not waits.somebody_free(door.queue, Channel.VOICE)


def test_a_desk_without_a_microphone_is_not_free_for_who_calls_from_a_page(browser, door) -> None:
    def calls(**fields: Any) -> Interaction:
        return make.waiting(door.queue, channel=Channel.VOICE, carrier=Carrier.WEB, **fields)

    bea = make.agent("Bea Brown", licensed=door.client, available=True)
    eligibility.lane_for(door.queue, channel=Channel.VOICE)
    assert "Somebody is free now" in page(browser, door)
    offers.busy(make.offer(bea, calls()), by=bea)
    for _ in range(6):
        queueing.leave_queue(calls(waited=300), "answered", clock.now())
    Interaction.objects.update(state=State.ACTIVE)
    text = page(browser, door)
    assert "Somebody is free now" not in text and "Wait at present" not in text, "her desk has no microphone"
    assert waits.somebody_free(door.queue, Channel.VOICE), "her telephone rings all the same"
    assert waits.expected_wait(door.queue, Channel.VOICE)
    waiting = calls()
    assert waits.expected_wait_of(waiting) is None, "nor is she for who stands in line"
    offers.accept(make.offer(bea, waiting), by=bea)
    assert waits.expected_wait_of(waiting), "she has a headset now"
    make.agent("Cal Cole", licensed=door.client, available=True)
    assert "Somebody is free now" in page(browser, door)


def test_outside_hours_there_is_the_clients_word_and_the_callback_form_but_no_button(browser, door) -> None:
    shut(door)
    BrandText.objects.create(client=door.client, kind="after_hours", language="en", text="Asleep <b>now</b>.")
    text = page(browser, door)
    assert "Asleep &lt;b&gt;now&lt;/b&gt;." in text and "Call now" not in text and 'id="start"' not in text
    assert reverse("customer-callback-form", args=[door.public_id]) in text and "Leave your number" in text


def test_outside_hours_a_spoken_message_is_offered_with_what_becomes_of_it(browser, door) -> None:
    assert "data-vm-open hidden" not in page(browser, door).split('id="leave-message"')[0], "while it is open: a call"
    shut(door)
    text = page(browser, door)
    assert "Leave a spoken message" in text and "The Tech Giant records what you say, keeps it until" in text
    assert re.search(r"calls you back by [^<]+\([A-Z][A-Za-z ]+\)\.", text), "until when, and on whose clock"
    assert "graba lo que diga, lo conserva hasta el" in page(browser, door, "es")
    door.takes_voicemail = False
    door.save()
    assert "keeps it until" not in page(browser, door)


def test_its_times_are_on_the_clock_of_who_reads_them_else_they_name_the_clock(browser, door) -> None:
    shut(door)
    door.hours.zone = "America/New_York"
    door.hours.save()
    address = reverse("customer-call", args=[door.public_id])
    assert "10 am (New York)" in page(browser, door)
    visitor = browser.get(address, {"zone": "Europe/Madrid"}).content.decode()
    assert re.search(r'data-times="hours">opens \w+, \d+ \w+, [34] pm \(Madrid\)<', visitor)
    assert re.search(r'data-times="message">[^<]+ \(Madrid\)', visitor), "a message is promised by his clock, too"
    assert "10 am (New York)" in browser.get(address, {"zone": "Moon/Crater"}).content.decode()


def test_where_nobody_is_there_no_call_begins(browser, door) -> None:
    door.queue.refuse_unstaffed = True
    door.queue.save()
    text = page(browser, door)
    assert "Nobody is at the desk just now" in text and 'id="start"' not in text
    make.agent(licensed=door.client, available=True)
    assert "Call now" in page(browser, door)


def test_a_suspended_client_says_so(browser) -> None:
    away = make.client(state=ClientState.SUSPENDED)
    BrandText.objects.create(client=away, kind="away", language="en", text="Back soon.")
    text = page(browser, make.door(away, EntryKind.WEB_CALL))
    assert "Back soon." in text and "<form" not in text


@pytest.mark.parametrize("kind", [EntryKind.WIDGET, EntryKind.FORM, EntryKind.PHONE])
def test_another_kind_of_door_takes_no_calls(browser, kind) -> None:
    other = make.door(make.client(), kind)
    assert browser.get(reverse("customer-call", args=[other.public_id])).status_code == 404


def test_an_unknown_door_is_not_here_and_nothing_can_be_posted(browser, door) -> None:
    assert browser.get(reverse("customer-call", args=[uuid.uuid4()])).status_code == 404
    assert browser.post(reverse("customer-call", args=[door.public_id])).status_code == 405


def test_a_menu_is_shown_where_there_is_one(door) -> None:
    context: dict[str, Any] = {"language": "en", "door": door, "menu": [("1", "Orders & returns"), ("2", "Bills")]}
    shown = render_to_string("customer/_call_before.html", context)
    assert '<input class="sr" type="radio" name="menu" value="1"><kbd>1</kbd>Orders &amp; returns' in shown
    assert 'name="menu"' not in render_to_string("customer/_call_before.html", {**context, "menu": []})


# --- the ways to it --------------------------------------------------------------------------------------------------


def test_the_button_of_a_call_door_opens_the_call_page_with_the_microphone(browser, door) -> None:
    text = browser.get(reverse("customer-widget", args=[door.public_id])).content.decode()
    assert reverse("customer-call", args=[door.public_id]) in text and '"calls": true' in text and len(text) < 6000
    assert '"label": "Call us"' in text and "Ll\\u00e1menos" in text and "microphone; autoplay" in text


def test_the_button_of_a_chat_door_stays_a_chats(browser) -> None:
    chat = make.door(make.client())
    text = browser.get(reverse("customer-widget", args=[chat.public_id])).content.decode()
    assert '"calls": false' in text and '"label": "Chat"' in text and "/chat/" in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_chat_window_leads_to_the_call_while_somebody_would_answer(browser, door, language) -> None:
    chat = make.door(door.client)
    address = f"{reverse('customer-chat', args=[chat.public_id])}?lang={language}"
    call = f'href="{reverse("customer-call", args=[door.public_id])}?lang={language}"'
    assert call in browser.get(address).content.decode()
    shut(door)
    assert call not in browser.get(address).content.decode()


def test_a_closed_chat_still_offers_an_open_line(browser, door) -> None:
    chat = make.door(door.client)
    shut(chat)
    text = browser.get(reverse("customer-chat", args=[chat.public_id])).content.decode()
    closed = text[text.index('id="closed"') : text.index('id="start"')]
    assert "Call us" in closed and "Leave your number" in closed


def test_the_call_of_another_client_or_an_unpublished_one_is_not_offered(browser, door) -> None:
    other = make.door(make.client("Other"))
    make.door(other.client, EntryKind.WEB_CALL, published=False)
    assert "Call us" not in browser.get(reverse("customer-chat", args=[other.public_id])).content.decode()


# --- words -----------------------------------------------------------------------------------------------------------


def test_the_words_are_complete_in_both_languages_and_fill_in_the_same() -> None:
    for key, entry in {**CALL_WORDS, **VOICEMAIL_WORDS}.items():
        assert WORDS[key] == entry and set(entry) == {"en", "es"} and all(entry.values()), key
        assert set(re.findall(r"{\w+}", entry["en"])) == set(re.findall(r"{\w+}", entry["es"])), key


def test_the_script_finds_every_word_it_says(settings) -> None:
    said = set(script_words("es", "call"))
    folder = settings.BASE_DIR / "static" / "js"
    for name in SCRIPTS:
        text = (folder / name).read_text()
        asked = set(re.findall(r'say\("(\w+)"', text)) | set(re.findall(r'\? say\("(\w+)"', text))
        assert asked <= said, f"{name}: {sorted(asked - said)}"
    troubles = ("refused", "none", "busy", "gone", "framed", "wrong", "insecure", "unsupported")
    computed = {f"mic_{why}{how}" for why in troubles for how in ("", "_how")}
    computed |= {f"line_{word}" for word in ("good", "fair", "bad")}
    computed |= {"talking", "held", "away", "connecting", "connecting_again", "held_why", "away_why"}
    computed |= {"vm_sent", "vm_title_speaking", "vm_listen", "vm_pause", "vm_play", "vm_speak", "vm_silent"}
    refusals = {"no_messages", "message_sent", "message_short", "message_silent"}
    computed |= {f"err_{code}" for code in refusals}
    computed |= {"promised", "thanks", "left", "not_now", "ended", "place", "place_was", "wait", "wait_unknown"}
    assert computed <= said
