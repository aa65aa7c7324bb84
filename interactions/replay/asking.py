"""A replay as a row: asked for, run by whoever works such rows, stopped, and found again when its process died."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.access import is_admin
from interactions.models import Replay, ReplayState
from interactions.replay import describing, running, scratch

logger = logging.getLogger(__name__)

MOST_WAITING = 3  # of one person


class TooMany(DomainError):
    """One after the other."""

    code = "replays_waiting"


class Stop(Exception):
    """Somebody stopped it."""


def seen_by(user: User) -> QuerySet[Replay]:
    """One's own; an administrator sees all."""
    rows = Replay.objects.select_related("asked_by")
    return rows if is_admin(user) else rows.filter(asked_by=user)


@transaction.atomic
def ask(start: datetime, end: datetime, told: Any, *, by: User | None, at: datetime | None = None) -> Replay:
    """A replay that will run; refused in words when period or changes cannot be."""
    running.check(start, end)
    describing.read(told)
    waiting = Replay.objects.filter(asked_by=by, state__in=[ReplayState.PENDING, ReplayState.RUNNING])
    if by is not None and waiting.count() >= MOST_WAITING:
        raise TooMany(sentence=_("%s of your replays have not ended yet. Wait for one, or stop one.") % MOST_WAITING)
    return Replay.objects.create(asked_by=by, asked_at=at or clock.now(), start=start, end=end, changes=told)


def stop(replay: Replay, *, at: datetime | None = None) -> bool:
    """It ends within a second or two and keeps nothing. Whether it had not ended before."""
    found = Replay.objects.filter(pk=replay.pk, state__in=[ReplayState.PENDING, ReplayState.RUNNING])
    return bool(found.update(state=ReplayState.STOPPED, ended_at=at or clock.now(), doing=""))


def run_waiting() -> int:
    """Run what waits, oldest first, unless somebody runs one now; returns how many ran."""
    find_dead()
    ran = 0
    while (replay := Replay.objects.filter(state=ReplayState.PENDING).order_by("asked_at", "pk").first()) is not None:
        with scratch.at_work(replay.pk):
            if not _begin(replay):
                break
            _run(replay)
        ran += 1
    return ran


def find_dead(at: datetime | None = None) -> int:
    """Runs whose process died are failed, so that the next may run; returns how many."""
    dead = Replay.objects.filter(state=ReplayState.RUNNING)
    died = [replay.pk for replay in dead if not scratch.is_at_work(replay.pk)]
    fault = _("Its process ended. Ask again.")
    return dead.filter(pk__in=died).update(state=ReplayState.FAILED, ended_at=at or clock.now(), doing="", fault=fault)


def _begin(replay: Replay) -> bool:
    """Whether it is this process that runs it; only one runs at a time."""
    pending = Replay.objects.filter(pk=replay.pk, state=ReplayState.PENDING)
    try:
        with transaction.atomic():
            return bool(pending.update(state=ReplayState.RUNNING))
    except IntegrityError:
        return False


def run_now(replay: Replay, *, keep: bool = False) -> Replay:
    """Run this one here; TooMany while another runs."""
    find_dead()
    with scratch.at_work(replay.pk):
        if not _begin(replay):
            stop(replay)
            raise TooMany(sentence=_("Another replay runs now. Try again when it has ended."))
        return _run(replay, keep=keep)


def _run(replay: Replay, *, keep: bool = False) -> Replay:
    """Run what was begun, and keep its result or what went wrong."""

    def said(done: float, what: str) -> None:
        mine = Replay.objects.filter(pk=replay.pk, state=ReplayState.RUNNING)
        if not mine.update(percent=round(done * 100), doing=what[:60]):
            raise Stop

    ended: dict[str, Any]
    try:
        read = describing.read(replay.changes)
        found = running.replay(replay.start, replay.end, read, number=replay.pk, keep=keep, said=said)
        ended = {"state": ReplayState.DONE, "percent": 100, "result": found.as_json()}
    except Stop:
        ended = {}
    except DomainError as refused:
        ended = {"state": ReplayState.FAILED, "fault": str(refused.sentence)[:300]}
    except Exception:
        logger.exception("replay %s failed", replay.pk)
        ended = {"state": ReplayState.FAILED, "fault": _("It failed; the log of the worker says why.")}
    if ended:
        Replay.objects.filter(pk=replay.pk, state=ReplayState.RUNNING).update(ended_at=clock.now(), doing="", **ended)
    replay.refresh_from_db()
    return replay
