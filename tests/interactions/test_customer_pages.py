"""What a customer's browser gets and may send: the frame, the window's calls, the callback form, the links of mails."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from agents.models import OverflowStep, StepAction
from bpo.kernel import clock, links
from clients import times
from clients.models import BrandText, ClientState, EntryKind, HoursSpan, PublicName
from interactions import (
    callback_work,
    callbacks,
    cases,
    conversation,
    eligibility,
    handling,
    offers,
    queueing,
    transfers,
)
from interactions.models import Callback, Case, CaseState, Interaction, JournalEntry, Kind, Leg, SurveyAnswer
from interactions.notice_letters import survey_url
from interactions.routing import overflowing
from interactions.views.customer.callback import manage_address
from tests import factories as make

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def browser() -> Browser:
    return Browser(enforce_csrf_checks=True)


@pytest.fixture
def door():
    return make.door(make.client("The Tech Giant"), origins=["https://shop.example", "javascript:x", "https://a b"])


def post(browser, name, door, body, token="", **headers):
    if token:
        headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    data = body if isinstance(body, str) else json.dumps(body)
    return browser.post(
        reverse(name, args=[door.public_id]),
        data,
        content_type="application/json",
        HTTP_ACCEPT="application/json",
        **headers,
    )


def begin(browser, door, **fields):
    answer = post(
        browser, "customer-chat-start", door, {"key": str(uuid.uuid4()), "words": "Hello", "name": "Ann", **fields}
    )
    assert answer.status_code == 201, answer.content
    return answer.json()


def get_state(browser, door, token):
    return browser.get(reverse("customer-chat-state", args=[door.public_id]), HTTP_AUTHORIZATION=f"Bearer {token}")


def promised(browser, door, begun, action=StepAction.PROMISE_CALLBACK):
    """What the window shows once the line's last step has ended the wait."""
    OverflowStep.objects.get_or_create(queue=door.queue, ordinal=1, defaults={"after_seconds": 1, "action": action})
    eligibility.queue_changed(door.queue)
    overflowing.steps_due(clock.now() + timedelta(seconds=2))
    shown = get_state(browser, door, begun["token"]).json()
    assert shown["state"] == "closed"
    return shown


# --- the widget ------------------------------------------------------------------------------------------------------


def test_the_loader_is_small_public_and_of_this_client(browser, door) -> None:
    answer = browser.get(reverse("customer-widget", args=[door.public_id]))
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/javascript") and len(text) < 6000
    assert "public" in answer["Cache-Control"] and not answer.cookies
    assert str(door.public_id) in text and "The Tech Giant" in text


def test_the_frame_may_be_shown_by_the_listed_origins_alone_and_sets_no_cookie(browser, door, settings) -> None:
    settings.OPERATOR_NAME = "Megadesk Outsourcing"
    answer = browser.get(reverse("customer-chat", args=[door.public_id]))
    assert re.search(r"frame-ancestors https://shop\.example(;|$)", answer["Content-Security-Policy"])
    assert "X-Frame-Options" not in answer and not answer.cookies
    assert "Megadesk" not in answer.content.decode() and "style=" not in answer.content.decode()


def test_without_origins_nobody_may_frame_it(browser) -> None:
    answer = browser.get(reverse("customer-chat", args=[make.door(make.client()).public_id]))
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["customer-widget", "customer-chat", "customer-callback-form"])
def test_an_unknown_or_unpublished_door_is_not_here(browser, name) -> None:
    hidden = make.door(make.client(), published=False)
    for public_id in (uuid.uuid4(), hidden.public_id):
        answer = browser.get(reverse(name, args=[public_id]))
        assert answer.status_code == 404 and not answer.cookies


def test_the_page_speaks_spanish_by_browser_and_by_choice(browser, door) -> None:
    address = reverse("customer-chat", args=[door.public_id])
    assert "Iniciar el chat" in browser.get(address, HTTP_ACCEPT_LANGUAGE="es-MX").content.decode()
    assert "Start the chat" in browser.get(f"{address}?lang=en", HTTP_ACCEPT_LANGUAGE="es").content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Please choose one of the times."), ("es", "Elija una de las horas.")]
)
def test_a_missing_time_is_told_in_the_customers_language_and_the_rest_is_kept(browser, door, language, words) -> None:
    address = reverse("customer-callback-form", args=[door.public_id])
    again = browser.post(address, fill(browser, door, window="", name="Ann", language=language))
    page = again.content.decode()
    assert again.status_code == 422 and f"<span>{words}</span>" in page
    assert 'value="(614) 555-0173"' in page and 'value="Ann"' in page


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "Díganos a qué número podemos llamarle."),
        ("12", "No entendemos este número."),
        ("555 0173", "No entendemos este número."),
    ],
)
def test_what_is_wrong_is_said_in_spanish_beside_its_field(browser, door, number, words) -> None:
    given = fill(browser, door, number=number, window="", language="es")
    page = browser.post(reverse("customer-callback-form", args=[door.public_id]), given).content.decode()
    assert f">{words}" in page and "Ir al contenido" in page and "Skip to" not in page
    assert page.index('id="window-error"') > page.rindex('name="window"')


