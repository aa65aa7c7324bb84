"""How promises are kept: each judged by its own formula, threshold and channel, while its contract is in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from clients.formulas import FORMULAS, PROMISED, Formula, Ratio
from clients.models import Channel, Promise
from interactions.reports import queries
from interactions.reports.mails import mail_line
from interactions.reports.measures import Callbacks, Line
from interactions.reports.scope import Scope, stretch_of, together


def shown(percent: float | None, promise: Promise) -> Decimal | None:
    """The percentage as it is written: to a tenth, or as finely as the promise is. It is judged as it is written."""
    if percent is None:
        return None
    return Decimal(repr(percent)).quantize(Decimal(1).scaleb(-promise.places), ROUND_HALF_UP)


def light_of(percent: float | None, promise: Promise) -> str:
    """met; below (past the target); missed (past the limit); "" where there was nothing to measure."""
    value = shown(percent, promise)
    if value is None:
        return ""
    less = FORMULAS[promise.formula].less_is_better
    for light, bound in (("met", promise.target_percent), ("below", promise.limit_percent)):
        if value <= Decimal(str(bound)) if less else value >= Decimal(str(bound)):
            return light
    return "missed"


@dataclass(frozen=True, slots=True)
class Kept:
    """How a promise stands in a scope."""

    promise: Promise
    counts: Line | Callbacks
    ratio: Ratio

    @property
    def formula(self) -> Formula:
        """What the promise names."""
        return FORMULAS[self.promise.formula]

    @property
    def light(self) -> str:
        """By `light_of`."""
        return light_of(self.ratio.percent, self.promise)


def kept(promises: Sequence[Promise], scope: Scope) -> list[Kept]:
    """Each promise judged by its own formula and threshold; a mail by its first reply in open time."""
    return kept_in(promises, [scope])[0]


def kept_in(promises: Sequence[Promise], scopes: Sequence[Scope]) -> list[list[Kept]]:
    """The same in several stretches of time: one query for calls and chats, one for mails, one a stretch for callbacks.

    Contracts, and promises of one channel with different thresholds, take another turn each.
    """
    found: list[list[Kept]] = [[] for _ in scopes]
    judged: dict[tuple[int, str, int], Sequence[Line | Callbacks]] = {}
    known = [promise for promise in promises if promise.formula in PROMISED]
    for promise in known:
        if (own := _asked(promise, known)) not in judged:
            turn: dict[str, int] = {own[1]: own[2]}
            for contract, channel, seconds in (_asked(other, known) for other in known):
                if contract == own[0] and (contract, channel, seconds) not in judged:
                    turn.setdefault(channel, seconds)
            inside = [scope.between(*stretch_of(promise)) for scope in scopes]
            judged |= {(own[0], channel, turn[channel]): lines for channel, lines in _judged(turn, inside).items()}
        for kepts, counts in zip(found, judged[own], strict=True):
            kepts.append(Kept(promise, counts, FORMULAS[promise.formula].of(counts)))
    return found


def _asked(promise: Promise, known: Sequence[Promise]) -> tuple[int, str, int]:
    """What it is counted by: contract, channel, threshold. One without a threshold is counted as another is."""
    beside = (p for p in known if p.timed and (p.contract_id, p.channel) == (promise.contract_id, promise.channel))
    judge = promise if promise.timed else next(beside, promise)
    return promise.contract_id, promise.channel, judge.threshold_seconds


def _judged(turn: Mapping[str, int], scopes: Sequence[Scope]) -> dict[str, Sequence[Line | Callbacks]]:
    """The counts a scope for each of these channels, by their thresholds; those of no channel are callbacks."""
    own = [scope.judged_by({channel: seconds for channel, seconds in turn.items() if channel}) for scope in scopes]
    found: dict[str, Sequence[Line | Callbacks]] = {}
    if any(channel not in ("", Channel.EMAIL) for channel in turn):
        live = queries.lines_of(own, "channel")
        found = {channel: [lines.get((channel,), Line()) for lines in live] for channel in turn}
    if Channel.EMAIL in turn:
        mails = queries.replies(together(own).of_channel(Channel.EMAIL))
        found[Channel.EMAIL] = [
            mail_line(scope, (m for m in mails if scope.holds(m.client_id, m.arrived_at))) for scope in own
        ]
    if "" in turn:
        found[""] = [queries.callbacks(scope) for scope in scopes]
    return found


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
