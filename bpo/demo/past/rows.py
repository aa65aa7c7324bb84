"""The rows of timelines, not saved yet, in the order in which they can be; and their journal."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from agents.models import Agent
from interactions.models import Callback, Case, Interaction, JournalEntry, Kind, Leg, Notice, Run

BATCH = 2000


@dataclass(slots=True)
class Rows:
    """Lists by model; saved in the order in which their models were first named in ORDER."""

    lists: dict[type[Model], list[Any]] = field(default_factory=dict)
    journal: list[JournalEntry] = field(default_factory=list)
    later: list[tuple[Model, str, Model]] = field(default_factory=list)
    """Columns that point at rows saved after their own."""

    def add(self, row: Any) -> Any:
        """Keep a row for saving."""
        self.lists.setdefault(type(row), []).append(row)
        return row

    def record(
        self,
        about: Interaction | Leg | Case | Callback | Notice | Run,
        kind: Kind,
        at: datetime,
        *,
        by: Agent | None = None,
        by_name: str = "",
        interaction: Interaction | None = None,
        **facts: Any,
    ) -> None:
        """A journal entry with the keys that `journal.keys_of` derives."""
        keys: dict[str, Any] = {}
        match about:
            case Leg():
                keys = {"leg": about, "interaction": about.interaction, "case": about.interaction.case}
            case Run():
                keys = {"run": about, "interaction": about.interaction, "case": about.interaction.case}
            case Interaction():
                keys = {"interaction": about, "case": about.case}
            case Case():
                keys = {"case": about}
            case Callback():
                keys = {"callback": about, "case": about.case, "interaction": interaction or about.promised_from}
            case Notice():
                keys = {
                    "notice": about,
                    "case": about.case,
                    "interaction": about.interaction,
                    "callback": about.callback,
                }
        self.journal.append(
            JournalEntry(
                client_id=about.client_id,
                kind=kind,
                at=at,
                actor=by.user if by else None,
                actor_name=(by_name or (str(by) if by else "system"))[:120],
                facts=facts,
                **keys,
            )
        )

    def save(self, order: Iterable[type[Model]]) -> int:
        """Write everything; returns how many rows."""
        saved = 0
        for model in order:
            rows = self.lists.pop(model, [])
            model._base_manager.bulk_create(rows, batch_size=BATCH)
            saved += len(rows)
        assert not self.lists, f"no place in the order for {list(self.lists)}"
        for row, column, target in self.later:
            setattr(row, column, target)
        for model in {type(row) for row, _, _ in self.later}:
            changed = list({id(row): row for row, _, _ in self.later if isinstance(row, model)}.values())
            columns = {column for row, column, _ in self.later if isinstance(row, model)}
            model._base_manager.bulk_update(changed, columns, batch_size=BATCH)
        self.journal.sort(key=lambda entry: entry.at)
        JournalEntry._base_manager.bulk_create(self.journal, batch_size=BATCH)
        return saved + len(self.journal)


def new_id() -> uuid.UUID:
    """A public id."""
    return uuid.uuid4()
