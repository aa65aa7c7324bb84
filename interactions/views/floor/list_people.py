"""Who is put on a call list, by form or file; and the numbers that are never called."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import words, zones
from clients.models import CallList, DoNotCall
from interactions import do_not_call, prospect_lists
from interactions.models import Prospect, ProspectState
from interactions.prospect_lists import Added
from interactions.views import export, lists
from interactions.views.floor import list_file
from interactions.views.floor.acts import ReasonForm, dialog, done, get_or_post, posted
from interactions.views.floor.list_forms import BlockForm, ProspectForm
from interactions.views.floor.seeing import blocked_of, call_list_of, sight_of

MOST_SHOWN = 200
FIRST_SHOWN = 10


def _added(result: Added) -> str:
    """What became of them, in one sentence."""
    told = [ngettext("%(n)s person was added.", "%(n)s people were added.", result.added) % {"n": result.added}]
    if result.duplicates:
        told.append(_("%(n)s on the list already.") % {"n": result.duplicates})
    if result.blocked:
        told.append(_("%(n)s not called any more.") % {"n": result.blocked})
    return " ".join(told)


def _open_for_more(request: SupervisorRequest, public_id: UUID) -> CallList:
    found = call_list_of(request, public_id)
    prospect_lists.require_open(found)
    return found


@get_or_post
@for_supervisors
def add(request: SupervisorRequest, call_list: UUID) -> HttpResponse:
    """One person by form."""
    found = _open_for_more(request, call_list)
    form = ProspectForm(found.client, posted(request)).with_choices()
    back = reverse("floor-list", args=[found.public_id])
    if request.method == "POST" and form.is_valid():
        result = prospect_lists.add(found, [form.person()], by=request.user, source="form")
        if result.added:
            messages.success(request, _("%(name)s is on the list.") % {"name": form.cleaned_data["name"]})
            return redirect(back)
        form.add_error("number", _("This number is not called any more.") if result.blocked else _known(found, form))
    context = {
        "form": form, "title": _("Add somebody"), "act": _("Add to the list"), "back": back, "zones": zones.canonical(),
        "call_list": found, "clients": [found.client],
    }  # fmt: skip
    return render(request, "floor/list_form.html", context, status=422 if form.errors else 200)


def _known(call_list: CallList, form: ProspectForm) -> str:
    """That the number is on the list already, or was."""
    rows = Prospect.objects.filter(call_list=call_list, number=form.cleaned_data["number"])
    if off := rows.filter(state=ProspectState.REMOVED).first():
        told = _("%(name)s has this number and was taken off the list. It can be put back on that person’s page.")
        return told % {"name": off.name}
    return _("This number is on the list already.")


@get_or_post
@for_supervisors
def bring(request: SupervisorRequest, call_list: UUID) -> HttpResponse:
    """A file: first looked through, row by row, then added whole. The file travels with the page in between."""
    found = _open_for_more(request, call_list)
    context: dict[str, Any] = {"call_list": found, "columns": list_file.COLUMNS, "clients": [found.client]}
    context |= {"most_rows": list_file.MOST_ROWS, "open": True}
    if request.method != "POST":
        return render(request, "floor/list_file.html", context)
    name, data = _sent(request)
    try:
        if data is None:
            raise list_file.FileRefused(sentence=_("Choose a file first."))
        checked = list_file.check(data, found)
    except list_file.FileRefused as refused:
        return render(request, "floor/list_file.html", {**context, "refused": refused.sentence}, status=422)
    if request.POST.get("step") == "add" and checked.people:
        result = prospect_lists.add(found, checked.people, by=request.user, source=name)
        messages.success(request, _added(result))
        return redirect("floor-list", found.public_id)
    context |= {
        "checked": checked, "file_name": name, "file": base64.b64encode(data).decode(), "open": False,
        "counts": [(list_file.STATES[state], n) for state, n in checked.counts.items()],
        "left_out": checked.left_out[:MOST_SHOWN], "more": max(0, len(checked.left_out) - MOST_SHOWN),
        "first": [row for row in checked.rows if row.state == "add"][:FIRST_SHOWN],
    }  # fmt: skip
    return render(request, "floor/list_file.html", context)


def _sent(request: SupervisorRequest) -> tuple[str, bytes | None]:
    """Name and bytes of the file, chosen just now or looked through before; of one too large a byte too many."""
    chosen: Any = request.FILES.get("file")
    if chosen is not None:
        return words.salvaged_line(chosen.name or "", most=100), chosen.read(list_file.MOST_BYTES + 1)
    try:
        data = base64.b64decode(request.POST.get("again", ""), validate=True)
    except binascii.Error:
        return "", None
    return words.salvaged_line(request.POST.get("name", ""), most=100), data or None


@require_safe
@for_supervisors
def template(request: SupervisorRequest, call_list: UUID) -> HttpResponseBase:
    """A file with the heading alone, to be filled."""
    call_list_of(request, call_list)
    return export.table(list_file.NAMES, [], stem="call-list")


# --- numbers never called --------------------------------------------------------------------------------------------


@get_or_post
@for_supervisors
def blocked(request: SupervisorRequest) -> HttpResponse:
    """The numbers that one's clients never call, the latest first; one more by form."""
    sight = sight_of(request)
    form = BlockForm(sight.clients, posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        do_not_call.add(data["client"], data["number"], by=request.user, why=data["why"])
        messages.success(request, _("Nobody calls %(number)s any more.") % {"number": data["number"]})
        return redirect("floor-do-not-call")
    rows = DoNotCall.objects.filter(client__in=sight.clients).select_related("client__brand")
    digits = "".join(filter(str.isdigit, words.sought(request.GET.get("q", ""))))
    if digits:
        rows = rows.filter(number__contains=digits)
    context = {"form": form, "page_obj": lists.page_of(rows, request.GET), "clients": sight.clients, "q": digits}
    return render(request, "floor/do_not_call.html", context, status=422 if form.errors else 200)


@get_or_post
@for_supervisors
def again(request: SupervisorRequest, blocked: UUID) -> HttpResponse:
    """The number may be called again; for a mistake, or because the person asks for it."""
    found = blocked_of(request, blocked)
    form = ReasonForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        told = _("%(number)s may be put on lists again. Who was taken off one stays off.") % {"number": found.number}
        return dialog(request, _("Call again"), told, _("Call again"), form, blocked=found, clients=[found.client])
    do_not_call.lift(found, by=request.user, why=form.cleaned_data["reason"])
    return done(request, _("This number may be called again."), reverse("floor-do-not-call"))