def test_a_time_that_runs_names_its_day_too(browser, door) -> None:
    with clock.set_to(datetime(2026, 11, 18, 15, 30, tzinfo=UTC)):
        page = browser.get(f"{reverse('customer-callback-form', args=[door.public_id])}?lang=en").content.decode()
    assert 'data-words="Today: As soon as we can, by ' in page and 'id="chosen"' in page


def test_each_field_of_the_window_is_told_where_its_fault_stands(browser, door) -> None:
    page = browser.get(reverse("customer-chat", args=[door.public_id])).content.decode()
    faults = re.findall(r'class="error" id="([a-z]+-error)"', page)
    assert set(faults) == {"email-error", "phone-error", "words-error", "number-error", "transcript-error"}
    for fault in faults:
        assert re.search(rf'aria-describedby="[^"]*\b{fault}"', page), fault


def test_a_suspended_client_says_so_and_takes_nothing(browser) -> None:
    away = make.client(state=ClientState.SUSPENDED)
    BrandText.objects.create(client=away, kind="away", language="en", text="Back soon <b>now</b>.")
    closed = make.door(away)
    for name in ("customer-chat", "customer-callback-form"):
        answer = browser.get(reverse(name, args=[closed.public_id]))
        assert "Back soon &lt;b&gt;now&lt;/b&gt;." in answer.content.decode() and b"<form" not in answer.content
    assert post(browser, "customer-chat-start", closed, {"key": str(uuid.uuid4()), "words": "Hi"}).status_code == 409
    booked = browser.post(reverse("customer-callback-form", args=[closed.public_id]), {"number": "+16145550173"})
    assert booked.status_code == 200 and not Interaction.objects.exists()


def test_outside_hours_the_window_offers_the_callback_form(browser) -> None:
    acme = make.client()
    never_now = make.hours(acme, "Late", always_open=False)
    local = clock.now() + timedelta(days=3)
    HoursSpan.objects.create(hours=never_now, weekday=local.weekday(), opens=600, closes=601)
    shut = make.door(acme, into=make.queue(acme, hours=never_now))
    text = browser.get(reverse("customer-chat", args=[shut.public_id])).content.decode()
    assert reverse("customer-callback-form", args=[shut.public_id]) in text and "We are closed right now" in text


def test_a_form_says_closed_only_while_nobody_calls(browser) -> None:
    """Calls are made in the hours of the line, whatever the door's own say about the talk."""
    acme = make.client()
    counter = make.hours(acme, "Counter", always_open=False)
    shut = make.door(acme, "form", into=make.queue(acme, hours=make.hours(acme)), hours=counter)
    page = browser.get(reverse("customer-callback-form", args=[shut.public_id])).content.decode()
    assert "We are closed right now" not in page and "<form" in page


# --- the window's calls ----------------------------------------------------------------------------------------------


