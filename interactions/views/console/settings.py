"""A person's own desk: density, sounds, notices and keys."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents import desks
from agents.forms.desk import DeskForm
from agents.gates import AgentRequest, for_agents
from interactions.desk import keys
from interactions.views.console.common import frame


@for_agents
@require_http_methods(["GET", "POST"])
def settings(request: AgentRequest) -> HttpResponse:
    """Density, sounds and notices; the keys stand below, in a form of their own."""
    form = DeskForm(request.POST or None, instance=desks.of(request.agent))
    if request.method == "POST" and form.is_valid():
        desks.keep(request.agent, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("console-settings")
    return _page(request, form=form, status=422 if form.errors else 200)


@for_agents
@require_POST
def own_keys(request: AgentRequest) -> HttpResponse:
    """Other keys for the commands, each used once; `usual` goes back to those of everybody."""
    if request.POST.get("usual"):
        desks.keep_keys(request.agent, {})
        messages.success(request, _("The usual keys again."))
        return redirect("console-settings")
    letters = {name: request.POST.get(f"letter-{name}", "") for name in keys.OWN}
    chords = {name: request.POST.get(f"chord-{name}", "") for name in keys.OWN}
    own, errors = keys.chosen(letters, chords)
    if errors:
        typed = {name: (letters[name], chords[name]) for name in keys.OWN}
        return _page(request, typed=typed, errors=errors, status=422)
    desks.keep_keys(request.agent, own)
    messages.success(request, _("Saved."))
    return redirect("console-settings")


def _page(
    request: AgentRequest,
    *,
    form: Any = None,
    typed: dict[str, tuple[str, str]] | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    desk = desks.of(request.agent)
    shown = typed or keys.of(desk)
    rows = [
        {"command": command, "letter": shown[name][0], "chord": shown[name][1], "error": (errors or {}).get(name, "")}
        for name, command in keys.OWN.items()
    ]
    context = {
        "form": form or DeskForm(instance=desk),
        "rows": rows,
        "fixed": [command for command in keys.COMMANDS if command.fixed],
        "own": bool(desk.keys),
    }
    return render(request, "console/settings.html", frame(request) | context, status=status)
