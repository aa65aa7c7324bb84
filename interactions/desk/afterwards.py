"""What became of a contact that left an agent's hand, in words for her: handed on, asked about, taken from her."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from bpo.kernel.composed import composed, first
from interactions.models import EndedBy, JournalEntry, Kind, Leg, LegRole, LegState, State

TAKEN = (Kind.TAKEN_BACK, Kind.ASSIGNED)
NOT_GOT = (LegState.DECLINED, LegState.MISSED, LegState.RESCINDED)


def answer_of(asked: Leg) -> str:
    """What a colleague made of an offer, with the reason if there is one."""
    name = {"name": asked.agent.name}
    match asked.state:
        case LegState.OFFERED:
            return _("%(name)s is asked.") % name
        case LegState.MISSED:
            return _("%(name)s did not answer.") % name
        case LegState.DECLINED:
            reason = asked.journal.filter(kind=Kind.DECLINED).values_list("facts__reason", flat=True).first()
            return _("%(name)s declined: %(reason)s.") % {**name, "reason": (reason or "").rstrip(".")}
        case LegState.RESCINDED:
            return _("The offer to %(name)s was taken back.") % name
        case LegState.HANDLING:
            return _("%(name)s has it.") % name
    return _("%(name)s took it.") % name


def became(leg: Leg) -> str:
    """Who took it from her and why, or what the colleague answered, and where it is now; nothing while it is hers."""
    if leg.role == LegRole.CONSULT:
        return _advice(leg)
    if leg.ended_by not in (EndedBy.TRANSFER, EndedBy.SUPERVISOR) or leg.work_ended_at is None:
        return ""
    after = Leg.objects.filter(interaction=leg.interaction_id, role=LegRole.PRIMARY, offered_at__gt=leg.offered_at)
    later = list(after.exclude(pk=leg.pk).select_related("agent").order_by("offered_at", "pk"))
    asked = next((one for one in later if one.why.get("transferred_by") == leg.agent_id), None)
    if any(one.agent_id == leg.agent_id for one in later):  # she was asked again herself since
        asked = None
    told = [_taken(leg)]
    if asked is not None:
        told.append(answer_of(asked))
    last = later[-1] if later else None
    if last is None or last is not asked or asked.state not in (LegState.OFFERED, LegState.HANDLING):
        told.append(_where(leg, last))
    return " ".join(part for part in told if part)


@composed
def _before(interaction: Any, offered_at: Any) -> QuerySet[Leg]:
    before = Leg.objects.filter(interaction=interaction, role=LegRole.PRIMARY, offered_at__lt=offered_at)
    return before.select_related("agent").order_by("-offered_at", "-pk")[:1]


def came_back(leg: Leg) -> str:
    """Of an offer to whoever handed the contact on: what the colleague had answered."""
    last = first(_before(leg.interaction_id, leg.offered_at))
    if last is None or last.why.get("transferred_by") != leg.agent_id or last.state not in NOT_GOT:
        return ""
    return answer_of(last)


def _advice(leg: Leg) -> str:
    """Who ended the consultation she was asked into, or where the contact went with which it ended."""
    entry = leg.journal.filter(kind=Kind.CONSULT_ENDED).order_by("pk").last()
    if entry is None:
        return ""
    if entry.actor_id == leg.agent.user_id:
        return _("You left the consultation.")
    if entry.actor_id is not None:
        return _("%(who)s ended the consultation.") % {"who": entry.actor_name}
    holders = Leg.objects.filter(interaction=leg.interaction_id, role=LegRole.PRIMARY).select_related("agent")
    where = _where(leg, holders.order_by("offered_at", "pk").last())
    return " ".join([_("The consultation is over."), where])


def _taken(leg: Leg) -> str:
    if leg.work_ended_at is None:
        return ""
    entries = JournalEntry.objects.filter(interaction=leg.interaction_id, kind__in=TAKEN, at=leg.work_ended_at)
    entry = entries.order_by("pk").first()
    if entry is None:
        return ""
    words = {"who": entry.actor_name, "why": (entry.facts.get("reason") or "").rstrip(".")}
    return _("%(who)s took this contact from you: %(why)s.") % words


def _where(leg: Leg, last: Leg | None) -> str:
    """Where it is now."""
    match leg.interaction.state:
        case State.QUEUED:
            return _("It waits in the line again.")
        case State.PARKED:
            return _("It is parked.")
        case State.CLOSED | State.WRAP_UP:
            return _("It has ended.")
    if last is None:
        return ""
    if last.agent_id == leg.agent_id and last.state == LegState.OFFERED:
        return _("You are asked.")
    return answer_of(last)
