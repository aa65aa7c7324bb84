"""Moments come out of the database as they went in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

from bpo.accounts.models import User
from bpo.kernel.timestamps import Moment
from tests import factories

pytestmark = pytest.mark.django_db


class Djangos(BaseTzLoader):
    timezone = UTC


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29 23:35:28.123456+00", "2026-11-29 23:35:28.12+00", "2026-11-29 23:35:28+00",
        "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00",
    ],
)  # fmt: skip
def test_a_moment_is_what_django_reads(text: str) -> None:
    connection.ensure_connection()
    read, djangos = (kind(1184, connection.connection).load(text.encode()) for kind in (Moment, Djangos))
    assert (read, read.tzinfo) == (djangos, djangos.tzinfo)


def test_a_moment_comes_back_as_it_was_written() -> None:
    ann = factories.user("Ann Archer")
    for moment in (
        datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(2026, 11, 1, 1, 30, 0, 7, tzinfo=UTC),
    ):
        User.objects.filter(pk=ann.pk).update(date_joined=moment)
        assert User.objects.get(pk=ann.pk).date_joined == moment


def test_our_connections_read_so_and_refuse_what_no_date_can_say() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT '2026-11-29 23:35:28+00'::timestamptz, NULL::timestamptz")
        moment, nothing = cursor.fetchone()
        assert (moment, nothing) == (datetime(2026, 11, 29, 23, 35, 28, tzinfo=UTC), None)
        assert connection.connection.adapters.get_loader(1184, 0) is Moment
        cursor.execute("SELECT 'infinity'::timestamptz")
        with pytest.raises(Exception, match="too large"):
            cursor.fetchone()
