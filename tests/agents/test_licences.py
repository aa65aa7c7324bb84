"""Licences move by their table, say who, when and why, and are felt by routing at once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agents import licences, signals, skills
from agents.models import Licence, LicenceState
from agents.presence import ReasonMissing
from bpo.kernel import clock
from bpo.kernel.errors import IllegalMove, InvalidValue
from interactions.models import Leg
from interactions.routing import router
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def sue():
    return make.admin("Sue")


def test_the_way_of_a_licence(sue) -> None:
    acme, bea = make.client("Acme"), make.agent("Bea", available=True)
    line = make.queue(acme)
    contact = make.waiting(line)
    licence = licences.train(bea, acme, by=sue, why="course", ramp_per_hour=4)
    assert not router.interaction_waits(contact.pk), "in training"
    at = clock.now()
    licences.certify(licence, by=sue, why="passed the test", at=at)
    assert (licence.by, licence.since, licence.reason) == (sue, at, "passed the test")
    assert router.interaction_waits(contact.pk)
    licences.suspend(licence, by=sue, reason="a complaint")
    assert not router.interaction_waits(contact.pk)
    licences.certify(licence, by=sue, why="passed")
    assert router.interaction_waits(contact.pk)
    licences.revoke(licence, by=sue, reason="left the team")
    assert Leg.objects.filter(state="offered").count() == 0


def test_certifying_keeps_what_is_not_given(sue) -> None:
    acme, bea = make.client("Acme"), make.agent("Bea")
    at = clock.now()
    last_day = acme.day_at(at) + timedelta(days=30)
    licence = licences.train(bea, acme, by=sue, why="course", ramp_per_hour=4)
    licences.certify(licence, by=sue, why="passed", until=last_day, at=at)
    licences.suspend(licence, by=sue, reason="a complaint", at=at)
    licences.certify(licence, by=sue, why="passed", at=at)
    assert (licence.until, licence.ramp_per_hour) == (last_day, 4)
    licences.certify(licence, by=sue, why="passed", at=at, ramp_per_hour=None)
    assert (licence.until, licence.ramp_per_hour) == (last_day, None)
    licences.certify(licence, by=sue, why="passed", at=at + timedelta(days=31))
    assert licence.until is None, "a day that has passed would end it again at once"


def test_certified_at_once_finds_work(sue, django_capture_on_commit_callbacks) -> None:
    acme, bea = make.client("Acme"), make.agent("Bea", available=True)
    contact = make.waiting(make.queue(acme))
    licence = licences.train(bea, acme, by=sue, why="course")
    with django_capture_on_commit_callbacks(execute=True):
        licences.certify(licence, by=sue, why="passed")
    assert Leg.objects.get(interaction=contact).agent == bea


@pytest.mark.parametrize("act", [licences.suspend, licences.revoke])
def test_a_reason_is_needed(sue, act) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme)
    with pytest.raises(ReasonMissing):
        act(bea.licences.get(), by=sue, reason=" ")
    assert bea.licences.get().state == LicenceState.CERTIFIED


def test_training_and_certificate_take_a_reason_too(sue) -> None:
    acme, bea = make.client("Acme"), make.agent("Bea")
    with pytest.raises(ReasonMissing):
        licences.train(bea, acme, by=sue, why=" ")
    assert not bea.licences.exists()
    licence = licences.train(bea, acme, by=sue, why="course")
    with pytest.raises(ReasonMissing):
        licences.certify(licence, by=sue, why="")
    assert bea.licences.get().state == LicenceState.TRAINING


def test_moves_that_are_not_in_the_table_are_refused(sue) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme)
    licence = bea.licences.get()
    with pytest.raises(licences.LicensedAlready):
        licences.train(bea, acme, by=sue, why="course")
    licences.suspend(licence, by=sue, reason="audit")
    with pytest.raises(IllegalMove):
        licences.suspend(licence, by=sue, reason="again")
    with pytest.raises(IllegalMove):
        licences.lapse(licence, why="date")


def test_the_last_day_passes(sue) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme)
    now = clock.now()
    bea.licences.update(until=acme.day_at(now))
    assert licences.lapse_expired(now) == 0, "the last day counts"
    assert licences.lapse_expired(now + timedelta(days=1)) == 1
    assert bea.licences.get().state == LicenceState.LAPSED


def test_one_that_cannot_lapse_now_holds_up_no_other(sue) -> None:
    acme = make.client("Acme")
    bea, cal = make.agent("Bea", licensed=acme), make.agent("Cal", licensed=acme)
    now = clock.now()
    Licence.objects.update(until=acme.day_at(now))

    def of_bea(agent_id: int, **kwargs: object) -> None:
        if agent_id == bea.pk:
            raise RuntimeError("her lanes cannot be compiled")

    signals.eligibility_changed.connect(of_bea)
    try:
        assert licences.lapse_expired(now + timedelta(days=1)) == 1
    finally:
        signals.eligibility_changed.disconnect(of_bea)
    assert (bea.licences.get().state, cal.licences.get().state) == (LicenceState.CERTIFIED, LicenceState.LAPSED)


@pytest.mark.parametrize(
    ("zone", "lapses"),
    [("America/New_York", 5), ("Europe/Madrid", -1), ("Pacific/Kiritimati", -14), ("Pacific/Pago_Pago", 11)],
)
def test_the_last_day_ends_with_the_clients_midnight(sue, zone: str, lapses: int) -> None:
    acme = make.client("Acme", zone=zone)
    licence = make.agent("Bea", licensed=acme).licences.get()
    midnight = datetime(2026, 12, 1, tzinfo=UTC) + timedelta(hours=lapses)
    just_before = midnight - timedelta(minutes=1)
    licences.certify(licence, by=sue, why="passed the test", until=date(2026, 11, 30), at=just_before)
    assert licences.lapse_expired(just_before) == 0
    with pytest.raises(InvalidValue):
        licences.certify(licence, by=sue, why="passed the test", until=date(2026, 11, 30), at=midnight)
    assert licences.lapse_expired(midnight) == 1
    assert Licence.objects.get().state == LicenceState.LAPSED


def test_a_larger_profile_makes_room(sue, django_capture_on_commit_callbacks) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True, capacity=make.profile(chat_cap=0))
    contact = make.waiting(make.queue(acme))
    skills.change_profile(bea, bea.profile, by=sue)
    assert not router.interaction_waits(contact.pk)
    with django_capture_on_commit_callbacks(execute=True):
        skills.change_profile(bea, make.profile(chat_cap=2), by=sue)
    assert Leg.objects.get(interaction=contact).agent == bea
