"""A person who has no mouse: presses and types, and says where the focus is before each key."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Error, Page

PATIENCE = 20.0
# What is wrong with the focus, in words; "" where it is seen. The frame of the middle has no ring of its own: there
# single letters are keys, and nothing in it is chosen yet.
WRONG = """() => {
    const el = document.activeElement;
    if (!el || el === document.body) return "the focus is nowhere";
    const name = `${el.outerHTML.slice(0, 160).replace(/\\s+/g, " ")} ${el.innerText?.slice(0, 30) ?? ""}`;
    const label = el.closest("label") ?? el.labels?.[0] ?? el;
    const beside = (box) => box.bottom <= 0 || box.right <= 0 || box.top >= innerHeight || box.left >= innerWidth;
    const inside = (box) => box.width && !beside(box);
    if (el.matches("main[tabindex='-1']")) return inside(el.getBoundingClientRect()) ? "" : `not in sight: ${name}`;
    if (!el.matches(":focus-visible")) return `no focus that is seen: ${name}`;
    const drawn = (one) => {
        const style = one && getComputedStyle(one);
        return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    };
    const rings = [el, label, el.parentElement.querySelector(".track"), el.closest(".find, .wavebox")];
    if (!rings.some((one) => one && drawn(one))) return `no ring around: ${name}`;
    const shown = [label, el].map((one) => one.getBoundingClientRect()).find(inside);
    if (!shown) return `not in sight: ${name}`;
    const x = (Math.max(0, shown.left) + Math.min(innerWidth, shown.right)) / 2;
    const y = (Math.max(0, shown.top) + Math.min(innerHeight, shown.bottom)) / 2;
    const top = document.elementFromPoint(x, y);
    const same = top && (el.contains(top) || label.contains(top) || top.contains(el));
    return same || el.matches("svg *") ? "" : `${top?.outerHTML.slice(0, 80)} lies over: ${name}`;
}"""
NAMED = """() => {
    const el = document.activeElement;
    const label = el.closest("label") ?? el.labels?.[0];
    const words = el.getAttribute("aria-label") || label?.innerText || el.innerText || el.title || "";
    return words.replace(/\\s+/g, " ").trim();
}"""


class Keys:
    """Whose hands are on the keyboard alone. Each key is pressed from a place that is seen."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def seen(self) -> None:
        """The focus is somewhere, in sight, with a ring around it: soon, as what comes may be on its way."""
        wrong = self._soon(lambda: str(self.page.evaluate(WRONG)), lambda said: not said)
        assert not wrong, f"{wrong} ({self.page.url})"

    def press(self, *keys: str) -> None:
        """One after the other."""
        for key in keys:
            self.seen()
            self.page.keyboard.press(key)

    def type(self, words: str) -> None:
        """Into the field that has the focus."""
        self.seen()
        self.page.keyboard.type(words)

    def at(self, name: str) -> None:
        """The focus comes to what begins with these words by itself."""
        found = self._soon(self._name, lambda said: said.startswith(name))
        assert found.startswith(name), f"at “{found}”, not at “{name}”"
        self.seen()

    def tab_to(self, name: str, *, backwards: bool = False) -> None:
        """From stop to stop as far as what begins with these words; every stop on the way is seen."""
        passed = []
        for _stop in range(80):
            self.page.keyboard.press("Shift+Tab" if backwards else "Tab")
            if (here := self._name()) and here.startswith(name):
                return self.seen()
            passed.append(here)
        raise AssertionError(f"Tab does not come to “{name}”: {passed}")

    def _name(self) -> str:
        return str(self.page.evaluate(NAMED))

    def _soon(self, ask: Callable[[], str], good: Callable[[str], bool]) -> str:
        """Its first good answer, else the last one when patience is at its end."""
        said = ""
        for _look in range(int(PATIENCE / 0.05)):
            try:
                if good(said := ask()):
                    return said
            except Error as gone:  # the page is being left for the next
                said = gone.message
            self.page.wait_for_timeout(50)
        return said
