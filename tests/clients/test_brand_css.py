"""A client's colour tokens can always be read, whatever colour the client has."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.brand_css import brand_block, check_brand_colour, contrast, text_on

LIGHT, DARK = "#ffffff", "#16191d"


def tokens(block: str) -> dict[str, list[str]]:
    """The tokens of the first rule, each with its one or two colours."""
    rule = block.split("}")[0]
    return {name: re.findall(r"#[0-9a-f]{6}", value) for name, value in re.findall(r"--([a-z-]+): ([^;]+);", rule)}


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777") == pytest.approx(1)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


def test_the_violet_of_the_tech_giant_carries_white() -> None:
    found = tokens(brand_block(".brand-a", "#4B2FC0"))
    assert found["brand"] == ["#4b2fc0"]
    assert found["brand-on"] == ["#ffffff"]
    assert found["brand-text"][0] == "#4b2fc0", "dark enough as it is"
    assert contrast(found["brand-text"][1], DARK) >= 4.5


def test_a_yellow_brand_gets_dark_text() -> None:
    check_brand_colour("#ffcc00")
    found = tokens(brand_block(".brand-b", "#fc0"))
    assert found["brand-on"] == ["#14171b"]
    assert contrast(found["brand-text"][0], LIGHT) >= 4.5, "as words on white it is darkened"


def test_a_colour_nobody_can_read_on_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"4\.5 : 1 is needed"):
        check_brand_colour("#7f7f7f")
    with pytest.raises(ValueError, match="4.5"):
        brand_block(".brand-c", "#7f7f7f")


@pytest.mark.parametrize("wrong", ["", "red", "#12", "#12345g", "#4b2fc0; } body { display: none", "url(x)"])
def test_what_is_no_colour_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not a colour"):
        check_brand_colour(wrong)


@given(st.integers(0, 0xFFFFFF))
def test_every_token_of_an_accepted_colour_can_be_read(number: int) -> None:
    colour = f"#{number:06x}"
    try:
        check_brand_colour(colour)
    except ValueError:
        assert max(contrast(colour, "#ffffff"), contrast(colour, "#14171b")) < 4.5
        return
    found = tokens(brand_block(".brand-d", colour))
    assert contrast(found["brand"][0], text_on(colour)) >= 4.5
    assert contrast(found["brand-deep"][0], found["brand-on"][0]) >= 4.5
    for position, surface in enumerate((LIGHT, DARK)):
        assert contrast(found["brand-text"][position], surface) >= 4.5
        assert contrast(found["brand-text"][position], found["brand-tint"][position]) >= 4.5
        assert contrast(found["brand-edge"][position], surface) >= 3
