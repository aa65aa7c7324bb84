"""A task for the company that no act of a flow made, and the second case that one opened."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0027_what_proves_nothing"),
        ("interactions", "0049_edition_of_prospects"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseOpened",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("second", models.BooleanField(help_text="Beside the contact's own case, which it follows.")),
                ("subject", models.CharField(help_text="As the act wrote it.", max_length=300)),
                ("subject_before", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.AddField(
            model_name="clienttask",
            name="leg",
            field=models.ForeignKey(
                help_text="Whose work it came from, if no act.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to="interactions.leg",
            ),
        ),
        migrations.AlterField(
            model_name="clienttask",
            name="action",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="task", to="interactions.action"
            ),
        ),
        migrations.AddConstraint(
            model_name="clienttask",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("action__isnull", False), ("leg__isnull", True)),
                    models.Q(("action__isnull", True), ("leg__isnull", False)),
                    _connector="OR",
                ),
                name="task_comes_from_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="clienttask",
            constraint=models.UniqueConstraint(
                condition=models.Q(("leg__isnull", False)), fields=("leg", "title", "due_on"), name="task_of_leg_once"
            ),
        ),
        migrations.AddField(
            model_name="caseopened",
            name="action",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="case_opened", to="interactions.action"
            ),
        ),
        migrations.AddField(
            model_name="caseopened",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="interactions.case"
            ),
        ),
        migrations.AddField(
            model_name="caseopened",
            name="note",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="interactions.casenote"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseopened",
            constraint=models.UniqueConstraint(
                condition=models.Q(("second", True)), fields=("case",), name="second_case_opened_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="caseopened",
            constraint=models.CheckConstraint(
                condition=models.Q(("second", False), ("subject_before", ""), _connector="OR"),
                name="second_case_had_no_subject_before",
            ),
        ),
    ]
