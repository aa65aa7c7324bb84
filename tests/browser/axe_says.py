"""What axe finds on a page, by its own script from the wheel of its Python package."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# A colour on its way from light to dark is neither.
SETTLED = "document.getAnimations().forEach((each) => each instanceof CSSTransition && each.finish())"
FIND = """async (options) => (await axe.run(document, { resultTypes: ["violations"], ...options })).violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
        `${id}: ${target} ${failureSummary.split("\\n").at(-1).trim()}`))"""
# What another scheme of colours can change; the rest is the same in both.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


def findings(page: Page, **options: Any) -> list[str]:
    """What it calls serious or critical, with where and why."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(FIND, options)
    return found


def in_both_schemes(page: Page) -> list[str]:
    """Everything in light, its colours in dark."""
    wrong = []
    for scheme, options in (("light", {}), ("dark", COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        wrong += [f"{page.url} {scheme}: {finding}" for finding in findings(page, **options)]
    return wrong
