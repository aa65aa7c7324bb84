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
    """The latest contract with its promises; `?new` begins the next one."""
    found = None if "new" in request.GET else request.client.contracts.order_by("-valid_from").first()
    found = found or Contract(client=request.client)
    posted = request.POST or None
    form = ContractForm(request.client, posted, instance=found)
    promises = promise_forms(found, posted)
    if request.method == "POST" and form.is_valid() and promises.is_valid():
        with transaction.atomic():
            promises.instance = form.save()
            promises.save()
        messages.success(request, _("Saved."))
        return redirect("setup-contract", request.client.public_id)
    earlier = request.client.contracts.exclude(pk=found.pk).prefetch_related("promises")
    policy = PolicyForm(instance=Policy.objects.filter(client=request.client).first() or Policy(client=request.client))
    context = {"form": form, "promises": promises, "policy_form": policy, "contract": found, "earlier": earlier}
    bad = request.method == "POST"
    return page(request, "setup/contract.html", "setup-contract", context, status=422 if bad else 200)


@for_setup()
@require_POST
def policy(request: SetupRequest) -> HttpResponse:
    """The company's own rules."""
    form = PolicyForm(
        request.POST, instance=Policy.objects.filter(client=request.client).first() or Policy(client=request.client)
    )
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("setup-contract", request.client.public_id)
    found = request.client.contracts.order_by("-valid_from").first() or Contract(client=request.client)
    context = {
        "form": ContractForm(request.client, instance=found),
        "promises": promise_forms(found),
        "policy_form": form,
        "contract": found,
    }
    return page(request, "setup/contract.html", "setup-contract", context, status=422)


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
