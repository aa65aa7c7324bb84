from django.db import migrations, models

import bpo.kernel.clock

SINCE = "Since when it is this customer's; empty: since before that was kept."


def _kept_from_now_on(name: str) -> list[migrations.operations.base.Operation]:
    """Rows that are there stay empty: they were the customer's before any contact of now."""
    kept = {"editable": False, "help_text": SINCE, "null": True}
    return [
        migrations.AddField(name, "added_at", models.DateTimeField(**kept)),
        migrations.AlterField(name, "added_at", models.DateTimeField(default=bpo.kernel.clock.now, **kept)),
    ]


class Migration(migrations.Migration):
    dependencies = [("clients", "0024_script_versions_at_a_time")]

    operations = [*_kept_from_now_on("customerphone"), *_kept_from_now_on("customeraddress")]
