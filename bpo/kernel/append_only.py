"""Rows that are written once: refused in Python for clear words, and by a trigger for everything else."""

from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar

from django.db import migrations, models
from django.db.models.base import ModelBase


class AppendOnlyError(TypeError):
    """Code tried to change or delete a row that is written once."""


M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class AppendOnlyQuerySet(models.QuerySet[M_co]):
    """A queryset that reads and creates."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed")

    def delete(self) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never deleted")

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> NoReturn:
        raise AppendOnlyError(f"{self.model.__name__} rows are never changed")


class AppendOnlyModel(models.Model):
    """Save once, never again. Children take AppendOnlyQuerySet for `objects` and AppendOnlyTrigger in a migration."""

    class Meta:
        abstract = True

    def save(
        self,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        if not self._state.adding or force_update or update_fields is not None:
            raise AppendOnlyError(f"{type(self).__name__} rows are never changed")
        super().save(force_insert=True, using=using)

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        raise AppendOnlyError(f"{type(self).__name__} rows are never deleted")


FUNCTION = """
create or replace function bpo_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, tg_op using errcode = 'restrict_violation';
end $$;
"""


class AppendOnlyTrigger(migrations.RunSQL):
    """Migration operation: the table refuses UPDATE, DELETE and TRUNCATE, whoever asks."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            sql=[
                FUNCTION,
                f'create trigger {table}_append_only_row before update or delete on "{table}"'
                " for each row execute function bpo_append_only();",
                f'create trigger {table}_append_only_all before truncate on "{table}"'
                " for each statement execute function bpo_append_only();",
            ],
            reverse_sql=[
                f'drop trigger if exists {table}_append_only_row on "{table}";',
                f'drop trigger if exists {table}_append_only_all on "{table}";',
            ],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"table": self.table}

    def describe(self) -> str:
        return f"Make {self.table} append-only"


class FrozenTrigger(migrations.RunSQL):
    """Migration operation: rows in these states are never changed or deleted again, whoever asks."""

    def __init__(self, table: str, *states: str) -> None:
        self.table, self.states = table, states
        listed = ", ".join(f"'{state}'" for state in states)
        super().__init__(
            sql=[
                FUNCTION,
                f'create trigger {table}_frozen before update or delete on "{table}"'
                f" for each row when (old.state in ({listed})) execute function bpo_append_only();",
            ],
            reverse_sql=[f'drop trigger if exists {table}_frozen on "{table}";'],
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.table, *self.states], {}

    def describe(self) -> str:
        return f"Freeze rows of {self.table} that are {' or '.join(self.states)}"
