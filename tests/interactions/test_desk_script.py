"""The script beside the work: in one language, and what is wrong said once."""

from __future__ import annotations

import pytest
from django.utils import translation

from clients import spoken
from clients.models import Reason, ScriptVersion
from interactions import runs
from tests.interactions.scripted import begun, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db


def test_a_spanish_script_asks_for_the_reason_in_spanish() -> None:
    at = scene()
    Reason.objects.filter(pk=at.late.pk).update(name_es="Entrega con retraso")
    leg, run = begun(at, "voice")
    ScriptVersion.objects.filter(pk=run.version_id).update(language="es")
    runs.jump(run, "reason", by=at.bea)
    page = desk_of(at.bea).get(url("script", leg)).content.decode()
    assert "Reclamación" in page and "Entrega con retraso" in page and "Agradecimiento" in page
    assert "Complaint" not in page and "Late delivery" not in page
    desk_of(at.bea).post(url("answer", leg), {"step": "reason", "choice": "late"})
    assert "Reclamación, Entrega con retraso" in desk_of(at.bea).get(url("script", leg)).content.decode()


def test_a_day_is_written_in_one_language() -> None:
    at = scene()
    with translation.override("es"):
        assert spoken.day(at.order.placed_on) == "lun 16 nov"
    with translation.override("en"):
        assert spoken.day(at.order.placed_on) == "Mon 16 Nov"


def test_what_is_wrong_is_said_once() -> None:
    at = scene()
    leg, run = begun(at, "voice")
    runs.jump(run, "reason", by=at.bea)
    page = desk_of(at.bea).post(url("answer", leg), {"step": "reason"}).content.decode()
    assert page.count("Choose one of the answers.") == 1


def test_what_was_typed_into_a_check_that_failed_stays() -> None:
    at = scene()
    leg, run = begun(at, "voice")
    runs.jump(run, "verify", by=at.bea)
    page = desk_of(at.bea).post(url("answer", leg), {"step": "verify", "name": "Ann Archr"}).content.decode()
    assert 'value="Ann Archr"' in page and "more tries" in page
    assert 'value="Ann Archr"' not in desk_of(at.bea).get(url("script", leg)).content.decode()
