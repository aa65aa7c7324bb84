"""Every page there is, by whoever sees it: nothing serious for axe in light and dark, and all of it by the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import stage
from tests.browser.axe_says import in_both_schemes
from tests.browser.keyboard import WRONG
from tests.browser.pages import NOBODY, PAGES, Shown
from tests.browser.pages_open import Visitors
from tests.browser.pages_work import everything_in_hand
from tests.living import Product

pytestmark = pytest.mark.pages
PHONE = {"width": 390, "height": 844}
BY_KEYBOARD = ("console-", "setup-script", "setup-reviews", "setup-version", "setup-design", "setup-walk", "setup-diff")
MOST_STOPS = 400


@pytest.fixture
def visitors(browser: Any, live: Product, new_page: Callable[..., Page]) -> Iterator[Visitors]:
    """The client of the stories with one of everything, and everybody who looks at it."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    everything_in_hand(client)
    yield Visitors(new_page, client)


def there(*begins: str) -> list[Shown]:
    """All pages, or those whose names begin so. Listening needs a call with voices, which a story of its own has."""
    return [each for each in PAGES if each.name.startswith(begins or "") and each.name != "floor-listening"]


def test_axe_finds_nothing_serious_on_any_page(visitors: Visitors) -> None:
    wrong = []
    for shown in there():
        page = visitors.open(shown)
        wrong += [f"{shown.title}: {each}" for each in in_both_schemes(page)]
        if shown.who == NOBODY:
            page.set_viewport_size(PHONE)  # type: ignore[arg-type]
            wrong += [f"{shown.title} on a phone: {each}" for each in in_both_schemes(page)]
    assert not wrong, "\n".join(wrong)


# Everything one can press, choose or fill in, each with a number of its own.
NUMBER_ALL = """() => {
    const all = `a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex], [role=button],
        [role=tab], [role=link], [contenteditable=true]`;
    const shown = (el) => !el.closest("[inert]") && el.checkVisibility({ visibilityProperty: true });
    const usable = (el) => shown(el) && !el.matches(":disabled, [tabindex='-1']:not(a, button, input, select, [role])");
    let n = 0;
    for (const el of document.querySelectorAll(all)) if (usable(el)) el.dataset.nth = n++;
    document.activeElement?.blur();
    getSelection().removeAllRanges();
    scrollTo(0, 0);
    return n;
}"""
HERE = "() => document.activeElement === document.body ? '' : document.activeElement.dataset.nth ?? 'other'"
# Which of them no key comes to: no stop of Tab, not another of a group in which arrows lead on, none that has a key.
NOT_REACHED = """(stops) => {
    const keys = JSON.parse(document.body.dataset.keys || "{}");
    const all = [...document.querySelectorAll("[data-nth]")];
    const came = new Set(all.filter((el) => stops.includes(el.dataset.nth)));
    const group = (el) => el.matches("[type=radio]") ? all.filter((one) => one.name === el.name && one.form === el.form)
        : el.matches("[role=tab]") ? all.filter((one) => one.closest("[role=tablist]") === el.closest("[role=tablist]"))
        : el.matches("[data-step]") ? all.filter((one) => one.matches("[data-step]")) : [];
    const pressed = (el) => el.dataset.key || keys[el.dataset.command]?.keys;
    return all.filter((el) => !came.has(el) && !pressed(el) && !group(el).some((one) => came.has(one)))
        .map((el) => el.outerHTML.replace(/\\s+/g, " ").slice(0, 140));
}"""


def by_keyboard(page: Page) -> list[str]:
    """What is wrong with walking through this page by Tab: a focus that is not seen, what it never comes to."""
    page.wait_for_load_state("networkidle")
    page.evaluate(NUMBER_ALL)
    stops: list[str] = []
    wrong: list[str] = []
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if stops and here == stops[-1]:  # a date has a stop for each of its parts
            continue
        if not here or here in stops and here != "other":
            break
        stops.append(here)
        if unseen := page.evaluate(WRONG):
            wrong.append(unseen)
    return [*wrong, *(f"no key comes to: {each}" for each in page.evaluate(NOT_REACHED, stops))]


def test_every_function_of_desk_and_designer_is_reached_by_the_keyboard(visitors: Visitors) -> None:
    wrong = []
    for shown in there(*BY_KEYBOARD):
        wrong += [f"{shown.title}: {each}" for each in by_keyboard(visitors.open(shown))]
    assert not wrong, "\n".join(wrong)
