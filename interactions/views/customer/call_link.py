"""The page of a link to a call that goes on: the call page without line and form; who presses is with the agent."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from bpo.kernel import clock
from bpo.kernel.throttle import throttled
from clients import texts
from clients.models import RecordingRule, TextKind
from clients.naming import public_name
from clients.words import script_words
from interactions import call_links, keeping
from interactions.call_links import CallLink
from interactions.views.customer import outlet, voicemail
from interactions.views.customer.call_page import ASKED, RECORDING


@outlet.for_customers
@throttled("call link", "60/m", methods=("GET",))
@require_safe
def mailed(request: HttpRequest, token: str) -> HttpResponse:
    """By the signed link of the mail."""
    return _page(request, call_links.by_token(token))


@outlet.for_customers
@throttled("call link said", "20/m", methods=("GET",))
@require_safe
def said(request: HttpRequest, key: str) -> HttpResponse:
    """By the short one that the agent reads out."""
    return _page(request, call_links.by_code(key))


def _page(request: HttpRequest, link: CallLink) -> HttpResponse:
    """The page in the brand; a link whose call is over says so there, and names the ways that are open."""
    client, contact = link.interaction.client, link.interaction
    language = outlet.language_of(request, client, contact.language)
    door = call_links.door_of(client)
    if not client.is_live:
        return outlet.page(
            request, "customer/away.html", client, language, {"words": texts.text(client, TextKind.AWAY, language)}
        )
    try:
        if door is None:
            raise call_links.LinkOver
        agent = None if call_links.is_in(link) else call_links.holder_of(link, clock.now()).agent
    except call_links.LinkOver:
        return outlet.page(request, "customer/link_over.html", client, language, {"door": door}, status=410)
    context = {
        "door": door,
        "link": call_links.token_of(link),
        "slot": link.code,
        "agent": public_name(agent.user, client) if agent else client.brand.public_name,
        "recording": RECORDING.get(RecordingRule(keeping.policy_of(client.pk).recording), ""),
        "key": str(uuid4()),
        "words": script_words(language, "call"),
        "address": {name: reverse(f"customer-call-{name}", args=[door.public_id]) for name in ASKED},
        "of_voicemail": {name: reverse(f"customer-voicemail-{name}", args=[door.public_id]) for name in voicemail.ACTS},
    }
    return outlet.page(request, "customer/call.html", client, language, context)
