"""An offer in fewer statements; indexes and references that said nothing more than others are gone."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from bpo.kernel.migrations import functions
from clients.one_client import OfOneClient

HERE = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_checks_that_say_something"),
        ("clients", "0012_tell_agents_when_monitored"),
        ("interactions", "0029_flow_days"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="leg",
            name="legs_of_interaction",
        ),
        migrations.RemoveIndex(
            model_name="leg",
            name="leg_by_client_end",
        ),
        migrations.AlterField(
            model_name="interaction",
            name="case",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interactions",
                to="interactions.case",
            ),
        ),
        migrations.AlterField(
            model_name="interaction",
            name="customer",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interactions",
                to="clients.customer",
            ),
        ),
        migrations.AlterField(
            model_name="interaction",
            name="entry_point",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interactions",
                to="clients.entrypoint",
            ),
        ),
        migrations.AlterField(
            model_name="interaction",
            name="queue",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="interactions",
                to="clients.queue",
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clients.client",
            ),
        ),
        # Taking the index of a key away takes every index of that column alone with it: this one goes and comes back.
        migrations.RemoveConstraint(
            model_name="visit",
            name="in_one_queue_at_a_time",
        ),
        migrations.AlterField(
            model_name="visit",
            name="interaction",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="interactions.interaction",
            ),
        ),
        migrations.AddConstraint(
            model_name="visit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)), fields=("interaction",), name="in_one_queue_at_a_time"
            ),
        ),
        migrations.AlterField(
            model_name="visit",
            name="queue",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="visits",
                to="clients.queue",
            ),
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(fields=["interaction", "ended_at"], name="legs_of_interaction"),
        ),
        migrations.AddIndex(
            model_name="leg",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["client", "ended_at"], name="leg_by_client_end"
            ),
        ),
        OfOneClient("interactions_visit", queue_id="clients_queue"),
        # Its file says what it returns today: a column more than before.
        migrations.RunSQL("DROP FUNCTION IF EXISTS offer_card(bigint)", migrations.RunSQL.noop),
        functions(HERE / "shown.sql"),
        functions(HERE / "routing" / "match.sql"),
    ]
