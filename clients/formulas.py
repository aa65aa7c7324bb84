"""Formulas of the figures as data: named, versioned, in words a client can read. A published one is never changed.

Pure: which counts are above and below the line. The counts are those of `interactions/reports/measures.py`, by name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from bpo.kernel.errors import InvalidValue


class Unit(StrEnum):
    """What a value is."""

    PERCENT = "percent"
    SECONDS = "seconds"


class Source(StrEnum):
    """Whose counts it takes."""

    LINE = "line"  # first visits of inbound contacts; mails by their first reply
    LEG = "leg"  # stretches of work, wrap-up included
    CALLBACK = "callback"  # promises made
    TIME = "time"  # an agent's seconds of handling, and available without work


# All counts of a source: each of its rows is in exactly one.
COUNTS: Mapping[Source, tuple[str, ...]] = {
    Source.LINE: (
        "in_time", "late", "short", "abandoned_in_time", "abandoned_late", "callback_in_time", "callback_late",
        "overdue", "pending", "elsewise",
    ),
    Source.LEG: ("legs",),
    Source.CALLBACK: ("open", "kept", "late", "unreached", "broken", "withdrawn"),
    Source.TIME: ("handling", "idle"),
}  # fmt: skip


class NoSuchFormula(InvalidValue):
    """A contract or an address names a formula that does not exist."""

    code = "no_such_formula"
    sentence = gettext_lazy("There is no such formula.")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A share with both of its halves, so that it can be explained."""

    numerator: float
    denominator: float

    @property
    def share(self) -> float | None:
        """From 0 to 1; None where there was nothing to measure."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def percent(self) -> float | None:
        """From 0 to 100."""
        share = self.share
        return None if share is None else share * 100

    def __add__(self, other: Ratio) -> Ratio:
        return Ratio(self.numerator + other.numerator, self.denominator + other.denominator)


@dataclass(frozen=True, slots=True)
class Formula:
    """A figure as a contract names it. `sums`: above the line is this sum over the denominator's rows, not a count.

    `mail_words` are its words for mails; a formula without them says nothing of mails.
    """

    name: str
    title: str
    words: str
    numerator: frozenset[str]
    denominator: frozenset[str]
    version: int = 1
    unit: Unit = Unit.PERCENT
    source: Source = Source.LINE
    sums: str = ""
    mail_words: str = ""
    yes: str = ""
    no: str = ""
    timed: bool = False  # whether the threshold decides it
    less_is_better: bool = False

    @property
    def key(self) -> str:
        """How contracts and addresses name it."""
        return f"{self.name}.v{self.version}"

    def of(self, counts: object) -> Ratio:
        """The formula applied to the counts of its source."""
        above = getattr(counts, self.sums) if self.sums else _sum(counts, self.numerator)
        return Ratio(above, _sum(counts, self.denominator))

    @property
    def excluded(self) -> tuple[str, ...]:
        """The counts of its source that it leaves out, in order."""
        return tuple(name for name in COUNTS[self.source] if name not in self.denominator)

    @property
    def digest(self) -> str:
        """Of everything it says: a stored report names what it was made by. What it leaves open says nothing."""
        told = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        said = {name: value for name, value, default in told if name == "version" or value != default}
        plain = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in said.items()}
        return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()

    @property
    def judged(self) -> str:
        """The figure that counts its denominator: what its percentage leads to."""
        return "judged" if self.key == PLAIN else f"judged_{self.key}"

    @property
    def met(self) -> str:
        """The figure that counts its numerator."""
        return "in_time" if self.key == PLAIN else f"met_{self.key}"

    @property
    def unmet(self) -> str:
        """The figure that counts the rest of its denominator."""
        return "not_in_time" if self.key == PLAIN else f"unmet_{self.key}"


def _sum(counts: object, names: frozenset[str]) -> float:
    return sum(getattr(counts, name) for name in names)


PLAIN = "service_level.v1"

_ANSWERED = frozenset({"in_time", "late"})
_GIVEN_UP = frozenset({"abandoned_in_time", "abandoned_late"})
_LEFT = _GIVEN_UP | {"short"}
_DECIDED = _ANSWERED | _LEFT | {"overdue"}  # answered or left, or certain to be neither in time
_COUNTED = frozenset(COUNTS[Source.LINE]) - {"pending"}  # a running interval counts nobody who may yet be in time


def _level(name: str, title: str, words: str, above: set[str], below: frozenset[str], mail_words: str = "") -> Formula:
    return Formula(
        name, title, words, frozenset(above), below,
        mail_words=mail_words, yes=_("In time"), no=_("Not in time"), timed=True,
    )  # fmt: skip


FORMULAS: Mapping[str, Formula] = {
    formula.key: formula
    for formula in (
        _level(
            "service_level",
            _("Service level"),
            _(
                "Answered within the threshold, of all answered, given up or waiting longer. "
                "Given up under the short limit does not count."
            ),
            {"in_time"},
            _DECIDED - {"short"},
            _("Mails with a person’s first reply within this much of your open time, of all replied to or overdue."),
        ),
        _level(
            "service_level_answered",
            _("Service level, of the answered alone"),
            _("Answered within the threshold, of all answered."),
            {"in_time"},
            _ANSWERED,
            _("Mails with a person’s first reply within this much of your open time, of all replied to."),
        ),
        _level(
            "service_level_with_short",
            _("Service level, of all who left as well"),
            _("Answered within the threshold, of all answered, given up however soon, or waiting longer."),
            {"in_time"},
            _DECIDED,
        ),
        _level(
            "service_level_offered",
            _("Service level, of all who came into the line"),
            _(
                "Answered within the threshold, of all who came into the line. "
                "Who waits, and not longer than that, is not counted yet."
            ),
            {"in_time"},
            _COUNTED,
            _(
                "Mails with a person’s first reply within this much of your open time, of all replied to, overdue, "
                "or closed without a reply."
            ),
        ),
        _level(
            "service_level_late_abandons",
            _("Service level, without those who left in time"),
            _(
                "Answered within the threshold, of all answered, given up or waiting longer. "
                "Given up within the threshold does not count."
            ),
            {"in_time"},
            _DECIDED - {"short", "abandoned_in_time"},
        ),
        _level(
            "service_level_abandons_in_time",
            _("Service level, those who left in time among it"),
            _("Answered or given up within the threshold, of all answered, given up or waiting longer."),
            {"in_time", "short", "abandoned_in_time"},
            _DECIDED,
        ),
        _level(
            "service_level_settled_in_time",
            _("Settled in time, of all who came into the line"),
            _(
                "Answered, given up or promised a callback within the threshold, of all who came into the line. "
                "Who waits, and not longer than that, is not counted yet."
            ),
            {"in_time", "short", "abandoned_in_time", "callback_in_time"},
            _COUNTED,
        ),
        Formula(
            "abandon_rate",
            _("Left the line"),
            _(
                "Left while waiting, of all who came into the line. Whoever took a callback did not leave. "
                "Who waits, and not longer than the threshold, is not counted yet."
            ),
            _LEFT,
            _COUNTED,
            yes=_("Left the line"),
            no=_("Stayed"),
            less_is_better=True,
        ),
        Formula(
            "given_up_rate",
            _("Given up"),
            _(
                "Left after the short limit, of all who came into the line. Whoever took a callback did not leave. "
                "Who waits, and not longer than the threshold, is not counted yet."
            ),
            _GIVEN_UP,
            _COUNTED,
            yes=_("Given up"),
            no=_("Not given up"),
            less_is_better=True,
        ),
        Formula(
            "asa",
            _("Average speed of answer"),
            _("The waits of the answered in their first line, over the answered."),
            frozenset(),
            _ANSWERED,
            unit=Unit.SECONDS,
            sums="wait_seconds",
            less_is_better=True,
        ),
        Formula(
            "aht",
            _("Average handling time"),
            _(
                "Talk, hold and wrap-up, over the stretches of work whose wrap-up ended in the time; "
                "who is asked for help has a stretch of her own."
            ),
            frozenset(),
            frozenset({"legs"}),
            unit=Unit.SECONDS,
            source=Source.LEG,
            sums="seconds",
            less_is_better=True,
        ),
        Formula(
            "callbacks_kept",
            _("Callbacks kept"),
            _(
                "Callbacks made within the promised window, of all made or missed. "
                "Who could not be reached, or came in before, is no miss."
            ),
            frozenset({"kept"}),
            frozenset({"kept", "late", "broken"}),
            source=Source.CALLBACK,
            yes=_("Kept"),
            no=_("Not kept"),
        ),
        Formula(
            "occupancy",
            _("Occupancy"),
            _("Time of work, over time of work and time available without any."),
            frozenset({"handling"}),
            frozenset({"handling", "idle"}),
            source=Source.TIME,
        ),
    )
}
SERVICE_LEVELS: Mapping[str, Formula] = {key: formula for key, formula in FORMULAS.items() if formula.timed}
# What a contract can promise: percentages whose rows a client may open.
PROMISED: Mapping[str, Formula] = {
    key: formula
    for key, formula in FORMULAS.items()
    if formula.unit == Unit.PERCENT and formula.source in (Source.LINE, Source.CALLBACK)
}


def formula_of(key: str) -> Formula:
    """The formula of that name and version."""
    try:
        return FORMULAS[key]
    except KeyError:
        raise NoSuchFormula(key) from None


def can_be_promised(key: str) -> None:
    """Refuses, in words, what no contract can name."""
    if key not in PROMISED:
        raise ValidationError(gettext_lazy("There is no such formula."), code="no_such_formula")
