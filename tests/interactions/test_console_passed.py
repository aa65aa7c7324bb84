"""Bea asks why she did not get it: of herself, of the clients she works for, and of nobody else's."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agents.models import Agent, Licence, LicenceState
from clients.models import Client, Queue
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def bea(acme: Client) -> Agent:
    return make.agent("Bea Brown", licensed=acme)


@pytest.fixture
def browser(bea: Agent) -> Browser:
    made = Browser()
    made.force_login(bea.user)
    return made


def to_others(of: Client, n: int = 1) -> None:
    """Contacts of a client that somebody else was offered."""
    line = Queue.objects.filter(client=of).first() or make.queue(of, f"Orders of {of.brand.public_name}")
    for k in range(n):
        make.offer(make.agent(f"Bob {of.pk} {k}", licensed=of, available=True), make.waiting(line))


def asked(browser: Browser, **query: Any) -> str:
    answer = browser.get(reverse("console-passed"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_she_is_told_what_others_got_and_why(browser: Browser, acme: Client, bea: Agent) -> None:
    assert "Nothing was offered to others" in asked(browser)
    to_others(acme)
    page = asked(browser)
    for words in ("Orders of Acme", f"Bob {acme.pk} 0", "Bea Brown is signed out.", "Signed out"):
        assert words in page, words
    assert "Bea Brown is signed out." in asked(browser, hours=24)


def test_nothing_of_clients_she_does_not_work_for(browser: Browser, acme: Client, bea: Agent) -> None:
    bolt, cord = make.client("Bolt"), make.client("Cord")
    make.licence(bea, cord)
    Licence.objects.filter(agent=bea, client=cord).update(state=LicenceState.REVOKED)
    to_others(bolt)
    to_others(cord)
    page = asked(browser)
    assert "Orders of" not in page and "Nothing was offered to others" in page


def test_a_time_that_is_none_is_refused_and_others_have_no_such_page(browser: Browser, acme: Client) -> None:
    assert browser.get(reverse("console-passed"), {"hours": "400"}).status_code == 400
    sue = Browser()
    sue.force_login(make.supervisor(acme))
    assert sue.get(reverse("console-passed")).status_code == 403


def test_the_desk_leads_there(browser: Browser) -> None:
    page = browser.get(reverse("console-home")).content.decode()
    assert page.count(f'href="{reverse("console-passed")}"') == 2


def test_it_asks_no_more_for_more(
    browser: Browser, acme: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    to_others(acme, 2)
    asked(browser)
    with django_assert_max_num_queries(40) as few:
        asked(browser)
    to_others(acme, 8)
    with django_assert_num_queries(len(few.captured_queries)):
        asked(browser)
