"""Presence is compared with one constant."""

from django.db import migrations, models

import bpo.kernel.models


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0007_profiles_have_public_ids"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="seat",
            name="presence_known",
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=bpo.kernel.models.OneOf("presence", ["signed_out", "available", "not_responding", "break"]),
                name="presence_known",
            ),
        ),
    ]
