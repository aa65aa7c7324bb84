"""The log of presence refuses update and delete; seats are tuned for many small updates."""

from django.db import migrations

from bpo.kernel.append_only import AppendOnlyTrigger


class Migration(migrations.Migration):
    dependencies = [("agents", "0001_initial")]

    operations = [
        AppendOnlyTrigger("agents_presenceentry"),
        migrations.RunSQL(
            "ALTER TABLE agents_seat SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02)",
            "ALTER TABLE agents_seat RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        ),
    ]
