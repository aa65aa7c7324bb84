"""Set-up pages that need the work: every mail as customers get it, and whether a mailbox can be read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel.throttle import throttled
from clients import texts
from clients.forms.company import spoken
from clients.models import EntryKind, EntryPoint, TextKind
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page
from interactions import notices
from interactions.adapters.mail.mailbox import MailboxError, fetch_new
from interactions.mail_fetch import access_to
from interactions.models import FOR_CUSTOMERS, NoticeKind

EXAMPLES = {"agent": "Alex", "name": "Ann", "due": "16:30", "position": "2", "wait": "3 min", "opens": "09:00"}
MOST_COUNTED = 20


@for_setup()
@require_safe
def previews(request: SetupRequest) -> HttpResponse:
    """Every mail and every text in each language, with invented data that says so."""
    asked, shown = request.GET.get("language", ""), request.GET.get("kind", "")
    languages = spoken(request.client)
    language = asked if asked in dict(languages) else request.client.default_language
    kind = shown if shown in FOR_CUSTOMERS else NoticeKind.RESOLUTION.value
    letter = notices.preview(request.client, kind, language) if hasattr(request.client, "brand") else None
    worded = [
        (text.label, texts.text(request.client, text, language, **EXAMPLES)) for text in TextKind if letter is not None
    ]
    context = {
        "language": language,
        "languages": languages,
        "kind": kind,
        "kinds": [(kind.value, kind.label) for kind in FOR_CUSTOMERS],
        "letter": letter,
        "worded": worded,
    }
    return page(request, "setup/previews.html", "setup-previews", context)


# A mail carries its looks in its elements; its preview stands alone in a frame, where nothing else is allowed.
FRAMED: Any = csp_replace(
    {
        "default-src": ["'none'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'unsafe-inline'"],
        "frame-ancestors": ["'self'"],
    }
)


@FRAMED
@xframe_options_sameorigin
@require_safe
@for_setup()
def preview(request: SetupRequest, kind: str, language: str) -> HttpResponse:
    """One mail's HTML alone in a frame: a mail is styled inline, so only this page may be."""
    known = kind in FOR_CUSTOMERS and language in dict(spoken(request.client))
    if not known or not hasattr(request.client, "brand"):
        raise Http404
    logo = ""
    if request.client.brand.logo:
        logo = reverse("brand-logo", args=[request.client.brand.public_id, request.client.brand.digest])
    letter = notices.preview(request.client, kind, language, **({"logo": logo} if logo else {}))
    return HttpResponse(letter.html)


@for_setup()
@require_POST
@throttled("mailbox test", "10/m")
def test_mailbox(request: SetupRequest, door: UUID) -> HttpResponse:
    """Sign in to the mailbox and count; the answer is words, whatever happens."""
    found = get_object_or_404(EntryPoint, client=request.client, public_id=door, kind=EntryKind.MAILBOX)
    ok, told = False, _("Enter the server of the mailbox first, and save.")
    if found.imap_host:
        try:
            mails = len(list(fetch_new(access_to(found), limit=MOST_COUNTED)))
        except MailboxError as problem:
            told = _("The mailbox cannot be read: %(why)s.") % {"why": problem}
        else:
            ok, told = (
                True,
                _("It works. %(n)s mails are there.") % {"n": f"{mails}+" if mails == MOST_COUNTED else mails},
            )
    return render(
        request, "setup/_mailbox_told.html", {"ok": ok, "told": told, "client": request.client, "door": found}
    )
