"""Overflow steps, interruptions and shares of the floor: rows and functions."""

from pathlib import Path

from django.db import migrations, models

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0004_routing_rules"),
        ("clients", "0009_routing_rules"),
        ("interactions", "0008_offers_keep_the_best"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="lane",
            name="lane_interned",
        ),
        migrations.AddField(
            model_name="interaction",
            name="step_due_at",
            field=models.DateTimeField(help_text="When its line's next overflow step is reached.", null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="next_after_seconds",
            field=models.PositiveIntegerField(help_text="Until the next overflow step; null: none.", null=True),
        ),
        migrations.AddField(
            model_name="lane",
            name="offers_callback",
            field=models.BooleanField(default=False, help_text="A step that offers a callback was reached."),
        ),
        migrations.AddField(
            model_name="visit",
            name="expected_seconds",
            field=models.PositiveIntegerField(
                help_text="The wait foretold when nobody was free at entry; null: answered at once, or not known.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("state", "queued"), ("step_due_at__isnull", False)),
                fields=["step_due_at"],
                name="step_due",
            ),
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(
                condition=models.Q(("state__in", ["offered", "handling", "wrapping"])),
                fields=["client"],
                name="leg_live_by_client",
            ),
        ),
        migrations.AddConstraint(
            model_name="lane",
            constraint=models.UniqueConstraint(
                fields=("queue", "queue_version", "step", "channel", "added"), name="lane_interned"
            ),
        ),
        functions(HERE / "states.sql"),
        functions(HERE / "eligibility.sql"),
        functions(HERE / "routing" / "match.sql"),
    ]
