"""The signed door for mail: who signs gets in, once; everybody else gets a clear answer."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse
from standardwebhooks.webhooks import Webhook

from clients.models import EntryPoint
from interactions.api import inbound
from interactions.models import Interaction, Message
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
SECRET = "whsec_" + base64.b64encode(b"a secret that two parties know").decode()
MAIL = (
    "From: Ann <ann@home.example>\r\nTo: care@acme.example\r\nSubject: Grüße\r\nMessage-ID: <1@home.example>\r\n"
    "\r\nHello, where is it?\r\n"
)


@pytest.fixture
def box() -> EntryPoint:
    return make.door(make.client("Acme"), "mailbox", address="care@acme.example", webhook_secret=SECRET)


def post(box: EntryPoint, body: str | bytes = MAIL, *, secret: str = SECRET, **changes: Any) -> Any:
    """As a provider that signs with the published library would call."""
    event, sent_at = changes.pop("event", "evt_1"), int(changes.pop("sent_at", time.time()))
    text = body if isinstance(body, str) else body.decode()
    signature = Webhook(secret).sign(event, datetime.fromtimestamp(sent_at, UTC), text)
    headers = {"webhook-id": event, "webhook-timestamp": str(sent_at), "webhook-signature": signature}
    return Browser(enforce_csrf_checks=True).post(
        changes.pop("path", f"/api/v1/inbound/email/{box.public_id}/"),
        data=text.encode(),
        content_type=changes.pop("content_type", "message/rfc822"),
        headers={**headers, **changes.pop("headers", {})},
    )


def test_a_signed_mail_is_a_contact_and_its_repeat_changes_nothing(box: EntryPoint) -> None:
    first, again = post(box), post(box)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json() == {"interaction": str(Interaction.objects.get().public_id)}
    assert Message.objects.get().text == "Hello, where is it?"


def test_the_mail_may_come_as_json(box: EntryPoint) -> None:
    body = json.dumps({"raw": base64.b64encode(MAIL.encode()).decode()})
    assert post(box, body, content_type="application/json").status_code == 200
    assert Message.objects.get().subject == "Grüße"


def test_bytes_that_are_no_text_are_signed_as_they_are(box: EntryPoint) -> None:
    import hashlib
    import hmac

    body = MAIL.encode("latin-1")
    sent_at = int(time.time())
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    tag = base64.b64encode(hmac.new(key, f"e.{sent_at}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": "e", "webhook-timestamp": str(sent_at), "webhook-signature": f"v1a,x v1,{tag}"}
    answer = Browser().post(
        f"/api/v1/inbound/email/{box.public_id}/", data=body, content_type="message/rfc822", headers=headers
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1,bm90IG91cnM="},
        {"webhook-signature": "ü"},
        {"webhook-id": ""},
        {"webhook-id": "other"},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "1"},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": "²"},
    ],
)
def test_a_wrong_signature_is_401(box: EntryPoint, headers: dict[str, str]) -> None:
    answer = post(box, headers=headers)
    assert answer.status_code == 401
    told = answer.json()
    assert told["type"] == "client_error" and told["errors"][0]["code"] == "not_signed"
    assert not Interaction.objects.exists()


def test_each_refusal_says_what_is_wrong(box: EntryPoint) -> None:
    def told(**how: Any) -> str:
        return post(box, **how).json()["errors"][0]["detail"]

    assert told(headers={"webhook-timestamp": ""}) == told(headers={"webhook-id": ""})
    assert "webhook-timestamp" in told(headers={"webhook-id": ""})
    assert "five minutes" in told(sent_at=time.time() - 400)
    assert told(event="other", headers={"webhook-id": "evt_1"}) == "The signature does not fit."


@pytest.mark.parametrize(
    "secret", ["short", "whsec_", "whsec_" + base64.b64encode(b"x" * 23).decode(), "whsec_ü", "a b"]
)
def test_a_secret_no_provider_signs_with_is_refused_when_it_is_set(box: EntryPoint, secret: str) -> None:
    desk = Browser()
    desk.force_login(make.admin())
    page = reverse("setup-door", args=[box.client.public_id, box.public_id])
    rules = {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"}
    fields = rules | {"name": box.name, "queue": box.queue_id, "address": box.address, "imap_port": "993"}
    answer = desk.post(page, {**fields, "webhook_secret": secret})
    assert answer.status_code == 422 and "24 to 64 bytes" in answer.content.decode()
    assert desk.post(page, {**fields, "webhook_secret": SECRET}).status_code == 302
    assert desk.post(page, {**fields, "webhook_secret": ""}).status_code == 302
    box.refresh_from_db()
    assert box.webhook_secret == SECRET


def test_an_old_or_foreign_call_is_401(box: EntryPoint) -> None:
    assert post(box, sent_at=time.time() - 400).status_code == 401
    assert post(box, sent_at=time.time() + 400).status_code == 401
    assert post(box, secret="whsec_" + base64.b64encode(b"another").decode()).status_code == 401
    EntryPoint.objects.update(webhook_secret="")
    assert post(box).status_code == 401


def test_a_secret_that_is_none_lets_nobody_in(box: EntryPoint) -> None:
    EntryPoint.objects.filter(pk=box.pk).update(webhook_secret="")
    assert post(box).status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("{", "application/json"),
        ("[]", "application/json"),
        ('{"raw": 1}', "application/json"),
        ('{"raw": "***"}', "application/json"),
        ("", "message/rfc822"),
        ("nothing like a mail", "message/rfc822"),
    ],
)
def test_what_is_no_mail_is_400(box: EntryPoint, body: str, content_type: str) -> None:
    assert post(box, body, content_type=content_type).status_code == 400


def test_too_large_is_413(box: EntryPoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbound, "BIGGEST", 50)
    assert post(box).status_code == 413


def test_a_mail_larger_than_a_form_may_be_is_taken(box: EntryPoint, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert post(box).status_code == 200


def test_an_unknown_door_is_404(box: EntryPoint) -> None:
    assert post(box, path=f"/api/v1/inbound/email/{uuid4()}/").status_code == 404
    chat = make.door(box.client, "widget", webhook_secret=SECRET)
    assert post(chat).status_code == 404


def test_a_suspended_client_is_409_and_takes_nothing(box: EntryPoint) -> None:
    box.client.state = "suspended"
    box.client.save()
    assert post(box).status_code == 409
    assert not Interaction.objects.exists()


def test_only_post(box: EntryPoint) -> None:
    assert Browser().get(f"/api/v1/inbound/email/{box.public_id}/").status_code == 405
