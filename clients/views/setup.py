"""The list of clients, a new one, and the page of one: what is ready, what is missing, open or close its doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel.errors import DomainError
from clients import readiness, setting_up, sharing, standing
from clients.access import is_admin
from clients.forms.company import CompanyForm
from clients.gates import own_clients
from clients.models import Client, EntryKind, EntryPoint, Membership, Role
from clients.setup_gate import SetupRequest, for_admins, for_setup

STANDINGS = {"suspend": standing.suspend, "resume": standing.resume, "end": standing.end}
# The pages of a door belong to the app above; only their names are known here.
TRIED_AT = {
    EntryKind.WIDGET: "customer-chat",
    EntryKind.FORM: "customer-callback-form",
    EntryKind.WEB_CALL: "customer-call",
}
FOR_SUPERVISORS = ("setup-queues", "setup-scripts", "setup-articles", "setup-snippets")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way."""

    url_name: str
    name: Any
    icon: str


STEPS = [
    Step("setup-company", gettext_lazy("Company"), "client"),
    Step("setup-brand", gettext_lazy("Brand"), "tag"),
    Step("setup-hours", gettext_lazy("Hours"), "clock"),
    Step("setup-queues", gettext_lazy("Lines"), "line"),
    Step("setup-doors", gettext_lazy("Doors"), "inbox"),
    Step("setup-catalogue", gettext_lazy("Reasons and products"), "list"),
    Step("setup-scripts", gettext_lazy("Call flows"), "script"),
    Step("setup-articles", gettext_lazy("Knowledge"), "file"),
    Step("setup-snippets", gettext_lazy("Ready sentences"), "text"),
    Step("setup-people", gettext_lazy("People"), "person"),
    Step("setup-contract", gettext_lazy("Contract and rules"), "check"),
    Step("setup-texts", gettext_lazy("Texts"), "chat"),
    Step("setup-sounds", gettext_lazy("Sounds"), "sound"),
    Step("setup-previews", gettext_lazy("Preview of mails"), "mail"),
    Step("setup-keys", gettext_lazy("API keys"), "key"),
]


def page(
    request: SetupRequest, template: str, here: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page of one step beside the list of all steps; forms are locked for whoever may only look."""
    context = context or {}
    if not request.may_edit:
        for value in context.values():
            lock(value)
    everything = {
        "client": request.client,
        "brand": getattr(request.client, "brand", None),
        "steps": [each for each in STEPS if request.role != Role.SUPERVISOR or each.url_name in FOR_SUPERVISORS],
        "here": here,
        "may_edit": request.may_edit,
        "is_admin": request.role == "admin",
        **context,
    }
    return render(request, template, everything, status=status)


def lock(value: Any) -> None:
    """Make a form or a set of forms read only."""
    if hasattr(value, "fields") and isinstance(value.fields, dict):
        for field in value.fields.values():
            field.disabled = True
    elif hasattr(value, "management_form"):
        value.extra = 0
        for form in value.forms:
            lock(form)


@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """All clients with their standing and what is missing; a manager sees her own."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    admin = is_admin(request.user)
    if admin:
        found = list(Client.objects.visible_to(request.user).select_related("brand", "policy"))
    else:
        managed = Membership.objects.filter(user=request.user, role=Role.MANAGER).values("client")
        found = [
            client for client in own_clients(request.user) if client.pk in set(managed.values_list("client", flat=True))
        ]
        if not found:
            raise PermissionDenied(_("The set-up is for administrators and the clients' managers."))
    rows = []
    for client in found:
        items = readiness.readiness(client)
        rows.append(
            {
                "client": client,
                "done": sum(item.ok for item in items),
                "of": len(items),
                "next": next((item for item in items if not item.ok), None),
            }
        )
    return render(request, "setup/clients.html", {"rows": rows, "is_admin": admin})


@for_admins
def new(request: HttpRequest) -> HttpResponse:
    """A new client, with good defaults for everything that is not asked here."""
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        client = form.save(commit=False)
        client.slug = form.free_slug()
        setting_up.begin(client)
        messages.success(
            request, _("%(client)s is there, with office hours, first reasons and dispositions.") % {"client": client}
        )
        return redirect("setup-brand", client.public_id)
    return render(request, "setup/new.html", {"form": form, "is_admin": True}, status=422 if form.errors else 200)


@for_setup(Role.SUPERVISOR)
@require_safe
def overview(request: SetupRequest) -> HttpResponse:
    """What is ready and what is missing, each with the step that mends it."""
    items = [
        {"item": item, "url": reverse(item.link, args=[request.client.public_id])}
        for item in readiness.readiness(request.client)
    ]
    missing = [each for each in items if each["item"].needed and not each["item"].ok]  # type: ignore[attr-defined]
    context = {"items": items, "missing": missing, "tries": to_try(request.client)}
    return page(request, "setup/overview.html", "setup-client", context)


def to_try(client: Client) -> dict[EntryPoint, str]:
    """The open doors with a page that a person may walk through as a customer, and its address."""
    if not client.is_live:
        return {}
    doors = client.entry_points.filter(kind__in=TRIED_AT, published=True, queue__isnull=False)
    return {door: reverse(TRIED_AT[EntryKind(door.kind)], args=[door.public_id]) for door in doors.order_by("pk")}


@for_setup()
@require_POST
def stand(request: SetupRequest, act: str) -> HttpResponse:
    """Go live, suspend, resume or end; refused in words when something is missing."""
    if act not in ("live", *STANDINGS):
        raise Http404
    reason = request.POST.get("reason", "")
    try:
        if act == "live":
            standing.go_live(request.client, by=request.user)
            messages.success(request, _("%(client)s is live. Its doors are open.") % {"client": request.client})
        else:
            STANDINGS[act](request.client, by=request.user, reason=reason)
            messages.success(request, _("Done."))
    except DomainError as refused:
        messages.error(request, str(refused.sentence))
    return redirect("setup-client", request.client.public_id)


@for_setup()
def company(request: SetupRequest) -> HttpResponse:
    """Step 1."""
    form = CompanyForm(request.POST or None, instance=Client.objects.get(pk=request.client.pk))
    if not request.may_edit:
        for name in sharing.SHARE:  # seats of the floor are the house's own
            del form.fields[name]
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("setup-brand", request.client.public_id)
    return page(request, "setup/company.html", "setup-company", {"form": form}, status=422 if form.errors else 200)
