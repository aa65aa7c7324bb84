"""What the company's agents look up: its articles, written and read again by its supervisors and managers."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.words import sought
from clients import articles
from clients.forms.articles import ArticleForm
from clients.models import Article, ArticleState, Role
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page

WRITERS = (Role.SUPERVISOR, Role.MANAGER)
PAGE = 50
ACTS = ("right", "retire")


@for_setup(*WRITERS, acts_for=WRITERS)
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """Every article with its state; those nobody read for half a year are counted. `q` looks for words."""
    text, show = sought(request.GET.get("q", "")), request.GET.get("show", "")
    today = request.client.day_at(clock.now())
    rows: Any = Article.objects.filter(client=request.client).select_related("reason", "product")
    overdue = rows.filter(articles.due_again(today)).count()
    if show == "due":
        rows = rows.filter(articles.due_again(today))
    elif show in ArticleState.values:
        rows = rows.filter(state=show)
    rows = articles.matching(rows, text).order_by("-rank", "title") if text else rows.order_by("title", "language")
    found = Paginator(rows.defer("body"), PAGE).get_page(request.GET.get("page"))
    shows = [("", _("All")), *ArticleState.choices, ("due", _("To be read again"))]
    context = {
        "page_obj": found,
        "text": text,
        "show": show,
        "shows": shows,
        "overdue": overdue,
        "read_before": today - articles.READ_AGAIN_AFTER,
    }
    return page(request, "setup/articles.html", "setup-articles", context)


@for_setup(*WRITERS, acts_for=WRITERS)
def new(request: SetupRequest) -> HttpResponse:
    """A further article: kept as a draft, or for agents to find at once."""
    return _edit(request, Article(client=request.client))


@for_setup(*WRITERS, acts_for=WRITERS)
def edit(request: SetupRequest, article: UUID) -> HttpResponse:
    """Its words; what somebody else saved meanwhile is not written over."""
    return _edit(request, _of(request, article))


def _edit(request: SetupRequest, article: Article) -> HttpResponse:
    form = ArticleForm(request.client, request.POST or None, instance=article)
    if request.method == "POST" and form.is_valid():
        try:
            articles.write(
                form.instance,
                by=request.user,
                edition=form.cleaned_data["edition"],
                use=request.POST.get("then") == "use",
            )
        except articles.ChangedMeanwhile as refused:
            form.saved_meanwhile(str(refused.sentence))
        except DomainError as refused:
            form.add_error("title" if isinstance(refused, articles.TitleTaken) else None, str(refused.sentence))
        else:
            messages.success(request, _("Saved."))
            return redirect("setup-articles", request.client.public_id)
    saved = Article.objects.filter(pk=article.pk).first() if article.pk else None
    context = {"form": form, "article": saved}
    return page(request, "setup/article.html", "setup-articles", context, status=422 if form.errors else 200)


@for_setup(*WRITERS, acts_for=WRITERS)
@require_POST
def act(request: SetupRequest, article: UUID, act: str) -> HttpResponse:
    """Read and right, in the edition that was on the page; or out of use."""
    found = _of(request, article)
    if act not in ACTS:
        raise Http404
    if act == "right":
        said = request.POST.get("edition", "")
        edition = int(said) if re.fullmatch(r"[0-9]{1,9}", said) else 0  # none is the edition of any article
        articles.read_again(found, by=request.user, edition=edition)
    else:
        articles.retire(found, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("setup-articles", request.client.public_id)


def _of(request: SetupRequest, article: UUID) -> Article:
    return get_object_or_404(Article, client=request.client, public_id=article)
