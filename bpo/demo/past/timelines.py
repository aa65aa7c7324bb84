"""What happened in the past month, as plain values from a seed: who came when, who answered. No rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bpo.demo.content import ClientContent
from bpo.demo.content.people import AGENTS
from bpo.demo.content.shapes import TalkContent
from bpo.demo.past.handlings import able, handle, kept, wants_of
from bpo.demo.past.stories import ClientFact, CustomerFact, Desks, Handling, Promise, Timeline
from clients import hours

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
        return replace(made, after_hours=True, promise=kept(client, made, customer, promise, desks, draw))
    agent, free = _agent(content, door.name, channel, talk.reason, customer, at, desks, draw)
    offered = max(at, free) + timedelta(milliseconds=draw.randint(40, 900))
    patience = draw.expovariate(1 / PATIENCE[channel]) if channel in PATIENCE else 1e9
    wait = (offered - at).total_seconds()
    if wait > patience or (channel != "email" and draw.random() < 0.025):
        gone = at + timedelta(seconds=min(patience, wait, draw.uniform(3, 90)))
        if wait > 45 and draw.random() < 0.5:
            promise = Promise(gone, customer.phone)
            return replace(made, promise=kept(client, made, customer, promise, desks, draw))
        return replace(made, left=gone, tidied=(gone + TIDY_AFTER, agent))
    handled = handle(client, made, customer, agent, offered, draw)
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
