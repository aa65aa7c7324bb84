"""Written work: send, reply, undo, draft, snippets, files, and a mail's formatted version in a frame of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from csp.decorators import csp_replace
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents.gates import AgentRequest, for_agents
from bpo.kernel import clock
from clients.models import Channel, Snippet
from interactions import conversation, drafts, files, replies, sending_time, unsent, word_access
from interactions.adapters.mail.html import safe_html
from interactions.desk import ready_words
from interactions.desk.leaving import times_of
from interactions.desk.promising import zone_of
from interactions.desk.work import log_of, thread_of
from interactions.handling import NotYours
from interactions.models import Attachment, Interaction, Leg, LegRole, LegState, Message
from interactions.views.console.common import dialog, done, follows, newer_mail, own_leg, read_on, show_work, triggers

# What “send later” is followed by, by the button that was pressed.
LATER = {"later": "keep", "later_park": "park"}
NOW = "now"


def _snippets(request: AgentRequest, leg: Leg) -> list[ready_words.Used]:
    """The ready sentences that the page says were put in, as far as their words are still in what is sent."""
    return ready_words.still_in(request.POST.get("text", ""), leg, request.agent, request.POST.getlist("used")[:20])


def _files(request: AgentRequest) -> list[files.File]:
    given = request.FILES.getlist("files")
    if len(given) > files.MOST_FILES:
        raise files.TooManyFiles
    return [_checked(one.name or "file", one.read()) for one in given]


def _checked(name: str, content: bytes) -> files.File:
    """The file, or a refusal that says which of them it is about."""
    try:
        return files.check(name, content)
    except files.FileRefused as refused:
        raise type(refused)(sentence=f"{name}: {refused.sentence}") from refused


@for_agents
@require_GET
def messages(request: AgentRequest, leg: UUID) -> HttpResponse:
    """The log of a chat, or the thread of a mail."""
    mine = own_leg(request, leg)
    if mine.channel == Channel.EMAIL:
        return render(request, "console/_thread.html", {"leg": mine} | thread_of(mine.interaction, request.agent))
    log = log_of(mine.interaction)
    if log["chat"] and request.GET.get("last") == log["known"]:
        return HttpResponse(status=204)  # a log that is put anew is read aloud anew
    return render(request, "console/_messages.html", {"leg": mine, **log})


@for_agents
@require_POST
def send(request: AgentRequest, leg: UUID) -> HttpResponse:
    """A line in a chat; the same key twice is one line."""
    mine = own_leg(request, leg)
    conversation.agent_wrote(
        mine,
        request.POST.get("text", ""),
        by=request.agent,
        files=_files(request),
        client_key=request.POST.get("key", ""),
        snippets=_snippets(request, mine),
    )
    drafts.drop(mine.interaction)
    if not request.htmx:  # type: ignore[attr-defined]
        return show_work(request, mine)
    shown = {"leg": mine, **log_of(mine.interaction)}
    return triggers(render(request, "console/_messages.html", shown), "desk:items", "desk:sent")


@for_agents
@require_POST
def reply(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Send a mail in the client's name, now or later, and keep, park or resolve; it can be undone until it leaves."""
    mine = own_leg(request, leg)
    then = follows(request, "keep")
    send_at = _chosen(request, mine.interaction) if then in LATER else None
    try:
        message = replies.agent_replies(
            mine,
            request.POST.get("text", ""),
            by=request.agent,
            then=LATER.get(then, then),
            send_at=send_at,
            summary=request.POST.get("summary", ""),
            outcome=request.POST.get("outcome", ""),
            files=_files(request),
            client_key=request.POST.get("key", ""),
            read=read_on(request),
            snippets=_snippets(request, mine),
        )
    except replies.NewerMail as newer:
        return newer_mail(request, newer, form="composer", then=then)
    drafts.drop(mine.interaction)
    toast = _sent_toast(message, later=send_at is not None)
    if own_leg(request, leg).state in (LegState.HANDLING, LegState.WRAPPING):
        return show_work(request, mine, toast=toast)
    return done(request, toast=toast)


def _chosen(request: AgentRequest, interaction: Interaction) -> datetime:
    """The time that was chosen, on the customer's clock."""
    when, own = request.POST.get("when", ""), request.POST.get("own", "")
    return sending_time.chosen(when, own, zone_of(interaction), clock.now())


def _sent_toast(message: Message, *, later: bool) -> dict[str, str]:
    words = _("Sending as %(brand)s.") % {"brand": message.client.brand.public_name}
    if later:
        when = date_format(timezone.localtime(message.due_at), "D j M, H:i")
        words = _("It leaves on %(when)s, your time.") % {"when": when}
        if message.state == Message.State.HELD:
            words = _("It is held, and leaves on %(when)s, your time, at the earliest.") % {"when": when}
    return {"text": words, "undo": reverse("console-undo", args=[message.public_id]), "key": "sent"}


