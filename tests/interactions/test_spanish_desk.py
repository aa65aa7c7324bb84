"""Bea's desk in Spanish: days and windows beside a customer are Spanish, and so is why a number is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bpo.kernel import clock
from clients.models import Bill
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.test_bookings import NOW, VISIT

pytestmark = pytest.mark.django_db


def spanish(act: str) -> Desk:
    desk = Desk(act)
    desk.scene.bea.user.language = "es"
    desk.scene.bea.user.save(update_fields=["language"])
    return desk


def test_a_bill_and_a_visit_beside_the_customer_have_spanish_days() -> None:
    with clock.set_to(NOW):
        desk = spanish("book_visit")
        Bill.objects.create(
            client=desk.scene.acme, customer=desk.scene.ann, number="B-1", amount=Decimal(40), due_on=date(2026, 12, 1)
        )
        assert desk.answer(**VISIT).status_code == 200
        side = desk.browser.get(desk.url("console-side")).content.decode()
    assert "mar 1 dic" in side.lower() and "Tue 1 Dec" not in side
    assert "jueves, 26 de noviembre" in side.lower() and "Thursday" not in side


def test_why_a_number_is_not_added_is_said_in_spanish() -> None:
    desk = spanish("create_task")
    make.customer(desk.scene.acme, "Dan", phone="+16145550100")
    page = f"/api/v1/customers/{desk.scene.ann.public_id}/"
    refused = desk.browser.patch(page, {"add_phone": "+16145550100"}, "application/json")
    assert refused.status_code == 409 and "es de otro cliente" in refused.content.decode()
