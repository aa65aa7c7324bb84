"""How a call stands, and how its exchange is brought after it: the one way from what operations changed to an adapter.

The rows are the truth. What an exchange was told last is kept beside its call; the difference is what it has still to
be told. So a lost wake-up, a worker that died or an exchange that was away costs seconds and no operation.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from bpo.kernel import clock
from bpo.kernel.composed import composed
from clients import texts
from interactions import handling, intake, monitoring
from interactions.adapters import EXCHANGES
from interactions.adapters.voice import ExchangeError, Part, Party, Picture, Place, orders
from interactions.models import ExchangeCall, Interaction, Leg, LegRole, LegState, State
from interactions.signals import call_troubled

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # longer than all operations of one change may take
WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8))
# So many tries to end a call on an exchange that does not answer: some five minutes.
MOST_FAREWELLS = 40
BATCH = 200
ADDRESS = "interaction__entry_point__exchange_url"
TURN = 2.0  # seconds for the late calls of one exchange
OVER = (State.WRAP_UP, State.CLOSED)


@composed
def _in_talk(interaction: Any) -> QuerySet[Leg]:
    # By its missing end, as everywhere: by its state a leg would be looked for among all of the house.
    legs = Leg.objects.order_by("pk").filter(interaction=interaction, accepted_at__isnull=False, ended_at__isnull=True)
    return legs.filter(work_ended_at__isnull=True).select_related("agent")


def legs_in(interaction: Interaction) -> list[Leg]:
    """The legs whose people are in the call now, the oldest first."""
    return [leg for leg in _in_talk(interaction.pk) if leg.state == LegState.HANDLING and leg.role != LegRole.MONITOR]


def picture_of(interaction: Interaction) -> Picture:
    """Who is in the call now; read from its legs and from who is beside it."""
    people = [Party(str(leg.public_id), Part(leg.role), str(leg.agent.public_id)) for leg in legs_in(interaction)]
    people += [
        Party(str(one.public_id), Part(one.mode), str(one.user.public_id)) for one in monitoring.beside(interaction)
    ]
    return Picture(parties=tuple(people), held=interaction.state == State.HELD, over=interaction.state in OVER)


def whole_picture(interaction: Interaction) -> Picture:
    """The same with whom it rings: everything an exchange has to know.

    Nothing is recorded there: what a recording must have (consent in the journal, silence while a card is said, its end
    and deletion) is done for those of our pages alone.
    """
    interaction = Interaction.objects.get(pk=interaction.pk)
    seen = picture_of(interaction)
    if seen.over:
        return Picture(over=True, words=words_to(interaction))
    rung = Leg.objects.filter(interaction=interaction, state=LegState.OFFERED).select_related("agent").order_by("pk")
    ringing = tuple(Party(str(leg.public_id), Part(leg.role), str(leg.agent.public_id)) for leg in rung)
    return replace(seen, ringing=ringing)


def words_to(interaction: Interaction) -> str:
    """The client's words to a caller whom the door turned away, or whose wait its line has ended; else none."""
    kind = intake.text_for(interaction.outcome)
    return texts.text(interaction.client, kind, interaction.language) if kind else ""


# --- following --------------------------------------------------------------------------------------------------------


def follow(interaction_id: int) -> None:
    """Tell the exchange of this call what differs from what it knows. Safe twice, and by many at once: one tells it.

    Whoever finds it being told leaves it to who tells it, and who looks once more after the lease is given back.
    """
    while (call := _claimed(interaction_id)) is not None:
        wanted = whole_picture(call.interaction)
        try:
            _tell(call, wanted)
        except ExchangeError as error:
            _failed(call, error, wanted)
            return
        _knows(call, wanted)
        if wanted.over or whole_picture(call.interaction) == wanted:
            return


def _tell(call: ExchangeCall, wanted: Picture) -> None:
    contact = call.interaction
    assert contact.entry_point is not None, "it came in by a number"
    place = Place(contact.entry_point.exchange_url, contact.entry_point.webhook_secret, call.call)
    for order in orders(Picture.of(call.told), wanted):
        EXCHANGES[contact.carrier].do(order, place)


