"""Charts of large call flows on paper: asked for, made by whoever works such rows, found again when one died."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation

from bpo.accounts.models import User
from bpo.kernel import clock
from clients.access import is_admin
from clients.models import ScriptVersion
from interactions.models import FlowPaper, PaperState
from interactions.reports import flow_chart, flow_days, flow_print, flow_words_print
from interactions.reports.stretches import stretch

logger = logging.getLogger(__name__)

WORDS = ""  # in place of a period: the flow with its words and without figures
LEASE = timedelta(minutes=2)
KEPT = timedelta(days=1)
OPEN = (PaperState.PENDING, PaperState.RUNNING)


def seen_by(user: User) -> QuerySet[FlowPaper]:
    """One's own; an administrator sees all."""
    rows = FlowPaper.objects.select_related("version__script__client__brand").defer("content")
    return rows if is_admin(user) else rows.filter(asked_by=user)


def ask(version: ScriptVersion, when: str, *, by: User, at: datetime | None = None) -> FlowPaper:
    """The paper of a version in a period, or with its WORDS, in the language one reads; the one being made, if any."""
    same = {"asked_by": by, "version": version, "when": when, "language": translation.get_language() or "en"}
    try:
        with transaction.atomic():
            return FlowPaper.objects.create(**same, asked_at=at or clock.now())
    except IntegrityError:
        return FlowPaper.objects.filter(**same).order_by("-asked_at", "-pk")[0]


def make_waiting(*, at: datetime | None = None) -> int:
    """Make what waits, oldest first, and what a process that died left behind; forget what is a day old. How many."""
    FlowPaper.objects.filter(asked_at__lt=(at or clock.now()) - KEPT).delete()
    made = 0
    while (paper := _claimed(at or clock.now())) is not None:
        _make(paper)
        made += 1
    return made


def _claimed(at: datetime) -> FlowPaper | None:
    waits = Q(state=PaperState.PENDING) | Q(state=PaperState.RUNNING, leased_until__lte=at)
    with transaction.atomic():
        found = FlowPaper.objects.filter(waits).select_for_update(skip_locked=True, of=("self",)).order_by("asked_at")
        paper = found.select_related("version__script__client__brand").first()
        if paper is not None:
            paper.state, paper.leased_until = PaperState.RUNNING, at + LEASE
            paper.save(update_fields=["state", "leased_until"])
    return paper


def _content(version: ScriptVersion, when: str, now: datetime, said: Callable[[float], object]) -> bytes:
    if when == WORDS:
        return flow_words_print.pdf(version, now, said=said)
    asked = stretch(when, version.script.client.zone, now)
    chart = flow_chart.chart_of(version, flow_days.life(version, asked, at=now))
    return flow_print.pdf(chart, asked, now, said=said)


def _make(paper: FlowPaper) -> None:
    def said(share: float) -> None:
        mine = FlowPaper.objects.filter(pk=paper.pk, state=PaperState.RUNNING)
        mine.update(percent=round(share * 100), leased_until=clock.now() + LEASE)

    version, now = paper.version, clock.now()
    try:
        with translation.override(paper.language), timezone.override(ZoneInfo(version.script.client.zone)):
            content = _content(version, paper.when, now, said)
        ended = {"state": PaperState.DONE, "percent": 100, "content": content}
    except Exception:
        logger.exception("paper %s failed", paper.pk)
        ended = {"state": PaperState.FAILED}
    FlowPaper.objects.filter(pk=paper.pk, state=PaperState.RUNNING).update(ended_at=clock.now(), **ended)
