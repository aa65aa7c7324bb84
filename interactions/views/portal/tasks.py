"""What our agents ask the client's own people to do, until a day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel import clock
from clients.gates import ClientRequest, for_client_managers, for_client_viewers
from clients.models import Role
from interactions.acts import tasks
from interactions.models import ClientTask, TaskState
from interactions.views import lists
from interactions.views.portal.pages import _page, in_zone


class DoneForm(forms.Form):
    """What was done."""

    note = forms.CharField(label=lazy("What was done"), max_length=tasks.MOST_NOTE, strip=True)


@require_safe
@for_client_viewers
@in_zone
def listing(request: ClientRequest) -> HttpResponse:
    """Open ones, the nearest first and the overdue marked; or those that are done, the newest first."""
    which = request.GET.get("which", "open")
    if which not in ("open", "done"):
        raise Http404
    return _tasks(request, which)


def _tasks(request: ClientRequest, which: str, status: int = 200, **more: Any) -> HttpResponse:
    rows = ClientTask.objects.filter(client=request.client, state=which).select_related(
        "customer", "case", "done_by", "action__run__interaction", "leg__interaction"
    )
    rows = rows.order_by("due_on", "pk") if which == "open" else rows.order_by("-done_at", "-pk")
    today = request.client.day_at(clock.now())
    answer = _page(
        request,
        "portal/tasks.html",
        which=which,
        today=today,
        overdue=ClientTask.objects.filter(client=request.client, state=TaskState.OPEN, due_on__lt=today).count(),
        may_finish=request.role == Role.MANAGER and request.client.is_live,
        page_obj=lists.page_of(rows, request.GET),
        **more,
    )
    answer.status_code = status
    return answer


@require_POST
@for_client_managers
@in_zone
def finish(request: ClientRequest, task: UUID) -> HttpResponse:
    """Done, with a note; what is missing comes back beside its field, with what was typed."""
    own = ClientTask.objects.visible_to(request.user).filter(client=request.client).select_related("action__run", "leg")
    found = get_object_or_404(own, public_id=task)
    form = DoneForm(request.POST)
    if not form.is_valid():
        return _tasks(request, "open", 422, wrong=found.pk, typed=request.POST.get("note", ""), form=form)
    tasks.finish(found, note=form.cleaned_data["note"], by=request.user)
    messages.success(request, _("Done: %(title)s") % {"title": found.title})
    return redirect("portal-tasks", request.client.public_id)
