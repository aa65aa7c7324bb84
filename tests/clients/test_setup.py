"""The guided set-up: one path from nothing to a live client, refusals in words, and who may look."""

from __future__ import annotations

import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client as Browser
from django.urls import reverse
from PIL import Image

from agents.models import Agent, AgentSkill, Licence, LicenceState
from bpo.kernel import clock
from bpo.kernel.history import changes_of, changes_under
from clients import contracts, scripts, starters
from clients.forms.hours import proposed_holidays, spans
from clients.formulas import PLAIN
from clients.models import (
    ApiKey,
    Brand,
    BrandText,
    Client,
    ClientState,
    Contract,
    EntryPoint,
    HoursException,
    Membership,
    Policy,
    Promise,
    PublicName,
    Queue,
    QueueState,
    Reason,
    Role,
    ScriptKind,
    ScriptVersion,
    VersionState,
)
from clients.webhooks import new_secret
from tests import factories
from tests.clients.test_scripts import graph

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Browser) -> Browser:
    """Ada the administrator, signed in."""
    client.force_login(factories.admin())
    return client


def at(name: str, of: Client, *args: Any) -> str:
    return reverse(name, args=[of.public_id, *args])


def said(answer: Any) -> str:
    return str(answer.content.decode())


def form_of(browser: Browser, path: str, *names: str) -> dict[str, Any]:
    """What the page's forms would send unchanged."""
    context = browser.get(path).context
    data: dict[str, Any] = {}
    for name in names:
        thing = context[name]
        forms = [thing.management_form, *thing.forms] if hasattr(thing, "management_form") else [thing]
        for form in forms:
            for field in form:
                value = field.value()
                if value is not None and value is not False:
                    data[field.html_name] = value
    return data


def png() -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGBA", (40, 40), "white").save(drawn, "PNG")
    return SimpleUploadedFile("logo.png", drawn.getvalue(), "image/png")


COMPANY = {
    "name": "Tulip Telecom",
    "reference_prefix": "tlp",
    "country": "US",
    "zone": "America/New_York",
    "languages": ["en", "es"],
    "default_language": "en",
    "currency": "USD",
}


@pytest.mark.parametrize(("country", "zone"), [("US", "America/New_York"), ("ES", "Europe/Madrid")])
def test_a_new_client_lives_in_the_time_of_its_country_unless_told(ada: Browser, country: str, zone: str) -> None:
    page = said(ada.get(reverse("setup-new")))
    assert '<option value="" selected>' in page
    assert "Africa/Asmara" in page and "Africa/Asmera" not in page
    assert ada.post(reverse("setup-new"), COMPANY | {"country": country, "zone": ""}).status_code == 302
    tulip = Client.objects.get(name="Tulip Telecom")
    assert tulip.zone == zone
    assert ada.post(at("setup-company", tulip), COMPANY | {"zone": ""}).status_code == 422


def test_a_zone_by_an_old_name_stays_a_choice(ada: Browser) -> None:
    acme = factories.client("Acme", zone="Asia/Calcutta", state=ClientState.SETTING_UP)
    assert '<option value="Asia/Calcutta" selected>' in said(ada.get(at("setup-company", acme)))


def test_the_list_counts_the_lines_that_the_page_shows(ada: Browser) -> None:
    acme = factories.client("Acme", state=ClientState.SETTING_UP)
    items = ada.get(at("setup-client", acme)).context["items"]
    done = sum(each["item"].ok for each in items)
    assert f"{done}/{len(items)}" in said(ada.get(reverse("setup")))


def test_letters_that_another_client_has_are_refused_by_the_name_of_the_field(ada: Browser) -> None:
    factories.client("Acme", reference_prefix="TLP")
    assert "Another client has these letters already." in said(ada.post(reverse("setup-new"), COMPANY))


def test_a_call_flow_is_shown_in_the_words_an_agent_says(ada: Browser) -> None:
    acme = factories.client("Acme", reference_prefix="ACM")
    script = acme.scripts.create(name="Calls", kind="inbound")
    flow = starters.starter("inbound", "en")
    flow["steps"][2]["text"] += " It is {order_total}."
    version = ScriptVersion.objects.create(script=script, number=1, language="en", graph=flow)
    page = said(ada.get(at("setup-version", acme, version.public_id)))
    assert "Welcome to Acme, my name is Alex." in page
    assert "Your reference is ACM-" in page and "It is ⟨order total⟩." in page


def test_from_nothing_to_live_in_one_path(ada: Browser, media: Any) -> None:
    """Ada sets a new company up, step by step, each page sending her to what is still missing."""
    assert ada.post(reverse("setup-new"), COMPANY).status_code == 302
    tulip = Client.objects.get(name="Tulip Telecom")
    assert tulip.state == ClientState.SETTING_UP and tulip.reference_prefix == "TLP"
    assert "are missing before the doors can open" in said(ada.get(at("setup-client", tulip)))

    answer = ada.post(
        at("setup-brand", tulip),
        {
            "public_name": "Tulip",
            "colour": "#97265d",
            "logo": png(),
            "sender_name": "Tulip Care",
            "sender_address": "care@tulip.example",
        },
    )
    assert answer.status_code == 302
    assert Brand.objects.get(client=tulip).logo

    line = {"name": "Care", "hours": tulip.business_hours.get().pk, "channels": ["chat", "email"]}
    page = form_of(ada, at("setup-queue-new", tulip), "form", "step_set")
    assert ada.post(at("setup-queue-new", tulip), {**page, **line}).status_code == 302
    care = Queue.objects.get(client=tulip)

    door = {"name": "Site", "queue": care.pk, "origins": "https://tulip.example", "published": "on"}
    assert ada.post(at("setup-door-new", tulip, "widget"), door).status_code == 302
    widget = EntryPoint.objects.get(client=tulip)
    assert f"/widget/{widget.public_id}.js" in said(ada.get(at("setup-door", tulip, widget.public_id)))

    ada.post(at("setup-script-new", tulip), {"name": "Calls", "kind": "inbound"})
    script = tulip.scripts.get()
    draft = {"language": "en", "channel": "", "graph": json.dumps(graph())}
    assert ada.post(at("setup-version-new", tulip, script.public_id), draft).status_code == 302
    version = ScriptVersion.objects.get(script=script)
    for act in ("submit", "approve", "publish"):
        ada.post(at("setup-version-move", tulip, version.public_id, act), {"reason": "first version"})
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED

    sue = {"full_name": "Sue", "email": "sue@bpo.example", "role": "supervisor", "language": "en"}
    assert ada.post(at("setup-people", tulip), sue).status_code == 302
    answer = ada.post(at("setup-stand", tulip, "live"), follow=True)
    assert "No agent is certified" in said(answer)
    bea = factories.agent()
    for act in ("train", "certify"):
        ada.post(at("setup-licence", tulip, bea.public_id, act), {"reason": "knows telecoms"})
    assert Licence.objects.get(agent=bea, client=tulip).state == LicenceState.CERTIFIED

    answer = ada.post(at("setup-stand", tulip, "live"), follow=True)
    tulip.refresh_from_db()
    assert tulip.state == ClientState.LIVE
    assert "is live" in said(answer)


