"""Claiming rows that wait to leave the house, on a table made for this test."""

import datetime as dt
import threading

import pytest
from django.db import connection

from bpo.kernel.outgoing import LEASE, WAITS, Outgoing, OutgoingQuerySet

NINE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
STATE = Outgoing.State


class Letter(Outgoing):
    objects = OutgoingQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        app_label = "bpo"
        db_table = "test_letter"
        managed = False


@pytest.fixture
def table(transactional_db: None):
    with connection.schema_editor() as editor:
        editor.create_model(Letter)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Letter)


def write(**fields) -> Letter:
    return Letter.objects.create(**{"due_at": NINE, **fields})


def test_due_rows_are_claimed_once_for_a_minute(table: None) -> None:
    due, later = write(), write(due_at=NINE + dt.timedelta(hours=1))
    assert [row.pk for row in Letter.objects.claim_due(5, at=NINE)] == [due.pk]
    assert Letter.objects.claim_due(5, at=NINE) == []
    again = Letter.objects.claim_due(5, at=NINE + LEASE)
    assert [(row.pk, row.attempts) for row in again] == [(due.pk, 2)]
    later.refresh_from_db()
    assert later.state == STATE.PENDING


def test_only_the_ids_asked_for(table: None) -> None:
    _, wanted = write(), write()
    assert [row.pk for row in Letter.objects.claim_due(5, at=NINE, ids=[wanted.pk])] == [wanted.pk]


def test_waits_grow_and_end(table: None) -> None:
    row, at = write(), NINE
    message_id = row.message_id
    for wait in WAITS:
        [row] = Letter.objects.claim_due(1, at=at)
        assert row.fail_temporarily("greylisted", at=at)
        assert row.due_at == at + wait
        at = row.due_at
    [row] = Letter.objects.claim_due(1, at=at)
    assert row.fail_temporarily("greylisted", at=at)
    row.refresh_from_db()
    assert (row.state, row.last_error, row.message_id) == (STATE.FAILED, "greylisted", message_id)


def test_a_worker_whose_lease_ran_out_reports_in_vain(table: None) -> None:
    write()
    [slow] = Letter.objects.claim_due(1, at=NINE)
    [quick] = Letter.objects.claim_due(1, at=NINE + LEASE)
    assert not slow.succeed(at=NINE)
    assert quick.succeed(at=NINE)
    quick.refresh_from_db()
    assert quick.state == STATE.SENT


def test_held_and_released(table: None) -> None:
    row = write()
    assert row.move(STATE.HELD)
    assert Letter.objects.claim_due(1, at=NINE) == []
    assert not row.move(STATE.SENT)
    assert row.move(STATE.PENDING)
    assert len(Letter.objects.claim_due(1, at=NINE)) == 1


def test_two_workers_share_without_a_double(table: None) -> None:
    Letter.objects.bulk_create([Letter(due_at=NINE) for _ in range(60)])
    taken: list[int] = []

    def work() -> None:
        while rows := Letter.objects.claim_due(4, at=NINE):
            taken.extend(row.pk for row in rows)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 60
