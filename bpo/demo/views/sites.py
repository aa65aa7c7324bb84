"""Pages of the client companies, as if they were elsewhere, with the pasted line of script."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.views.decorators.http import require_safe

from bpo.demo.content import CLIENTS
from bpo.demo.content.sites import SITES, WORDS, SiteContent
from bpo.demo.views.gate import demo_only
from clients.models import Client, EntryKind
from clients.words import language_for

framed = csp_update({"frame-src": [settings.SITE_URL], "script-src": [settings.SITE_URL]})


@framed
@demo_only
@require_safe
def front(request: HttpRequest, slug: str) -> HttpResponse:
    """The company's front page."""
    return _page(request, slug, "demo/site.html", "front")


@framed
@demo_only
@require_safe
def contact(request: HttpRequest, slug: str) -> HttpResponse:
    """How to reach the company."""
    return _page(request, slug, "demo/site_contact.html", "contact")


def _page(request: HttpRequest, slug: str, template: str, here: str) -> HttpResponse:
    client = Client.objects.select_related("brand").filter(slug=slug).first()
    site, content = SITES.get(slug), next((each for each in CLIENTS if each.slug == slug), None)
    if client is None or site is None or content is None:
        raise Http404
    language = language_for(client, request.GET.get("lang", "")[:5], accept=request.headers.get("Accept-Language", ""))
    doors = {door.kind: door for door in client.entry_points.filter(published=True)}
    with translation.override(language):
        # Without the request, so that nothing of the signed-in visitor shows on another company's page.
        html = render_to_string(
            template,
            {
                "client": client,
                "brand": client.brand,
                "site": in_language(site, language),
                "trade": content.text(content.trade, language),
                "words": {name: content.text(pair, language) for name, pair in WORDS.items()},
                "language": language,
                "other": "es" if language == "en" else "en",
                "here": here,
                "widget": doors.get(EntryKind.WIDGET),
                "web_call": doors.get(EntryKind.WEB_CALL),
                "form": doors.get(EntryKind.FORM),
                "mailbox": doors.get(EntryKind.MAILBOX),
                "site_url": settings.SITE_URL,
            },
        )
    return HttpResponse(html)


def in_language(site: SiteContent, language: str) -> dict[str, Any]:
    """The site's words in one language."""
    pick = 1 if language == "es" else 0
    return {
        "slug": site.slug,
        "layout": site.layout,
        "nav": [each[pick] for each in site.nav],
        "headline": site.headline[pick],
        "lead": site.lead[pick],
        "act": site.act[pick],
        "art": site.art,
        "cards_title": site.cards_title[pick],
        "cards": [
            {"art": card.art, "name": card.name[pick], "words": card.words[pick], "price": card.price}
            for card in site.cards
        ],
        "table_title": site.table_title[pick],
        "table": site.table,
        "facts": [(name[pick], words[pick]) for name, words in site.facts],
    }
