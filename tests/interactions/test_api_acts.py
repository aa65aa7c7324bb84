"""Undo of what an act of a call flow did, by the API: in Bea's own session, and by a machine in her name."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from interactions import handling
from interactions.models import Action, EndedBy, JournalEntry, Kind, Leg
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.test_api import key

pytestmark = pytest.mark.django_db

HOME, OAK = "118 Larch Street, Columbus", "9 Oak Road, Columbus"


@pytest.fixture
def desk() -> Desk:
    """Bea has sent Ann's order to Oak Road."""
    desk = Desk("change_address")
    assert desk.answer(new_address=OAK).status_code == 200 and goes_to(desk) == OAK
    return desk


def goes_to(desk: Desk) -> str:
    desk.scene.order.refresh_from_db()
    return str(desk.scene.order.deliver_to)


def undo(desk: Desk, action: Action | None = None) -> Any:
    """Asked by whoever is signed in."""
    act = action or desk.run.actions.latest("pk")
    address = reverse("api-leg-script-undo", args=[desk.leg.public_id, act.public_id])
    return desk.browser.post(address, {}, content_type="application/json")


def undone(desk: Desk) -> int:
    return JournalEntry.objects.filter(run=desk.run, kind=Kind.ACTION_UNDONE).count()


def test_bea_reads_what_was_done_and_takes_it_back_once(desk: Desk) -> None:
    (done,) = desk.browser.get(reverse("api-leg-script", args=[desk.leg.public_id])).json()["acts"]
    assert (done["name"], done["undoable"], done["undone_at"]) == ("change_address", True, None)
    for _press in range(2):
        answer = undo(desk)
        assert answer.status_code == 200, answer.json()
        (told,) = answer.json()["acts"]
        assert told["public_id"] == done["public_id"] and not told["undoable"] and told["undone_at"]
    assert goes_to(desk) == HOME and undone(desk) == 1


def test_in_wrap_up_it_is_still_hers_and_after_it_nobodys(desk: Desk) -> None:
    handling.end_work(desk.leg, by=desk.scene.bea, ended_by=EndedBy.AGENT)
    assert undo(desk).status_code == 200 and goes_to(desk) == HOME
    Leg.objects.filter(pk=desk.leg.pk).update(state="completed")
    late = undo(desk)
    assert late.status_code == 409 and late.json()["errors"][0]["code"] == "not_yours"


def test_what_the_world_has_gone_on_with_is_refused_in_words(desk: Desk) -> None:
    Action.objects.update(name="open_case")
    refused = undo(desk)
    assert refused.status_code == 409 and refused.json()["errors"][0]["code"] == "cannot_undo"
    assert goes_to(desk) == OAK and undone(desk) == 0


def test_a_machine_does_it_in_her_name_and_nobody_elses(desk: Desk) -> None:
    act, acme = desk.run.actions.get(), desk.scene.acme
    path = f"legs/{desk.leg.public_id}/script/acts/{act.public_id}/undo/"
    cal = make.agent("Cal Carter", licensed=acme, available=True)
    bea = {"agent": str(desk.scene.bea.public_id)}
    assert key(acme, "read").post(path, **bea).status_code == 403
    assert key(acme, "read", "act").post(path, agent=str(cal.public_id)).status_code == 404
    assert key(make.client("Globex"), "read", "act").post(path, **bea).status_code == 404
    assert goes_to(desk) == OAK
    assert key(acme, "read", "act").post(path, **bea).status_code == 200
    assert goes_to(desk) == HOME
    assert JournalEntry.objects.get(kind=Kind.ACTION_UNDONE).actor_name == str(desk.scene.bea)


def test_a_colleague_and_an_act_of_another_contact_are_not_there(desk: Desk) -> None:
    other = Desk("change_address", name="Zenith")
    other.answer(new_address=OAK)
    assert undo(desk, other.run.actions.get()).status_code == 404
    desk.browser.force_login(make.agent("Cal Carter", licensed=desk.scene.acme, available=True).user)
    assert undo(desk).status_code == 404
    assert goes_to(desk) == goes_to(other) == OAK
