"""What comes after the designer: the company's manager approves a version, and a second supervisor puts it in force."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from bpo.accounts.models import User
from clients.models import Client, Contract, Role, ScriptVersion
from tests import factories as make


def company(name: str) -> tuple[Client, User]:
    """A company whose contract gives the approval of call flows to its own manager; who that is."""
    made = make.client(name)
    Contract.objects.create(client=made, valid_from=made.day_at(made.created_at), client_approves_scripts=True)
    manager = make.user(f"Morgan of {name}")
    make.membership(manager, made, Role.MANAGER)
    return made, manager


def move(page: Page, version: ScriptVersion, act: str, why: str) -> None:
    """Press it on the version's page, with the reason that it asks for."""
    page.goto(f"/setup/{version.script.client.public_id}/versions/{version.public_id}/")
    page.locator("#why-version").fill(why)
    page.get_by_role("button", name=act, exact=True).click()
    page.wait_for_load_state()


def put_in_force(version: ScriptVersion, *, author: Page, manager: Page, second: Page) -> None:
    """Who wrote it cannot, and nobody can before the manager; she reads and approves it, the second publishes it."""
    of = version.script.client
    address = f"/setup/{of.public_id}/versions/{version.public_id}/"
    author.goto(address)
    expect(author.locator("main")).to_contain_text("until then it cannot be published")
    expect(author.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    expect(author.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    manager.goto(f"/portal/{of.public_id}/call-flows/")
    manager.locator("tr", has_text=version.script.name).get_by_role("link", name="Read and decide").click()
    manager.locator("#why-version").fill("Read and tried: this is how we speak")
    manager.get_by_role("button", name="Approve", exact=True).click()
    expect(manager.locator("main")).to_contain_text("Approved for the company by")
    author.goto(address)
    expect(author.get_by_role("button", name="Publish", exact=True)).to_have_count(0)
    move(second, version, "Publish", "approved by the company")
    expect(second.locator(".page-head")).to_contain_text("Published")
