"""Step 7: call flows and their versions: draft, checks in words, review, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import history
from bpo.kernel.errors import DomainError, TimePassed
from clients import drafting, publishing, script_fits, script_graph, scripts
from clients.forms.scripts import PublishAtForm, ScriptForm, VersionForm
from clients.models import Role, Script, ScriptVersion, VersionState
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page

DRAFTERS = (Role.SUPERVISOR, Role.MANAGER)
SCHEDULE = "schedule"
# TABLES.md: a supervisor reviews and publishes what she did not write; a manager approves where the contract says.
MOVES: dict[str, tuple[Callable[..., ScriptVersion], tuple[str, ...]]] = {
    "submit": (scripts.submit, ("admin", *DRAFTERS)),
    "approve": (scripts.approve, ("admin", Role.SUPERVISOR)),
    "send-back": (scripts.send_back, ("admin", Role.SUPERVISOR)),
    "publish": (scripts.publish, ("admin", Role.SUPERVISOR)),
    "take-back": (publishing.take_back, ("admin", Role.SUPERVISOR)),
    "roll-back": (publishing.roll_back, ("admin", Role.SUPERVISOR)),
    SCHEDULE: (publishing.schedule, ("admin", Role.SUPERVISOR)),
}
MOST_MOVES = 20
FOUR_EYES = {"approve", "publish", SCHEDULE, "roll-back"}
BY_CLIENT = {"approve", "send-back"}  # of a manager, where the contract gives the approval to the client


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """All call flows with their versions."""
    found = request.client.scripts.select_related("product_type", "owner").prefetch_related("versions")
    return page(request, "setup/scripts.html", "setup-scripts", {"scripts": found})


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
def new(request: SetupRequest) -> HttpResponse:
    """A further call flow; its first draft comes next."""
    form = ScriptForm(request.client, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.instance.owner = request.user
        script = form.save()
        return redirect("setup-version-new", request.client.public_id, script.public_id)
    return page(request, "setup/script.html", "setup-scripts", {"form": form}, status=422 if form.errors else 200)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
def new_version(request: SetupRequest, script: UUID) -> HttpResponse:
    """A draft beginning with the latest version's steps; the first one with a flow to begin from."""
    found = get_object_or_404(Script, client=request.client, public_id=script)
    latest = found.versions.order_by("-number").first()
    form = VersionForm(request.POST or None, request.FILES or None, script=found, version=latest)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            version = drafting.begin(found, data["language"], data["channel"], data["graph"], request.user)
        except drafting.SomebodyBegan as refused:
            form.add_error(None, refused.sentence)
        else:
            return redirect("setup-design", request.client.public_id, version.public_id)
    context = {"form": form, "script": found}
    return page(request, "setup/version.html", "setup-scripts", context, status=422 if form.errors else 200)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
def version(request: SetupRequest, version: UUID) -> HttpResponse:
    """One version: its steps as an agent sees them, what is wrong with it, and the draft's text."""
    found = version_of(request, version)
    draft = found.state == VersionState.DRAFT
    form = VersionForm(request.POST or None, request.FILES or None, script=found.script, version=found)
    form.fields["language"].disabled = form.fields["channel"].disabled = True
    if request.method == "POST":
        if not draft:
            raise PermissionDenied(_("Only a draft can be changed. Begin a new version."))
        if form.is_valid():
            try:
                scripts.rewrite(found, form.cleaned_data["graph"], request.user, since=form.cleaned_data["since"])
            except scripts.Outdated as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, _("Saved."))
                return redirect("setup-version", request.client.public_id, found.public_id)
    return _shown(request, found, form if draft else None)


def _shown(
    request: SetupRequest, found: ScriptVersion, form: VersionForm | None = None, timing: PublishAtForm | None = None
) -> HttpResponse:
    problems = script_fits.problems_of(found)
    try:
        steps = as_told(found)
    except (KeyError, TypeError, ValueError, AttributeError):
        steps = []
    by_client = scripts.client_approves(request.client)
    fitting = [act for act in _fitting(found, by_client) if _may(request, act, by_client)]
    own = not FOUR_EYES.isdisjoint(fitting) and (request.role != "admin" or by_client)
    own = own and scripts.wrote(found, request.user)
    acts = [act for act in fitting if not (own and act in FOUR_EYES)]
    context = {
        "version": found,
        "script": found.script,
        "steps_of_flow": steps,
        "step_names": {step.id: step.name for step in steps},
        "problems": problems,
        "acts": [act for act in acts if act != SCHEDULE],
        "own": scripts.OwnDraft.sentence if own else "",
        "waits": by_client and found.state in ("in_review", "approved") and not found.approved_for_client,
        "moves": [change for change in history.changes_of(found) if change.why][:MOST_MOVES],
        "before": scripts.before(found, found.script.versions.exclude(pk=found.pk).defer("graph")),
        **({"form": form} if form else {}),
        **({"timing": timing or PublishAtForm()} if SCHEDULE in acts else {}),
    }
    wrong = any(each and each.errors for each in (form, timing))
    return page(request, "setup/version.html", "setup-scripts", context, status=422 if wrong else 200)


