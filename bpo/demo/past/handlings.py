"""How a past contact was worked: who could take it, the script, the words, the tries of a call back. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bpo.demo.content import ClientContent
from bpo.demo.content.people import AGENTS, AgentContent
from bpo.demo.content.shapes import TalkContent
from bpo.demo.past.stories import ClientFact, CustomerFact, Desks, Handling, Line, Promise, Timeline
from bpo.demo.past.walking import Walk
from clients import hours

FIRST_STEP = {"voice": 9, "chat": 12, "email": 30}
A_STEP = {"voice": 24, "chat": 30, "email": 25}
LANGUAGE_SKILL = {"es": "es"}


def wants_of(content: ClientContent, door_name: str, reason: str, customer: CustomerFact) -> dict[str, int]:
    """The skills this contact wants: of its line, of the first fitting rule of its door, of its language."""
    door = next(door for door in content.doors if door.name == door_name)
    queue = next(queue for queue in content.queues if queue.name == door.queue)
    wants = dict(queue.wants)
    parents = {each.code: each.parent for each in content.reasons}
    for rule in door.rules:
        attribute, value = rule.attribute
        if attribute and getattr(customer, attribute, "") != value:
            continue
        if rule.reason and rule.reason not in (reason, parents.get(reason)):
            continue
        for code, level in rule.wants.items():
            wants[code] = max(level, wants.get(code, 0))
        break
    if skill := LANGUAGE_SKILL.get(customer.language):
        wants[skill] = max(1, wants.get(skill, 0))
    return wants


def able(content: ClientContent, wants: Mapping[str, int]) -> list[AgentContent]:
    """Everybody who could be offered it."""
    return [
        agent
        for agent in AGENTS
        if content.slug in agent.licensed and all(agent.skills.get(code, 0) >= level for code, level in wants.items())
    ]


def _walk(
    client: ClientFact,
    kind: str,
    channel: str,
    customer: CustomerFact,
    talk: TalkContent,
    at: datetime,
    draw: random.Random,
) -> Walk:
    content = client.content
    language = customer.language
    walk = Walk(
        main=client.scripts[kind, language],
        subs=client.subs[language],
        facts=customer.facts,
        orders=customer.orders,
        reason=talk.reason,
        product=draw.choice(content.products).code,
        kinds={reason.code: reason.kind for reason in content.reasons},
        types={product.code: product.type for product in content.products},
        draw=draw,
        at=at,
        passes=draw.random() > 0.05,
    )
    walk.begin()
    pace = FIRST_STEP[channel]
    for _ in range(14):
        if not walk.go_on(max(2.0, draw.gauss(pace, pace / 3))):
            break
        pace = A_STEP[channel]
    return walk


def handle(
    client: ClientFact, made: Timeline, customer: CustomerFact, agent: str, offered: datetime, draw: random.Random
) -> Handling:
    """An inbound contact from its offer to its disposition."""
    channel, talk = made.channel, made.talk
    accepted = offered + timedelta(seconds=draw.uniform(1.5, 9))
    walk = _walk(client, "inbound", channel, customer, talk, accepted, draw)
    lines = tuple(_lines(made, walk.at if channel == "email" else accepted, draw))
    ended = max([walk.at, *(line.at for line in lines)]) + timedelta(seconds=draw.uniform(5, 40))
    if channel == "email":
        ended = lines[-1].at  # its reply resolves and ends it in one
    holds: tuple[tuple[datetime, datetime], ...] = ()
    if channel == "voice" and draw.random() < 0.15:
        begun = walk.at + timedelta(seconds=1)
        holds = ((begun, begun + timedelta(seconds=draw.randint(20, 110))),)
        ended = max(ended, holds[0][1] + timedelta(seconds=draw.uniform(4, 20)))
    gone = channel != "email" and draw.random() < 0.06
    wrap = next(q for q in client.content.queues if q.channel == channel).rules["wrap_up_seconds"]
    late = draw.random() < 0.035
    disposed = ended + timedelta(seconds=wrap if late else draw.uniform(4, wrap * 0.9))
    return Handling(
        agent=agent,
        offered=offered,
        accepted=accepted,
        path=tuple(walk.visits),
        ended=ended,
        disposed=disposed,
        disposition="" if late else ("customer-left" if gone else talk.disposition),
        by_customer=gone,
        holds=holds,
        lines=lines,
        summary="" if gone else talk.summary,
        outcome="" if gone else talk.disposition,
        confirmed=True if channel == "voice" and not gone and draw.random() < 0.7 else None,
    )


def _lines(made: Timeline, accepted: datetime, draw: random.Random) -> Iterator[Line]:
    """Who says what when; a mail has one answer, its resolving reply."""
    if made.channel == "voice":
        return
    at = accepted
    if made.channel == "email":
        words = " ".join(made.talk.agent[1:]) or made.talk.agent[0]
        yield Line(at + timedelta(seconds=draw.uniform(120, 420)), True, words)
        return
    for turn, words in enumerate(made.talk.agent):
        at += timedelta(seconds=draw.uniform(8, 45))
        yield Line(at, True, words)
        if turn + 1 < len(made.talk.customer):
            at += timedelta(seconds=draw.uniform(10, 60))
            yield Line(at, False, made.talk.customer[turn + 1])


def kept(
    client: ClientFact, made: Timeline, customer: CustomerFact, promise: Promise, desks: Desks, draw: random.Random
) -> Promise:
    """The tries of a promise: most are reached at once, some at the second try."""
    content = client.content
    calendar = client.calendars[_queue(made, content)]
    at = hours.next_opening(calendar, promise.at) or promise.at
    tries: list[tuple[datetime, Handling]] = []
    phone_door = next(door for door in content.doors if door.kind == "phone").name
    said = made.talk.reason if made.channel == "chat" and not made.after_hours else ""
    for attempt in range(2):
        wants = wants_of(content, made.door if said else phone_door, said, customer)
        wants |= next(queue for queue in content.queues if queue.name == _queue(made, content)).wants
        people = able(content, wants)
        agent = min(people, key=lambda each: max(desks.room(each.key, "voice"), at)).key
        offered = max(at, desks.room(agent, "voice")) + timedelta(seconds=draw.uniform(0.5, 3))
        reached = attempt == 1 or draw.random() < 0.82
        handled = _call(client, customer, made.talk, agent, offered, reached, draw)
        desks.take(agent, "voice", handled.disposed)
        tries.append((at, handled))
        if reached:
            break
        at = hours.add_open_seconds(calendar, handled.ended, int(content.policy["callback_retry_minutes"]) * 60)
    return replace(promise, tries=tuple(tries))


def _queue(made: Timeline, content: ClientContent) -> str:
    return next(door.queue for door in content.doors if door.name == made.door)


def _call(
    client: ClientFact,
    customer: CustomerFact,
    talk: TalkContent,
    agent: str,
    offered: datetime,
    reached: bool,
    draw: random.Random,
) -> Handling:
    """One try of a call back."""
    accepted = offered + timedelta(seconds=draw.uniform(1.5, 6))
    reported = accepted + timedelta(seconds=draw.uniform(12, 40))
    code = next(each.code for each in client.content.dispositions if each.code == "answered")
    walk = _walk_start(client, customer, talk, accepted, draw)
    path = tuple(walk.visits)
    ended = reported
    if reached:
        walk.at = reported
        for _ in range(8):
            if not walk.go_on(max(3.0, draw.gauss(22, 8))):
                break
        path, ended = tuple(walk.visits), walk.at + timedelta(seconds=draw.uniform(5, 30))
    return Handling(
        agent=agent,
        offered=offered,
        accepted=accepted,
        path=path,
        ended=ended,
        disposed=ended + timedelta(seconds=draw.uniform(4, 35)),
        disposition=code,
        summary=talk.summary if reached else "",
        outcome=talk.disposition if reached else "",
        confirmed=True if reached else None,
        result="reached" if reached else "no_answer",
        reported=reported,
    )


def _walk_start(
    client: ClientFact, customer: CustomerFact, talk: TalkContent, at: datetime, draw: random.Random
) -> Walk:
    content = client.content
    walk = Walk(
        main=client.scripts["outbound", customer.language],
        subs={},
        facts=customer.facts,
        orders=customer.orders,
        reason=talk.reason,
        product=content.products[0].code,
        kinds={},
        types={},
        draw=draw,
        at=at,
        passes=draw.random() > 0.05,
    )
    walk.begin()
    return walk
