"""Whoever chose Spanish reads Spanish."""

import re
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from bpo import translating
from tests import factories as make


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_every_text_of_the_screens_has_its_words(language: str) -> None:
    assert translating.lacking(language) == [], 'type "make messages" and write the words into locale/'


def test_texts_are_found_in_code_templates_and_closed_lists() -> None:
    said = {one.text: one.plural for one in translating.gathered()}
    assert {"Be available", "Say why in a few words.", "Not interested"} <= set(said)
    assert any(said.values()), "some count something"


@pytest.mark.django_db
def test_maria_reads_her_desk_in_spanish() -> None:
    acme = make.client("Acme")
    maria = make.agent("Maria Gil", licensed=acme)
    maria.user.language = "es"
    maria.user.save(update_fields=["language"])
    browser = Browser()
    browser.force_login(maria.user)
    page = browser.get(reverse("console-home"), follow=True).content.decode()
    assert '<html lang="es"' in page and "Be available" not in page
    assert re.search(r"sin sesión", page, re.IGNORECASE)


def test_days_and_months_are_written_as_spanish_writes_them() -> None:
    """A word of a screen that is spelt like a day or a month would take its place in every date."""
    with translation.override("es"):
        days = [date_format(date(2026, 6, 1) + timedelta(days=n), "l") for n in range(7)]
        months = [date_format(date(2026, n, 1), "F") for n in range(1, 13)]
    assert days == ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
    assert months == [
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ]  # fmt: skip
