"""Somebody new works here: person, agent, seat, skills and licences at once; the invitation goes by mail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction

from agents import licences, skills
from agents.models import Agent, CapacityProfile, Seat, Team
from bpo.accounts.models import User
from bpo.kernel import clock, words
from clients.models import Client, PublicName, Skill
from clients.setting_up import invite


@transaction.atomic
def take_on(
    *,
    email: str,
    full_name: str,
    language: str,
    employee_number: str,
    team: Team,
    profile: CapacityProfile,
    by: User,
    levels: Mapping[Skill, int] | None = None,
    train_for: Iterable[Client] = (),
    certify_for: Iterable[Client] = (),
    hired_on: date | None = None,
    at: datetime | None = None,
) -> Agent:
    """The agent with everything that decides what is offered; nothing is sent here."""
    at = at or clock.now()
    person = User.objects.filter(email=email.lower()).first()
    person = person or User.objects.create_user(email, None, full_name=full_name, language=language)
    agent = Agent.objects.create(
        user=person,
        name=full_name,
        employee_number=employee_number,
        team=team,
        profile=profile,
        hired_on=hired_on,
    )
    Seat.objects.create(agent=agent, since=at, idle_since=at, capacity=profile.budget)
    for skill, level in (levels or {}).items():
        skills.set_level(agent, skill, level, by=by)
    certified = list(certify_for)
    for client in sorted({*train_for, *certified}, key=lambda each: each.pk):  # the order in which rules are locked
        licence = licences.train(agent, client, by=by, why="taken on", at=at)
        if client in certified:
            licences.certify(licence, by=by, why="taken on", at=at)
    return agent


def welcome(agent: Agent, *, by: User) -> bool:
    """Send the invitation mail; whether the mail server took it."""
    return invite(agent.user, by=by)


def name_for(agent: Agent, client: Client, name: str) -> None:
    """The name by which this client's customers know her; empty: the first word of her own."""
    rows = PublicName.objects.filter(client=client, user=agent.user)
    name = words.line(name, most=60)
    if name:
        PublicName.objects.update_or_create(client=client, user=agent.user, defaults={"name": name})
    else:
        rows.delete()
