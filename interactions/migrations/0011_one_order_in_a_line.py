"""The match anew: inside a line its own order holds over all lanes, with ageing too."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

MATCH = Path(__file__).parent.parent / "routing" / "match.sql"


class Migration(migrations.Migration):
    dependencies = [("interactions", "0010_replay")]

    operations = [functions(MATCH)]
