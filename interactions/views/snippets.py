"""The ready sentences of a company's agents in the set-up: written, put out of use, and how often they are sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients import snippets
from clients.forms.company import spoken
from clients.forms.snippets import SnippetForm
from clients.models import Role, Snippet
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page
from interactions.models import JournalEntry, Kind

WRITERS = (Role.SUPERVISOR, Role.MANAGER)
PAGE = 50
COUNTED = timedelta(days=30)
ACTS = {"retire": snippets.retire, "use": snippets.use_again}


@for_setup(*WRITERS, acts_for=WRITERS)
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """Every sentence by shortcut, of one language or all, with how often it was sent lately; or those out of use."""
    language, retired = request.GET.get("language", ""), request.GET.get("show") == "retired"
    rows = Snippet.objects.filter(client=request.client, retired_at__isnull=not retired)
    if language:
        rows = rows.filter(language=language)
    found = Paginator(rows.order_by("shortcut", "language"), PAGE).get_page(request.GET.get("page"))
    used = _used(request, [one.shortcut for one in found])
    context = {
        "page_obj": found,
        "rows": [(one, used.get((one.shortcut, one.language), 0)) for one in found],
        "languages": [("", _("All languages")), *spoken(request.client)],
        "language": language,
        "retired": retired,
    }
    return page(request, "setup/snippets.html", "setup-snippets", context)


def _used(request: SetupRequest, shortcuts: list[str]) -> dict[tuple[str, str], int]:
    """By shortcut and language how often agents really sent it."""
    sent = JournalEntry.objects.filter(
        client=request.client, kind=Kind.SNIPPET_USED, at__gte=clock.now() - COUNTED, facts__shortcut__in=shortcuts
    )
    counted = sent.values_list("facts__shortcut", "facts__language").annotate(n=Count("pk")).order_by()
    return {(shortcut, language): n for shortcut, language, n in counted}


@for_setup(*WRITERS, acts_for=WRITERS)
@require_http_methods(["GET", "POST"])
def new(request: SetupRequest) -> HttpResponse:
    """A further sentence; in use at once."""
    return _edit(request, None)


@for_setup(*WRITERS, acts_for=WRITERS)
@require_http_methods(["GET", "POST"])
def edit(request: SetupRequest, language: str, shortcut: str) -> HttpResponse:
    """Its words; what somebody else saved meanwhile is not written over."""
    return _edit(request, _of(request, language, shortcut))


def _edit(request: SetupRequest, snippet: Snippet | None) -> HttpResponse:
    form = SnippetForm(request.client, request.POST or None, instance=Snippet(pk=None) if snippet is None else snippet)
    if request.method == "POST" and form.is_valid():
        words = {name: form.cleaned_data[name] for name in ("language", "shortcut", "text")}
        try:
            if snippet is None:
                snippets.add(request.client, by=request.user, **words)
            else:
                snippets.change(snippet, by=request.user, edition=form.cleaned_data["edition"] or 0, **words)
        except DomainError as refused:
            form.add_error("shortcut" if isinstance(refused, snippets.ShortcutTaken) else None, str(refused.sentence))
        else:
            messages.success(request, _("Saved."))
            return redirect("setup-snippets", request.client.public_id)
    saved = Snippet.objects.filter(pk=snippet.pk).first() if snippet else None
    context = {"form": form, "snippet": saved}
    return page(request, "setup/snippet.html", "setup-snippets", context, status=422 if form.errors else 200)


@for_setup(*WRITERS, acts_for=WRITERS)
@require_POST
def act(request: SetupRequest, language: str, shortcut: str, act: str) -> HttpResponse:
    """Out of use, or into use again."""
    found, done = _of(request, language, shortcut), ACTS.get(act)
    if done is None:
        raise Http404
    done(found, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("setup-snippets", request.client.public_id)


def _of(request: SetupRequest, language: str, shortcut: str) -> Any:
    return get_object_or_404(Snippet, client=request.client, language=language, shortcut=shortcut)
