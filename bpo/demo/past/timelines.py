"""What happened in the past month, as plain values from a seed: who came when, who answered, how it ended. No rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bpo.demo.content import ClientContent
from bpo.demo.content.people import AGENTS, AgentContent
from bpo.demo.content.shapes import TalkContent
from bpo.demo.past.walking import OrderFact, Visit, Walk
from clients import hours
from clients.hours import Calendar
from clients.script_graph import Graph

DAYS = 30
# How a day's arrivals spread over its hours, in the client's own time.
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 19, 17, 14, 14, 16, 17, 16, 14, 11, 9, 7, 5, 3, 2)
BY_WEEKDAY = (1.15, 1.05, 1.0, 1.0, 0.95, 0.55, 0.4)
TIDY_AFTER = timedelta(days=2)
TIDY_WORDS = {
    "en": ("Nobody came back on this; closed without further work.", "No reply"),
    "es": ("El cliente no volvió a escribir; se cierra sin más trabajo.", "Sin respuesta"),
}
PATIENCE = {"voice": 150.0, "chat": 200.0}
FIRST_STEP = {"voice": 9, "chat": 12, "email": 30}
A_STEP = {"voice": 24, "chat": 30, "email": 25}
LANGUAGE_SKILL = {"es": "spanish"}


@dataclass(frozen=True, slots=True)
class CustomerFact:
    """A customer as a timeline needs him."""

    account: str
    name: str
    language: str
    plan: str
    phone: str
    address: str
    facts: Mapping[str, str]
    orders: tuple[OrderFact, ...]


@dataclass(frozen=True, slots=True)
class ClientFact:
    """A client with what decides about its contacts."""

    content: ClientContent
    customers: tuple[CustomerFact, ...]
    calendars: Mapping[str, Calendar]
    """By queue."""
    scripts: Mapping[tuple[str, str], Graph]
    """By kind and language."""
    subs: Mapping[str, Mapping[str, Graph]]
    """By language, then type of product; the general one under ""."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a chat or mail."""

    at: datetime
    out: bool
    text: str


@dataclass(frozen=True, slots=True)
class Handling:
    """An agent's stretch from offer to disposition."""

    agent: str
    offered: datetime
    accepted: datetime
    path: tuple[Visit, ...]
    ended: datetime
    disposed: datetime
    disposition: str
    """Empty: not filled in time."""
    by_customer: bool = False
    holds: tuple[tuple[datetime, datetime], ...] = ()
    lines: tuple[Line, ...] = ()
    summary: str = ""
    outcome: str = ""
    confirmed: bool | None = None
    result: str = ""
    """What came of a call back."""
    reported: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """A call back from this contact, and its tries."""

    at: datetime
    number: str
    tries: tuple[tuple[datetime, Handling], ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """One contact from arrival to the end of everything that followed."""

    key: str
    client: str
    channel: str
    door: str
    language: str
    account: str
    talk: TalkContent
    arrived: datetime
    handling: Handling | None = None
    left: datetime | None = None
    promise: Promise | None = None
    tidied: tuple[datetime, str] | None = None
    """When somebody closed a matter to which nobody came back."""
    closed_case: datetime | None = None
    survey: tuple[datetime, int, bool] | None = None
    after_hours: bool = False

    @property
    def over(self) -> datetime:
        """When the last thing of it happened."""
        ends = [self.arrived, self.left]
        ends += [self.handling.disposed] if self.handling else []
        ends += [tried.disposed for _, tried in self.promise.tries] if self.promise else []
        ends += [self.survey[0]] if self.survey else []
        return max(end for end in ends if end)


@dataclass(slots=True)
class Desks:
    """When each agent has room again: two slots, a call takes both."""

    free: dict[str, list[datetime]] = field(default_factory=dict)

    def room(self, key: str, channel: str) -> datetime:
        """When she could take one of this channel."""
        slots = self.free[key]
        return max(slots) if channel == "voice" else min(slots)

    def take(self, key: str, channel: str, until: datetime) -> None:
        """She is busy until then."""
        slots = self.free[key]
        if channel == "voice":
            slots[:] = [until, until]
        else:
            slots[slots.index(min(slots))] = until


def month(clients: Mapping[str, ClientFact], until: datetime, seed: str = "the past month") -> Iterator[list[Timeline]]:
    """Day by day, oldest first; whatever would not be over by `until` did not happen."""
    desks = Desks({agent.key: [until - timedelta(days=DAYS + 1)] * 2 for agent in AGENTS})
    for ago in range(DAYS, -1, -1):
        day = (until - timedelta(days=ago)).date()
        draw = random.Random(f"{seed} {day}")
        arrivals = sorted(
            (at, slug, channel)
            for slug, client in clients.items()
            for channel, usual in client.content.a_day.items()
            for at in _arrivals(client.content, usual, day, draw)
        )
        made = [
            _contact(clients[slug], channel, at, f"{day:%m%d}{number:04d}", desks, draw)
            for number, (at, slug, channel) in enumerate(arrivals)
            if at < until
        ]
        yield [_as_of(each, until, clients[each.client].content) for each in made if each and each.over < until]


def _as_of(made: Timeline, until: datetime, content: ClientContent) -> Timeline:
    """Without what has not happened yet: tidying up, and the case closed for good after the client's limit."""
    if made.tidied and made.tidied[0] >= until:
        made = replace(made, tidied=None)
    resolved = resolved_at(made)
    closed = resolved + timedelta(days=int(content.policy["reopen_days"])) if resolved else None
    return replace(made, closed_case=closed) if closed and closed < until else made


def _arrivals(content: ClientContent, usual: int, day: date, draw: random.Random) -> Iterator[datetime]:
    zone = ZoneInfo(content.zone)
    wanted = usual * BY_WEEKDAY[day.weekday()] * draw.uniform(0.85, 1.15)
    for _ in range(round(wanted)):
        hour = draw.choices(range(24), BY_HOUR)[0]
        seconds = draw.randrange(3600)
        local = datetime(day.year, day.month, day.day, hour, seconds // 60, seconds % 60, draw.randrange(1_000_000))
        yield local.replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))


