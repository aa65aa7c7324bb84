"""What a client still needs before its doors can open: the checklist of the guided set-up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bpo.kernel import clock
from clients import opening, script_fits
from clients.models import Client, EntryPoint, Queue, QueueState, Role, ScriptKind, ScriptVersion, VersionState
from clients.script_graph import parse
from clients.setting_up import NEUTRAL


@dataclass(frozen=True, slots=True)
class Ready:
    """One line of the list: `needed` ones stand in the way of going live, the others warn."""

    item: str
    ok: bool
    sentence: str
    link: str
    needed: bool = True


def readiness(client: Client, at: datetime | None = None) -> list[Ready]:
    """The whole list in the order in which one sets a client up."""
    at = at or clock.now()
    doors = list(
        client.entry_points.filter(published=True).select_related("queue__hours", "queue__client", "hours", "client")
    )
    queues = list(client.queues.exclude(state=QueueState.ARCHIVED).select_related("hours", "client"))
    return [
        _brand(client),
        _sender(client),
        _queues(queues),
        _doors(doors),
        _hours(doors, queues, at),
        _reasons(client),
        _dispositions(client),
        _scripts(client),
        _licences(client),
        _skills(queues),
        _supervisors(client),
        _contract(client, at),
    ]


def _line(item: str, ok: bool, yes: str, no: str, link: str, *, needed: bool = True) -> Ready:
    return Ready(item, ok, yes if ok else no, link, needed)


def _brand(client: Client) -> Ready:
    brand = getattr(client, "brand", None)
    # A new client is dressed in grey; somebody who kept the grey has named the sender with it.
    return _line(
        "brand",
        bool(brand and brand.public_name and (brand.colour != NEUTRAL or brand.sender_name)),
        _("Customers see the company's own name and colour."),
        _("Say how customers know the company: its name and colour."),
        "setup-brand",
    )


def _sender(client: Client) -> Ready:
    brand = getattr(client, "brand", None)
    return _line(
        "sender",
        bool(brand and brand.sender_name and brand.sender_address),
        _("Mails leave in the company's name."),
        _("Name the sender of its mails: a name and an address."),
        "setup-brand",
    )


def _queues(queues: list[Queue]) -> Ready:
    usable = [queue for queue in queues if queue.channels and queue.state == QueueState.OPEN]
    return _line(
        "queues",
        bool(usable),
        _("Contacts have a line to wait in."),
        _("Make a line with at least one channel."),
        "setup-queues",
    )


def _doors(doors: list[EntryPoint]) -> Ready:
    lost = [
        door for door in doors if door.queue is None or door.queue.state in (QueueState.CLOSED, QueueState.ARCHIVED)
    ]
    deaf = [door for door in doors if door.exchange and not door.webhook_secret]
    if lost:
        sentence = _("The door “%(door)s” leads to no open line.") % {"door": lost[0].name}
    elif deaf:
        sentence = _("The number “%(door)s” has no secret, so its exchange tells us nothing.") % {"door": deaf[0].name}
    else:
        sentence = _("Publish a door: a chat window, a mailbox, a form or a number.")
    ok = bool(doors) and not lost and not deaf
    return _line("doors", ok, _("Every door leads to a line that takes contacts."), sentence, "setup-doors")


def _hours(doors: list[EntryPoint], queues: list[Queue], at: datetime) -> Ready:
    both: list[EntryPoint | Queue] = [*doors, *queues]
    never = [each for each in both if opening.next_opening(each, at) is None]
    name = never[0].name if never else ""
    return _line(
        "hours",
        bool(both) and not never,
        _("The hours of every door and line open at all."),
        _("“%(name)s” never opens with these hours.") % {"name": name}
        if never
        else _("No door or line is there yet whose hours could open."),
        "setup-hours",
    )


def _reasons(client: Client) -> Ready:
    return _line(
        "reasons",
        client.reasons.filter(active=True).exists(),
        _("Contacts can be sorted by reason."),
        _("Name the reasons why customers get in touch."),
        "setup-catalogue",
    )


def _dispositions(client: Client) -> Ready:
    return _line(
        "dispositions",
        client.dispositions.filter(active=True).exists(),
        _("Agents can say how a contact ended."),
        _("Name the ways a contact can end."),
        "setup-catalogue",
    )


def _scripts(client: Client) -> Ready:
    published = ScriptVersion.objects.filter(
        script__client=client, script__kind=ScriptKind.INBOUND, state=VersionState.PUBLISHED
    )
    misfit = _misfit(client)
    return _line(
        "script",
        published.exists() and not misfit,
        _("A call flow is published."),
        misfit or _("Publish a call flow, so that agents know how to answer."),
        "setup-scripts",
    )


def _misfit(client: Client) -> str:
    """What a flow in force names that is there no more; empty where all fit."""
    company = script_fits.company_of(client)
    in_force = ScriptVersion.objects.filter(script__client=client, state=VersionState.PUBLISHED)
    for version in in_force.select_related("script").order_by("script__name", "number"):
        for problem in script_fits.misfits(parse(version.graph), company):
            if problem.must:
                told = {"flow": version.script.name, "step": problem.step, "why": problem.sentence}
                return _("“%(flow)s” cannot go on at “%(step)s”: %(why)s") % told
    return ""


def _licences(client: Client) -> Ready:
    # Licences are an upper app's rows; the relation is all that is used of them here.
    certified = client.licences.filter(state="certified").count()
    return _line(
        "licences",
        certified > 0,
        ngettext("%(n)s certified agent may answer.", "%(n)s certified agents may answer.", certified)
        % {"n": certified},
        _("No agent is certified for this client."),
        "setup-people",
    )


def _skills(queues: list[Queue]) -> Ready:
    """A line that nobody could serve is a warning: people may still be trained for it."""
    alone = "" if queues else _("No line is there yet that could want a skill.")
    met = _("The lines want no particular skill.")
    for queue in queues:
        for wanted in queue.wanted_skills.select_related("skill"):
            met = _("Somebody certified has each skill the lines want.")
            holders = wanted.skill.holders.filter(
                level__gte=wanted.level,
                agent__deactivated_at__isnull=True,
                agent__licences__client=queue.client_id,
                agent__licences__state="certified",
            )
            if not alone and not holders.exists():
                alone = _("No certified agent has “%(skill)s” at level %(level)s, which “%(queue)s” wants.") % {
                    "skill": wanted.skill.name,
                    "level": wanted.level,
                    "queue": queue.name,
                }
    return _line("skills", not alone, met, alone, "setup-people" if queues else "setup-queues", needed=False)


def _supervisors(client: Client) -> Ready:
    return _line(
        "supervisors",
        client.memberships.filter(role=Role.SUPERVISOR, user__is_active=True).exists(),
        _("Somebody supervises it."),
        _("Nobody supervises it: give somebody of ours the role of supervisor."),
        "setup-people",
    )


def _contract(client: Client, at: datetime) -> Ready:
    today = client.day_at(at)
    in_force = [
        contract
        for contract in client.contracts.filter(valid_from__lte=today).prefetch_related("promises")
        if contract.valid_until is None or contract.valid_until >= today
    ]
    return _line(
        "contract",
        any(contract.promises.all() for contract in in_force),
        _("A contract with its promises is in force."),
        _("Enter the contract that holds today and what it promises."),
        "setup-contract",
        needed=False,
    )
