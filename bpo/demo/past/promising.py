"""Call backs of a past contact: the promise, its tries, how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bpo.demo.past.stories import Handling
from bpo.demo.past.working import Working
from bpo.kernel.references import new_reference
from interactions.models import (
    Callback,
    CallbackOrigin,
    Direction,
    Envelope,
    Kind,
    NoticeKind,
    Origin,
    Outcome,
)


class Promising(Working):
    """The ledger's part."""

    def _instead_of_waiting(self) -> None:
        assert self.line.promise is not None
        at = self.line.promise.at
        self.visit.left_at, self.visit.how = at, Outcome.CALLBACK_PROMISED
        self._promise(CallbackOrigin.QUEUE)
        self._close(self.contact, Outcome.CALLBACK_PROMISED, at)

    def _promise(self, origin: CallbackOrigin) -> None:
        line, promise = self.line, self.line.promise
        assert promise is not None and self.contact.queue is not None
        waited = origin == CallbackOrigin.QUEUE
        callback = Callback(
            client=self.client,
            reference=new_reference(self.client.reference_prefix),
            customer=self.customer,
            entry_point=self.contact.entry_point,
            queue=self.contact.queue,
            case=self.case,
            promised_from=self.contact,
            origin=origin,
            number=promise.number,
            address=self.address if line.channel == "chat" and not waited else "",
            name=self.customer.name,
            language=line.language,
            zone=self.customer.zone or self.client.zone,
            reason=self.contact.reason,
            words=self.envelope.opening[:500],
            promised_at=promise.at,
            enqueued_at=self.contact.enqueued_at if waited else None,
            simulated=True,
        )
        self.known.window(callback)
        callback.next_try_at = None
        self.rows.add(callback)
        self.rows.record(
            callback,
            Kind.CALLBACK_PROMISED,
            promise.at,
            by_name="customer",
            reference=callback.reference,
            origin=str(origin),
            due_from=callback.due_from.isoformat(),
            due_until=callback.due_until.isoformat(),
            replaces=None,
        )
        self._notice(NoticeKind.CALLBACK_BOOKED, promise.at, contact=self.contact, callback=callback)
        for due, work in promise.tries:
            self._try(callback, due, work)

    def _try(self, callback: Callback, due: datetime, work: Handling) -> None:
        before = callback.interaction
        facts: dict[str, Any] = {"reference": callback.reference, "attempt": callback.attempts + 1}
        self.rows.record(callback, Kind.CALLBACK_DUE, due, interaction=before, **facts)
        queue = callback.queue
        attempt = self._interaction(
            channel="voice",
            direction=Direction.OUTBOUND,
            origin=Origin.CALLBACK,
            queue=queue,
            priority=min(queue.priority + 2, 9),
            at=due,
            reason=callback.reason,
            entry_point=callback.entry_point,
        )
        wants = self.known.wants_of_callback(callback)
        told: dict[str, Any] = {"origin": str(Origin.CALLBACK), "callback": callback.reference}
        self._enter(attempt, queue, due, callback.enqueued_at or due, wants, told)
        self.rows.add(
            Envelope(
                interaction=attempt,
                from_name=callback.name,
                from_phone=callback.number,
                from_address=callback.address,
                subject=callback.reference,
                opening=callback.words[:300],
            )
        )
        callback.version += 2
        callback.interaction = attempt
        self._handled(attempt, work, callback)
