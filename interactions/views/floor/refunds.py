"""Refunds above what agents may grant: listed, approved or refused by somebody else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from clients.models import Role
from clients.spoken import money
from interactions.acts import refunds
from interactions.models import Refund, RefundState
from interactions.views import lists
from interactions.views.floor.acts import ReasonForm, dialog, done, get_or_post, posted
from interactions.views.floor.seeing import one_of, sight_of

WHICH: dict[str, tuple[str | Promise, tuple[RefundState, ...]]] = {
    "waiting": (lazy("To decide"), (RefundState.REQUESTED,)),
    "approved": (lazy("Approved"), (RefundState.APPROVED,)),
    "refused": (lazy("Refused"), (RefundState.REFUSED,)),
    "withdrawn": (lazy("Withdrawn"), (RefundState.WITHDRAWN,)),
}
WITH = ("client__brand", "order", "customer", "asked_by", "decided_by", "action__run__interaction")


@require_safe
@for_supervisors
def listing(request: SupervisorRequest) -> HttpResponse:
    """Those of one's clients: what waits for a decision, the oldest first; what was decided, the newest first."""
    which = request.GET.get("which", "waiting")
    if which not in WHICH:
        raise Http404
    rows = Refund.objects.visible_to_role(request.user, Role.SUPERVISOR).filter(state__in=WHICH[which][1])
    order = ("asked_at", "pk") if which == "waiting" else ("-asked_at", "-pk")
    context = {
        "clients": sight_of(request).clients,
        "which": which,
        "chips": [(key, words) for key, (words, _states) in WHICH.items()],
        "page_obj": lists.page_of(rows.select_related(*WITH).order_by(*order), request.GET),
    }
    return render(request, "floor/refunds.html", context)


@get_or_post
@for_supervisors
def decide(request: SupervisorRequest, refund: UUID, act: str) -> HttpResponse:
    """Approve or refuse, with a reason; one's own request and one that is decided are refused in words."""
    if act not in ("approve", "refuse"):
        raise Http404
    found: Refund = one_of(Refund.objects.select_related(*WITH), request, refund)
    approve, back = act == "approve", reverse("floor-refunds")
    form = ReasonForm(posted(request))
    told: dict[str, Any] = {
        "amount": money(found.amount, found.currency), "order": found.order.number, "who": found.asked_by,
        "why": found.reason,
    }  # fmt: skip
    if request.method == "POST" and form.is_valid():
        refunds.decide(found, approve=approve, why=form.cleaned_data["reason"], by=request.user)
        words = _("Approved: %(amount)s for %(order)s.") if approve else _("Refused: %(amount)s for %(order)s.")
        return done(request, words % told, back)
    words = _("%(amount)s for %(order)s, asked by %(who)s: “%(why)s”. The customer is told by mail.") % told
    title = _("Approve the refund") if approve else _("Refuse the refund")
    return dialog(request, title, words, title, form, clients=[found.client], back=back)
