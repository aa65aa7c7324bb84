"""The guarded transition: one UPDATE that only fits the state we read."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model

from bpo.kernel.asking import Rows
from bpo.kernel.errors import IllegalMove, StaleState
from bpo.kernel.writing import update


def advance(
    obj: Model, to: str, *, allowed: Mapping[Any, Collection[Any]], field: str = "state", **changes: Any
) -> str:
    """Move obj to a state and set the changes in the same UPDATE; returns the state it left.

    Raises IllegalMove if the table has no such move, StaleState if the row was moved by someone else meanwhile: in an
    operation with the next answer, until when what is computed by an expression is not known either.
    """
    before: str = getattr(obj, field)
    if to not in allowed.get(before, ()):
        raise IllegalMove(f"{type(obj).__name__} {obj.pk} cannot go from {before} to {to}")
    computed = [name for name, value in changes.items() if hasattr(value, "resolve_expression")]

    def moved(rows: Rows) -> None:
        if not rows:
            raise StaleState(f"{type(obj).__name__} {obj.pk} is no longer {before}")
        for name, value in zip(computed, rows[0], strict=False):
            setattr(obj, name, value)

    update(type(obj), {"pk": obj.pk, field: before}, *computed, then=moved, **{field: to}, **changes)
    for name, value in {field: to, **changes}.items():
        if name not in computed:
            setattr(obj, name, value)
    return before
