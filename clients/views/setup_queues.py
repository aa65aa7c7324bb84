"""Step 4: the lines."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel.errors import DomainError
from clients import queue_states
from clients.forms.queues import QueueForm, SkillsForm, save_queue
from clients.models import Queue
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page

MOVES = {
    "open": queue_states.open_queue,
    "pause": queue_states.pause,
    "close": queue_states.close,
    "archive": queue_states.archive,
    "reopen": queue_states.reopen,
}


@for_setup()
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """All lines with what they want and where contacts come from."""
    queues = request.client.queues.select_related("hours").prefetch_related("wanted_skills__skill", "doors")
    return page(request, "setup/queues.html", "setup-queues", {"queues": queues})


@for_setup()
def new(request: SetupRequest) -> HttpResponse:
    """A further line."""
    return _edit(request, None)


@for_setup()
def edit(request: SetupRequest, queue: UUID) -> HttpResponse:
    """One line."""
    return _edit(request, get_object_or_404(Queue, client=request.client, public_id=queue))


def _edit(request: SetupRequest, queue: Queue | None) -> HttpResponse:
    form = QueueForm(request.client, request.POST or None, instance=queue)
    skills = SkillsForm(queue, request.POST or None)
    if request.method == "POST" and form.is_valid() and skills.is_valid():
        with transaction.atomic():
            save_queue(form, skills, request.user)
        messages.success(request, _("Saved. Those who wait follow the new rules.") if queue else _("Saved."))
        return redirect("setup-queues", request.client.public_id)
    context = {"form": form, "skills": skills, "queue": queue}
    return page(request, "setup/queue.html", "setup-queues", context, status=422 if form.errors else 200)


@for_setup()
@require_POST
def move(request: SetupRequest, queue: UUID, act: str) -> HttpResponse:
    """Open, pause, close, archive; a refusal says what stands in the way."""
    if act not in MOVES:
        raise Http404
    found = get_object_or_404(Queue, client=request.client, public_id=queue)
    try:
        MOVES[act](found, by=request.user, why=request.POST.get("reason", ""))
        messages.success(request, f"{found}: {found.get_state_display()}")
    except DomainError as refused:
        messages.error(request, str(refused.sentence))
    return redirect("setup-queues", request.client.public_id)
