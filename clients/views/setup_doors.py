"""Step 5: the doors and their rules."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clients.forms.doors import DoorForm, rule_forms
from clients.models import EntryKind, EntryPoint
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page, to_try

KINDS = tuple(EntryKind)


@for_setup()
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """All doors, and the kinds one may add."""
    doors = request.client.entry_points.select_related("queue", "hours").prefetch_related("rules")
    tries = to_try(request.client)
    rows = [(door, tries.get(door, "")) for door in doors]
    return page(request, "setup/doors.html", "setup-doors", {"doors": rows, "kinds": KINDS})


@for_setup()
def new(request: SetupRequest, kind: str) -> HttpResponse:
    """A further door of that kind."""
    if kind not in KINDS:
        raise Http404
    form = DoorForm(request.client, kind, request.POST or None)
    if request.method == "POST" and form.is_valid():
        door = form.save()
        messages.success(request, _("Saved."))
        return redirect("setup-door", request.client.public_id, door.public_id)
    context = {"form": form, "kind": EntryKind(kind)}
    return page(request, "setup/door.html", "setup-doors", context, status=422 if form.errors else 200)


@for_setup()
def edit(request: SetupRequest, door: UUID) -> HttpResponse:
    """One door with its rules, and what to paste or post where."""
    found = get_object_or_404(
        EntryPoint.objects.select_related("client", "queue"), client=request.client, public_id=door
    )
    posted = request.POST or None
    form = DoorForm(request.client, found.kind, posted, instance=found)
    rules = rule_forms(request.client, found, posted)
    if request.method == "POST" and form.is_valid() and rules.is_valid():
        with transaction.atomic():
            form.save()
            rules.save()
        messages.success(request, _("Saved."))
        return redirect("setup-door", request.client.public_id, found.public_id)
    context = {"form": form, "rules": rules, "door": found, "kind": EntryKind(found.kind), "lines": _lines(found)}
    bad = form.errors or (request.method == "POST" and not rules.is_valid())
    return page(request, "setup/door.html", "setup-doors", context, status=422 if bad else 200)


def _lines(door: EntryPoint) -> list[tuple[str, str]]:
    """What the client's own people copy from here, by kind of door."""
    # The pages of a door belong to the app above; only their names are known here.
    wanted = {
        EntryKind.WIDGET: [
            ("customer-widget", _("Paste this line before the end of each page"), '<script src="{}" async></script>')
        ],
        EntryKind.WEB_CALL: [
            ("customer-widget", _("Paste this line before the end of each page"), '<script src="{}" async></script>'),
            ("customer-call", _("Or lead to the call page"), "{}"),
        ],
        EntryKind.FORM: [("customer-callback-form", _("Link to the form"), "{}")],
        EntryKind.API: [("api-interaction-list", _("Bring contacts by POST, with the id of this door"), "{}")],
        EntryKind.PHONE: [("inbound-calls", _("Where its exchange tells of calls"), "{}")],
        EntryKind.MAILBOX: [("inbound-email", _("Or let the provider post mails to"), "{}")],
    }.get(EntryKind(door.kind), [])
    found = []
    for name, label, shape in wanted:
        for args in ([door.public_id], []):
            try:
                found.append((label, shape.format(f"{settings.SITE_URL}{reverse(name, args=args)}")))
                break
            except NoReverseMatch:
                continue
    if door.kind == EntryKind.API:
        found.append((_("Id of this door"), str(door.public_id)))
    return found
