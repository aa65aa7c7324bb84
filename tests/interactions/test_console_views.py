"""The agent's desk over HTTP: what Bea of Acme may see and do, and what she may not."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from bpo.kernel import clock
from clients.models import Disposition, Snippet
from interactions import callbacks, cases, handling, messages, offers, outbound, wrap_up
from interactions.models import Callback, Draft, EndedBy, Interaction, Leg, LegState, Message
from tests import factories as make
from tests.interactions import reported
from tests.interactions.scripted import Scene, accepted, begun, scene

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def acme() -> Scene:
    return scene()


def desk_of(agent: Any) -> Browser:
    browser = Browser(headers=HTMX)
    browser.force_login(agent.user)
    return browser


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


def url(name: str, *args: Any) -> str:
    return reverse(f"console-{name}", args=[getattr(one, "public_id", one) for one in args])


# --- who may come in -------------------------------------------------------------------------------------------------

LEG_PAGES = [
    "leg",
    "work",
    "afterwards",
    "side",
    "script",
    "messages",
    "snippets",
    "transfer",
    "resolve",
    "park",
    "book",
]
LEG_ACTS = [
    "accept", "decline", "hold", "resume", "end", "park", "transfer", "consult-end", "consult-complete", "resolve",
    "pending", "note", "answer", "back", "jump", "send", "reply", "draft", "finish", "wrapup-draft", "extend", "book",
    "dialled", "report",
]  # fmt: skip


def test_a_visitor_is_sent_to_sign_in(acme: Scene) -> None:
    answer = Browser().get(url("home"))
    assert answer.status_code == 302 and "/accounts/login" in answer["Location"]


def test_somebody_who_is_no_agent_is_told_so(acme: Scene) -> None:
    sue = make.supervisor(acme.acme)
    browser = Browser()
    browser.force_login(sue)
    assert browser.get(url("home")).status_code == 403


@pytest.mark.parametrize("name", ["resolve", "transfer", "park", "book"])
def test_a_dialog_opens_though_its_button_was_swapped_away_meanwhile(acme: Scene, bea: Browser, name: str) -> None:
    """htmx looks for a place it is told from the button that was pressed; the page aims at #dialog by itself."""
    leg = accepted(acme)
    assert "HX-Retarget" not in bea.get(url(name, leg), headers={"HX-Target": "dialog"})
    assert bea.get(url(name, leg))["HX-Retarget"] == "#dialog"


@pytest.mark.parametrize("name", LEG_PAGES)
def test_a_strangers_leg_is_not_found(acme: Scene, name: str) -> None:
    leg = accepted(acme)
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"))
    colleague = make.agent("Dee Dunn", licensed=acme.acme)
    assert desk_of(cal).get(url(name, leg)).status_code == 404
    assert desk_of(colleague).get(url(name, leg)).status_code == 404


@pytest.mark.parametrize("name", LEG_ACTS)
def test_nobody_acts_on_a_strangers_leg_or_by_get(acme: Scene, name: str) -> None:
    leg = accepted(acme)
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"))
    assert desk_of(cal).post(url(name, leg)).status_code == 404
    if name not in ("park", "transfer", "resolve", "book"):
        assert desk_of(acme.bea).get(url(name, leg)).status_code == 405
    leg.refresh_from_db()
    assert leg.state == LegState.HANDLING


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_desk_shows_its_item_brand_and_greeting(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "voice")
    page = bea.get(url("leg", leg)).content.decode()
    assert f"brand-{acme.acme.brand.public_id}" in page
    assert "Thank you for calling Acme, my name is Bea" in page
    assert "Ann Archer" in page
    assert "AC-204418" not in page and "covered until" in page


@pytest.mark.parametrize("channel", ["chat", "email", "voice"])
def test_each_channel_has_its_work(acme: Scene, bea: Browser, channel: str) -> None:
    leg = accepted(acme, channel)
    page = bea.get(url("work", leg)).content.decode()
    assert {"chat": 'id="chat-text"', "email": 'id="composer"', "voice": "callbar"}[channel] in page


@pytest.mark.parametrize("name", ["home", "items", "top", "offer", "idle", "cases", "find", "start"])
def test_the_parts_of_the_desk_answer(acme: Scene, bea: Browser, name: str) -> None:
    accepted(acme)
    assert bea.get(url(name)).status_code == 200


def test_the_desk_asks_as_many_questions_for_three_items_as_for_one(
    acme: Scene, bea: Browser, django_assert_max_num_queries: Any
) -> None:
    for _each in range(3):
        accepted(acme)
    with django_assert_max_num_queries(14):
        bea.get(url("items"))


def test_the_card_of_an_offer_takes_six_questions_at_most(
    acme: Scene, bea: Browser, django_assert_max_num_queries: Any
) -> None:
    make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann, opening="Where is my parcel?"))
    with django_assert_max_num_queries(6):
        assert "Where is my parcel?" in bea.get(url("offer")).content.decode()


