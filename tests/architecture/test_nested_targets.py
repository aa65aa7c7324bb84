"""What fetches itself inside a form says into what: otherwise the answer takes the place of the form's own target."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[2] / "templates"
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.S)


class Forms(HTMLParser):
    """Elements with `hx-get` or `hx-post` of their own inside a form that has a target, without one of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.within = 0
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if self.within and {"hx-get", "hx-post"} & said.keys() and "hx-target" not in said:
            self.faults.append(self.get_starttag_text() or tag)
        if tag == "form":
            self.within += "hx-target" in said

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.within = 0


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_nothing_in_a_form_answers_into_its_target_unasked(path: Path) -> None:
    reader = Forms()
    reader.feed(TAG.sub("", path.read_text()))
    assert reader.faults == []
