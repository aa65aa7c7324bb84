"""What leaves the house is a row first: one shape, one way to claim it, one table of waits.

Notices, an agent's messages and webhook deliveries are children of Outgoing. A row is written in the transaction of
what caused it; a worker claims it, tries outside the transaction and reports back by a guarded UPDATE.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator
from typing import Any, Self, TypeVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from bpo.kernel.choices import TextChoices

LEASE = dt.timedelta(seconds=60)
WAITS = tuple(dt.timedelta(seconds=seconds) for seconds in (30, 2 * 60, 10 * 60, 60 * 60, 4 * 60 * 60, 12 * 60 * 60))


class OutgoingState(TextChoices):
    PENDING = "pending", _("pending")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("delivered")
    BOUNCED = "bounced", _("bounced")
    COMPLAINED = "complained", _("complained")
    FAILED = "failed", _("failed")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("cancelled")


OUTGOING_MOVES: dict[str, frozenset[str]] = {
    OutgoingState.PENDING: frozenset({OutgoingState.SENDING, OutgoingState.HELD, OutgoingState.CANCELLED}),
    OutgoingState.SENDING: frozenset({OutgoingState.SENT, OutgoingState.PENDING, OutgoingState.FAILED}),
    OutgoingState.SENT: frozenset({OutgoingState.DELIVERED, OutgoingState.BOUNCED, OutgoingState.COMPLAINED}),
    OutgoingState.DELIVERED: frozenset({OutgoingState.BOUNCED, OutgoingState.COMPLAINED}),
    OutgoingState.HELD: frozenset({OutgoingState.PENDING, OutgoingState.CANCELLED}),
    OutgoingState.BOUNCED: frozenset(),
    OutgoingState.COMPLAINED: frozenset(),
    OutgoingState.FAILED: frozenset(),
    OutgoingState.CANCELLED: frozenset(),
}


def new_message_id() -> str:
    """The part before the @ of a mail's Message-ID, or a webhook's id: fixed before the first try."""
    return uuid.uuid4().hex


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class OutgoingQuerySet(models.QuerySet[M_co]):
    """Claims rows that are due."""

    def due(self, at: dt.datetime) -> Self:
        """Waiting and due, or claimed by someone whose lease ran out."""
        return self.filter(
            Q(state=OutgoingState.PENDING, due_at__lte=at) | Q(state=OutgoingState.SENDING, leased_until__lte=at)
        )

    def claim_due(
        self, limit: int = 20, *, at: dt.datetime | None = None, ids: Collection[int] | None = None
    ) -> list[Any]:
        """Take up to limit due rows (of these ids) for 60 seconds; no row is given to two callers."""
        at = at or clock.now()
        with transaction.atomic(using=self.db):
            rows = self.due(at)
            if ids is not None:
                rows = rows.filter(pk__in=ids)
            claimed = list(
                rows.order_by("due_at", "pk")
                .select_for_update(skip_locked=True, of=("self",))
                .values_list("pk", flat=True)[:limit]
            )
            base: models.QuerySet[Any] = self.model._base_manager.using(self.db).filter(pk__in=claimed)
            base.update(state=OutgoingState.SENDING, leased_until=at + LEASE, attempts=F("attempts") + 1)
        return list(self.model._base_manager.using(self.db).filter(pk__in=claimed).order_by("due_at", "pk"))

    def claim_each(self, most: int, *, ids: Collection[int] | None = None) -> Iterator[Any]:
        """Claim one due row after the other, each only when the one before is done.

        So no lease runs out while its row waits behind slow ones, and nothing is sent by two.
        """
        for _row in range(most):
            claimed = self.claim_due(1, ids=ids)
            if not claimed:
                return
            yield claimed[0]


class Outgoing(models.Model):
    """A message on its way out: state, attempts, when to try, who holds it.

    Children take OutgoingQuerySet for `objects`.
    """

    State = OutgoingState

    state = models.CharField(max_length=12, choices=OutgoingState.choices, default=OutgoingState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    message_id = models.CharField(max_length=255, default=new_message_id, db_index=True)
    bounced_hard = models.BooleanField(default=False, help_text="It came back, and there is no use in trying again.")

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["due_at"],
                name="%(app_label)s_%(class)s_due",
                condition=Q(state__in=[OutgoingState.PENDING, OutgoingState.SENDING]),
            )
        ]

    def succeed(self, *, at: dt.datetime | None = None) -> bool:
        """The other side took it. False if another worker has claimed the row since."""
        return self._report(state=OutgoingState.SENT, sent_at=at or clock.now(), leased_until=None, last_error="")

    def fail_temporarily(self, error: str, *, at: dt.datetime | None = None) -> bool:
        """Try again after the next wait; when the waits are used up the row has failed for good."""
        if self.attempts > len(WAITS):
            return self.fail_for_good(error)
        due = (at or clock.now()) + WAITS[max(self.attempts, 1) - 1]
        return self._report(state=OutgoingState.PENDING, due_at=due, leased_until=None, last_error=error[:2000])

    def fail_for_good(self, error: str) -> bool:
        """There is no use in trying again."""
        return self._report(state=OutgoingState.FAILED, leased_until=None, last_error=error[:2000])

    def move(self, to: OutgoingState, **changes: Any) -> bool:
        """Any other listed move (held, released, cancelled, delivered, bounced); False if the row has moved on."""
        if to not in OUTGOING_MOVES[self.state]:
            return False
        return self._guarded({"state": self.state}, state=to, **changes)

    def come_back(self, reason: str, *, hard: bool) -> bool:
        """A report says that it did not arrive; a final one may follow one that was not. False when that was known."""
        if self.state == OutgoingState.BOUNCED and hard:
            known = {"state": OutgoingState.BOUNCED, "bounced_hard": False}
            return self._guarded(known, bounced_hard=True, last_error=reason[:2000])
        return self.move(OutgoingState.BOUNCED, bounced_hard=hard, last_error=reason[:2000])

    def _report(self, **changes: Any) -> bool:
        return self._guarded({"state": OutgoingState.SENDING, "attempts": self.attempts}, **changes)

    def _guarded(self, expected: dict[str, Any], **changes: Any) -> bool:
        changed = type(self)._base_manager.filter(pk=self.pk, **expected).update(**changes)
        if changed:
            for name, value in changes.items():
                setattr(self, name, value)
        return bool(changed)
