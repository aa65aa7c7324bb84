"""Step 4, one line: its rules are edited as a draft or published at once; its versions, and what differs between them.

Only administrators change. A supervisor of the client reads the rules and their versions, since the floor tells which
is in force; the client's managers read their line, and nothing of how the house leads its people.
"""

from __future__ import annotations

import zlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agents import rule_rows, rules
from agents.forms.lines import MomentForm, RulesForms, rearranged
from agents.models import QueueVersion, RulesState
from agents.rule_hints import idle_steps
from agents.rule_words import difference, whole
from bpo.kernel.errors import DomainError, TimePassed
from clients.models import Queue, Role
from clients.setup_gate import SetupRequest, for_setup
from clients.views.setup import lock, page

ON_PAGE = 50
DRAFT, NOW, LATER = "draft", "now", "later"


@for_setup()
def new(request: SetupRequest) -> HttpResponse:
    """A further line; its rules are its first version."""
    if not request.may_edit:
        raise PermissionDenied(_("Only an administrator makes a line."))
    forms = RulesForms(request.client, None, request.POST or None)
    if request.method == "POST":
        if act := request.POST.get("step"):
            return _rearranged(request, None, None, act)
        if forms.is_valid():
            try:
                with transaction.atomic():
                    rules.begin(forms.settings.save(), forms.rules(), by=request.user)
            except rules.RulesRefused as refused:
                forms.settings.instance.pk = None
                forms.tell(refused.problems)
            else:
                messages.success(request, _("Saved."))
                return redirect("setup-queues", request.client.public_id)
        return _page(request, forms, {"queue": None}, status=422)
    return _page(request, forms, {"queue": None})


@for_setup(Role.SUPERVISOR)
def edit(request: SetupRequest, queue: UUID) -> HttpResponse:
    """One line: its draft if it has one, else what is in force; below it its versions. Whoever may not edit reads."""
    found = get_object_or_404(Queue, client=request.client, public_id=queue)
    if not request.may_edit:
        return _in_words(request, found)
    opened = rules.open_version(found)
    if request.method == "POST":
        if act := request.POST.get("step"):
            return _rearranged(request, found, opened, act)
        if opened is not None and opened.state == RulesState.SCHEDULED:
            raise PermissionDenied(_("These rules wait for their time; cancel it first."))
        return _send(request, found, opened)
    rows = rule_rows.read(found, opened.rules if opened else rule_rows.snapshot(found))
    forms = RulesForms(request.client, rows, None, seen=_seen(found, opened))
    return _page(request, forms, {**_told(found, opened), **_then(request, found)})


def _in_words(request: SetupRequest, queue: Queue) -> HttpResponse:
    """The rules in force as sentences; the house's own supervisors see the versions too."""
    of_client = request.role != Role.SUPERVISOR
    context: dict[str, Any] = {"queue": queue, "whole": whole(rule_rows.snapshot(queue), for_client=of_client)}
    if not of_client:
        context |= {"current": rules.in_force(queue), "versions": _versions(queue), **_then(request, queue)}
    return page(request, "setup/queue_words.html", "setup-queues", context)


def _send(request: SetupRequest, queue: Queue, opened: QueueVersion | None) -> HttpResponse:
    """Save as a draft, publish now or at a time; what is refused stays on the page as it was typed."""
    seen = _seen(queue, opened)
    rows = rule_rows.read(queue, opened.rules if opened else rule_rows.snapshot(queue))
    forms = RulesForms(request.client, rows, request.POST)
    if forms.is_valid():
        given, what = forms.publish.cleaned_data, request.POST.get("do", NOW)
        try:
            with transaction.atomic():
                draft = _saved(forms.rules(), queue, opened, given, request)
                if what == NOW:
                    rules.publish(draft, by=request.user, why=given["reason"], knowing=given["knowing"])
                elif what == LATER:
                    at = given["publish_at"] or timezone.now()
                    rules.schedule(draft, by=request.user, why=given["reason"], at=at, knowing=given["knowing"])
        except rules.RulesRefused as refused:
            forms.tell(refused.problems)
        except rules.BaseChanged as refused:
            context = {**_told(queue, opened), "since": refused.changes}
            return _page(request, forms, context, seen=given["seen"] or seen, status=422)
        except DomainError as refused:
            field = {TimePassed: "publish_at", rules.ReasonMissing: "reason"}.get(type(refused))
            forms.publish.add_error(field, str(refused.sentence))
        else:
            messages.success(request, _words(what, draft))
            return redirect("setup-queue", request.client.public_id, queue.public_id)
    return _page(request, forms, _told(queue, opened), seen=seen, status=422)


def _saved(
    given: rule_rows.Rules, queue: Queue, opened: QueueVersion | None, how: dict[str, Any], request: SetupRequest
) -> QueueVersion:
    """The draft with what was typed; based on the rules that whoever typed it had before her."""
    problems = rule_rows.read(queue, given).problems
    if problems:
        raise rules.RulesRefused(problems)
    seen = how["seen"] or _seen(queue, opened)
    if opened is None and seen.isdecimal():
        base = QueueVersion.objects.filter(queue=queue, number=int(seen)).first()
        return rules.draft(queue, given, by=request.user, based_on=base)
    if opened is None or seen != _seen(queue, opened):
        raise rules.DraftMoved
    return rules.edit(opened, given, by=request.user)


def _words(what: str, draft: QueueVersion) -> str:
    if what == NOW:
        return _("Published. Those who wait follow the new rules.")
    if what == LATER:
        draft.refresh_from_db(fields=["publish_at"])
        assert draft.publish_at is not None
        at = date_format(timezone.localtime(draft.publish_at), "j M Y, H:i")
        return _("It will be published on %(at)s.") % {"at": at}
    return _("The draft is saved. Nothing has changed for those who wait.")


