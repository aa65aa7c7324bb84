"""Step 6: reasons, dispositions, products."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clients.forms.catalogue import PARTS, row_forms
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page


@for_setup()
def catalogue(request: SetupRequest, part: str = "reasons") -> HttpResponse:
    """One part of the catalogue as a table; nothing is deleted, rows are put out of use."""
    if part not in PARTS:
        raise Http404
    rows = row_forms(request.client, part, request.POST or None)
    if request.method == "POST" and rows.is_valid():
        rows.save()
        messages.success(request, _("Saved."))
        return redirect("setup-catalogue-part", request.client.public_id, part)
    parts = [(key, name) for key, (_form, name) in PARTS.items()]
    context = {"rows": rows, "part": part, "part_name": PARTS[part][1], "parts": parts}
    bad = request.method == "POST" and not rows.is_valid()
    return page(request, "setup/catalogue.html", "setup-catalogue", context, status=422 if bad else 200)
