"""Writes the people of the demo: supervisors, agents with seats, skills and licences, and the clients' own people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.contrib.auth.hashers import check_password, make_password

from agents import licences, skills
from agents.models import (
    Agent,
    CapacityProfile,
    Licence,
    LicenceState,
    PresenceReason,
    Seat,
    Team,
    TeamSupervisor,
)
from bpo.accounts.models import User
from bpo.demo.content import ClientContent
from bpo.demo.content.people import AGENTS, BREAKS, PROFILES, SKILLS, STAFF, TEAMS, AgentContent
from clients.models import Client, Membership, PublicName, Role, Skill


def hashed(password: str) -> str:
    """One hash for everybody: hashing costs a third of a second, and thirty people are too many for that."""
    first = User.objects.filter(email=STAFF[0].email).first()
    if first is not None and check_password(password, first.password):
        return first.password
    return make_password(password)


def person(email: str, name: str, secret: str, **fields: bool) -> User:
    """The user of that address, with the demo's password."""
    user, created = User.objects.get_or_create(email=email, defaults={"full_name": name, "password": secret, **fields})
    if not created and user.password != secret:
        User.objects.filter(pk=user.pk).update(password=secret)
    return user


def write_staff(secret: str) -> dict[str, User]:
    """Supervisors and the administrator, by key."""
    return {
        each.key: person(each.email, each.name, secret, is_staff=each.admin, is_superuser=each.admin) for each in STAFF
    }


def write_vocabulary(staff: dict[str, User]) -> None:
    """Skills, teams with their leaders, capacity profiles and reasons for breaks."""
    for code, (name, language) in SKILLS.items():
        if not language or not Skill.objects.filter(language=language).exists():
            Skill.objects.get_or_create(code=code, defaults={"name": name, "language": language})
    for name, leaders in TEAMS.items():
        team, _ = Team.objects.get_or_create(name=name)
        for key in leaders:
            TeamSupervisor.objects.get_or_create(team=team, user=staff[key])
    for name, (budget, points, caps) in PROFILES.items():
        CapacityProfile.objects.get_or_create(
            name=name,
            defaults={
                "budget": budget,
                **dict(zip(("voice_points", "chat_points", "email_points"), points, strict=True)),
                **dict(zip(("voice_cap", "chat_cap", "email_cap"), caps, strict=True)),
            },
        )
    for position, (code, name, limit) in enumerate(BREAKS):
        PresenceReason.objects.get_or_create(
            code=code, defaults={"name": name, "limit_minutes": limit, "position": position}
        )


def write_memberships(clients: Iterable[tuple[ClientContent, Client]], staff: dict[str, User], secret: str) -> None:
    """Who sees which client."""
    for content, client in clients:
        for each in STAFF:
            if content.slug in each.clients:
                Membership.objects.get_or_create(
                    user=staff[each.key], client=client, defaults={"role": Role.SUPERVISOR}
                )
        for login in content.logins:
            user = person(login_email(content, login.key), login.name, secret)
            Membership.objects.get_or_create(user=user, client=client, defaults={"role": login.role})


def login_email(content: ClientContent, key: str) -> str:
    """The address a client's own person signs in with."""
    return f"{key}@{content.address.split('@')[1]}"


def write_agents(clients: Iterable[tuple[ClientContent, Client]], *, by: User, secret: str, at: datetime) -> None:
    """The fourteen, ready to sign in."""
    by_slug = {content.slug: client for content, client in clients}
    levels = {each.code: each for each in Skill.objects.all()}
    for number, content in enumerate(AGENTS, start=1):
        agent = _agent(content, number, secret, at)
        held = set(agent.skills.values_list("skill__code", flat=True))
        for code, level in content.skills.items():
            if code in levels and code not in held:
                skills.set_level(agent, levels[code], level, by=by)
        licensed = {licence.client_id: licence for licence in Licence.objects.filter(agent=agent)}
        for slug in (*content.licensed, *content.training):
            client = by_slug.get(slug)
            if client is None or client.pk in licensed:
                continue
            licence = licences.train(agent, client, by=by, why="course begun", at=at)
            if slug in content.licensed:
                _certify(licence, by=by, at=at)
        for slug, name in content.public.items():
            if slug in by_slug:
                PublicName.objects.get_or_create(client=by_slug[slug], user=agent.user, defaults={"name": name})


def _certify(licence: Licence, *, by: User, at: datetime) -> None:
    if licence.state == LicenceState.TRAINING:
        licences.certify(licence, by=by, until=date(at.year + 1, 12, 31), why="course passed", at=at)


def _agent(content: AgentContent, number: int, secret: str, at: datetime) -> Agent:
    user = person(content.email, content.name, secret)
    agent, _ = Agent.objects.get_or_create(
        user=user,
        defaults={
            "name": content.name,
            "employee_number": f"E{4100 + number * 7}",
            "team": Team.objects.get(name=content.team),
            "profile": CapacityProfile.objects.get(name=content.profile),
            "hired_on": date(2018 + number % 8, 1 + number % 12, 1),
        },
    )
    Seat.objects.get_or_create(agent=agent, defaults={"since": at, "idle_since": at, "capacity": agent.profile.budget})
    return agent
