"""The administration: every list opens and is cheap, states move by operations alone, changes are told."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agents.models import AgentSkill, Licence, LicenceState
from bpo.kernel.admin import HouseAdmin
from bpo.kernel.history import changes_of, changes_under
from clients.models import Client, ClientState, HoursSpan, Queue, QueueSkill, QueueState
from interactions.models import Interaction
from tests import factories

pytestmark = pytest.mark.django_db
OURS = [
    model
    for model, site in admin.site._registry.items()
    if model._meta.app_label in ("clients", "agents", "interactions")
]


@pytest.fixture
def ada(client: Browser) -> Browser:
    """Ada the administrator, signed in."""
    client.force_login(factories.admin())
    return client


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def act(browser: Browser, model: Any, action: str, thing: Any, **more: Any) -> Any:
    data = {"action": action, ACTION_CHECKBOX_NAME: [thing.pk], **more}
    return browser.post(address(model, "changelist"), data, follow=True)


def some_work() -> None:
    """Two clients with everything a list shows."""
    for name in ("Acme", "Globex"):
        of = factories.client(name)
        line = factories.queue(of, wants={"es": 1})
        factories.door(of, into=line)
        bea = factories.agent(f"Bea of {name}", licensed=of, skills={"es": 3})
        factories.reason(of)
        factories.disposition(of)
        factories.product(of)
        factories.membership(factories.user(f"Vic of {name}"), of, "viewer")
        factories.waiting(
            line, who=factories.customer(of, phone=f"+1202555010{len(name)}", address=f"ann@{of.slug}.example")
        )
        assert bea.pk


def test_every_list_can_be_searched_and_costs_the_same_however_long_it_is(ada: Browser) -> None:
    """That the other pages of each table open, the tenant tests tell."""

    def cost(model: Any) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ada.get(address(model, "changelist")).status_code == 200, model
        return len(seen)

    some_work()
    for model in OURS:
        assert isinstance(admin.site._registry[model], HouseAdmin)
        assert ada.get(address(model, "changelist"), {"q": "acme"}).status_code == 200, model
    few = {model: cost(model) for model in OURS}
    some_work()
    some_work()
    many = {model: cost(model) for model in OURS}
    assert {model: (few[model], many[model]) for model in OURS if many[model] > few[model] + 1} == {}


def test_the_work_is_read_only(ada: Browser) -> None:
    some_work()
    contact = Interaction.objects.first()
    assert contact is not None
    assert ada.post(address(Interaction, "change", contact.pk), {"state": "closed"}).status_code == 403
    assert ada.post(address(Interaction, "delete", contact.pk)).status_code == 403


def test_a_client_goes_live_only_when_ready_and_is_suspended_with_a_reason(ada: Browser) -> None:
    acme = factories.client("Acme", state=ClientState.SETTING_UP)
    answer = act(ada, Client, "go_live", acme)
    acme.refresh_from_db()
    assert acme.state == ClientState.SETTING_UP
    assert "Make a line" in answer.content.decode()
    Client.objects.filter(pk=acme.pk).update(state=ClientState.LIVE)
    assert "Reason" in act(ada, Client, "suspend", acme).content.decode()
    acme.refresh_from_db()
    assert acme.state == ClientState.LIVE
    act(ada, Client, "suspend", acme, confirmed="1", reason="did not pay")
    acme.refresh_from_db()
    assert acme.state == ClientState.SUSPENDED


def test_a_line_with_people_waiting_is_not_archived(ada: Browser) -> None:
    line = factories.queue()
    for _ in range(2):
        factories.waiting(line)
    answer = act(ada, Queue, "archive", line, reason="Closed down", confirmed="1")
    line.refresh_from_db()
    assert line.state == QueueState.OPEN
    assert "2 wait; close entry first, or move them to another line." in answer.content.decode()


def test_an_empty_line_that_nothing_leads_to_is_archived(ada: Browser) -> None:
    line = factories.queue()
    act(ada, Queue, "archive", line, reason="Closed down", confirmed="1")
    line.refresh_from_db()
    assert line.state == QueueState.ARCHIVED


def test_a_line_with_a_door_is_not_archived(ada: Browser) -> None:
    line = factories.queue()
    door = factories.door(line.client, into=line)
    assert door.name in act(ada, Queue, "archive", line, reason="Closed down", confirmed="1").content.decode()
    line.refresh_from_db()
    assert line.state == QueueState.OPEN


def test_changed_rules_of_a_line_make_a_new_version_and_move_those_waiting(ada: Browser) -> None:
    line = factories.queue()
    ann = factories.waiting(line)
    before, lane = line.version, ann.lane_id
    german = factories.skill("de", language="de")
    form = form_of(ada, address(Queue, "change", line.pk))
    form |= {
        "wanted_skills-TOTAL_FORMS": "1",
        "wanted_skills-0-skill": str(german.pk),
        "wanted_skills-0-level": "2",
        "wanted_skills-0-queue": str(line.pk),
    }
    answer = ada.post(address(Queue, "change", line.pk), form)
    assert answer.status_code == 302, answer.context["errors"]
    line.refresh_from_db()
    ann.refresh_from_db()
    assert line.version > before
    assert QueueSkill.objects.get(queue=line).level == 2
    assert ann.lane_id != lane


def test_an_agents_skills_are_changed_by_the_operation(ada: Browser) -> None:
    line = factories.queue(wants={"es": 2})
    bea = factories.agent(licensed=line.client, skills={"es": 1})
    factories.waiting(line)
    held = bea.skills.get()
    form = form_of(ada, address(type(bea), "change", bea.pk))
    answer = ada.post(address(type(bea), "change", bea.pk), form | {"skills-0-level": "4"})
    assert answer.status_code == 302, answer.context["errors"]
    assert AgentSkill.objects.get(pk=held.pk).level == 4


def test_a_licence_moves_by_its_acts(ada: Browser) -> None:
    acme = factories.client()
    bea = factories.agent()
    ada.post(address(Licence, "add"), {"agent": bea.pk, "client": acme.pk, "reason": "new on Monday"})
    licence = Licence.objects.get(agent=bea, client=acme)
    assert licence.state == LicenceState.TRAINING
    asked = act(ada, Licence, "certify", licence)
    licence.refresh_from_db()
    assert licence.state == LicenceState.TRAINING and 'name="reason"' in asked.content.decode()
    act(ada, Licence, "certify", licence, confirmed="1", reason="passed the test")
    licence.refresh_from_db()
    assert licence.state == LicenceState.CERTIFIED
    act(ada, Licence, "suspend", licence, confirmed="1", reason="two complaints")
    licence.refresh_from_db()
    assert (licence.state, licence.reason) == (LicenceState.SUSPENDED, "two complaints")


def test_deactivating_an_agent_says_what_will_happen_first(ada: Browser) -> None:
    bea = factories.agent()
    answer = act(ada, type(bea), "deactivate", bea)
    assert "return to the lines" in answer.content.decode()
    act(ada, type(bea), "deactivate", bea, confirmed="1", reason="left the house")
    bea.refresh_from_db()
    assert bea.deactivated_at is not None


def test_a_change_is_kept_with_who_before_and_after(ada: Browser) -> None:
    line = factories.queue(name="Sales")
    form = form_of(ada, address(Queue, "change", line.pk))
    ada.post(address(Queue, "change", line.pk), form | {"name": "Sales and returns"})
    line.refresh_from_db()
    renamed = [
        (field.before, field.after, change.who)
        for change in changes_of(line)
        for field in change.fields
        if field.name == "name"
    ]
    assert renamed == [("Sales", "Sales and returns", "Ada Admin")]
    page = ada.get(address(Queue, "history", line.pk)).content.decode()
    assert "Sales and returns" in page and "Ada Admin" in page


def test_what_was_deleted_is_still_told() -> None:
    hours = factories.hours(factories.client(), always_open=False)
    HoursSpan.objects.create(hours=hours, weekday=0, opens=540, closes=1020).delete()
    assert {change.what for change in changes_under(HoursSpan, hours_id=hours.pk)} == {"deleted", "added"}


def test_secrets_are_neither_shown_nor_kept(ada: Browser) -> None:
    secret = "whsec_" + base64.b64encode(b"hush-hush-77-hush-hush-77").decode()
    door = factories.door(factories.client(), "mailbox", imap_password="open sesame", webhook_secret=secret)
    page = ada.get(address(type(door), "change", door.pk)).content.decode()
    assert "open sesame" not in page and secret not in page
    form = form_of(ada, address(type(door), "change", door.pk))
    answer = ada.post(address(type(door), "change", door.pk), form | {"name": "Letters"})
    assert answer.status_code == 302, answer.context["errors"]
    door.refresh_from_db()
    assert (door.name, door.imap_password) == ("Letters", "open sesame")
    assert not hasattr(type(door).pgh_event_model, "imap_password")


def form_of(browser: Browser, path: str) -> dict[str, Any]:
    """What the browser would send back unchanged."""
    context = browser.get(path).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {field.html_name: field.value() for form in forms for field in form}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_a_capacity_profile_is_told_in_plain_words(ada: Browser) -> None:
    profile = factories.profile(budget=120, chat_points=40, email_yields_to_chat=True)
    page = ada.get(reverse("admin:agents_capacityprofile_change", args=[profile.pk])).content.decode()
    for words in ("Room in points", "A chat takes points", "33 of 100: three chats fill an agent.", "Chats at most"):
        assert words in page, words
    page = ada.get(reverse("admin:agents_capacityprofile_changelist")).content.decode()
    assert "3 (40)" in page and "A chat sets emails aside" in page
