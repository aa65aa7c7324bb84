"""Who came back into line goes first in that line; between lines priority and age decide."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

MATCH = Path(__file__).parent.parent / "routing" / "match.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0017_best_for_whom_is_free")]

    operations = [functions(MATCH)]
