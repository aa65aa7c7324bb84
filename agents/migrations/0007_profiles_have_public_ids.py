"""Capacity profiles get an id for the API; each that is there gets its own."""

import uuid
from typing import Any

from django.db import migrations, models


def give_ids(apps: Any, schema_editor: Any) -> None:
    """One a row: the default of a new column would be the same for all."""
    for profile in apps.get_model("agents", "CapacityProfile")._base_manager.all():
        profile.public_id = uuid.uuid4()
        profile.save(update_fields=["public_id"])


class Migration(migrations.Migration):
    dependencies = [("agents", "0006_first_versions_of_rules")]

    operations = [
        migrations.AddField("capacityprofile", "public_id", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(give_ids, migrations.RunPython.noop),
        migrations.AlterField(
            "capacityprofile", "public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
        migrations.AlterField("capacityprofile", "id", models.BigAutoField(primary_key=True, serialize=False)),
    ]