def test_a_whole_chat_over_http(browser, door, media) -> None:
    begun = begin(browser, door)
    token = begun["token"]
    assert begun["state"] == "waiting" and begun["position"] == 1
    bea = make.agent("Beatrice Brown", licensed=door.client, available=True)
    PublicName.objects.create(client=door.client, user=bea.user, name="Alex")
    leg = offers.accept(make.offer(bea, Interaction.objects.get()), by=bea)
    conversation.agent_wrote(Leg.objects.select_related("agent").get(pk=leg.pk), "Hello", by=bea)
    shown = get_state(browser, door, token).json()
    assert (shown["state"], shown["agent"]) == ("talking", "Alex") and "Beatrice" not in json.dumps(shown)
    key = str(uuid.uuid4())
    for _ in range(2):
        said = post(browser, "customer-chat-message", door, {"key": key, "text": HOSTILE}, token)
    assert [m["text"] for m in said.json()["messages"] if m["who"] == "me"] == ["Hello", HOSTILE]
    upload = browser.post(
        reverse("customer-chat-file", args=[door.public_id]),
        {"key": str(uuid.uuid4()), "file": SimpleUploadedFile("dock.png", PNG)},
        HTTP_AUTHORIZATION=f"Bearer {token}",
    )
    sent = upload.json()["messages"][-1]["files"][0]
    path = reverse("customer-chat-download", args=[door.public_id, sent["id"]])
    kept = browser.get(path, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert b"".join(kept.streaming_content) == PNG and "attachment" in kept["Content-Disposition"]
    assert browser.get(path).status_code == 401
    stranger = begin(browser, door)["token"]
    assert browser.get(path, HTTP_AUTHORIZATION=f"Bearer {stranger}").status_code == 404
    assert post(browser, "customer-chat-end", door, {}, token).json()["state"] == "wrap_up"
    assert (
        post(browser, "customer-chat-survey", door, {"score": 5, "solved": True}, token).json()["survey"]["score"] == 5
    )


def test_a_chat_is_judged_once_somebody_answered_and_it_is_over(browser, door) -> None:
    token = begin(browser, door)["token"]
    early = post(browser, "customer-chat-survey", door, {"score": 1}, token)
    assert (early.status_code, early.json()["code"]) == (409, "not_over")
    bea = make.agent(licensed=door.client, available=True)
    leg = offers.accept(make.offer(bea, Interaction.objects.get()), by=bea)
    assert post(browser, "customer-chat-survey", door, {"score": 1}, token).status_code == 409
    handling.end_work(leg, by=bea, ended_by="agent")
    assert post(browser, "customer-chat-survey", door, {"score": 4}, token).json()["survey"]["score"] == 4
    left = begin(browser, door)["token"]
    post(browser, "customer-chat-end", door, {}, left)
    assert post(browser, "customer-chat-survey", door, {"score": 1}, left).status_code == 409, "nobody spoke to him"
    assert SurveyAnswer.objects.get().score == 4


def test_a_token_of_another_door_opens_nothing(browser, door) -> None:
    token = begin(browser, door)["token"]
    other = make.door(make.client("Other"))
    assert get_state(browser, other, token).status_code == 401
    assert get_state(browser, door, "").status_code == 401


@pytest.mark.parametrize(
    "body", ["", "[]", "no json", '{"words": 7}', '{"words": ["x"]}', "[" * 2000, '"' + "x" * 70000 + '"']
)
def test_a_malformed_start_is_refused_in_words(browser, door, body) -> None:
    answer = post(browser, "customer-chat-start", door, body)
    assert answer.status_code in (400, 422) and not Interaction.objects.exists()


@pytest.mark.parametrize("demo", [True, False])
def test_a_chat_says_it_is_simulated_in_a_demo_alone(browser, door, settings, demo) -> None:
    settings.DEMO = demo
    begin(browser, door, simulated=True)
    assert Interaction.objects.get().simulated is demo


def test_a_start_without_words_or_with_a_wrong_address_names_the_field_in_spanish(browser, door) -> None:
    body = {"key": str(uuid.uuid4()), "words": " ", "email": "nowhere", "phone": "12", "language": "es"}
    answer = post(browser, "customer-chat-start", door, body)
    assert answer.status_code == 422 and set(answer.json()["errors"]) == {"words", "email", "phone"}
    assert answer.json()["errors"]["email"] == "Este correo no es válido."


def test_too_long_a_message_and_a_wrong_file_are_refused_and_the_chat_goes_on(browser, door) -> None:
    token = begin(browser, door)["token"]
    long = post(
        browser, "customer-chat-message", door, {"key": "x" * 20, "text": "x" * 8500}, token, HTTP_ACCEPT_LANGUAGE="es"
    )
    assert long.status_code == 400 and "demasiado largo" in long.json()["detail"]
    wrong = browser.post(
        reverse("customer-chat-file", args=[door.public_id]),
        {"key": "y" * 20, "file": SimpleUploadedFile("run.exe", b"MZ\x90\x00\xff\xfe")},
        HTTP_AUTHORIZATION=f"Bearer {token}",
    )
    assert wrong.status_code == 400 and wrong.json()["code"] == "file_type"
    assert get_state(browser, door, token).json()["state"] == "waiting"


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_wrong_methods(browser, door, method) -> None:
    assert getattr(browser, method)(reverse("customer-chat-message", args=[door.public_id])).status_code == 405


@pytest.mark.usefixtures("fresh_window")
def test_too_many_starts_are_told_to_wait(browser, door) -> None:
    codes = [post(browser, "customer-chat-start", door, {"words": ""}).status_code for _ in range(22)]
    assert codes[-1] == 429


def test_a_wait_is_told_where_it_is_known_and_for_the_own_place(browser, door) -> None:
    at = clock.now()
    bea = make.agent(licensed=door.client, available=True)
    for minute in (1, 2):
        answered_at = at - timedelta(minutes=minute)
        queueing.leave_queue(make.waiting(door.queue, waited=60 * minute + 2), "answered", answered_at)
    Interaction.objects.update(state="active")
    token = begin(browser, door)["token"]
    page = reverse("customer-chat", args=[door.public_id])
    shown = get_state(browser, door, token).json()
    assert (shown["position"], shown["wait"]) == (1, None)
    assert "about" not in browser.get(page).context["wait"]
    for third_minute in range(0, 30, 3):
        answered_at = at - timedelta(minutes=third_minute)
        queueing.leave_queue(make.waiting(door.queue, waited=60 * third_minute + 200), "answered", answered_at)
    Interaction.objects.filter(visits__how="answered").update(state="active")
    assert get_state(browser, door, token).json()["wait"] == 150
    assert browser.get(page).context["wait"] == "Wait at present: about 5 min"
    presence.force(bea, "signed_out", by=make.supervisor(door.client), why="ill")
    assert get_state(browser, door, token).json()["wait"] is None
    assert "wait" not in browser.get(page).context["wait"], "nobody is there who could answer"


def test_who_talked_already_is_told_that_she_is_passed_on(browser, door) -> None:
    token = begin(browser, door)["token"]
    assert get_state(browser, door, token).json()["passed_on"] is False
    bea = make.agent(licensed=door.client, available=True)
    leg = offers.accept(make.offer(bea, Interaction.objects.get()), by=bea)
    transfers.to_queue(leg, door.queue, by=bea)
    shown = get_state(browser, door, token).json()
    assert (shown["state"], shown["passed_on"]) == ("waiting", True)
    page = browser.get(reverse("customer-chat", args=[door.public_id])).content.decode()
    assert "We are passing you on to somebody who can help." in page


def test_call_me_back_from_the_line(browser, door) -> None:
    token = begin(browser, door)["token"]
    assert post(browser, "customer-chat-call", door, {"number": "12"}, token).json()["code"] in (
        "number",
        "cannot_promise",
    )
    shown = post(browser, "customer-chat-call", door, {"number": "614 555 0173"}, token).json()
    assert shown["state"] == "closed" and shown["callback"]["reference"] == Callback.objects.get().reference
    assert "+1 614-555-0173" in shown["text"] and shown["callback"]["due"] in shown["text"]
    assert browser.get(shown["callback"]["address"]).status_code == 200


def test_a_number_on_file_is_shown_by_its_end_to_who_typed_only_the_address(browser, door) -> None:
    make.customer(door.client, "Ann Keller", phone="+16145550173", address="ann@home.example")
    shown = promised(browser, door, begin(browser, door, name="Stranger", email="ann@home.example"))
    told = f"{shown} {browser.get(shown['callback']['address']).content.decode()}"
    assert Callback.objects.get().number == "+16145550173"
    assert "The number we call: ending in 73." in shown["text"]
    number = r"(?<![\w.:-])614(?!\w)|\+1614|555.?01"  # moments and tokens have a 614 of their own now and then
    assert not re.search(number, told), "nobody proved to be Ann"


def test_a_message_taken_shows_what_was_promised_and_no_number_on_file(browser, door) -> None:
    make.customer(door.client, "Ann Keller", phone="+16145550173", address="ann@home.example")
    shown = promised(browser, door, begin(browser, door, email="ann@home.example"), StepAction.VOICEMAIL)
    assert Callback.objects.get().reference == shown["callback"]["reference"]
    assert "ending in 73" in shown["text"] and "555" not in str(shown)


def test_a_number_that_he_typed_himself_is_shown_in_full_wherever_he_typed_it(browser, door) -> None:
    shown = promised(browser, door, begin(browser, door, phone="614 555 0173"))
    assert "+1 614-555-0173" in shown["text"]
    token = begin(browser, door, phone="614 555 0174")["token"]
    shown = post(browser, "customer-chat-call", door, {"number": "614 555 0175"}, token).json()
    assert "+1 614-555-0175" in shown["text"]


def test_the_link_of_a_promise_made_anew_still_masks_a_number_on_file(browser, door) -> None:
    make.customer(door.client, "Ann Keller", phone="+16145550173", address="ann@home.example")
    promised(browser, door, begin(browser, door, email="ann@home.example"))
    promised(browser, door, begin(browser, door, name="Bo", phone="614 555 0180"))
    sue, at = make.supervisor(door.client), clock.now()
    for callback in Callback.objects.all():
        due = {"due_from": at + timedelta(hours=1), "due_until": at + timedelta(hours=3)}
        callbacks.replace(callback, **due, by=sue, why="nobody there")
        page = browser.get(manage_address(callback)).content.decode()
        assert ("+1 614-555-0180" if callback.name == "Bo" else "ending in 73") in page


def test_an_address_on_file_is_not_shown_to_who_typed_only_the_number(browser) -> None:
    acme = make.client()
    door = make.door(acme, into=make.queue(acme, channels=["chat"]))
    make.customer(acme, "Ann Keller", phone="+16145550173", address="ann@home.example")
    shown = promised(browser, door, begin(browser, door, phone="614 555 0173"))
    assert Callback.objects.get().address == "ann@home.example"
    page = browser.get(shown["callback"]["address"]).content.decode()
    assert "ann@" not in str(shown) + page and "the mail address we know" in page


def leave_number(browser, shown, number="614 555 0190", **fields):
    """Press the tile, fill in what is missing, book the second window."""
    page = browser.get(shown["leave_number"]).content.decode()
    given = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    given["words"] = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1]
    given["window"] = re.findall(r'name="window" value="([^"]+)"', page)[1]
    answer = browser.post(shown["leave_number"].split("?")[0], {**given, "number": number, **fields})
    assert answer.status_code == 302, answer.content.decode()
    return given, answer["Location"]


