"""What the timelines are drawn from: the demo's rows as plain values."""

from __future__ import annotations

from bpo.demo.content import CLIENTS, ClientContent
from bpo.demo.past.stories import ClientFact, CustomerFact
from bpo.demo.past.walking import OrderFact
from clients import opening
from clients.models import Client, Customer, ScriptKind, ScriptVersion, VersionState
from clients.script_graph import Graph, parse


def world() -> dict[str, ClientFact]:
    """Every client of the demo, by slug."""
    return {content.slug: _client(content) for content in CLIENTS}


def _client(content: ClientContent) -> ClientFact:
    client = Client.objects.get(slug=content.slug)
    scripts: dict[tuple[str, str], Graph] = {}
    subs: dict[str, dict[str, Graph]] = {"en": {}, "es": {}}
    published = ScriptVersion.objects.filter(
        script__client=client, script__call_lists=None, state=VersionState.PUBLISHED
    )
    for version in published.select_related("script__product_type").order_by("pk"):
        graph = parse(version.graph)
        if version.script.kind == ScriptKind.SUB_PROCESS:
            kind = version.script.product_type
            subs[version.language][kind.code if kind else ""] = graph
        else:
            scripts[version.script.kind, version.language] = graph
    people = client.customers.filter(confirmed=True, merged_into=None).order_by("account_number")
    return ClientFact(
        content=content,
        customers=tuple(_customer(each) for each in people.prefetch_related("phones", "addresses", "orders", "bills")),
        calendars={queue.name: opening.calendar_of(queue) for queue in client.queues.select_related("hours", "client")},
        scripts=scripts,
        subs=subs,
    )


def _customer(customer: Customer) -> CustomerFact:
    phones, addresses = list(customer.phones.all()), list(customer.addresses.all())
    orders = list(customer.orders.all())
    facts = {
        "name": customer.name,
        "postal_code": customer.postal_code,
        "birth_date": customer.birth_date.isoformat() if customer.birth_date else "",
        "account_number": customer.account_number,
        "order": orders[0].number if orders else "",
    }
    return CustomerFact(
        account=customer.account_number,
        name=customer.name,
        language=customer.language,
        plan=customer.plan,
        phone=phones[0].number if phones else "",
        address=addresses[0].address if addresses else "",
        facts={name: value for name, value in facts.items() if value},
        orders=tuple(OrderFact(order.number, order.state, order.due_on) for order in orders),
    )
