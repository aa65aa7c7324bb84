"""Call lists as supervisors run them: made, opened, paused, closed; and what came of each, to the person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone, localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from agents.gates import SupervisorRequest, for_supervisors
from bpo.kernel import clock, words
from clients import call_lists
from clients.models import CallList, CallListState
from interactions import prospect_lists, prospects
from interactions.models import REACHED, Prospect, ProspectResult, ProspectState
from interactions.views import export, lists
from interactions.views.floor.acts import ReasonForm, dialog, done, get_or_post, posted
from interactions.views.floor.list_forms import CallListForm
from interactions.views.floor.seeing import call_list_of, sight_of

S = CallListState
ACTS = {
    "open": (S.OPEN, lazy("Open"), lazy("Agents of its line may take from it, each person in the hours at home.")),
    "pause": (S.PAUSED, lazy("Pause"), lazy("Nobody takes the next. Calls that go on are finished.")),
    "close": (S.CLOSED, lazy("Close"), lazy("For good: nobody is added or called from it any more. Its results stay.")),
}


@require_safe
@for_supervisors
def listing(request: SupervisorRequest) -> HttpResponse:
    """Every list of one's clients with its state and figures."""
    sight = sight_of(request)
    client = lists.client_of(request.GET.get("client", ""), sight.clients)
    chosen = [client] if client else [] if request.GET.get("client") else sight.clients
    page = lists.page_of(_lists(chosen), request.GET)
    shown, at = list(page.object_list), clock.now()
    figures = prospect_lists.figures(shown)
    ready = prospects.ready([each for each in shown if each.state == S.OPEN], at)
    rows = [(each, figures[each.pk], sum(ready.get(each.pk, {}).values())) for each in shown]
    context = {"page_obj": page, "rows": rows, "clients": sight.clients, "client": client}
    return render(request, "floor/lists.html", context)


def _lists(clients: list[Any]) -> QuerySet[CallList]:
    rows = CallList.objects.filter(client__in=clients).select_related("client__brand", "queue")
    return rows.order_by("client__name", "-created_at", "-pk")


@get_or_post
@for_supervisors
def new(request: SupervisorRequest) -> HttpResponse:
    """A new list; it is filled before it is opened."""
    sight = sight_of(request)
    usual = {"calls_from": time(9), "calls_until": time(18)}  # the rest is the model's
    form = CallListForm(sight.clients, posted(request), initial=usual)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        messages.success(request, _("The list is there. Put people on it, then open it."))
        return redirect("floor-list", made.public_id)
    return _form(request, form, title=_("New call list"), act=_("Make the list"), back=reverse("floor-lists"))


@get_or_post
@for_supervisors
def edit(request: SupervisorRequest, call_list: UUID) -> HttpResponse:
    """Its rules, from now on; the reason is kept."""
    found = call_list_of(request, call_list)
    prospect_lists.require_open(found)
    form = CallListForm([found.client], posted(request), instance=found)
    back = reverse("floor-list", args=[found.public_id])
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        prospect_lists.change_rules(form.instance, form.Meta.fields, by=request.user, why=why)
        messages.success(request, _("Saved."))
        return redirect(back)
    title = _("Change %(list)s") % {"list": found.name}
    return _form(request, form, title=title, act=_("Save"), back=back, clients=[found.client])


def _form(request: SupervisorRequest, form: CallListForm, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "floor/list_form.html", {"form": form, "wide": True, **context}, status=status)


@get_or_post
@for_supervisors
def move(request: SupervisorRequest, call_list: UUID, act: str) -> HttpResponse:
    """Open, pause or close it, with a reason."""
    if act not in ACTS:
        raise Http404
    found = call_list_of(request, call_list)
    to, name, told = ACTS[act]
    form = ReasonForm(posted(request))
    if request.method != "POST" or not form.is_valid():
        return dialog(
            request, f"{name}: {found.name}", str(told), str(name), form, call_list=found, clients=[found.client]
        )
    call_lists.move(found, to, by=request.user, why=form.cleaned_data["reason"])
    return done(request, f"{found.name}: {found.get_state_display()}", reverse("floor-list", args=[found.public_id]))


