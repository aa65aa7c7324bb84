"""May an agent be given a contact: the rules of DESIGN.md 3 outside the matcher, over what is known of her.

`judge` looks at nothing but what it is given: of now, gathered here for any number of agents by a constant number of
queries, or of a past moment (routing/past.py). Who asks goes through eligibility.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agents.models import Agent, AgentSkill, CapacityProfile, Licence, LicenceState, Presence, QueueSwitchedOff, Seat
from clients.models import Channel, Queue, Skill
from interactions.models import Lane, Leg, LegRole, LegState, Refusal
from interactions.models.leg import HOLDING_STATES
from interactions.overflow import Asked

RAMP = timedelta(hours=1)
NOT_GOT = (LegState.DECLINED, LegState.MISSED, LegState.RESCINDED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an agent may be given a contact, and in words why not. `group` is the code, finer where lists need it."""

    ok: bool
    code: str = ""
    sentence: str = ""
    group: str = ""


YES = Verdict(True)


@dataclass(frozen=True, slots=True)
class Needs:
    """What a contact asks of whoever takes it. No teams are any team."""

    queue: Queue
    channel: str
    wants: tuple[tuple[int, int], ...]
    teams: frozenset[int]
    training: bool
    cap: int | None
    names: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def asked(cls, queue: Queue, channel: str, asked: Asked) -> Needs:
        """By the line's rules of now."""
        wants, teams = asked.wants, asked.teams
        return cls(queue, channel, wants, teams, queue.training, queue.cap_per_agent, skill_names(wants))

    @classmethod
    def of_lane(cls, lane: Lane, names: Mapping[int, str]) -> Needs:
        """By the rules that were compiled into a lane; they never change."""
        wants = tuple(divmod(each, 10) for each in lane.wants)
        teams = frozenset(lane.teams or ())
        return cls(lane.queue, lane.channel, wants, teams, lane.training, lane.cap_per_agent, names)


@dataclass(frozen=True, slots=True)
class Held:
    """A contact in her hand that takes room; her own may step aside for a more urgent one, a colleague's may not."""

    channel: str
    cost: int
    queue_id: int | None
    her_own: bool = True


@dataclass(slots=True)
class Standing:
    """What the rules look at, of one agent and one contact at one moment."""

    agent: Agent
    licence: str = ""
    ramp: int | None = None
    skills: dict[int, int] = field(default_factory=dict)
    team_id: int | None = None
    switched_off: bool = False
    presence: str = Presence.SIGNED_OUT
    reason: str = ""
    connected: bool = False
    leaving: bool = False
    offered: bool = False
    held: list[Held] = field(default_factory=list)
    got: int = 0
    delayed: bool = False
    idle_since: datetime | None = None


def skill_names(wants: Iterable[tuple[int, int]]) -> dict[int, str]:
    """The names of wanted skills, for sentences."""
    ids = [skill for skill, _level in wants]
    return {skill.pk: str(skill) for skill in Skill.objects.filter(pk__in=ids)} if ids else {}


# --- the rules -------------------------------------------------------------------------------------------------------


def judge(her: Standing, needs: Needs, at: datetime) -> Verdict:
    """The first reason why she may not be given it, or yes."""
    for rule in (never(her, needs, at), _present(her), _room(her, needs), _limits(her, needs)):
        if not rule.ok:
            return rule
    if her.delayed:
        return no("delay", _("%(agent)s had this contact a moment ago; a short delay runs.") % {"agent": her.agent})
    return YES


def never(her: Standing, needs: Needs, at: datetime) -> Verdict:
    """The part that lanes are compiled from: licence, skills, team, switched off."""
    words = {"agent": her.agent, "client": needs.queue.client, "queue": needs.queue}
    if her.agent.deactivated_at and her.agent.deactivated_at <= at:
        return no("deactivated", _("%(agent)s works here no more.") % words)
    if her.licence != LicenceState.CERTIFIED and not (her.licence == LicenceState.TRAINING and needs.training):
        return no("licence", _licence_words(her.licence) % words)
    for skill, level in needs.wants:
        if her.skills.get(skill, 0) < level:
            name = needs.names.get(skill, "?")
            return no(
                "skill", _("%(agent)s lacks %(skill)s at level %(level)s.") % {**words, "skill": name, "level": level}
            )
    if needs.teams and her.team_id not in needs.teams:
        return no("team", _("%(agent)s is in no team that %(queue)s may use.") % words)
    if her.switched_off:
        return no("switched_off", _("%(queue)s is switched off for %(agent)s.") % words)
    return YES


def _licence_words(state: str) -> str:
    match state:
        case LicenceState.TRAINING:
            return _("%(agent)s is still in training for %(client)s.")
        case LicenceState.SUSPENDED:
            return _("The licence of %(agent)s for %(client)s is suspended.")
        case LicenceState.LAPSED:
            return _("The licence of %(agent)s for %(client)s has lapsed.")
    return _("%(agent)s is not certified for %(client)s.")


def _present(her: Standing) -> Verdict:
    words = {"agent": her.agent, "reason": her.reason}
    match her.presence:
        case Presence.SIGNED_OUT:
            return no("presence", _("%(agent)s is signed out.") % words, "signed_out")
        case Presence.BREAK if her.reason:
            return no("presence", _("%(agent)s is away: %(reason)s.") % words, "away")
        case Presence.BREAK:
            return no("presence", _("%(agent)s is away.") % words, "away")
        case Presence.NOT_RESPONDING:
            return no("presence", _("%(agent)s missed an offer and has not come back.") % words, "not_responding")
    if not her.connected:
        return no("connected", _("%(agent)s has no console open.") % words)
    if her.leaving:
        return no("wish", _("%(agent)s takes nothing new and pauses after the present work.") % words)
    if her.offered:
        return no("offered", _("%(agent)s has an open offer.") % words)
    return YES


