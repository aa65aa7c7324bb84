"""Since when a colleague who was in the talk has the contact herself; kept days are counted anew by it."""

from django.db import migrations, models

FILL = """
    UPDATE interactions_leg l SET took_over_at = o.until
      FROM (SELECT mine.id, max(other.work_ended_at) AS until
              FROM interactions_leg mine JOIN interactions_leg other
                ON other.interaction_id = mine.interaction_id AND other.id <> mine.id AND other.role = 'primary'
               AND other.accepted_at < mine.accepted_at AND other.work_ended_at > mine.accepted_at
             WHERE mine.role = 'primary' AND mine.accepted_at IS NOT NULL
             GROUP BY mine.id) o
     WHERE o.id = l.id;
    DELETE FROM interactions_flowday;
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [("interactions", "0043_way_back_of_sub_processes")]

    operations = [
        migrations.AddField(
            model_name="leg",
            name="took_over_at",
            field=models.DateTimeField(
                help_text="Of a colleague who was in the talk: since when the contact is hers alone.", null=True
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
