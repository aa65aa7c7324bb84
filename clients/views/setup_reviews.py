"""A call flow as something somebody answers for: its owner, its reviews, and what is due."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel.errors import DomainError
from bpo.kernel.history import because
from clients import reviews
from clients.forms.scripts import ReviewPlanForm
from clients.models import Script, ScriptVersion, Verdict
from clients.setup_gate import SetupRequest, for_setup
from clients.views.design_reading import uuid_of
from clients.views.setup import page
from clients.views.setup_scripts import DRAFTERS


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def due(request: SetupRequest) -> HttpResponse:
    """The reviews that are due or soon will be; what the chart shows of each is fetched beside it."""
    own = [request.client]
    context = {"reviews": reviews.reviewed(own), "unanswered": reviews.unanswered(own)}
    return page(request, "setup/reviews.html", "setup-scripts", context)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
def script(request: SetupRequest, script: UUID) -> HttpResponse:
    """Owner and plan of reviews, what the chart shows, the signatures, the versions."""
    found = _found(request, script)
    form = ReviewPlanForm(request.POST or None, instance=_found(request, script))
    if request.method == "POST" and form.is_valid():
        with because(_("plan of reviews"), by=request.user):
            form.save()
        messages.success(request, _("Saved."))
        return redirect("setup-script", request.client.public_id, found.public_id)
    return _shown(request, found, {"form": form}, status=422 if form.errors else 200)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_POST
def sign(request: SetupRequest, script: UUID) -> HttpResponse:
    """Sign "keep" or "change"; a refusal keeps what was written."""
    found = _found(request, script)
    sent = request.POST
    versions = ScriptVersion.objects.select_related("script__client")
    version = get_object_or_404(versions, script=found, public_id=uuid_of(sent.get("version", "")))
    number, note = sent.get("number", ""), sent.get("note", "")
    try:
        signed = reviews.sign(
            version,
            request.user,
            verdict=sent.get("verdict", ""),
            note=note,
            number=int(number) if number.isdecimal() and len(number) < 7 else 0,
        )
    except DomainError as refused:
        context = {"form": ReviewPlanForm(instance=found), "refused": refused.sentence, "note": note}
        return _shown(request, found, context, status=refused.status)
    if signed.verdict == Verdict.CHANGE and signed.draft is not None:
        messages.success(request, _("Signed “change”. This is its draft; the review stays open until it is published."))
        return redirect("setup-design", request.client.public_id, signed.draft.public_id)
    next_on = date_format(signed.next_on, "DATE_FORMAT") if signed.next_on else ""
    messages.success(request, _("Signed “keep”. The next review is due on %(day)s.") % {"day": next_on})
    return redirect("setup-script", request.client.public_id, found.public_id)


def _found(request: SetupRequest, script: UUID) -> Script:
    scripts = Script.objects.select_related("client__policy", "product_type", "owner")
    return get_object_or_404(scripts, client=request.client, public_id=script)


def _shown(request: SetupRequest, script: Script, more: dict[str, Any], *, status: int) -> HttpResponse:
    signatures = list(script.reviews.select_related("version", "draft"))
    context = {
        "script": script,
        "review": reviews.review_of(script),
        "signatures": signatures,
        "number": len(signatures) + 1,
        "in_force": reviews.in_force(script),
        "versions": script.versions.defer("graph").order_by("-number", "language", "channel"),
        "owner_gone": bool(script.owner)
        and not reviews.may_own(script.client).filter(pk__in=[script.owner_id]).exists(),
        **more,
    }
    return page(request, "setup/script_page.html", "setup-scripts", context, status=status)