def _mail(request: AgentRequest, public_id: UUID) -> Message:
    """A mail of hers, or of a contact or case that was hers; whether she may change it yet the operation says."""
    hers = Leg.objects.filter(agent=request.agent, accepted_at__isnull=False)
    same = Q(agent=request.agent) | Q(interaction__in=hers.values("interaction"))
    same |= Q(interaction__case__in=hers.filter(interaction__case__isnull=False).values("interaction__case"))
    rows = Message.objects.visible_to(request.user).filter(same)
    return get_object_or_404(rows.select_related("client__brand", "interaction__case"), public_id=public_id)


@for_agents
@require_POST
def undo(request: AgentRequest, message: UUID) -> HttpResponse:
    """Take a mail back that has not left yet; its words are the draft again."""
    undone = unsent.undo(_mail(request, message), by=request.agent)
    if not request.htmx:  # type: ignore[attr-defined]
        return _to_case(request, undone)
    return triggers(HttpResponse(status=204), "desk:items", "desk:top", "desk:work")


@for_agents
@require_http_methods(["GET", "POST"])
def send_time(request: AgentRequest, message: UUID) -> HttpResponse:
    """Let a mail that has not left leave at another time, or now."""
    found = _mail(request, message)
    if request.method == "GET":
        return dialog(request, "console/_send_time.html", {"message": found} | times_of(found.interaction, found))
    now = request.POST.get("when") == NOW
    send_at = None if now else _chosen(request, found.interaction)
    changed = unsent.send_later(found, send_at, by=request.agent)
    case = changed.interaction.case_id
    same = Q(interaction=changed.interaction_id) | Q(interaction__case__isnull=False, interaction__case=case)
    live = Leg.objects.filter(same, agent=request.agent, role=LegRole.PRIMARY, state__in=unsent.HOLDING).first()
    if live is not None:
        return show_work(request, live, toast=_sent_toast(changed, later=not now))
    return _to_case(request, changed)


def _to_case(request: AgentRequest, message: Message) -> HttpResponse:
    """The page of the matter the mail is about."""
    case = message.interaction.case
    url = reverse("console-case", args=[case.public_id]) if case else reverse("console-home")
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = HttpResponse(status=204)
    response["HX-Redirect"] = url
    return response


@for_agents
@require_POST
def draft(request: AgentRequest, leg: UUID) -> HttpResponse:
    """Keep what is written; the holder's alone."""
    mine = own_leg(request, leg)
    if mine.state != LegState.HANDLING:
        raise NotYours
    drafts.save(mine.interaction, request.agent, request.POST.get("text", ""))
    return HttpResponse(status=204)


@for_agents
@require_GET
def snippets(request: AgentRequest, leg: UUID) -> JsonResponse:
    """The client's ready sentences, names filled in: in the contact's language, then what exists in the client's own
    language alone; each says its language, and whether the customer speaks another."""
    mine = own_leg(request, leg)
    interaction = mine.interaction
    rows = Snippet.objects.filter(client_id=mine.client_id, retired_at=None)
    rows = rows.filter(language__in={interaction.language, mine.client.default_language})
    own = {one.shortcut for one in rows if one.language == interaction.language}
    words = ready_words.names_in(mine, request.agent)
    told = [
        {
            "shortcut": one.shortcut,
            "text": ready_words.filled(one.text, words),
            "language": one.language,
            "foreign": one.language != interaction.language,
        }
        for one in rows
        if one.language == interaction.language or one.shortcut not in own
    ]
    return JsonResponse({"snippets": sorted(told, key=lambda one: one["foreign"])})


def _require_words(request: AgentRequest, contact: Interaction) -> None:
    if not word_access.may_read(request.agent, contact):
        raise Http404


@for_agents
@require_GET
def attachment(request: AgentRequest, attachment: UUID) -> FileResponse:
    """A file as a download, never shown in place."""
    rows = Attachment.objects.visible_to(request.user).select_related("interaction__case")
    found = get_object_or_404(rows, public_id=attachment)
    _require_words(request, found.interaction)
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type="application/octet-stream"
    )


# Any: the decorator's types know only views without arguments.
FRAMED: Any = csp_replace(
    {"default-src": ["'none'"], "img-src": ["data:"], "style-src": ["'self'"], "frame-ancestors": ["'self'"]}
)


@for_agents
@require_GET
@xframe_options_sameorigin
@FRAMED
def formatted(request: AgentRequest, message: UUID) -> HttpResponse:
    """A mail's HTML made safe, alone in a frame: no script, nothing from afar."""
    rows = Message.objects.visible_to(request.user).select_related("interaction__case")
    found = get_object_or_404(rows, public_id=message)
    _require_words(request, found.interaction)
    return render(request, "console/mail_frame.html", {"html": mark_safe(safe_html(found.html))})  # allow-listed
