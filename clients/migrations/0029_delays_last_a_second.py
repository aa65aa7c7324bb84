"""A delay after an offer lasts for a second at least."""

import django.core.validators
from django.db import migrations, models

DELAYS = {"busy_delay_seconds": 15, "decline_delay_seconds": 30, "miss_delay_seconds": 30}


def _delay(default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(default=default, validators=[django.core.validators.MinValueValidator(1)])


class Migration(migrations.Migration):
    dependencies = [("clients", "0028_snippets_out_of_use")]

    operations = [
        migrations.AlterField(model_name=model, name=name, field=_delay(default))
        for model in ("queue", "queueevent")
        for name, default in DELAYS.items()
    ]
