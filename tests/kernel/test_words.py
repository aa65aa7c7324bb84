"""How words are read: refused, kept, tidied; the same table is sent to every door in test_hostile_words."""

import pytest

from bpo.kernel import words
from tests.hostile import EMPTY, KEPT, REFUSED_IN_JSON


@pytest.mark.parametrize("text", REFUSED_IN_JSON.values(), ids=REFUSED_IN_JSON.keys())
def test_what_no_database_holds_is_refused_in_words(text: str) -> None:
    for read in (words.line, words.paragraphs):
        with pytest.raises(words.Unreadable) as refused:
            read(text, most=200)
        assert refused.value.status == 400 and "cannot be read" in str(refused.value.sentence)


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY.keys())
def test_what_nobody_can_see_is_nothing(text: str) -> None:
    assert words.line(text, most=200) == words.paragraphs(text, most=200) == ""


@pytest.mark.parametrize(("text", "kept"), KEPT.values(), ids=KEPT.keys())
def test_the_rest_is_tidied_and_kept(text: str, kept: str) -> None:
    assert words.line(text, most=200) == words.paragraphs(text, most=200) == kept
    assert words.salvaged(text, most=200) == words.salvaged_line(text, most=200) == kept


def test_lines_are_kept_where_lines_are_wanted() -> None:
    assert words.paragraphs("one\r\n\r\n two\rthree\u2028four", most=99) == "one\n\n two\nthree\nfour"
    assert words.line("one\r\n\ttwo\x0bthree", most=99) == "one two three"


def test_more_than_fits_is_refused_and_not_cut() -> None:
    assert words.line("x" * 60 + "   ", most=60) == "x" * 60
    for read in (words.line, words.paragraphs):
        with pytest.raises(words.TooLong) as refused:
            read("x" * 61, most=60)
        assert refused.value.status == 400 and "60" in str(refused.value.sentence)


def test_a_mail_loses_what_cannot_be_kept_and_nothing_else() -> None:
    assert words.salvaged("Dear\0 all\ud800,\r\nbye", most=99) == "Dear all,\nbye"
    assert words.salvaged_line("x" * 99, most=9) == "x" * 9


def test_a_body_is_looked_through_to_its_last_corner() -> None:
    words.refuse_unreadable({"a": [1, None, {"b": "fine"}], "c": True})
    for body in ({"a": [{"b": "x\0"}]}, {"\0": 1}, ["\ud800"]):
        with pytest.raises(words.Unreadable):
            words.refuse_unreadable(body)
