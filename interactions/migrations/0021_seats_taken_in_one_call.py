"""The seats of all who are on a contact are locked by one function."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("interactions", "0020_live_legs_by_agent_alone"),
    ]

    operations = [
        functions(HERE / "states.sql"),
    ]
