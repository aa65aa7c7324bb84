"""What a customer thought of a contact: one answer, which may be changed; “not yet” opens the matter again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bpo.kernel import clock
from bpo.kernel import words as kernel_words
from bpo.kernel.errors import InvalidValue
from interactions import case_duty, cases, journal
from interactions.models import CaseState, Interaction, Kind, SurveyAnswer

MOST_WORDS = 2000


class NoScore(InvalidValue):
    """From 1 to 5."""

    code = "score"


@transaction.atomic
def answer(
    interaction: Interaction, *, score: int, solved: bool | None = None, words: str = "", at: datetime | None = None
) -> SurveyAnswer:
    """Keep the answer; a later one takes its place, and the journal holds both."""
    at = at or clock.now()
    if type(score) is not int or not 1 <= score <= 5:
        raise NoScore
    given, _ = SurveyAnswer.objects.update_or_create(
        interaction=interaction,
        defaults={
            "client_id": interaction.client_id,
            "score": score,
            "solved": solved,
            "words": kernel_words.paragraphs(words, most=MOST_WORDS),
            "answered_at": at,
        },
    )
    journal.record(interaction, Kind.SURVEY_ANSWERED, by_name="customer", at=at, score=score, solved=solved)
    if solved is False and interaction.case is not None:
        case = case_duty.locked(interaction.case)
        if case.state == CaseState.RESOLVED:
            cases.reopen(case, at=at)
    return given
