"""What stands in the log of a request that was refused."""

import logging

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_refused_page_is_one_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    browser = Browser()
    browser.force_login(factories.user("Max Manager"))
    handler = logging.StreamHandler()
    [configured] = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    handler.setFormatter(configured.formatter)
    handler.filters = list(configured.filters)
    logging.getLogger("django.request").addHandler(handler)
    try:
        assert browser.get(reverse("floor")).status_code == 403
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    said = capsys.readouterr().err
    assert "Forbidden" in said and reverse("floor") in said
    assert "Traceback" not in said
