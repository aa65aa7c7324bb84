"""A colleague who is asked in keeps who of the two hears the other, without a time by which they must."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("interactions", "0046_prospects_taken_off")]

    operations = [
        migrations.AlterField(
            model_name="callmedia",
            name="due_at",
            field=models.DateTimeField(
                null=True,
                help_text="By then both hear each other, or the offer has failed; empty of a colleague asked in.",
            ),
        ),
    ]
