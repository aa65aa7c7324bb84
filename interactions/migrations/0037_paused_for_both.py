from django.db import migrations, models


class Migration(migrations.Migration):
    """A recording paused by hand while a card's number is given has two pauses."""

    dependencies = [("interactions", "0036_acts_of_scripts")]

    operations = [
        migrations.AlterField(
            model_name="recording",
            name="paused_for",
            field=models.CharField(
                blank=True,
                choices=[
                    ("agent", "The agent"),
                    ("card", "A card's number"),
                    ("both", "The agent, and a card's number"),
                ],
                help_text="Stays when it ends paused.",
                max_length=5,
            ),
        ),
    ]