def _room(her: Standing, needs: Needs) -> Verdict:
    profile = her.agent.profile
    full = sum(1 for each in her.held if each.channel == needs.channel) >= getattr(profile, f"{needs.channel}_cap")
    stays = (each for each in her.held if not (each.her_own and yields(profile, each.channel, needs.channel)))
    points = sum(each.cost for each in stays)
    if full or points + profile.cost_of(needs.channel) > profile.budget:
        words = {"agent": her.agent, "held": held_words(her.held)}
        if her.held:
            return no("room", _("%(agent)s has no room for another contact of this kind: %(held)s in hand.") % words)
        return no("room", _("%(agent)s takes no contacts of this kind.") % words)
    return YES


def yields(profile: CapacityProfile, channel: str, to: str) -> bool:
    """Whether contacts of a channel are set aside for one of the other (states.sql has the same)."""
    return bool(getattr(profile, f"{channel}_yields_to_{to}", False))


def _limits(her: Standing, needs: Needs) -> Verdict:
    """Below the queue's cap per agent and below her ramp for the client."""
    words = {"agent": her.agent, "client": needs.queue.client, "queue": needs.queue}
    if needs.cap is not None and sum(1 for each in her.held if each.queue_id == needs.queue.pk) >= needs.cap:
        return no("cap", _("%(agent)s holds as many contacts of %(queue)s as it allows.") % words)
    if her.ramp is not None and her.got >= her.ramp:
        return no("ramp", _("%(agent)s has had the contacts an hour allows for %(client)s.") % words)
    return YES


def no(code: str, sentence: str, group: str = "") -> Verdict:
    """Not given, and why."""
    return Verdict(False, code, sentence, group or code)


def held_words(held: Sequence[Held]) -> str:
    """1 call, 2 chats."""
    n = Counter(each.channel for each in held)
    calls, chats, mails = n[Channel.VOICE], n[Channel.CHAT], n[Channel.EMAIL]
    parts = [
        ngettext("%(n)s call", "%(n)s calls", calls) % {"n": calls} if calls else "",
        ngettext("%(n)s chat", "%(n)s chats", chats) % {"n": chats} if chats else "",
        ngettext("%(n)s mail", "%(n)s mails", mails) % {"n": mails} if mails else "",
    ]
    return ", ".join(part for part in parts if part)


# --- what is known of now --------------------------------------------------------------------------------------------


def rules_of(agents: Sequence[Agent], needs: Needs) -> dict[int, Standing]:
    """What changes seldom: licence, skills, team, switched off (three queries)."""
    ids = [agent.pk for agent in agents]
    found = {agent.pk: Standing(agent, team_id=agent.team_id) for agent in agents}
    licences = Licence.objects.filter(agent__in=ids, client=needs.queue.client_id)
    for agent_id, state, ramp in licences.values_list("agent_id", "state", "ramp_per_hour"):
        found[agent_id].licence, found[agent_id].ramp = state, ramp
    if needs.wants:
        wanted = [skill for skill, _level in needs.wants]
        rows = AgentSkill.objects.filter(agent__in=ids, skill__in=wanted)
        for agent_id, skill, level in rows.values_list("agent_id", "skill_id", "level"):
            found[agent_id].skills[skill] = level
    off = QueueSwitchedOff.objects.filter(agent__in=ids, queue=needs.queue)
    for agent_id in off.values_list("agent_id", flat=True):
        found[agent_id].switched_off = True
    return found


def standings(
    agents: Sequence[Agent], needs: Needs, at: datetime, *, interaction_id: int | None = None
) -> dict[int, Standing]:
    """All of it, as it is now (seven queries at most, with the profiles fetched)."""
    found = rules_of(agents, needs)
    for seat in Seat.objects.filter(pk__in=found):
        her = found[seat.pk]
        her.presence, her.reason, her.connected, her.offered = seat.presence, seat.reason, seat.connected, seat.offered
        her.leaving, her.idle_since = bool(seat.wish or seat.wish_sign_out), seat.idle_since
    live = Leg.objects.filter(agent__in=found, state__in=HOLDING_STATES, set_aside=False).exclude(role=LegRole.MONITOR)
    had_from = Coalesce("lane__queue_id", "interaction__queue_id")
    rows = live.values_list("agent_id", "channel", "cost", had_from, "role")
    for agent_id, channel, cost, queue_id, role in rows:
        found[agent_id].held.append(Held(channel, cost, queue_id, role == LegRole.PRIMARY))
    ramped = [key for key, her in found.items() if her.ramp is not None]
    if ramped:
        legs = Leg.objects.filter(
            agent__in=ramped, client=needs.queue.client_id, role=LegRole.PRIMARY, offered_at__gt=at - RAMP
        ).exclude(state__in=NOT_GOT)
        for agent_id, got in legs.values_list("agent_id").annotate(n=Count("interaction", distinct=True)).order_by():
            found[agent_id].got = got
    if interaction_id is not None:
        refused = Refusal.objects.filter(interaction=interaction_id, agent__in=found, until__gt=at)
        for agent_id in refused.values_list("agent_id", flat=True):
            found[agent_id].delayed = True
    return found
