"""That a replay runs is known by a lock of its process, not by when it last said something."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("interactions", "0014_seats_by_their_yields")]

    operations = [migrations.RemoveField(model_name="replay", name="said_at")]
