"""A past contact at work: leg, script, what is said, resolution and notices, wrap-up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from agents.models import Agent
from bpo.demo.past import parts, stories
from bpo.demo.past.arriving import Arriving
from bpo.demo.past.stories import Handling
from bpo.kernel.outgoing import OutgoingState, new_message_id
from clients.models import Channel, OrderIssue, ScriptVersion
from clients.script_graph import parse
from interactions import endings, notices
from interactions.models import (
    Action,
    Callback,
    CallbackState,
    CaseState,
    Direction,
    Interaction,
    Kind,
    Leg,
    Notice,
    NoticeKind,
    Outcome,
    Run,
    StepVisit,
    SurveyAnswer,
)

SENT_AFTER = timedelta(seconds=3)
REPLY_DUE, REPLY_SENT = timedelta(seconds=10), timedelta(seconds=12)


class Working(Arriving):
    """The agent's part."""

    def _handled(self, contact: Interaction, work: Handling, callback: Callback | None = None) -> Leg:
        agent = self.known.agents[work.agent]
        leg = self._leg(contact, work, agent)
        self.case.owner = agent
        if contact.channel == Channel.VOICE and contact.direction == Direction.INBOUND:
            self.owed = None
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
                self.owed = None
            else:
                self._message_in(contact, said.text, said.at, "")
                self.owed = self.owed or said.at
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
        product = step = ""
        for visit in work.path:
            sub = self.known.sub_version(product, contact.channel, contact.language) if visit.graph == "sub" else None
            before = self.visits[-1] if self.visits else None
            step = step if sub else visit.step
            row = parts.step_visit(run, version if sub is None else sub, agent, before, visit)
            row.sub_step = run.sub_step = step if sub else ""
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
                self.rows.record(run, what, visit.left, by=agent, **dict[str, Any]({column: code}))
            if visit.issue:
                self._issue(run, row.version, agent, visit)
        return run

    def _issue(self, run: Run, version: ScriptVersion, agent: Agent, visit: Any) -> None:
        kind, note, step, number = visit.issue
        action = Action(
            client=self.client, run=run, version=version, step=step, name="create_order_issue", agent=agent,
            label=parse(version.graph)[step].name[:80], order=self.known.orders[number], ref=number,
            done_at=visit.left,
        )  # fmt: skip
        self.rows.add(action)
        self.rows.add(
            OrderIssue(
                order=self.known.orders[number],
                kind=kind[:40],
                source=action.public_id,
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

    def _message_out(self, contact: Interaction, leg: Leg, agent: Agent, said: stories.Line) -> None:
        message = self.rows.add(
            parts.message_out(contact, agent, self.known.name_of(self._key(agent)), said.text, said.at)
        )
        facts: dict[str, Any] = {
            "message": str(message.public_id),
            "leg": str(leg.public_id),
            "files": 0,
            "characters": len(said.text),
        }
        self.rows.record(leg, Kind.MESSAGE_OUT, said.at, by=agent, **facts)

    def _key(self, agent: Agent) -> str:
        return agent.user.email.split("@")[0]

    def _reply(self, contact: Interaction, leg: Leg, agent: Agent, said: stories.Line) -> None:
        message = self.rows.add(
            parts.reply(contact, self.first, agent, self.known.signed(self._key(agent), contact.language), said)
        )
        message.due_at, message.sent_at = said.at + REPLY_DUE, said.at + REPLY_SENT
        message.state, message.attempts = OutgoingState.SENT, 1
        facts: dict[str, Any] = {
            "message": str(message.public_id),
            "leg": str(leg.public_id),
            "then": "resolve",
            "files": 0,
        }
        self.rows.record(leg, Kind.MESSAGE_OUT, said.at, by=agent, characters=len(said.text), **facts)
        self.rows.record(contact, Kind.MESSAGE_LEFT, message.sent_at, by=agent, message=facts["message"])

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
        ending = self.known.dispositions.get(outcome)
        case.state, case.summary, case.outcome = CaseState.RESOLVED, summary, outcome
        if ending is not None:
            case.outcome = endings.words_of(ending)
        case.confirmed_by_customer, case.resolved_at, case.resolved_by = confirmed, at, agent
        case.version += 1
        facts: dict[str, Any] = {"outcome": case.outcome, "ending": ending.code if ending else ""}
        facts |= {"confirmed": confirmed, "turn": 0}
        self.rows.record(contact or case, Kind.CASE_RESOLVED, at, by=agent, **facts)
        why = ""
        if contact is not None and contact.channel == "email":
            why = "the reply is the notice"
        elif contact is not None and contact.channel == "voice" and confirmed:
            why = "confirmed on the phone"
        if why:
            self.rows.record(contact or case, Kind.NOTICE_SKIPPED, at, notice_kind=str(NoticeKind.RESOLUTION), why=why)
            self._notice(NoticeKind.SURVEY, at, contact=contact, after=notices.SURVEY_AFTER)
            return
        self._notice(NoticeKind.RESOLUTION, at, contact=contact)

    def _notice(
        self,
        kind: NoticeKind,
        at: datetime,
        *,
        contact: Interaction | None,
        callback: Callback | None = None,
        after: timedelta = timedelta(),
    ) -> None:
        sent_at = at + after + SENT_AFTER
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
                due_at=at + after,
                state=OutgoingState.SENT,
                attempts=1,
                sent_at=sent_at,
                message_id=new_message_id(),
            )
        )
        self.rows.record(notice, Kind.NOTICE_WRITTEN, at, notice_kind=str(kind), turn=0, held=False)
        self.rows.record(notice, Kind.NOTICE_SENT, sent_at, notice_kind=str(kind), attempt=1)

    def _survey(self, at: datetime, score: int, solved: bool) -> None:
        self.rows.add(
            SurveyAnswer(client=self.client, interaction=self.contact, score=score, solved=solved, answered_at=at)
        )
        self.rows.record(self.contact, Kind.SURVEY_ANSWERED, at, by_name="customer", score=score, solved=solved)

    def _report(self, callback: Callback, leg: Leg, agent: Agent, work: Handling) -> None:
        """What came of the try."""
        at = work.reported
        assert at is not None
        reached = work.result == "reached"
        if reached:
            self.owed = None
            self.rows.record(leg, Kind.MEDIA_CONNECTED, at, by=agent, leg=str(leg.public_id), how="reported")
        tried: dict[str, Any] = {"result": work.result, "attempt": callback.attempts + 1, "leg": str(leg.public_id)}
        self.rows.record(callback, Kind.CALLBACK_TRIED, at, by=agent, interaction=leg.interaction, **tried)
        grace = timedelta(minutes=self.client.policy.callback_grace_minutes)
        callback.attempts += 1
        called = work.accepted  # a promise is judged by its call, not by its report
        callback.tried_in_window = callback.tried_in_window or called < callback.due_until + grace
        callback.version += 1
        if not reached:
            return
        kept = called <= callback.due_until
        callback.state = CallbackState.KEPT if kept else CallbackState.LATE
        callback.reached_at, callback.ended_at = called, at
        kind = Kind.CALLBACK_KEPT if kept else Kind.CALLBACK_LATE
        self.rows.record(
            callback, kind, at, by=agent, interaction=leg.interaction, reference=callback.reference, why=""
        )
