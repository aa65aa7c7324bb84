"""What Enter in a field of the desk does: it presses the form's first submit button, so that has to be the main one."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from interactions import runs
from tests import factories as make
from tests.interactions.scripted import accepted, begun, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


class Buttons(HTMLParser):
    """The submit buttons of each form, in their order in the page, those outside that name the form among them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.of: dict[str, list[tuple[str, str]]] = {}
        self.form = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = given.get("id") or given.get("hx-post", "")
        if tag == "button" and given.get("type") == "submit":
            pressed = (given.get("name", ""), given.get("value", ""))
            self.of.setdefault(given.get("form", self.form), []).append(pressed)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = ""


def test_enter_in_a_field_to_verify_checks_it() -> None:
    at = scene()
    leg, run = begun(at, "voice")
    runs.answer(run, "greet", {}, by=at.bea)
    buttons = Buttons(desk_of(at.bea).get(url("script", leg)).content.decode()).of["answer-form"]
    assert ("gave_up", "1") in buttons and buttons[0] == ("", "")


@pytest.mark.parametrize(("name", "pressed"), [("resolve", ("then", "end")), ("transfer", ("how", "blind"))])
def test_enter_in_a_dialog_is_its_main_button(name: str, pressed: tuple[str, str]) -> None:
    at = scene()
    make.agent("Dee Dunn", licensed=at.acme, available=True)
    leg = accepted(at)
    buttons = Buttons(desk_of(at.bea).get(url(name, leg)).content.decode()).of
    assert next(found for form, found in buttons.items() if name in form)[0] == pressed
