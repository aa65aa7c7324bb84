"""Writes one client of the demo, whole; done again it changes nothing but what depends on the day and the machine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import holidays
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files import File
from django.db import transaction

from agents import rules
from agents.models import OverflowStep
from bpo.accounts.models import User
from bpo.demo import knowledge
from bpo.demo.content import ClientContent
from bpo.demo.content.shapes import DoorContent, HoursContent
from bpo.demo.content.steps import in_writing
from bpo.embedded import mail
from clients import scripts
from clients.models import (
    Brand,
    BrandText,
    BusinessHours,
    Channel,
    Client,
    Contract,
    Disposition,
    EntryPoint,
    EntryRule,
    EntryRuleSkill,
    HoursException,
    HoursSpan,
    Policy,
    Product,
    ProductType,
    Promise,
    Queue,
    QueueSkill,
    Reason,
    Role,
    Script,
    ScriptVersion,
    Skill,
    Snippet,
    VersionState,
)

YEARS = (2026, 2027)


@transaction.atomic
def write_client(content: ClientContent, *, author: User, approver: User, today: date) -> Client:
    """The client with everything but its people and customers; `standing.go_live` comes after those."""
    client = _client(content)
    hours = {each.name: _hours(client, each) for each in content.hours}
    _catalogue(client, content)
    queues = _queues(client, content, hours)
    for door in content.doors:
        _door(client, door, queues, hours)
    _words(client, content)
    knowledge.write(client, author=author, today=today)
    _contract(client, content, today)
    _scripts(client, content, author, approver, today)
    return client


def _client(content: ClientContent) -> Client:
    client, _ = Client.objects.get_or_create(
        slug=content.slug,
        defaults={
            "name": content.name,
            "reference_prefix": content.prefix,
            "zone": content.zone,
            "languages": ["en", "es"],
            "currency": content.currency,
            "country": content.country,
        },
    )
    brand, _ = Brand.objects.get_or_create(
        client=client,
        defaults={
            "public_name": content.name,
            "colour": content.colour,
            "sender_name": content.sender_name,
            "sender_address": content.address,
            "phone_shown": content.phone,
            "never_say": content.never_say,
        },
    )
    website = f"{settings.SITE_URL}/sites/{content.slug}/"
    if brand.website != website:
        brand.website = website
        brand.save(update_fields=["website", "updated_at"])
    logo = finders.find(f"img/{content.logo}")
    if not (brand.logo and brand.logo.storage.exists(str(brand.logo.name))) and isinstance(logo, str):
        with Path(logo).open("rb") as picture:
            brand.logo.save(content.logo, File(picture))
    Policy.objects.get_or_create(client=client, defaults=dict(content.policy))
    return client


def _hours(client: Client, content: HoursContent) -> BusinessHours:
    hours, _ = BusinessHours.objects.get_or_create(
        client=client, name=content.name, defaults={"always_open": content.always}
    )
    for weekday, spans in content.days.items():
        for opens, closes in spans:
            HoursSpan.objects.get_or_create(
                hours=hours, weekday=weekday, opens=_minutes(opens), defaults={"closes": _minutes(closes)}
            )
    if hours.exceptions.exists() or content.always:
        return hours
    for year in YEARS:
        closed: Mapping[date, str] = (
            holidays.country_holidays(content.holidays, subdiv=content.holidays_of or None, years=year)
            if content.holidays
            else {}
        )
        for day, name in sorted(closed.items()):
            if f"{day:%m-%d}" not in content.short_days:
                HoursException.objects.create(hours=hours, date=day, name=name[:80])
        for short, (opens, closes) in content.short_days.items():
            HoursException.objects.create(
                hours=hours,
                date=date.fromisoformat(f"{year}-{short}"),
                name="Short day",
                opens=_minutes(opens),
                closes=_minutes(closes),
            )
    return hours


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _catalogue(client: Client, content: ClientContent) -> None:
    for code, (english, spanish) in content.product_types.items():
        ProductType.objects.get_or_create(client=client, code=code, defaults={"name": english, "name_es": spanish})
    types = {each.code: each for each in client.product_types.all()}
    for product in content.products:
        Product.objects.get_or_create(
            client=client, code=product.code, defaults={"name": product.name, "type": types[product.type]}
        )
    for position, reason in enumerate(content.reasons):
        parent = client.reasons.get(code=reason.parent) if reason.parent else None
        Reason.objects.get_or_create(
            client=client,
            code=reason.code,
            defaults={
                "kind": reason.kind,
                "name": reason.name[0],
                "name_es": reason.name[1],
                "parent": parent,
                "position": position,
                "asked_at_door": reason.at_door and parent is None,
            },
        )
    for position, disposition in enumerate(content.dispositions):
        Disposition.objects.get_or_create(
            client=client,
            code=disposition.code,
            defaults={
                "name": disposition.name,
                "parent": client.dispositions.get(code=disposition.parent) if disposition.parent else None,
                "needs_note": disposition.needs_note,
                "needs_follow_up": disposition.needs_follow_up,
                "position": position,
            },
        )


def _queues(client: Client, content: ClientContent, hours: Mapping[str, BusinessHours]) -> dict[str, Queue]:
    skills = {each.code: each for each in Skill.objects.all()}
    queues = {}
    for each in content.queues:
        queue, created = Queue.objects.get_or_create(
            client=client,
            name=each.name,
            defaults={"channels": [each.channel], "hours": hours[each.hours], **each.rules},
        )
        if created:
            for code, level in each.wants.items():
                QueueSkill.objects.create(queue=queue, skill=skills[code], level=level)
            for ordinal, step in enumerate(each.steps, start=1):
                OverflowStep.objects.create(
                    queue=queue, ordinal=ordinal, after_seconds=step.after_seconds, action=step.action,
                    skill=skills.get(step.skill), level=step.level, raise_by=step.raise_by,
                )  # fmt: skip
            rules.keep(queue, why="The demo begins.")
        queues[each.name] = queue
    return queues


def _door(
    client: Client, content: DoorContent, queues: Mapping[str, Queue], hours: Mapping[str, BusinessHours]
) -> EntryPoint:
    door, created = EntryPoint.objects.get_or_create(
        client=client,
        name=content.name,
        defaults={
            "kind": content.kind,
            "queue": queues[content.queue],
            "hours": hours[content.hours],
            "address": content.address,
            "published": True,
        },
    )
    if created:
        skills = {each.code: each for each in Skill.objects.all()}
        for position, rule in enumerate(content.rules, start=1):
            row = EntryRule.objects.create(
                entry_point=door,
                position=position,
                queue=queues[rule.queue],
                reason=client.reasons.get(code=rule.reason) if rule.reason else None,
                product_type=client.product_types.get(code=rule.product_type) if rule.product_type else None,
                language=rule.language,
                key=rule.key,
                menu=dict(zip(("en", "es"), rule.menu, strict=True)) if rule.key else {},
                attribute=rule.attribute[0],
                value=rule.attribute[1],
                priority=rule.priority,
            )
            for code, level in rule.wants.items():
                EntryRuleSkill.objects.create(rule=row, skill=skills[code], level=level)
    _of_this_machine(door)
    return door


def _of_this_machine(door: EntryPoint) -> None:
    """Origins and mail servers follow the addresses this start has."""
    changes: dict[str, object] = {}
    if door.kind in ("widget", "web_call"):
        changes["origins"] = own_origins()
    local = mail.running(settings.VAR) if door.kind == "mailbox" else None
    if local is not None:
        changes |= {
            "imap_host": local.host,
            "imap_port": local.imap_port,
            "imap_tls": False,
            "imap_user": door.address,
            "imap_password": local.password,
        }
    changed = [name for name, value in changes.items() if getattr(door, name) != value]
    for name in changed:
        setattr(door, name, changes[name])
    if changed:
        door.save(update_fields=changed)


def own_origins() -> list[str]:
    """The origins under which the demo's own pages are seen."""
    parts = urlsplit(settings.SITE_URL)
    names = [parts.hostname or "localhost"]
    if names[0] in ("localhost", "127.0.0.1"):
        names = ["localhost", "127.0.0.1"]
    port = f":{parts.port}" if parts.port else ""
    return [f"{parts.scheme}://{name}{port}" for name in names]


