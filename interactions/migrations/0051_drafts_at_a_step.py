"""What is typed at a step and not sent stays with its run until the step is left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0027_what_proves_nothing"),
        ("interactions", "0050_tasks_beside_flows_and_second_cases"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="draft",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "running"), ("draft", {}), _connector="OR"),
                name="ended_run_keeps_no_draft",
            ),
        ),
    ]
