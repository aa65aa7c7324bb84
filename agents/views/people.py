"""People in the guided set-up: a client's licences, names and logins; agents invited, changed, deactivated."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agents import joining, licences, presence
from agents.forms.people import LICENCE_ACTS, AgentForm, NewAgentForm, move_licence
from agents.models import Agent, Licence, LicenceState, Team
from bpo.accounts.models import User
from bpo.kernel.errors import DomainError
from clients import setting_up
from clients.forms.access import LoginForm
from clients.models import Membership, PublicName, Role
from clients.setup_gate import SetupRequest, for_admins, for_setup
from clients.views.setup import page

MANAGERS = (Role.MANAGER,)


@for_setup(acts_for=MANAGERS)
def people(request: SetupRequest) -> HttpResponse:
    """Step 8: who is licensed, how customers know them, and who of the company signs in."""
    only_viewers = request.role != "admin"
    form = LoginForm(request.client, request.POST or None, only_viewers=only_viewers)
    if request.method == "POST" and form.is_valid():
        member, sent = setting_up.admit(request.client, by=request.user, **form.cleaned_data)
        if sent:
            told = {"person": member.user, "address": member.user.email}
            messages.success(request, _("%(person)s may sign in. A mail with the link went to %(address)s.") % told)
        else:
            messages.warning(
                request,
                _("%(person)s is there, but the mail could not be sent. Invite again later.") % {"person": member.user},
            )
        return redirect("setup-people", request.client.public_id)
    found = Licence.objects.filter(client=request.client).select_related("agent__team", "agent__user", "by")
    names = dict(PublicName.objects.filter(client=request.client).values_list("user_id", "name"))
    rows = [
        {"licence": row, "name": names.get(row.agent.user_id, ""), "acts": LICENCE_ACTS[LicenceState(row.state)]}
        for row in found.order_by("agent__name")
    ]
    licensed = {row["licence"].agent_id for row in rows}  # type: ignore[attr-defined]
    others = Agent.objects.filter(deactivated_at=None).exclude(pk__in=licensed) if request.role == "admin" else []
    members = request.client.memberships.select_related("user").order_by("role", "user__full_name")
    context = {"form": form, "rows": rows, "others": others, "members": members, "only_viewers": only_viewers}
    return page(request, "setup/people.html", "setup-people", context, status=422 if form.errors else 200)


@for_setup()
@require_POST
def licence(request: SetupRequest, agent: UUID, act: str) -> HttpResponse:
    """Train, certify, suspend, revoke, or give a public name."""
    found = get_object_or_404(Agent.objects.select_related("user"), public_id=agent)
    reason = request.POST.get("reason", "")
    held = Licence.objects.select_related("agent", "client").filter(agent=found, client=request.client).first()
    try:
        if act == "name":
            joining.name_for(found, request.client, request.POST.get("name", ""))
        elif act == "train":
            licences.train(found, request.client, by=request.user, why=reason)
        elif held is not None and act in ("certify", "suspend", "revoke"):
            move_licence(held, act, by=request.user, reason=reason)
        else:
            raise Http404
        messages.success(request, _("Done."))
    except DomainError as refused:
        messages.error(request, f"{found}: {refused.sentence}")
    return redirect("setup-people", request.client.public_id)


@for_setup(acts_for=MANAGERS)
@require_POST
def member(request: SetupRequest, person: UUID, act: str) -> HttpResponse:
    """Invite somebody again, or take the role away; a manager does so for viewers alone."""
    found = get_object_or_404(Membership.objects.select_related("user"), client=request.client, user__public_id=person)
    if request.role != "admin" and found.role != Role.VIEWER:
        raise PermissionDenied(_("Only an administrator changes managers and supervisors."))
    if act == "remove":
        try:
            setting_up.dismiss(found, by=request.user, why=request.POST.get("reason", ""))
            messages.success(request, _("%(person)s no longer sees this company.") % {"person": found.user})
        except DomainError as refused:
            messages.error(request, str(refused.sentence))
    elif act == "invite":
        sent = setting_up.invite(found.user, by=request.user, to=request.client)
        told = _("The invitation is on its way.") if sent else _("The mail could not be sent. Try again later.")
        messages.success(request, told) if sent else messages.error(request, told)
    else:
        raise Http404
    return redirect("setup-people", request.client.public_id)


@for_admins
def listing(request: HttpRequest) -> HttpResponse:
    """Everybody who answers."""
    found = (
        Agent.objects.select_related("team", "profile", "user", "seat")
        .prefetch_related("skills__skill", "licences__client")
        .order_by("deactivated_at", "name")
    )
    teams = Team.objects.prefetch_related("supervisors__user")
    return render(request, "setup/agents.html", {"agents": found, "teams": teams})


@for_admins
def new(request: HttpRequest) -> HttpResponse:
    """Somebody new, in one form."""
    assert isinstance(request.user, User)
    form = NewAgentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                agent = joining.take_on(by=request.user, **form.values())
        except IntegrityError:
            form.add_error(None, _("Somebody added this person a moment ago."))
        else:
            if joining.welcome(agent, by=request.user):
                messages.success(request, _("%(agent)s is invited by mail.") % {"agent": agent})
            else:
                messages.warning(
                    request,
                    _("%(agent)s is there, but the mail could not be sent. Invite again later.") % {"agent": agent},
                )
            return redirect("setup-agent", agent.public_id)
    return render(request, "setup/agent_new.html", {"form": form}, status=422 if form.errors else 200)


@for_admins
def edit(request: HttpRequest, agent: UUID) -> HttpResponse:
    """Team, profile, skills; what decides whether work is offered follows at once."""
    assert isinstance(request.user, User)
    found = get_object_or_404(Agent.objects.select_related("user", "team", "profile"), public_id=agent)
    form = AgentForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save(request.user)
        messages.success(request, _("Saved. Offers follow it at once."))
        return redirect("setup-agent", found.public_id)
    context = {"agent": found, "form": form, "licences": found.licences.select_related("client", "by")}
    return render(request, "setup/agent.html", context, status=422 if form.errors else 200)


@for_admins
@require_POST
def act(request: HttpRequest, agent: UUID, act: str) -> HttpResponse:
    """Invite again, or deactivate with a reason."""
    assert isinstance(request.user, User)
    found = get_object_or_404(Agent.objects.select_related("user"), public_id=agent)
    reason = request.POST.get("reason", "").strip()
    if act == "invite":
        if joining.welcome(found, by=request.user):
            messages.success(request, _("The invitation is on its way."))
        else:
            messages.error(request, _("The mail could not be sent. Try again later."))
    elif act == "deactivate":
        if not reason:
            messages.error(request, _("Say why in a few words."))
        elif found.deactivated_at is None:
            presence.deactivate(found, request.user, why=reason)
            messages.success(
                request, _("%(agent)s is signed out everywhere; the work is back in its lines.") % {"agent": found}
            )
    else:
        raise Http404
    return redirect("setup-agent", found.public_id)


@for_admins
@require_POST
def supervisors(request: HttpRequest, team: UUID) -> HttpResponse:
    """Who leads a team: somebody is added by mail address, or leaves."""
    found = get_object_or_404(Team, public_id=team)
    address = request.POST.get("email", "").strip().lower()
    if gone := request.POST.get("remove", ""):
        found.supervisors.filter(user__email=gone.lower()).delete()
    else:
        person = User.objects.filter(email=address, is_active=True).first()
        if person is None:
            messages.error(
                request, _("Nobody here has this address. Invite the person to a client as supervisor first.")
            )
        else:
            found.supervisors.get_or_create(user=person)
            messages.success(request, _("%(person)s leads %(team)s.") % {"person": person, "team": found})
    return redirect("setup-agents")
