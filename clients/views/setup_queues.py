"""Step 4: the list of lines, each opened, paused, closed; the page of one is with its rules, in the app above."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from bpo.kernel.errors import DomainError
from clients import queue_states
from clients.models import Queue, Role
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import page

MOVES = {
    "open": queue_states.open_queue,
    "pause": queue_states.pause,
    "close": queue_states.close,
    "archive": queue_states.archive,
    "reopen": queue_states.reopen,
}


@for_setup(Role.SUPERVISOR)
@require_safe
def listing(request: SetupRequest) -> HttpResponse:
    """All lines with what they want and where contacts come from."""
    queues = request.client.queues.select_related("hours").prefetch_related("wanted_skills__skill", "doors")
    return page(request, "setup/queues.html", "setup-queues", {"queues": queues})


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
