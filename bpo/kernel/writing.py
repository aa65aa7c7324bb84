"""Inserts, updates and deletes whose text is written once: for the few that every contact makes (`composed` reads).

Django writes the text of a statement anew each time, and PostgreSQL plans it anew; both take longer than the change.
Inside an `operation` they travel together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Model
from django.db.models.sql import DeleteQuery, UpdateQuery
from psycopg.sql import SQL, Composable, Identifier
from psycopg.types.numeric import Int8

from bpo.kernel.asking import MOST, Then, asked_later, asked_now
from bpo.kernel.composed import Place, with_places
from bpo.kernel.history import is_tracked

Shape = tuple[tuple[str, Any], ...]
Referring = tuple[tuple[str, int], ...]
Kinds = tuple[tuple[type[Model], Referring], ...]


class _Value:
    """Stands in a statement's shape for a value that changes from call to call."""


VALUE: Final = _Value()


def insert(*rows: Model) -> None:
    """Insert new rows in one statement and set their keys, as `save(force_insert=True)` does of each.

    A row may refer to one that stands before it. Neither validates, nor sends signals.
    """
    insert_later(*rows)
    asked_now()


def insert_later(*rows: Model) -> None:
    """The same where nobody needs the keys before the next answer."""
    kinds = tuple((type(row), _referring(row, rows[:number])) for number, row in enumerate(rows))
    text, fields = _insert(kinds)
    connection = connections[DEFAULT_DB_ALIAS]
    values = [_prepared(field, field.pre_save(rows[number], True), connection) for number, field in fields]
    kept = next((model for model, _referring in kinds if is_tracked(model)), kinds[0][0])
    _tell(kept, text, values, lambda inserted: _keyed(rows, kinds, inserted[0]), sure=True)


def _keyed(rows: Sequence[Model], kinds: Kinds, keys: Sequence[Any]) -> None:
    for row, (_model, referring), key in zip(rows, kinds, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        for attname, number in referring:
            setattr(row, attname, rows[number].pk)


def _referring(row: Model, before: Sequence[Model]) -> Referring:
    """Which of its fields refer to which of the rows before it, whose keys are not known yet; ValueError for others."""
    places = {id(other): number for number, other in enumerate(before)}
    found = []
    for field in _relations(type(row)):
        other = field.get_cached_value(row, default=None)
        if other is None:
            continue
        if other.pk is not None:
            setattr(row, field.attname, getattr(other, field.target_field.attname))
        elif id(other) in places:
            found.append((field.attname, places[id(other)]))
        else:
            raise ValueError(f"{field.name} of a new {type(row).__name__} is not saved")
    return tuple(found)


@lru_cache(MOST)
def _relations(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.local_concrete_fields if field.is_relation]


@lru_cache(MOST)
def _insert(kinds: Kinds) -> tuple[str, list[tuple[int, Any]]]:
    """The text, and the field of which row goes into each of its places."""
    texts, handed = [], []
    for number, (model, referring) in enumerate(kinds):
        known = dict(referring)
        fields: list[Any] = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
        handed += [(number, field) for field in fields if field.attname not in known]
        values = [
            SQL("(SELECT key FROM {})").format(_row(known[f.attname])) if f.attname in known else SQL("%s")
            for f in fields
        ]
        into = SQL("INSERT INTO {} ({}) VALUES ({}) RETURNING {} AS key")
        columns = SQL(", ").join(Identifier(field.column) for field in fields)
        table, key = Identifier(model._meta.db_table), Identifier(str(model._meta.pk.column))
        texts.append(into.format(table, columns, SQL(", ").join(values), key))
    if len(texts) > 1:
        made = SQL(", ").join(SQL("{} AS ({})").format(_row(number), text) for number, text in enumerate(texts))
        keys = SQL(", ").join(_key_of(number) for number in range(len(texts)))
        texts = [SQL("WITH {} SELECT {}").format(made, keys)]
    return texts[0].as_string(None), handed


def _row(number: int) -> Identifier:
    return Identifier(f"row{number}")


def _key_of(number: int) -> Composable:
    return SQL("(SELECT key FROM {})").format(_row(number))


def update(
    model: type[Model], where: Mapping[str, Any], *returning: str, then: Then | None = None, **changes: Any
) -> None:
    """Change the rows that fit, as `filter(**where).update(**changes)` does; `then` is told what is returned of each.

    Without `returning` that is the key. A value in `where` is handed to the database as it is: a key rather than an
    object. None, yes and no, a tuple and an expression are part of the text; an expression kept in a constant is quick.
    """
    text, order = _update(model, _shape(where), _shape(changes), returning)
    connection = connections[DEFAULT_DB_ALIAS]
    fields = model._meta.get_field
    values = [_prepared(fields(name), value, connection) for name, value in changes.items() if _changes(value)]
    values += [_sized(value) for value in where.values() if _changes(value)]
    _tell(model, text, [values[number] for number in order], then)


def _tell(model: type[Model], text: str, values: Sequence[Any], then: Then | None, *, sure: bool = False) -> None:
    """Have it done; where changes are kept at once, in the same message as who makes them and why."""
    if not is_tracked(model):
        asked_later(text, values, then=then, sure=sure)
        return
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(text, values)
        rows = [list(row) for row in cursor.fetchall()]
    if then:
        then(rows)


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


def delete(model: type[Model], where: Mapping[str, Any]) -> None:
    """Delete the rows that fit, of a model nothing refers to."""
    text, order = _delete(model, _shape(where))
    values = [_sized(value) for value in where.values() if _changes(value)]
    _tell(model, text, [values[number] for number in order], None)


@lru_cache(MOST)
def _delete(model: type[Model], where: Shape) -> tuple[str, list[int]]:
    query: Any = model._base_manager.filter(**_placed(where, count())).query.chain(DeleteQuery)
    text, order = with_places(*query.get_compiler(DEFAULT_DB_ALIAS).as_sql())
    return f"{text} RETURNING 1", order
