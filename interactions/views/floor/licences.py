"""Licences as supervisors work them: who may answer for whom, what lapses soon, the acts with their reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from agents import leading, licences
from agents.forms.people import LICENCE_ACTS
from agents.gates import SupervisorRequest, for_supervisors
from agents.models import Agent, Licence, LicenceState
from bpo.kernel import clock
from bpo.kernel.composed import composed
from clients.access import is_admin
from clients.models import Client, Role, ScriptVersion, VersionState
from interactions.views import lists
from interactions.views.floor.acts import ReasonForm, dialog, done, get_or_post, posted
from interactions.views.floor.seeing import Sight, agent_seen, sight_of

SOON = timedelta(days=30)
WORDS = {
    "train": (lazy("Begin training"), lazy("She is offered contacts of training lines alone until she is certified.")),
    "certify": (lazy("Certify"), lazy("From now on she is offered contacts of this company.")),
    "suspend": (lazy("Suspend"), lazy("An open offer goes back at once. Contacts in hand are finished first.")),
    "revoke": (lazy("Revoke"), lazy("She no longer answers for this company. An open offer goes back at once.")),
}


class CertifyForm(ReasonForm):
    """For which script, and until when."""

    script_version = forms.ModelChoiceField(
        label=lazy("Script"), queryset=ScriptVersion.objects.none(), required=False, empty_label=lazy("As before")
    )
    until = forms.DateField(label=lazy("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["script_version", "until", "reason"]

    def __init__(self, client: Client, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = ScriptVersion.objects.filter(script__client=client, state=VersionState.PUBLISHED)
        self.fields["script_version"].queryset = published.select_related("script")  # type: ignore[attr-defined]


@require_safe
@for_supervisors
def listing(request: SupervisorRequest) -> HttpResponse:
    """By client: who may answer for it, what lapses soon first."""
    sight = sight_of(request)
    client = lists.client_of(request.GET.get("client", ""), sight.clients)
    chosen = [client] if client else [] if request.GET.get("client") else sight.clients
    found = _licences(sight, chosen).filter(agent__deactivated_at=None)
    page = lists.page_of(found.order_by("client__name", F("until").asc(nulls_last=True), "agent__name"), request.GET)
    context = {"page_obj": page, "rows": rows_of(request, sight, page), "clients": sight.clients, "client": client}
    return render(request, "floor/licences.html", context)


def of_agent(request: SupervisorRequest, sight: Sight, agent: Agent) -> dict[str, Any]:
    """What her page shows: her licences for the clients one supervises, and where training can begin."""
    held = _held(agent.pk, [client.pk for client in sight.clients])
    for licence in held:
        licence.agent = agent
    known = {licence.client_id for licence in held}
    able = [client for client in sight.clients if client.pk not in known] if sight.leads(agent) else []
    return {"licences": rows_of(request, sight, held), "may_train_for": able}


def rows_of(request: SupervisorRequest, sight: Sight, found: Any) -> list[dict[str, Any]]:
    """Each with whether it lapses soon and what one may do to it."""
    now = clock.now()
    return [
        {
            "licence": licence,
            "soon": licence.state == LicenceState.CERTIFIED
            and licence.until is not None
            and licence.until <= licence.client.day_at(now) + SOON,
            "acts": [(act, WORDS[act][0]) for act in _acts(request, sight, licence)],
        }
        for licence in found
    ]


def _acts(request: SupervisorRequest, sight: Sight, licence: Licence) -> list[str]:
    if not sight.leads(licence.agent):
        return []
    usual = LICENCE_ACTS[LicenceState(licence.state)]
    again = ("certify",) if licence.state == LicenceState.CERTIFIED else ()
    return [act for act in (*again, *usual) if act in licences.OF_SUPERVISORS or is_admin(request.user)]


@composed
def _held(agent: Any, clients: Any) -> QuerySet[Licence]:
    rows = Licence.objects.filter(agent=agent, client__among=clients)
    return rows.select_related("client__brand", "by", "script_version__script").order_by("client__name")


def _licences(sight: Sight, clients: list[Client]) -> QuerySet[Licence]:
    rows = Licence.objects.filter(client__in=clients, agent__in=sight.agents().values("pk"))
    return rows.select_related("agent__team", "client__brand", "by", "script_version__script")


@get_or_post
@for_supervisors
def act(request: SupervisorRequest, agent: UUID, client: UUID, act: str) -> HttpResponse:
    """One act on one licence; its consequences follow at once."""
    if act not in WORDS:
        raise Http404
    found = agent_seen(sight_of(request), agent)
    supervised = Client.objects.visible_to_role(request.user, Role.SUPERVISOR).select_related("brand")
    which = get_object_or_404(supervised, public_id=client)
    leading.require_licence_act(request.user, found, act)
    held = Licence.objects.select_related("agent", "client").filter(agent=found, client=which).first()
    if held is None and act != "train":
        raise Http404
    form = CertifyForm(which, posted(request)) if act == "certify" else ReasonForm(posted(request))
    title, words = WORDS[act]
    if request.method != "POST" or not form.is_valid():
        heading = f"{title}: {found}, {which.brand.public_name}"
        return dialog(request, heading, str(words), str(title), form, agent=found, clients=[which])
    _do(held, found, which, act, form.cleaned_data, by=request.user)
    return done(request, _("Done. Offers follow it at once."), reverse("floor-agent", args=[found.public_id]))


def _do(held: Licence | None, agent: Agent, client: Client, act: str, data: dict[str, Any], *, by: Any) -> None:
    if held is None or act == "train":
        licences.train(agent, client, by=by, why=data["reason"])
    elif act == "certify":
        terms = {"until": data["until"]} if data["until"] else {}
        licences.certify(held, by=by, why=data["reason"], script_version=data["script_version"], **terms)
    elif act == "suspend":
        licences.suspend(held, by=by, reason=data["reason"])
    else:
        licences.revoke(held, by=by, reason=data["reason"])
