"""The client's articles beside the work: found as one types, those about this contact's matter first, read in place."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from agents.gates import AgentRequest, for_agents
from bpo.kernel import words
from clients import articles
from clients.models import Article, ArticleState, Channel
from interactions.desk import ready_words
from interactions.models import LegRole, LegState
from interactions.views.console.common import own_leg


@for_agents
@require_GET
def found(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Of this client alone; without words what the contact is about."""
    mine = own_leg(request, leg)
    text, about = words.sought(request.GET.get("q", "")), mine.interaction
    rows = articles.find(
        mine.client, text, language=about.language, reason=about.reason, product=about.product
    )  # fmt: skip
    context = {"leg": mine, "rows": rows, "text": text, "language": about.language}
    return render(request, "console/_articles.html", context)


@for_agents
@require_GET
def article(request: AgentRequest, leg: UUID, article: UUID) -> HttpResponse:
    """One article with the names of this contact in it."""
    mine = own_leg(request, leg)
    rows = Article.objects.filter(client=mine.client_id, state=ArticleState.IN_USE)
    one = get_object_or_404(rows, public_id=article)
    context = {
        "leg": mine,
        "article": one,
        "body": ready_words.filled(one.body, ready_words.names_in(mine, request.agent)),
        "foreign": one.language != mine.interaction.language,
        "writes": mine.channel != Channel.VOICE and mine.state == LegState.HANDLING and mine.role == LegRole.PRIMARY,
    }
    return render(request, "console/_article.html", context)
