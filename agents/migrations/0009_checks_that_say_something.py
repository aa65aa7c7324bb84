"""What is never below nothing is not looked at each time a seat is written: sums, counts that only grow."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0008_presence_in_one_constant"),
    ]

    operations = [
        migrations.AlterField(
            model_name="seat",
            name="capacity",
            field=models.SmallIntegerField(default=100),
        ),
        migrations.AlterField(
            model_name="seat",
            name="misses",
            field=models.SmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="seat",
            name="version",
            field=models.BigIntegerField(default=0),
        ),
    ]
