"""Whoever is free takes the next best while somebody else holds the best."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

MATCH = Path(__file__).parent.parent / "routing" / "match.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0054_only_ones_own_work_steps_aside")]

    operations = [functions(MATCH)]