def test_every_page_opens_for_ada_and_is_locked_for_the_manager(ada: Browser) -> None:
    acme = factories.client()
    line = factories.queue(acme)
    door = factories.door(acme, "mailbox", into=line, address="care@acme.example")
    hours = factories.hours(acme)
    paths = [
        at(name, acme)
        for name in (
            "setup-client", "setup-company", "setup-brand", "setup-hours", "setup-queues", "setup-doors",
            "setup-catalogue", "setup-scripts", "setup-people", "setup-contract", "setup-texts", "setup-previews",
            "setup-keys",
        )
    ]  # fmt: skip
    paths += [
        at("setup-queue", acme, line.public_id),
        at("setup-door", acme, door.public_id),
        at("setup-hours-edit", acme, hours.public_id),
        *(at("setup-catalogue-part", acme, part) for part in ("reasons", "dispositions", "types", "products")),
        *(at("setup-preview", acme, "resolution", language) for language in ("en", "es")),
    ]
    manager = Browser()
    mia = factories.user("Mia Manager")
    factories.membership(mia, acme, Role.MANAGER)
    manager.force_login(mia)
    for path in paths:
        assert ada.get(path).status_code == 200, path
        assert manager.get(path).status_code == 200, path
    assert manager.get(reverse("setup")).status_code == 200
    assert manager.post(at("setup-company", acme), COMPANY).status_code == 403
    assert manager.post(at("setup-stand", acme, "suspend"), {"reason": "no"}).status_code == 403
    assert manager.post(at("setup-keys", acme), {"name": "x", "scopes": ["read"]}).status_code == 403
    acme.refresh_from_db()
    assert acme.name == "Acme"


def test_the_bar_leads_everybody_to_pages_that_open() -> None:
    """A supervisor goes back to the floor, a manager to her rooms; neither is led to what is refused."""
    acme = factories.client("Acme")
    mia = factories.user("Mia Manager")
    factories.membership(mia, acme, Role.MANAGER)
    for who, home in ((factories.supervisor(acme), "/floor/"), (mia, f"/portal/{acme.public_id}/")):
        browser = Browser()
        browser.force_login(who)
        page = browser.get(at("setup-scripts", acme)).content.decode()
        bar = re.search(r'<nav aria-label="Main">(.*?)</nav>', page, re.DOTALL)
        assert bar
        led = re.findall(r'href="([^"]+)"', bar.group(1))
        assert home in led
        assert [browser.get(address).status_code for address in led] == [200] * len(led), led


def test_a_stranger_finds_nothing_and_an_agent_may_not() -> None:
    acme, other = factories.client("Acme"), factories.client("Other")
    bea = factories.agent(licensed=acme)
    browser = Browser()
    assert browser.get(at("setup-client", acme)).status_code == 302
    browser.force_login(bea.user)
    assert browser.get(at("setup-client", acme)).status_code == 403
    assert browser.get(at("setup-client", other)).status_code == 404
    assert browser.get(reverse("setup-agents")).status_code == 403


# --- brand and hours -------------------------------------------------------------------------------------------------


def test_no_language_is_offered_that_the_client_does_not_speak(ada: Browser) -> None:
    acme = factories.client(languages=["en"])
    door = factories.door(acme)
    for path in (at("setup-texts", acme), at("setup-previews", acme), at("setup-door", acme, door.public_id)):
        page = said(ada.get(path, {"language": "es"}))
        assert "English" in page and "Spanish" not in page, path


def test_a_hint_does_not_repeat_its_label(ada: Browser) -> None:
    acme = factories.client()
    for name, forms in (("setup-brand", ["form"]), ("setup-queue-new", ["form"]), ("setup-contract", ["policy_form"])):
        context = ada.get(at(name, acme)).context
        for field in (field for form in forms for field in context[form]):
            words, more = (set(re.findall(r"[a-z]{4,}", str(text).lower())) for text in (field.label, field.help_text))
            assert not more or more - words, f"{field.label}: {field.help_text}"


def test_a_colour_nobody_can_read_on_is_refused_while_it_is_chosen(ada: Browser) -> None:
    acme = factories.client()
    assert "is not a colour" in said(ada.get(at("setup-colour", acme), {"colour": "#zzz"}))
    fine = said(ada.get(at("setup-colour", acme), {"colour": "#97265d"}))
    assert "/setup/colours/97265d.css" in fine
    assert "care@" in fine
    Brand.objects.filter(client=acme).update(sender_name="", sender_address="")
    unnamed = said(ada.get(at("setup-colour", acme), {"colour": "#ffff00"}))
    assert "No sender is named yet." in unnamed and "&lt;&gt;" not in unnamed
    sheet = ada.get("/setup/colours/97265d.css")
    assert ".brand-preview" in said(sheet) and sheet["Content-Type"] == "text/css"


