"""What a stretch of work led to by itself, for its wrap-up: the words, and the fitting ending of the client's list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bpo.kernel import clock
from clients.models import Channel, Disposition
from interactions import endings, prospect_calls
from interactions.callback_work import Result
from interactions.models import (
    Callback,
    CallbackState,
    Direction,
    EndedBy,
    Kind,
    Leg,
    Origin,
    Prospect,
    ProspectState,
)

# Codes by which a client's list names these ends, the best first; a new client's list has them (clients.setting_up).
HANDED_ON = ("handed-on",)
NOT_REACHED = ("not-reached",)
ENDINGS = {
    Result.NO_ANSWER: NOT_REACHED,
    Result.BUSY: NOT_REACHED,
    Result.VOICEMAIL_LEFT: NOT_REACHED,
    Result.WRONG_NUMBER: ("wrong-number", *NOT_REACHED),
}
ENDED = {
    CallbackState.KEPT: gettext_lazy("The promise is kept."),
    CallbackState.LATE: gettext_lazy("The promise ended: the customer was reached, later than promised."),
    CallbackState.UNREACHED: gettext_lazy("The promise ended: the customer was not reached."),
    CallbackState.BROKEN: gettext_lazy("The promise ended broken: the first try came after its time."),
}


def tries_of(callback: Callback) -> tuple[str, str] | None:
    """Of a promise that was tried before and is again: which try this is, and what came of the last one."""
    tried = callback.journal.filter(kind=Kind.CALLBACK_TRIED).order_by("-at", "-pk").first()
    if tried is None or callback.state != CallbackState.WORKING:
        return None
    result = tried.facts.get("result")
    return (
        _("Try %(n)s of %(most)s") % {"n": callback.attempts + 1, "most": callback.client.policy.callback_attempts},
        _("Last at %(when)s: %(result)s")
        % {
            "when": date_format(timezone.localtime(tried.at), "H:i"),
            "result": Result(result).label if result in Result.values else _("not said"),
        },
    )


def led_to(leg: Leg) -> tuple[str, Disposition | None]:
    """One sentence, when the next try is or how the promise ended, and the ending that says the same."""
    if leg.ended_by == EndedBy.TRANSFER:
        return "", _named(leg, HANDED_ON)
    if leg.channel != Channel.VOICE or leg.interaction.direction != Direction.OUTBOUND:
        return "", None
    callback = Callback.objects.filter(interaction=leg.interaction_id).first()
    about = leg.journal.filter(kind=Kind.MEDIA_FAILED)
    if callback is not None:
        about = callback.journal.filter(kind=Kind.CALLBACK_TRIED, facts__leg=str(leg.public_id))
    facts = about.order_by("-id").values_list("facts", flat=True).first() or {}
    said = facts.get("result" if callback else "why")
    if said not in Result.values:
        return "", None
    result = Result(said)
    prospect = prospect_calls.of_contact(leg.interaction_id) if leg.interaction.origin == Origin.CAMPAIGN else None
    told = _list_words(result, prospect) if prospect else _words(result, callback)
    return told, _named(leg, ENDINGS.get(result, ()))


def _words(result: Result, callback: Callback | None) -> str:
    if callback is None:
        return _("%(result)s. Nothing follows by itself.") % {"result": result.label}
    if callback.state == CallbackState.PROMISED and callback.next_try_at:
        return _("%(result)s. Next try %(when)s.") % {"result": result.label, "when": when(callback.next_try_at)}
    if callback.state == CallbackState.UNREACHED and result == Result.WRONG_NUMBER:
        return _("The promise ended: the number was wrong.")
    return str(ENDED.get(CallbackState(callback.state), ""))


def _list_words(result: Result, prospect: Prospect) -> str:
    if prospect.state == ProspectState.WAITING and prospect.next_try_at:
        return _("%(result)s. Next try %(when)s.") % {"result": result.label, "when": when(prospect.next_try_at)}
    if prospect.state == ProspectState.GIVEN_UP:
        return _("%(result)s. No further try: the list has given this person up.") % {"result": result.label}
    return _("%(result)s. Nothing follows by itself.") % {"result": result.label}


def _named(leg: Leg, codes: Iterable[str]) -> Disposition | None:
    found = (endings.named(leg.client_id, code) for code in codes)
    return next((ending for ending in found if ending is not None), None)


def when(moment: datetime) -> str:
    """“today 16:30”, “tomorrow 9:00”, or the day, on the agent's clock."""
    local = timezone.localtime(moment)
    days = local.date() - timezone.localtime(clock.now()).date()
    if days == timedelta():
        return _("today %(time)s") % {"time": f"{local:%H:%M}"}
    if days == timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": f"{local:%H:%M}"}
    return date_format(local, "D j M, H:i")
