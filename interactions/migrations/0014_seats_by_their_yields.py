"""The match anew; seats counted anew by what their profiles let step aside."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

MATCH = Path(__file__).parent.parent / "routing" / "match.sql"
RECOUNT = "SELECT seat_recount(agent_id, now(), false) FROM agents_seat ORDER BY agent_id"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0013_fewer_indexes")]

    operations = [functions(MATCH), migrations.RunSQL(RECOUNT, migrations.RunSQL.noop)]
