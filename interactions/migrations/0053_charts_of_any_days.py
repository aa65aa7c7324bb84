"""A chart on paper may be of any days: their first and last one are its period's key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0052_ready_sentences_of_mails")]

    operations = [
        migrations.AlterField(
            model_name="flowpaper",
            name="when",
            field=models.CharField(help_text="The period's key; empty for the words without figures.", max_length=22),
        ),
    ]
