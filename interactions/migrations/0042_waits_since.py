"""What a card and the floor tell of a wait begins after the last answer."""

from pathlib import Path

from django.db import migrations

from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [("interactions", "0041_number_in_one_hand")]

    operations = [functions(HERE / "shown.sql")]
