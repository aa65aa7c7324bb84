"""Why a promised callback is not being made this minute: its next try, or what keeps its line from giving it away."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from clients.models import QueueState
from interactions import eligibility, waits
from interactions.models import Callback, CallbackState, Interaction, Leg, LegRole, LegState, State
from interactions.reports import people
from interactions.views.floor.seeing import Sight

MOST_REASONS = 6


def next_step(callback: Callback, sight: Sight, at: datetime) -> list[str]:
    """What happens next with an open promise, in sentences; nothing of one that has ended."""
    if callback.state == CallbackState.WORKING and callback.interaction is not None:
        return _of_attempt(callback.interaction, sight, at)
    if callback.state not in (CallbackState.PROMISED, CallbackState.DUE):
        return []
    if callback.held:
        return [_("Kept back while the company is suspended.")]
    if callback.next_try_at is None:
        return [_("No next try is set.")]
    if callback.next_try_at > at:
        when = date_format(localtime(callback.next_try_at), "D j M, H:i")
        return [(_("Tried again at %s.") if callback.attempts else _("Enters the line at %s.")) % when]
    if callback.queue.state in (QueueState.CLOSED, QueueState.ARCHIVED):
        return [_("The line is closed; it is looked at again every minute.")]
    return [_("Enters the line within seconds.")]


def _of_attempt(attempt: Interaction, sight: Sight, at: datetime) -> list[str]:
    if attempt.state != State.QUEUED:
        on_it = Leg.objects.filter(interaction=attempt, role=LegRole.PRIMARY).select_related("agent")
        leg = on_it.filter(state__in=[LegState.OFFERED, LegState.HANDLING, LegState.WRAPPING]).first()
        if leg is None:
            return []
        return [(_("Rings at %s.") if leg.state == LegState.OFFERED else _("%s makes it.")) % leg.agent]
    told = [_("Number %s in its line.") % waits.position(attempt)]
    if attempt.queue is not None and attempt.queue.state == QueueState.PAUSED:
        return [*told, _("The line is paused.")]
    if attempt.prefer_agent is not None and attempt.prefer_until and attempt.prefer_until > at:
        until = date_format(localtime(attempt.prefer_until), "H:i")
        told.append(_("%(agent)s goes first until %(time)s.") % {"agent": attempt.prefer_agent, "time": until})
    return [*told, *_why_nobody(attempt, sight, at)]


def _why_nobody(attempt: Interaction, sight: Sight, at: datetime) -> list[str]:
    """Who is here and could take it; when nobody can, what keeps each of them."""
    here = [row.agent for row in people.grid(sight.agents(), sight.clients, at) if row.signed_in]
    verdicts = [(agent, eligibility.eligible(agent, attempt, at=at)) for agent in here]
    able = [str(agent) for agent, verdict in verdicts if verdict.ok]
    if able:
        return [_("Can take it now: %s.") % ", ".join(able)]
    return [
        _("Nobody who is here can take it now."),
        *(verdict.sentence for _agent, verdict in verdicts[:MOST_REASONS]),
    ]
