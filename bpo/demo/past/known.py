"""Looks rows up once: what the bulk writer needs of clients, people, lines and scripts."""

from __future__ import annotations

from functools import cache, cached_property

from agents.models import Agent
from bpo.demo.content.people import AGENTS
from clients import doors, scripts
from clients.models import (
    Client,
    Customer,
    Disposition,
    EntryPoint,
    Order,
    Product,
    Queue,
    Reason,
    ScriptVersion,
    Skill,
)
from clients.naming import public_name
from interactions import eligibility, queueing, reply_letters
from interactions.callback_rows import promised_window
from interactions.models import Callback, Lane


class Known:
    """One client's rows."""

    def __init__(self, slug: str) -> None:
        self.client = Client.objects.select_related("brand", "policy").get(slug=slug)
        self.reasons = {reason.code: reason for reason in Reason.objects.filter(client=self.client)}
        self.products = {product.code: product for product in Product.objects.filter(client=self.client)}
        found = Disposition.objects.filter(client=self.client).select_related("parent")
        self.dispositions = {each.code: each for each in found}
        self.doors = {
            door.name: door
            for door in EntryPoint.objects.filter(client=self.client).select_related("client", "queue", "hours")
        }
        self.customers = {
            customer.account_number: customer
            for customer in Customer.objects.filter(client=self.client).prefetch_related("phones", "addresses")
        }
        for customer in self.customers.values():
            customer.client = self.client
        self.orders = {order.number: order for order in Order.objects.filter(client=self.client)}
        self.door_choice = cache(self._door_choice)
        self.lane = cache(self._lane)
        self.version = cache(self._version)
        self.sub_version = cache(self._sub_version)
        self.name_of = cache(self._name_of)
        self.signed = cache(self._signed)

    @cached_property
    def agents(self) -> dict[str, Agent]:
        """By key."""
        addresses = [each.email for each in AGENTS]
        found = Agent.objects.filter(user__email__in=addresses).select_related("user", "profile")
        return {agent.user.email.split("@")[0]: agent for agent in found}

    def _door_choice(self, door: str, language: str, reason: str, account: str) -> doors.Choice:
        customer = self.customers[account]
        return doors.choose(self.doors[door], language=language, reason=self.reasons.get(reason), customer=customer)

    def choice(self, door: str, language: str, reason: str, account: str) -> doors.Choice:
        """Where the door leads; looked up once for each kind of customer."""
        alike = self._alike.setdefault((door, language, reason, self.customers[account].plan), account)
        return self.door_choice(door, language, reason, alike)

    @cached_property
    def _alike(self) -> dict[tuple[str, str, str, str], str]:
        return {}

    def _lane(self, queue: Queue, channel: str, wants: tuple[tuple[int, int], ...]) -> Lane:
        return eligibility.lane_for(queue, channel=channel, wants=wants)

    def _version(self, kind: str, channel: str, language: str) -> ScriptVersion:
        found = scripts.pick(self.client, kind, channel, language)
        assert found is not None
        return found

    def _sub_version(self, product: str, channel: str, language: str) -> ScriptVersion:
        kind = self.products[product].type if product else None
        found = scripts.sub_process(self.client, kind, language, channel)
        assert found is not None
        return found

    def _name_of(self, key: str) -> str:
        return public_name(self.agents[key].user, self.client)

    def _signed(self, key: str, language: str) -> tuple[str, str]:
        return self.name_of(key), reply_letters.signature(self.client, self.agents[key], language)

    def window(self, callback: Callback) -> None:
        """The window its line promises."""
        callback.due_from, callback.due_until = promised_window(callback.queue, None, None, callback.promised_at)

    def wants_of_callback(self, callback: Callback) -> tuple[tuple[int, int], ...]:
        """As `callback_work` asks for: of the contact it was promised from, else its language's."""
        if callback.promised_from is not None and callback.promised_from.lane is not None:
            return tuple(queueing.wants_of(callback.promised_from))
        if callback.language == self.client.default_language:
            return ()
        choice = self.choice(next(iter(self.doors)), callback.language, "", next(iter(self.customers)))
        return tuple(want for want in choice.wants if want[0] in self.languages)

    @cached_property
    def languages(self) -> set[int]:
        """The skills that are languages."""
        return set(Skill.objects.exclude(language="").values_list("pk", flat=True))
