"""One person on a call list, for supervisors: what happened, and what they change: corrected, taken off, put back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import clock, zones
from clients.forms.company import spoken
from clients.models import CallListState
from interactions import do_not_call, prospect_changes, prospect_lists, prospects
from interactions.models import Kind, Prospect, ProspectState
from interactions.views import lists
from interactions.views.floor.acts import ReasonForm, dialog, done, get_or_post, posted
from interactions.views.floor.list_forms import ChangeProspectForm
from interactions.views.floor.seeing import prospect_of


@require_safe
@for_supervisors
def one(request: SupervisorRequest, prospect: UUID) -> HttpResponse:
    """Somebody on a list with everything that happened, each call leading to its contact."""
    found, at = prospect_of(request, prospect), clock.now()
    entries = found.journal.select_related("interaction").order_by("at", "pk")
    calls = {entry.interaction_id: entry.interaction for entry in entries if entry.interaction}
    context = {
        "prospect": found,
        "told": lists.told(entries),
        "calls": calls.values(),
        "refusal": prospects.person_refusal(found, at) if found.state in prospect_lists.OPEN else "",
        "fixed": _fixed(found),
        "language": dict(spoken(found.client)).get(found.language, found.language),
        "removed": found.state == ProspectState.REMOVED,
        "may_stop": found.state != ProspectState.DO_NOT_CALL,
        "clients": [found.client],
        "at": at,
    }
    return render(request, "floor/prospect.html", context)


def _fixed(found: Prospect) -> str:
    """Why nothing of the person is changed now; of one who is taken off, why nobody puts the person back."""
    if found.call_list.state == CallListState.CLOSED:
        return str(prospect_lists.ListClosed.sentence)
    return "" if found.state == ProspectState.REMOVED else prospect_changes.refusal(found)


def _changed_by(found: Prospect) -> str:
    last = found.journal.filter(kind=Kind.PROSPECT_CHANGED).order_by("-pk").first()
    told = {"who": last.actor_name if last else "", "at": date_format(localtime(last.at), "H:i") if last else ""}
    words = _("%(who)s changed this person meanwhile, at %(at)s. What you typed is still here, beside what is saved.")
    return f"{words % told} {_('Save again to replace it.')}"


@get_or_post
@for_supervisors
def edit(request: SupervisorRequest, prospect: UUID) -> HttpResponse:
    """What is known of somebody who waits, corrected with a reason. Who is in an agent's hand keeps what was typed."""
    found = prospect_of(request, prospect)
    back = reverse("floor-prospect", args=[found.public_id])
    form = ChangeProspectForm(found, posted(request)).with_choices()
    if request.method == "POST" and form.is_valid():
        why, edition = form.cleaned_data["reason"], form.cleaned_data["edition"]
        try:
            prospect_changes.change(found, by=request.user, why=why, edition=edition, **asdict(form.person()))
        except prospect_changes.NumberRefused as refused:
            form.add_error("number", str(refused.sentence))
        except (prospect_changes.NotWaiting, prospect_lists.ListClosed) as refused:
            form.add_error(None, str(refused.sentence))
        except prospect_changes.ChangedMeanwhile:
            found.refresh_from_db()
            form.compare(found)
            form.add_error(None, _changed_by(found))
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    elif request.method != "POST" and (told := _fixed(found) or prospect_changes.refusal(found)):
        raise prospect_changes.NotWaiting(sentence=told)
    context = {
        "form": form, "title": _("Change %(name)s") % {"name": found.name}, "act": _("Save"), "back": back,
        "zones": zones.canonical(), "prospect": found, "call_list": found.call_list, "clients": [found.client],
    }  # fmt: skip
    return render(request, "floor/list_form.html", context, status=422 if form.errors else 200)


@get_or_post
@for_supervisors
def remove(request: SupervisorRequest, prospect: UUID) -> HttpResponse:
    """Nobody calls this person from this list any more."""
    words = _("Nobody calls %(name)s from this list any more. What was tried and said stays, and it can be undone.")
    return _moved(request, prospect, prospect_changes.remove, _("Take off the list"), words, _("Taken off the list."))


@get_or_post
@for_supervisors
def put_back(request: SupervisorRequest, prospect: UUID) -> HttpResponse:
    """Waiting again, as before."""
    words = _("%(name)s waits again, at the old place and for the tries that are left.")
    return _moved(request, prospect, prospect_changes.put_back, _("Put back"), words, _("Back on the list."))


def _moved(request: SupervisorRequest, public_id: UUID, do: Any, act: str, words: str, told: str) -> HttpResponse:
    """Ask for the reason, then do it. What no longer fits is 409 in words by the middleware."""
    found = prospect_of(request, public_id)
    form = ReasonForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        words %= {"name": found.name}
        return dialog(request, act, words, act, form, prospect=found, clients=[found.client])
    do(found, by=request.user, why=form.cleaned_data["reason"])
    return done(request, told, reverse("floor-prospect", args=[found.public_id]))


@get_or_post
@for_supervisors
def stop(request: SupervisorRequest, prospect: UUID) -> HttpResponse:
    """This number is never called any more, from no list of the client."""
    found = prospect_of(request, prospect)
    form = ReasonForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        told = _("No list of this company calls %(number)s any more.") % {"number": found.number}
        return dialog(request, _("Do not call"), told, _("Do not call"), form, prospect=found, clients=[found.client])
    do_not_call.add(found.client, found.number, by=request.user, why=form.cleaned_data["reason"])
    return done(request, _("Nobody calls this number any more."), reverse("floor-prospect", args=[found.public_id]))
