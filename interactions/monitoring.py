"""A supervisor beside a web call: listens, whispers to the agent or joins in. Who may, how it changes, when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from agents import leading
from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from bpo.kernel.steps import each
from clients.models import Client, Membership, Policy, Role
from interactions import handling, journal, media, supervision
from interactions.models import Interaction, Kind, Leg, LegRole, LegState, Mode, Monitor, State

# A page that is reloaded, or whose network changed, is back within it; who closes it has left.
BACK = timedelta(seconds=15)
# The web process died without a word: pages say every 20 s that they are there.
UNHEARD = timedelta(seconds=45)
TALKING = (State.ACTIVE, State.HELD)


class NothingToHear(DomainError):
    """Nobody talks in it, or not from page to page."""

    code = "nothing_to_hear"
    sentence = _("Nobody is in a web call here now.")


class MayNotListen(DomainError):
    """Administrators see everything and hear nothing (TABLES.md 1)."""

    code = "may_not_listen"
    status = 403
    sentence = _("Only who supervises the company and leads the agent's team may listen to a call.")


class Over(DomainError):
    """She is not beside this call any more."""

    code = "monitor_over"
    sentence = _("You are not in this call any more.")


WORDS_OVER: Mapping[str, LazyText] = {
    "call over": _("Nobody talks in this call any more."),
    "right lost": _("You may not hear this call any more: only who supervises the company and leads who has it may."),
}


class AlreadyListening(DomainError):
    """The same person began somewhere else in this very moment."""

    code = "already_listening"
    sentence = _("You have just begun to listen to a call. Look at your other tab.")


def standing() -> QuerySet[Monitor]:
    """Who is in a call with the right to be: asked anew each time, so that a lost right ends it at once."""
    leads = Leg.objects.filter(
        interaction=OuterRef("interaction"),
        role=LegRole.PRIMARY,
        state=LegState.HANDLING,
        agent__team__supervisors__user=OuterRef("user"),
    )
    supervises = Membership.objects.filter(client=OuterRef("client"), user=OuterRef("user"), role=Role.SUPERVISOR)
    open_ = Monitor.objects.filter(ended_at__isnull=True, user__is_active=True, interaction__state__in=TALKING)
    carried = open_.exclude(interaction__carrier="")  # whoever came by a link may go back to the telephone
    return carried.filter(Exists(leads), Exists(supervises)).select_related("interaction", "user").order_by("pk")


def beside(interaction: Interaction) -> list[Monitor]:
    """All supervisors in this call."""
    return list(standing().filter(interaction=interaction))


def joined(interaction: Interaction) -> list[User]:
    """The supervisors in this call whom everybody hears."""
    return [monitor.user for monitor in beside(interaction) if monitor.mode == Mode.BARGE]


def require_role(user: User, interaction: Interaction) -> None:
    """Refuse, in words, who does not supervise the client, or does not lead the agent who has it now."""
    if not Membership.objects.filter(client=interaction.client_id, user=user, role=Role.SUPERVISOR).exists():
        raise MayNotListen
    leg = handling.live_leg(interaction)
    if leg is not None and not leg.agent.team.supervisors.filter(user=user).exists():
        raise leading.NotLed(sentence=_("%s is in none of your teams.") % leg.agent)


def can_be_heard(interaction: Interaction) -> bool:
    """Whether somebody of ours is in this call now, and something of ours carries it."""
    if interaction.state not in TALKING or not media.is_told(interaction):
        return False
    leg = handling.live_leg(interaction)
    return leg is not None and leg.state == LegState.HANDLING


def may(user: User, interaction: Interaction) -> bool:
    """Whether this user could listen now."""
    if not can_be_heard(interaction):
        return False
    try:
        require_role(user, interaction)
    except DomainError:
        return False
    return True


@transaction.atomic
def begin(interaction: Interaction, *, by: User, reason: str, at: datetime | None = None) -> Monitor:
    """She listens; nobody hears her. Whatever she listened to before is over. The same press twice is one."""
    reason = supervision.require_reason(reason)
    require_role(by, interaction)
    if not can_be_heard(interaction):
        raise NothingToHear
    at = at or clock.now()
    for other in Monitor.objects.select_for_update(no_key=True).filter(user=by, ended_at__isnull=True):
        if (other.interaction_id, other.reason, other.mode) == (interaction.pk, reason, Mode.LISTEN):
            return other
        end(other, why="went to another call", at=at)
    try:
        with transaction.atomic():
            monitor = Monitor.objects.create(
                client_id=interaction.client_id, interaction=interaction, user=by, reason=reason, started_at=at,
                seen_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise AlreadyListening from None
    _tell_mode(monitor, at=at)
    return monitor


@transaction.atomic
def change(monitor: Monitor, mode: Mode, *, at: datetime | None = None) -> Monitor:
    """Heard by nobody, by the agent, or by all; for the reason she gave when she began."""
    found = standing().select_for_update(no_key=True, of=["self"]).filter(pk=monitor.pk).first()
    if found is None:
        raise Over
    if found.mode != mode:
        found.mode = mode
        found.save(update_fields=["mode"])
        _tell_mode(found, at=at or clock.now())
    return found


def _tell_mode(monitor: Monitor, *, at: datetime) -> None:
    journal.record(
        monitor.interaction, Kind.MONITOR_STARTED, by=monitor.user, at=at, mode=monitor.mode, reason=monitor.reason
    )


@transaction.atomic
def end(monitor: Monitor, *, why: str = "left", at: datetime | None = None) -> bool:
    """She is out; whether she was in. Twice is once."""
    at = at or clock.now()
    if not Monitor.objects.filter(pk=monitor.pk, ended_at__isnull=True).update(ended_at=at, line=None):
        return False
    journal.record(monitor.interaction, Kind.MONITOR_ENDED, by=monitor.user, at=at, why=why)
    return True


# --- her page's socket ------------------------------------------------------------------------------------------------


def line_opened(public_id: UUID, line: UUID, *, by: User, at: datetime | None = None) -> Monitor | None:
    """The page of this user has a socket, the newest counts; None when there is nothing for it to carry."""
    found = standing().filter(public_id=public_id, user=by).first()
    if found is not None:
        Monitor.objects.filter(pk=found.pk).update(line=line, seen_at=at or clock.now())
    return found


def line_seen(line: UUID, *, at: datetime | None = None) -> None:
    """The page says that it is there."""
    Monitor.objects.filter(line=line, ended_at__isnull=True).update(seen_at=at or clock.now())


def line_closed(line: UUID, *, at: datetime | None = None) -> None:
    """The socket is gone; another page that took over meanwhile stays."""
    Monitor.objects.filter(line=line, ended_at__isnull=True).update(line=None, seen_at=at or clock.now())


def over(at: datetime) -> int:
    """The sweep's step: the call is over, the right is lost, or the page did not come back."""
    gone = Q(line__isnull=True, seen_at__lte=at - BACK) | Q(seen_at__lte=at - UNHEARD)
    open_ = Monitor.objects.filter(ended_at__isnull=True).select_related("interaction", "user")
    right = standing().filter(pk=OuterRef("pk"))
    found = open_.annotate(stands=Exists(right.order_by())).filter(gone | Q(stands=False))
    return each(found, lambda monitor: end(monitor, why="page gone" if monitor.stands else _why(monitor), at=at))  # type: ignore[attr-defined]


