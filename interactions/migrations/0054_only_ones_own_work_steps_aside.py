"""What is set aside is one's own work alone; seats counted anew by that."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent
RECOUNT = "SELECT seat_recount(agent_id, now(), false) FROM agents_seat ORDER BY agent_id"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0053_charts_of_any_days")]

    operations = [functions(HERE / "states.sql"), migrations.RunSQL(RECOUNT, migrations.RunSQL.noop)]
