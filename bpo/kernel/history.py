"""What was changed, by whom and why, before and after: kept by triggers of the database, read by the administration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import pghistory
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import DomainError

M = TypeVar("M", bound=type[Model])
WORDS = {"insert": "added", "update": "changed", "delete": "deleted"}


class ReasonMissing(DomainError):
    """Such a step is never taken without a reason."""

    code = "reason_missing"
    sentence = _("Say why in a few words.")
    status = 400


@contextmanager
def because(why: str, *, by: Model) -> Iterator[None]:
    """What is changed inside is kept with who did it and why; refused without a reason."""
    if not why.strip():
        raise ReasonMissing
    with pghistory.context(user=by.pk, why=why.strip()[:200]):
        yield


def tracked(*, leave_out: Iterable[str] = ()) -> Callable[[M], M]:
    """Class decorator: each insert, update and delete leaves a copy of the row, without the fields left out.

    For configuration and people alone, never for rows that move with the work. Secrets are left out.
    """
    track: Callable[[M], M] = pghistory.track(
        pghistory.InsertEvent(),
        pghistory.UpdateEvent(),
        pghistory.DeleteEvent(),
        exclude=[*leave_out] or None,
    )
    return track


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field, before and after, as a person reads it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row."""

    at: datetime
    what: str
    thing: str
    who: str
    why: str
    fields: tuple[FieldChange, ...]


def is_tracked(model: type[Model]) -> bool:
    """Whether changes of these rows are kept."""
    return hasattr(model, "pgh_event_model")


def changes_of(*things: Model) -> list[Change]:
    """All that happened to these rows, latest first."""
    found = [change for thing in things for change in _of(type(thing), [thing.pk])]
    return sorted(found, key=lambda change: change.at, reverse=True)


def changes_under(model: type[Model], **parent: Any) -> list[Change]:
    """All that happened to the rows of a model under one parent, those deleted since included."""
    events = _events(model).filter(**parent)
    return _of(model, list(events.values_list("pgh_obj_id", flat=True).distinct()))


def as_of(model: Any, at: datetime, **which: Any) -> list[Any]:
    """The rows as they stood at a moment; where no change was kept before it, as they stand today (two queries).

    `which` asks by fields that never change; look at the others in what comes back.
    """
    kept = _events(model).filter(pgh_created_at__lte=at, **which).order_by("pgh_obj_id", "-pgh_id")
    last = list(kept.distinct("pgh_obj_id"))
    today = model._base_manager.filter(**which).exclude(pk__in=[event.pgh_obj_id for event in last])
    return [*(event for event in last if event.pgh_label != "delete"), *today]


def during(model: Any, start: datetime, end: datetime) -> Iterator[tuple[Any, float]]:
    """The rows as they stood within a period, each with the seconds for which it stood so (three queries)."""
    moments: dict[int, list[tuple[datetime, Any]]] = {}
    for row in as_of(model, start):
        moments[getattr(row, "pgh_obj_id", row.pk)] = [(start, row)]
    changed = _events(model).filter(pgh_created_at__gt=start, pgh_created_at__lt=end)
    for event in changed.order_by("pgh_id"):
        stood = moments.setdefault(event.pgh_obj_id, [])
        if event.pgh_label == "insert":  # it was not there before
            stood.clear()
        stood.append((event.pgh_created_at, event))
    for stood in moments.values():
        for (since, row), (until, _next) in zip(stood, [*stood[1:], (end, None)], strict=True):
            if getattr(row, "pgh_label", "") != "delete":
                yield row, (until - since).total_seconds()


def _events(model: Any) -> Any:
    return model.pgh_event_model.objects


def _of(model: type[Model], keys: list[Any]) -> list[Change]:
    if not keys:
        return []
    events = _events(model).filter(pgh_obj_id__in=keys).select_related("pgh_context").order_by("pgh_obj_id", "pgh_id")
    fields = [field for field in events.model._meta.fields if not field.name.startswith("pgh_") and field.name != "id"]
    names = _people(events)
    changes: list[Change] = []
    before: Any = None
    for event in events:
        if before is not None and before.pgh_obj_id != event.pgh_obj_id:
            before = None
        changed = tuple(_changed(fields, before, event))
        if changed or event.pgh_label != "update":
            changes.append(
                Change(
                    at=event.pgh_created_at,
                    what=WORDS.get(event.pgh_label, event.pgh_label),
                    thing=f"{model._meta.verbose_name} {_name(event)}".strip(),
                    who=names.get(_told(event, "user"), "system"),
                    why=_told(event, "why") or "",
                    fields=changed if event.pgh_label == "update" else (),
                )
            )
        before = event
    return changes


def _changed(fields: list[Any], before: Any, after: Any) -> Iterable[FieldChange]:
    if before is None:
        return
    for field in fields:
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if old != new:
            yield FieldChange(str(field.verbose_name), _words(field, old), _words(field, new))


def _words(field: Any, value: Any) -> str:
    if field.is_relation and value is not None:
        found = field.related_model._base_manager.filter(pk=value).first()
        return str(found) if found else f"(no longer there: {value})"
    choices = dict(field.flatchoices)
    return str(choices.get(value, "" if value is None else value))


def _name(event: Any) -> str:
    for field in ("name", "public_name", "code"):
        if value := getattr(event, field, ""):
            return f"“{value}”"
    return ""


def _told(event: Any, what: str) -> Any:
    return (event.pgh_context.metadata or {}).get(what) if event.pgh_context else None


def _people(events: Any) -> dict[Any, str]:
    keys = {who for event in events if (who := _told(event, "user"))}
    return {person.pk: str(person) for person in get_user_model()._default_manager.filter(pk__in=keys)}