@pytest.mark.parametrize("action", [StepAction.PROMISE_CALLBACK, StepAction.MESSAGE, StepAction.VOICEMAIL])
def test_who_gave_but_a_name_leaves_a_number_where_the_wait_ended_and_the_matter_goes_along(
    browser, door, action
) -> None:
    begun = begin(browser, door, name="Ann", words="My dock is broken")
    shown = promised(browser, door, begun, action)
    contact = Interaction.objects.get()
    assert "callback" not in shown and shown["leave_number"]
    given, link = leave_number(browser, shown)
    assert (given["name"], given["words"]) == ("Ann", "My dock is broken"), "nothing is typed twice"
    made = Callback.objects.get()
    assert (made.promised_from, made.case, made.customer) == (contact, contact.case, contact.customer)
    assert (made.number, made.words, made.enqueued_at) == ("+16145550190", "My dock is broken", contact.enqueued_at)
    assert "+1 614-555-0190" in browser.get(link).content.decode()
    again = get_state(browser, door, begun["token"]).json()
    assert again["callback"]["reference"] == made.reference and "leave_number" not in again
    pressed = browser.get(shown["leave_number"], follow=True).content.decode()
    assert made.reference in pressed, "the tile pressed again leads to the promise"
    assert Interaction.objects.count() == 1 and Case.objects.count() == 1, "one matter, told once"


