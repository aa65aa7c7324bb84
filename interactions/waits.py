"""What somebody in line may expect: the place, the wait, and how true a foretold wait turned out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from agents.models import Presence
from bpo.kernel import clock
from bpo.kernel.asking import asked
from bpo.kernel.composed import composed, first
from bpo.kernel.writing import update
from clients import customers
from clients.models import Channel, Queue
from interactions.models import PASSED_ON, AgentLane, Carrier, Interaction, JournalEntry, Leg, LegState, State, Visit

THROUGHPUT_WINDOW = timedelta(minutes=30)
FEWEST_ANSWERS = 5  # fewer say nothing about the wait
HAD_TO_WAIT = timedelta(seconds=30)
WORKING_DAY = timedelta(hours=12)  # what a desk answered before says nothing about it now
PACE = """
WITH visit AS (
    SELECT entered_at, left_at, how, LEAST(COALESCE(left_at, %s), %s) AS until
    FROM interactions_visit JOIN interactions_interaction ON interactions_interaction.id = interaction_id
    WHERE interactions_visit.queue_id = %s AND channel = %s
        AND entered_at > %s AND entered_at <= %s
), waited AS (
    SELECT COALESCE(range_agg(tstzrange(GREATEST(entered_at, %s), until, '[]')), '{}') AS times
    FROM visit WHERE until >= entered_at + %s AND until > %s
)
SELECT
    (SELECT count(*) FROM visit, waited WHERE how = 'answered' AND left_at = until AND times @> left_at),
    (SELECT COALESCE(sum(upper(one) - lower(one)), interval '0') FROM waited, unnest(times) AS one)
"""

AHEAD = """
    SELECT count(*) FROM interactions_interaction
    WHERE queue_id = %s AND %s IN ('', channel) AND state = 'queued'
        AND (-band, order_key, id) < (%s, %s, %s)
