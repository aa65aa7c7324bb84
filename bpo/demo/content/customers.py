"""The customers of each client with orders and bills, the same from the same seed on the same day."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bpo.demo.content.shapes import ClientContent

HOW_MANY = {"the-tech-giant": 420, "halden-air": 260, "maple-row-pharmacy": 120}
FIRST_EN = (
    "Amelia Ava Caleb Carla Cora Daniel Edith Elias Emma Ethan Felix Flora Gavin Gwen Harold Hazel Ian Iris Jack "
    "Jane Joel Kate Keith Laura Lewis Lily Marcus Martha Miles Nina Noah Olive Oscar Paula Peter Quinn Rachel Rhys "
    "Rosa Ruth Samuel Sofia Stuart Tessa Theo Uma Victor Vera Wendy Will"
).split()
LAST_EN = (
    "Abbott Archer Barlow Becker Bishop Burke Calder Chase Colby Dalton Drake Ellery Farrow Finch Garner Hale "
    "Harper Hollis Irving Jarvis Keating Lambert Lowell Marsh Mercer Nash Norris Oakley Palmer Pierce Quigley "
    "Ramsey Reeve Rowan Sexton Sloan Stone Thorne Tobin Underhill Vance Wade Walsh Whitaker Wren York Zeller"
).split()
FIRST_ES = (
    "Alba Alejandro Beatriz Carlos Carmen Diego Elena Emilio Esteban Gloria Inés Javier Julia Luis Lola Marta Mateo "
    "Miguel Nuria Pablo Pilar Raúl Rocío Sergio Teresa Tomás"
).split()
LAST_ES = (
    "Aguilar Blanco Calvo Castillo Delgado Domínguez Fuentes Gallego Herrera Iglesias Lozano Medina Molina Navarro "
    "Ortega Pascual Prieto Ramos Rubio Salas Serrano Vega Vidal"
).split()
PLACES = {
    "the-tech-giant": [("Columbus", "43215", "America/New_York"), ("Albany", "12207", "America/New_York"),
                       ("Denver", "80202", "America/Denver"), ("Tampa", "33602", "America/New_York"),
                       ("San Diego", "92101", "America/Los_Angeles"), ("Austin", "78701", "America/Chicago")],
    "halden-air": [("Bergen", "5003", "Europe/Oslo"), ("Trondheim", "7011", "Europe/Oslo"),
                   ("Stavanger", "4006", "Europe/Oslo"), ("Madrid", "28013", "Europe/Madrid"),
                   ("Tromsø", "9008", "Europe/Oslo")],
    "maple-row-pharmacy": [("Chicago", "60614", "America/Chicago"), ("Evanston", "60201", "America/Chicago"),
                           ("Oak Park", "60302", "America/Chicago")],
}  # fmt: skip
STREETS = ("Larch Street", "Mill Lane", "Harbour Road", "Chapel Street", "Orchard Way", "Bridge Street", "Station Road")
# name, language, index of the place, phone, plan, account, since
NAMED: dict[str, list[tuple[str, str, int, str, str, str, int]]] = {
    "the-tech-giant": [
        ("Dana Whitfield", "en", 0, "+16145550173", "Plus", "A-771204", 2019),
        ("Marcus Bell", "en", 1, "+15185550121", "", "A-771377", 2021),
        ("Lucía Ortega", "es", 4, "+16195550164", "Plus", "A-772018", 2020),
        ("Mary Okafor", "en", 3, "+18135550108", "", "A-772240", 2022),
        ("Ruth Vance", "en", 2, "+17205550135", "Plus", "A-772391", 2018),
    ],
    "halden-air": [
        ("Oskar Lindqvist", "en", 0, "+4745550111", "Coast", "H-30411", 2017),
        ("Ingrid Solheim", "en", 1, "+4745550122", "Coast", "H-30498", 2016),
        ("Lucía Ferrer", "es", 3, "+34911550133", "", "H-31022", 2023),
    ],
    "maple-row-pharmacy": [
        ("Grace Adeyemi", "en", 0, "+13125550144", "Home delivery", "M-5102", 2020),
        ("Hector Salas", "es", 2, "+17085550155", "", "M-5117", 2022),
    ],
}
PREFIXES = {"the-tech-giant": "+1614555", "halden-air": "+474755", "maple-row-pharmacy": "+1773555"}


@dataclass(frozen=True, slots=True)
class OrderContent:
    """An order; dates as days from today."""

    number: str
    state: str
    placed: int
    shipped: int | None
    depot: int | None
    due: int
    delivered: int | None
    lines: tuple[tuple[str, int], ...]
    paid_by: str

    @property
    def total(self) -> int:
        """What it costs."""
        return sum(amount for _, amount in self.lines)


@dataclass(frozen=True, slots=True)
class CustomerContent:
    """One customer with everything kept about him."""

    name: str
    language: str
    city: str
    postal_code: str
    zone: str
    street: str
    phone: str
    second_phone: str
    address: str
    plan: str
    account: str
    since: date
    born: date
    orders: tuple[OrderContent, ...]
    bills: tuple[tuple[str, int, int, bool], ...]
    """Number, amount, days until due, paid."""


def of(client: ClientContent) -> Iterator[CustomerContent]:
    """Every customer of the client."""
    draw = random.Random(f"customers of {client.slug}")
    used: set[str] = set()
    named = NAMED[client.slug]
    for index in range(HOW_MANY[client.slug]):
        if index < len(named):
            name, language, place, phone, plan, account, since = named[index]
        else:
            language = "es" if draw.random() < client.spanish_share else "en"
            first, last = (FIRST_ES, LAST_ES) if language == "es" else (FIRST_EN, LAST_EN)
            name = ""
            while not name or name in used:
                name = f"{draw.choice(first)} {draw.choice(last)}"
            place, since = draw.randrange(len(PLACES[client.slug])), draw.randint(2015, 2026)
            phone = f"{PREFIXES[client.slug]}{2000 + index * 37 % 7000:04d}"[:13]
            plan = draw.choice(["", "", "", named[0][4]])
            account = f"{client.account_prefix}{int(named[0][5].split('-')[1]) + 7000 + index * 13}"
        used.add(name)
        city, postal, zone = PLACES[client.slug][place]
        yield CustomerContent(
            name=name,
            language=language,
            city=city,
            postal_code=postal,
            zone=zone,
            street=f"{draw.randint(2, 180)} {draw.choice(STREETS)}" if index else "118 Larch Street",
            phone=phone,
            second_phone=f"{PREFIXES[client.slug]}{9100 + index:04d}"[:13] if index % 7 == 3 else "",
            address=f"{_plain(name)}@mail.example",
            plan=plan,
            account=account,
            since=date(since, draw.randint(1, 12), draw.randint(1, 28))
            if since < 2026
            else date(2026, 3, 1 + index % 28),
            born=date(draw.randint(1942, 2004), draw.randint(1, 12), draw.randint(1, 28)),
            orders=tuple(_orders(client, index, draw)),
            bills=tuple(_bills(client, index, draw)),
        )


def _plain(name: str) -> str:
    plain = name.lower().translate(str.maketrans("áéíóúñüø", "aeiounuo"))
    return plain.replace(" ", ".")


def _orders(client: ClientContent, index: int, draw: random.Random) -> Iterator[OrderContent]:
    if client.slug == "the-tech-giant" and index == 0:
        bought: tuple[tuple[str, int], ...] = (("Slate 14 laptop, 32 GB", 1649), ("Slate dock", 199))
        yield OrderContent("TG-204418", "at_depot", -8, -6, -5, -3, None, bought, "card ending 4471")
        return
    sold = [product for product in client.products if product.price]
    for turn in range(draw.choice([1, 1, 2, 3])):
        chosen = draw.sample(sold, draw.choice([1, 1, 2]))
        lines = tuple((product.name, product.price) for product in chosen)
        placed = -draw.randint(3, 10) if turn == 0 else -draw.randint(25, 220)
        kind = draw.choice(["late", "due", "delivered", "placed"]) if turn == 0 else "delivered"
        due = {"late": -draw.randint(1, 4), "due": draw.randint(1, 4), "placed": draw.randint(3, 7)}.get(
            kind, placed + 5
        )
        due = max(due, placed + 1)
        number = f"{client.order_prefix}{204500 + index * 17 + turn * 1231}"
        card = f"card ending {draw.randint(1000, 9999)}"
        match kind:
            case "placed":
                yield OrderContent(number, "placed", placed, None, None, due, None, lines, card)
            case "due":
                yield OrderContent(number, "shipped", placed, min(placed + 2, 0), None, due, None, lines, card)
            case "late":
                yield OrderContent(number, "at_depot", placed, placed + 1, placed + 2, due, None, lines, card)
            case _:
                yield OrderContent(number, "delivered", placed, placed + 1, None, due, placed + 4, lines, card)


def _bills(client: ClientContent, index: int, draw: random.Random) -> Iterator[tuple[str, int, int, bool]]:
    if client.slug == "the-tech-giant" and index == 0:
        yield ("INV-88310", 79, 6, False)
        return
    for turn in range(draw.choice([0, 1, 1, 2])):
        number = f"{client.prefix[:2]}V-{88400 + index * 7 + turn * 613}"
        yield (number, draw.randint(9, 240), draw.randint(3, 24) - turn * 30, turn > 0)


def on(today: date, days: int) -> date:
    """The date so many days from today."""
    return today + timedelta(days=days)


def maybe_on(today: date, days: int | None) -> date | None:
    """The same for what has not happened."""
    return None if days is None else on(today, days)
