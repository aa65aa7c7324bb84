"""People on call lists: who may be called now, by the person's own clock; taken one at a time, and let go.

A prospect and its contact change together, so every step reads the row anew under its lock, the seats locked before it.
What is called is in `prospect_calls`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from agents.models import Agent, Presence
from bpo.kernel import clock
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError, StaleState
from clients import call_lists, hours
from clients.models import CallList, CallListState, Channel, Client, DoNotCall, QueueState
from clients.times import zone_words
from interactions import eligibility, handling, journal, queueing, states, verdicts
from interactions.models import (
    IN_HAND,
    JournalEntry,
    Kind,
    Prospect,
    ProspectState,
)

logger = logging.getLogger(__name__)

# How long somebody is kept for an agent who shows no sign of looking; her open page gives one each minute.
HELD_FOR = timedelta(minutes=5)
LOOKS = 5


class NotCallable(DomainError):
    """The list or the person may not be called now; the sentence says why."""

    code = "not_callable"


class NotWithYou(DomainError):
    """Somebody else has this person, or nobody."""

    code = "prospect_not_with_you"
    sentence = lazy("This person is not with you any more. Take the next one.")


# --- who may be called -----------------------------------------------------------------------------------------------


def list_refusal(call_list: CallList) -> str:
    """Why nobody is called from this list now, in words; empty when somebody may be."""
    queue = call_list.queue
    if call_list.state != CallListState.OPEN:
        return _("The list “%(list)s” is not open.") % {"list": call_list.name}
    if not call_list.client.is_live:
        return _("We do not work for this client at the moment.")
    if Channel.VOICE not in queue.channels or queue.state in (QueueState.CLOSED, QueueState.ARCHIVED):
        return _("The line “%(line)s” takes no calls now.") % {"line": queue.name}
    return ""


def person_refusal(prospect: Prospect, at: datetime) -> str:
    """Why this person is not called at this moment, in words: the number, or the person's clock."""
    if call_lists.blocked(prospect.client_id, [prospect.number]):
        return _("This number is not called any more.")
    if prospect.state in (ProspectState.WAITING, *IN_HAND) and prospect.attempts >= prospect.call_list.attempts:
        return _("This list’s tries for this person are used up.")
    if lately := _tried_elsewhere(prospect, at):
        local = lately.astimezone(ZoneInfo(prospect.zone))
        told = {"when": f"{local:%d.%m. %H:%M}", "place": zone_words(prospect.zone)}
        return _("Another list called this number on %(when)s (%(place)s). It is too soon to call again.") % told
    return hours_refusal(prospect, at)


def _tried_elsewhere(prospect: Prospect, at: datetime) -> datetime | None:
    """When another list of the client called this number last, if that is less long ago than this list waits."""
    tried = JournalEntry.objects.filter(
        kind=Kind.PROSPECT_TRIED,
        prospect__client=prospect.client_id,
        prospect__number=prospect.number,
        at__gt=at - timedelta(minutes=prospect.call_list.spacing_minutes),
    ).exclude(prospect=prospect)
    return tried.order_by("-at").values_list("at", flat=True).first()


def hours_refusal(prospect: Prospect, at: datetime) -> str:
    """Why the list does not call at this moment, by the person's clock; empty when it does."""
    call_list = prospect.call_list
    if hours.is_open(call_list.calendar(prospect.zone), at):
        return ""
    local = at.astimezone(ZoneInfo(prospect.zone))
    told = {"now": f"{local:%H:%M}", "place": zone_words(prospect.zone), "hours": hours_words(call_list)}
    return _("It is %(now)s in %(place)s. This list calls %(hours)s.") % told


def hours_words(call_list: CallList) -> str:
    """“Mon to Fri, 09:00 to 18:00”."""
    days, names = sorted(call_list.weekdays), [_(name)[:3] for name in hours.DAY_NAMES]
    if len(days) > 1 and days == list(range(days[0], days[-1] + 1)):
        which = _("%(first)s to %(last)s") % {"first": names[days[0]], "last": names[days[-1]]}
    else:
        which = ", ".join(names[day] for day in days)
    return f"{which}, {call_list.calls_from:%H:%M}–{call_list.calls_until:%H:%M}"