"""


# The wait that a card, a desk and the floor tell of somebody in line; what stands in `enqueued_at` is the place.
WAITS_SINCE = Func(F("pk"), Coalesce("enqueued_at", "arrived_at"), function="waits_since", output_field=DateTimeField())
OF_ITS_CONTACT = Func(
    F("interaction"),
    Coalesce("interaction__enqueued_at", "interaction__arrived_at"),
    function="waits_since",
    output_field=DateTimeField(),
)


def order_in(queue: Queue, *, priority: int, returned: bool, enqueued_at: datetime) -> dict[str, Any]:
    """Band and order key of a place."""
    if queue.ageing_seconds is None:
        return {"band": priority * 2 + returned, "order_key": enqueued_at}
    head_start = timedelta(seconds=(priority + returned) * queue.ageing_seconds)
    return {"band": 0, "order_key": enqueued_at - head_start}


def position(interaction: Interaction) -> int:
    """Its place in the order over all lanes of the queue; 1 is next, 0 is not waiting."""
    if interaction.state != State.QUEUED or interaction.queue_id is None or interaction.order_key is None:
        return 0
    return 1 + ahead_of(interaction.queue_id, interaction.band, interaction.order_key, interaction.pk)


def ahead_of(queue_id: int, band: int, order_key: datetime, pk: int, *, channel: str = "") -> int:
    """How many wait before a place in the order over all lanes of a queue; of one channel alone, where it is named."""
    return int(asked(AHEAD, [queue_id, channel, -band, order_key, pk])[0][0])


def ready() -> QuerySet[AgentLane]:
    """Who serves a lane and is signed in, ready and connected, however busy."""
    return AgentLane.objects.filter(agent__seat__presence=Presence.AVAILABLE, agent__seat__connected=True)


def with_voice(able: QuerySet[AgentLane], since: Any) -> QuerySet[AgentLane]:
    """Those of them whose desk takes web calls: one that passed on the last it was asked to take since then, for want
    of a microphone (`offers.busy`), does not until it has taken one."""
    asked_to = Leg.objects.filter(agent=OuterRef("agent"), interaction__carrier=Carrier.WEB, offered_at__gt=since)
    answers = asked_to.exclude(state__in=[LegState.OFFERED, LegState.RESCINDED]).order_by("-offered_at")
    passed_on = answers.values_list(ExpressionWrapper(PASSED_ON, output_field=BooleanField()))[:1]
    return able.alias(voiceless=Coalesce(Subquery(passed_on), False)).filter(voiceless=False)


def somebody_free(queue: Queue, channel: str, *, web: bool = False, at: datetime | None = None) -> bool:
    """Whether who comes into the line now is answered at once: nobody waits, and one who serves it has room; by a desk
    with a voice, where he calls from a page (`web`).
    """
    if Interaction.objects.filter(queue=queue, channel=channel, state=State.QUEUED).exists():
        return False
    staying = {"agent__seat__offered": False, "agent__seat__wish": "", "agent__seat__wish_sign_out": False}
    room = {f"agent__seat__fits_{channel}": True}
    free = ready().filter(queue=queue, channel=channel, auto=True, **staying, **room)
    return (with_voice(free, (at or clock.now()) - WORKING_DAY) if web else free).exists()


@composed
def _serve_lane(lane: Any, since: Any, *, web: bool) -> QuerySet[AgentLane, Any]:
    able = ready().filter(lane=lane)
    return (with_voice(able, since) if web else able).values_list("pk")[:1]


@composed
def _serve(queue: Any, channel: Any, since: Any, *, web: bool) -> QuerySet[AgentLane, Any]:
    able = ready().filter(queue=queue, channel=channel)
    return (with_voice(able, since) if web else able).values_list("pk")[:1]


def expected_wait_of(interaction: Interaction, *, at: datetime | None = None) -> int | None:
    """Seconds until one that waits, or may be in line again at once, would be answered.

    The pace is that of its channel, so those of its channel count that stand before it: mails hold up no call.
    """
    assert interaction.queue is not None
    queue, channel = interaction.queue, interaction.channel
    web = interaction.carrier == Carrier.WEB
    interval = _interval(queue.pk, channel, interaction.lane_id, at or clock.now(), web=web)
    if interval is None:
        return None
    ahead = 0
    if interaction.state == State.QUEUED and interaction.order_key is not None:
        ahead = ahead_of(queue.pk, interaction.band, interaction.order_key, interaction.pk, channel=channel)
    return round((ahead + 1) * interval)


def expected_wait(
    queue: Queue,
    channel: str,
    *,
    lane: int | None = None,
    ahead: int | None = None,
    web: bool = False,
    at: datetime | None = None,
) -> int | None:
    """Seconds until a contact entering now would be answered: those ahead times the mean interval of answers.

    The interval is that of the time in which somebody had to wait, within the last 30 minutes: a line nobody waits in
    shows how many came, not how fast it moves. None when such time saw too few answers to say, and while nobody is
    there who could answer: in the line on this channel, or in the `lane` of who asks. `ahead` replaces the number
    waiting now; of who calls from a page (`web`) those answer whose desk has a voice.
    """
    interval = _interval(queue.pk, channel, lane, at or clock.now(), web=web)
    if interval is None:
        return None
    if ahead is None:
        ahead = Interaction.objects.filter(queue=queue, channel=channel, state=State.QUEUED).count()
    return round((ahead + 1) * interval)


def _interval(queue_id: int, channel: str, lane: int | None, at: datetime, *, web: bool) -> float | None:
    """Seconds between answers."""
    since = at - WORKING_DAY
    if not (_serve_lane(lane, since, web=web) if lane else _serve(queue_id, channel, since, web=web)):
        return None
    start, day = at - THROUGHPUT_WINDOW, at - timedelta(days=1)
    answers, waited = asked(PACE, [at, at, queue_id, channel, day, at, start, HAD_TO_WAIT, start])[0]
    return None if answers < FEWEST_ANSWERS else float(waited.total_seconds() / answers)


@composed
def _waiting(interaction_id: Any) -> QuerySet[Interaction]:
    """A call or chat that waits and for which somebody is there."""
    waiting = Interaction.objects.order_by().filter(pk=interaction_id, state=State.QUEUED, queue__isnull=False)
    served = Exists(ready().filter(lane=OuterRef("lane")))
    return waiting.exclude(channel=Channel.EMAIL).filter(served).select_related("queue")


def callback_offered(interaction: Interaction, wait: int | None, *, at: datetime) -> bool:
    """Whether one that waits may take a callback instead, keeping its place: it has waited as long as its queue asks
    for, is foretold longer (`wait`, seconds), or its line's own step offers it; where the client calls at all.
    """
    if interaction.queue is None or not customers.takes_calls(interaction.client):
        return False
    after = interaction.queue.callback_offer_seconds
    long = wait is not None and wait > after
    return waited(interaction, at=at) >= after or long or bool(interaction.lane and interaction.lane.offers_callback)


def waited(interaction: Interaction, *, at: datetime) -> float:
    """Seconds since it came into its line."""
    return (at - (interaction.enqueued_at or interaction.arrived_at)).total_seconds()


def foretell(entry: JournalEntry) -> None:
    """Reaction: of a call or chat that found nobody free on entering a line, the wait that is foretold it is kept."""
    waiting = first(_waiting(entry.interaction_id)) if entry.interaction_id and not entry.placed else None
    if waiting is None:
        return
    seconds = expected_wait_of(waiting, at=clock.now())
    if seconds is not None:
        open_visit = {"interaction": waiting.pk, "left_at__isnull": True, "expected_seconds__isnull": True}
        update(Visit, open_visit, expected_seconds=seconds)
