"""The script beside the work, as an agent is led through it."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def go_on(page: Page) -> None:
    """Press the main button of the script and wait until it stands elsewhere."""
    step = page.locator("#answer-form [name=step]")
    before = step.input_value()
    page.locator("#script .foot .btn.main").click()
    expect(step).not_to_have_value(before)


def choose(page: Page, words: str) -> None:
    """Take the answer with these words."""
    page.locator("#answer-form .tile", has_text=words).first.click()
    go_on(page)


def choose_value(page: Page, value: str) -> None:
    """Take the answer of this value."""
    page.locator(f"#answer-form input[name=choice][value={value}]").check()
    go_on(page)


def option_with(page: Page, words: str) -> str:
    """The whole words of the option that has these."""
    options = page.locator("#answer-form [name=order] option").all_inner_texts()
    return next(option for option in options if words in option)


def verify(page: Page, *, name: str, zip_code: str, order: str) -> None:
    """Check who it is, by what the customer said."""
    form = page.locator("#answer-form")
    form.locator("[name=name]").fill(name)
    form.locator("[name=postal_code]").fill(zip_code)
    form.locator("[name=order]").fill(order)
    go_on(page)


def late_order_replaced(page: Page, *, reason: str, order: str) -> None:
    """The complaint, its product, and the sub-process to its end: a new laptop goes out."""
    form = page.locator("#answer-form")
    choose(page, reason)
    go_on(page)  # the sorry of a complaint
    choose(page, "Slate")
    form.locator("[name=order]").select_option(label=option_with(page, order))
    go_on(page)
    choose_value(page, "replacement")
    page.locator("#answer-form [name=agrees], #answer-form select").first.select_option("yes")
    go_on(page)
    go_on(page)
