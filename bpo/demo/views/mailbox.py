"""The mailbox in which the demo's customers read what they were sent."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from bpo.demo import letters, models
from bpo.demo.content import CLIENTS
from bpo.demo.views.gate import demo_only
from bpo.kernel import clock
from interactions.models import Message, MessageDirection, Notice

SHOWN = 40
# A mail's own styles show as in a mail program; no script, no outside picture, no form.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'none'"],
    "connect-src": ["'none'"],
    "font-src": ["'none'"],
    "frame-src": ["'none'"],
    "form-action": ["'none'"],
    "style-src": ["'unsafe-inline'"],  # a mail carries its looks in its elements; it stands alone in a sandboxed frame
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


@demo_only
@never_cache
@require_safe
def mailbox(request: HttpRequest, address: str = "", uid: int = 0) -> HttpResponse:
    """Addresses, their mails, and one of them opened."""
    wanted = request.GET.get("address", "").strip().lower()
    if wanted:
        return redirect("demo-mailbox-of", _checked(wanted))
    context: dict[str, object] = {"addresses": written_to(), "address": address, "uid": uid}
    try:
        if address:
            context["mails"] = letters.listing(_checked(address))
        if uid:
            context["mail"] = letters.letter(address, uid)
    except (letters.NoMail, OSError):
        context["down"] = True
    if uid and not context.get("mail") and not context.get("down"):
        raise Http404
    return render(request, "demo/mailbox.html", context)


@csp_replace(MAIL_POLICY)
@xframe_options_sameorigin
@demo_only
@never_cache
@require_safe
def html(request: HttpRequest, address: str, uid: int) -> HttpResponse:
    """The mail itself, alone in its frame."""
    try:
        found = letters.letter(_checked(address), uid)
    except (letters.NoMail, OSError) as error:
        raise Http404 from error
    if found is None or not found.html:
        raise Http404
    return HttpResponse(f'<base target="_blank">{found.html}')


def written_to() -> list[tuple[str, str]]:
    """The addresses that were written to last, with the company's name."""
    slugs = [content.slug for content in CLIENTS]
    # What was written of the past month never left; only what did lies in a mailbox.
    since = models.switch().seeded_at or clock.now()
    found: dict[str, tuple[object, str]] = {}
    notices = Notice.objects.filter(client__slug__in=slugs, sent_at__gt=since).order_by("-sent_at")
    for address, name, at in notices.values_list("to_address", "client__brand__public_name", "sent_at")[: SHOWN * 3]:
        found.setdefault(address, (at, name))
    replies = Message.objects.filter(
        client__slug__in=slugs, channel="email", direction=MessageDirection.OUT, sent_at__gt=since
    ).order_by("-sent_at")
    for addresses, name, at in replies.values_list("to_addresses", "client__brand__public_name", "sent_at")[
        : SHOWN * 3
    ]:
        for address in addresses:
            if address not in found or found[address][0] < at:  # type: ignore[operator]
                found[address] = (at, name)
    newest = sorted(found.items(), key=lambda item: item[1][0], reverse=True)  # type: ignore[arg-type, return-value]
    return [(address, name) for address, (_, name) in newest[:SHOWN]]


def _checked(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError as error:
        raise Http404 from error
    return address.lower()