def _waiting(lists: Iterable[CallList], at: datetime) -> QuerySet[Prospect]:
    """Whose next try is due, and whose number may be called: not while, or soon after, another list calls it."""
    refused = DoNotCall.objects.filter(client=OuterRef("client"), number=OuterRef("number"))
    busy = Prospect.objects.filter(client=OuterRef("client"), number=OuterRef("number"), state__in=IN_HAND)
    spacing = ExpressionWrapper(
        OuterRef("call_list__spacing_minutes") * Value(timedelta(minutes=1)), output_field=DurationField()
    )
    since = ExpressionWrapper(Value(at) - spacing, output_field=DateTimeField())
    tried = JournalEntry.objects.filter(
        kind=Kind.PROSPECT_TRIED,
        prospect__client=OuterRef("client"),
        prospect__number=OuterRef("number"),
        at__gt=since,
    ).exclude(prospect=OuterRef("pk"))
    due = Prospect.objects.filter(call_list__in=lists, state=ProspectState.WAITING, next_try_at__lte=at)
    due = due.filter(attempts__lt=F("call_list__attempts"))
    return due.filter(~Exists(refused), ~Exists(busy), ~Exists(tried))


def ready(lists: Iterable[CallList], at: datetime) -> dict[int, dict[tuple[str, str], int]]:
    """By list: how many may be called at this moment, by language and zone (one query)."""
    known = {each.pk: each for each in lists}
    found: dict[int, dict[tuple[str, str], int]] = defaultdict(dict)
    rows = _waiting(known.values(), at).values_list("call_list", "language", "zone").annotate(n=Count("pk"))
    for key, language, zone, n in rows.order_by():
        if hours.is_open(known[key].calendar(zone), at):
            found[key][language, zone] = n
    return found


def verdict_on(agent: Agent, call_list: CallList, language: str, at: datetime) -> verdicts.Verdict:
    """Whether routing would give her such a call now, in the language of the person.

    She asks from her desk: that its line is being made anew, from one page to the next, is no reason against her.
    """
    wants = queueing.wants_in(language, call_list.client)
    needs = eligibility.described(call_list.queue, Channel.VOICE, wants)
    her = verdicts.standings([agent], needs, at)[agent.pk]
    her.connected = True
    return verdicts.judge(her, needs, at)


# --- taking and letting go -------------------------------------------------------------------------------------------


def held_by(agent: Agent) -> Prospect | None:
    """Whom she has before her; one at most."""
    rows = Prospect.objects.filter(state=ProspectState.TAKEN, taken_by=agent)
    return rows.select_related("call_list__queue", "call_list__client", "client").first()


@operation
def take_next(call_list: CallList, *, by: Agent, at: datetime | None = None) -> Prospect:
    """The next person of the list, for her alone; whom she has already, when she has not decided yet.

    NotCallable when nobody can be called from it now; NotEligible when she may not call for it.
    """
    states.take_seats(by)
    at = at or clock.now()
    if (mine := held_by(by)) is not None:
        return mine
    call_list = CallList.objects.select_related("client", "queue").get(pk=call_list.pk)
    if why := list_refusal(call_list):
        raise NotCallable(sentence=why)
    places = ready([call_list], at)[call_list.pk]
    if not places:
        raise NotCallable(sentence=none_ready(call_list, at))
    found = {language: verdict_on(by, call_list, language, at) for language in sorted({one for one, _zone in places})}
    fitting = Q(pk__in=[])
    for language, verdict in found.items():
        if verdict.ok:
            fitting |= Q(language=language, zone__in=[zone for one, zone in places if one == language])
    if not any(verdict.ok for verdict in found.values()):
        no = next(iter(found.values()))
        raise handling.NotEligible(sentence=handling.OF_HERSELF.get(no.code, no.sentence))
    rows = _waiting([call_list], at).filter(fitting).order_by("next_try_at", "pk")
    for _look in range(LOOKS):
        prospect = rows.select_for_update(no_key=True, skip_locked=True, of=("self",)).first()
        if prospect is None:
            break
        try:
            with transaction.atomic():
                states.move(prospect, ProspectState.TAKEN, at=at, taken_by=by, held_until=at + HELD_FOR)
        except IntegrityError:  # a colleague took the same number from another list at this moment
            continue
        journal.record(prospect, Kind.PROSPECT_TAKEN, by=by, at=at)
        return prospect
    raise NotCallable(sentence=none_ready(call_list, at))