def test_a_full_line_offers_the_same_and_keeps_what_was_typed(browser, door) -> None:
    type(door.queue).objects.filter(pk=door.queue.pk).update(limit=0)
    shown = begin(browser, door, name="", email="ann@home.example", words="My order never came")
    assert shown["outcome"] == "refused_full" and shown["leave_number"]
    given, _link = leave_number(browser, shown)
    assert (given["email"], given["words"]) == ("ann@home.example", "My order never came")
    made = Callback.objects.get()
    assert (made.address, made.words) == ("ann@home.example", "My order never came")
    assert made.case and made.case.customer == made.customer


def test_nobody_at_all_may_leave_a_number_too(browser, door) -> None:
    type(door.queue).objects.filter(pk=door.queue.pk).update(limit=0)
    shown = begin(browser, door, name="")
    assert Interaction.objects.get().customer is None
    leave_number(browser, shown)
    made = Callback.objects.get()
    assert made.case and made.customer and list(made.customer.phones.values_list("number", flat=True)) == [made.number]
    assert Interaction.objects.get().case == made.case


def test_the_tile_is_of_its_window_and_door_and_of_lines_that_take_calls(browser, door) -> None:
    type(door.queue).objects.filter(pk=door.queue.pk).update(limit=0)
    shown = begin(browser, door, words="My secret")
    other = make.door(door.client)
    elsewhere = shown["leave_number"].replace(str(door.public_id), str(other.public_id))
    for address in (elsewhere, shown["leave_number"] + "x"):
        page = browser.get(address).content.decode()
        assert "When may we call you?" in page and "My secret" not in page
    type(door.queue).objects.update(channels=["chat"])
    assert "leave_number" not in begin(browser, door)


def test_the_window_names_the_zone_of_its_promise_which_is_the_visitors_own(browser, door) -> None:
    begun = begin(browser, door, phone="614 555 0173", zone="America/Los_Angeles")
    shown = promised(browser, door, begun)
    made = Callback.objects.get()
    here = times.clock_words(made.due_until, "America/Los_Angeles", "en")
    assert made.zone == "America/Los_Angeles" and f"{here} (Los Angeles)" in shown["text"]
    assert "Los Angeles" in browser.get(shown["callback"]["address"]).content.decode()


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus"])
def test_a_window_whose_zone_nobody_knows_tells_the_companys(browser, door, zone) -> None:
    begun = begin(browser, door, phone="614 555 0173", **({} if zone is None else {"zone": zone}))
    assert "(New York)" in promised(browser, door, begun)["text"]


def test_a_promise_at_a_closed_door_is_told_in_the_visitors_zone(browser) -> None:
    acme = make.client()
    door = make.door(acme, hours=make.hours(acme, "Late", always_open=False))
    HoursSpan.objects.create(
        hours=door.hours, weekday=(clock.now() + timedelta(days=3)).weekday(), opens=600, closes=660
    )
    shown = begin(browser, door, phone="614 555 0173", zone="Europe/Madrid")
    assert shown["outcome"] == "after_hours" and "(Madrid)" in shown["text"]


def test_who_leaves_a_number_picks_the_time_in_his_own_zone(browser, door) -> None:
    shown = promised(browser, door, begin(browser, door, zone="America/Los_Angeles"))
    assert "Los Angeles" in browser.get(shown["leave_number"]).content.decode()
    leave_number(browser, shown, zone="America/Los_Angeles")
    assert Callback.objects.get().zone == "America/Los_Angeles"


