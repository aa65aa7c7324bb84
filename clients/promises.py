"""What a client's contract promises its customers: the time by which a person's first reply is owed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from bpo.kernel.composed import composed
from clients import hours, opening
from clients.models import Channel, Client, EntryPoint, Promise, Queue


@composed
def _in_force(client: Any, day: Any) -> QuerySet[Promise, tuple[int, str]]:
    promised = Promise.objects.filter(contract__client=client, contract__valid_from__lte=day, channel=Channel.EMAIL)
    in_force = promised.filter(Q(contract__valid_until__isnull=True) | Q(contract__valid_until__gte=day))
    return in_force.order_by("-contract__valid_from", "pk").values_list("threshold_seconds", "formula")


def first_reply_seconds(client: Client, at: datetime) -> int | None:
    """Within how many open seconds the contract in force promises it: its promise on mails, the one judged by a reply.

    None without such a promise: no date is invented.
    """
    found = _in_force(client.pk, client.day_at(at))
    plain = [seconds for seconds, formula in found if formula == "service_level.v1"]
    return next(iter([*plain, *(seconds for seconds, _formula in found)]), None)


def first_reply_by(queue: Queue, door: EntryPoint | None, at: datetime) -> datetime | None:
    """Until when the customer who speaks now is owed a reply, in the open time of his door, else of the line.

    None where none is promised, or where there is no open time to keep it in.
    """
    seconds = first_reply_seconds(queue.client, at)
    if seconds is None:
        return None
    calendar = opening.calendar_at(door, queue)
    try:
        return hours.add_open_seconds(calendar, at, seconds)
    except hours.HoursError:
        return None
