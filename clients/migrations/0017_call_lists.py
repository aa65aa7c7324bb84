"""Call lists of a client, and the numbers it never calls."""

import uuid

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bpo.kernel.fields
import clients.models.call_list
from clients.one_client import OfOneClient


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0016_script_edits"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallList",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("open", "Open"), ("paused", "Paused"), ("closed", "Closed")],
                        default="draft",
                        editable=False,
                        max_length=6,
                    ),
                ),
                ("calls_from", models.TimeField()),
                ("calls_until", models.TimeField()),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Monday"),
                                (1, "Tuesday"),
                                (2, "Wednesday"),
                                (3, "Thursday"),
                                (4, "Friday"),
                                (5, "Saturday"),
                                (6, "Sunday"),
                            ]
                        ),
                        default=clients.models.call_list.working_days,
                        help_text="0 Monday to 6 Sunday.",
                        size=None,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                    ),
                ),
                (
                    "spacing_minutes",
                    models.PositiveIntegerField(
                        default=240,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(43200),
                        ],
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call_lists", to="clients.client"
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call_lists", to="clients.queue"
                    ),
                ),
                (
                    "script",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="call_lists",
                        to="clients.script",
                    ),
                ),
            ],
            options={
                "ordering": ["client", "name"],
            },
        ),
        migrations.CreateModel(
            name="CallListEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("name", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "Draft"), ("open", "Open"), ("paused", "Paused"), ("closed", "Closed")],
                        default="draft",
                        editable=False,
                        max_length=6,
                    ),
                ),
                ("calls_from", models.TimeField()),
                ("calls_until", models.TimeField()),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Monday"),
                                (1, "Tuesday"),
                                (2, "Wednesday"),
                                (3, "Thursday"),
                                (4, "Friday"),
                                (5, "Saturday"),
                                (6, "Sunday"),
                            ]
                        ),
                        default=clients.models.call_list.working_days,
                        help_text="0 Monday to 6 Sunday.",
                        size=None,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(20),
                        ],
                    ),
                ),
                (
                    "spacing_minutes",
                    models.PositiveIntegerField(
                        default=240,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(43200),
                        ],
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="clients.calllist",
                    ),
                ),
                (
                    "queue",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clients.queue",
                    ),
                ),
                (
                    "script",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="clients.script",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DoNotCall",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=16, validators=[bpo.kernel.fields.validate_e164])),
                ("since", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("by_name", models.CharField(max_length=120)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="do_not_call", to="clients.client"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "do not call",
                "ordering": ["-since", "-id"],
            },
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.UniqueConstraint(fields=("client", "name"), name="call_list_named_once"),
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "open", "paused", "closed"])), name="call_list_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=models.Q(("calls_from__lt", models.F("calls_until"))), name="calls_from_before_until"
            ),
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6]), ("weekdays__len__gte", 1)),
                name="calls_on_some_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=models.Q(("attempts__gte", 1), ("attempts__lte", 20)), name="call_attempts_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="calllist",
            constraint=models.CheckConstraint(
                condition=models.Q(("spacing_minutes__gte", 1), ("spacing_minutes__lte", 43200)),
                name="call_spacing_known",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calllist",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_calllistevent" ("attempts", "calls_from", "calls_until", "client_id", "created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "queue_id", "script_id", "spacing_minutes", "state", "weekdays") VALUES (NEW."attempts", NEW."calls_from", NEW."calls_until", NEW."client_id", NEW."created_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."queue_id", NEW."script_id", NEW."spacing_minutes", NEW."state", NEW."weekdays"); RETURN NULL;',
                    hash="d3d339da5bb2cda764120740a69331a65e6f92e7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_50e4b",
                    table="clients_calllist",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calllist",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "clients_calllistevent" ("attempts", "calls_from", "calls_until", "client_id", "created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "queue_id", "script_id", "spacing_minutes", "state", "weekdays") VALUES (NEW."attempts", NEW."calls_from", NEW."calls_until", NEW."client_id", NEW."created_at", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."queue_id", NEW."script_id", NEW."spacing_minutes", NEW."state", NEW."weekdays"); RETURN NULL;',
                    hash="a89973bd5fc420c8c27023e7c2cc24eb2cb11811",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_96d5e",
                    table="clients_calllist",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="calllist",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_calllistevent" ("attempts", "calls_from", "calls_until", "client_id", "created_at", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "queue_id", "script_id", "spacing_minutes", "state", "weekdays") VALUES (OLD."attempts", OLD."calls_from", OLD."calls_until", OLD."client_id", OLD."created_at", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."queue_id", OLD."script_id", OLD."spacing_minutes", OLD."state", OLD."weekdays"); RETURN NULL;',
                    hash="31a9cba7ef8da6b15bafcdd4fe3cc3585fc2289f",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_395a8",
                    table="clients_calllist",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="donotcall",
            constraint=models.UniqueConstraint(fields=("client", "number"), name="do_not_call_once"),
        ),
        migrations.AddConstraint(
            model_name="donotcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^\\+[1-9][0-9]{5,14}$")), name="do_not_call_is_e164"
            ),
        ),
        migrations.AddConstraint(
            model_name="donotcall",
            constraint=models.CheckConstraint(
                condition=models.Q(("why", ""), _negated=True), name="do_not_call_says_why"
            ),
        ),
        OfOneClient("clients_calllist", queue_id="clients_queue", script_id="clients_script"),
    ]
