"""Thin Celery tasks: each loads by ids or finds its rows, calls one operation, and is safe twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from celery import shared_task

from bpo.kernel import clock
from bpo.kernel.outgoing import OutgoingQuerySet
from interactions import callback_work, carrying, cases, keeping, mail_fetch, mail_out, notices, papers, review_alerts
from interactions.adapters.base import DeliveryError
from interactions.replay import asking

logger = logging.getLogger(__name__)

BATCH = 20
FOLDING = timedelta(seconds=2)  # of every five: one worker process has more to do


@shared_task(name="interactions.send_notices")
def send_notices(ids: Collection[int] | None = None) -> int:
    """Send the notices that are due (of these ids); returns how many left the house."""
    return _send(notices.sendable(), notices.deliver, notices.failed, ids)


@shared_task(name="interactions.send_messages")
def send_messages(ids: Collection[int] | None = None) -> int:
    """Send the agents' mails that are due (of these ids); returns how many left the house."""
    return _send(mail_out.sendable(), mail_out.deliver, mail_out.failed, ids)


def _send(
    rows: OutgoingQuerySet[Any],
    deliver: Callable[[Any], bool],
    failed: Callable[[Any, DeliveryError], None],
    ids: Collection[int] | None,
) -> int:
    sent = 0
    for row in rows.claim_each(BATCH, ids=ids):
        try:
            sent += deliver(row)
        except Exception:  # one bad row must not hold up the others
            logger.exception("%s %s could not be delivered", type(row).__name__, row.pk)
            failed(row, DeliveryError("our own mistake; see the log", permanent=False))
    return sent


@shared_task(name="interactions.fetch_mail")
def fetch_mail(entry_point_id: int) -> int:
    """Take in what is new in one mailbox; returns how many mails were read."""
    return mail_fetch.fetch(entry_point_id)


@shared_task(name="interactions.fetch_all_mail")
def fetch_all_mail() -> int:
    """Fetch every mailbox in turn; one that fails holds up no other. Returns how many mails were read."""
    return sum(mail_fetch.fetch(entry_point_id) for entry_point_id in mail_fetch.mailboxes())


@shared_task(name="interactions.close_expired_cases")
def close_expired_cases() -> int:
    """Close resolved cases that can be reopened no more; returns how many."""
    return cases.close_expired(clock.now())


@shared_task(name="interactions.work_due_callbacks")
def work_due_callbacks() -> int:
    """The sweep's steps on promises once more, for a day on which only the worker runs; returns how many moved."""
    at = clock.now()
    steps = (callback_work.settle, callback_work.fall_due, callback_work.find_broken)
    return sum(step(at) for step in steps)


@shared_task(name="interactions.finish_recordings", soft_time_limit=15 * 60)
def finish_recordings() -> int:
    """Make whole what was recorded of the calls that are over, and delete what was refused; returns how many."""
    return keeping.delete_due(clock.now()) + keeping.finish_ended(clock.now())


@shared_task(name="interactions.delete_recordings")
def delete_recordings() -> int:
    """Delete the recordings whose day has come; returns how many."""
    return keeping.delete_due(clock.now())


@shared_task(name="interactions.follow_calls")
def follow_calls(ids: Collection[int] | None = None) -> int:
    """Tell exchanges what their calls (these) have come to; without ids, those that are behind. Returns how many."""
    if ids is None:
        return carrying.follow_late(clock.now())
    for interaction_id in ids:
        carrying.follow(interaction_id)
    return len(ids)


@shared_task(name="interactions.run_replays")
def run_replays() -> int:
    """Run the replays that wait, one after the other; returns how many ran."""
    return asking.run_waiting()


@shared_task(name="interactions.keep_flow_days")
def keep_flow_days() -> int:
    """Finished days of call flows are counted before anybody asks for the month."""
    from interactions.reports import flow_days

    return flow_days.keep_days()


@shared_task(name="interactions.remind_of_reviews")
def remind_of_reviews() -> int:
    """Owners of call flows are told once that a review is due; returns how many mails were written."""
    return review_alerts.remind(clock.now())


@shared_task(name="interactions.make_papers")
def make_papers() -> int:
    """Charts of call flows that wait to be put on paper; returns how many were made."""
    return papers.make_waiting()


@shared_task(name="interactions.fold_figures")
def fold_figures() -> int:
    """What the journal has told since is in the facts that figures count; returns how many facts changed.

    A history that is not folded yet is done in passing, so much at a time.
    """
    from interactions.reports import fold

    return sum(batch.contacts for batch in fold.catch_up(until=clock.now() + FOLDING))


@shared_task(name="interactions.check_figures")
def check_figures() -> int:
    """Facts and figures are compared with the journal, of the last days and of a sample before; how many differ."""
    from interactions.reports import checking

    return checking.check(clock.now())
