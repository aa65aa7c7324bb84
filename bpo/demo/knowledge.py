"""What the demo's agents look up, written by a supervisor in both languages; one article was not read for long."""

from __future__ import annotations

from datetime import date, timedelta

from bpo.accounts.models import User
from bpo.demo.content.articles import ARTICLES
from clients import articles
from clients.models import Article, Client


def write(client: Client, *, author: User, today: date) -> None:
    """The client's articles, each once."""
    for content in ARTICLES[client.slug]:
        reason = client.reasons.filter(code=content.reason).first()
        product = client.products.filter(code=content.product).first()
        for language, title, body in zip(("en", "es"), content.title, content.body, strict=True):
            if client.articles.filter(language=language, title=title).exists():
                continue
            made = Article(
                client=client, language=language, title=title, body=body, reason=reason, product=product
            )  # fmt: skip
            articles.write(made, by=author, use=True)
            Article.objects.filter(pk=made.pk).update(reviewed_on=today - timedelta(days=content.read_days_ago))
