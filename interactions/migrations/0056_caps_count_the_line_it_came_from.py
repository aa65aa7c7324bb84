"""The cap of a line counts what an agent had from it, wherever that has gone since."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

ELIGIBILITY = Path(__file__).parent.parent / "eligibility.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0055_next_best_where_another_is_held")]

    operations = [functions(ELIGIBILITY)]
