"""The journal refuses update and delete; hot tables leave room for updates; the count of a seat."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.append_only import AppendOnlyTrigger
from bpo.kernel.migrations import functions

STATES = Path(__file__).parent.parent / "states.sql"
TUNE = "ALTER TABLE {0} SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02)"
RESET = "ALTER TABLE {0} RESET (fillfactor, autovacuum_vacuum_scale_factor)"
HOT = ("interactions_interaction", "interactions_leg")


class Migration(migrations.Migration):
    dependencies = [("interactions", "0001_initial"), ("agents", "0002_append_only")]

    operations = [
        AppendOnlyTrigger("interactions_journalentry"),
        *(migrations.RunSQL(TUNE.format(table), RESET.format(table)) for table in HOT),
        functions(STATES, "DROP FUNCTION IF EXISTS seat_recount(bigint, timestamptz, boolean)"),
    ]