def test_the_preview_asks_for_itself_so_that_a_form_not_filled_in_yet_bars_nothing(ada: Browser) -> None:
    acme = factories.client()
    page = said(ada.get(at("setup-brand", acme)))
    assert f'<div id="brand-preview" hx-get="{at("setup-colour", acme)}"' in page
    assert "Six digits" not in page


def test_a_logo_that_is_no_picture_is_refused(ada: Browser, media: Any) -> None:
    acme = factories.client()
    form = form_of(ada, at("setup-brand", acme), "form")
    form["logo"] = SimpleUploadedFile("logo.svg", b"<svg onload=alert(1)>", "image/svg+xml")
    answer = ada.post(at("setup-brand", acme), form)
    assert answer.status_code == 422
    assert "PNG or JPEG" in said(answer)


def test_times_of_a_day_are_read_as_one_types_them() -> None:
    assert spans("9-12, 13:00–17:30") == [(540, 720), (780, 1050)]
    assert spans("") == []
    for wrong in ("9", "17-9", "9-12, 11-13", "25-26", "9:75-10"):
        with pytest.raises(Exception, match=r"\w"):
            spans(wrong)


def test_a_split_shift_and_a_short_day(ada: Browser) -> None:
    acme = factories.client()
    hours = factories.hours(acme, "Office", always_open=False)
    path = at("setup-hours-edit", acme, hours.public_id)
    answer = ada.post(path, {"name": "Office", "zone": "", "day_0": "09:00-12:00, 13:00-17:30"})
    assert answer.status_code == 302
    assert [(s.weekday, s.opens, s.closes) for s in hours.spans.all()] == [(0, 540, 720), (0, 780, 1050)]
    ada.post(at("setup-hours-date", acme, hours.public_id), {"date": "2026-12-24", "name": "Eve", "times": "9-12"})
    day = HoursException.objects.get(hours=hours)
    assert (day.date, day.opens, day.closes) == (date(2026, 12, 24), 540, 720)
    assert "never open" in said(ada.post(path, {"name": "Office", "zone": ""}))


def test_public_holidays_are_proposed_once(ada: Browser) -> None:
    acme = factories.client()
    hours = factories.hours(acme)
    found = proposed_holidays(acme, hours, 2027)
    assert (date(2027, 7, 4), "Independence Day") in found
    ada.post(at("setup-hours-date", acme, hours.public_id), {"year": "2027", "holiday": ["2027-07-04", "1999-01-01"]})
    assert [row.name for row in hours.exceptions.all()] == ["Independence Day"]
    assert (date(2027, 7, 4), "Independence Day") not in proposed_holidays(acme, hours, 2027)


@pytest.mark.parametrize("year", ["²", "٢٠٢٧", "0", "99999", "9" * 5000, "next"])
def test_what_is_no_year_shows_this_one(ada: Browser, year: str) -> None:
    acme = factories.client()
    hours = factories.hours(acme)
    assert ada.get(at("setup-hours-edit", acme, hours.public_id), {"year": year}).status_code == 200
    answer = ada.post(at("setup-hours-date", acme, hours.public_id), {"year": year, "holiday": ["2027-07-04"]})
    assert answer.status_code == 302 and "year" not in answer["Location"]
    typed = {"date": "2027-12-24", "name": "Eve", "times": "noonish", "year": year}
    assert ada.post(at("setup-hours-date", acme, hours.public_id), typed).status_code == 422
    assert not hours.exceptions.exists()


@pytest.mark.parametrize("word", ["closed", "Closed ", "cerrado", ""])
def test_ada_may_write_the_word_that_the_list_says(ada: Browser, word: str) -> None:
    acme = factories.client("Acme")
    hours = factories.hours(acme)
    ada.post(at("setup-hours-date", acme, hours.public_id), {"date": "2026-12-24", "name": "Eve", "times": word})
    day = hours.exceptions.get()
    assert (day.name, day.opens) == ("Eve", None)


def test_a_date_with_a_mistake_keeps_what_was_typed(ada: Browser) -> None:
    acme = factories.client("Acme")
    hours = factories.hours(acme)
    typed = {"date": "2027-12-24", "name": "Eve", "times": "noonish", "year": "2027"}
    answer = ada.post(at("setup-hours-date", acme, hours.public_id), typed)
    assert answer.status_code == 422
    assert all(f'value="{one}"' in said(answer) for one in typed.values())
    assert "from–to" in said(answer) and not hours.exceptions.exists()


@pytest.mark.parametrize("kind", ScriptKind.values)
@pytest.mark.parametrize("language", ["en", "es"])
def test_ada_begins_a_flow_without_writing_json(ada: Browser, kind: str, language: str) -> None:
    acme = factories.client("Acme")
    script = acme.scripts.create(name="Main", kind=kind)
    page = ada.get(at("setup-version-new", acme, script.public_id))
    assert str(starters.NAMES[kind]) in said(page)
    begun = {"language": language, "channel": "", "graph": "", "begin": "starter"}
    assert ada.post(at("setup-version-new", acme, script.public_id), begun).status_code == 302
    version = script.versions.get()
    assert version.graph == starters.starter(kind, language) and scripts.check(version.graph, kind) == []


def test_a_second_flow_may_begin_as_a_copy_of_the_first(ada: Browser) -> None:
    acme, cal = factories.client("Acme"), factories.client("Cal's")
    first, second = (acme.scripts.create(name=name, kind="inbound") for name in ("Main", "Billing"))
    strange = cal.scripts.create(name="Theirs", kind="inbound").versions.create(number=1, graph=graph())
    theirs = {"language": "en", "graph": "", "begin": str(strange.public_id)}
    assert ada.post(at("setup-version-new", acme, second.public_id), theirs).status_code == 422
    first.versions.create(number=1, graph={"start": "old", "steps": []})
    ours = first.versions.create(number=2, graph=graph())
    begun = {"language": "en", "graph": "", "begin": str(ours.public_id)}
    assert "Copy of Main version 2" in said(ada.get(at("setup-version-new", acme, second.public_id)))
    assert ada.post(at("setup-version-new", acme, second.public_id), begun).status_code == 302
    assert second.versions.get().graph == graph()


