"""No door, line, contact or promise of Acme leads to anything of Bolt's: refused in words, and by the database."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from clients.models import Brand, Client, EntryKind, EntryPoint, EntryRule, Queue
from interactions import callbacks
from interactions.models import Callback, CallbackOrigin, Case, Interaction
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return make.client("Acme")


@pytest.fixture
def bolt() -> Client:
    return make.client("Bolt")


def refused(row: Any, **changes: Any) -> None:
    """The database does not take it, whoever writes."""
    with pytest.raises(IntegrityError):
        type(row).objects.filter(pk=row.pk).update(**changes)
        connection.check_constraints()


def test_the_database_keeps_doors_and_lines_with_their_client(acme: Client, bolt: Client) -> None:
    refused(make.door(acme), queue=make.queue(bolt))


def test_the_database_keeps_the_hours_of_a_door_with_its_client(acme: Client, bolt: Client) -> None:
    refused(make.door(acme), hours=make.hours(bolt))


def test_the_database_keeps_the_hours_of_a_line_with_its_client(acme: Client, bolt: Client) -> None:
    refused(make.queue(acme), hours=make.hours(bolt))


def test_the_database_keeps_a_door_that_is_in_use_with_its_client(acme: Client, bolt: Client) -> None:
    refused(make.door(acme), client=bolt)


@pytest.mark.parametrize("how", ["new", "changed"])
def test_the_database_keeps_rules_with_the_client_of_their_door(acme: Client, bolt: Client, how: str) -> None:
    door, foreign = make.door(acme), make.queue(bolt)
    if how == "new":
        with pytest.raises(IntegrityError):
            EntryRule.objects.create(entry_point=door, position=1, queue=foreign)
    else:
        rule = EntryRule.objects.create(entry_point=door, position=1, queue=make.queue(acme))
        refused(rule, queue=foreign)


def a_case(of: Client) -> Case:
    return Case.objects.create(client=of, reference=f"{of.reference_prefix}-1", opened_at=clock.now())


def foreign_things(bolt: Client) -> dict[str, Any]:
    return {"queue": make.queue(bolt), "customer": make.customer(bolt), "entry_point": make.door(bolt),
            "case": a_case(bolt)}  # fmt: skip


@pytest.mark.parametrize("what", ["queue", "customer", "entry_point", "case"])
def test_the_database_keeps_anns_contact_with_acme(acme: Client, bolt: Client, what: str) -> None:
    ann = make.waiting(make.queue(acme), entry_point=make.door(acme))
    refused(ann, **{what: foreign_things(bolt)[what]})


@pytest.mark.parametrize("what", ["queue", "customer", "entry_point", "case"])
def test_the_database_keeps_anns_contact_with_what_there_is(acme: Client, what: str) -> None:
    refused(make.waiting(make.queue(acme)), **{f"{what}_id": -1})


@pytest.mark.parametrize("what", ["queue", "client", "no queue", "no client"])
def test_the_database_keeps_anns_stay_in_a_line_of_acme(acme: Client, bolt: Client, what: str) -> None:
    stay = make.waiting(make.queue(acme)).visits.get()
    foreign = {"queue_id": make.queue(bolt).pk, "client_id": bolt.pk, "no queue_id": -1, "no client_id": -1}
    refused(stay, **{f"{what.removeprefix('no ')}_id": foreign[f"{what}_id"]})


@pytest.mark.parametrize("what", ["queue", "customer", "entry_point", "case"])
def test_the_database_keeps_anns_callback_with_acme(acme: Client, bolt: Client, what: str) -> None:
    promised = callbacks.promise(
        acme,
        customer=make.customer(acme),
        number="+12025550123",
        queue=make.queue(acme),
        origin=CallbackOrigin.FORM,
        due_from=clock.now() + timedelta(minutes=5),
        due_until=clock.now() + timedelta(hours=5),
    )
    refused(Callback.objects.get(pk=promised.pk), **{what: foreign_things(bolt)[what]})


def test_a_contact_that_only_moves_on_is_not_looked_at_again(acme: Client) -> None:
    """The match writes neither client nor line: nothing is left to be checked at its commit."""
    ann = make.waiting(make.queue(acme))
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("explain (analyze, format text) update interactions_interaction set version = version + 1"
                       " where id = %s", [ann.pk])  # fmt: skip
        assert not [line for (line,) in cursor.fetchall() if "Trigger" in line]
    assert Interaction.objects.filter(pk=ann.pk).exists()


def test_a_door_a_rule_and_a_line_say_so_in_words(acme: Client, bolt: Client) -> None:
    door, line = make.door(acme), make.queue(acme)
    door.queue, line.hours = make.queue(bolt), make.hours(bolt)
    rule = EntryRule(entry_point=make.door(acme), position=1, queue=make.queue(bolt), reason=make.reason(bolt))
    for row, fields in ((door, {"queue"}), (line, {"hours"}), (rule, {"queue", "reason"})):
        with pytest.raises(ValidationError) as told:
            row.full_clean()
        assert set(told.value.message_dict) == fields
        assert {words for found in told.value.message_dict.values() for words in found} == {
            "This belongs to another client."
        }


# --- in the administration -------------------------------------------------------------------------------------------


@pytest.fixture
def ada(client: Browser) -> Browser:
    client.force_login(make.admin())
    return client


def test_ada_is_told_when_she_picks_another_clients_line(ada: Browser, acme: Client, bolt: Client) -> None:
    sales = make.queue(bolt, "Sales")
    blank = {"rules-TOTAL_FORMS": "1", "rules-INITIAL_FORMS": "0", "origins": "[]", "kind": EntryKind.WIDGET}
    rule = {"rules-0-position": "1", "rules-0-queue": str(sales.pk)}
    answer = ada.post(
        reverse("admin:clients_entrypoint_add"),
        {**blank, **rule, "client": acme.pk, "name": "Chat", "queue": sales.pk, "imap_last_uid": "0"},
    )
    assert answer.status_code == 200
    assert answer.content.decode().count("This belongs to another client.") == 2
    assert not EntryPoint.objects.exists()


def test_a_rule_without_door_and_line_is_just_incomplete(ada: Browser) -> None:
    answer = ada.post(reverse("admin:clients_entryrule_add"), {"position": "1"})
    assert answer.status_code == 200
    assert {"entry_point", "queue"} <= set(answer.context["adminform"].form.errors)


def test_what_ada_may_pick_says_whose_it_is(ada: Browser, acme: Client, bolt: Client) -> None:
    for of in (acme, bolt):
        make.queue(of, "Sales")
        make.hours(of, "Weekdays")
    asked = {"app_label": "clients", "model_name": "entrypoint"}
    found = {
        field: [
            pick["text"]
            for pick in ada.get(reverse("admin:autocomplete"), {**asked, "field_name": field}).json()["results"]
        ]
        for field in ("queue", "hours", "client")
    }
    assert found == {
        "queue": ["Sales (Acme)", "Sales (Bolt)"],
        "hours": ["Weekdays (Acme)", "Weekdays (Bolt)"],
        "client": ["Acme", "Bolt"],
    }


def test_a_row_never_moves_to_another_client(ada: Browser, acme: Client) -> None:
    for row in (make.door(acme), make.queue(acme), make.hours(acme)):
        page = ada.get(reverse(f"admin:clients_{row._meta.model_name}_change", args=[row.pk]))
        assert "client" not in page.context["adminform"].form.fields
    assert Queue.objects.filter(client=acme).exists()


@pytest.mark.django_db
def test_of_clients_that_shared_a_sender_the_first_keeps_it(capsys: pytest.CaptureFixture[str]) -> None:
    """An upgrade goes through, and says who needs an address of its own."""
    acme, maple = make.client("Acme"), make.client("Maple")
    rule = next(one for one in Brand._meta.constraints if one.name == "sender_of_one_client")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor(atomic=False) as editor:
        editor.remove_constraint(Brand, rule)
    Brand.objects.update(sender_address="help@shared.example")
    import_module("clients.migrations.0008_sender_of_one_client").leave_one(apps, None)
    with connection.schema_editor(atomic=False) as editor:
        editor.add_constraint(Brand, rule)
    senders = dict(Brand.objects.values_list("client__name", "sender_address"))
    assert (senders["Acme"], senders["Maple"]) == ("help@shared.example", "")
    assert "Maple gave up its sender" in capsys.readouterr().out and acme != maple
