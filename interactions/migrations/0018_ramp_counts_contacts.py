"""Eligibility anew: the ramp counts contacts, not legs."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

ELIGIBILITY = Path(__file__).parent.parent / "eligibility.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0017_best_for_whom_is_free")]

    operations = [functions(ELIGIBILITY)]