def test_a_flow_without_steps_is_refused_in_words(ada: Browser) -> None:
    acme = factories.client("Acme")
    script = acme.scripts.create(name="Main", kind="inbound")
    nothing = {"language": "en", "channel": "", "graph": " ", "begin": ""}
    answer = ada.post(at("setup-version-new", acme, script.public_id), nothing)
    assert answer.status_code == 422 and "There are no steps yet" in said(answer)
    version = script.versions.create(number=1, graph=graph())
    answer = ada.post(at("setup-version", acme, version.public_id), nothing)
    assert answer.status_code == 422 and "without steps cannot be saved" in said(answer)


def test_hours_in_use_are_not_deleted(ada: Browser) -> None:
    acme = factories.client()
    hours = factories.hours(acme)
    factories.queue(acme, "Sales", hours=hours)
    assert "Still used by Sales" in said(ada.post(at("setup-hours-drop", acme, hours.public_id), follow=True))


# --- lines, doors, catalogue -----------------------------------------------------------------------------------------


def test_wanted_skills_change_the_line_for_those_waiting(ada: Browser) -> None:
    line = factories.queue()
    spanish = factories.skill("es", language="es")
    ann = factories.waiting(line)
    path = at("setup-queue", line.client, line.public_id)
    asked = {f"skill_{spanish.pk}": "3", "do": "now", "reason": "Spanish callers"}
    answer = ada.post(path, {**form_of(ada, path, "form", "skills", "step_set"), **asked})
    assert answer.status_code == 302
    before, lane = line.version, ann.lane_id
    line.refresh_from_db()
    ann.refresh_from_db()
    assert line.version > before and ann.lane_id != lane
    assert line.wanted_skills.get().level == 3


def test_the_doors_of_a_live_client_can_be_tried_from_its_pages(ada: Browser) -> None:
    acme = factories.client("Acme")
    chat, form = factories.door(acme), factories.door(acme, "form")
    calls, hidden = factories.door(acme, "web_call"), factories.door(acme, published=False)
    for page in (said(ada.get(at(name, acme))) for name in ("setup-client", "setup-doors")):
        assert f'href="/c/{chat.public_id}/chat/"' in page
        assert f'href="/c/{form.public_id}/callback/"' in page
        assert f'href="/c/{calls.public_id}/call/"' in page
        assert f"/c/{hidden.public_id}/" not in page
    Client.objects.filter(pk=acme.pk).update(state=ClientState.SETTING_UP)
    assert f"/c/{chat.public_id}/" not in said(ada.get(at("setup-doors", acme)))


def test_a_door_for_calls_says_what_to_paste_and_where_its_page_is(ada: Browser) -> None:
    calls = factories.door(factories.client("Acme"), "web_call")
    page = said(ada.get(at("setup-door", calls.client, calls.public_id)))
    assert f"/widget/{calls.public_id}.js" in page and f"/c/{calls.public_id}/call/" in page


def test_who_works_here_finds_home_from_a_page_that_is_not_here(ada: Browser) -> None:
    home = '<a class="btn" href="/">'
    assert home in said(ada.get("/setup/nothing/"))
    assert home not in said(Browser().get("/setup/nothing/"))
    ada.force_login(factories.user("Nina New"))
    refused = ada.get(reverse("setup-new"))
    assert (refused.status_code, home in said(refused)) == (403, True)


def test_a_line_with_people_in_it_is_not_archived(ada: Browser) -> None:
    line = factories.queue()
    factories.waiting(line)
    answer = ada.post(at("setup-queue-move", line.client, line.public_id, "archive"), {"reason": "over"}, follow=True)
    assert "1 wait; close entry first" in said(answer)
    ada.post(at("setup-queue-move", line.client, line.public_id, "pause"), {"reason": "fire drill"})
    line.refresh_from_db()
    assert line.state == QueueState.PAUSED
    assert "fire drill" in [change.why for change in changes_of(line)]


def test_a_line_is_not_switched_without_a_reason(ada: Browser) -> None:
    line = factories.queue()
    answer = ada.post(at("setup-queue-move", line.client, line.public_id, "pause"), {"reason": " "}, follow=True)
    assert "Say why" in said(answer)
    line.refresh_from_db()
    assert line.state == QueueState.OPEN


def test_no_client_sends_from_the_address_of_another(ada: Browser) -> None:
    acme, globex = factories.client(), factories.client("Globex")
    factories.door(globex, "mailbox", address="help@globex.example")
    path = at("setup-brand", acme)
    form = {**form_of(ada, path, "form"), "logo": ""}
    for address in (globex.brand.sender_address.upper(), "Help@globex.example"):
        refused = ada.post(path, {**form, "sender_address": address})
        assert refused.status_code == 422 and "This address is in use already." in said(refused), address
    assert ada.post(path, form).status_code == 302, "its own is no other's"
    box = {"name": "Mail", "queue": factories.queue(acme).pk, "address": globex.brand.sender_address, "imap_port": 993}
    assert "in use already" in said(ada.post(at("setup-door-new", acme, "mailbox"), box))
    with pytest.raises(IntegrityError, match="sender_of_one_client"):
        Brand.objects.filter(client=acme).update(sender_address=globex.brand.sender_address.upper())


