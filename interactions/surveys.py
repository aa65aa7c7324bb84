"""What a customer thought of a contact: one answer, which may be changed; “not yet” opens the matter again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel import words as kernel_words
from bpo.kernel.errors import DomainError, InvalidValue
from interactions import case_duty, cases, journal
from interactions.models import HEARD, CaseState, Interaction, Kind, LegRole, State, SurveyAnswer

MOST_WORDS = 2000


class NoScore(InvalidValue):
    """From 1 to 5."""

    code = "score"


class NotOver(DomainError):
    """Nobody answered yet, or the talk goes on."""

    code = "not_over"
    sentence = _("Tell us how it was once it is over.")


@transaction.atomic
def answer(
    interaction: Interaction, *, score: int, solved: bool | None = None, words: str = "", at: datetime | None = None
) -> SurveyAnswer:
    """Keep the answer; a later one takes its place, and the journal holds both. NotOver before there was a talk.

    “Not yet” opens the case again within the client's limit; later the answer is kept, and the page tells other ways.
    """
    at = at or clock.now()
    if type(score) is not int or not 1 <= score <= 5:
        raise NoScore
    words = kernel_words.paragraphs(words, most=MOST_WORDS)
    if not _is_over(interaction):
        raise NotOver
    given, _made = SurveyAnswer.objects.update_or_create(
        interaction=interaction,
        defaults={
            "client_id": interaction.client_id,
            "score": score,
            "solved": solved,
            "words": words,
            "answered_at": at,
        },
    )
    journal.record(interaction, Kind.SURVEY_ANSWERED, by_name="customer", at=at, score=score, solved=solved)
    if solved is False and interaction.case is not None:
        case = case_duty.locked(interaction.case)
        if cases.may_reopen(case, at):
            cases.reopen(case, at=at)
    return given


def _is_over(interaction: Interaction) -> bool:
    """Somebody took it, and it has ended; or its matter is settled, and the mail that asks is on its way."""
    settled = interaction.case is not None and interaction.case.state in (CaseState.RESOLVED, CaseState.CLOSED)
    if not settled and interaction.state not in (State.WRAP_UP, State.CLOSED):
        return False
    return interaction.legs.filter(HEARD, role=LegRole.PRIMARY, accepted_at__isnull=False).exists()
