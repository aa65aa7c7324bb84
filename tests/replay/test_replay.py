"""Yesterday again: a past that the product made is replayed, unchanged and with two agents fewer."""

from __future__ import annotations

import pytest
from django.db import connection

from interactions.replay import running
from interactions.replay.changes import Changes, read
from tests.replay.working import Company, Work

pytestmark = pytest.mark.django_db(transaction=True)


def test_unchanged_and_with_two_fewer() -> None:
    company = Company()
    start, end = Work(company).run()
    before = digest()
    fewer = read({"without": [person.employee_number for person in company.people[:2]]})
    found = running.replay(start, end, fewer, number=1)
    import json; print(json.dumps(found.as_json(), indent=1)[:6000])
    assert found.retraced.asked > 200
    assert found.retraced.percent is not None and found.retraced.percent >= 99
    recorded, unchanged, changed = (found.arms[name].total for name in ("recorded", "unchanged", "changed"))
    assert unchanged["service_level"] == pytest.approx(recorded["service_level"], abs=0.5)
    assert changed["wait_mean"] > unchanged["wait_mean"]
    assert digest() == before


def digest() -> dict[str, str]:
    """Every table of the floor, rows and their versions."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) || ':' || coalesce(md5(string_agg(md5(t::text || t.xmin::text), '' ORDER BY t.ctid)), '') FROM {table} t")
            found[table] = cursor.fetchone()[0]
    return found