# --- one list --------------------------------------------------------------------------------------------------------


@require_safe
@for_supervisors
def one(request: SupervisorRequest, call_list: UUID) -> HttpResponseBase:
    """Its results, every number with the people behind it; the same people as CSV."""
    found = call_list_of(request, call_list)
    rows = _asked(request.GET, found)
    if request.GET.get("format") == "csv":
        return _csv(found, rows)
    at = clock.now()
    figures = prospect_lists.figures([found])[found.pk]
    ready = sum(prospects.ready([found], at).get(found.pk, {}).values()) if found.state == S.OPEN else 0
    context = {
        "call_list": found,
        "hours": prospects.hours_words(found),
        "refusal": prospects.list_refusal(found) if found.state == S.OPEN else "",
        "figures": figures,
        "ready": ready,
        "states": [(state, figures.states.get(state, 0)) for state in ProspectState],
        "results": [(result, figures.results[result]) for result in ProspectResult if figures.results.get(result)],
        "reasons": prospect_lists.reasons(found).values_list("result_note", "n"),
        "page_obj": lists.page_of(rows, request.GET),
        "asked": {name: request.GET.get(name, "") for name in ("q", "state", "result", "why", "tried")},
        "narrowed": any(request.GET.get(name) for name in ("q", "state", "result", "why", "tried")),
        "csv": export.address(request.GET),
        "acts": [(act, words) for act, (to, words, _told) in ACTS.items() if to in call_lists.MOVES[S(found.state)]],
        "clients": [found.client],
        "at": at,
    }
    return render(request, "floor/list.html", context)


def _asked(query: QueryDict, call_list: CallList) -> QuerySet[Prospect]:
    """The people of the list that the address asks for; a filter nobody could have chosen is 400."""
    rows = Prospect.objects.filter(call_list=call_list).select_related("taken_by", "interaction")
    state, result, why = query.get("state", ""), query.get("result", ""), query.get("why", "")
    if state not in ("", "open", *ProspectState.values) or result not in ("", "reached", *ProspectResult.values):
        raise lists.BadFilter(f"{state} {result}"[:40])
    if state:
        rows = rows.filter(state__in=prospect_lists.OPEN if state == "open" else [state])
    if result:
        rows = rows.filter(result__in=REACHED if result == "reached" else [result])
    if query.get("tried"):
        rows = rows.filter(attempts__gt=0)
    if why:
        rows = rows.filter(result=ProspectResult.NOT_INTERESTED, result_note=why)
    if text := words.sought(query.get("q", "")):
        digits = "".join(filter(str.isdigit, text))
        fits = Q(name__icontains=text) | Q(company__icontains=text)
        rows = rows.filter(fits | Q(number__contains=digits) if len(digits) > 3 else fits)
    return rows.order_by("-ended_at", "next_try_at", "pk") if state in ("done", "given_up") else rows.order_by("pk")


HEAD = (
    "Name", "Phone number", "Email", "Works for", "Time zone", "Language", "Note", "Agreed how", "Agreed on", "State",
    "Attempts", "Result", "Reason", "Next try", "Ended", "Contact",
)  # fmt: skip


def _csv(call_list: CallList, rows: QuerySet[Prospect]) -> HttpResponseBase:
    zone = get_current_timezone()
    rest = export.left_off(rows)

    def cells() -> Iterator[list[object]]:
        for one in rows[: export.MOST_EXPORTED].iterator(chunk_size=500):
            moments = [
                localtime(at, zone).strftime("%Y-%m-%d %H:%M") if at else "" for at in (one.next_try_at, one.ended_at)
            ]
            yield [
                one.name, one.number, one.address, one.company, one.zone, one.language, one.note, one.consent_how,
                one.consent_on.isoformat(), one.get_state_display(), one.attempts, one.get_result_display(),
                one.result_note, *moments, one.interaction.public_id if one.interaction else "",
            ]  # fmt: skip
        yield from rest

    return export.table([str(_(name)) for name in HEAD], cells(), stem=f"call-list-{localdate(clock.now())}")
