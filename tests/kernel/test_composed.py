"""A statement written once says what the query set says, for every value, with fewer steps in between."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Length

from bpo.accounts.models import User
from bpo.kernel.composed import composed, first
from clients.models import Client, Queue
from tests import factories

pytestmark = pytest.mark.django_db


@composed
def lines_of(client: Any, priority: Any) -> QuerySet[Queue]:
    return (
        Queue.objects.filter(client=client, priority__gte=priority)
        .select_related("client__brand")
        .prefetch_related("wanted_skills")
        .only("name", "channels", "client__name", "client__brand__public_name")
        .annotate(contacts=Count("interactions"))
        .order_by("name")
    )


@composed
def names(user: Any, *, last_first: bool) -> QuerySet[User, str]:
    rows = User.objects.filter(pk__gte=user).values_list("full_name", flat=True)
    return rows.order_by("-pk" if last_first else "pk")


@composed
def pairs(user: Any) -> QuerySet[User, tuple[str, str]]:
    return User.objects.filter(pk=user).values_list("full_name", "email")


@composed
def named(*users: Any) -> QuerySet[User, Any]:
    chosen = Q()
    for user in users:
        chosen |= Q(pk=user)
    rows = User.objects.filter(chosen).order_by("pk").values_list("full_name", "email", named=True)
    return rows.annotate(letters=Length("full_name"))


def test_rows_come_with_relations_prefetched_rows_and_what_was_counted(django_assert_num_queries: Any) -> None:
    tech, maple = factories.client("Tech"), factories.client("Maple")
    billing = factories.queue(tech, "Billing")
    factories.queue(maple, "Scripts")
    for asked, expected in ((tech, ["Billing"]), (maple, ["Scripts"]), (tech, ["Billing"])):
        with django_assert_num_queries(2):
            rows = lines_of(asked.pk, 0)
            assert [row.name for row in rows] == expected
            assert rows[0].client.brand.public_name == asked.brand.public_name
            assert list(rows[0].wanted_skills.all()) == [] and rows[0].contacts == 0  # type: ignore[attr-defined]
    assert rows[0] == billing and rows[0].channels == billing.channels
    with django_assert_num_queries(1):
        assert rows[0].priority == billing.priority, "what was left out is fetched when it is asked for"


def test_each_choice_is_a_statement_of_its_own() -> None:
    ann, bea = factories.user("Ann"), factories.user("Bea")
    assert names(ann.pk, last_first=False) == ["Ann", "Bea"]
    assert names(ann.pk, last_first=True) == ["Bea", "Ann"]
    assert names(bea.pk, last_first=True) == ["Bea"]
    assert pairs(bea.pk) == [("Bea", bea.email)]
    assert first(pairs(bea.pk + 1)) is None


def test_any_number_of_values_and_rows_with_names() -> None:
    ann, bea = factories.user("Ann"), factories.user("Beatrix")
    assert [(row.full_name, row.letters) for row in named(ann.pk, bea.pk)] == [("Ann", 3), ("Beatrix", 7)]
    assert [row.email for row in named(bea.pk)] == [bea.email]


@composed
def lines_of_clients(clients: Any) -> QuerySet[Queue, str]:
    return Queue.objects.filter(client__among=clients).order_by("name").values_list("name", flat=True)


@composed
def several(users: Any) -> QuerySet[User, str]:
    return User.objects.filter(pk__among=users).order_by("full_name").values_list("full_name", flat=True)


@composed
def nobody(user: Any) -> QuerySet[User]:
    return User.objects.filter(pk=user, full_name__in=[])


def test_conditions_that_leave_nothing_ask_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert nobody(1) == [] and nobody(2) == []


def test_a_list_of_keys_is_one_value() -> None:
    ann, bea, cal = factories.user("Ann"), factories.user("Bea"), factories.user("Cal")
    assert several([cal.pk, ann.pk]) == ["Ann", "Cal"]
    assert several([bea.pk]) == ["Bea"] and several([]) == []
    assert several.statement.cache_info().misses == 1
    tech, maple = factories.client("Tech"), factories.client("Maple")
    factories.queue(tech, "Billing"), factories.queue(maple, "Refills")
    assert lines_of_clients([tech.pk, maple.pk]) == ["Billing", "Refills"]
    assert lines_of_clients([maple.pk]) == ["Refills"]


def test_a_statement_is_written_once_for_each_choice() -> None:
    for n in (1, 2, 1, 2):
        assert numbered(1, n=n) == []
    written = numbered.statement.cache_info()
    assert (written.misses, written.hits) == (2, 2)


@composed
def numbered(user: Any, *, n: int) -> QuerySet[User]:
    return User.objects.filter(pk=user, pk__lt=-n)


@pytest.mark.parametrize("values", [(), (1,), (1, 2, 3), (None, 1)])
def test_a_missing_value_is_told_and_never_compared(values: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError, match="lines_of wants 2 values"):
        lines_of(*values)


def test_a_value_is_a_value_and_not_sql() -> None:
    client = factories.client()
    assert by_slug("x' OR true --") == []
    assert by_slug(client.slug) == [client]


@composed
def by_slug(slug: Any) -> QuerySet[Client]:
    return Client.objects.filter(slug=slug)


@composed
def with_percent(name: Any) -> QuerySet[User, str]:
    return User.objects.filter(full_name__contains="100%", pk__gte=name).values_list("full_name", flat=True)


def test_a_constant_is_part_of_the_text_and_the_connection_keeps_its_plan() -> None:
    eve = factories.user("Eve 100% O'Neil \\ %s")
    for _ in range(4):
        assert with_percent(eve.pk) == [eve.full_name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert ["100" in text for (text,) in cursor.fetchall()].count(True) == 1


@composed
def apps(model: Any) -> QuerySet[ContentType, str]:
    return ContentType.objects.filter(model=model).values_list("app_label", flat=True)


@pytest.mark.django_db(transaction=True)
def test_a_plan_of_before_a_migration_is_made_anew() -> None:
    params = connection.get_connection_params()
    place = {key: params[key] for key in ("host", "port", "user", "password", "dbname") if params.get(key)}
    retype = "ALTER TABLE django_content_type ALTER COLUMN app_label TYPE {}"
    ContentType.objects.get_for_model(Queue)
    with psycopg.connect(**place, autocommit=True) as migration:
        try:
            for kind in ("varchar(100)", "text"):
                migration.execute(retype.format(kind))
                assert [apps("queue") for _again in range(4)] == [["clients"]] * 4
        finally:
            migration.execute(retype.format("varchar(100)"))
