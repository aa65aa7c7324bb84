"""Mails to the owners of call flows whose review is due, one for each day of review; rows that the worker sends."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from clients import reviews
from clients.customers import tidy_address
from clients.models import Client, ClientState
from interactions import journal, sender
from interactions.models import Kind, Notice, NoticeKind


def remind(at: datetime) -> int:
    """Write what is due and was not written yet; how many. Nobody is told who may no longer edit the call flow."""
    clients = Client.objects.filter(state__in=[ClientState.LIVE, ClientState.SETTING_UP]).select_related("brand")
    return sum(_tell(review, at) for review in reviews.reviewed(clients, at=at, ahead=timedelta()))


@transaction.atomic
def _tell(review: reviews.Review, at: datetime) -> bool:
    script, owner = review.script, review.script.owner
    if owner is None or not reviews.may_own(script.client).filter(pk=owner.pk).exists():
        return False
    address = tidy_address(owner.email)
    if not address or address in sender.own_addresses(script.client):
        return False
    notice, new = Notice.objects.get_or_create(
        kind=NoticeKind.REVIEW_DUE,
        script=script,
        review_on=review.due_on,
        to_address=address,
        defaults={
            "client": script.client,
            "language": owner.language,
            "to_name": owner.full_name,
            "written_at": at,
            "due_at": at,
        },
    )
    if new:
        journal.record(notice, Kind.NOTICE_WRITTEN, at=at, notice_kind=str(notice.kind), turn=0, held=False)
    return new