def _claimed(interaction_id: int) -> ExchangeCall | None:
    at = clock.now()
    if not _ready(at).filter(pk=interaction_id).update(leased_until=at + LEASE):
        return None
    return ExchangeCall.objects.select_related("interaction__entry_point").get(pk=interaction_id)


def _ready(at: datetime) -> QuerySet[ExchangeCall]:
    """Told by nobody just now, and after one that failed not before its time."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=at)
    return ExchangeCall.objects.filter(free & (Q(due_at__isnull=True) | Q(due_at__lte=at)), over_at__isnull=True)


def _knows(call: ExchangeCall, wanted: Picture) -> None:
    over = {"over_at": clock.now()} if wanted.over else {}
    ExchangeCall.objects.filter(pk=call.pk).update(
        told=wanted.kept(), leased_until=None, due_at=None, failures=0, problem="", **over
    )
    if call.failures:
        call_troubled.send_robust(ExchangeCall, interaction_id=call.pk)


def _failed(call: ExchangeCall, error: ExchangeError, wanted: Picture) -> None:
    """It is tried again after a while; a call that the exchange has no more is over, whoever did not hear of it."""
    at = clock.now()
    logger.warning("the exchange did not follow call %s: %s", call.call, error)
    over = {"over_at": at} if error.gone or (wanted.over and call.failures >= MOST_FAREWELLS) else {}
    ExchangeCall.objects.filter(pk=call.pk).update(
        leased_until=None,
        failures=F("failures") + 1,
        problem=str(error)[:200],
        due_at=at + WAITS[min(call.failures, len(WAITS) - 1)],
        **over,
    )
    if error.gone and not wanted.over:
        gone(call)
    elif not call.failures:
        call_troubled.send_robust(ExchangeCall, interaction_id=call.pk)


def leave(interaction: Interaction) -> None:
    """The exchange has the last words to him in our answer: it says them, and lets the call go by itself.

    The caller holds the transaction in which the contact was closed; otherwise we would hang up before he heard a word.
    """
    ExchangeCall.objects.filter(interaction=interaction, over_at__isnull=True).update(over_at=clock.now())


@transaction.atomic
def gone(call: ExchangeCall, *, at: datetime | None = None) -> bool:
    """The customer's line is not there any more: he has hung up, wherever his contact stands. Twice is once."""
    left = handling.customer_left(call.interaction, at=at)
    # After the seats, as by a key that is pressed at the same moment: neither waits for what the other holds.
    ExchangeCall.objects.filter(pk=call.pk, over_at__isnull=True).update(over_at=at or clock.now())
    return left


def follow_late(at: datetime) -> int:
    """Calls whose exchange is behind: a try is due again, who told it died, or nobody was woken. How many."""
    addresses = list(_ready(at).order_by().values_list(ADDRESS, flat=True).distinct())
    random.shuffle(addresses)
    return sum(_follow_late(_ready(at).filter(**{ADDRESS: address})) for address in addresses)


def _follow_late(ready: QuerySet[ExchangeCall]) -> int:
    """Of one exchange, in its time: one that does not answer keeps the calls of the others waiting for that long."""
    done, ends = 0, time.monotonic() + TURN
    for call in ready.select_related("interaction").order_by("due_at", "?")[:BATCH]:
        if time.monotonic() >= ends:
            break
        if call.due_at or call.leased_until or orders(Picture.of(call.told), whole_picture(call.interaction)):
            follow(call.pk)
            done += 1
    return done


def trouble(interaction: Interaction) -> str:
    """A word for who holds the call, while its exchange does not answer."""
    if not ExchangeCall.objects.filter(interaction=interaction, over_at__isnull=True, failures__gt=0).exists():
        return ""
    return _("The exchange does not answer. It is asked again; the customer may not hear what you do.")
