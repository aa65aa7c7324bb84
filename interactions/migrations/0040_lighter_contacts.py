"""An offer in fewer statements; legs of a contact are found by their end."""

from pathlib import Path

from django.db import migrations, models

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_checks_that_say_something"),
        ("clients", "0012_tell_agents_when_monitored"),
        ("interactions", "0027_lighter_cards"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="leg",
            name="legs_of_interaction",
        ),
        migrations.RemoveIndex(
            model_name="leg",
            name="leg_by_client_end",
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(fields=["interaction", "ended_at"], name="legs_of_interaction"),
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["client", "ended_at"], name="leg_by_client_end"
            ),
        ),
        functions(HERE / "shown.sql"),
        functions(HERE / "routing" / "match.sql"),
    ]
