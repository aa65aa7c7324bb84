"""The time zone of the visitor's browser, in which what he is promised is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0018_ramp_counts_contacts")]

    operations = [
        migrations.AddField(
            model_name="chatsession",
            name="zone",
            field=models.CharField(
                blank=True, default="", help_text="The time zone of the visitor's browser.", max_length=64
            ),
            preserve_default=False,
        ),
    ]
