"""Fetch a mailbox by IMAP: each mail is taken in by a transaction of its own, the mark moves behind it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import ClientState, EntryKind, EntryPoint
from interactions import mail_intake
from interactions.adapters.email import Fetched, MailboxAccess, MailboxError, fetch_new, provider_id

logger = logging.getLogger(__name__)

BATCH = 50
LOCKS = 0x6D61696C  # a number of our own among the database's advisory locks
TRIES = 3
STUCK = "A mail cannot be taken in; it is tried again: {uid}"


def mailboxes() -> list[int]:
    """The doors to fetch: of live clients alone, so that the mail of one that is away stays in its mailbox."""
    doors = EntryPoint.objects.filter(kind=EntryKind.MAILBOX, published=True, client__state=ClientState.LIVE)
    return list(doors.exclude(imap_host="").order_by("imap_checked_at", "pk").values_list("pk", flat=True))


def fetch(entry_point_id: int) -> int:
    """Take in what lies behind the mark; 0 when another worker is at it. What fails is shown at the door."""
    with _alone(entry_point_id) as mine:
        if not mine or entry_point_id not in mailboxes():
            return 0
        entry_point = EntryPoint.objects.select_related("client", "client__brand").get(pk=entry_point_id)
        try:
            return _fetch(entry_point)
        except MailboxError as error:
            _note(entry_point, str(error))
            return 0


def _fetch(entry_point: EntryPoint) -> int:
    mark = (entry_point.imap_uidvalidity, entry_point.imap_last_uid) if entry_point.imap_uidvalidity else None
    count = 0
    for fetched in fetch_new(access_to(entry_point), mark, limit=BATCH):
        try:
            _take_in(entry_point, fetched)
        except DomainError as error:
            _note(entry_point, str(error.sentence))  # the door was closed meanwhile; the mail stays
            return count
        except Exception:
            logger.exception("mail %s of %s cannot be taken in", fetched.uid, entry_point)
            if not _filed(entry_point, fetched):
                # It stays behind the mark, and so do those after it: better late than out of sight.
                _note(entry_point, STUCK.format(uid=fetched.uid))
                return count
        _move_mark(entry_point, fetched)
        count += 1
    _note(entry_point, "")
    return count


def _take_in(entry_point: EntryPoint, fetched: Fetched) -> None:
    """What the database refuses once, as of two who wait for each other, may pass the next time."""
    mail = (fetched.raw, provider_id(fetched.uidvalidity, fetched.uid))
    for _once in range(TRIES - 1):
        try:
            mail_intake.take_in(entry_point, *mail)
            return
        except OperationalError:
            logger.warning("mail %s of %s is taken in anew", fetched.uid, entry_point, exc_info=True)
    mail_intake.take_in(entry_point, *mail)


def _filed(entry_point: EntryPoint, fetched: Fetched) -> bool:
    """One mail we stumble over must not hold up those behind it: a person looks at it."""
    try:
        mail_intake.take_in_unread(entry_point, fetched.raw, provider_id(fetched.uidvalidity, fetched.uid))
    except Exception:
        logger.exception("mail %s of %s cannot even be filed", fetched.uid, entry_point)
        return False
    return True


def access_to(entry_point: EntryPoint) -> MailboxAccess:
    """How this door reads its mailbox."""
    return MailboxAccess(
        host=entry_point.imap_host,
        port=entry_point.imap_port or (993 if entry_point.imap_tls else 143),
        username=entry_point.imap_user or entry_point.address,
        password=entry_point.imap_password,
        security="tls" if entry_point.imap_tls else "plain",
    )


def _move_mark(entry_point: EntryPoint, fetched: Fetched) -> None:
    EntryPoint.objects.filter(pk=entry_point.pk).update(imap_uidvalidity=fetched.uidvalidity, imap_last_uid=fetched.uid)


def _note(entry_point: EntryPoint, problem: str) -> None:
    EntryPoint.objects.filter(pk=entry_point.pk).update(imap_checked_at=clock.now(), imap_problem=problem[:300])


@contextmanager
def _alone(entry_point_id: int) -> Iterator[bool]:
    """One worker a mailbox: the database's lock goes with its connection, so a killed worker holds nothing up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, entry_point_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, entry_point_id])
