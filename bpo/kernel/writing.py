"""Inserts, updates and deletes whose text is written once: for the few that every contact makes (`composed` reads).

Django writes the text of a statement anew each time, and PostgreSQL plans it anew; both take longer than the change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Field, Model
from django.db.models.sql import DeleteQuery, UpdateQuery
from psycopg.types.numeric import Int8

from bpo.kernel.composed import MOST, Place, asked, with_places
from bpo.kernel.history import is_tracked

Shape = tuple[tuple[str, Any], ...]


class _Value:
    """Stands in a statement's shape for a value that changes from call to call."""


VALUE: Final = _Value()


def insert(row: Model) -> None:
    """Insert a new row and set its key, as `save(force_insert=True)` does; neither validates, nor sends signals."""
    text, fields = _insert(type(row))
    connection = connections[DEFAULT_DB_ALIAS]
    values = [_prepared(field, field.pre_save(row, add=True), connection) for field in fields]
    row.pk = _told(type(row), text, values)[0][0]
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@lru_cache(MOST)
def _insert(model: type[Model]) -> tuple[str, list[Field[Any, Any]]]:
    meta, quoted = model._meta, connections[DEFAULT_DB_ALIAS].ops.quote_name
    fields: list[Field[Any, Any]] = [field for field in meta.local_concrete_fields if not isinstance(field, AutoField)]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = quoted(str(meta.pk.column))
    return f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ({places}) RETURNING {key}", fields  # noqa: S608 - names of our own tables


def update(model: type[Model], where: Mapping[str, Any], *returning: str, **changes: Any) -> list[list[Any]]:
    """Change the rows that fit, as `filter(**where).update(**changes)` does; returns what it is asked of each.

    Without `returning` that is the key. A value in `where` is handed to the database as it is: a key rather than an
    object. None, yes and no, a tuple and an expression are part of the text; an expression kept in a constant is quick.
    """
    text, order = _update(model, _shape(where), _shape(changes), returning)
    connection = connections[DEFAULT_DB_ALIAS]
    fields = model._meta.get_field
    values = [_prepared(fields(name), value, connection) for name, value in changes.items() if _changes(value)]
    values += [_sized(value) for value in where.values() if _changes(value)]
    return _told(model, text, [values[number] for number in order])


def _told(model: type[Model], text: str, values: Sequence[Any]) -> list[list[Any]]:
    """Ask the database; where changes are kept, in the same message as who makes them and why."""
    if not is_tracked(model):
        return asked(text, values)
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(text, values)
        return [list(row) for row in cursor.fetchall()]


def _prepared(field: Any, value: Any, connection: Any) -> Any:
    if isinstance(value, Model):
        value = value.prepare_database_save(field)  # type: ignore[attr-defined]
    return _sized(field.get_db_prep_save(value, connection))


def _sized(value: Any) -> Any:
    """A whole number of the widest kind: PostgreSQL keeps a plan for each kind, and a narrow one would be cut short."""
    return Int8(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _changes(value: Any) -> bool:
    """Whether it is handed to the statement, rather than written in it."""
    return not (value is None or isinstance(value, bool | tuple) or hasattr(value, "resolve_expression"))


def _shape(values: Mapping[str, Any]) -> Shape:
    return tuple((name, VALUE if _changes(value) else value) for name, value in values.items())


def _placed(shape: Shape, numbers: Iterator[int]) -> dict[str, Any]:
    return {name: Place(next(numbers)) if value is VALUE else value for name, value in shape}


@lru_cache(MOST)
def _update(model: type[Model], where: Shape, changes: Shape, returning: Sequence[str]) -> tuple[str, list[int]]:
    """The text, and which value goes into each of its places: first those of the changes, then those of the rows."""
    numbers = count()
    sets = _placed(changes, numbers)
    query: Any = model._base_manager.filter(**_placed(where, numbers)).query.chain(UpdateQuery)
    query.add_update_values(sets)
    text, order = with_places(*query.get_compiler(DEFAULT_DB_ALIAS).as_sql())
    meta, quoted = model._meta, connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = [meta.get_field(name).column for name in returning] or [meta.pk.column]  # type: ignore[union-attr]
    wanted = ", ".join(f"{quoted(meta.db_table)}.{quoted(str(column))}" for column in columns)
    return f"{text} RETURNING {wanted}", order


def delete(model: type[Model], where: Mapping[str, Any]) -> int:
    """Delete the rows that fit, of a model nothing refers to; returns how many."""
    text, order = _delete(model, _shape(where))
    values = [_sized(value) for value in where.values() if _changes(value)]
    return len(_told(model, text, [values[number] for number in order]))


@lru_cache(MOST)
def _delete(model: type[Model], where: Shape) -> tuple[str, list[int]]:
    query: Any = model._base_manager.filter(**_placed(where, count())).query.chain(DeleteQuery)
    text, order = with_places(*query.get_compiler(DEFAULT_DB_ALIAS).as_sql())
    return f"{text} RETURNING 1", order
