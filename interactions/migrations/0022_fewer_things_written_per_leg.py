"""One index and two checks less per leg, and the decision looks by indexes even where a table was small at first."""

from pathlib import Path

from django.db import migrations, models

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0021_seats_taken_in_one_call"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="leg",
            name="leg_ramp",
        ),
        migrations.AlterField(
            model_name="interaction",
            name="version",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="leg",
            name="version",
            field=models.BigIntegerField(default=0),
        ),
        functions(HERE / "states.sql"),
        functions(HERE / "routing" / "match.sql"),
    ]
