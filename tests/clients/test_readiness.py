"""Acme is set up step by step until its doors may open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bpo.kernel import clock
from clients import setting_up, standing
from clients.models import (
    Client,
    ClientState,
    Contract,
    Promise,
    Queue,
    QueueSkill,
    QueueState,
    Script,
    ScriptKind,
    ScriptVersion,
    VersionState,
)
from clients.readiness import readiness
from clients.webhooks import new_secret
from tests import factories

pytestmark = pytest.mark.django_db


def line(client: Client, item: str):
    return next(each for each in readiness(client) if each.item == item)


def open_items(client: Client) -> set[str]:
    return {each.item for each in readiness(client) if not each.ok}


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme", state=ClientState.SETTING_UP)


def goes_live(acme: Client) -> bool:
    """Whether nothing stands against it; a warning does not."""
    try:
        standing.go_live(acme)
    except standing.NotReady:
        return False
    return True


def set_up(acme: Client) -> Queue:
    """Everything that is needed."""
    care = factories.queue(acme, "Care")
    factories.door(acme, into=care)
    factories.reason(acme)
    factories.disposition(acme)
    script = Script.objects.create(client=acme, kind=ScriptKind.INBOUND, name="Inbound")
    ScriptVersion.objects.create(script=script, number=1, state=VersionState.PUBLISHED)
    factories.agent(licensed=acme)
    factories.supervisor(acme)
    return care


def test_a_new_client_is_told_everything_that_is_missing(acme: Client):
    missing = {"queues", "doors", "hours", "reasons", "dispositions", "script", "licences", "skills", "contract"}
    assert open_items(acme) == missing | {"supervisors"}
    assert all(each.sentence.endswith(".") and each.link.startswith("setup-") for each in readiness(acme))
    assert not goes_live(acme)


def test_set_up_it_goes_live_and_the_contract_is_only_a_warning(acme: Client):
    set_up(acme)
    assert open_items(acme) == {"contract"}
    standing.go_live(acme)
    assert acme.state == ClientState.LIVE


def test_nothing_is_ticked_that_nobody_has_done():
    tulip = setting_up.begin(Client(name="Tulip", slug="tulip", reference_prefix="TLP"))
    assert {"brand", "sender", "skills"} <= open_items(tulip)
    assert {"handed-on", "not-reached"} <= set(tulip.dispositions.values_list("code", flat=True))
    tulip.brand.colour = "#97265d"
    assert line(tulip, "brand").ok
    factories.queue(tulip, "Care")
    assert line(tulip, "skills").sentence == "The lines want no particular skill."


def test_a_contract_counts_while_it_is_in_force_and_promises_something(acme: Client):
    today = clock.now().date()
    over = Contract.objects.create(client=acme, valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 31))
    Promise.objects.create(contract=over, channel="chat")
    holds = Contract.objects.create(client=acme, valid_from=today - timedelta(days=9))
    assert not line(acme, "contract").ok
    Promise.objects.create(contract=holds, channel="chat")
    assert line(acme, "contract").ok


def test_a_door_into_a_closed_line_and_hours_without_opening_are_named(acme: Client):
    care = set_up(acme)
    Queue.objects.filter(pk=care.pk).update(
        state=QueueState.CLOSED, hours=factories.hours(acme, "Never", always_open=False)
    )
    assert "leads to no open line" in line(acme, "doors").sentence
    assert "never opens" in line(acme, "hours").sentence
    assert not goes_live(acme)


def test_a_skill_nobody_certified_has_is_a_warning(acme: Client):
    care = set_up(acme)
    QueueSkill.objects.create(queue=care, skill=factories.skill("spanish"), level=3)
    factories.agent("Cal Cole", skills={"spanish": 5})
    factories.agent("Dan Dow", licensed=acme, skills={"spanish": 2})
    assert "at level 3" in line(acme, "skills").sentence
    assert goes_live(acme)
    factories.agent("Eva Ek", licensed=acme, skills={"spanish": 3})
    assert line(acme, "skills").ok


def test_nobody_goes_live_unsupervised(acme: Client):
    set_up(acme)
    acme.memberships.all().delete()
    assert line(acme, "supervisors").link == "setup-people" and not goes_live(acme)
    factories.supervisor(acme)
    assert line(acme, "supervisors").ok and line(acme, "licences").sentence == "1 certified agent may answer."
    assert goes_live(acme)


def test_another_clients_things_do_not_count(acme: Client):
    set_up(factories.client("Bolt"))
    assert "queues" in open_items(acme)
    assert "licences" in open_items(acme)


def test_a_number_whose_exchange_has_no_secret_is_named(acme: Client) -> None:
    number = factories.door(
        acme, "phone", into=set_up(acme), name="Service", exchange="http", exchange_url="https://exchange.example"
    )
    assert not line(acme, "doors").ok and "Service" in line(acme, "doors").sentence
    number.webhook_secret = new_secret()
    number.save()
    assert line(acme, "doors").ok
