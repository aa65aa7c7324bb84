"""Statements that Django writes once: for what pages ask all day, with many joins and few rows.

Writing such a statement in Python takes several times as long as its answer by PostgreSQL. A function that builds a
query set from places instead of values is asked once what it builds; from then on only the values change:

    @composed
    def _offers(agent: Any) -> QuerySet[Leg]:
        return Leg.objects.filter(agent=agent, state=LegState.OFFERED).select_related("client__brand")

    card = first(_offers(agent.pk))

The function must be pure: what it reads besides its places (the time, the language, a setting) would be kept for ever.
Keyword arguments choose between several statements and are not places; with `*values` the number of places is part of
the choice. The statements of one function that were asked last are kept, at most `MOST`.
"""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import lru_cache, update_wrapper
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, ForeignObject, Lookup, QuerySet, prefetch_related_objects
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    NamedValuesListIterable,
    get_related_populators,
)
from psycopg.sql import Literal

from bpo.kernel.asking import MOST, Kept, PlannedAnew, asked

Row = TypeVar("Row")


class Place(Expression):
    """Where a value goes that is known when the statement is asked."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """A parameter that stands for itself until its value is known."""
        return "%s", (self,)


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup[Any]):
    """`pk__among=keys`: a place whose value is a list of keys, of any length in the same statement."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """One comparison with an array, which PostgreSQL answers from the index as it does a list."""
        column, before = self.process_lhs(compiler, connection)
        keys, after = self.process_rhs(compiler, connection)
        return f"{column} = ANY({keys}::bigint[])", (*before, *after)


class Composed(Generic[Row]):
    """A query set written once; called with the values of its places it gives the rows.

    Rows are what the query set would give: model instances with their relations, or tuples of `values_list`. A value is
    handed to the database as it is: a key rather than an object, and never None, for which SQL has another comparison.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row]], *, kept: bool = True) -> None:
        self.build, self.kept = build, kept
        parameters = inspect.signature(build).parameters.values()
        self.any_number = any(one.kind is one.VAR_POSITIONAL for one in parameters)
        self.places = sum(one.kind is one.POSITIONAL_OR_KEYWORD for one in parameters)
        self.statement = lru_cache(MOST)(self._written)
        update_wrapper(self, build)

    def __call__(self, *values: Any, **choices: Any) -> list[Row]:
        """The rows for these values."""
        if None in values or (len(values) != self.places and not self.any_number):
            raise TypeError(f"{self.__name__} wants {self.places} values, none of them None")  # type: ignore[attr-defined]
        return self.statement(len(values), **choices).rows(values)

    def _written(self, places: int, **choices: Any) -> Statement[Row]:
        return Statement(self.build(*(Place(number) for number in range(places)), **choices), kept=self.kept)


class Statement(Generic[Row]):
    """The text of a query set, and how its rows become objects (as in Django's ModelIterable)."""

    def __init__(self, built: QuerySet[Any, Row], *, kept: bool) -> None:
        self.cursor = Kept if kept else PlannedAnew
        compiler: Any = built.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            self.sql, self.places = with_places(*compiler.as_sql())
        except EmptyResultSet:  # its conditions leave nothing, whatever the values
            self.sql = ""
            return
        self.prefetched: Sequence[Any] = built._prefetch_related_lookups  # type: ignore[attr-defined]
        kind: type = built._iterable_class  # type: ignore[attr-defined]
        self.tuple_of: Callable[[list[Any]], Any] = tuple
        if kind is FlatValuesListIterable:
            self.tuple_of = lambda row: row[0]
        if kind is NamedValuesListIterable:
            self.tuple_of = named_row(list(built.query.selected or ()))
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        self.converters = [(at, *found) for at, found in compiler.get_converters(columns).items()]
        self.model: Any = None
        if kind is ModelIterable:
            own = compiler.klass_info["select_fields"]
            self.model = compiler.klass_info["model"]
            self.own = slice(own[0], own[-1] + 1)
            self.names = [column.target.attname for column in columns[self.own]]
            populators: Any = get_related_populators
            self.related = populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
            self.annotated = list((compiler.annotation_col_map or {}).items())

    def rows(self, values: Sequence[Any]) -> list[Row]:
        """Ask the database."""
        if not self.sql:
            return []
        connection = connections[DEFAULT_DB_ALIAS]
        found = asked(self.sql, [values[number] for number in self.places], kind=self.cursor)
        for at, converters, expression in self.converters:
            for row in found:
                for converter in converters:
                    row[at] = converter(row[at], expression, connection)
        made: list[Any] = [self._made(row) for row in found]
        if self.prefetched:
            prefetch_related_objects(made, *self.prefetched)
        return made

    def _made(self, row: list[Any]) -> Any:
        if self.model is None:
            return self.tuple_of(row)
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, made)
        for name, at in self.annotated:
            setattr(made, name, row[at])
        return made


def with_places(text: str, parameters: Sequence[Any]) -> tuple[str, list[int]]:
    """The statement with its constants written out, and which value goes into each place that is left.

    PostgreSQL keeps a plan by the text; what is a constant there it can plan with.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    mark = "\0"
    words = [mark if isinstance(one, Place) else Literal(one).as_string(connection.connection) for one in parameters]
    written = (text % tuple(words)).replace("%", "%%").replace(mark, "%s")
    return written, [one.number for one in parameters if isinstance(one, Place)]


def named_row(names: Sequence[str]) -> Callable[[list[Any]], Any]:
    """What makes a row with these names."""
    kind: Any = namedtuple("Row", names)  # type: ignore[misc]
    return kind._make


def composed(build: Callable[..., QuerySet[Any, Row]]) -> Composed[Row]:
    """Decorator of a function that builds a query set from places: it is called once, the statement ever after."""
    return Composed(build)


def figured(build: Callable[..., QuerySet[Any, Row]]) -> Composed[Row]:
    """The same for what reads a day at one time and a month at another: PostgreSQL plans it anew for its values."""
    return Composed(build, kept=False)


def first(rows: Sequence[Row]) -> Row | None:
    """The first of them, or nothing."""
    return rows[0] if rows else None