def test_where_no_line_takes_calls_none_is_offered_or_promised(browser) -> None:
    acme = make.client()
    line = make.queue(acme, channels=["chat"], callback_offer_seconds=0)
    chat, form = make.door(acme, into=line), make.door(acme, EntryKind.FORM, into=line)
    page = browser.get(reverse("customer-chat", args=[chat.public_id])).content.decode()
    assert "Start the chat" in page and "/callback/" not in page and "leave your number" not in page
    for door in (chat, form):
        address = reverse("customer-callback-form", args=[door.public_id])
        for answer in (browser.get(address), browser.post(address, {"number": "+16145550173"})):
            assert "Nobody calls back here." in answer.content.decode() and b"<form" not in answer.content
    begun = begin(browser, chat, phone="614 555 0173")
    assert not begun["offer_callback"]
    refused = post(browser, "customer-chat-call", chat, {"number": "614 555 0173"}, begun["token"])
    assert refused.status_code == 409 and "Nobody calls back" in refused.json()["detail"]
    line.hours = make.hours(acme, "Late", always_open=False)
    local = clock.now() + timedelta(days=3)
    HoursSpan.objects.create(hours=line.hours, weekday=local.weekday(), opens=600, closes=660)
    line.save()
    shut = browser.get(reverse("customer-chat", args=[chat.public_id])).content.decode()
    assert "or write to us" in shut and "number" not in re.sub("<form.*", "", shut, flags=re.DOTALL)
    assert begin(browser, chat, phone="614 555 0174", name="Bo")["outcome"] == "after_hours"
    assert not Callback.objects.exists(), "nobody would call"
    begin(browser, chat, phone="614 555 0175", email="cy@home.example")
    assert (Callback.objects.get().number, Callback.objects.get().address) == ("", "cy@home.example")


def test_a_chat_of_a_form_door_is_not_here(browser) -> None:
    form = make.door(make.client(), EntryKind.FORM)
    assert browser.get(reverse("customer-chat", args=[form.public_id])).status_code == 404
    assert post(browser, "customer-chat-start", form, {"key": "k" * 20, "words": "Hi"}).status_code == 404


# --- the callback form -----------------------------------------------------------------------------------------------


def fill(browser, door, **fields):
    page = browser.get(reverse("customer-callback-form", args=[door.public_id])).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)[1]
    window = re.findall(r'name="window" value="([^"]+)"', page)[1]
    return {"key": key, "window": window, "number": "(614) 555-0173", "words": HOSTILE, "language": "en", **fields}


def test_the_form_books_once_however_often_it_is_sent(browser, door) -> None:
    given = fill(browser, door, email="ann@home.example")
    address = reverse("customer-callback-form", args=[door.public_id])
    first, second = browser.post(address, given), browser.post(address, given)
    assert first.status_code == second.status_code == 302
    booked = Callback.objects.get()
    assert (booked.number, booked.origin) == ("+16145550173", "form")
    page = browser.get(first["Location"]).content.decode()
    assert booked.reference in page and "The Tech Giant" in page and "<script>alert" not in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "12"), ("number", ""), ("window", ""), ("window", "2020-01-01T00:00:00+00:00/x"), ("email", "x"),
     ("words", "x" * 501), ("key", "forged")],
)  # fmt: skip
def test_a_wrong_form_comes_back_with_words(browser, door, field, value) -> None:
    given = fill(browser, door, **{field: value})
    answer = browser.post(reverse("customer-callback-form", args=[door.public_id]), given)
    assert answer.status_code == 422 and b'role="alert"' in answer.content
    assert not Callback.objects.exists() and not Interaction.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "first"),
    [({"number": "12", "window": "", "email": "x", "words": "x" * 501}, "number"),
     ({"window": "", "email": "x", "words": "x" * 501}, "window"), ({"email": "x", "words": "x" * 501}, "words"),
     ({"email": "x"}, "email")],
)  # fmt: skip
def test_all_that_is_wrong_is_told_at_once_and_the_first_is_at_hand(browser, door, wrong, first) -> None:
    address = reverse("customer-callback-form", args=[door.public_id])
    days = re.findall(r'name="day" value="([^"]+)"', browser.get(address).content.decode())
    answer = browser.post(address, fill(browser, door, day=days[1], **wrong))
    page = answer.content.decode()
    assert set(answer.context["errors"]) == set(wrong)
    [focused] = re.findall(r"<(?:input|textarea)[^>]* autofocus[^>]*>", page)
    assert f'name="{first}"' in focused
    assert f'value="{days[1]}" checked' in page, "the day that was looked at is still shown"
    for field in wrong:
        assert f'id="{field}-error"' in page and f'id="{field}-error" role="alert" hidden' not in page


def test_the_confirmation_says_which_number_is_called_and_when(browser, door) -> None:
    booked = browser.post(reverse("customer-callback-form", args=[door.public_id]), fill(browser, door), follow=True)
    page = booked.content.decode()
    assert "+1 614-555-0173" in page and booked.context["when"] in page


