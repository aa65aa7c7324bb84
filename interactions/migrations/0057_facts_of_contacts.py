"""One fact a contact that came in, folded from the journal, which says from now on when a mail of ours left."""

import django.db.models.deletion
from django.db import migrations, models

import bpo.kernel.models
from bpo.kernel.migrations import words
from interactions.models import Kind

# Mails that left before the journal had a word for it: none of their figures could be told from it.
LEFT = """
INSERT INTO interactions_journalentry (client_id, interaction_id, case_id, kind, at, actor_id, actor_name, facts)
SELECT m.client_id, m.interaction_id, i.case_id, 'message_left', coalesce(m.sent_at, m.at), a.user_id,
    left(a.name, 120), jsonb_build_object('message', m.public_id)
FROM interactions_message m
JOIN interactions_interaction i ON i.id = m.interaction_id
JOIN agents_agent a ON a.id = m.agent_id
WHERE m.channel = 'email' AND m.direction = 'out' AND m.state IN ('sent', 'delivered', 'bounced', 'complained')
ORDER BY coalesce(m.sent_at, m.at), m.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0029_delays_last_a_second"),
        ("interactions", "0056_caps_count_the_line_it_came_from"),
    ]

    operations = [
        words("journal_kind", Kind.values),
        migrations.CreateModel(
            name="FigureCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("share", models.FloatField(help_text="Of the contacts of the days compared, from 0 to 1.")),
                ("first_day", models.DateField(null=True)),
                ("last_day", models.DateField(null=True)),
                ("figures", models.PositiveIntegerField()),
                ("rows", models.PositiveIntegerField()),
                ("differences", models.PositiveIntegerField()),
                ("first", models.JSONField(default=list, help_text="The first of the differences.")),
                ("seconds", models.FloatField()),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="FigureMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField(default=0, help_text="Every entry up to this one is in the facts.")),
                ("safe", models.BigIntegerField(default=0, help_text="Up to this one none can appear any more.")),
                ("safe_at", models.DateTimeField(help_text="When that one was the last.", null=True)),
                ("seen", models.BigIntegerField(default=0)),
                ("seen_at", models.DateTimeField(null=True)),
                ("writers", models.JSONField(default=list)),
                ("folded_at", models.DateTimeField(help_text="What was committed by then is in the facts.", null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_figure_mark"),
                    models.CheckConstraint(
                        condition=models.Q(("entry__lte", models.F("safe"))), name="folds_what_is_safe"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactFact",
            fields=[
                (
                    "interaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="fact",
                        serialize=False,
                        to="interactions.interaction",
                    ),
                ),
                ("arrived_at", models.DateTimeField()),
                (
                    "channel",
                    models.CharField(choices=[("voice", "Phone"), ("chat", "Chat"), ("email", "Email")], max_length=5),
                ),
                ("end", models.CharField(max_length=17)),
                ("door", models.CharField(blank=True, max_length=11)),
                ("wait", models.DurationField(help_text="Of its first stay in line, when that is over.", null=True)),
                ("threshold", models.DurationField()),
                ("short", models.DurationField()),
                ("due_at", models.DateTimeField(help_text="The last instant in time; null: there is none.", null=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.product",
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.queue",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.reason",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["client", "arrived_at"],
                        include=("end", "channel", "queue", "reason", "wait"),
                        name="fact_by_arrival",
                    ),
                    models.Index(fields=["client", "end", "-arrived_at"], name="fact_by_end"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=bpo.kernel.models.OneOf(
                            "end",
                            [
                                "in_time",
                                "late",
                                "short",
                                "abandoned_in_time",
                                "abandoned_late",
                                "callback_in_time",
                                "callback_late",
                                "elsewise",
                                "waiting",
                                "beside",
                                "none",
                            ],
                        ),
                        name="fact_end_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("door", ""),
                            bpo.kernel.models.OneOf("door", ["after_hours", "voicemail", "turned_away"]),
                            _connector="OR",
                        ),
                        name="fact_door_known",
                    ),
                ],
            },
        ),
        migrations.RunSQL(LEFT, migrations.RunSQL.noop),
    ]