def test_the_work_asks_no_more_for_a_customer_who_came_often(
    acme: Scene, bea: Browser, django_assert_max_num_queries: Any
) -> None:
    """Ann came before, and a different colleague answered each time."""
    leg = accepted(acme)
    colleagues = [reported.agent(name, acme.acme) for name in ("Dee Dunn", "Eve Ellis", "Fay Ford")]

    def answered_by(colleague: Any) -> None:
        before = clock.now() - timedelta(days=1)
        past = reported.contact(acme.line, "chat", at=before, waited=3)
        Interaction.objects.filter(pk=past.pk).update(customer=acme.ann)
        reported.worked(past, colleague, start=before)

    answered_by(colleagues[0])
    with django_assert_max_num_queries(60) as once:
        assert "Dee: " in bea.get(url("work", leg)).content.decode()
    for colleague in colleagues[1:]:
        answered_by(colleague)
    with django_assert_max_num_queries(len(once.captured_queries)):
        assert "Fay: " in bea.get(url("work", leg)).content.decode()


def test_the_offer_shows_brand_reason_and_seconds(acme: Scene, bea: Browser) -> None:
    leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann, opening="Where is my parcel?"))
    card = bea.get(url("offer")).content.decode()
    assert "Where is my parcel?" in card and "Ann Archer" in card and "data-until" in card
    assert url("accept", leg) in card


# --- offers ----------------------------------------------------------------------------------------------------------


def test_accept_opens_the_work(acme: Scene, bea: Browser) -> None:
    leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
    answer = bea.post(url("accept", leg))
    assert answer.status_code == 200 and 'id="chat-text"' in answer.content.decode()
    assert "desk:offer" in json.loads(answer["HX-Trigger"])
    leg.refresh_from_db()
    assert leg.state == LegState.HANDLING


def test_accept_too_late_is_said_in_words(acme: Scene, bea: Browser) -> None:
    leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
    offers.rescind(leg, why="customer left")
    answer = bea.post(url("accept", leg))
    assert answer.status_code == 409 and "customer has left" in answer.content.decode()


def test_decline_needs_a_reason(acme: Scene, bea: Browser) -> None:
    leg = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
    assert bea.post(url("decline", leg)).status_code == 400
    assert bea.post(url("decline", leg), {"reason": "Not my field"}).status_code == 204
    leg.refresh_from_db()
    assert leg.state == LegState.DECLINED


# --- work ------------------------------------------------------------------------------------------------------------


