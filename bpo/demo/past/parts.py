"""Single rows of a past contact as the operations leave them: leg, run, step visit, messages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from agents.models import Agent
from bpo.demo.past.stories import Handling, Line, Timeline
from bpo.demo.past.walking import Visit
from bpo.kernel.outgoing import OutgoingState
from clients.models import ScriptVersion
from interactions import reply_letters
from interactions.models import (
    EndedBy,
    Interaction,
    Leg,
    LegState,
    Message,
    MessageDirection,
    Run,
    RunState,
    StepVisit,
)


def provider_id(timeline: Timeline) -> str:
    """What makes it arrive once, in the form its door gives it."""
    return f"chat:{key(timeline)}" if timeline.channel == "chat" else key(timeline)


def key(timeline: Timeline) -> str:
    """The timeline's own key, long enough for a chat window."""
    return f"past-month-{timeline.key}"


def page(timeline: Timeline) -> str:
    """Where the customer was."""
    return f"{settings.SITE_URL}/sites/{timeline.client}/contact/"


def leg(contact: Interaction, work: Handling, agent: Agent) -> Leg:
    """From offer to disposition."""
    lane = contact.lane
    assert lane is not None and contact.order_key is not None and contact.enqueued_at is not None
    return Leg(
        interaction=contact,
        client_id=contact.client_id,
        agent=agent,
        state=LegState.COMPLETED,
        lane=lane,
        channel=contact.channel,
        cost=agent.profile.cost_of(contact.channel),
        offered_at=work.offered,
        expires_at=work.offered + timedelta(seconds=lane.offer_seconds),
        accepted_at=work.accepted,
        work_ended_at=work.ended,
        ended_at=work.disposed,
        ended_by=EndedBy.CUSTOMER if work.by_customer else EndedBy.AGENT,
        why={
            "side": "agent",
            "kept": False,
            "priority": contact.priority,
            "since": contact.enqueued_at.isoformat(),
            "version": lane.queue_version,
            "lane": lane.pk,
            "step": lane.step,
            "wants": lane.wants,
            "strategy": lane.strategy,
            "members": lane.members,
            "never": lane.excluded,
            "band": contact.band,
            "order_key": contact.order_key.isoformat(),
            "enqueued_at": contact.enqueued_at.isoformat(),
        },
        version=3,
    )


def run(contact: Interaction, version: ScriptVersion, work: Handling) -> Run:
    """One following of the script; where it stands is set by its visits."""
    answers: dict[str, object] = {}
    for visit in work.path:
        if visit.verified is not None:
            continue
        kept = {name: value for name, value in visit.answer.items() if name != "done"}
        answers |= kept
        if "order" in kept:
            answers["order_chosen"] = kept["order"]
    return Run(
        client_id=contact.client_id,
        interaction=contact,
        version=version,
        state=RunState.ENDED,
        at_step=work.path[-1].step,
        answers=answers,
        started_at=work.accepted,
    )


def step_visit(of: Run, version: ScriptVersion, agent: Agent, before: StepVisit | None, visit: Visit) -> StepVisit:
    """One step, after the one before."""
    return StepVisit(
        run=of,
        client_id=of.client_id,
        version=version,
        step=visit.step,
        ordinal=before.ordinal + 1 if before else 1,
        from_version=before.version if before else None,
        from_step=before.step if before else "",
        agent=agent,
        entered_at=visit.entered,
        left_at=visit.left,
        next_step=visit.next,
        answer=dict(visit.answer),
    )


def message_in(contact: Interaction, author: str, text: str, at: datetime, given_id: str) -> Message:
    """What a customer wrote."""
    message = Message(
        client_id=contact.client_id,
        interaction=contact,
        case=contact.case,
        channel=contact.channel,
        direction=MessageDirection.IN,
        author_name=author[:200],
        at=at,
        language=contact.language,
        text=text,
        state=OutgoingState.DELIVERED,
        due_at=at,
        sent_at=at,
    )
    message.message_id = given_id
    return message


def message_out(contact: Interaction, agent: Agent, name: str, text: str, at: datetime) -> Message:
    """A line of an agent in a chat."""
    return Message(
        client_id=contact.client_id,
        interaction=contact,
        case=contact.case,
        channel=contact.channel,
        direction=MessageDirection.OUT,
        agent=agent,
        author_name=name,
        at=at,
        language=contact.language,
        text=text,
        state=OutgoingState.SENT,
        due_at=at,
        sent_at=at,
    )


def reply(contact: Interaction, answered: Message | None, agent: Agent, signed: tuple[str, str], said: Line) -> Message:
    """A mail of an agent that resolves."""
    client, case = contact.client, contact.case
    assert case is not None
    name, signature = signed
    above, history = reply_letters.quoted(answered, client.zone, contact.language)
    message = message_out(contact, agent, name, said.text, said.at)
    message.subject = reply_letters.subject_of(case, answered.subject if answered else "")
    message.full_text = reply_letters.full_text(said.text, signature, above, history)
    message.html = reply_letters.full_html(client, contact.language, said.text, signature, above, history)
    message.from_address = client.brand.sender_address
    message.to_addresses = [contact.customer.addresses.all()[0].address if contact.customer else ""]
    message.in_reply_to = (answered.message_id if answered else "")[:300]
    message.references = message.in_reply_to
    message.resolves = True
    return message
