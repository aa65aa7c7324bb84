"""A match reads less: a paused line is known by its lanes, what was set aside by an index of its own."""

from pathlib import Path

from django.db import migrations, models

from bpo.kernel.migrations import functions

MATCH = Path(__file__).parent.parent / "routing" / "match.sql"
# That a line is paused is compiled into its lanes from now on.
PAUSED = """
UPDATE interactions_lane l SET auto = false FROM clients_queue q WHERE q.id = l.queue_id AND q.state = 'paused';
UPDATE interactions_agentlane l SET auto = false FROM clients_queue q WHERE q.id = l.queue_id AND q.state = 'paused';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0007_profiles_have_public_ids"),
        ("clients", "0009_routing_rules"),
        ("interactions", "0011_one_order_in_a_line"),
    ]

    operations = [
        migrations.AlterField(
            model_name="lane",
            name="auto",
            field=models.BooleanField(
                default=True, help_text="Offered by routing: the line is neither manual nor paused."
            ),
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(
                condition=models.Q(("set_aside", True), ("state__in", ["handling", "wrapping"])),
                fields=["agent"],
                name="leg_set_aside",
            ),
        ),
        migrations.RunSQL(PAUSED, migrations.RunSQL.noop),
        functions(MATCH),
    ]