def test_a_line_in_the_chat_is_sent_once_and_ends_the_draft(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    bea.post(url("draft", leg), {"text": "Good mor"})
    assert Draft.objects.get().text == "Good mor"
    for _twice in range(2):
        answer = bea.post(url("send", leg), {"text": "Good morning <b>Ann</b>", "key": "k1"})
    assert "Good morning &lt;b&gt;Ann&lt;/b&gt;" in answer.content.decode()
    assert Message.objects.filter(direction="out").count() == 1
    assert not Draft.objects.exists()


def test_a_draft_survives_and_is_shown(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "email")
    bea.post(url("draft", leg), {"text": "Dear Ann, I have looked"})
    assert "Dear Ann, I have looked" in bea.get(url("work", leg)).content.decode()


def test_snippets_are_the_clients_own_with_names_filled_in(acme: Scene, bea: Browser) -> None:
    Snippet.objects.create(client=acme.acme, shortcut="hello", text="Hello {first_name}, this is {agent}.")
    Snippet.objects.create(client=make.client("Zenith"), shortcut="hello", text="Zenith speaking")
    answer = bea.get(url("snippets", accepted(acme))).json()
    hello = {"shortcut": "hello", "text": "Hello Ann, this is Bea.", "language": "en", "foreign": False}
    assert answer == {"snippets": [hello]}


def test_a_sentence_in_another_language_than_the_customers_says_so(acme: Scene, bea: Browser) -> None:
    for shortcut, language, text in (
        ("bye", "en", "Goodbye"), ("hello", "en", "Hello"), ("hello", "es", "Hola"),
    ):  # fmt: skip
        Snippet.objects.create(client=acme.acme, shortcut=shortcut, language=language, text=text)
    told = bea.get(url("snippets", accepted(acme, language="es"))).json()["snippets"]
    assert [(one["text"], one["language"], one["foreign"]) for one in told] == [
        ("Hola", "es", False),
        ("Goodbye", "en", True),
    ]


@pytest.mark.parametrize(("channel", "act"), [("chat", "send"), ("email", "reply")])
def test_a_sixth_file_is_refused_in_words(acme: Scene, bea: Browser, channel: str, act: str) -> None:
    leg = accepted(acme, channel)
    given = [SimpleUploadedFile(f"{n}.txt", b"a slip") for n in range(6)]
    answer = bea.post(url(act, leg), {"text": "See these", "files": given})
    assert answer.status_code == 400 and "At most 5 files" in answer.content.decode()
    assert not Message.objects.filter(interaction=leg.interaction, direction="out").exists()
    given = [SimpleUploadedFile(f"{n}.txt", b"a slip") for n in range(5)]
    assert bea.post(url(act, leg), {"text": "See these", "files": given}).status_code == 200
    assert Message.objects.get(interaction=leg.interaction, direction="out").attachments.count() == 5


def test_a_mail_sent_again_after_a_lost_answer_is_one_mail(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "email")
    page = bea.get(url("work", leg)).content.decode()
    keys = re.findall(r'name="key" value="([0-9a-f-]{36})"', page)
    assert len(keys) == 1
    for _each in range(2):
        assert bea.post(url("reply", leg), {"text": "On Friday.", "key": keys[0]}).status_code == 200
    assert Message.objects.filter(interaction=leg.interaction, direction="out").count() == 1
    assert f'value="{keys[0]}"' not in bea.get(url("work", leg)).content.decode()


def test_a_script_answer_that_is_missing_comes_back_beside_its_field(acme: Scene, bea: Browser) -> None:
    leg, run = begun(acme, "voice")
    assert bea.post(url("answer", leg), {"step": "greet"}).status_code == 200
    answer = bea.post(url("answer", leg), {"step": "verify"})
    assert answer.status_code == 422 and "Ask for at least one of these." in answer.content.decode()
    answer = bea.post(url("answer", leg), {"step": "verify", "name": "Ann Archer", "postal_code": "43215"})
    assert answer.status_code == 200 and "desk:side" in answer["HX-Trigger"]
    assert "AC-204418" in bea.get(url("side", leg)).content.decode()
    assert bea.post(url("back", leg)).status_code == 200
    assert bea.post(url("jump", leg), {"step": "close"}).status_code == 200
    run.refresh_from_db()
    assert run.at_step == "close"


def test_hold_and_resume(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "voice")
    assert "On hold" in bea.post(url("hold", leg)).content.decode()
    assert "Talking" in bea.post(url("resume", leg)).content.decode()


def test_end_wraps_up_and_ready_closes(acme: Scene, bea: Browser) -> None:
    ending = make.disposition(acme.acme, "Late delivery", code="late", needs_note=True)
    leg = accepted(acme, "voice")
    page = bea.post(url("end", leg)).content.decode()
    assert "How did it end?" in page and "Late delivery" in page
    refused = bea.post(url("finish", leg), {"ending": "late"})
    assert refused.status_code in (400, 409) and "needs a note" in refused.content.decode()
    assert bea.post(url("wrapup-draft", leg), {"ending": "late", "note": "Parcel"}).status_code == 204
    assert bea.post(url("extend", leg)).status_code == 200
    answer = bea.post(url("finish", leg), {"ending": "late", "note": "Parcel stuck"})
    assert answer.status_code == 200 and "Ready" in answer.content.decode()
    leg.refresh_from_db()
    assert (leg.state, leg.disposition, leg.note) == (LegState.COMPLETED, ending, "Parcel stuck")


def test_the_nested_ending_counts(acme: Scene, bea: Browser) -> None:
    late = make.disposition(acme.acme, "Late delivery", code="late")
    below = make.disposition(acme.acme, "Replaced", code="late-replaced", parent=late)
    leg = accepted(acme, "voice")
    bea.post(url("end", leg))
    bea.post(url("finish", leg), {"ending": "late", "below-late": "late-replaced"})
    leg.refresh_from_db()
    assert leg.disposition == below


def test_another_clients_ending_is_no_ending(acme: Scene, bea: Browser) -> None:
    make.disposition(make.client("Zenith"), code="theirs")
    leg = accepted(acme, "voice")
    bea.post(url("end", leg))
    assert bea.post(url("finish", leg), {"ending": "theirs"}).status_code in (400, 409)


def test_ready_is_a_sign_of_life_after_a_missed_offer(acme: Scene, bea: Browser) -> None:
    make.disposition(acme.acme, "Answered", code="answered")
    leg = accepted(acme)
    presence.not_responding(acme.bea, clock.now())
    bea.post(url("end", leg))
    bea.post(url("finish", leg), {"ending": "answered", "then": ""})
    acme.bea.seat.refresh_from_db()
    assert acme.bea.seat.presence == "available"


def test_wrap_up_ends_in_the_wished_break(acme: Scene, bea: Browser) -> None:
    make.disposition(acme.acme, "Answered", code="answered")
    leg = accepted(acme, "voice")
    bea.post(url("end", leg))
    bea.post(url("finish", leg), {"ending": "answered", "then": "lunch"})
    acme.bea.seat.refresh_from_db()
    assert (acme.bea.seat.presence, acme.bea.seat.reason) == ("break", "lunch")


def test_park_and_take_back(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "email")
    assert "when the customer writes" in bea.get(url("park", leg)).content.decode()
    assert bea.post(url("park", leg)).status_code == 200
    assert "parked" in bea.get(url("items")).content.decode()
    answer = bea.post(url("unpark", leg.interaction))
    assert answer.status_code == 200 and 'id="composer"' in answer.content.decode()


def test_transfer_says_why_not_and_goes(acme: Scene, bea: Browser) -> None:
    other = make.queue(acme.acme, "Second line")
    leg = accepted(acme)
    page = bea.get(url("transfer", leg)).content.decode()
    assert "Second line" in page
    make.agent("Dee Dunn", licensed=acme.acme, available=True)
    assert "Dee Dunn" in bea.get(url("transfer", leg)).content.decode()
    answer = bea.post(url("transfer", leg), {"to": f"queue:{other.public_id}", "how": "blind", "note": "Late parcel"})
    assert answer.status_code == 200
    leg.interaction.refresh_from_db()
    assert leg.interaction.queue == other


def test_nobody_transfers_to_another_clients_people(acme: Scene, bea: Browser) -> None:
    zenith = make.client("Zenith")
    cal = make.agent("Cal Carter", licensed=zenith, available=True)
    leg = accepted(acme)
    assert bea.post(url("transfer", leg), {"to": f"agent:{cal.public_id}"}).status_code == 404
    assert bea.post(url("transfer", leg), {"to": f"queue:{make.queue(zenith).public_id}"}).status_code == 404
    assert bea.post(url("transfer", leg), {"to": "queue:nonsense"}).status_code == 400


@pytest.mark.parametrize(
    ("given", "wrong", "words"),
    [
        ({"outcome": "Solved", "summary": " "}, "resolve-summary", "Sum up in a sentence what was done."),
        ({"outcome": "", "summary": "Sent again."}, "resolve-outcome", "Say how the matter ended."),
    ],
)
def test_what_resolve_misses_is_told_beside_its_field(
    acme: Scene, bea: Browser, given: dict[str, str], wrong: str, words: str
) -> None:
    leg = accepted(acme)
    answer = bea.post(url("resolve", leg), given | {"confirmed": "no"})
    page = answer.content.decode()
    assert answer.status_code == 422 and answer["HX-Retarget"] == "#dialog"
    assert "novalidate" in page and words in page
    assert re.findall(r'id="([^"]+)"[^>]*autofocus[^>]*aria-invalid="true"', page) == [wrong]
    assert page.count("autofocus") == 1
    assert 'value="no" checked' in page and given["summary"].strip() in page
    assert bool(given["outcome"]) == ('value="Solved" selected' in page)


def test_resolve_needs_a_summary_and_ends_the_contact(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    assert "Resolve the case" in bea.get(url("resolve", leg)).content.decode()
    assert bea.post(url("resolve", leg), {"outcome": "Solved", "summary": " "}).status_code == 422
    bea.post(url("resolve", leg), {"outcome": "Solved", "summary": "A replacement was sent.", "confirmed": "yes"})
    leg.refresh_from_db()
    case = leg.interaction.case
    leg.interaction.refresh_from_db()
    case = leg.interaction.case
    assert case is not None and (case.state, case.summary) == ("resolved", "A replacement was sent.")
    assert leg.state in (LegState.WRAPPING, LegState.COMPLETED)


def test_what_was_done_is_bea_s_to_say_and_is_not_what_ann_asked(acme: Scene, bea: Browser) -> None:
    leg, _run = begun(acme)
    page = bea.get(url("resolve", leg)).content.decode()
    assert re.search(r'<textarea[^>]*id="resolve-summary"[^>]*placeholder="[^"]+"[^>]*></textarea>', page)


def endings_of(acme: Scene) -> Disposition:
    """Solved, by a replacement or a refund; and what settles nothing."""
    solved = make.disposition(acme.acme, "Solved", code="solved")
    make.disposition(acme.acme, "Replacement sent", code="solved-replacement", parent=solved)
    make.disposition(acme.acme, "Callback promised", code="callback", needs_follow_up=True)
    make.disposition(acme.acme, "Put out of use", code="old", active=False)
    make.disposition(make.client("Zenith"), "Sold", code="sold")
    return solved


@pytest.mark.parametrize(("channel", "name"), [("chat", "resolve"), ("email", "work")])
def test_a_matter_ends_as_the_clients_contacts_do(acme: Scene, bea: Browser, channel: str, name: str) -> None:
    endings_of(acme)
    page = bea.get(url(name, accepted(acme, channel))).content.decode()
    asked = page.split('name="outcome"')[1].split("</select>")[0]
    assert re.findall(r'<(?:optgroup label|option value)="([^"]*)"', asked) == ["", "Solved", "solved-replacement"]
    assert "selected" not in asked, "nobody has chosen yet"


def test_what_was_chosen_in_wrap_up_is_how_the_matter_ended(acme: Scene, bea: Browser) -> None:
    endings_of(acme)
    leg = accepted(acme)
    bea.post(url("end", leg))
    bea.post(url("wrapup-draft", leg), {"ending": "solved", "below-solved": "solved-replacement"})
    assert 'value="solved-replacement" selected' in bea.get(url("resolve", leg)).content.decode()


def test_without_a_list_there_are_words(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    assert '<option value="Withdrawn by the customer">' in bea.get(url("resolve", leg)).content.decode()
    bea.post(url("resolve", leg), {"outcome": "Solved", "summary": "A replacement was sent."})
    leg.interaction.refresh_from_db()
    assert leg.interaction.case is not None and leg.interaction.case.outcome == "Solved"
    assert bea.get(url("work", leg)).context["chosen"] is None


def test_how_the_matter_ended_stands_in_wrap_up_already(acme: Scene, bea: Browser) -> None:
    solved, leg = endings_of(acme), accepted(acme)
    bea.post(url("resolve", leg), {"outcome": "solved-replacement", "summary": "A replacement was sent."})
    leg.interaction.refresh_from_db()
    assert leg.interaction.case is not None and leg.interaction.case.outcome == "Solved: Replacement sent"
    shown = bea.get(url("work", leg)).context
    assert (shown["chosen"].code, shown["chosen_top"]) == ("solved-replacement", solved)
    cases.reopen(leg.interaction.case)
    assert bea.get(url("work", leg)).context["chosen"] is None, "it was not settled after all"


def test_how_an_earlier_contact_settled_the_matter_is_not_how_this_one_ended(acme: Scene, bea: Browser) -> None:
    endings_of(acme)
    first = accepted(acme)
    bea.post(url("resolve", first), {"outcome": "solved-replacement", "summary": "A replacement was sent."})
    wrap_up.finish(first, by=acme.bea, disposition=Disposition.objects.get(code="solved-replacement"))
    first.interaction.refresh_from_db()
    again = accepted(acme, case=first.interaction.case)
    handling.end_work(again, by=acme.bea, ended_by=EndedBy.AGENT)
    assert bea.get(url("work", again)).context["chosen"] is None


def windows(browser: Browser, address: str) -> list[str]:
    """What the dialog offers, the empty choice left out."""
    return [value for value, _words in browser.get(address).context["form"].fields["window"].choices]


def test_a_promise_gets_another_time_by_the_customers_word(acme: Scene, bea: Browser) -> None:
    promised = callbacks.promise(
        acme.acme, customer=acme.ann, queue=acme.line, number="+12025550142", origin="form", at=clock.now()
    )
    address = url("callback-time", promised)
    later = windows(bea, address)[-1]
    refused = bea.post(address, {"whose": "customer", "window": later, "reason": " "})
    assert refused.status_code == 422
    assert bea.post(address, {"whose": "customer", "window": later, "reason": "Ann is away"}).status_code == 204
    promised.refresh_from_db()
    assert promised.due_from.isoformat() == later.partition("/")[0]
    changed = promised.journal.get(kind="callback_changed")
    assert (changed.actor, changed.facts["why"]) == (acme.bea.user, "Ann is away")


def test_a_promise_we_cannot_keep_is_made_anew_and_the_old_one_is_not_worked(acme: Scene, bea: Browser) -> None:
    promised = callbacks.promise(
        acme.acme, customer=acme.ann, queue=acme.line, number="+12025550142", origin="form", at=clock.now()
    )
    before = (promised.due_from, promised.due_until)
    address = url("callback-time", promised)
    given = {"whose": "us", "window": windows(bea, address)[-1], "reason": "Everybody is ill"}
    told = bea.post(address, given)
    anew = promised.replaced_by.get()
    assert told["HX-Redirect"] == url("callback", anew)
    promised.refresh_from_db()
    assert (promised.due_from, promised.due_until) == before and promised.state == "promised"
    assert anew.journal.get(kind="callback_promised").facts["why"] == "Everybody is ill"
    old = bea.get(url("callback", promised)).content.decode()
    assert anew.reference in old and "Make it now" not in old and "Another time" not in old
    assert bea.post(url("make", promised)).status_code == 409
    assert promised.reference in bea.get(url("callback", anew)).content.decode()


def test_a_promise_is_cancelled_with_a_reason(acme: Scene, bea: Browser) -> None:
    promised = callbacks.promise(
        acme.acme, customer=acme.ann, queue=acme.line, number="+12025550142", origin="form", at=clock.now()
    )
    address = url("callback-cancel", promised)
    assert bea.post(address, {"reason": ""}).status_code == 422
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"))
    assert desk_of(cal).post(address, {"reason": "x"}).status_code == 404
    assert bea.post(address, {"reason": "It was found"}).status_code == 204
    promised.refresh_from_db()
    assert (promised.state, promised.end_reason) == ("withdrawn", "It was found")
    assert bea.post(address, {"reason": "again"}).status_code == 204
    assert bea.post(url("callback-time", promised), {}).status_code == 422


def test_a_callback_is_promised_from_the_desk(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    assert "+16145550173" in bea.get(url("book", leg)).content.decode()
    answer = bea.post(url("book", leg), {"number": "+16145550173", "words": "parcel", "who": "me"})
    assert answer.status_code == 200
    promised = acme.ann.callbacks.get()
    assert (promised.owner, promised.number) == (acme.bea, "+16145550173")
    assert "Call Ann Archer" in bea.get(url("items")).content.decode()
    page = bea.get(url("callback", promised)).content.decode()
    assert "Callback promised" in page and "Callback Promised" not in page, "its history speaks the floor's words"
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"))
    assert desk_of(cal).get(url("callback", promised)).status_code == 404


# --- presence --------------------------------------------------------------------------------------------------------


def test_presence_from_the_top(acme: Scene, bea: Browser) -> None:
    assert "Lunch" in bea.post(url("away"), {"reason": "lunch"}).content.decode()
    assert "Available" in bea.post(url("available")).content.decode()
    assert bea.post(url("away")).status_code == 400
    assert bea.get(url("away")).status_code == 405


def test_pause_after_this_is_a_wish_and_can_be_taken_back(acme: Scene, bea: Browser) -> None:
    accepted(acme)
    assert 'aria-pressed="true"' in bea.post(url("pause"), {"reason": "lunch"}).content.decode()
    assert 'aria-pressed="false"' in bea.post(url("pause"), {"off": "1"}).content.decode()


def test_going_home_with_live_work_is_refused_or_waits(acme: Scene, bea: Browser) -> None:
    accepted(acme)
    assert bea.post(url("sign-out")).status_code == 409
    assert bea.post(url("sign-out"), {"after": "1"}).status_code == 200


def test_my_day_says_what_the_wrap_ups_miss_and_what_is_late(acme: Scene, bea: Browser) -> None:
    """The limit ended two wrap-ups: one without an ending, one without the note it needs."""
    needs = make.disposition(acme.acme, "Late delivery", code="late", needs_note=True)
    for disposition in (None, needs):
        leg = accepted(acme)
        handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
        Leg.objects.filter(pk=leg.pk).update(disposition=disposition, wrap_up_due_at=leg.accepted_at)
        leg.refresh_from_db()
        assert wrap_up.run_out(leg)
    page = bea.get(url("items")).content.decode()
    assert "Ann Archer: not filled in" in page and "Ann Archer: note missing" in page
    promised = make_promise(acme)
    assert "1 late" not in bea.get(url("items")).content.decode()
    Callback.objects.filter(pk=promised.pk).update(
        due_from=leg.accepted_at - timedelta(hours=1), due_until=leg.accepted_at
    )
    assert "1 late" in bea.get(url("items")).content.decode()


def test_times_told_to_a_customer_are_those_of_his_own_clock(acme: Scene, bea: Browser) -> None:
    """Three in the afternoon in Greenwich is ten in the morning in New York; the line is open around the clock."""
    leg = accepted(acme)
    with clock.set_to(datetime(2026, 11, 18, 15, 0, tzinfo=UTC)):
        assert "Wed 18 Nov, 10:00, Columbus" in bea.get(url("side", leg)).content.decode()
        page = bea.get(url("book", leg)).content.decode()
    assert "As soon as we can, by 11:00" in page or "Wed 18 Nov, 10:00 – " in page, page


def make_promise(acme: Scene) -> Callback:
    return callbacks.promise(
        acme.acme, customer=acme.ann, number="+16145550173", queue=acme.line, origin="agent", owner=acme.bea
    )


def test_signed_out_shows_no_ticking_clock(acme: Scene) -> None:
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    dee.seat.since -= timedelta(days=200)
    dee.seat.save()
    page = desk_of(dee).get(url("top")).content.decode()
    assert "Signed out" in page and "data-since" not in page


# --- cases, customers, search ----------------------------------------------------------------------------------------


def test_a_case_shows_its_words_to_its_worker_alone(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    messages.take_in(leg.interaction, messages.Words(text="My secret parcel"), at=leg.accepted_at)
    bea.post(url("note", leg), {"text": "Be kind"})
    leg.interaction.refresh_from_db()
    case = leg.interaction.case
    Message.objects.update(case=case)
    page = bea.get(url("case", case)).content.decode()
    assert "My secret parcel" in page and "Be kind" in page
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    assert "My secret parcel" not in desk_of(dee).get(url("case", case)).content.decode()
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"))
    assert desk_of(cal).get(url("case", case)).status_code == 404
    assert desk_of(cal).post(url("case-note", case), {"text": "x"}).status_code == 404


def test_a_case_waits_goes_on_and_is_listed(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    bea.post(url("note", leg), {"text": "x"})
    leg.interaction.refresh_from_db()
    case = leg.interaction.case
    assert bea.post(url("case-move", case), {"to": "pending"}).status_code == 302
    assert case.reference in bea.get(url("cases") + "?which=pending").content.decode()
    assert bea.post(url("case-move", case), {"to": "open"}).status_code == 302
    assert bea.post(url("case-move", case), {"to": "nowhere"}).status_code == 400
    assert case.reference in bea.get(url("cases") + "?which=mine").content.decode()


def test_search_finds_ones_own_clients_alone(acme: Scene, bea: Browser) -> None:
    zenith = scene("Zenith")
    found = bea.get(url("find"), {"q": "Ann Archer"}).content.decode()
    assert str(acme.ann.public_id) in found and str(zenith.ann.public_id) not in found
    assert "AC-204418" in bea.get(url("find"), {"q": "204418"}).content.decode()
    assert bea.get(url("customer", acme.ann)).status_code == 200
    assert bea.get(url("customer", zenith.ann)).status_code == 404


def test_start_a_mail(acme: Scene, bea: Browser) -> None:
    assert "Orders and billing" in bea.get(url("start")).content.decode()
    answer = bea.post(
        url("start"),
        {"kind": "mail", "queue": str(acme.line.public_id), "reach": "ann@mail.example", "subject": "Your parcel"},
    )
    assert answer.status_code == 200, answer.content.decode()
    assert Leg.objects.filter(agent=acme.bea, channel="email", state="handling").count() == 1
    other = make.queue(make.client("Zenith"))
    assert bea.post(url("start"), {"queue": str(other.public_id), "reach": "a@b.example"}).status_code == 404


# --- mails and files -------------------------------------------------------------------------------------------------


def test_a_mails_layout_is_alone_and_harmless(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "email")
    message = messages.take_in(leg.interaction, messages.Words(text="Hello"), at=leg.accepted_at)
    html = "<p>Hello</p><script>alert(1)</script><img src='https://far.example/x.png'>"
    Message.objects.filter(pk=message.pk).update(html=html)
    answer = bea.get(url("formatted", message))
    page = answer.content.decode()
    assert "<p>Hello</p>" in page and "script" not in page and "far.example" not in page
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    dee = make.agent("Dee Dunn", licensed=acme.acme)
    assert desk_of(dee).get(url("formatted", message)).status_code == 404


def test_a_contact_that_is_over_says_so(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    leg = handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    bea.post(url("finish", leg))
    Leg.objects.filter(pk=leg.pk).update(state=LegState.COMPLETED)
    assert "not with you any more" in bea.get(url("leg", leg)).content.decode()


def test_nothing_is_settled_or_promised_on_a_contact_that_is_over(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    case = cases.of_leg(leg)
    handling.end_work(leg, by=acme.bea, ended_by=EndedBy.AGENT)
    bea.post(url("finish", leg))
    Leg.objects.filter(pk=leg.pk).update(state=LegState.COMPLETED)
    settling = {"outcome": "Solved", "summary": "A replacement was sent."}
    for name, given in (("resolve", settling), ("pending", {}), ("book", {"number": "+16145550173"})):
        refused = bea.post(url(name, leg), given)
        assert refused.status_code == 409 and "do not hold this contact" in refused.content.decode()
    case.refresh_from_db()
    assert case.state == "open" and not Callback.objects.exists()


def test_a_case_is_not_resolved_when_its_contact_cannot_be_ended(
    acme: Scene, bea: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg = accepted(acme)
    case = cases.of_leg(leg)

    def refuse(*_given: Any, **_more: Any) -> Leg:
        raise handling.NotYours

    monkeypatch.setattr(handling, "end_work", refuse)
    assert bea.post(url("resolve", leg), {"outcome": "Solved", "summary": "Sent again."}).status_code == 409
    case.refresh_from_db()
    assert case.state == "open"


def test_what_came_of_a_call_one_began_is_asked_until_it_is_said(acme: Scene, bea: Browser) -> None:
    leg = outbound.start_call(acme.ann, acme.line, by=acme.bea)
    assert bea.post(url("dialled", leg)).status_code == 204
    assert url("report", leg) in bea.get(url("work", leg)).content.decode()
    assert url("report", leg) not in bea.post(url("report", leg), {"result": "reached"}).content.decode()


# --- the customer writes again while she is answered ----------------------------------------------------------------


def writes_again(leg: Leg, words: str) -> Message:
    return messages.take_in(leg.interaction, messages.Words(text=words, author="Ann Archer"), at=clock.now())


def test_a_second_mail_is_in_the_thread_and_in_the_list(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "email")
    writes_again(leg, "It has come after all.")
    second = writes_again(leg, "But it is broken.")
    thread = bea.get(url("messages", leg)).content.decode()
    assert "But it is broken." in thread and f'value="{second.public_id}"' in thread
    listed = bea.get(url("items")).content.decode()
    assert 'data-unread="2"' in listed and f'data-newest="{second.public_id}"' in listed


@pytest.mark.parametrize(("act", "then"), [("reply", "keep"), ("resolve", "stay")])
def test_an_answer_to_a_mail_that_is_not_the_last_is_asked_about_once(
    acme: Scene, bea: Browser, act: str, then: str
) -> None:
    leg = accepted(acme, "email")
    first = writes_again(leg, "Where is it?")
    words = {"text": "It comes on Friday.", "summary": "It comes on Friday.", "outcome": "Answered"}
    writes_again(leg, "It has come.")
    answer = bea.post(url(act, leg), words | {"read": str(first.public_id), "then": then})
    assert answer.status_code == 409 and "Send all the same" in answer.content.decode()
    assert "desk:messages" in json.loads(answer["HX-Trigger"]), "the page shows what came"
    assert not Message.objects.filter(interaction=leg.interaction, direction="out").exists()
    leg.refresh_from_db()
    assert leg.state == LegState.HANDLING
    assert bea.post(url(act, leg), words | {"read": str(first.public_id), "anyway": then}).status_code == 200
    leg.refresh_from_db()
    assert leg.state == LegState.HANDLING, "what should follow is what was asked for first"


def test_an_answer_to_the_last_mail_is_sent(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme, "email")
    last = writes_again(leg, "Where is it?")
    asked = bea.get(url("resolve", leg), {"read": last.public_id}).content.decode()
    assert f'name="read" value="{last.public_id}"' in asked
    assert bea.post(url("reply", leg), {"text": "On Friday.", "read": str(last.public_id)}).status_code == 200


# --- whose clock -----------------------------------------------------------------------------------------------------


def test_a_promise_is_told_in_the_customers_zone_and_names_it(acme: Scene, bea: Browser) -> None:
    promised = make_promise(acme)
    starts = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    Callback.objects.filter(pk=promised.pk).update(
        due_from=starts, due_until=starts + timedelta(hours=2), zone="America/New_York"
    )
    page = bea.get(url("callback", promised)).content.decode()
    assert "Mon 30 Nov, 10:00" in page and "12:00</time>, New York" in page


def test_my_day_begins_at_the_agents_own_midnight(acme: Scene, bea: Browser) -> None:
    """Bea in Tokyo: what she ended at eight in the evening in London is of her today, at three of her yesterday."""
    type(acme.bea.user).objects.filter(pk=acme.bea.user.pk).update(zone="Asia/Tokyo")
    for hour in (14, 20):
        leg = accepted(acme)
        at = datetime(2026, 11, 23, hour, 0, tzinfo=UTC)
        Leg.objects.filter(pk=leg.pk).update(state=LegState.COMPLETED, accepted_at=at, ended_at=at)
    with clock.set_to(datetime(2026, 11, 23, 22, 0, tzinfo=UTC)):
        page = bea.get(url("items")).content.decode()
    assert re.search(r"Handled</dt><dd class=\"num\">1<", page)


def test_days_to_park_until_are_those_of_the_client(acme: Scene, bea: Browser) -> None:
    """It is Monday evening in New York and Tuesday in London: tomorrow is Tuesday."""
    type(acme.acme).objects.filter(pk=acme.acme.pk).update(zone="America/New_York")
    leg = accepted(acme, "email")
    with clock.set_to(datetime(2026, 11, 24, 2, 0, tzinfo=UTC)):
        page = bea.get(url("park", leg)).content.decode()
    assert re.findall(r'option value="(2026[0-9-]+)"', page)[:2] == ["2026-11-24", "2026-11-25"]


def test_days_to_park_until_end_with_what_the_line_keeps(acme: Scene, bea: Browser) -> None:
    """Its limit is three days: a later day is neither offered nor taken."""
    type(acme.line).objects.filter(pk=acme.line.pk).update(park_limit_days=3)
    with clock.set_to(datetime(2026, 11, 24, 15, 0, tzinfo=UTC)):  # Tuesday at ten in New York
        leg = accepted(acme, "email")
        page = bea.get(url("park", leg)).content.decode()
        assert re.findall(r'option value="(2026[0-9-]+)"', page) == ["2026-11-25", "2026-11-26", "2026-11-27"]
        answer = bea.post(url("park", leg), {"day": "2026-11-28"})
        assert answer.status_code == 409 and "keeps parked work for 3 days" in answer.content.decode()
        assert bea.post(url("park", leg), {"day": "2026-11-27"}).status_code == 200


# --- dialogs ----------------------------------------------------------------------------------------------------------


def test_a_dialog_opened_as_an_address_stands_on_the_desk(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    for address in (url("start"), url("transfer", leg), url("park", leg)):
        page = bea.get(address, headers={"HX-Request": ""}).content.decode()
        assert page.count("data-autoshow") == 1 and 'id="items"' in page, address


def test_a_dialog_never_takes_the_place_it_is_put_into(acme: Scene, bea: Browser) -> None:
    answer = bea.get(url("start"), headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert answer["HX-Reswap"] == "innerHTML"


def test_lines_to_start_a_contact_say_what_they_take(acme: Scene, bea: Browser) -> None:
    page = bea.get(url("start")).content.decode()
    assert 'data-channels="' in page and "voice" in page.split('data-channels="', 1)[1].split('"', 1)[0]


def test_who_is_away_is_told_so_herself(acme: Scene, bea: Browser) -> None:
    presence.take_break(acme.bea, "lunch", by=acme.bea)
    address = acme.ann.addresses.first()
    refused = bea.post(url("start"), {"queue": acme.line.public_id, "kind": "mail", "reach": address.address})
    assert refused.status_code == 409 and "You are not available" in refused.content.decode()
