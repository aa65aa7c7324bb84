"""The client's articles: found by words, misspelt or without accents too; written, put into use, read again."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import IntegrityError, transaction
from django.db.models import Case, F, FloatField, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.history import because
from bpo.kernel.words import sought
from clients.models import Article, ArticleState, Client, Product, Reason
from clients.models.article import ACCENTED, BARE, bare

READ_AGAIN_AFTER = timedelta(days=180)
LIKE = 0.4  # from how alike on a misspelt title counts; of one client's hundreds, which no index would find sooner
PLAIN = str.maketrans(ACCENTED, BARE)
MOST = 12


class ChangedMeanwhile(DomainError):
    """Somebody else saved the article since this one opened it."""

    code = "article_changed"
    sentence = _("Somebody changed this article meanwhile. Look at it as it is now; what you wrote is still here.")


class TitleTaken(DomainError):
    """The client has an article of this title in this language."""

    code = "article_title"
    sentence = _("The company has an article of this title in this language already.")


def find(
    client: Client,
    text: str,
    *,
    language: str,
    reason: Reason | None = None,
    product: Product | None = None,
    limit: int = MOST,
) -> list[Article]:
    """Articles in use that fit the words; without words those that fit the matter. The best first.

    In the customer's language, and in the client's own where that is another one: those come after.
    """
    rows: Any = Article.objects.filter(client=client, state=ArticleState.IN_USE)
    own = Case(When(language=language, then=1), default=0, output_field=IntegerField())
    rows = rows.filter(language__in={language, client.default_language}).select_related("reason", "product")
    rows = rows.annotate(about=_about(reason, product), own=own)
    words = sought(text)
    if words:
        return list(matching(rows, words).order_by("-own", "-rank", "-about", "title")[:limit])
    return list(rows.order_by("-own", "-about", "title")[:limit])


def matching(rows: QuerySet[Article], text: str) -> Any:
    """Of these articles those with every word, begun or whole, or with a title like the words; `rank` says how well."""
    plain = text.translate(PLAIN)
    begun = " & ".join(f"{word}:*" for word in re.findall(r"\w+", plain))
    alike: Any = TrigramWordSimilarity(plain.upper(), Upper(bare("title")))
    rows = rows.annotate(alike=alike)
    if not begun:
        return rows.annotate(rank=F("alike")).none()
    english, spanish = (SearchQuery(begun, config=config, search_type="raw") for config in ("english", "spanish"))
    fits = Q(language="es", search=spanish) | (~Q(language="es") & Q(search=english)) | Q(alike__gte=LIKE)
    read: Any = Case(
        When(language="es", then=SearchRank(F("search"), spanish)),
        default=SearchRank(F("search"), english),
        output_field=FloatField(),
    )
    return rows.filter(fits).annotate(rank=read + F("alike"))


def _about(reason: Reason | None, product: Product | None) -> Any:
    """2 for the reason (or that above it), 1 for the product, 3 for both."""
    nothing = Value(0)
    reasons = [pk for pk in (reason.pk, reason.parent_id) if pk] if reason else []
    by_reason = Case(When(reason__in=reasons, then=2), default=nothing, output_field=IntegerField())
    by_product = Case(When(product=product.pk if product else 0, then=1), default=nothing, output_field=IntegerField())
    return by_reason + by_product


def due_again(today: date) -> Q:
    """In use and not read for half a year: what it says may be wrong by now."""
    return Q(state=ArticleState.IN_USE, reviewed_on__lt=today - READ_AGAIN_AFTER)


@transaction.atomic
def write(article: Article, *, by: User, edition: int | None = None, use: bool = False, why: str = "") -> Article:
    """Save its words; `use` lets agents find them. ChangedMeanwhile when it is not the edition that was opened."""
    if use:
        article.state, article.reviewed_on, article.reviewed_by = ArticleState.IN_USE, _today(article), by
    with because(why or ("written" if article.pk is None else "changed"), by=by):
        try:
            with transaction.atomic():
                if article.pk is None:
                    article.save()
                    return article
                fresh = Article.objects.select_for_update().only("edition").get(pk=article.pk)
                if edition is not None and fresh.edition != edition:
                    raise ChangedMeanwhile
                article.edition = fresh.edition + 1
                article.save()
        except IntegrityError as error:
            raise TitleTaken from error
    return article


@transaction.atomic
def read_again(article: Article, *, by: User, edition: int) -> None:
    """Somebody read this edition and says that it is right: agents find it, and see from when that is.

    ChangedMeanwhile when its words are others by now.
    """
    with because("read and right", by=by):
        signed = edition is not None and Article.objects.filter(pk=article.pk, edition=edition).update(
            state=ArticleState.IN_USE, reviewed_on=_today(article), reviewed_by=by, changed_at=clock.now()
        )
    if not signed:
        raise ChangedMeanwhile(sentence=_("Somebody changed this article meanwhile. Read it as it is now."))


@transaction.atomic
def retire(article: Article, *, by: User) -> None:
    """Out of use: no agent finds it any more; it can come back."""
    with because("put out of use", by=by):
        Article.objects.filter(pk=article.pk).update(state=ArticleState.RETIRED, changed_at=clock.now())


def _today(article: Article) -> date:
    return article.client.day_at(clock.now())
