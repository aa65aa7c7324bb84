"""Which edition of somebody on a list was read, and whose talk over a page began by telephone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0048_call_links")]

    operations = [
        migrations.AddField(
            model_name="prospect",
            name="edition",
            field=models.PositiveIntegerField(
                default=1, help_text="Counts the corrections of what is known of the person."
            ),
        ),
        migrations.AlterField(
            model_name="callmedia",
            name="due_at",
            field=models.DateTimeField(
                null=True,
                help_text="By then both hear each other, or the offer has failed; empty of a colleague asked in, and "
                "of who talked by telephone before.",
            ),
        ),
    ]