def _why(monitor: Monitor) -> str:
    """Of one who does not stand any more: nobody talks in it, or she may not hear who does."""
    return "right lost" if can_be_heard(monitor.interaction) else "call over"


def word_over(monitor: Monitor) -> str:
    """Why she is not in the call any more, said to herself."""
    if monitor.ended_at is None:
        why = _why(monitor)
    else:
        ends = monitor.interaction.journal.filter(kind=Kind.MONITOR_ENDED, actor=monitor.user, at=monitor.ended_at)
        why = ends.values_list("facts__why", flat=True).first() or ""
    return str(WORDS_OVER.get(why, Over.sentence))


# --- what agents are told ---------------------------------------------------------------------------------------------

SAID: Mapping[str, LazyText] = {
    Mode.LISTEN: _("%(name)s listens"),
    Mode.WHISPER: _("%(name)s speaks to you alone"),
    Mode.BARGE: _("%(name)s speaks with both of you"),
}


def listening_is_told(client: Client) -> bool:
    """Whether agents see who listens: the client says so, or its country or that of the floor, whatever it says."""
    if settings.LISTENING_TOLD_IN & {client.country, settings.FLOOR_COUNTRY}:
        return True
    policy = Policy.objects.filter(client=client).first()
    return policy is None or policy.tell_agents_when_monitored


def told(interaction: Interaction) -> list[str]:
    """Who is beside the call, for those of us in it. Who only listens is told by the client's rule or the country's."""
    there = beside(interaction)
    if any(monitor.mode == Mode.LISTEN for monitor in there) and not listening_is_told(interaction.client):
        there = [monitor for monitor in there if monitor.mode != Mode.LISTEN]
    return [str(SAID[monitor.mode]) % {"name": monitor.user} for monitor in there]
