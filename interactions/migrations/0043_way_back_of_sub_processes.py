"""Through which step a run entered its sub-process is kept, not looked for among its visits."""

from django.db import migrations, models

ENTERED = """
    SELECT e.step FROM interactions_stepvisit e JOIN clients_scriptversion v ON v.id = e.version_id
     WHERE e.run_id = r.id AND e.version_id = r.version_id {before}
       AND EXISTS (SELECT 1 FROM jsonb_array_elements(v.graph -> 'steps') s
                    WHERE s ->> 'id' = e.step AND s ->> 'kind' = 'sub_process')
     ORDER BY e.ordinal DESC LIMIT 1
"""
FILL = f"""
    UPDATE interactions_stepvisit t
       SET sub_step = coalesce(({ENTERED.format(before="AND e.ordinal < t.ordinal")}), '')
      FROM interactions_run r
     WHERE r.id = t.run_id AND r.state = 'running' AND t.version_id <> r.version_id;
    UPDATE interactions_run r
       SET sub_step = coalesce(({ENTERED.format(before="")}), r.at_step)
     WHERE r.sub_version_id IS NOT NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
"""  # noqa: S608 - constants alone


class Migration(migrations.Migration):
    dependencies = [("interactions", "0042_waits_since")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="sub_step",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="The step of the script itself through which it entered the sub-process.",
                max_length=80,
            ),
        ),
        migrations.AddField(
            model_name="stepvisit",
            name="sub_step",
            field=models.CharField(
                blank=True, db_default="", help_text="Through which it was entered, as in its run.", max_length=80
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("sub_step", ""), ("sub_version", None))
                | models.Q(("sub_version__isnull", False), models.Q(("sub_step", ""), _negated=True)),
                name="sub_process_has_a_way_back",
            ),
        ),
    ]
