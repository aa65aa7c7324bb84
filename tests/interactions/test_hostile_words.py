"""The same hostile words at every door: Bea's pages, Sue's floor, the API, Ann's chat and form, the sockets."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from channels.testing import WebsocketCommunicator
from django.db import transaction
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import links
from clients import api_keys
from clients.models import EntryKind
from interactions import cases, chats
from interactions.consumers.chat import ChatConsumer
from interactions.models import CaseNote, Interaction, JournalEntry, Kind, Leg, Message, SurveyAnswer
from interactions.notice_letters import survey_url
from tests import factories as make
from tests.hostile import EMPTY, KEPT, REFUSED, REFUSED_IN_JSON
from tests.interactions.scripted import Scene, accepted, scene

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Door:
    """Somewhere words come in: how to send them, how many fit, and what was kept of them."""

    def __init__(self, most: int, send: Callable[[str], Any], kept: Callable[[], list[str]], *, by_json: bool) -> None:
        self.most, self.send, self.kept, self.by_json = most, send, kept, by_json


def signed_in(person: Any, **headers: str) -> Browser:
    browser = Browser(headers=headers)
    browser.force_login(person)
    return browser


def posting_json(browser: Browser, path: str, **headers: str) -> Callable[..., Any]:
    def post(**body: Any) -> Any:
        return browser.post(path, json.dumps(body), content_type="application/json", headers=headers)

    return post


def reasons(kind: Kind) -> list[str]:
    return [entry.facts["reason"] for entry in JournalEntry.objects.filter(kind=kind)]


def a_note_by_page(acme: Scene) -> Door:
    path = reverse("console-note", args=[accepted(acme).public_id])
    desk = signed_in(acme.bea.user, **HTMX)
    return Door(8000, lambda said: desk.post(path, {"text": said}), notes, by_json=False)


def a_note_by_api(acme: Scene) -> Door:
    case = cases.of_leg(accepted(acme))
    post = posting_json(signed_in(acme.bea.user), f"/api/v1/cases/{case.public_id}/notes/")
    return Door(8000, lambda said: post(text=said), notes, by_json=True)


def notes() -> list[str]:
    return list(CaseNote.objects.values_list("text", flat=True))


def a_line_by_page(acme: Scene) -> Door:
    path = reverse("console-send", args=[accepted(acme).public_id])
    desk = signed_in(acme.bea.user, **HTMX)
    return Door(8000, lambda said: desk.post(path, {"text": said}), lambda: lines("out"), by_json=False)


def a_line_by_api(acme: Scene) -> Door:
    post = posting_json(signed_in(acme.bea.user), f"/api/v1/legs/{accepted(acme).public_id}/say/")
    return Door(8000, lambda said: post(text=said), lambda: lines("out"), by_json=True)


def lines(direction: str) -> list[str]:
    return list(Message.objects.filter(direction=direction).values_list("text", flat=True))


def a_reason_by_page(acme: Scene) -> Door:
    path = reverse("floor-take-back", args=[accepted(acme).interaction.public_id])
    floor = signed_in(make.supervisor(acme.acme, teams=[acme.bea.team]), **HTMX)
    return Door(200, lambda said: floor.post(path, {"reason": said}), lambda: reasons(Kind.TAKEN_BACK), by_json=False)


def a_reason_by_api(acme: Scene) -> Door:
    path = f"/api/v1/interactions/{accepted(acme).interaction.public_id}/take-back/"
    post = posting_json(signed_in(make.supervisor(acme.acme, teams=[acme.bea.team])), path)
    return Door(200, lambda said: post(reason=said), lambda: reasons(Kind.TAKEN_BACK), by_json=True)


def a_decline_by_page(acme: Scene) -> Door:
    offer = make.offer(acme.bea, make.waiting(acme.line, "chat", who=acme.ann))
    desk = signed_in(acme.bea.user, **HTMX)
    path = reverse("console-decline", args=[offer.public_id])
    return Door(200, lambda said: desk.post(path, {"reason": said}), lambda: reasons(Kind.DECLINED), by_json=False)


def a_contact_by_a_machine(acme: Scene) -> Door:
    door = make.door(acme.acme, EntryKind.API)
    _row, secret = api_keys.make(acme.acme, name="shop", scopes=["act"], by=make.admin())
    post = posting_json(Browser(), "/api/v1/interactions/", Authorization=f"Bearer {secret}")
    common = {"door": str(door.public_id), "from_name": "Ann", "from_address": "ann@home.example"}
    return Door(
        20_000, lambda said: post(**common, text=said, provider_id=str(uuid.uuid4())), lambda: lines("in"), by_json=True
    )


def the_first_words_of_a_chat(acme: Scene) -> Door:
    door = make.door(acme.acme)
    post = posting_json(Browser(), reverse("customer-chat-start", args=[door.public_id]), Accept="application/json")
    return Door(8000, lambda said: post(words=said, key=str(uuid.uuid4())), lambda: lines("in"), by_json=True)


def a_line_of_a_chat(acme: Scene) -> Door:
    door = make.door(acme.acme)
    begun = chats.start(door, chats.Hello(key=str(uuid.uuid4()), words="Hello", name="Ann"))
    path = reverse("customer-chat-message", args=[door.public_id])
    post = posting_json(Browser(), path, Accept="application/json", Authorization=f"Bearer {begun.token}")
    return Door(8000, lambda said: post(text=said, key=str(uuid.uuid4())), lambda: lines("in")[1:], by_json=True)


DOORS = [
    a_note_by_page, a_note_by_api, a_line_by_page, a_line_by_api, a_reason_by_page, a_reason_by_api, a_decline_by_page,
    a_contact_by_a_machine, the_first_words_of_a_chat, a_line_of_a_chat,
]  # fmt: skip


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
def door(request: pytest.FixtureRequest) -> Door:
    made: Door = request.param(scene())
    return made


def test_what_cannot_be_kept_is_refused_in_words(door: Door) -> None:
    for name, said in (REFUSED_IN_JSON if door.by_json else REFUSED).items():
        answer = door.send(said)
        assert answer.status_code in (400, 422), name
        assert len(answer.content) > 20, name
    assert door.kept() == []


def test_more_than_fits_is_refused_and_not_cut(door: Door) -> None:
    answer = door.send("x" * (door.most + 1))
    assert answer.status_code in (400, 422) and len(answer.content) > 20
    assert door.kept() == []


def test_what_nobody_can_see_is_not_taken_for_words(door: Door) -> None:
    for name, said in EMPTY.items():
        with undone():
            assert door.send(said).status_code < 500, name
            assert door.kept() == [], name


def test_the_rest_is_kept_the_same_everywhere(door: Door) -> None:
    for name, (said, kept) in KEPT.items():
        with undone():
            assert door.send(said).status_code in (200, 201, 204), name
            assert door.kept() == [kept], name


@contextmanager
def undone() -> Iterator[None]:
    """What is said inside leaves no trace: the next words come in at the same door as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# --- doors of one line, or of their own shape ------------------------------------------------------------------------

