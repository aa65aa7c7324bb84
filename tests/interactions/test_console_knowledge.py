"""Bea looks something up while she serves Ann: of Acme alone, what Ann's matter is about first, put into her reply."""

from __future__ import annotations

import pytest
from django.test import Client as Browser

from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Scene:
    return scene()


@pytest.fixture
def bea(acme: Scene) -> Browser:
    return desk_of(acme.bea)


def said(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_matter_comes_first_and_words_narrow_it(acme: Scene, bea: Browser) -> None:
    late = make.reason(acme.acme, "Late")
    make.article(acme.acme, "Anything else")
    make.article(acme.acme, "When it is late", "We ask the carrier.", reason=late)
    leg = accepted(acme)
    leg.interaction.reason = late
    leg.interaction.save(update_fields=["reason"])
    page = said(bea, url("knowledge", leg))
    assert page.index("When it is late") < page.index("Anything else") and "about this reason" in page
    found = said(bea, url("knowledge", leg) + "?q=carriers")
    assert "When it is late" in found and "Anything else" not in found
    assert "Nothing about “zebra”" in said(bea, url("knowledge", leg) + "?q=zebra")


def test_an_article_is_read_with_the_names_filled_in_and_put_into_a_reply(acme: Scene, bea: Browser) -> None:
    one = make.article(acme.acme, "Return it", "Dear {first_name},\n\n<b>thirty</b> days, says {client}. {agent}")
    page = said(bea, url("article", accepted(acme), one))
    assert "Dear Ann," in page and "says Acme. Bea" in page
    assert "&lt;b&gt;thirty" in page and "<b>thirty" not in page
    assert "Put it into the reply" in page and "Copy" in page


def test_on_a_call_there_is_no_reply_to_put_it_into(acme: Scene, bea: Browser) -> None:
    one = make.article(acme.acme, "Return it")
    spoken = said(bea, url("article", accepted(acme, "voice"), one))
    assert "Put it into the reply" not in spoken and "Copy" in spoken


def test_an_article_of_another_client_or_out_of_use_is_not_there(acme: Scene, bea: Browser) -> None:
    leg = accepted(acme)
    foreign = make.article(make.client("Zenith"), "Theirs", "Zenith's own")
    draft = make.article(acme.acme, "Not yet", state="draft")
    for one in (foreign, draft):
        assert bea.get(url("article", leg, one)).status_code == 404
        assert one.title not in said(bea, url("knowledge", leg))


def test_a_spanish_customer_gets_spanish_first_and_a_warning_of_english(acme: Scene, bea: Browser) -> None:
    english = make.article(acme.acme, "Return it")
    make.article(acme.acme, "Devolverlo", language="es")
    leg = accepted(acme, language="es")
    page = said(bea, url("knowledge", leg))
    assert page.index("Devolverlo") < page.index("Return it")
    assert "speaks another language" in said(bea, url("article", leg, english))


def test_it_asks_as_much_for_many_as_for_one(acme: Scene, bea: Browser, django_assert_max_num_queries: object) -> None:
    for n in range(12):
        make.article(acme.acme, f"Article {n}", reason=make.reason(acme.acme), product=make.product(acme.acme))
    leg = accepted(acme)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        said(bea, url("knowledge", leg) + "?q=article")
