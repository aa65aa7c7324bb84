"""The guarded transition: one UPDATE that only fits the state we read."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Model

from bpo.kernel.errors import IllegalMove, StaleState
from bpo.kernel.writing import update


def advance(
    obj: Model, to: str, *, allowed: Mapping[Any, Collection[Any]], field: str = "state", **changes: Any
) -> str:
    """Move obj to a state and set the changes in the same UPDATE; returns the state it left.

    Raises IllegalMove if the table has no such move, StaleState if the row was moved by someone else meanwhile.
    """
    before: str = getattr(obj, field)
    if to not in allowed.get(before, ()):
        raise IllegalMove(f"{type(obj).__name__} {obj.pk} cannot go from {before} to {to}")
    computed = [name for name, value in changes.items() if hasattr(value, "resolve_expression")]
    rows = update(type(obj), {"pk": obj.pk, field: before}, *computed, **{field: to}, **changes)
    if not rows:
        raise StaleState(f"{type(obj).__name__} {obj.pk} is no longer {before}")
    for name, value in {field: to, **changes, **dict(zip(computed, rows[0], strict=False))}.items():
        setattr(obj, name, value)
    return before
