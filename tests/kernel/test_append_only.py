"""Rows written once, by a table made for this test."""

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.state import ProjectState

from bpo.kernel.append_only import FUNCTION, AppendOnlyError, AppendOnlyModel, AppendOnlyQuerySet, AppendOnlyTrigger


class Fact(AppendOnlyModel):
    words = models.CharField(max_length=20)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        app_label = "bpo"
        db_table = "test_fact"
        managed = False


@pytest.fixture
def fact(db: None) -> Fact:
    with connection.schema_editor() as editor:
        editor.create_model(Fact)
        assert "bpo_append_only" in FUNCTION
        AppendOnlyTrigger("test_fact").database_forwards("bpo", editor, ProjectState(), ProjectState())
    return Fact.objects.create(words="said once")


def test_python_refuses(fact: Fact) -> None:
    for attempt in (fact.save, fact.delete, Fact.objects.all().delete, lambda: Fact.objects.update(words="x")):
        with pytest.raises(AppendOnlyError):
            attempt()


@pytest.mark.parametrize(
    "sql",
    ["update test_fact set words = 'x'", "delete from test_fact", "truncate test_fact", "truncate test_fact cascade"],
)
def test_the_table_refuses(fact: Fact, sql: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Fact.objects.get().words == "said once"
