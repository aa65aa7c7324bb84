"""Live legs are looked for by agent; a second index of them was taken for the first while there were few."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0019_zone_of_the_window"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="leg",
            name="leg_live_by_client",
        ),
    ]
