"""Writes the whole past month in bulk, a day a transaction, and tells the first page how far it is."""

from __future__ import annotations

from bpo.demo import models
from bpo.demo.models import PastState
from bpo.demo.past import parts, timelines
from bpo.demo.past.acted import write_acts
from bpo.demo.past.bulk import Bulk
from bpo.demo.past.followed import write_follow_ups
from bpo.demo.past.shifts import write_shifts
from bpo.demo.past.world import world
from bpo.demo.setting_up import set_up
from interactions.models import Arrival

CHUNK = 150


def write_past() -> tuple[int, int]:
    """Contacts and rows written now; what is there already is left alone."""
    if models.switch().seeded_at is None:
        set_up()
    row = models.switch()
    assert row.seeded_at is not None
    if row.past_state == PastState.DONE:
        return 0, 0
    days = list(timelines.month(world(), row.seeded_at))
    models.note(past_state=PastState.WRITING, past_total=sum(len(day) for day in days), past_done=0)
    try:
        counted = _write(days)
        write_shifts(row.seeded_at)
        write_acts(row.seeded_at)
        write_follow_ups(row.seeded_at)
    except BaseException:
        models.note(past_state=PastState.FAILED)
        raise
    models.note(past_state=PastState.DONE)
    return counted


def _write(days: list[list[timelines.Timeline]]) -> tuple[int, int]:
    bulk, done, contacts, rows = Bulk(), 0, 0, 0
    for day in days:
        keys = [parts.provider_id(each) for each in day]
        there = set(Arrival.objects.filter(provider_id__in=keys).values_list("provider_id", flat=True))
        fresh = [each for each in day if parts.provider_id(each) not in there]
        for start in range(0, len(fresh), CHUNK):
            chunk = fresh[start : start + CHUNK]
            rows += bulk.write(chunk)
            contacts += len(chunk)
            models.note(past_done=done + start + len(chunk))
        done += len(day)
    return contacts, rows
