"""The match anew: each offer keeps the best five with the keys by which they were compared."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

MATCH = Path(__file__).parent.parent / "routing" / "match.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0007_plain_words")]

    operations = [functions(MATCH)]
