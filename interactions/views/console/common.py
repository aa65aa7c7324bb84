"""What every console view needs: the tenant gate on legs, and the answer to a command."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from agents import desks
from agents.gates import AgentRequest
from bpo.kernel.composed import composed, first
from clients.access import is_admin
from clients.models import Brand
from interactions import handling, states
from interactions.desk import afterwards, items, keys, offer, top
from interactions.desk.work import work_of
from interactions.models import Leg, LegRole, LegState
from interactions.replies import NewerMail

# How a line distributes its work: nothing a desk looks at.
NOT_OF_A_LINE = (
    "hours", "priority", "ageing_seconds", "strategy", "manual", "training", "offer_seconds", "miss_rule",
    "misses_to_break", "miss_delay_seconds", "decline_delay_seconds", "busy_delay_seconds", "cap_per_agent", "limit",
    "refuse_unstaffed", "when_unstaffed", "wait_limit_seconds", "drain_seconds", "take_old_place", "notify_addresses",
)  # fmt: skip
LIVE = (LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING)


@composed
def _legs(agent: Any, public_id: Any, user: Any, *, of_every_client: bool) -> QuerySet[Leg]:
    legs = Leg.objects.filter(agent=agent, public_id=public_id).exclude(role=LegRole.MONITOR)
    return (
        (legs if of_every_client else legs.seen_by(user))
        .select_related("client__brand", "disposition", "media", "interaction__customer", "interaction__envelope")
        .select_related("interaction__queue", "interaction__case", "interaction__reason", "interaction__product__type")
        .defer("interaction__envelope__headers", *(f"interaction__queue__{name}" for name in NOT_OF_A_LINE))
    )


def own_leg(request: AgentRequest, public_id: UUID) -> Leg:
    """A leg of this agent, of a client she may see; anybody else's is 404."""
    leg = seen_leg(request, public_id)
    if leg is None:
        raise Http404
    return leg


def seen_leg(request: AgentRequest, public_id: UUID) -> Leg | None:
    """A leg of this agent, or None where `own_leg` is 404."""
    leg = first(_legs(request.agent.pk, public_id, request.user.pk, of_every_client=is_admin(request.user)))
    if leg is not None:
        leg.agent, leg.interaction.client = request.agent, leg.client  # known already: not fetched twice
    return leg


def working_leg(request: AgentRequest, public_id: UUID) -> Leg:
    """Her leg while she works on it or wraps it up; else NotYours. Inside the caller's transaction."""
    leg = own_leg(request, public_id)
    states.take_seats_on(leg.interaction_id, leg.agent_id)
    fresh = own_leg(request, public_id)
    if not fresh.is_worked_on:
        raise handling.NotYours
    return fresh


@composed
def _brands(user: Any, *, every: bool) -> QuerySet[Brand]:
    return Brand.objects.all() if every else Brand.objects.all().seen_by(user)


def frame(request: AgentRequest) -> dict[str, Any]:
    """What every console page shows around its middle; the day comes after it, by itself."""
    return {
        "top": top.top_of(request.agent),
        "items": items.my_items(request.agent),
        "card": offer.open_offer(request.agent),
        "brands": _brands(request.user.pk, every=is_admin(request.user)),
        "agent": request.agent,
        "desk": (desk := desks.of(request.agent)),
        "keys": json.dumps(keys.for_page(desk)),
    }


def triggers(response: HttpResponse, *names: str, **events: Any) -> HttpResponse:
    """Tell the page to fetch other fragments anew, or to show a toast."""
    response["HX-Trigger"] = json.dumps({**dict.fromkeys(names), **events})
    return response


def show_work(request: AgentRequest, leg: Leg, *, toast: dict[str, Any] | None = None, **extra: Any) -> HttpResponse:
    """The middle after a command; without htmx, the page."""
    fresh = seen_leg(request, leg.public_id)
    if fresh is None:  # it is over, and with it her sight of the client
        return done(request, toast=toast)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("console-leg", leg.public_id)
    response = render(request, "console/_work.html", work_context(request, fresh) | extra)
    into_the_middle(request, response)
    response["HX-Push-Url"] = (
        reverse("console-leg", args=[leg.public_id]) if fresh.state in LIVE else reverse("console-home")
    )
    return triggers(response, "desk:items", "desk:top", **({"toast": toast} if toast else {}))


def into_the_middle(request: AgentRequest, response: HttpResponse) -> None:
    """Say where it goes, unless the page aims there already: told again, htmx looks from the button that was pressed,
    which news may have taken off the page meanwhile."""
    if request.headers.get("HX-Target") != "work":
        response["HX-Retarget"], response["HX-Reswap"] = "#work", "outerHTML"


def work_context(request: AgentRequest, leg: Leg) -> dict[str, Any]:
    """What the middle shows of a leg: its work, or that it is over."""
    if leg.state not in (LegState.HANDLING, LegState.WRAPPING):
        around = {"leg": leg, "interaction": leg.interaction, "brand": leg.client.brand}
        return around | {"over": True, "became": afterwards.became(leg)}
    # A whole page opens with the work; the customer's side follows within a moment.
    return work_of(leg, request.agent, beside=bool(request.htmx))  # type: ignore[attr-defined]


def done(request: AgentRequest, *, toast: dict[str, Any] | None = None) -> HttpResponse:
    """The middle after the last act on an item: the next item, or nothing."""
    following = (
        Leg.objects.filter(agent=request.agent, state__in=[LegState.HANDLING, LegState.WRAPPING])
        .exclude(role=LegRole.MONITOR)
        .order_by("accepted_at")
        .first()
    )
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("console-leg", following.public_id) if following else redirect("console-home")
    if following is not None:
        return show_work(request, following, toast=toast)
    response = render(request, "console/_idle.html", {"top": top.top_of(request.agent)})
    into_the_middle(request, response)
    response["HX-Push-Url"] = reverse("console-home")
    return triggers(response, "desk:items", "desk:top", **({"toast": toast} if toast else {}))


def dialog(request: AgentRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A dialog swapped into #dialog; it shows itself.

    Whoever aims there already is not told again: htmx would look from the button that was pressed, and news about the
    contact may have taken it off the page while the dialog was on its way.
    """
    if not request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        # Opened as an address: the desk, with the dialog open on it.
        middle = work_context(request, context["leg"]) if context.get("leg") else {"idle": True}
        return render(request, "console/desk.html", frame(request) | middle | context | {"opened": template})
    response = render(request, template, context, status=status)
    if request.headers.get("HX-Target") != "dialog":
        response["HX-Retarget"] = "#dialog"
    response["HX-Reswap"] = "innerHTML"  # whatever the button inherits: its place on the page stays
    return response


def read_on(request: AgentRequest) -> str | None:
    """The customer's last mail on the page that sends this; None when it does not say, or when it may be older."""
    return None if request.POST.get("anyway") else request.POST.get("read")


def follows(request: AgentRequest, otherwise: str) -> str:
    """What is to follow, by the button that was pressed; “all the same” carries that of the first try."""
    return request.POST.get("anyway") or request.POST.get("then", otherwise)


def newer_mail(request: AgentRequest, refusal: NewerMail, *, form: str, then: str) -> HttpResponse:
    """The customer wrote meanwhile: say so, show the mail behind it, and offer to send this form all the same."""
    context = {"sentence": refusal.sentence, "form": form, "then": then}
    return triggers(render(request, "console/_newer_mail.html", context, status=refusal.status), "desk:messages")
