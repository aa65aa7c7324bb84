"""The first page, its doors and its switch; the companies' pages; the mailbox; and that a real floor has none of it."""

from __future__ import annotations

import re
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client as Browser

from bpo import health
from bpo.accounts.models import User
from bpo.celery import BEAT_KEY
from bpo.demo import models
from bpo.demo.setting_up import set_up
from bpo.demo.views import start
from bpo.demo.visits import HEADER, pass_of_simulator
from bpo.embedded.mail import MailServers
from bpo.kernel import clock
from clients.models import EntryPoint
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def demo(media: Path) -> None:
    set_up()


def test_the_first_page_waits_for_the_clients_and_then_shows_every_door(client: Browser) -> None:
    assert "being written" in client.get("/").content.decode()
    asks_again = {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get("/", headers=asks_again)
    set_up()
    # The page that waited was written without the sheets of the brands: it is loaded anew, not mended.
    assert client.get("/", headers=asks_again)["HX-Refresh"] == "true"
    page = client.get("/").content.decode()
    for words in (
        "The Tech Giant",
        "Halden Air",
        "Maple Row Pharmacy",
        "Aleksandra Nowak",
        "Priya Raman",
        "Morgan Hale",
    ):
        assert words in page


@pytest.mark.parametrize(("worker", "words"), [("ok", "Running"), ("no answer", "Starting")])
def test_the_bar_says_running_only_when_the_worker_answers_too(
    client: Browser, monkeypatch: pytest.MonkeyPatch, worker: str, words: str
) -> None:
    monkeypatch.setattr(health, "worker", lambda: worker)
    cache.delete(start.WORKER_KEY)
    cache.set_many({health.SWEEP_KEY: 1, BEAT_KEY: 1})
    page = client.get("/").content.decode()
    bar = page[page.index('class="live end"') :]
    assert words in bar[: bar.index("</header>")]
    assert ("worker" in bar[: bar.index("</header>")]) == (worker == "ok")
    cache.delete_many([health.SWEEP_KEY, BEAT_KEY, start.WORKER_KEY])


@pytest.mark.usefixtures("demo")
def test_the_hours_of_the_first_page_name_their_zone(client: Browser) -> None:
    with clock.set_to(datetime(2026, 7, 1, 15, tzinfo=UTC)):
        page = client.get("/").content.decode()
    assert re.search(r": (open until|opens) [^<]+ CDT<", page), "Maple Row is in Chicago"
    lines = [re.findall(r"<span[^>]*>([^<]+: [^<]+)</span>", site) for site in page.split('class="site"')[1:4]]
    assert lines[0] and all(len(told) == len(set(told)) for told in lines), "two lines for chats are said once"


@pytest.mark.parametrize(
    ("key", "place"),
    [("alex", "/console/"), ("priya", "/floor/"), ("morgan", "/portal/"), ("june", "/portal/"), ("tom", "/setup/")],
)
@pytest.mark.usefixtures("demo")
def test_each_door_leads_where_its_person_works(client: Browser, key: str, place: str) -> None:
    answer = client.post(f"/demo/enter/{key}/")
    assert (answer.status_code, answer["Location"]) == (302, place)
    assert User.objects.get(pk=client.session["_auth_user_id"]).email.startswith(f"{key}@")


@pytest.mark.usefixtures("demo")
def test_a_door_takes_a_wish_but_never_leads_away(client: Browser) -> None:
    assert client.post("/demo/enter/priya/", {"next": "/floor/wall/"})["Location"] == "/floor/wall/"
    assert client.post("/demo/enter/priya/", {"next": "https://elsewhere.example/"})["Location"] == "/floor/"
    assert client.get("/demo/enter/priya/").status_code == 405
    assert client.post("/demo/enter/nobody/").status_code == 404


@pytest.mark.usefixtures("demo")
def test_a_door_takes_the_token_that_holds_now_and_else_leads_back_to_the_first_page() -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.get("/")
    old = browser.cookies["csrftoken"].value
    assert browser.post("/demo/enter/alex/", {"csrfmiddlewaretoken": old}).status_code == 302
    refused = browser.post("/demo/enter/priya/", {"csrfmiddlewaretoken": old})
    assert (refused.status_code, 'href="/"' in refused.content.decode()) == (403, True)
    now = browser.cookies["csrftoken"].value  # what the page's module puts into the form
    assert browser.post("/demo/enter/priya/", {"csrfmiddlewaretoken": now})["Location"] == "/floor/"


@pytest.mark.usefixtures("demo")
def test_a_visitor_takes_a_chair_and_the_simulator_does_not(client: Browser) -> None:
    leo = User.objects.get(email__startswith="leo@")
    client.post("/demo/enter/leo/", headers={HEADER: pass_of_simulator()})
    assert models.visited() == set()
    client.post("/demo/enter/leo/", headers={HEADER: "made up"})
    assert models.visited() == {leo.pk}
    client.post("/accounts/logout/")
    assert models.visited() == set()


@pytest.mark.usefixtures("demo")
def test_one_switch_turns_the_simulator_off_and_on(client: Browser) -> None:
    assert models.switch().simulator_on
    client.post("/demo/switch/", {"on": "0"})
    assert not models.switch().simulator_on
    assert 'aria-checked="false"' in client.get("/demo/simulator/").content.decode()
    client.post("/demo/switch/", {"on": "1"})
    assert models.switch().simulator_on


@pytest.mark.parametrize("slug", ["the-tech-giant", "halden-air", "maple-row-pharmacy"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.usefixtures("demo")
def test_a_company_speaks_for_itself_alone_and_carries_its_chat(client: Browser, slug: str, language: str) -> None:
    widget = EntryPoint.objects.get(client__slug=slug, kind="widget")
    for path in (f"/sites/{slug}/", f"/sites/{slug}/contact/"):
        page = client.get(path, {"lang": language}).content.decode()
        assert f'lang="{language}"' in page
        assert f"/widget/{widget.public_id}.js" in page
        others = {"The Tech Giant", "Halden Air", "Maple Row Pharmacy"} - {widget.client.brand.public_name}
        assert not [name for name in others if name in page]
        assert django_settings.OPERATOR_NAME not in page
        number = widget.client.brand.phone_shown
        assert not number or f'href="tel:{number.replace(" ", "")}"' in page


@pytest.mark.usefixtures("demo")
def test_a_customers_mail_is_read_by_imap_and_shown_in_a_sandbox(client: Browser) -> None:
    servers = MailServers(django_settings.VAR)
    local = servers.start()
    try:
        letter = EmailMessage()
        letter["From"], letter["To"] = "The Tech Giant <care@the-tech-giant.example>", "ann@mail.example"
        letter["Subject"] = "Your order"
        letter.set_content("It is on its way.")
        letter.add_alternative("<p>It is on its <b>way</b>.</p><script>alert(1)</script>", subtype="html")
        with smtplib.SMTP(local.host, local.smtp_port) as server:
            server.send_message(letter)
        listed = client.get("/demo/mailbox/ann@mail.example/")
        assert "Your order" in listed.content.decode()
        uid = listed.context["mails"][0].uid
        opened = client.get(f"/demo/mailbox/ann@mail.example/{uid}/").content.decode()
        assert "It is on its way." in opened
        assert 'sandbox="allow-popups' in opened
        framed = client.get(f"/demo/mailbox/ann@mail.example/{uid}/html/")
        assert "<b>way</b>" in framed.content.decode()
        assert "sandbox" in framed["Content-Security-Policy"]
        assert "script-src 'none'" in framed["Content-Security-Policy"]
        assert client.get("/demo/mailbox/ann@mail.example/999999/").status_code == 404
        assert client.get("/demo/mailbox/no-address/").status_code == 404
    finally:
        servers.stop()


def test_without_its_servers_the_mailbox_says_so(client: Browser) -> None:
    assert "do not run" in client.get("/demo/mailbox/ann@mail.example/").content.decode()


@pytest.mark.usefixtures("demo")
def test_a_real_floor_has_no_demo(client: Browser, settings: Any) -> None:
    settings.DEMO = False
    for path in ("/demo/mailbox/", "/sites/halden-air/", "/demo/simulator/"):
        assert client.get(path).status_code == 404
    assert client.post("/demo/enter/tom/").status_code == 404
    assert client.post("/demo/switch/", {"on": "0"}).status_code == 404
    assert models.switch().simulator_on
    assert client.get("/")["Location"].startswith("/accounts/login/")
    client.force_login(factories.admin())
    assert client.get("/")["Location"] == "/setup/"
