"""Abstract models without business meaning."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Func
from django.db.models.sql.compiler import SQLCompiler


class PublicIdModel(models.Model):
    """A row with a number for us and an unguessable id for everyone else."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True


class OneOf(Func):
    """The condition of a constraint that a field has one of these values, written as one constant.

    PostgreSQL reads the text of a row's constraints anew for every statement that writes it. As Django writes it, each
    value is an expression of its own: for the kinds of the journal, half of what a match had to read.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, field: str, values: Iterable[str]) -> None:
        super().__init__(models.F(field))
        self.values = [*values]
        if not all(value.replace("_", "").isalnum() for value in self.values):
            raise ValueError(f"not plain words: {self.values}")

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        """The field compared with the constant."""
        field, parameters = compiler.compile(self.source_expressions[0])
        return f"{field} = ANY ('{{{','.join(self.values)}}}'::varchar[])", [*parameters]
