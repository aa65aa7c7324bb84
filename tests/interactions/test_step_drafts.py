"""What Bea types at a step and has not sent is there after a reload, a lost console and for the next colleague."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from interactions import handling, offers, runs, transfers
from interactions.models import EndedBy, Leg, Run
from interactions.routing import router
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.test_console_views import desk_of

pytestmark = pytest.mark.django_db
ASK: list[dict[str, Any]] = [
    {
        "id": "ask", "kind": "collect", "name": "Ask", "next": "pay",
        "fields": [
            {"name": "serial", "label": "Serial number", "required": True},
            {"name": "since", "label": "Since when", "type": "date"},
            {"name": "paid_with", "label": "Card", "type": "card"},
        ],
    },
    {
        "id": "pay", "kind": "choose", "name": "Choose", "next": "close", "required": True,
        "options": [{"value": "wait", "label": "Wait"}, {"value": "send", "label": "Send anew"}],
    },
]  # fmt: skip
TYPED = {"serial": "SL-14-2291 ", "since": "2026-11-20", "paid_with": "4111 1111 1111 1111"}


def typed(desk: Desk, step: str = "ask", **values: str) -> Any:
    return desk.browser.post(desk.url("console-script-draft"), {"step": step, **values}, headers={"HX-Request": "true"})


def draft(desk: Desk) -> dict[str, str]:
    found: dict[str, str] = Run.objects.get(pk=desk.run.pk).draft
    return found


def test_what_was_typed_is_there_after_a_reload_but_for_the_card() -> None:
    desk = Desk(steps=ASK)
    assert "data-step-draft" in desk.script()
    assert typed(desk, **TYPED, gave_up="1", other="x").status_code == 204
    assert draft(desk) == {"serial": "SL-14-2291 ", "since": "2026-11-20"}
    page = desk.script()
    assert 'value="SL-14-2291 "' in page and 'value="2026-11-20"' in page and "4111" not in page
    whole = desk.browser.get(desk.url("console-leg")).content.decode()
    assert 'value="SL-14-2291 "' in whole
    typed(desk, serial="", since="")
    assert 'value="SL-14' not in desk.script()


def test_what_was_chosen_is_chosen_still() -> None:
    desk = Desk(steps=ASK)
    desk.answer("ask", serial="SL-14-2291")
    typed(desk, "pay", choice="send")
    assert 'value="send" checked' in desk.script()


def test_leaving_the_step_drops_it_whichever_way() -> None:
    desk = Desk(steps=ASK)
    for leave in (
        lambda: desk.answer("ask", serial="SL-14-2291"),
        lambda: runs.back(desk.run, by=desk.scene.bea),
        lambda: runs.jump(desk.run, "close", by=desk.scene.bea),
    ):
        runs.jump(Run.objects.get(pk=desk.run.pk), "ask", by=desk.scene.bea)
        typed(desk, **TYPED)
        assert draft(desk)
        leave()
        assert draft(desk) == {}


def test_what_comes_after_the_step_was_left_is_told_and_not_kept() -> None:
    desk = Desk(steps=ASK)
    desk.answer("ask", serial="SL-14-2291")
    assert typed(desk, **TYPED).status_code == 409
    assert draft(desk) == {}


def test_a_refused_answer_keeps_what_was_typed() -> None:
    desk = Desk(steps=ASK)
    typed(desk, **TYPED)
    answer = desk.answer("ask", serial="", since="2026-11-21")
    assert answer.status_code == 422 and 'value="2026-11-21"' in answer.content.decode()
    assert draft(desk)["serial"] == "SL-14-2291 "


def test_nothing_of_a_check_is_kept() -> None:
    desk = Desk(steps=ASK)
    runs.jump(Run.objects.get(pk=desk.run.pk), "verify", by=desk.scene.bea)
    assert "data-step-draft" not in desk.script()
    typed(desk, "verify", name="Ann Archer", postal_code="43215", since="2026-11-20")
    assert draft(desk) == {} and "43215" not in str(Run.objects.values())


def test_the_colleague_after_her_reads_it_and_bea_writes_there_no_more() -> None:
    desk = Desk(steps=ASK)
    typed(desk, **TYPED)
    cal = make.agent("Cal Carter", licensed=desk.scene.acme, available=True)
    transfers.to_colleague(desk.leg, cal, by=desk.scene.bea, note="The serial number is begun")
    offer = Leg.objects.get(agent=cal, state="offered")
    offers.accept(offer, by=cal)
    page = desk_of(cal).get(f"/console/legs/{offer.public_id}/script/").content.decode()
    assert 'value="SL-14-2291 "' in page
    assert typed(desk, serial="mine").status_code in (403, 409)
    assert draft(desk)["serial"] == "SL-14-2291 "


def test_a_lost_console_loses_none_of_it() -> None:
    desk = Desk(steps=ASK)
    typed(desk, **TYPED)
    handling.console_lost(desk.leg)
    cal = make.agent("Cal Carter", licensed=desk.scene.acme, available=True)
    router.interaction_waits(desk.leg.interaction_id)
    offer = Leg.objects.get(interaction=desk.leg.interaction, state="offered", agent__in=[cal, desk.scene.bea])
    offers.accept(offer, by=offer.agent)
    page = desk_of(offer.agent).get(f"/console/legs/{offer.public_id}/script/").content.decode()
    assert 'value="SL-14-2291 "' in page


def test_the_end_of_the_contact_is_the_end_of_it_and_the_database_says_so() -> None:
    desk = Desk(steps=ASK)
    typed(desk, **TYPED)
    handling.end_work(desk.leg, by=desk.scene.bea, ended_by=EndedBy.AGENT)
    assert typed(desk, **TYPED).status_code in (403, 409)
    runs.end(desk.run)
    ended = Run.objects.get(pk=desk.run.pk)
    assert (ended.state, ended.draft) == ("ended", {})
    with pytest.raises(IntegrityError, match="ended_run_keeps_no_draft"), transaction.atomic():
        Run.objects.filter(pk=ended.pk).update(draft={"serial": "SL"})


def test_another_companys_contact_is_not_there() -> None:
    desk, other = Desk(steps=ASK), Desk(steps=ASK, name="Zenith")
    answer = desk.browser.post(other.url("console-script-draft"), {"step": "ask", "serial": "x"})
    assert answer.status_code == 404 and draft(other) == {}


@pytest.mark.parametrize("value", ["x" * 2001, "\x00"])
def test_what_cannot_be_kept_is_told(value: str) -> None:
    desk = Desk(steps=ASK)
    assert typed(desk, serial=value).status_code == 400
    assert draft(desk) == {}