def _contact(
    client: ClientFact, channel: str, at: datetime, number: str, desks: Desks, draw: random.Random
) -> Timeline | None:
    content = client.content
    kind = {"voice": "phone", "chat": "widget", "email": "mailbox"}[channel]
    door = next(door for door in content.doors if door.kind == kind)
    customer = draw.choice(client.customers)
    talk = _talk(content, customer.language, draw)
    made = Timeline(
        key=f"{content.prefix.lower()}-{number}",
        client=content.slug,
        channel=channel,
        door=door.name,
        language=customer.language,
        account=customer.account,
        talk=talk,
        arrived=at,
    )
    calendar = client.calendars[door.queue]
    if not hours.is_open(calendar, at):
        # Nobody leaves a number with a machine at night, except some; a mail would be answered by one.
        if channel == "email" or draw.random() < 0.6:
            return None
        promise = Promise(at, customer.phone)
        return replace(made, after_hours=True, promise=_kept(client, made, customer, promise, desks, draw))
    agent, free = _agent(content, door.name, channel, talk.reason, customer, at, desks, draw)
    offered = max(at, free) + timedelta(milliseconds=draw.randint(40, 900))
    patience = draw.expovariate(1 / PATIENCE[channel]) if channel in PATIENCE else 1e9
    wait = (offered - at).total_seconds()
    if wait > patience or (channel != "email" and draw.random() < 0.025):
        gone = at + timedelta(seconds=min(patience, wait, draw.uniform(3, 90)))
        if wait > 45 and draw.random() < 0.5:
            promise = Promise(gone, customer.phone)
            return replace(made, promise=_kept(client, made, customer, promise, desks, draw))
        return replace(made, left=gone, tidied=(gone + TIDY_AFTER, agent))
    handled = _handle(client, made, customer, agent, offered, draw)
    desks.take(agent, channel, handled.disposed)
    return _after(made, handled, content, draw)


def _after(made: Timeline, handled: Handling, content: ClientContent, draw: random.Random) -> Timeline:
    """What followed: a survey, and the case closed for good."""
    survey = None
    if made.channel == "chat" and not handled.by_customer and draw.random() < 0.38:
        score = draw.choices([5, 4, 3, 2, 1], [46, 31, 12, 7, 4])[0]
        survey = (handled.disposed + timedelta(seconds=draw.uniform(20, 400)), score, True)
    tidied = None if handled.summary else (handled.disposed + TIDY_AFTER, handled.agent)
    return replace(made, handling=handled, survey=survey, tidied=tidied)


def resolved_at(made: Timeline) -> datetime | None:
    """When the matter was settled."""
    if made.tidied:
        return made.tidied[0]
    tried = [handled for _, handled in made.promise.tries] if made.promise else []
    return next((each.ended for each in [made.handling, *tried] if each and each.summary), None)


def _talk(content: ClientContent, language: str, draw: random.Random) -> TalkContent:
    shares = {reason.code: reason.share for reason in content.reasons}
    talks = [talk for talk in content.talks if talk.language == language] or list(content.talks)
    return draw.choices(talks, [shares.get(talk.reason, 1) for talk in talks])[0]


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


def _agent(
    content: ClientContent,
    door: str,
    channel: str,
    reason: str,
    customer: CustomerFact,
    at: datetime,
    desks: Desks,
    draw: random.Random,
) -> tuple[str, datetime]:
    """Who is free first among those at work at that hour."""
    said = reason if channel == "chat" else ""
    found = able(content, wants_of(content, door, said, customer))
    here = [agent for agent in found if AGENTS.index(agent) % 3 == (at.hour // 8 + at.toordinal()) % 3] or found
    draw.shuffle(here)
    best = min(here, key=lambda agent: max(desks.room(agent.key, channel), at))
    return best.key, desks.room(best.key, channel)


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


def _handle(
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
        outcome="" if gone else talk.outcome,
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


def _kept(
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
        outcome=talk.outcome if reached else "",
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
