"""Plays timelines through the real operations with a set clock; slow, and the measure of what `bulk` writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from agents import presence
from agents.models import Agent
from bpo.demo.content.people import AGENTS
from bpo.demo.past import parts, timelines
from bpo.demo.past.stories import Handling, Timeline
from bpo.demo.past.working import REPLY_SENT, SENT_AFTER
from bpo.kernel import clock
from clients.models import Client, Customer, Disposition, EntryPoint, Reason
from interactions import (
    callback_work,
    callbacks,
    cases,
    chats,
    conversation,
    handling,
    intake,
    journal,
    mail_out,
    offers,
    replies,
    runs,
    surveys,
    wrap_up,
)
from interactions.models import Case, EndedBy, Interaction, Kind, Leg, Message, Notice, Run


def play(timeline: Timeline) -> Interaction:
    """One timeline alone on the floor, from its arrival to its last end."""
    return Play(timeline).play()


class Play:
    """One timeline being played."""

    def __init__(self, timeline: Timeline) -> None:
        self.line = timeline
        self.client = Client.objects.select_related("brand", "policy").get(slug=timeline.client)
        self.door = EntryPoint.objects.select_related("client").get(client=self.client, name=timeline.door)
        self.customer = Customer.objects.get(client=self.client, account_number=timeline.account)
        self.session: chats.ChatSession | None = None

    def play(self) -> Interaction:
        """Everything in the order of time."""
        line = self.line
        with clock.set_to(line.arrived):
            contact = self._arrive()
        self.case = Case.objects.get(interactions=contact)
        if line.after_hours:
            self._tries()
        elif line.left:
            self._leave(contact, line.left)
        elif line.promise:
            self._call_me(contact)
            self._tries()
        elif line.handling:
            self._work(contact, line.handling)
        if line.survey:
            at, score, solved = line.survey
            with clock.set_to(at):
                surveys.answer(Interaction.objects.get(pk=contact.pk), score=score, solved=solved)
        if line.tidied:
            at, key = line.tidied
            summary, outcome = timelines.TIDY_WORDS[line.language]
            with clock.set_to(at):
                self.case.refresh_from_db()
                cases.resolve(self.case, by=_agent(key), summary=summary, outcome=outcome)
        self._post()
        if line.closed_case:
            with clock.set_to(line.closed_case):
                cases.close_expired(line.closed_case)
        return Interaction.objects.get(pk=contact.pk)

    def _arrive(self) -> Interaction:
        line, talk = self.line, self.line.talk
        address = self.customer.addresses.values_list("address", flat=True).first() or ""
        phone = self.customer.phones.values_list("number", flat=True).first() or ""
        if line.channel == "chat":
            hello = chats.Hello(
                key=parts.key(line),
                words=talk.customer[0],
                name=self.customer.name,
                email=address,
                phone=phone,
                reason=Reason.objects.get(client=self.client, code=talk.reason),
                language=line.language,
                page=parts.page(line),
                simulated=True,
            )
            begun = chats.start(self.door, hello)
            self.session = chats.session_of(begun.token)
            return begun.received.interaction
        mail = line.channel == "email"
        contact = intake.NewContact(
            provider_id=parts.provider_id(line),
            channel=line.channel,
            from_name=self.customer.name,
            from_address=address if mail else "",
            from_phone="" if mail else phone,
            subject=talk.subject if mail else "",
            text=talk.customer[0] if mail else "",
            language=line.language,
            simulated=True,
        )
        return intake.receive(self.door, contact).interaction

    def _leave(self, contact: Interaction, at: datetime) -> None:
        with clock.set_to(at):
            if self.session:
                chats.say_goodbye(chats.session_of(chats.token_of(self.session)))
            else:
                handling.customer_left(contact, where="queue")

    def _call_me(self, contact: Interaction) -> None:
        promise = self.line.promise
        assert promise is not None
        with clock.set_to(promise.at):
            if self.session:
                chats.call_me(chats.session_of(chats.token_of(self.session)), promise.number)
                return
            callbacks.instead_of_waiting(
                contact,
                number=promise.number,
                name=self.customer.name,
                words=contact.envelope.opening,
                case=contact.case,
            )

    def _tries(self) -> None:
        assert self.line.promise is not None
        for due, work in self.line.promise.tries:
            with clock.set_to(due):
                callback_work.fall_due(due)
            attempt = Interaction.objects.filter(case=self.case, origin="callback").order_by("-pk").first()
            assert attempt is not None, f"{self.line.key} did not fall due at {due}"
            self._work(attempt, work)

    # --- the work ---

    def _work(self, contact: Interaction, work: Handling) -> None:
        agent = _agent(work.agent)
        console = uuid.uuid4()
        with clock.set_to(work.offered):
            presence.sign_in(agent)
            presence.connected(agent, console, "play")
            presence.go_available(agent)
        leg = Leg.objects.get(interaction=contact, agent=agent, state="offered")
        with clock.set_to(work.accepted):
            offers.accept(leg, by=agent)
        # One try has one agent: she must not be asked for anything else meanwhile.
        with clock.set_to(work.accepted):
            presence.pause_after(agent, "break")
        for at, act in sorted(self._acts(contact, leg, agent, work), key=lambda each: each[0]):
            with clock.set_to(at):
                act()
        with clock.set_to(work.ended):
            self._end(leg, agent, work)
        with clock.set_to(work.disposed):
            fresh = Leg.objects.get(pk=leg.pk)
            if work.disposition:
                chosen = Disposition.objects.get(client=self.client, code=work.disposition)
                wrap_up.finish(fresh, by=agent, disposition=chosen)
            else:
                wrap_up.run_out(fresh)
            presence.sign_out(agent)
            presence.disconnected(console)

    def _acts(self, contact, leg, agent, work):  # type: ignore[no-untyped-def]
        """What is done while it is handled, each with its time."""
        for begun, over in work.holds:
            yield begun, lambda: handling.hold(Leg.objects.get(pk=leg.pk), by=agent)
            yield over, lambda: handling.resume(Leg.objects.get(pk=leg.pk), by=agent)
        for visit in work.path:
            if visit.data is not None and visit.left is not None:
                yield visit.left, lambda visit=visit: self._answer(contact, visit.step, visit.data, agent)
        for said in work.lines:
            if contact.channel == "email":
                continue
            if said.out:
                yield (
                    said.at,
                    lambda said=said: conversation.agent_wrote(Leg.objects.get(pk=leg.pk), said.text, by=agent),
                )
            else:
                yield (
                    said.at,
                    lambda said=said: conversation.customer_wrote(Interaction.objects.get(pk=contact.pk), said.text),
                )
        if work.reported and work.result == "reached":
            yield work.reported, lambda: callback_work.report(Leg.objects.get(pk=leg.pk), work.result, by=agent)

    def _answer(self, contact: Interaction, step: str, data: Mapping[str, str], agent: Agent) -> None:
        runs.answer(Run.objects.get(interaction=contact), step, data, by=agent)

    def _end(self, leg: Leg, agent: Agent, work: Handling) -> None:
        fresh = Leg.objects.select_related("interaction__case", "agent").get(pk=leg.pk)
        if work.result == "no_answer":
            callback_work.report(fresh, work.result, by=agent)
        elif leg.channel == "email":
            replies.agent_replies(
                fresh, work.lines[0].text, by=agent, then="resolve", summary=work.summary, outcome=work.outcome
            )
        elif work.by_customer:
            if self.session:
                chats.say_goodbye(chats.session_of(chats.token_of(self.session)))
            else:
                handling.customer_left(fresh.interaction, where="talk")
        else:
            case = fresh.interaction.case
            assert case is not None
            cases.resolve(
                case,
                by=agent,
                summary=work.summary,
                outcome=work.outcome,
                confirmed=work.confirmed,
                interaction=fresh.interaction,
            )
            handling.end_work(fresh, by=agent, ended_by=EndedBy.AGENT)

    def _post(self) -> None:
        """What was written leaves the house, a few seconds later; the mails themselves are not sent again."""
        for notice in Notice.objects.filter(case=self.case, state="pending"):
            at = notice.due_at + SENT_AFTER
            for claimed in Notice.objects.claim_due(1, at=at, ids=[notice.pk]):
                claimed.succeed(at=at)
                journal.record(claimed, Kind.NOTICE_SENT, at=at, notice_kind=claimed.kind, attempt=claimed.attempts)
        for mail in Message.objects.filter(case=self.case, channel="email", direction="out", state="pending"):
            at = mail.at + REPLY_SENT
            for claimed in Message.objects.claim_due(1, at=at, ids=[mail.pk]):
                mail_out.left(claimed, at=at)


def _agent(key: str) -> Agent:
    address = next(each.email for each in AGENTS if each.key == key)
    return Agent.objects.select_related("user", "profile").get(user__email=address)
