"""Step 9: promises and the company's own rules; and the keys of its machines."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import api_keys
from clients.forms.access import KeyForm
from clients.forms.contract import ContractForm, PolicyForm, promise_forms
from clients.models import ApiKey, Contract, Policy
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page


@for_setup()
def contract(request: SetupRequest) -> HttpResponse:
    """The latest contract with its promises, and the company's own rules, saved together; `?new` begins the next one.

    One that has begun keeps its promises: its last day alone can change. The next one starts with them as proposals.
    Where there is no contract yet, the rules are saved without one as long as nothing of one is typed.
    """
    client, posted = request.client, request.POST or None
    begun = "new" in request.GET
    latest = client.contracts.order_by("-valid_from").first()
    found = (None if begun else latest) or Contract(client=client)
    form = ContractForm(client, posted, instance=found)
    promises = promise_forms(found, posted, before=latest if begun else None)
    form.use_required_attribute = bool(found.pk) or begun
    policy = PolicyForm(posted, instance=Policy.objects.filter(client=client).first() or Policy(client=client))
    if request.method == "POST":
        wanted = bool(found.pk) or begun or form.has_changed() or promises.has_changed()
        valid = [part.is_valid() for part in ([form, promises, policy] if wanted else [policy])]  # each says its faults
        if all(valid):
            with transaction.atomic():
                policy.save()
                if wanted:
                    promises.instance = form.save()
                    if not form.closed:
                        promises.save()
            messages.success(request, _("Saved."))
            return redirect("setup-contract", client.public_id)
    earlier = client.contracts.exclude(pk=found.pk).prefetch_related("promises")
    context = {"form": form, "promises": promises, "policy_form": policy, "contract": found, "earlier": earlier}
    context["begun"] = begun
    bad = request.method == "POST"
    return page(request, "setup/contract.html", "setup-contract", context, status=422 if bad else 200)


@for_setup()
def keys(request: SetupRequest) -> HttpResponse:
    """All keys, and a new one, which is shown this once."""
    form = KeyForm(request.POST or None)
    secret = ""
    if request.method == "POST" and form.is_valid():
        _key, secret = api_keys.make(request.client, by=request.user, **form.cleaned_data)
        form = KeyForm()
    context = {"form": form, "secret": secret, "keys": request.client.api_keys.select_related("created_by")}
    response = page(request, "setup/keys.html", "setup-keys", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@for_setup()
@require_POST
def revoke(request: SetupRequest, key: UUID) -> HttpResponse:
    """Refused from now on."""
    api_keys.revoke(get_object_or_404(ApiKey, client=request.client, public_id=key))
    messages.success(request, _("Revoked. Machines that used it are refused from now on."))
    return redirect("setup-keys", request.client.public_id)