def _seen(queue: Queue, opened: QueueVersion | None) -> str:
    """What the page was made of: a draft as it was then, or the number in force."""
    if opened is None:
        return str(queue.version)
    return f"{opened.public_id}.{zlib.crc32(repr(sorted(opened.rules.items())).encode())}"


def _rearranged(request: SetupRequest, queue: Queue | None, opened: QueueVersion | None, act: str) -> HttpResponse:
    """A step added, removed or moved on the page; nothing is saved by it."""
    data, at = rearranged(request.POST, act)
    rows = rule_rows.read(queue, opened.rules if opened else rule_rows.snapshot(queue)) if queue else None
    forms = RulesForms(request.client, rows, data)
    context = {**(_told(queue, opened) if queue else {"queue": None}), "at_hand": at, "moved": act.partition("-")[0]}
    return _page(request, forms, context)


def _told(queue: Queue, opened: QueueVersion | None) -> dict[str, Any]:
    """What stands around the form: the version in force, the draft's difference, the versions."""
    current = rules.in_force(queue)
    return {
        "queue": queue,
        "current": current,
        "draft": opened,
        "changes": difference(current.rules, opened.rules) if opened and current else [],
        "hints": idle_steps(opened.rules if opened else rule_rows.snapshot(queue)),
        "versions": _versions(queue),
        "scheduled": opened is not None and opened.state == RulesState.SCHEDULED,
    }


def _then(request: SetupRequest, queue: Queue) -> dict[str, Any]:
    """What was in force at the moment that was asked for, if one was."""
    form = MomentForm(request.GET if "at" in request.GET else None)
    asked: dict[str, Any] = {"form": form}
    if form.is_valid():
        asked |= {"at": form.cleaned_data["at"], "version": rules.in_force(queue, form.cleaned_data["at"])}
    return {"then": asked}  # not beside the forms of the page: whoever may not change the rules may ask


def _versions(queue: Queue) -> QuerySet[QueueVersion]:
    rows = QueueVersion.objects.filter(queue=queue).select_related("published_by", "created_by", "rolled_back_to")
    return rows.order_by("-pk")[:ON_PAGE]


def _page(
    request: SetupRequest, forms: RulesForms, context: dict[str, Any], *, seen: str = "", status: int = 200
) -> HttpResponse:
    if context.get("scheduled"):
        for each in forms.everything():
            lock(each)
    context = {"faults": forms.faults() if status == 422 else [], **context}
    names = {"form": forms.settings, "skills": forms.skills, "teams": forms.teams, "step_set": forms.steps}
    context = {**names, "publish": forms.publish, "seen": seen or forms.publish["seen"].value(), **context}
    return page(request, "setup/queue.html", "setup-queues", context, status=status)


# --- versions --------------------------------------------------------------------------------------------------------


@for_setup(Role.SUPERVISOR)
@require_safe
def version(request: SetupRequest, queue: UUID, version: UUID) -> HttpResponse:
    """One version: what it changed, or how it differs from any other; from here it is brought back or discarded."""
    if request.role == Role.MANAGER:
        raise PermissionDenied(_("Who of the house changed what and why is not told here; the line itself is."))
    found = _version(request, queue, version)
    others = list(QueueVersion.objects.filter(queue=found.queue).exclude(pk=found.pk).order_by("-pk")[:ON_PAGE])
    other = rules.before(found)
    if asked := request.GET.get("with"):
        other = next((each for each in others if str(each.public_id) == asked), None)
        if other is None:
            raise Http404
    current = rules.in_force(found.queue)
    old = found.state == RulesState.PUBLISHED and current is not None and current.pk != found.pk
    context = {
        "queue": found.queue,
        "version": found,
        "other": other,
        "others": others,
        "changes": difference(other.rules, found.rules) if other else [],
        "whole": whole(found.rules),
        "hints": idle_steps(found.rules),
        "current": current,
        "back": difference(current.rules, {**found.rules, "state": current.rules["state"]}) if current and old else [],
        "old": old,
    }
    return page(request, "setup/queue_version.html", "setup-queues", context)


@for_setup()
@require_POST
def move(request: SetupRequest, queue: UUID, version: UUID, act: str) -> HttpResponse:
    """Bring back, discard, cancel the time; a refusal in words."""
    found = _version(request, queue, version)
    reason = request.POST.get("reason", "")
    try:
        if act == "roll-back":
            rules.roll_back(found.queue, found, by=request.user, why=reason)
            messages.success(request, _("The old rules are in force again, as a new version."))
        elif act == "discard":
            rules.discard(found, by=request.user, why=reason)
            messages.success(request, _("The draft is discarded."))
        elif act == "cancel":
            rules.cancel(found, by=request.user, why=reason)
            messages.success(request, _("It is a draft again and is not published by itself."))
        else:
            raise Http404
    except DomainError as refused:
        messages.error(request, str(refused.sentence))
        return redirect("setup-queue-version", request.client.public_id, found.queue.public_id, found.public_id)
    return redirect("setup-queue", request.client.public_id, found.queue.public_id)


def _version(request: SetupRequest, queue: UUID, version: UUID) -> QueueVersion:
    rows = QueueVersion.objects.select_related(
        "queue", "created_by", "published_by", "rolled_back_to", "based_on"
    ).filter(queue__client=request.client, queue__public_id=queue)
    return get_object_or_404(rows, public_id=version)
