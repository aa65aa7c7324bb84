"""Rows of one client point to rows of that client: held by the database, and told in words by the models' `clean`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import migrations, models
from django.utils.translation import gettext as _


def check(client_id: int | None, row: models.Model, *names: str) -> None:
    """Refuse, field by field, what these fields of the row point to when it is another client's."""
    others = {name: getattr(row, name, None) for name in names}
    foreign = [name for name, other in others.items() if other is not None and other.client_id != client_id]
    if client_id is not None and foreign:
        words = _("This belongs to another client.")
        raise ValidationError({name: ValidationError(words, code="other_client") for name in foreign})


class OfOneClient(migrations.RunSQL):
    """Migration operation: foreign keys that carry the client too, so that a row of another one cannot be named.

    They cost nothing but where a row is new or one of the two columns changes.
    """

    def __init__(self, table: str, **targets: str) -> None:
        self.table, self.targets = table, targets
        forward: list[Any] = []
        backward: list[Any] = []
        for column, target in targets.items():
            forward += [
                f"create unique index if not exists {target}_of_client on {target} (id, client_id)",
                f"alter table {table} add constraint {table}_{column}_of_client foreign key ({column}, client_id)"
                f" references {target} (id, client_id) deferrable initially deferred",
            ]
            backward.append(f"alter table {table} drop constraint {table}_{column}_of_client")
        super().__init__(forward, backward)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"table": self.table, **self.targets}

    def describe(self) -> str:
        return f"Let {self.table} name rows of its own client alone"
