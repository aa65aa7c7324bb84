"""Opens the pages of the list, each in the browser of who sees it, with one signing in for each person."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from clients.models import Client
from tests.browser.pages import DESKS, Shown, address_of, person_of

SIZE = {"width": 1440, "height": 900}


class Visitors:
    """Everybody who looks at a page of this client. The desks of those who work are open from the beginning.

    `new_page(user=...)` gives a person a browser of their own.
    """

    def __init__(self, new_page: Callable[..., Page], of: Client) -> None:
        self.new_page, self.of = new_page, of
        self.pages: dict[int | None, Page] = {}
        for shown in DESKS:
            self.open(shown)

    def open(self, shown: Shown) -> Page:
        """That page as it stands when everything of it has come."""
        from tests.architecture.test_tenants import ALL

        person, address = person_of(shown, self.of), address_of(shown, ALL[shown.name], self.of)
        key = person.pk if person else None
        if key not in self.pages:
            self.pages[key] = self.new_page(user=person)
        page = self.pages[key]
        page.set_viewport_size(SIZE)  # type: ignore[arg-type]
        answer = page.goto(address)
        assert answer is not None and answer.ok, f"{shown.title}: {answer and answer.status}"
        page.locator("body:not(:has([aria-busy=true]))").wait_for()
        page.wait_for_timeout(400)
        return page