def test_the_form_shows_times_in_the_customers_zone(browser, door) -> None:
    address = reverse("customer-callback-form", args=[door.public_id])
    assert "Tokyo" in browser.get(f"{address}?zone=Asia/Tokyo").content.decode()
    assert "New York" in browser.get(f"{address}?zone=../../etc/passwd").content.decode()


def test_the_link_moves_and_cancels_with_a_question(browser, door) -> None:
    browser.post(reverse("customer-callback-form", args=[door.public_id]), fill(browser, door))
    booked = Callback.objects.get()
    link = manage_address(booked)
    page = browser.get(f"{link}?view=move").content.decode()
    window = re.findall(r'name="window" value="([^"]+)"', page)[3]
    assert browser.post(link, {"act": "move", "window": window}).status_code == 302
    booked.refresh_from_db()
    assert booked.due_from.isoformat() == window.split("/")[0]
    assert JournalEntry.objects.filter(kind=Kind.CALLBACK_CHANGED).count() == 1
    assert browser.post(link, {"act": "move", "window": "never"}).status_code == 422
    assert "Cancel the call?" in browser.get(f"{link}?view=cancel").content.decode()
    booked.refresh_from_db()
    assert booked.state == "promised", "looking at the question cancels nothing"
    for _ in range(2):
        assert browser.post(link, {"act": "cancel"}).status_code == 302
    booked.refresh_from_db()
    assert booked.state == "withdrawn"
    assert "We do not call you" in browser.get(link).content.decode()


def test_a_call_in_line_is_not_said_to_be_made_and_may_still_be_cancelled(browser, door) -> None:
    browser.post(reverse("customer-callback-form", args=[door.public_id]), fill(browser, door))
    booked = Callback.objects.get()
    callback_work.fall_due(booked.due_from)
    booked.refresh_from_db()
    link = manage_address(booked)
    for state, words in (("queued", "waits for a free agent"), ("offered", "handing your call to an agent")):
        Interaction.objects.filter(pk=booked.interaction_id).update(state=state)
        page = browser.get(link).content.decode()
        assert words in page and "in hand" not in page and "view=cancel" in page
    Interaction.objects.filter(pk=booked.interaction_id).update(state="active")
    page = browser.get(link).content.decode()
    assert "An agent has your call in hand" in page and "view=cancel" not in page
    assert "Un agente se ocupa de su llamada" in browser.get(f"{link}?lang=es").content.decode()
    Interaction.objects.filter(pk=booked.interaction_id).update(state="queued")
    assert browser.post(link, {"act": "cancel"}).status_code == 302
    booked.refresh_from_db()
    assert booked.state == "withdrawn"


@pytest.mark.parametrize("name", ["customer-callback", "customer-survey"])
def test_forged_links_and_links_for_something_else_are_not_here(browser, name) -> None:
    for token in ("x", links.sign("other", str(uuid.uuid4())), links.sign(name.split("-")[1], str(uuid.uuid4()))):
        answer = browser.get(reverse(name, args=[token]))
        assert answer.status_code == 404 and not answer.cookies


# --- the survey ------------------------------------------------------------------------------------------------------


def answered(**fields) -> Leg:
    """Bea took Ann's contact."""
    waiting = make.waiting(**fields)
    bea = make.agent(licensed=waiting.client, available=True)
    return offers.accept(make.offer(bea, waiting), by=bea)


def test_two_taps_and_a_change_of_mind(browser) -> None:
    leg = answered()
    handling.end_work(leg, by=leg.agent, ended_by="agent")
    link = survey_url(leg.interaction)
    assert browser.post(link, {"score": "9"}).status_code == 422
    assert browser.post(link, {"score": "2", "solved": "no", "words": HOSTILE}).status_code == 302
    browser.post(link, {"score": "4", "solved": "yes"})
    answer = SurveyAnswer.objects.get()
    assert (answer.score, answer.solved) == (4, True)
    assert JournalEntry.objects.filter(kind=Kind.SURVEY_ANSWERED).count() == 2
    assert "4 of 5" in browser.get(link).content.decode()


def test_not_yet_opens_the_matter_again(browser) -> None:
    leg = answered()
    case = cases.of_leg(leg)
    # The mail that asks is there before the talk is over.
    cases.resolve(case, by=leg.agent, summary="Sent a new one", outcome="replaced", interaction=leg.interaction)
    browser.post(survey_url(leg.interaction), {"score": "1", "solved": "no"})
    case.refresh_from_db()
    assert (case.state, case.reopened) == (CaseState.OPEN, 1)