def as_told(version: ScriptVersion) -> list[script_graph.Step]:
    """The steps worded as for a customer: company and agent by name, what only a contact knows as ⟨order⟩."""
    client = version.script.client
    brand = getattr(client, "brand", None)
    words = {name: f"⟨{name.replace('_', ' ')}⟩" for name in script_graph.PLACEHOLDERS}
    words |= {"client": brand.public_name if brand else client.name, "agent": "Alex"}
    words["reference"] = f"{client.reference_prefix}-7K3F9Q"
    if brand and brand.phone_shown:
        words["phone_shown"] = brand.phone_shown
    return [
        replace(
            step,
            text=scripts.render(step.text, words),
            options=tuple(replace(one, label=scripts.render(one.label, words)) for one in step.options),
        )
        for step in script_graph.parse(version.graph).main_path()
    ]


def _fitting(version: ScriptVersion, by_client: bool) -> tuple[str, ...]:
    """What may happen to a version as it stands."""
    if version.state == VersionState.APPROVED and by_client and not version.approved_for_client:
        return ("approve",)
    return {
        VersionState.DRAFT.value: ("submit",),
        VersionState.IN_REVIEW.value: ("approve", "send-back"),
        VersionState.APPROVED.value: ("publish", "take-back" if version.publish_at else SCHEDULE),
        VersionState.RETIRED.value: ("roll-back",),
    }.get(version.state, ())


def _may(request: SetupRequest, act: str, by_client: bool) -> bool:
    """Whether the role may do this: the approval is the manager's alone where the contract gives it to the client."""
    if by_client and act == "approve":
        return request.role == Role.MANAGER
    return request.role in MOVES[act][1] or (by_client and act in BY_CLIENT and request.role == Role.MANAGER)


@for_setup(*DRAFTERS, acts_for=DRAFTERS)
@require_POST
def move(request: SetupRequest, version: UUID, act: str) -> HttpResponse:
    """Hand in, approve, send back, publish; refusals in words."""
    if act not in MOVES:
        raise Http404
    found = version_of(request, version)
    operation, roles = MOVES[act]
    if request.role not in roles and not _may(request, act, scripts.client_approves(request.client)):
        raise PermissionDenied(_("Your role does not review and publish call flows."))
    if act == SCHEDULE:
        return _set_time(request, found)
    try:
        operation(found, request.user, why=request.POST.get("reason", ""), edition=_edition(request))
        messages.success(request, f"{found}: {found.get_state_display()}")
    except DomainError as refused:
        messages.error(request, str(refused.sentence))
    return redirect("setup-version", request.client.public_id, found.public_id)


def _edition(request: SetupRequest) -> int | None:
    """Which state of the steps the page showed."""
    sent = request.POST.get("edition", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else None


def _set_time(request: SetupRequest, found: ScriptVersion) -> HttpResponse:
    """Publish it at a time; what is refused stays on the page as it was typed."""
    timing = PublishAtForm(request.POST)
    if timing.is_valid():
        given = timing.cleaned_data
        try:
            publishing.schedule(
                found, request.user, why=given["reason"], at=given["publish_at"], edition=_edition(request)
            )
        except DomainError as refused:
            timing.add_error("publish_at" if isinstance(refused, TimePassed) else None, str(refused.sentence))
        else:
            at = date_format(timezone.localtime(found.publish_at), "j M Y, H:i")
            messages.success(request, _("It will be published on %(at)s.") % {"at": at})
            return redirect("setup-version", request.client.public_id, found.public_id)
    found.refresh_from_db()
    return _shown(request, found, timing=timing)


def version_of(request: SetupRequest, version: UUID) -> ScriptVersion:
    """A version of the client's, else there is none."""
    versions = ScriptVersion.objects.select_related("script__client__brand", "created_by", "published_by")
    return get_object_or_404(versions, script__client=request.client, public_id=version)
