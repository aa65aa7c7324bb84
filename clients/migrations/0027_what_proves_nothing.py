from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

UNPROVEN = "The contacts in which it was written down before anybody was verified; until then it proves nothing."


def _unproven(model: str, name: str) -> migrations.AddField:
    contacts = ArrayField(
        models.UUIDField(), default=list, db_default=[], blank=True, editable=False, help_text=UNPROVEN
    )
    return migrations.AddField(model, name, contacts)


class Migration(migrations.Migration):
    """Rows that are there count as known."""

    dependencies = [("clients", "0026_in_force_since")]

    operations = [
        _unproven("customer", "name_unproven_in"),
        _unproven("customerphone", "unproven_in"),
        _unproven("customeraddress", "unproven_in"),
    ]
