"""What the demo is made of, as plain data: clients, people, customers, scripts, conversations."""

from bpo.demo.content.halden_air import HALDEN_AIR
from bpo.demo.content.maple_row import MAPLE_ROW
from bpo.demo.content.shapes import ClientContent
from bpo.demo.content.tech_giant import TECH_GIANT

CLIENTS: tuple[ClientContent, ...] = (TECH_GIANT, HALDEN_AIR, MAPLE_ROW)

__all__ = ["CLIENTS", "ClientContent"]