def _words(client: Client, content: ClientContent) -> None:
    for kind, pair in content.texts.items():
        for language, text in zip(("en", "es"), pair, strict=True):
            BrandText.objects.get_or_create(client=client, kind=kind, language=language, defaults={"text": text})
    for shortcut, pair in content.snippets.items():
        for language, text in zip(("en", "es"), pair, strict=True):
            Snippet.objects.get_or_create(client=client, shortcut=shortcut, language=language, defaults={"text": text})


def _contract(client: Client, content: ClientContent, today: date) -> None:
    if client.contracts.exists():
        return
    contract = Contract.objects.create(client=client, valid_from=date(today.year - 1, 1, 1))
    for promise in content.promises:
        Promise.objects.create(
            contract=contract,
            channel=promise.channel,
            threshold_seconds=promise.threshold,
            target_percent=promise.target,
            limit_percent=promise.limit,
        )


def _scripts(client: Client, content: ClientContent, author: User, approver: User, today: date) -> None:
    for each in content.scripts:
        script, _ = Script.objects.get_or_create(
            client=client,
            name=each.name,
            defaults={
                "kind": each.kind,
                "product_type": client.product_types.get(code=each.product_type) if each.product_type else None,
                "owner": author,
                "review_on": today + timedelta(days=90),
            },
        )
        for language, graph in each.graphs.items():
            by_channel: dict[str, Mapping[str, Any]] = {"": in_writing(graph)}
            if by_channel[""] != graph:
                by_channel[Channel.VOICE] = graph
            for channel, told in by_channel.items():
                version, _ = ScriptVersion.objects.get_or_create(
                    script=script,
                    number=1,
                    language=language,
                    channel=channel,
                    defaults={"graph": told, "created_by": author},
                )
                if version.state == VersionState.DRAFT:
                    scripts.submit(version, by=author, why="first version")
                    scripts.approve(version, by=_reader(client) or approver, why="read and tried")
                    scripts.publish(version, by=approver, why="first version")


def _reader(client: Client) -> User | None:
    """The client's own manager where the contract gives the approval of call flows to the client."""
    if not scripts.client_approves(client):
        return None
    managers = client.memberships.filter(role=Role.MANAGER).select_related("user")
    return next((each.user for each in managers), None)