SEARCHES = ["/console/find/?q=", "/floor/contacts/?q=", "/api/v1/customers/?search=", "/api/v1/cases/?reference="]


@pytest.mark.parametrize("path", SEARCHES)
def test_a_search_is_refused_or_finds_nothing(path: str) -> None:
    acme = scene()
    person = acme.bea.user
    make.membership(person, acme.acme)
    browser = signed_in(person)
    for said in [*EMPTY.values(), *(text for text, _kept in KEPT.values()), "x" * 5000]:
        assert browser.get(path + _quoted(said)).status_code in (200, 400)
    for said in REFUSED.values():
        answer = browser.get(path + _quoted(said))
        assert answer.status_code == 400 and b"\0" not in answer.content


def _quoted(said: str) -> str:
    from urllib.parse import quote

    return quote(said)


def test_a_refusal_at_the_api_has_the_apis_shape() -> None:
    answer = signed_in(make.admin()).get("/api/v1/cases/?reference=%00")
    assert answer.json()["errors"][0]["code"] == "unreadable"
    answer = posting_json(signed_in(make.admin()), "/api/v1/interactions/")(anything={"deep": ["a\0"]})
    assert answer.status_code == 400 and answer.json()["errors"][0]["code"] == "unreadable"


def test_a_survey_and_a_form_say_so_in_the_customers_language() -> None:
    acme = scene()
    survey = urlsplit(survey_url(accepted(acme).interaction)).path
    form = reverse("customer-callback-form", args=[make.door(acme.acme).public_id])
    for path, sent in (
        (survey, {"score": "5", "words": "fine\0"}),
        (form, {"number": "+16145550173\0", "name": "Ann"}),
    ):
        answer = Browser().post(f"{path}?lang=es", sent)
        assert answer.status_code == 400 and "No se ha podido leer" in answer.content.decode()
    assert Browser().post(survey, {"score": "5", "words": "x" * 2001}).status_code == 400
    assert not SurveyAnswer.objects.exists()
    assert Browser().get(f"{form}?lang=es&zone=%00").status_code == 400


def test_a_chat_is_begun_from_a_page_with_a_long_address() -> None:
    door = make.door(make.client())
    post = posting_json(Browser(), reverse("customer-chat-start", args=[door.public_id]), Accept="application/json")
    begun = post(words="Hello", key=str(uuid.uuid4()), page="https://shop.example/" + "x" * 900, language="es-419")
    assert begun.status_code == 201
    assert len(Interaction.objects.get().envelope.page) == 500


def test_a_name_is_one_line_and_fits() -> None:
    door = make.door(make.client())
    post = posting_json(Browser(), reverse("customer-chat-start", args=[door.public_id]), Accept="application/json")
    assert post(words="Hello", key=str(uuid.uuid4()), name="x" * 121).status_code == 400
    assert post(words="Hello", key=str(uuid.uuid4()), name="Ann\r\n\u202eArcher").status_code == 201
    assert Interaction.objects.get().customer.name == "Ann Archer"


def test_a_draft_keeps_the_end_of_its_line_and_refuses_what_cannot_be_kept() -> None:
    acme = scene()
    leg: Leg = accepted(acme)
    desk, path = signed_in(acme.bea.user, **HTMX), reverse("console-draft", args=[leg.public_id])
    assert desk.post(path, {"text": "Dear Ann, "}).status_code == 204
    assert desk.post(path, {"text": "Dear\0"}).status_code == 400
    assert desk.post(path, {"text": "x" * 100_001}).status_code == 400
    assert Interaction.objects.get(pk=leg.interaction_id).draft.text == "Dear Ann, "


def test_a_link_that_no_address_can_hold_leads_nowhere() -> None:
    for token in ("\ud800", "a\0:b:c", "\ud800:x:y"):
        with pytest.raises(links.LinkInvalid):
            links.unsign("chat", token)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("said", REFUSED_IN_JSON.values(), ids=REFUSED_IN_JSON.keys())
async def test_a_socket_closes_on_them_and_nothing_breaks(said: str) -> None:
    for first in ({"token": said}, {"kind": said}):
        socket = WebsocketCommunicator(ChatConsumer.as_asgi(), "/ws/chat/")
        assert (await socket.connect())[0]
        await socket.send_to(text_data=json.dumps(first))
        assert (await socket.receive_output())["code"] == 4400
