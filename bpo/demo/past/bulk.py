"""Writes timelines as rows, without the operations but with the same result (a test plays both)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from bpo.demo.past import timelines
from bpo.demo.past.known import Known
from bpo.demo.past.promising import Promising
from bpo.demo.past.rows import Rows
from bpo.demo.past.stories import Timeline
from clients.models import OrderIssue
from interactions.models import (
    Action,
    Arrival,
    Callback,
    CallbackOrigin,
    Case,
    CaseState,
    ChatSession,
    Envelope,
    Interaction,
    Kind,
    Leg,
    Message,
    Notice,
    Outcome,
    Run,
    StepVisit,
    SurveyAnswer,
    Visit,
)

ORDER = (
    Case, Interaction, Callback, Envelope, Arrival, ChatSession, Visit, Leg, Message, Run, StepVisit, Action,
    OrderIssue, Notice, SurveyAnswer,
)  # fmt: skip


class Bulk:
    """Writes chunks of timelines; what it looks up it keeps."""

    def __init__(self) -> None:
        self.clients: dict[str, Known] = {}

    def known(self, slug: str) -> Known:
        """The rows of a client."""
        if slug not in self.clients:
            self.clients[slug] = Known(slug)
        return self.clients[slug]

    @transaction.atomic
    def write(self, chunk: Iterable[Timeline]) -> int:
        """All rows of these timelines in one transaction; returns how many."""
        rows = Rows()
        for timeline in chunk:
            Story(self.known(timeline.client), rows, timeline).tell()
        return rows.save(ORDER)


class Story(Promising):
    """One timeline, whole."""

    def tell(self) -> None:
        """Arrival, then what became of it, in the order of time."""
        line = self.line
        self._arrive()
        if line.after_hours:
            self.rows.record(self.contact, Kind.REFUSED_AT_DOOR, line.arrived, why=Outcome.AFTER_HOURS)
            self.rows.record(self.contact, Kind.CLOSED, line.arrived, outcome=Outcome.AFTER_HOURS)
            self._promise(CallbackOrigin.AFTER_HOURS)
        elif line.left:
            self._left(line.left)
        elif line.promise:
            self._instead_of_waiting()
        elif line.handling:
            self._handled(self.contact, line.handling)
        if line.survey:
            self._survey(*line.survey)
        if line.tidied:
            at, agent = line.tidied
            summary, outcome = timelines.TIDY_WORDS[line.language]
            self._resolve(None, at, self.known.agents[agent], summary, outcome, None)
        if line.closed_case:
            self.case.state, self.case.closed_at = CaseState.CLOSED, line.closed_case
            self.case.version += 1
            self.rows.record(self.case, Kind.CASE_CLOSED, line.closed_case)
        self._still_owed()
