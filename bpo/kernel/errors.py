"""Refusals a person may read: each has a code for machines and a sentence for people."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """What was asked does not fit what is; nothing was changed. Children set code and sentence."""

    code: str = "refused"
    sentence: str | Promise = _("That is not possible now.")
    status: int = 409

    def __init__(self, detail: str = "", *, sentence: str | Promise | None = None) -> None:
        """detail is for the log; sentence replaces the words a person reads."""
        if sentence is not None:
            self.sentence = sentence
        self.detail = detail
        super().__init__(detail or str(self.code))


class IllegalMove(DomainError):
    """The state table has no such move."""

    code = "illegal_move"
    sentence = _("That is not possible in the present state.")


class StaleState(DomainError):
    """Someone was first: the state is no longer the one that was read."""

    code = "stale_state"
    sentence = _("Someone else was faster. Have a look at the present state.")


class TimePassed(DomainError):
    """Nothing happens yesterday."""

    code = "time_passed"
    sentence = _("Choose a time that is still to come.")
    status = 400


class InvalidValue(DomainError):
    """A value that was given cannot be used."""

    code = "invalid"
    sentence = _("This value cannot be used.")
    status = 400
