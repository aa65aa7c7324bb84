"""People, clients, lines and waiting contacts for tests: plain functions with defaults, each makes one thing.

What a test does not name is made for it. Add yours at the end; keep the signatures of those that are here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from agents.models import (
    Agent,
    AgentSkill,
    CapacityProfile,
    Licence,
    LicenceState,
    Presence,
    QueueTeam,
    Seat,
    Team,
    TeamSupervisor,
)
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.models import (
    Article,
    Brand,
    BusinessHours,
    CallList,
    Channel,
    Client,
    ClientState,
    Customer,
    CustomerAddress,
    CustomerPhone,
    Disposition,
    EntryKind,
    EntryPoint,
    Membership,
    Policy,
    Product,
    ProductType,
    Queue,
    QueueSkill,
    Reason,
    Role,
    Skill,
)
from interactions.models import Envelope, Interaction, Leg, Origin, Prospect, State

_numbers = count(1)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def _n() -> int:
    return next(_numbers)


def _prefix(number: int) -> str:
    letters = ""
    for _ in range(4):
        number, index = divmod(number, len(_LETTERS))
        letters += _LETTERS[index]
    return letters


# --- people and clients ----------------------------------------------------------------------------------------------


def user(
    name: str = "Sue Supervisor", *, email: str = "", password: str | None = "correct horse", **fields: Any
) -> User:
    """A person who can sign in."""
    address = email or f"{name.split()[0].lower()}{_n()}@bpo.example"
    return User.objects.create_user(address, password, full_name=name, **fields)


def admin(name: str = "Ada Admin", **fields: Any) -> User:
    """A person who may do everything."""
    return user(name, is_staff=True, is_superuser=True, **fields)


def client(name: str = "Acme", **fields: Any) -> Client:
    """A live client with brand and policy."""
    n = _n()
    fields.setdefault("slug", f"{name.lower().replace(' ', '-')}-{n}")
    fields.setdefault("reference_prefix", _prefix(n))
    fields.setdefault("languages", ["en", "es"])
    fields.setdefault("state", ClientState.LIVE)
    made = Client.objects.create(name=name, **fields)
    Brand.objects.create(
        client=made,
        public_name=name,
        colour="#0a5c7d",
        sender_name=f"{name} Care",
        sender_address=f"care@{made.slug}.example",
    )
    Policy.objects.create(client=made)
    return made


def membership(person: User, of: Client, role: str = Role.SUPERVISOR) -> Membership:
    """The person sees the client in that role."""
    return Membership.objects.create(user=person, client=of, role=role)


def supervisor(*clients: Client, name: str = "Sue Supervisor", teams: Iterable[Team] = ()) -> User:
    """A person who supervises these clients and leads these teams."""
    person = user(name)
    for each in clients:
        membership(person, each)
    for each_team in teams:
        TeamSupervisor.objects.create(team=each_team, user=person)
    return person


def team(name: str = "") -> Team:
    """A team."""
    return Team.objects.create(name=name or f"Team {_n()}")


def skill(code: str = "", *, language: str = "") -> Skill:
    """The skill of that code, made once; `language` makes it a language."""
    code = code or language or f"skill-{_n()}"
    return Skill.objects.get_or_create(code=code, defaults={"name": code.title(), "language": language})[0]


def profile(**fields: Any) -> CapacityProfile:
    """A capacity profile of its own."""
    return CapacityProfile.objects.create(name=f"Profile {_n()}", **fields)


def agent(
    name: str = "Bea Brown",
    *,
    licensed: Client | Iterable[Client] = (),
    skills: Mapping[str, int] | None = None,
    in_team: Team | None = None,
    capacity: CapacityProfile | None = None,
    available: bool = False,
    idle_since: datetime | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Agent:
    """An agent with a seat, certified for these clients; `available` seats her connected and ready.

    Lanes that are there already take her in.
    """
    from interactions import eligibility

    at = at or clock.now()
    made = Agent.objects.create(
        user=fields.pop("user", None) or user(name),
        name=name,
        employee_number=f"E{_n():05d}",
        team=in_team or Team.objects.get_or_create(name="Everybody")[0],
        profile=capacity or CapacityProfile.objects.get_or_create(name="Standard")[0],
        **fields,
    )
    Seat.objects.create(
        agent=made,
        presence=Presence.AVAILABLE if available else Presence.SIGNED_OUT,
        connected=available,
        since=at,
        capacity=made.profile.budget,
        idle_since=idle_since or at,
    )
    for each in [licensed] if isinstance(licensed, Client) else licensed:
        licence(made, each, at=at)
    for code, level in (skills or {}).items():
        AgentSkill.objects.create(agent=made, skill=skill(code), level=level)
    eligibility.recompile_agent(made.pk)
    return made


def licence(holder: Agent, of: Client, state: str = LicenceState.CERTIFIED, **fields: Any) -> Licence:
    """A licence as a row; operations on it are in agents.licences."""
    return Licence.objects.create(
        agent=holder, client=of, state=state, since=fields.pop("at", None) or clock.now(), **fields
    )


# --- lines and doors -------------------------------------------------------------------------------------------------


def hours(of: Client, name: str = "Always", **fields: Any) -> BusinessHours:
    """Hours that are always open, unless told otherwise."""
    fields.setdefault("always_open", True)
    return BusinessHours.objects.create(client=of, name=name, **fields)


def queue(
    of: Client | None = None,
    name: str = "",
    *,
    channels: Iterable[str] = (Channel.CHAT, Channel.EMAIL, Channel.VOICE),
    wants: Mapping[str, int] | None = None,
    teams: Iterable[Team] = (),
    **fields: Any,
) -> Queue:
    """A line of a client for every channel; `wants` maps codes of skills to levels."""
    made = Queue.objects.create(
        client=of or client(), name=name or f"Line {_n()}", channels=[str(each) for each in channels], **fields
    )
    for code, level in (wants or {}).items():
        QueueSkill.objects.create(queue=made, skill=skill(code), level=level)
    for each in teams:
        QueueTeam.objects.create(queue=made, team=each)
    return made


def door(of: Client, kind: str = EntryKind.WIDGET, *, into: Queue | None = None, **fields: Any) -> EntryPoint:
    """A published door into a queue."""
    fields.setdefault("name", f"Door {_n()}")
    fields.setdefault("published", True)
    return EntryPoint.objects.create(client=of, kind=kind, queue=into or queue(of), **fields)


def reason(of: Client, name: str = "A question", kind: str = "enquiry", **fields: Any) -> Reason:
    """Why somebody contacts the client."""
    fields.setdefault("code", f"reason-{_n()}")
    return Reason.objects.create(client=of, name=name, kind=kind, **fields)


def disposition(of: Client, name: str = "Answered", **fields: Any) -> Disposition:
    """How a contact may end."""
    fields.setdefault("code", f"end-{_n()}")
    return Disposition.objects.create(client=of, name=name, **fields)


def product(of: Client, name: str = "Phone", **fields: Any) -> Product:
    """A product with a type of its own."""
    n = _n()
    kind = fields.pop("type", None) or ProductType.objects.create(client=of, code=f"type-{n}", name=f"{name}s")
    return Product.objects.create(client=of, type=kind, code=f"product-{n}", name=name, **fields)


def article(of: Client, title: str = "Return something", body: str = "Thirty days.", **fields: Any) -> Article:
    """What agents look up, in use."""
    fields.setdefault("state", "in_use")
    fields.setdefault("reviewed_on", of.day_at(clock.now()))
    return Article.objects.create(client=of, title=title, body=body, **fields)


def customer(of: Client, name: str = "Ann Archer", *, phone: str = "", address: str = "", **fields: Any) -> Customer:
    """A customer of one client."""
    made = Customer.objects.create(client=of, name=name, **fields)
    if phone:
        CustomerPhone.objects.create(client=of, customer=made, number=phone, primary=True)
    if address:
        CustomerAddress.objects.create(client=of, customer=made, address=address.lower(), primary=True)
    return made


# --- work ------------------------------------------------------------------------------------------------------------

ORIGINS = {Channel.CHAT: Origin.WIDGET, Channel.EMAIL: Origin.MAILBOX, Channel.VOICE: Origin.PHONE}


def arrived(
    in_queue: Queue,
    channel: str = Channel.CHAT,
    *,
    who: Customer | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Interaction:
    """A contact that is not saved yet: queueing.enter_queue inserts it with its place."""
    at = at or clock.now()
    fields.setdefault("origin", ORIGINS[Channel(channel)])
    return Interaction(
        client=in_queue.client,
        customer=who or customer(in_queue.client),
        queue=in_queue,
        channel=channel,
        state=State.QUEUED,
        arrived_at=at,
        state_since=at,
        pool=in_queue.client.pool,
        **fields,
    )


def waiting(
    in_queue: Queue | None = None,
    channel: str = Channel.CHAT,
    *,
    who: Customer | None = None,
    priority: int | None = None,
    wants: Iterable[tuple[int, int]] = (),
    waited: float = 0,
    at: datetime | None = None,
    opening: str = "Hello",
    **fields: Any,
) -> Interaction:
    """A contact that waits in the queue, since `waited` seconds, through the operation that queues."""
    from interactions import queueing

    in_queue = in_queue or queue()
    entered = (at or clock.now()) - timedelta(seconds=waited)
    made = arrived(in_queue, channel, who=who, at=entered, **fields)
    queueing.enter_queue(made, in_queue, wants=tuple(wants), priority=priority, at=entered)
    Envelope.objects.create(interaction=made, from_name=made.customer.name, opening=opening)
    return made


def offer(to: Agent, interaction: Interaction | None = None, **fields: Any) -> Leg:
    """The offer that the matcher makes this agent, who must be available; of this contact if it is named."""
    from interactions.routing import router

    interaction = interaction or waiting(**fields)
    router.interaction_waits(interaction.pk)
    interaction.refresh_from_db()
    return Leg.objects.get(agent=to, interaction=interaction, state="offered")


def call_list(line: Queue, name: str = "Renewals", **fields: Any) -> CallList:
    """An open list that calls at any hour of any day, unless told otherwise."""
    usual = {"state": "open", "calls_from": time(0), "calls_until": time(23, 59), "weekdays": list(range(7))}
    return CallList.objects.create(client=line.client, queue=line, name=name, **{**usual, **fields})


def prospect(of: CallList, name: str = "Paul Prospect", **fields: Any) -> Prospect:
    """Somebody of New York who agreed to be called, due now."""
    at = fields.pop("at", None) or clock.now()
    usual = {
        "number": f"+1212{200 + _n() % 700}{_n() % 10_000:04d}", "zone": "America/New_York",
        "language": of.client.default_language,
        "consent_how": "Form at the fair", "consent_on": date(2026, 11, 2), "added_at": at, "next_try_at": at,
    }  # fmt: skip
    return Prospect.objects.create(client=of.client, call_list=of, name=name, **{**usual, **fields})
