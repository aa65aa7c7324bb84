"""The number that an act wrote down as never to be called, so that the act can be taken back."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0026_in_force_since"),
        ("interactions", "0044_whose_time_it_is"),
    ]

    operations = [
        migrations.AddField(
            model_name="action",
            name="blocked",
            field=models.ForeignKey(
                help_text="The number it wrote down, if it did.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="clients.donotcall",
            ),
        ),
    ]