def test_a_door_takes_only_real_sites_and_free_mailboxes(ada: Browser) -> None:
    acme = factories.client()
    line = factories.queue(acme)
    factories.door(acme, "mailbox", into=line, address="care@acme.example")
    for site, words in (
        ("shop.example", "lacks its beginning: write https://"),
        ("shop.example:8000", "lacks its beginning"),
        ("http://shop.example", "must begin with https://"),
        ("https://", "has no name"),
        ("https://shop.example/path", "leave out everything after it"),
        ("https://shop.example?a=1", "leave out everything after it"),
        ("https://[shop", "no browser understands"),
        ("https://shop.example:port", "no browser understands"),
    ):
        wrong = {"name": "Site", "queue": line.pk, "origins": f"https://fine.example\n{site}"}
        told = said(ada.post(at("setup-door-new", acme, "web_call"), wrong))
        assert f"“{site}” " in told and words in told and "https://fine.example" in told, site
    twice = {"name": "Letters", "queue": line.pk, "address": "Care@Acme.example"}
    assert "in use already" in said(ada.post(at("setup-door-new", acme, "mailbox"), twice))


def test_a_number_names_its_exchange_and_where_it_is(ada: Browser, settings: Any) -> None:
    acme = factories.client()
    talk = {"name": "Call us", "queue": factories.queue(acme).pk, "published": "on", "takes_voicemail": "on"}
    assert "Web call" in said(ada.get(at("setup-doors", acme)))
    assert ada.post(at("setup-door-new", acme, "web_call"), talk).status_code == 302
    assert acme.entry_points.get(kind="web_call").takes_voicemail
    number = {"name": "Service number", "queue": factories.queue(acme).pk, "address": "+12125550100", "published": "on"}
    new = at("setup-door-new", acme, "phone")
    exchange = {"exchange": "http", "exchange_url": "https://exchange.example", "webhook_secret": new_secret()}
    wrong = ("", "ftp://exchange.example", "https://[x", "https://", "https:///calls", "https://exchange.example:99999")
    for address in wrong:
        assert ada.post(new, {**number, **exchange, "exchange_url": address}).status_code == 422, address
    assert ada.post(new, {**number, **exchange, "webhook_secret": ""}).status_code == 422
    settings.DEMO = False
    plain = {**exchange, "exchange_url": "http://exchange.example"}
    assert ada.post(new, {**number, **plain}).status_code == 422, "read by everybody on the way"
    assert ada.post(new, {**number, **exchange}).status_code == 302
    door = acme.entry_points.get(kind="phone")
    page = said(ada.get(at("setup-door", acme, door.public_id)))
    assert f"/api/v1/inbound/calls/{door.public_id}/" in page and door.webhook_secret not in page
    with pytest.raises(IntegrityError, match="exchange_of_a_number"):
        acme.entry_points.filter(pk=door.pk).update(kind="form")


def test_rules_keep_their_order_when_two_change_places(ada: Browser) -> None:
    acme = factories.client()
    line, sales = factories.queue(acme), factories.queue(acme, "Sales")
    door = factories.door(acme, into=line)
    first = door.rules.create(position=1, language="es", queue=line)
    second = door.rules.create(position=2, language="en", queue=sales)
    path = at("setup-door", acme, door.public_id)
    form = form_of(ada, path, "form", "rules")
    answer = ada.post(path, {**form, "rules-0-position": "2", "rules-1-position": "1"})
    assert answer.status_code == 302, said(answer)
    assert [rule.pk for rule in door.rules.order_by("position")] == [second.pk, first.pk]


def test_a_call_page_gets_a_menu_that_says_what_each_key_is_for(ada: Browser) -> None:
    acme = factories.client()
    line = factories.queue(acme)
    door = factories.door(acme, "web_call", into=line)
    door.rules.create(position=1, key="1", menu={"en": "Billing"}, queue=line)
    path = at("setup-door", acme, door.public_id)
    form = form_of(ada, path, "form", "rules")
    silent = ada.post(path, {**form, "rules-0-key": "2", "rules-0-menu_en": " "})
    assert "Say what the key is for." in said(silent)
    answer = ada.post(path, {**form, "rules-0-key": "2", "rules-0-menu_en": "Orders"})
    assert answer.status_code == 302, said(answer)
    rule = door.rules.get()
    assert (rule.key, rule.menu) == ("2", {"en": "Orders"})
    with pytest.raises(IntegrityError, match="a_telephones_key"):
        door.rules.update(key="A")


def test_a_key_means_one_thing(ada: Browser) -> None:
    acme = factories.client()
    line = factories.queue(acme)
    door = factories.door(acme, "web_call", into=line)
    for position, (key, words) in enumerate((("1", "Billing"), ("2", "Support")), start=1):
        door.rules.create(position=position, key=key, menu={"en": words}, queue=line)
    path = at("setup-door", acme, door.public_id)
    form = form_of(ada, path, "form", "rules") | {"rules-1-key": "1"}
    answer = ada.post(path, form)
    assert answer.status_code == 422 and "Rule 1 asks for the key 1 already." in said(answer)
    assert ada.post(path, form | {"rules-1-language": "es"}).status_code == 302, (
        "for another language it is another key"
    )


