"""A number of a client is with one agent at a time; where two had it, the call stays, else who took it first."""

from django.db import migrations, models

LET_GO = """
    UPDATE interactions_prospect p
       SET state = 'waiting', taken_by_id = NULL, held_until = NULL, next_try_at = now()
     WHERE p.state IN ('taken', 'calling')
       AND EXISTS (
           SELECT 1 FROM interactions_prospect o
            WHERE o.client_id = p.client_id AND o.number = p.number AND o.id <> p.id
              AND o.state IN ('taken', 'calling')
              AND (o.state = 'calling', -o.id) > (p.state = 'calling', -p.id)
       );
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0040_reviews_and_charts_on_paper")]

    operations = [
        migrations.RunSQL(LET_GO, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["taken", "calling"])),
                fields=("client", "number"),
                name="number_in_one_hand",
            ),
        ),
    ]
