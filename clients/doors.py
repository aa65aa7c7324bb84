"""Which queue, priority and wanted skills a contact gets at a door: by the first rule that fits, else the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from bpo.kernel.composed import composed
from bpo.kernel.errors import DomainError
from clients.models import Client, Customer, EntryPoint, EntryRule, ProductType, Queue, Reason, Skill

# What a rule may ask of a customer; nothing else of the row decides.
ATTRIBUTES = frozenset({"plan", "language", "city", "postal_code"})
LANGUAGE_LEVEL = 1


class DoorClosed(DomainError):
    """The door is not published or leads nowhere."""

    code = "door_closed"
    sentence = "This door is not open."
    status = 404


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the contact goes; `wants` are (skill id, level) beyond what the queue itself wants."""

    queue: Queue
    priority: int
    wants: tuple[tuple[int, int], ...]
    rule: EntryRule | None = None


@composed
def _rules(entry_point: Any) -> QuerySet[EntryRule]:
    rules = EntryRule.objects.filter(entry_point=entry_point).select_related("queue")
    return rules.prefetch_related("skills").order_by("position")


def choose(
    entry_point: EntryPoint,
    *,
    language: str,
    product_type: ProductType | None = None,
    reason: Reason | None = None,
    key: str = "",
    customer: Customer | None = None,
) -> Choice:
    """The first rule of the door that fits in every condition it sets, else the door's own queue."""
    for rule in _rules(entry_point.pk):
        if _fits(rule, language=language, product_type=product_type, reason=reason, key=key, customer=customer):
            wants = {skill.skill_id: skill.level for skill in rule.skills.all()}
            return _choice(entry_point, rule.queue, rule.priority, wants, language, rule)
    if entry_point.queue is None:
        raise DoorClosed(f"{entry_point} has no queue")
    return _choice(entry_point, entry_point.queue, None, {}, language, None)


def language_wants(client: Client, language: str) -> tuple[tuple[int, int], ...]:
    """The skill that a language other than the client's usual one asks for, where there is such a skill."""
    if not language or language == client.default_language:
        return ()
    skill = Skill.objects.filter(language=language).values_list("pk", flat=True).first()
    return ((skill, LANGUAGE_LEVEL),) if skill is not None else ()


def _choice(
    entry_point: EntryPoint,
    queue: Queue,
    priority: int | None,
    wants: dict[int, int],
    language: str,
    rule: EntryRule | None,
) -> Choice:
    for skill, level in language_wants(entry_point.client, language):
        wants.setdefault(skill, level)
    for given in (priority, entry_point.priority, queue.priority):
        if given is not None:
            return Choice(queue, given, tuple(sorted(wants.items())), rule)
    raise AssertionError("a queue always has a priority")


def _fits(
    rule: EntryRule,
    *,
    language: str,
    product_type: ProductType | None,
    reason: Reason | None,
    key: str,
    customer: Customer | None,
) -> bool:
    if rule.language and rule.language != language:
        return False
    if rule.product_type_id and rule.product_type_id != (product_type and product_type.pk):
        return False
    # A rule on a reason also takes what is nested under it.
    if rule.reason_id and (reason is None or rule.reason_id not in (reason.pk, reason.parent_id)):
        return False
    if rule.key and rule.key != key:
        return False
    return not rule.attribute or _has(customer, rule.attribute, rule.value)


def _has(customer: Customer | None, attribute: str, value: str) -> bool:
    if customer is None or attribute not in ATTRIBUTES:
        return False
    return str(getattr(customer, attribute)).casefold() == value.casefold()
