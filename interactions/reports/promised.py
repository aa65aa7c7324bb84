"""How service levels that were promised are kept: each judged by its own formula, threshold and channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clients.models import Channel, Promise
from interactions.reports import queries
from interactions.reports.mails import mail_line
from interactions.reports.measures import FORMULAS, Formula, Line, Ratio
from interactions.reports.scope import Scope, together


@dataclass(frozen=True, slots=True)
class Kept:
    """How a promise stands in a scope."""

    promise: Promise
    line: Line
    ratio: Ratio

    @property
    def formula(self) -> Formula:
        """What the promise names."""
        return FORMULAS[self.promise.formula]

    @property
    def light(self) -> str:
        """met; below (under the target); missed (under the limit); "" where there was nothing to measure."""
        percent = self.ratio.percent
        if percent is None:
            return ""
        if percent >= float(self.promise.target_percent):
            return "met"
        return "below" if percent >= float(self.promise.limit_percent) else "missed"


def kept(promises: Sequence[Promise], scope: Scope) -> list[Kept]:
    """Each promise judged by its own formula and threshold; a mail by its first reply in open time."""
    return kept_in(promises, [scope])[0]


def kept_in(promises: Sequence[Promise], scopes: Sequence[Scope]) -> list[list[Kept]]:
    """The same in several stretches of time: one query for calls and chats, one for mails.

    Promises of one channel with different thresholds take another turn each.
    """
    found: list[list[Kept]] = [[] for _ in scopes]
    judged: dict[tuple[str, int], list[Line]] = {}
    known = [promise for promise in promises if promise.formula in FORMULAS]
    while left := {p.channel: p for p in known if (p.channel, p.threshold_seconds) not in judged}:
        judged |= _judged(list(left.values()), scopes)
    for promise in known:
        for kepts, line in zip(found, judged[promise.channel, promise.threshold_seconds], strict=True):
            kepts.append(Kept(promise, line, FORMULAS[promise.formula].of(line)))
    return found


def _judged(promises: Sequence[Promise], scopes: Sequence[Scope]) -> dict[tuple[str, int], list[Line]]:
    """A line a scope for each of these promises, one a channel, by its channel and threshold."""
    own = [scope.judged_by(promises) for scope in scopes]
    mail = any(p.channel == Channel.EMAIL for p in promises)
    live = queries.lines_of(own, "channel") if not mail or len(promises) > 1 else []
    mails = queries.replies(together(own).of_channel(Channel.EMAIL)) if mail else []
    mail_lines = [mail_line(scope, (m for m in mails if scope.holds(m.client_id, m.arrived_at))) for scope in own]
    return {
        (p.channel, p.threshold_seconds): mail_lines
        if p.channel == Channel.EMAIL
        else [lines.get((p.channel,), Line()) for lines in live]
        for p in promises
    }


def mail_lines(scopes: Sequence[Scope]) -> list[dict[tuple[int, str], Line]]:
    """The mails of these stretches by the queue they came into (one query, and the hours of queues asked for)."""
    mails = queries.replies(together(scopes).of_channel(Channel.EMAIL), "first__queue_id")
    found = []
    for scope in scopes:
        own: defaultdict[tuple[int, str], list[Any]] = defaultdict(list)
        for mail in mails:
            if scope.holds(mail.client_id, mail.arrived_at):
                own[mail.first__queue_id, Channel.EMAIL].append(mail)
        found.append({key: mail_line(scope, each) for key, each in own.items()})
    return found
