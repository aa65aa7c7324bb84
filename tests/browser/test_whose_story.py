"""Nora writes from her brother's address: Elena puts the contact on Nora's record, by the keyboard, and back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from clients.models import EntryKind, EntryPoint
from interactions.models import Interaction
from tests.browser import stage
from tests.living import Product, eventually


@pytest.fixture(autouse=True)
def empty_floor(live: Product) -> None:
    """The demo's clients, nobody at a desk."""
    stage.set_up_once(live)
    stage.clear_the_floor()


def test_it_is_somebody_else(new_page: Callable[..., Page], live: Product) -> None:
    ole = stage.customer_with_late_order("Ole Lindqvist", "ole.lindqvist@mail.example", order="TG-310120")
    nora = stage.customer_with_late_order("Nora Lindqvist", "nora.lindqvist@mail.example", order="TG-310121")
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))
    mailbox = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.MAILBOX)
    stage.send_mail(
        live, sender="Ole Lindqvist <ole.lindqvist@mail.example>", to=mailbox.address, subject="My laptop",
        text="I write from my brother's address. Nora",
    )  # fmt: skip
    expect(elena.locator("[data-offer]")).to_contain_text("My laptop", timeout=60_000)
    elena.keyboard.press("Enter")
    expect(elena.locator("#work")).to_contain_text("my brother's address")
    contact = Interaction.objects.get(customer=ole)

    elena.get_by_role("button", name="It is somebody else").focus()
    elena.keyboard.press("Enter")
    search = elena.get_by_label("A customer of The Tech Giant")
    expect(search).to_be_focused()
    search.fill("Nora Lindqvist")
    elena.keyboard.press("Enter")
    look = elena.get_by_role("button", name="Look Nora Lindqvist")
    expect(look).to_be_visible()
    look.focus()
    elena.keyboard.press("Enter")
    dialog = elena.get_by_role("dialog", name="Whose contact is this?")
    expect(dialog).to_contain_text("Ole Lindqvist")
    expect(dialog).to_contain_text("goes along")
    elena.keyboard.press("Control+Enter")
    expect(elena.get_by_text("This contact is Nora Lindqvist’s now")).to_be_visible()
    expect(elena.locator("section.id h2")).to_have_text("Nora Lindqvist")
    eventually(lambda: Interaction.objects.get(pk=contact.pk).customer == nora)

    elena.get_by_role("button", name="Undo").click()
    expect(elena.locator("section.id h2")).to_have_text("Ole Lindqvist")
    eventually(lambda: Interaction.objects.get(pk=contact.pk).customer == ole)
