"""One login a role and where it leads, as the start of the demo prints them."""

from __future__ import annotations

from bpo.demo.content import CLIENTS
from bpo.demo.content.people import AGENTS, STAFF, VISITOR
from bpo.demo.password import demo_password
from bpo.demo.staffing import login_email


def lines(url: str) -> list[str]:
    """A table of addresses and logins; all have the one password of the demo."""
    client = CLIENTS[0]
    agent = next(each.email for each in AGENTS if each.key == VISITOR)
    supervisor = next(each.email for each in STAFF if not each.admin)
    administrator = next(each.email for each in STAFF if each.admin)
    rows = [
        ("customer", f"{url}/sites/{client.slug}/", "no login"),
        ("agent", f"{url}/console/", agent),
        ("supervisor", f"{url}/floor/", supervisor),
        *((f"client {login.role}", f"{url}/portal/", login_email(client, login.key)) for login in client.logins),
        ("administrator", f"{url}/admin/", administrator),
    ]
    told = [f"  {who:<15} {address:<48} {login}" for who, address, login in rows]
    return [*told, f"  Password of all of them: {demo_password()}"]
