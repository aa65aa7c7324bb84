"""What agents look up: who writes it, what is found by which words, and that nothing is written over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel.history import changes_of
from clients import articles
from clients.models import Article, ArticleState, Client, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


def titles(client: Client, text: str = "", **about: object) -> list[str]:
    about.setdefault("language", "en")
    return [one.title for one in articles.find(client, text, **about)]  # type: ignore[arg-type]


# --- what is found ---------------------------------------------------------------------------------------------------


def test_words_are_found_begun_bent_and_misspelt(acme: Client) -> None:
    make.article(acme, "Return a laptop", "Within thirty days, in its box. We pay the courier.")
    make.article(acme, "When the refund arrives", "Three working days after the depot has it.")
    assert titles(acme, "retur") == ["Return a laptop"]  # begun
    assert titles(acme, "returning laptops") == ["Return a laptop"]  # bent
    assert titles(acme, "couriers") == ["Return a laptop"]  # in what it says
    assert titles(acme, "refnud") == ["When the refund arrives"]  # misspelt
    assert titles(acme, "laptop days") == ["Return a laptop"]  # every word
    assert titles(acme, "penguins") == [] and titles(acme, "!!") == []


def test_accents_are_no_matter(acme: Client) -> None:
    make.article(acme, "Devolución de un portátil", "Treinta días.", language="es")
    for typed in ("devolucion", "DEVOLUCIÓN", "devoluciones portatil"):
        assert titles(acme, typed, language="es") == ["Devolución de un portátil"]


def test_hostile_words_find_nothing_and_harm_nobody(acme: Client) -> None:
    make.article(acme)
    for typed in ("' | !& :*", "a:* & ", "\\", "<->", "x" * 5000, "%"):
        titles(acme, typed)


def test_what_the_contact_is_about_stands_first_then_the_customers_language(acme: Client) -> None:
    late, praise = make.reason(acme, "Late"), make.reason(acme, "Praise")
    under = make.reason(acme, "Late by a week", parent=late)
    phone = make.product(acme, "Phone")
    make.article(acme, "About anything")
    make.article(acme, "Of the phone", product=phone)
    make.article(acme, "When it is late", reason=late)
    make.article(acme, "Too much praise", reason=praise)
    make.article(acme, "Cuando se retrasa", language="es")
    assert titles(acme, reason=under, product=phone)[:2] == ["When it is late", "Of the phone"]
    spanish = titles(acme, language="es", reason=late)
    assert spanish[:2] == ["Cuando se retrasa", "When it is late"]
    assert "Cuando se retrasa" not in titles(acme)


def test_only_what_is_in_use_and_of_this_client(acme: Client) -> None:
    make.article(acme, "Here")
    make.article(acme, "Not yet", state="draft")
    make.article(acme, "Not any more", state="retired")
    make.article(make.client("Zenith"), "Elsewhere")
    assert titles(acme) == ["Here"] and titles(acme, "elsewhere") == []


def test_the_words_are_looked_up_by_index(acme: Client) -> None:
    make.article(acme)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select id from clients_article where search @@ to_tsquery('english', 'thirty:*')")
        assert "article_words" in str(cursor.fetchall())


# --- writing ---------------------------------------------------------------------------------------------------------


def at(name: str, of: Client, *args: object) -> str:
    return reverse(name, args=[of.public_id, *args])


WORDS = {"title": "Return a laptop", "language": "en", "body": "Thirty days."}


def signed_in(person: object) -> Browser:
    browser = Browser()
    browser.force_login(person)  # type: ignore[arg-type]
    return browser


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER])
def test_supervisors_and_the_clients_managers_write_what_agents_find(acme: Client, role: str) -> None:
    sue = make.user("Sue Stone")
    make.membership(sue, acme, role)
    desk = signed_in(sue)
    assert "No article yet" in desk.get(at("setup-articles", acme)).content.decode()
    assert desk.post(at("setup-article-new", acme), WORDS | {"then": "keep"}).status_code == 302
    kept = Article.objects.get()
    assert kept.state == ArticleState.DRAFT and titles(acme) == []
    kept_at = at("setup-article", acme, kept.public_id)
    desk.post(kept_at, WORDS | {"body": "Sixty days.", "edition": kept.edition, "then": "use"})
    kept.refresh_from_db()
    assert (kept.state, kept.body, kept.reviewed_by) == (ArticleState.IN_USE, "Sixty days.", sue)
    assert titles(acme) == ["Return a laptop"]
    told = changes_of(kept)
    assert told and {one.who for one in told} == {"Sue Stone"}
    desk.post(at("setup-article-act", acme, kept.public_id, "retire"))
    assert titles(acme) == []
    page = desk.get(at("setup-article", acme, kept.public_id)).content.decode()
    assert f'name="edition" value="{kept.edition}"' in page
    desk.post(at("setup-article-act", acme, kept.public_id, "right"), {"edition": kept.edition})
    assert titles(acme) == ["Return a laptop"]
    assert desk.post(at("setup-article-act", acme, kept.public_id, "shred")).status_code == 404


def test_two_at_one_article_do_not_write_over_each_other(acme: Client) -> None:
    desk = signed_in(make.supervisor(acme))
    article = make.article(acme, title=WORDS["title"])
    first = WORDS | {"body": "First.", "edition": 1, "then": "use"}
    assert desk.post(at("setup-article", acme, article.public_id), first).status_code == 302
    late = desk.post(at("setup-article", acme, article.public_id), WORDS | {"body": "Mine.", "edition": 1})
    assert late.status_code == 422 and "Somebody changed this article" in late.content.decode()
    assert "Mine." in late.content.decode() and "Saved is: First." in late.content.decode()
    article.refresh_from_db()
    assert article.body == "First."
    again = WORDS | {"body": "Mine.", "edition": late.context["form"]["edition"].value(), "then": "use"}
    assert desk.post(at("setup-article", acme, article.public_id), again).status_code == 302, "now she has seen it"
    article.refresh_from_db()
    assert article.body == "Mine."


@pytest.mark.parametrize("edition", ["1", "", "x", "9" * 12])
def test_sue_does_not_sign_words_that_she_has_not_read(acme: Client, edition: str) -> None:
    """Mia saves other words while Sue reads the first ones and says that they are right."""
    sue, mia = signed_in(make.supervisor(acme)), signed_in(make.supervisor(acme, name="Mia"))
    article = make.article(acme, title=WORDS["title"])
    before = article.reviewed_by
    mia.post(at("setup-article", acme, article.public_id), WORDS | {"body": "Never.", "edition": 1, "then": "keep"})
    refused = sue.post(at("setup-article-act", acme, article.public_id, "right"), {"edition": edition})
    assert refused.status_code == 409 and "Read it as it is now" in refused.content.decode()
    article.refresh_from_db()
    assert (article.body, article.edition, article.reviewed_by) == ("Never.", 2, before)


def test_a_title_twice_is_refused_beside_its_field_and_nothing_typed_is_lost(acme: Client) -> None:
    desk = signed_in(make.supervisor(acme))
    make.article(acme, title=WORDS["title"])
    again = desk.post(at("setup-article-new", acme), WORDS | {"body": "Another answer."})
    assert again.status_code == 422
    assert "has an article of this title" in again.content.decode() and "Another answer." in again.content.decode()
    assert desk.post(at("setup-article-new", acme), WORDS | {"language": "es"}).status_code == 302


def test_another_clients_reason_is_no_choice_nor_can_it_be_written(acme: Client) -> None:
    foreign = make.reason(make.client("Zenith"), "Theirs")
    desk = signed_in(make.supervisor(acme))
    assert desk.post(at("setup-article-new", acme), WORDS | {"reason": foreign.pk}).status_code == 422
    with pytest.raises(IntegrityError):
        make.article(acme, reason=foreign)
        connection.check_constraints()


def test_what_nobody_read_for_half_a_year_is_listed(acme: Client) -> None:
    desk = signed_in(make.supervisor(acme))
    today = make.article(acme, "Fresh").reviewed_on
    assert today is not None
    old = make.article(acme, "Old", reviewed_on=today - timedelta(days=181))
    page = desk.get(at("setup-articles", acme) + "?show=due").content.decode()
    assert "1 article was not read" in page and "Old" in page and "Fresh" not in page
    assert f'name="edition" value="{old.edition}"' in page
    desk.post(at("setup-article-act", acme, old.public_id, "right"), {"edition": old.edition})
    assert "was not read" not in desk.get(at("setup-articles", acme)).content.decode()


def test_the_list_asks_as_much_for_fifty_as_for_one(acme: Client, django_assert_max_num_queries: object) -> None:
    desk = signed_in(make.supervisor(acme))
    for n in range(50):
        make.article(acme, f"Article {n:02}", reason=make.reason(acme))
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert "Article 49" in desk.get(at("setup-articles", acme)).content.decode()
    assert "Article 07" in desk.get(at("setup-articles", acme) + "?q=article+07").content.decode()
