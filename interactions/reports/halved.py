"""A percentage taken apart: what it counts, both halves, and what it leaves out; by the same counts as its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clients.formulas import COUNTS, PROMISED, Formula, Source
from clients.models import Channel
from interactions.reports import queries
from interactions.reports.figures import FIGURES
from interactions.reports.mails import KEYS, mail_line
from interactions.reports.measures import Callbacks, Line
from interactions.reports.scope import Scope

LEADING: dict[str, Formula] = {
    key: formula for formula in PROMISED.values() for key in (formula.judged, formula.met, formula.unmet)
}
Share = tuple[str, str, int]  # figure, name, number


@dataclass(frozen=True, slots=True)
class Halved:
    """The counts behind a list: `key` is the figure it shows."""

    key: str
    formula: Formula
    counts: Line | Callbacks

    @property
    def chips(self) -> list[Share]:
        """All, and both halves."""
        formula = self.formula
        rest = formula.denominator - formula.numerator
        return [
            (formula.judged, _("All"), self._sum(formula.denominator)),
            (formula.met, _(formula.yes), self._sum(formula.numerator)),
            (formula.unmet, _(formula.no), self._sum(rest)),
        ]

    @property
    def parts(self) -> list[Share]:
        """What the rows shown are made of."""
        formula = self.formula
        shown = {
            formula.judged: formula.denominator,
            formula.met: formula.numerator,
            formula.unmet: formula.denominator - formula.numerator,
        }
        return self._each(shown[self.key])

    @property
    def apart(self) -> list[Share]:
        """What is not counted."""
        return self._each(self.formula.excluded)

    def _sum(self, names: Iterable[str]) -> int:
        return sum(getattr(self.counts, name) for name in names)

    def _each(self, names: Iterable[str]) -> list[Share]:
        before = "callbacks_" if self.formula.source == Source.CALLBACK else ""
        numbers = ((before + name, getattr(self.counts, name)) for name in COUNTS[self.formula.source] if name in names)
        return [(key, str(FIGURES[key].name), n) for key, n in numbers if n]


def of(key: str, scope: Scope) -> Halved | None:
    """The percentage that leads to this figure, counted (one query); None where none does."""
    formula = LEADING.get(key)
    if formula is None:
        return None
    if formula.source == Source.CALLBACK:
        return Halved(key, formula, queries.callbacks(scope))
    if scope.channel == Channel.EMAIL and key in KEYS:
        return Halved(key, formula, mail_line(scope, queries.replies(scope)))
    return Halved(key, formula, queries.line(scope))
