"""Which ready sentences a mail has, until it leaves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0051_drafts_at_a_step"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="snippets",
            field=models.JSONField(
                db_default=[],
                default=list,
                help_text="Ready sentences in a mail, each with its language; told when it leaves.",
            ),
        ),
    ]
