"""Signing in with a real browser; the console must stay silent, so the policy on scripts and styles holds."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from bpo.accounts.models import User
from tests.browser import stage
from tests.living import Product


def person(address: str, **fields: Any) -> User:
    User.objects.filter(email=address).delete()
    return User.objects.create_user(address, "a long word 5", full_name="Sue Visor", **fields)


def test_sue_signs_in_with_her_password(page: Page, live: Product) -> None:
    sue = person("sue.browser@example.com")
    page.goto("/accounts/login/?next=/accounts/profile/")
    page.get_by_label("Email").fill(sue.email)
    page.get_by_label("Password", exact=True).fill("a long word 5")
    page.locator("form[action*=login] [type=submit], form [type=submit]").first.click()
    expect(page).to_have_url(f"{live.url}/accounts/profile/")


def test_an_admin_opens_the_administration(new_page: Callable[..., Page], live: Product) -> None:
    ada = person("ada.browser@example.com", is_staff=True, is_superuser=True)
    page = new_page(user=ada)
    page.goto("/admin/accounts/user/")
    expect(page.get_by_role("link", name="Sue Visor").first).to_be_visible()
    page.goto("/api/docs/")
    expect(page.locator(".swagger-ui .info .title")).to_be_visible(timeout=45_000)


def test_two_doors_of_one_open_first_page_both_work(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    first = new_page()
    first.goto("/")
    # Alex's console opens in a second tab, and with her signing in the first page's token is an old one.
    with first.context.expect_page() as opened:
        first.get_by_role("button", name="Become Alex").click()
    expect(opened.value).to_have_url(f"{live.url}/console/")
    first.locator(".door", has_text="Supervisor").click()
    expect(first).to_have_url(f"{live.url}/floor/")
