"""Icons, states and times as templates write them."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from django.template import Context, Template
from django.template.defaultfilters import date
from django.urls import reverse
from django.utils import timezone, translation

from bpo.kernel import clock
from bpo.kernel.templatetags import ui
from bpo.kernel.templatetags.shapes import NAMES, OWN, STATE_SHAPES

NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def render(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


@pytest.mark.parametrize("name", [*NAMES, *OWN, *STATE_SHAPES.values()])
def test_every_name_has_a_drawing(name: str) -> None:
    drawn = ui.icon(name)
    assert drawn.startswith("<svg ")
    assert 'aria-hidden="true"' in drawn
    assert "style=" not in drawn


def test_an_icon_with_a_title_speaks_and_its_words_are_escaped() -> None:
    drawn = render('{% icon "phone" "big" title=title %}', title='Call "Ann" <now>')
    assert 'role="img"' in drawn
    assert "<now>" not in drawn
    assert 'class="i big"' in drawn


@pytest.mark.parametrize(
    ("seconds", "short", "words"),
    [(0, "0:00", "0 s"), (41, "0:41", "41 s"),
     (252, "4:12", "4 min"), (11520, "3:12:00", "3 h 12 min"), (None, "–", "–"),
     (86399, "23:59:59", "23 h 59 min"), (90000, "1 d", "1 d 1 h"),
     (17280000, "200 d", "200 d"), (-5, "−0:05", "5 s")],
)  # fmt: skip
def test_durations(seconds: int | None, short: str, words: str) -> None:
    assert ui.duration(seconds) == short
    assert ui.duration_words(seconds) == words


@pytest.mark.parametrize("form", ["D j M, H:i:s", "j M, H:i", "H:i", "D j M Y, H:i", "j F Y", "D j M, H:i e"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_moment_reads_as_the_date_filter_of_django_writes_it(form: str, language: str) -> None:
    with translation.override(language), timezone.override("America/New_York"):
        for hours in (0, 13):
            value = NOON + dt.timedelta(hours=hours)
            drawn = ui.moment(value, form)
            assert f">{date(timezone.localtime(value), form)}</time>" in drawn
            assert f'title="{date(timezone.localtime(value), "D j M Y, H:i:s e")}"' in drawn


def test_a_state_is_a_shape_and_a_word_and_a_ticking_time() -> None:
    with clock.set_to(NOON):
        drawn = render('{% state "talk" "Talking" since=since %}', since=NOON - dt.timedelta(seconds=252))
    assert 'class="state talk' in drawn
    assert "<svg" in drawn
    assert "Talking" in drawn
    assert ">4:12</time>" in drawn
    assert "data-since=" in drawn


def test_a_time_over_its_limit_is_marked_before_any_script_runs() -> None:
    with clock.set_to(NOON):
        late = render("{% since start limit=120 %}", start=NOON - dt.timedelta(seconds=121))
        early = render("{% since start limit=120 %}", start=NOON - dt.timedelta(seconds=119))
    assert "num  bad" in late
    assert "bad" not in early.split("data-since")[0]


def test_counting_down_never_shows_less_than_zero() -> None:
    with clock.set_to(NOON):
        assert ">14</time>" in render('{% until end form="seconds" %}', end=NOON + dt.timedelta(seconds=14))
        assert ">0:00</time>" in render("{% until end %}", end=NOON - dt.timedelta(seconds=3))


def test_relative_times() -> None:
    assert ui.ago_words(NOON - dt.timedelta(minutes=5), NOON) == "5 min ago"
    assert ui.ago_words(NOON + dt.timedelta(hours=2), NOON) == "in 2 h"
    assert ui.ago_words(NOON, NOON) == "now"


def test_initials() -> None:
    assert ui.initials("Priya Raman") == "PR"
    assert ui.initials("The Tech Giant") == "TG"
    assert ui.initials("") == "?"


def test_the_address_of_a_row_is_the_address_of_its_page() -> None:
    some, other = uuid4(), UUID(int=0)
    for ids in ((some,), (other,)):
        assert ui.row_url("floor-contact", *ids) == reverse("floor-contact", args=ids)
    for pair in ((some, other), (other, some), (UUID(int=1), UUID(int=0))):
        assert ui.row_url("portal-contact", *pair) == reverse("portal-contact", args=pair)