def none_ready(call_list: CallList, at: datetime) -> str:
    """That nobody may be called now, and when the next may be."""
    rows = Prospect.objects.filter(call_list=call_list, state=ProspectState.WAITING)
    firsts = {}
    for zone, next_try in rows.values_list("zone").annotate(first=Min("next_try_at")).order_by():
        firsts[zone] = hours.next_opening(call_list.calendar(zone), max(next_try, at))
    soonest = min((moment for moment in firsts.values() if moment), default=None)
    if soonest is None:
        return _("Nobody on this list waits for a call.")
    local = soonest.astimezone(ZoneInfo(call_list.client.zone))
    told = {"day": f"{local:%d.%m.}", "time": f"{local:%H:%M}", "place": zone_words(call_list.client.zone)}
    if soonest <= at:
        return _("Everybody who may be called now is with a colleague.")
    return _("Nobody on this list may be called now. The next from %(day)s %(time)s (%(place)s).") % told


def require_callable(prospect: Prospect, at: datetime) -> None:
    """NotCallable, with the reason in words, unless list and person may be called at this moment."""
    if why := list_refusal(prospect.call_list) or person_refusal(prospect, at):
        raise NotCallable(sentence=why)


def locked(prospect: Prospect, *agents: Agent) -> Prospect:
    """The row read anew under its lock; the seats of all who are on its contact, and of these agents, before it."""
    if prospect.interaction_id:
        states.take_seats_on(prospect.interaction_id, *agents)
    else:
        states.take_seats(*agents)
    Prospect.objects.select_for_update(no_key=True).values_list("pk").get(pk=prospect.pk)
    return Prospect.objects.select_related(
        "call_list__queue", "call_list__client", "client", "interaction", "taken_by"
    ).get(pk=prospect.pk)


def require_held(prospect: Prospect, agent: Agent) -> None:
    """NotWithYou unless she has this person before her."""
    if prospect.state != ProspectState.TAKEN or prospect.taken_by_id != agent.pk:
        raise NotWithYou


def seen(prospect: Prospect, *, by: Agent, at: datetime | None = None) -> bool:
    """Her page is open: kept for her a while longer. False when it is not hers any more."""
    until = (at or clock.now()) + HELD_FOR
    mine = Prospect.objects.filter(pk=prospect.pk, state=ProspectState.TAKEN, taken_by=by)
    return bool(mine.update(held_until=until))


@operation
def let_go(prospect: Prospect, *, by: Agent, at: datetime | None = None) -> Prospect:
    """Back to the list, behind all who are due now. Said twice it is done once."""
    prospect = locked(prospect, by)
    if prospect.state == ProspectState.WAITING:
        return prospect
    require_held(prospect, by)
    back(prospect, why="let go", by=by, at=at or clock.now())
    return prospect


def back(prospect: Prospect, *, why: str, by: Agent | None, at: datetime) -> None:
    """Waiting again, behind all who are due now; no call is counted. The caller holds the row."""
    states.move(prospect, ProspectState.WAITING, at=at, taken_by=None, held_until=None, next_try_at=at)
    journal.record(prospect, Kind.PROSPECT_LET_GO, by=by, at=at, why=why)


# --- left by who took them -------------------------------------------------------------------------------------------


def release(at: datetime | None = None, *, limit: int = 100) -> int:
    """Whom an agent took and left: she signed out, or her page gave no sign for a while; returns how many."""
    at = at or clock.now()
    gone = Q(held_until__lte=at) | Q(taken_by__seat__presence=Presence.SIGNED_OUT)
    rows = Prospect.objects.filter(gone, state=ProspectState.TAKEN)
    return each(rows.order_by("pk"), partial(_release, at=at), limit)


def _release(prospect: Prospect, *, at: datetime) -> bool:
    agent = prospect.taken_by
    if prospect.state != ProspectState.TAKEN or prospect.held_until is None or agent is None:
        return False
    unseen = prospect.held_until <= at
    if not unseen and agent.seat.presence != Presence.SIGNED_OUT:
        return False
    back(prospect, why="not looked at" if unseen else "signed out", by=None, at=at)
    return True


def each(rows: QuerySet[Prospect], step: Callable[[Prospect], bool], limit: int) -> int:
    """Take the step for each row, locked; one that fails is logged and the next is still taken. How many it did."""
    done = 0
    for pk in list(rows.values_list("pk", flat=True)[:limit]):
        try:
            with transaction.atomic():
                done += step(locked(Prospect.objects.get(pk=pk)))
        except StaleState:
            continue
        except Exception:
            logger.exception("prospect %s could not be settled", pk)
    return done


def lists_of(clients: Iterable[Client] | QuerySet[Client]) -> QuerySet[CallList]:
    """The open lists of these clients, by client and name."""
    rows = CallList.objects.filter(client__in=clients, state=CallListState.OPEN)
    return rows.select_related("client__brand", "queue").order_by("client__name", "name")
