"""Lanes are made by a function of the database, for the floor and for its replays alike."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

ELIGIBILITY = Path(__file__).parent.parent / "eligibility.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0015_replays_live_with_their_process")]

    operations = [functions(ELIGIBILITY)]