def test_not_yet_past_the_limit_is_heard_and_leads_on_but_opens_nothing(browser, door) -> None:
    leg = answered(in_queue=door.queue)
    make.door(door.client, EntryKind.MAILBOX, into=door.queue, address="help@shop.example")
    case = cases.of_leg(leg)
    cases.resolve(case, by=leg.agent, summary="Sent a new one", outcome="replaced", interaction=leg.interaction)
    link, days = survey_url(leg.interaction), door.client.policy.reopen_days
    with clock.set_to(case.resolved_at + timedelta(days=days)):
        assert browser.post(link, {"score": "1", "solved": "no"}).status_code == 302
        page = browser.get(link).content.decode()
    case.refresh_from_db()
    assert (case.state, case.reopened) == (CaseState.RESOLVED, 0)
    assert SurveyAnswer.objects.get().solved is False
    assert "You say it is not solved." in page and "mailto:help@shop.example" in page
    with clock.set_to(case.resolved_at + timedelta(days=days, seconds=-1)):
        browser.post(link, {"score": "1", "solved": "no"})
        page = browser.get(link).content.decode()
    case.refresh_from_db()
    assert case.state == CaseState.OPEN and "your matter stays open with us" in page


def test_not_yet_leads_on_by_the_doors_there_are(browser, door) -> None:
    leg = answered(in_queue=door.queue)
    case = cases.of_leg(leg)
    handling.end_work(leg, by=leg.agent, ended_by="agent")
    link = survey_url(leg.interaction)
    browser.post(link, {"score": "2", "solved": "no"})
    page = browser.get(link).content.decode()
    assert "not solved" in page and case.reference in page and "mailto:" not in page
    form = make.door(door.client, EntryKind.FORM, into=door.queue)
    make.door(door.client, EntryKind.MAILBOX, into=door.queue, address="help@shop.example")
    page = browser.get(link).content.decode()
    assert f"mailto:help@shop.example?subject={case.reference}" in page
    [called] = re.findall(r'href="(/[^"]*/callback/[^"]*)"', page)
    assert str(form.public_id) in called
    assert case.reference in browser.get(called.replace("&amp;", "&")).content.decode()
    assert "no está resuelto" in browser.get(f"{link}?lang=es").content.decode()
    browser.post(link, {"score": "5", "solved": "yes"})
    assert "mailto:" not in browser.get(link).content.decode()


def test_the_case_shows_its_agents_what_the_customer_answered(browser, door) -> None:
    leg = answered(in_queue=door.queue)
    case = cases.of_leg(leg)
    handling.end_work(leg, by=leg.agent, ended_by="agent")
    browser.post(survey_url(leg.interaction), {"score": "2", "solved": "no", "words": "Still broken " + HOSTILE})
    desk = Browser()
    desk.force_login(leg.agent.user)
    page = desk.get(reverse("console-case", args=[case.public_id])).content.decode()
    assert "2 of 5" in page and "not solved yet" in page and "Still broken" in page and "<script>alert" not in page
    cid = make.agent("Cid Clark", licensed=door.client)
    desk.force_login(cid.user)
    page = desk.get(reverse("console-case", args=[case.public_id])).content.decode()
    assert "2 of 5" in page and "Still broken" not in page, "words are read by who had the contact"
    desk.force_login(make.supervisor(door.client))
    page = desk.get(reverse("floor-contact", args=[leg.interaction.public_id])).content.decode()
    assert "2 of 5, not solved yet" in page


def test_a_case_with_many_answers_asks_no_more_than_one_with_one(browser, door, django_assert_max_num_queries) -> None:
    leg = answered(in_queue=door.queue)
    case = cases.of_leg(leg)
    desk = Browser()
    desk.force_login(make.agent("Cid Clark", licensed=door.client).user)
    page = reverse("console-case", args=[case.public_id])

    def with_answers(number: int) -> None:
        for _each in range(number):
            contact = make.waiting(door.queue)
            Interaction.objects.filter(pk=contact.pk).update(case=case)
            SurveyAnswer.objects.create(client=door.client, interaction=contact, score=2, answered_at=clock.now())

    with_answers(1)
    desk.get(page)
    with django_assert_max_num_queries(60) as once:
        desk.get(page)
    with_answers(6)
    with django_assert_max_num_queries(len(once.captured_queries)):
        assert desk.get(page).content.decode().count("2 of 5") == 7


# --- brand -----------------------------------------------------------------------------------------------------------


def test_the_brands_sheet_is_kept_for_ever_under_its_digest(browser, door) -> None:
    brand = door.client.brand
    answer = browser.get(reverse("brand-css", args=[brand.public_id, brand.digest]))
    assert answer["Content-Type"] == "text/css" and "immutable" in answer["Cache-Control"] and not answer.cookies
    assert f".{brand.css_class}" in answer.content.decode()
    assert "no-cache" in browser.get(reverse("brand-css", args=[brand.public_id, "old"]))["Cache-Control"]
    assert browser.get(reverse("brand-logo", args=[brand.public_id, brand.digest])).status_code == 404


def test_a_logo_is_served_as_the_picture_it_is(browser, door, media) -> None:
    brand = door.client.brand
    brand.logo.save("logo.html", SimpleUploadedFile("logo.html", PNG))
    answer = browser.get(reverse("brand-logo", args=[brand.public_id, brand.digest]))
    assert answer["Content-Type"] == "image/png" and answer["X-Content-Type-Options"] == "nosniff"
