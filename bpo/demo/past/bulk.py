"""Writes timelines as rows, without the operations but with the same result (a test plays both)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from agents.models import Agent
from bpo.demo.past import parts, timelines
from bpo.demo.past.known import Known
from bpo.demo.past.rows import Rows
from bpo.demo.past.timelines import Handling, Timeline
from bpo.kernel.outgoing import OutgoingState, new_message_id
from bpo.kernel.references import new_reference
from clients.models import OrderIssue, Queue
from interactions import queueing
from interactions.models import (
    Arrival,
    Callback,
    CallbackOrigin,
    CallbackState,
    Case,
    CaseState,
    ChatSession,
    Direction,
    Envelope,
    Interaction,
    Kind,
    Leg,
    Message,
    Notice,
    NoticeKind,
    Origin,
    Outcome,
    Run,
    State,
    StepVisit,
    SurveyAnswer,
    Visit,
)

ORDER = (
    Case, Interaction, Callback, Envelope, Arrival, ChatSession, Visit, Leg, Message, Run, StepVisit, OrderIssue,
    Notice, SurveyAnswer,
)  # fmt: skip
ORIGINS = {"voice": Origin.PHONE, "chat": Origin.WIDGET, "email": Origin.MAILBOX}
SENT_AFTER = timedelta(seconds=3)
REPLY_DUE, REPLY_SENT = timedelta(seconds=10), timedelta(seconds=12)


class Bulk:
    """Writes chunks of timelines; what it looks up it keeps."""

    def __init__(self) -> None:
        self.clients: dict[str, Known] = {}

    def known(self, slug: str) -> Known:
        """The rows of a client."""
        if slug not in self.clients:
            self.clients[slug] = Known(slug)
        return self.clients[slug]

    @transaction.atomic
    def write(self, chunk: Iterable[Timeline]) -> int:
        """All rows of these timelines in one transaction; returns how many."""
        rows = Rows()
        for timeline in chunk:
            Story(self.known(timeline.client), rows, timeline).tell()
        return rows.save(ORDER)


class Story:
    """One timeline becoming rows."""

    def __init__(self, known: Known, rows: Rows, timeline: Timeline) -> None:
        self.known, self.rows, self.line = known, rows, timeline
        self.client = known.client
        self.customer = known.customers[timeline.account]
        self.first: Message | None = None

    def tell(self) -> None:
        """Arrival, then what became of it, in the order of time."""
        line = self.line
        self._arrive()
        if line.after_hours:
            self.rows.record(self.contact, Kind.REFUSED_AT_DOOR, line.arrived, why=Outcome.AFTER_HOURS)
            self.rows.record(self.contact, Kind.CLOSED, line.arrived, outcome=Outcome.AFTER_HOURS)
            self._promise(CallbackOrigin.AFTER_HOURS)
        elif line.left:
            self._left(line.left)
        elif line.promise:
            self._instead_of_waiting()
        elif line.handling:
            self._handled(self.contact, line.handling)
        if line.survey:
            self._survey(*line.survey)
        if line.tidied:
            at, agent = line.tidied
            summary, outcome = timelines.TIDY_WORDS[line.language]
            self._resolve(None, at, self.known.agents[agent], summary, outcome, None)
        if line.closed_case:
            self.case.state, self.case.closed_at = CaseState.CLOSED, line.closed_case
            self.case.version += 1
            self.rows.record(self.case, Kind.CASE_CLOSED, line.closed_case)

    # --- at the door ---

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
                subject=(subject or "")[:300],
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
        facts = {
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
        place = queueing.order_in(queue, priority=contact.priority, returned=False, enqueued_at=enqueued_at)
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

    # --- the work ---

    def _handled(self, contact: Interaction, work: Handling, callback: Callback | None = None) -> Leg:
        agent = self.known.agents[work.agent]
        leg = self._leg(contact, work, agent)
        run = self._run(contact, work, agent)
        for begun, over in work.holds:
            self.rows.record(leg, Kind.HELD, begun, by=agent, leg=str(leg.public_id))
            self.rows.record(leg, Kind.RESUMED, over, by=agent, leg=str(leg.public_id))
            leg.hold_seconds += round((over - begun).total_seconds())
            contact.version += 2
        for said in work.lines:
            if contact.channel == "email":
                self._reply(contact, leg, agent, said)
            elif said.out:
                self._message_out(contact, leg, agent, said)
            else:
                self._message_in(contact, said.text, said.at, "")
                if self.session:
                    self.session.customer_wrote_at = said.at
        if callback is not None:
            self._report(callback, leg, agent, work)
        if work.summary:
            self._resolve(contact, work.ended, agent, work.summary, work.outcome, work.confirmed)
        self._ended(contact, leg, agent, work)
        contact.version += 1
        self._disposed(contact, leg, agent, work)
        late = work.disposition == ""
        self._close(contact, Outcome.HANDLED, work.disposed, by=None if late else agent)
        last = self.visits[-1]
        last.left_at = last.left_at or work.disposed
        run.ended_at = work.disposed
        self.rows.record(run, Kind.RUN_ENDED, work.disposed, step=run.at_step)
        return leg

    def _leg(self, contact: Interaction, work: Handling, agent: Agent) -> Leg:
        assert contact.lane is not None and contact.enqueued_at is not None
        leg: Leg = self.rows.add(parts.leg(contact, work, agent))
        contact.version += 2
        lane = contact.lane
        self.rows.record(
            leg,
            Kind.OFFERED,
            work.offered,
            leg=str(leg.public_id),
            lane=lane.pk,
            version=lane.queue_version,
            step=lane.step,
        )
        self.visit.left_at, self.visit.how = work.accepted, "answered"
        waited = round((work.accepted - contact.enqueued_at).total_seconds(), 3)
        self.rows.record(leg, Kind.ACCEPTED, work.accepted, by=agent, leg=str(leg.public_id), waited=waited)
        return leg

    def _run(self, contact: Interaction, work: Handling, agent: Agent) -> Run:
        """The script as it was followed."""
        kind = "inbound" if contact.direction == Direction.INBOUND else "outbound"
        version = self.known.version(kind, contact.channel, contact.language)
        run: Run = self.rows.add(parts.run(contact, version, work))
        self.rows.record(
            run, Kind.RUN_STARTED, work.accepted, by=agent, script=version.script.name, version=version.number
        )
        self.visits: list[StepVisit] = []
        product = ""
        for ordinal, visit in enumerate(work.path, start=1):
            sub = self.known.sub_version(product, contact.channel, contact.language) if visit.graph == "sub" else None
            row = parts.step_visit(run, version if sub is None else sub, agent, ordinal, visit)
            self.visits.append(self.rows.add(row))
            run.sub_version, run.at_step = sub, visit.step
            if visit.verified:
                assert visit.left is not None
                run.verified, run.verify_attempts = visit.verified["ok"], visit.verified["attempts"]
                self.rows.record(run, Kind.VERIFIED, visit.left, by=agent, **visit.verified)
            if visit.sets:
                assert visit.left is not None
                column, code = visit.sets
                product = code if column == "product" else product
                row_set = self.known.reasons[code] if column == "reason" else self.known.products[code]
                setattr(contact, column, row_set)
                setattr(self.case, column, row_set)
                what = Kind.REASON_SET if column == "reason" else Kind.PRODUCT_SET
                self.rows.record(run, what, visit.left, by=agent, **{column: code})
            if visit.issue:
                self._issue(run, agent, visit)
        return run

    def _issue(self, run: Run, agent: Agent, visit: Any) -> None:
        kind, note, step, number = visit.issue
        self.rows.add(
            OrderIssue(
                order=self.known.orders[number],
                kind=kind[:40],
                source=uuid.uuid5(run.public_id, step),
                note=note[:500],
                created_at=visit.left,
                created_by_name=str(agent),
            )
        )
        self.rows.record(run, Kind.ACTION_DONE, visit.left, by=agent, name="create_order_issue", step=step, ref=number)

    def _ended(self, contact: Interaction, leg: Leg, agent: Agent, work: Handling) -> None:
        at = work.ended
        by, by_name, whom = (None, "customer", "customer") if work.by_customer else (agent, "", "agent")
        if work.by_customer:
            where = "talk"
            self.rows.record(contact, Kind.CUSTOMER_LEFT, at, by_name="customer", where=where)
            if self.session:
                self.session.said_goodbye = True
        self.rows.record(leg, Kind.ENDED, at, by=by, by_name=by_name, leg=str(leg.public_id), by_whom=whom)
        assert contact.queue is not None
        due = at + timedelta(seconds=contact.queue.wrap_up_seconds)
        self.rows.record(leg, Kind.WRAP_UP_STARTED, at, leg=str(leg.public_id), until=due.isoformat())

    def _disposed(self, contact: Interaction, leg: Leg, agent: Agent, work: Handling) -> None:
        late = work.disposition == ""
        leg.disposition = None if late else self.known.dispositions[work.disposition]
        leg.disposed_in_time = not late
        self.rows.record(
            leg,
            Kind.DISPOSED,
            work.disposed,
            by=None if late else agent,
            leg=str(leg.public_id),
            code=work.disposition or "not_filled_in_time",
            in_time=not late,
            note=False,
            agent=str(agent.public_id),
        )

    # --- what is said ---

    def _message_in(self, contact: Interaction, text: str, at: datetime, provider_id: str) -> None:
        message = self.rows.add(parts.message_in(contact, self.customer.name, text, at, provider_id))
        self.first = self.first or message
        facts = {"message": str(message.public_id), "files": 0, "characters": len(text)}
        self.rows.record(contact, Kind.MESSAGE_IN, at, by_name="customer", **facts)

    def _message_out(self, contact: Interaction, leg: Leg, agent: Agent, said: timelines.Line) -> None:
        message = self.rows.add(
            parts.message_out(contact, agent, self.known.name_of(self._key(agent)), said.text, said.at)
        )
        facts = {"message": str(message.public_id), "leg": str(leg.public_id), "files": 0, "characters": len(said.text)}
        self.rows.record(leg, Kind.MESSAGE_OUT, said.at, by=agent, **facts)

    def _key(self, agent: Agent) -> str:
        return agent.user.email.split("@")[0]

    def _reply(self, contact: Interaction, leg: Leg, agent: Agent, said: timelines.Line) -> None:
        message = self.rows.add(
            parts.reply(contact, self.first, agent, self.known.signed(self._key(agent), contact.language), said)
        )
        message.due_at, message.sent_at = said.at + REPLY_DUE, said.at + REPLY_SENT
        message.state, message.attempts = OutgoingState.SENT, 1
        facts = {"message": str(message.public_id), "leg": str(leg.public_id), "then": "resolve", "files": 0}
        self.rows.record(leg, Kind.MESSAGE_OUT, said.at, by=agent, characters=len(said.text), **facts)

    def _resolve(
        self,
        contact: Interaction | None,
        at: datetime,
        agent: Agent,
        summary: str,
        outcome: str,
        confirmed: bool | None,
    ) -> None:
        case = self.case
        case.state, case.summary, case.outcome = CaseState.RESOLVED, summary, outcome
        case.confirmed_by_customer, case.resolved_at, case.resolved_by = confirmed, at, agent
        case.version += 1
        facts = {"outcome": outcome, "confirmed": confirmed, "turn": 0}
        self.rows.record(contact or case, Kind.CASE_RESOLVED, at, by=agent, **facts)
        why = ""
        if contact is not None and contact.channel == "email":
            why = "the reply is the notice"
        elif contact is not None and contact.channel == "voice" and confirmed:
            why = "confirmed on the phone"
        if why:
            self.rows.record(contact or case, Kind.NOTICE_SKIPPED, at, notice_kind=str(NoticeKind.RESOLUTION), why=why)
            return
        self._notice(NoticeKind.RESOLUTION, at, contact=contact)

    def _notice(
        self, kind: NoticeKind, at: datetime, *, contact: Interaction | None, callback: Callback | None = None
    ) -> None:
        notice = self.rows.add(
            Notice(
                client=self.client,
                kind=kind,
                case=self.case,
                interaction=contact,
                callback=callback,
                language=self.line.language,
                to_name=self.customer.name,
                to_address=self.address,
                written_at=at,
                due_at=at,
                state=OutgoingState.SENT,
                attempts=1,
                sent_at=at + SENT_AFTER,
                message_id=new_message_id(),
            )
        )
        self.rows.record(notice, Kind.NOTICE_WRITTEN, at, notice_kind=str(kind), turn=0, held=False)
        self.rows.record(notice, Kind.NOTICE_SENT, at + SENT_AFTER, notice_kind=str(kind), attempt=1)

    def _survey(self, at: datetime, score: int, solved: bool) -> None:
        self.rows.add(
            SurveyAnswer(client=self.client, interaction=self.contact, score=score, solved=solved, answered_at=at)
        )
        self.rows.record(self.contact, Kind.SURVEY_ANSWERED, at, by_name="customer", score=score, solved=solved)

    # --- call backs ---

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
        facts = {"reference": callback.reference, "attempt": callback.attempts + 1}
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
        told = {"origin": str(Origin.CALLBACK), "callback": callback.reference}
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

    def _report(self, callback: Callback, leg: Leg, agent: Agent, work: Handling) -> None:
        """What came of the try."""
        at = work.reported
        assert at is not None
        reached = work.result == "reached"
        if reached:
            self.rows.record(leg, Kind.MEDIA_CONNECTED, at, by=agent, leg=str(leg.public_id), how="reported")
        tried = {"result": work.result, "attempt": callback.attempts + 1, "leg": str(leg.public_id)}
        self.rows.record(callback, Kind.CALLBACK_TRIED, at, by=agent, interaction=leg.interaction, **tried)
        grace = timedelta(minutes=self.client.policy.callback_grace_minutes)
        callback.attempts += 1
        callback.tried_in_window = callback.tried_in_window or work.accepted < callback.due_until + grace
        callback.version += 1
        if not reached:
            return
        kept = at <= callback.due_until
        callback.state = CallbackState.KEPT if kept else CallbackState.LATE
        callback.ended_at = callback.reached_at = at
        kind = Kind.CALLBACK_KEPT if kept else Kind.CALLBACK_LATE
        self.rows.record(
            callback, kind, at, by=agent, interaction=leg.interaction, reference=callback.reference, why=""
        )
