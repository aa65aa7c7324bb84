"""A wait is foretold to who finds nobody free, and what became of it is a figure."""

from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import Channel
from interactions import handling, offers
from interactions.models import EndedBy, Leg, Visit
from interactions.reports.foretold import foretold
from tests import factories as make
from tests.flows.floor import Day, House


def test_the_error_of_what_was_foretold_is_kept_and_shown(day: Day) -> None:
    house = House(wrap_up="none", offer_seconds=600)
    bea = house.agent("Bea Brown")
    house.talk(bea, Channel.VOICE)
    morning = clock.now()
    line = [house.contact(Channel.VOICE) for _ in range(6)]
    assert not Visit.objects.filter(expected_seconds__isnull=False).exists(), "nothing is known yet"
    for _contact in line:
        _next(day, bea, 100)
    late = house.contact(Channel.VOICE)
    mail = house.contact(Channel.EMAIL)
    told = Visit.objects.get(interaction=late).expected_seconds
    assert told == 86, "seven were answered in the ten minutes in which somebody waited, and nobody is before her"
    assert Visit.objects.get(interaction=mail).expected_seconds is None
    _next(day, bea, 160)
    assert Leg.objects.get(interaction=late).state == "handling"
    found = foretold(house.line, Channel.VOICE, morning, clock.now())
    assert (found.visits, found.typical, found.bias, found.near) == (1, 74, 74, 0)
    browser = Browser()
    browser.force_login(house.sue)
    page = browser.get(
        reverse("floor-line", args=[house.line.public_id]) + "?channel=voice&period=today"
    ).content.decode()
    assert "On average it took 1 min longer than told." in page and "At most a minute off" in page


def test_who_is_answered_at_once_is_told_nothing(day: Day, house: House) -> None:
    house.agent("Bea Brown")
    ann = house.contact(Channel.VOICE)
    assert Visit.objects.get(interaction=ann).expected_seconds is None
    assert foretold(house.line, Channel.VOICE, clock.now(), clock.now()).near_share is None


def _next(day: Day, bea: make.Agent, seconds: int) -> None:
    """Her call ends after so long, and she takes the next."""
    day.after(seconds)
    leg = Leg.objects.get(agent=bea, state="handling", channel=Channel.VOICE)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    offers.accept(Leg.objects.get(agent=bea, state="offered"), by=bea)
