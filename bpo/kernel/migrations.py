"""Migration operations: many tables made at once; functions loaded from the file that holds them; types of words.

Django builds every model anew after each single step of a migration; for a first migration of eighty tables with
their indexes that is twenty seconds. The same steps taken together need the models once.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterIndexTogether,
    AlterUniqueTogether,
    CreateModel,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

PART_OF_THE_TABLE = (AddField, AddIndex, AddConstraint, AlterUniqueTogether, AlterIndexTogether)

# A file says what the functions are today; of an early migration the columns they read may come later.
UNCHECKED = "SET LOCAL check_function_bodies = off;\n"


def functions(path: Path, undo: str = RunSQL.noop) -> RunSQL:
    """Make the functions of a file, or make them anew."""
    return RunSQL([(UNCHECKED + path.read_text(), None)], undo)


# A type without its words first: a column that takes it over is then looked through, not written anew.
WORDS = """
DO $$ BEGIN CREATE DOMAIN {name} AS varchar({most}); EXCEPTION WHEN duplicate_object THEN NULL; END $$
"""
KNOWN = """
ALTER DOMAIN {name} DROP CONSTRAINT IF EXISTS {name}_known;
ALTER DOMAIN {name} ADD CONSTRAINT {name}_known CHECK (VALUE = ANY ('{{{words}}}'::varchar[]))
"""


def words_type(name: str, most: int) -> RunSQL:
    """Make the type of a `WordField`, of words so long at most; `words` says which."""
    return RunSQL([(WORDS.format(name=name, most=most), None)], f"DROP DOMAIN {name}")


def words(name: str, known: Sequence[str]) -> RunSQL:
    """The words that a type knows from now on, and no others."""
    if not all(word.replace("_", "").isalnum() for word in known):
        raise ValueError(f"not plain words: {known}")
    forget = f"ALTER DOMAIN {name} DROP CONSTRAINT {name}_known"
    return RunSQL([(KNOWN.format(name=name, words=",".join(known)), None)], forget)


class CreateTogether(Operation):
    """Creates the models of the list as they are after its last step; for the first migration of an app only."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = list(operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.operations], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered once, when the first table is made
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            if isinstance(operation, CreateModel):
                model = to_state.apps.get_model(app_label, operation.name)
                if self.allow_migrate_model(schema_editor.connection.alias, model):
                    schema_editor.create_model(model)
            elif not isinstance(operation, PART_OF_THE_TABLE):
                operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        with schema_editor.connection.cursor() as cursor:
            for operation in reversed(self.operations):
                if isinstance(operation, CreateModel):
                    model = from_state.apps.get_model(app_label, operation.name)
                    for table in [
                        *(field.remote_field.through._meta.db_table for field in model._meta.local_many_to_many),
                        model._meta.db_table,
                    ]:
                        # Tables may look at each other, so neither can go first without cascade.
                        cursor.execute(f"drop table if exists {schema_editor.quote_name(table)} cascade")

    def describe(self) -> str:
        count = sum(isinstance(operation, CreateModel) for operation in self.operations)
        return f"Create {count} models together"