def test_a_reason_gets_its_code_once(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-catalogue-part", acme, "reasons")
    form = {**form_of(ada, path, "rows"), "reasons-0-name": "Late delivery", "reasons-0-kind": "complaint"}
    assert ada.post(path, form).status_code == 302
    row = Reason.objects.get(client=acme)
    assert row.code == "late-delivery"
    form = form_of(ada, path, "rows") | {"reasons-0-name": "It never came"}
    ada.post(path, form)
    row.refresh_from_db()
    assert (row.code, row.name) == ("late-delivery", "It never came")


def test_texts_fall_back_to_ours_when_emptied(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-texts", acme) + "?language=es"
    ada.post(path, {"widget_welcome": "¡Hola!"})
    assert BrandText.objects.get(client=acme).text == "¡Hola!"
    assert "Unknown placeholder" in said(ada.post(path, {"widget_welcome": "Hi {nobody}"}))
    ada.post(path, {"widget_welcome": ""})
    assert not BrandText.objects.filter(client=acme).exists()


def test_a_contract_with_its_promises(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-contract", acme)
    form = form_of(ada, path, "form", "promises", "policy_form") | {
        "valid_from": "2026-01-01",
        "promises-0-channel": "chat",
        "promises-0-target_percent": "80",
        "promises-0-threshold_seconds": "30",
        "promises-0-limit_percent": "70",
    }
    assert ada.post(path, form).status_code == 302
    assert Promise.objects.get(contract__client=acme).threshold_seconds == 30


def promises_of(contract: Contract) -> list[tuple[str, str, int, int]]:
    rows = contract.promises.order_by("pk").values_list("channel", "formula", "threshold_seconds", "target_percent")
    return [(*row[:3], int(row[3])) for row in rows]


def test_a_contract_names_the_formula_and_what_does_not_fit_is_refused_in_words(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-contract", acme)
    form = form_of(ada, path, "form", "promises", "policy_form") | {
        "valid_from": "2026-01-01",
        "promises-0-channel": "voice",
        "promises-0-formula": "service_level_answered.v1",
    }
    for wrong, words in (
        ({"promises-0-formula": "service_level.v9"}, "service_level.v9 is not one of the available choices."),
        (
            {"promises-0-channel": "email", "promises-0-formula": "given_up_rate.v1"},
            "This formula says nothing of mails.",
        ),
        ({"promises-0-formula": "callbacks_kept.v1"}, "Callbacks have no channel."),
        ({"promises-0-channel": ""}, "Choose a channel."),
        ({"promises-0-formula": "given_up_rate.v1"}, "This cannot be under the target."),
        ({"promises-0-limit_percent": "90"}, "This cannot be above the target."),
    ):
        refused = ada.post(path, form | wrong)
        assert refused.status_code == 422 and words in said(refused), wrong
    assert not acme.contracts.exists()
    assert ada.post(path, form).status_code == 302
    assert promises_of(acme.contracts.get()) == [("voice", "service_level_answered.v1", 20, 80)]


def test_a_contract_that_has_begun_keeps_its_promises_and_the_next_starts_with_them(ada: Browser) -> None:
    acme = factories.client("Acme", zone="UTC")
    today = acme.day_at(clock.now())
    running = acme.contracts.create(valid_from=today)
    Promise.objects.create(contract=running, channel="voice", threshold_seconds=20)
    Promise.objects.create(contract=running, channel="chat", threshold_seconds=45)
    path = at("setup-contract", acme)
    page = said(ada.get(path))
    assert "This contract has begun" in page
    form = form_of(ada, path, "form", "promises", "policy_form")
    tampered = form | {
        "valid_from": "2026-01-01", "client_approves_scripts": "on", "promises-0-threshold_seconds": "600",
        "promises-TOTAL_FORMS": "3", "promises-2-channel": "email", "promises-2-formula": "service_level.v1",
        "promises-2-threshold_seconds": "9", "promises-2-target_percent": "1", "promises-2-limit_percent": "0",
        "valid_until": str(today + timedelta(days=40)),
    }  # fmt: skip
    ada.post(path, tampered)
    running.refresh_from_db()
    assert (running.valid_from, running.client_approves_scripts) == (today, False)
    assert promises_of(running) == [("voice", PLAIN, 20, 80), ("chat", PLAIN, 45, 80)]
    ada.post(path, form | {"valid_until": str(today + timedelta(days=40))})
    running.refresh_from_db()
    assert running.valid_until == today + timedelta(days=40)
    refused = ada.post(path, form | {"valid_until": str(today - timedelta(days=1))})
    assert refused.status_code == 422 and "The last day is before the first." in said(refused)

    following = form_of(ada, f"{path}?new", "form", "promises", "policy_form")
    refused = ada.post(f"{path}?new", following | {"valid_from": str(today)})
    assert refused.status_code == 422
    tomorrow = today + timedelta(days=1)
    answer = ada.post(f"{path}?new", following | {"valid_from": str(tomorrow), "promises-1-DELETE": "on"})
    assert answer.status_code == 302, [answer.context[n].errors for n in ("form", "promises", "policy_form")]
    running.refresh_from_db()
    assert running.valid_until == today, "one contract a day"
    upcoming = acme.contracts.get(valid_from=tomorrow)
    assert promises_of(upcoming) == [("voice", PLAIN, 20, 80)]
    moved = form_of(ada, path, "form", "promises", "policy_form") | {"valid_from": str(tomorrow + timedelta(days=6))}
    assert ada.post(path, moved | {"promises-0-threshold_seconds": "30"}).status_code == 302
    running.refresh_from_db()
    assert running.valid_until == today + timedelta(days=6), "no day between them"
    assert promises_of(upcoming) == [("voice", PLAIN, 30, 80)]


def test_no_contract_judges_days_gone_by_anew(ada: Browser) -> None:
    acme = factories.client("Acme", zone="UTC")
    today = acme.day_at(clock.now())
    gone = acme.contracts.create(valid_from=today - timedelta(days=90), valid_until=today - timedelta(days=30))
    path = at("setup-contract", acme)
    later = form_of(ada, path, "form", "promises", "policy_form") | {"valid_until": str(today + timedelta(days=9))}
    ada.post(path, later)
    gone.refresh_from_db()
    assert gone.valid_until == today - timedelta(days=30), "it is over"
    over_it = form_of(ada, f"{path}?new", "form", "promises", "policy_form")
    refused = ada.post(f"{path}?new", over_it | {"valid_from": str(today - timedelta(days=40))})
    assert refused.status_code == 422 and "The next one begins tomorrow or later." in said(refused)
    assert ada.post(f"{path}?new", over_it | {"valid_from": str(today - timedelta(days=29))}).status_code == 302
    running = acme.contracts.get(valid_from=today - timedelta(days=29))
    with pytest.raises(ValidationError, match="what was judged stays"):
        running.valid_until = today - timedelta(days=1)
        contracts.check(running)
    running.valid_until = today
    contracts.check(running)
    acme.contracts.create(valid_from=today + timedelta(days=10))
    running.valid_until = today + timedelta(days=10)
    with pytest.raises(ValidationError, match="A contract begins on"):
        contracts.check(running)


def test_contract_and_rules_are_saved_together_and_nothing_typed_is_lost(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-contract", acme)
    page = said(ada.get(path))
    assert page.split('<main id="main"')[1].count("<form") == 1, "one Save for all of it"
    assert f'action="{path}"' in page and 'name="valid_from" required' not in page
    rules = form_of(ada, path, "form", "promises", "policy_form") | {"turnaround_minutes": "90"}
    assert ada.post(path, rules).status_code == 302
    assert (acme.contracts.count(), Policy.objects.get(client=acme).turnaround_minutes) == (0, 90)
    both = rules | {"turnaround_minutes": "120", "valid_from": "2026-01-31", "valid_until": "2026-01-01"}
    refused = ada.post(path, both)
    assert refused.status_code == 422 and "The last day is before the first." in said(refused)
    assert 'value="120"' in said(refused) and 'value="2026-01-31"' in said(refused), "both are still there"
    assert Policy.objects.get(client=acme).turnaround_minutes == 90, "all or nothing"
    assert ada.post(path, both | {"valid_until": ""}).status_code == 302
    assert (acme.contracts.count(), Policy.objects.get(client=acme).turnaround_minutes) == (1, 120)
    wrong = form_of(ada, path, "form", "promises", "policy_form") | {"recording_days": "0", "valid_until": "2027-01-31"}
    refused = ada.post(path, wrong)
    assert refused.status_code == 422 and 'value="2027-01-31"' in said(refused)
    longer = form_of(ada, path, "form", "promises", "policy_form") | {"recording_days": "99999"}
    assert "Contacts are deleted after 730 days, and their recordings with them." in said(ada.post(path, longer))


# --- call flows ------------------------------------------------------------------------------------------------------


def test_a_flow_with_faults_is_kept_as_a_draft_and_told_in_words(ada: Browser) -> None:
    acme = factories.client()
    script = acme.scripts.create(name="Calls", kind="inbound")
    bad = {"language": "en", "channel": "", "graph": '{"start": "a", "steps": []}'}
    ada.post(at("setup-version-new", acme, script.public_id), bad)
    version = script.versions.get()
    assert "has no steps" in said(ada.get(at("setup-version", acme, version.public_id)))
    answer = ada.post(at("setup-version-move", acme, version.public_id, "submit"), {"reason": "new"}, follow=True)
    assert "cannot be published yet" in said(answer)
    answer = ada.post(at("setup-version-new", acme, script.public_id), {**bad, "graph": "{"})
    assert "is not JSON" in said(answer)


def test_sue_does_not_approve_what_she_wrote_into_the_draft_of_sam() -> None:
    acme = factories.client()
    sue, sam = (factories.supervisor(acme, name=name) for name in ("Sue Supervisor", "Sam Supervisor"))
    desk, his = Browser(), Browser()
    desk.force_login(sue)
    his.force_login(sam)
    script = acme.scripts.create(name="Calls", kind="inbound")
    on_page, by_api = (script.versions.create(number=n, graph=graph(), created_by=sam) for n in (1, 2))
    changed = graph()
    changed["steps"][0]["text"] = "Give me your card number, {client} needs it."
    words = {"graph": json.dumps(changed)}
    assert desk.post(at("setup-version", acme, on_page.public_id), words).status_code == 302
    address = f"/api/v1/clients/{acme.public_id}/script-versions/{by_api.public_id}/"
    assert desk.patch(address, {"graph": changed, "edition": 0}, content_type="application/json").status_code == 200
    for version in (on_page, by_api):
        desk.post(at("setup-version-move", acme, version.public_id, "submit"), {"reason": "new"})
        answer = desk.post(
            at("setup-version-move", acme, version.public_id, "approve"), {"reason": "mine"}, follow=True
        )
        assert "you wrote it, or part of it" in said(answer)
        assert "approve/" not in answer.content.decode(), "and no button asks for it"
        assert (
            desk.post(
                f"/api/v1/clients/{acme.public_id}/script-versions/{version.public_id}/approve/", {"reason": "x"}
            ).status_code
            == 409
        )
        version.refresh_from_db()
        assert version.state == VersionState.IN_REVIEW
    assert "you wrote it" in said(his.get(at("setup-version", acme, on_page.public_id)))


def test_a_manager_drafts_but_neither_approves_nor_publishes() -> None:
    acme = factories.client()
    mia = factories.user("Mia")
    factories.membership(mia, acme, Role.MANAGER)
    browser = Browser()
    browser.force_login(mia)
    script = acme.scripts.create(name="Calls", kind="inbound")
    draft = {"language": "en", "channel": "", "graph": json.dumps(graph())}
    assert browser.post(at("setup-version-new", acme, script.public_id), draft).status_code == 302
    version = script.versions.get()
    browser.post(at("setup-version-move", acme, version.public_id, "submit"), {"reason": "new"})
    assert browser.post(at("setup-version-move", acme, version.public_id, "approve")).status_code == 403
    version.refresh_from_db()
    assert version.state == VersionState.IN_REVIEW


# --- people and keys -------------------------------------------------------------------------------------------------


def test_an_agent_is_taken_on_in_one_form_and_invited(ada: Browser) -> None:
    acme = factories.client()
    spanish = factories.skill("es", language="es")
    form = {
        "full_name": "Bea Brown",
        "email": "Bea@BPO.example",
        "language": "en",
        "employee_number": "E-77",
        "new_team": "Blue",
        "certify_for": [acme.pk],
        f"skill_{spanish.pk}": "4",
    }
    answer = ada.post(reverse("setup-agent-new"), form)
    assert answer.status_code == 302, said(answer)
    bea = Agent.objects.get(employee_number="E-77")
    assert bea.seat and bea.team.name == "Blue"
    assert Licence.objects.get(agent=bea).state == LicenceState.CERTIFIED
    assert AgentSkill.objects.get(agent=bea).level == 4
    assert mail.outbox[0].to == ["bea@bpo.example"]
    assert "works here, or did, already" in said(ada.post(reverse("setup-agent-new"), form))


def test_deactivating_says_what_happens_and_wants_a_reason(ada: Browser) -> None:
    bea = factories.agent()
    path = reverse("setup-agent", args=[bea.public_id])
    assert "return to their lines" in said(ada.get(path))
    act = reverse("setup-agent-act", args=[bea.public_id, "deactivate"])
    ada.post(act, {"reason": ""})
    bea.refresh_from_db()
    assert bea.deactivated_at is None
    ada.post(act, {"reason": "moved abroad"})
    bea.refresh_from_db()
    assert bea.deactivated_at is not None


def test_a_client_login_is_invited_and_a_manager_adds_viewers_only(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-people", acme)
    ada.post(path, {"full_name": "Mia", "email": "mia@acme.example", "role": "manager", "language": "es"})
    mia = Membership.objects.get(client=acme)
    assert mia.role == Role.MANAGER and mail.outbox[0].to == ["mia@acme.example"]
    assert str(acme) in mail.outbox[0].body and str(acme) in str(mail.outbox[0].alternatives[0][0])
    browser = Browser()
    browser.force_login(mia.user)
    viewer = {"full_name": "Vic", "email": "vic@acme.example", "language": "en"}
    assert browser.post(path, {**viewer, "role": "manager"}).status_code == 422
    assert browser.post(path, {**viewer, "role": "viewer"}).status_code == 302
    assert browser.post(at("setup-member", acme, mia.user.public_id, "remove")).status_code == 403
    gone = at("setup-member", acme, Membership.objects.get(role=Role.VIEWER).user.public_id, "remove")
    assert "Diga por qué" in said(browser.post(gone, follow=True)), "her pages are in Spanish"
    assert Membership.objects.count() == 2
    browser.post(gone, {"reason": "has left"})
    assert Membership.objects.get() == mia
    assert "has left" in [change.why for change in changes_under(Membership, client=acme)]


def test_the_address_of_somebody_known_is_asked_about_before_it_opens_anything(ada: Browser) -> None:
    acme, bea = factories.client(), factories.agent("Bea Brown")
    bea.user.set_password("A long enough one 1")
    bea.user.last_login = clock.now()
    bea.user.save()
    path = at("setup-people", acme)
    given = {"full_name": "Mia Stone", "email": bea.user.email.upper(), "role": "manager", "language": "en"}
    asked = ada.post(path, given)
    assert asked.status_code == 422 and "address of Bea Brown, who works here as an agent" in said(asked)
    assert f'name="confirmed" value="{bea.user.email}"' in said(asked)
    assert ada.post(path, {**given, "confirmed": "other@bpo.example"}).status_code == 422
    assert not Membership.objects.exists() and not mail.outbox
    done = said(ada.post(path, {**given, "confirmed": bea.user.email}, follow=True))
    assert f"Bea Brown may sign in. A mail with the link went to {bea.user.email}." in done
    assert Membership.objects.get(client=acme).user == bea.user
    [sent] = mail.outbox
    assert f"the work done for {acme}" in sent.body and reverse("account_login") in sent.body


def test_a_manager_is_not_told_whose_address_it_is(ada: Browser) -> None:
    acme, bea = factories.client(), factories.agent("Bea Brown")
    browser = Browser()
    manager = factories.user("Mia Stone")
    factories.membership(manager, acme, Role.MANAGER)
    browser.force_login(manager)
    given = {"full_name": "Vic", "email": bea.user.email, "role": "viewer", "language": "en"}
    asked = said(browser.post(at("setup-people", acme), given))
    assert "has an account here already" in asked and "Bea Brown" not in asked


def test_a_public_name_is_given_and_taken(ada: Browser) -> None:
    acme = factories.client()
    bea = factories.agent(licensed=acme)
    path = at("setup-licence", acme, bea.public_id, "name")
    ada.post(path, {"name": "Bee"})
    assert PublicName.objects.get(client=acme, user=bea.user).name == "Bee"
    ada.post(path, {"name": ""})
    assert not PublicName.objects.filter(client=acme).exists()


def test_a_key_is_shown_once_and_revoked(ada: Browser) -> None:
    acme = factories.client()
    path = at("setup-keys", acme)
    answer = ada.post(path, {"name": "shop", "scopes": ["read", "act"]})
    key = ApiKey.objects.get(client=acme)
    shown = answer.context["secret"]
    assert shown.startswith(key.prefix) and shown in said(answer)
    assert shown not in said(ada.get(path))
    ada.post(at("setup-key-revoke", acme, key.public_id))
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_a_mailbox_that_cannot_be_reached_says_so(ada: Browser) -> None:
    door = factories.door(
        factories.client(), "mailbox", address="care@acme.example", imap_host="127.0.0.1", imap_port=1, imap_tls=False
    )
    answer = ada.post(at("setup-mailbox-test", door.client, door.public_id))
    assert "cannot be read" in said(answer)


@pytest.mark.parametrize("page", ["setup-client", "setup-queues", "setup-people"])
def test_enter_in_a_reason_chooses_no_act(page: str) -> None:
    """A browser presses the first submit button of a form; where acts differ, that one does nothing."""
    acme = factories.client("Acme")
    factories.queue(acme, "Orders")
    factories.agent("Bea Brown", licensed=acme)
    browser = Browser()
    browser.force_login(factories.admin())
    shown = browser.get(reverse(page, args=[acme.public_id])).content.decode()
    forms = [form for form in re.findall(r"<form.*?</form>", shown, re.DOTALL) if form.count("formaction=") > 1]
    assert forms
    assert all(re.search(r"<button[^>]*>", form).group() == '<button type="submit" disabled hidden>' for form in forms)  # type: ignore[union-attr]
