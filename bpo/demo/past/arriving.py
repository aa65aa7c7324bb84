"""A past contact at the door: case, contact, place in line, envelope, first words, and leaving unanswered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from agents.models import Agent
from bpo.demo.past import parts
from bpo.demo.past.known import Known
from bpo.demo.past.rows import Rows
from bpo.demo.past.stories import Timeline
from bpo.kernel import words
from bpo.kernel.references import new_reference
from clients import promises
from clients.models import Queue
from interactions import intake, waits
from interactions.models import (
    Arrival,
    Case,
    CaseState,
    ChatSession,
    Direction,
    Envelope,
    Interaction,
    Kind,
    Message,
    Origin,
    Outcome,
    State,
    Visit,
)

ORIGINS = {"voice": Origin.PHONE, "chat": Origin.WIDGET, "email": Origin.MAILBOX}


class Arriving:
    """One timeline becoming rows, as far as the door and the line go."""

    def __init__(self, known: Known, rows: Rows, timeline: Timeline) -> None:
        self.known, self.rows, self.line = known, rows, timeline
        self.client = known.client
        self.customer = known.customers[timeline.account]
        self.first: Message | None = None

        self.session: ChatSession | None = None
        self.owed: datetime | None = timeline.arrived
        """Since when the customer is owed a reply."""

    def _arrive(self) -> None:
        line, known = self.line, self.known
        said = line.talk.reason if line.channel == "chat" else ""
        reason = known.reasons.get(said)
        choice = known.choice(line.door, line.language, said, line.account)
        opening = line.talk.customer[0] if line.channel != "voice" else ""
        subject = line.talk.subject if line.channel == "email" else ""
        self.wants = choice.wants
        self.case: Case = self.rows.add(
            Case(
                client=self.client,
                reference=new_reference(self.client.reference_prefix),
                customer=self.customer,
                queue=choice.queue,
                subject=subject[:300] or words.salvaged_line(opening, most=intake.ABOUT),
                opened_at=line.arrived,
                reason=reason,
            )
        )
        self.rows.record(self.case, Kind.CASE_OPENED, line.arrived, follows=None)
        self.contact = self._interaction(
            channel=line.channel,
            direction=Direction.INBOUND,
            origin=ORIGINS[line.channel],
            queue=choice.queue,
            priority=choice.priority,
            at=line.arrived,
            reason=reason,
            entry_point=known.doors[line.door],
        )
        session: ChatSession | None = None
        provider_id = parts.provider_id(line)
        facts: dict[str, Any] = {
            "entry": str(known.doors[line.door].public_id),
            "origin": str(ORIGINS[line.channel]),
            "provider_id": provider_id,
        }
        if line.after_hours:
            self.contact.state, self.contact.outcome = State.CLOSED, Outcome.AFTER_HOURS
            self.contact.closed_at = line.arrived
            self.rows.record(self.contact, Kind.ARRIVED, line.arrived, **facts)
        else:
            self._enter(self.contact, choice.queue, line.arrived, line.arrived, choice.wants, facts)
        self.envelope = self.rows.add(
            Envelope(
                interaction=self.contact,
                from_name=self.customer.name,
                from_address=self.address if line.channel != "voice" else "",
                from_phone=self.phone if line.channel != "email" else "",
                subject=subject,
                opening=" ".join((opening or subject).split())[:300],
                page=parts.page(line) if line.channel == "chat" else "",
            )
        )
        self.rows.add(
            Arrival(
                entry_point=known.doors[line.door], provider_id=provider_id, interaction=self.contact, at=line.arrived
            )
        )
        if opening:
            self._message_in(self.contact, opening, line.arrived, provider_id)
        if line.channel == "chat":
            session = ChatSession(
                client=self.client,
                entry_point=known.doors[line.door],
                interaction=self.contact,
                language=line.language,
                created_at=line.arrived,
                seen_at=line.arrived,
                customer_wrote_at=line.arrived,
            )
            self.rows.add(session)
        self.session = session

    @property
    def address(self) -> str:
        """The customer's first address."""
        return next((each.address for each in self.customer.addresses.all()), "")

    @property
    def phone(self) -> str:
        """The customer's first number."""
        return next((each.number for each in self.customer.phones.all()), "")

    def _interaction(
        self, *, channel: str, direction: str, origin: str, queue: Queue, priority: int, at: datetime, **more: Any
    ) -> Interaction:
        made: Interaction = self.rows.add(
            Interaction(
                pool=self.client.pool,
                client=self.client,
                customer=self.customer,
                case=self.case,
                queue=queue,
                channel=channel,
                direction=direction,
                origin=origin,
                priority=priority,
                arrived_at=at,
                state_since=at,
                language=self.line.language,
                simulated=True,
                **more,
            )
        )
        return made

    def _enter(
        self,
        contact: Interaction,
        queue: Queue,
        at: datetime,
        enqueued_at: datetime,
        wants: tuple[tuple[int, int], ...],
        facts: dict[str, Any],
    ) -> None:
        """A place in line, as `queueing.enter_queue` gives it."""
        contact.lane = self.known.lane(queue, contact.channel, tuple(wants))
        contact.enqueued_at = enqueued_at
        place = waits.order_in(queue, priority=contact.priority, returned=False, enqueued_at=enqueued_at)
        contact.band, contact.order_key = place["band"], place["order_key"]
        self.rows.record(contact, Kind.ARRIVED, contact.arrived_at, **facts)
        self.visit = self.rows.add(
            Visit(interaction=contact, client=self.client, queue=queue, ordinal=1, entered_at=at)
        )
        self.rows.record(contact, Kind.QUEUED, at, queue=str(queue.public_id), lane=contact.lane.pk, visit=1)

    def _close(
        self, contact: Interaction, outcome: str, at: datetime, *, by: Agent | None = None, by_name: str = ""
    ) -> None:
        contact.state, contact.outcome, contact.closed_at = State.CLOSED, outcome, at
        contact.state_since = at
        contact.version += 1
        self.rows.record(contact, Kind.CLOSED, at, by=by, by_name=by_name, outcome=outcome)

    def _left(self, at: datetime) -> None:
        self.rows.record(self.contact, Kind.CUSTOMER_LEFT, at, by_name="customer", where="queue")
        self.visit.left_at, self.visit.how = at, Outcome.ABANDONED
        self._close(self.contact, Outcome.ABANDONED, at, by_name="customer")
        if self.session:
            self.session.said_goodbye = True

    def _still_owed(self) -> None:
        """An open case is due as `case_duty.customer_spoke` makes it; one that is settled owes nothing."""
        if self.case.state == CaseState.OPEN and self.owed is not None:
            assert self.contact.queue is not None
            self.case.due_at = promises.first_reply_by(self.contact.queue, self.contact.entry_point, self.owed)

    def _message_in(self, contact: Interaction, text: str, at: datetime, provider_id: str) -> None:
        message = self.rows.add(parts.message_in(contact, self.customer.name, text, at, provider_id))
        self.first = self.first or message
        facts: dict[str, Any] = {"message": str(message.public_id), "files": 0, "characters": len(text)}
        self.rows.record(contact, Kind.MESSAGE_IN, at, by_name="customer", **facts)
