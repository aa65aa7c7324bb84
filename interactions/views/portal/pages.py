"""The client's own rooms: the day, the figures, what was promised, contacts and callbacks; nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bpo.kernel import clock
from bpo.kernel.templatetags.ui import duration_words
from clients import scripts
from clients.formulas import FORMULAS, PLAIN, SERVICE_LEVELS, Formula
from clients.gates import ClientRequest, ClientView, for_client_viewers, own_clients
from clients.models import Channel, Client, Promise, Role, ScriptVersion
from interactions import playback, word_access
from interactions.models import Interaction
from interactions.reports import live, promised, queries
from interactions.reports.figures import FIGURES, LIVE_CHANNELS, Thing
from interactions.reports.mails import mail_line
from interactions.reports.masking import Mask
from interactions.reports.measures import Line
from interactions.reports.scope import (
    PERIODS,
    Scope,
    in_force,
    period,
    promises_in_force,
    scope_of,
    scopes_of,
    stretch_of,
    touching,
)
from interactions.reports.story import PublicNames, story
from interactions.templatetags.floor import who_came
from interactions.views import export, lists

CHANNELS = (Channel.VOICE, Channel.CHAT, Channel.EMAIL)
MOMENT = timedelta(microseconds=1)


def in_zone(view: ClientView) -> ClientView:
    """Every time on these pages is the client's."""

    def zoned(request: ClientRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(ZoneInfo(request.client.zone)):
            return view(request, *args, **kwargs)

    return zoned


def _page(request: ClientRequest, template: str, **context: Any) -> HttpResponse:
    return render(
        request,
        template,
        {
            "client": request.client,
            "brand": request.client.brand,
            "periods": PERIODS.items(),
            "period_keys": PERIODS,
            "approves": request.role == Role.MANAGER and scripts.client_approves(request.client),
            "at": clock.now(),
            **context,
        },
    )


@require_safe
@login_required
def choose(request: HttpRequest) -> HttpResponse:
    """One house: straight in. Several: choose. None: these rooms are not yours."""
    clients = own_clients(request.user)
    if not clients:
        raise PermissionDenied(_("These rooms belong to the client's own people."))
    if len(clients) == 1:
        return redirect("portal", clients[0].public_id)
    return render(request, "portal/choose.html", {"clients": clients})


def _tiles(client: Client, scope: Scope) -> dict[str, Any]:
    wall = live.wall([client], today=scope)
    return {
        "wall": wall.clients[0],
        "longest": wall.longest[1].since if wall.longest else None,
        "day": queries.day(scope, wall.by_channel),
        "working": queries.count_of("working_now", scope),
        "at": scope.at,
    }


@require_safe
@for_client_viewers
@in_zone
def today(request: ClientRequest) -> HttpResponse:
    """The day so far: tiles, reasons, times; the promises, which look at the whole month, follow by themselves."""
    scope = scope_of([request.client])
    return _page(
        request,
        "portal/today.html",
        **_tiles(request.client, scope),
        reasons=queries.reasons(scope),
        period=period("today", request.client.zone, scope.at),
    )


@require_safe
@for_client_viewers
@in_zone
def tiles(request: ClientRequest) -> HttpResponse:
    """The tiles alone, refetched while the page is open."""
    return _page(request, "portal/_tiles.html", **_tiles(request.client, scope_of([request.client])))


@require_safe
@for_client_viewers
@in_zone
def promised_part(request: ClientRequest) -> HttpResponse:
    """What was promised, today and this month so far, beside the day."""
    scope, month = scopes_of([request.client], "today", "month")
    return _page(request, "portal/_promised.html", promises=_promised(scope, month))


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise in its client's words, today and this month; `span` where its contract held a part of that alone."""

    name: str
    words: str
    span: str
    today: promised.Kept
    month: promised.Kept


def _promised(scope: Scope, month: Scope) -> list[Promised]:
    """Those in force, then those whose contract ended this month: what they missed stays to be seen."""
    promises = in_force(scope.promises, scope.at)
    promises += [each for each in touching(month.promises, month) if each not in promises]
    kept_today, kept_month = promised.kept_in(promises, [scope, month])
    return [
        Promised(*_promise_words(p), _span(p, month), one, other)
        for p, one, other in zip(promises, kept_today, kept_month, strict=True)
    ]


def _span(promise: Promise, month: Scope) -> str:
    """From when or until when it holds within the month."""
    start, end = stretch_of(promise)
    contract = promise.contract
    if end <= month.at and contract.valid_until:
        return _("until %(day)s") % {"day": date_format(contract.valid_until, "j F")}
    if start > min(part.start for part in month.parts):
        return _("since %(day)s") % {"day": date_format(contract.valid_from, "j F")}
    return ""


def _promise_words(promise: Promise) -> tuple[str, str]:
    """What is promised, and how it is counted."""
    formula = FORMULAS[promise.formula]
    return promise_name(promise), words_of(formula, promise.channel)


def promise_name(promise: Promise) -> str:
    """What is promised, in a line."""
    limit = {"limit": duration_words(promise.threshold_seconds)}
    match promise.channel, promise.formula:
        case "", _formula:
            return _(FORMULAS[promise.formula].title)
        case Channel.EMAIL, _formula:
            return _("Mails replied to in %(limit)s") % limit
        case Channel.VOICE, "abandon_rate.v1":
            return _("Calls that left the line")
        case Channel.VOICE, "given_up_rate.v1":
            return _("Calls given up")
        case Channel.VOICE, "service_level_settled_in_time.v1":
            return _("Calls settled in %(limit)s") % limit
        case Channel.VOICE, _formula:
            return _("Calls answered in %(limit)s") % limit
        case _chat, "abandon_rate.v1":
            return _("Chats that left the line")
        case _chat, "given_up_rate.v1":
            return _("Chats given up")
        case _chat, "service_level_settled_in_time.v1":
            return _("Chats settled in %(limit)s") % limit
    return _("Chats answered in %(limit)s") % limit


@require_safe
@for_client_viewers
@in_zone
def promises(request: ClientRequest) -> HttpResponse:
    """Each promise with its formula in words, target, today and the month, with both halves."""
    scope, month = scopes_of([request.client], "today", "month")
    contract = next((promise.contract for promise in in_force(scope.promises, scope.at)), None)
    return _page(request, "portal/promises.html", promises=_promised(scope, month), contract=contract)


# The lines of the table of figures.
TABLE = (
    "came_in", "after_hours", "voicemail", "turned_away", "not_in_line", "offered", "answered", "in_time", "late",
    "given_up", "short", "took_callback", "still_waiting", "elsewise",
)  # fmt: skip


@require_safe
@for_client_viewers
@in_zone
def figures(request: ClientRequest) -> HttpResponse:
    """All figures of a period by channel; each number opens its contacts."""
    key = request.GET.get("when", "today")
    scope = scope_of([request.client], key)
    day = queries.day(scope)
    return _page(
        request,
        "portal/figures.html",
        day=day,
        rows=_figure_rows(day),
        beside=[
            (name, FIGURES[name].name, day.beside[name]) for name in queries.BESIDE if name not in queries.AT_THE_DOOR
        ],
        channels=[(c.value, c.label) for c in CHANNELS],
        period=period(key, request.client.zone, scope.at),
        reasons=queries.reasons(scope),
        **_levels(scope, day),
    )


def _levels(scope: Scope, day: queries.Day) -> dict[str, Any]:
    """The service level of each channel by the formula that its contract names, and of all where it is one for all.

    Of mails there is none without a promise.
    """
    promises = live.promises_now(scope.promises, min(scope.at, max(part.end for part in scope.parts) - MOMENT))
    named = {channel: promise.formula for (_client, channel), promise in promises.items()}
    formulas = {str(c): FORMULAS[named.get(c, PLAIN)] for c in CHANNELS if c != Channel.EMAIL or c in named}
    counts = dict(day.by_channel)
    if Channel.EMAIL in formulas:
        mails = scope.of_channel(Channel.EMAIL)
        counts[Channel.EMAIL] = mail_line(mails, queries.replies(mails))
    levels = {channel: (formula, formula.of(counts.get(channel, Line()))) for channel, formula in formulas.items()}
    calls, chats = (formulas[c] for c in LIVE_CHANNELS)
    said: dict[str, list[str]] = {}
    for channel, formula in formulas.items():
        said.setdefault(words_of(formula, channel), []).append(str(Channel(channel).label))
    return {
        "levels": [(c.value, *levels.get(c.value, (None, None))) for c in CHANNELS],
        "level": (calls, calls.of(day.line)) if calls == chats else None,
        "level_words": [(", ".join(channels), words) for words, channels in said.items()],
    }


def words_of(formula: Formula, channel: str) -> str:
    """How it is counted, in words for a reader."""
    return _(formula.mail_words if channel == Channel.EMAIL else formula.words)


def _figure_rows(day: queries.Day) -> list[tuple[str, str, list[tuple[str, int | None]], int]]:
    """Figure, words, number by channel (None: does not apply), total."""
    fields = {"still_waiting": "waiting"}
    rows: list[tuple[str, str, list[tuple[str, int | None]], int]] = []
    cells: list[tuple[str, int | None]]
    for key in TABLE:
        if key == "came_in":
            cells = [(c.value, day.came_in_by_channel.get(c, 0)) for c in CHANNELS]
            total = day.came_in
        elif key in queries.AT_THE_DOOR:
            cells = [(c.value, day.at_the_door.get((key, c.value), 0)) for c in CHANNELS]
            total = day.beside[key]
        elif key == "not_in_line":
            cells = [(c.value, day.not_in_line(c)) for c in CHANNELS[:2]]
            total = sum(n or 0 for _channel, n in cells)
            cells.append((Channel.EMAIL.value, None))
        else:
            name = fields.get(key, key)
            cells = [(c.value, getattr(day.by_channel[c], name) if c in day.by_channel else 0) for c in CHANNELS[:2]]
            cells.append((Channel.EMAIL.value, None))
            total = getattr(day.line, name)
        rows.append((key, str(FIGURES[key].name), cells, total))
    return rows


@require_safe
@for_client_viewers
@in_zone
def contacts(request: ClientRequest) -> HttpResponseBase:
    """The rows behind a figure: contacts, stretches of work or callbacks; filtered, paged, as CSV."""
    asked = lists.ask(_own(request), [request.client])
    show = request.client.policy.client_sees_customer_names
    found = lists.rows(asked, names=show)
    names = PublicNames(request.client)
    if request.GET.get("format") == "csv":
        stem = f"{request.client.slug}-{asked.figure.key}-{asked.period.first}-{asked.period.last}"
        zone = ZoneInfo(request.client.zone)
        return export.csv_of(asked.figure.thing, found, stem=stem, zone=zone, names=names, show=show)
    return _page(
        request,
        "portal/contacts.html",
        asked=asked,
        page_obj=lists.page_of(found, request.GET),
        agent_names=names,
        csv=export.address(request.GET),
        halves=lists.halves(asked, request.GET),
        **{k: v for k, v in lists.choices([request.client], asked).items() if k not in ("queues", "periods")},
    )


def _own(request: ClientRequest) -> Any:
    """The client's address names no line and no other client."""
    query = request.GET.copy()
    for key in ("client", "queue"):
        query.pop(key, None)
    return query


@require_safe
@for_client_viewers
@in_zone
def contact(request: ClientRequest, contact: UUID) -> HttpResponse:
    """One contact in the client's words; what was written by policy."""
    own = Interaction.objects.visible_to(request.user).filter(client=request.client)
    found = get_object_or_404(
        own.select_related("customer", "case", "reason", "product", "envelope"), public_id=contact
    )
    policy = request.client.policy
    if policy.client_sees_transcripts:
        word_access.opened(found, request.user)
    names = PublicNames(request.client)
    mask = None if policy.client_sees_customer_names else Mask(found)
    told = story(
        found,
        name_of=names,
        for_client=True,
        with_messages=policy.client_sees_transcripts,
        mask=mask,
    )
    at = found.arrived_at
    then = in_force(promises_in_force([request.client], at, at), at)
    promise = next((p for p in then if p.channel == found.channel and p.formula in SERVICE_LEVELS), None)
    survey = getattr(found, "survey", None)
    return _page(
        request,
        "portal/contact.html",
        contact=found,
        story=told,
        who=who_came(found) if policy.client_sees_customer_names else _("Customer"),
        transcripts=policy.client_sees_transcripts,
        promise=promise,
        survey=survey,
        survey_words=(mask(survey.words) if mask else survey.words) if survey else "",
        hidden=mask is not None,
        recordings=playback.of_contacts([found], request.user, names),
    )


@require_safe
@for_client_viewers
@in_zone
def callbacks(request: ClientRequest) -> HttpResponse:
    """The ledger of promises made in a period, and the promises themselves."""
    key = request.GET.get("when", "today")
    figure = request.GET.get("figure", "callbacks_made")
    if queries.figure_of(figure).thing != Thing.CALLBACK:
        raise queries.NoSuchFigure(figure)
    scope = scope_of([request.client], key)
    found = queries.callbacks_with_people(queries.rows_of(figure, scope)).order_by("-due_until", "-pk")
    return _page(
        request,
        "portal/callbacks.html",
        ledger=queries.callbacks(scope),
        figure=figure,
        page_obj=lists.page_of(found, request.GET),
        period=period(key, request.client.zone, scope.at),
    )


@require_safe
@for_client_viewers
@in_zone
def call_flows(request: ClientRequest) -> HttpResponse:
    """The versions that wait for the client's own approval; each is read and decided in the set-up."""
    if request.role != Role.MANAGER:
        raise PermissionDenied(_("Your role does not review and publish call flows."))
    waiting = scripts.waiting_for(request.client)
    return _page(request, "portal/scripts.html", waiting=[(one, _shown_against(one)) for one in waiting])


def _shown_against(version: ScriptVersion) -> ScriptVersion | None:
    return scripts.before(version, version.script.versions.exclude(pk=version.pk).defer("graph"))
