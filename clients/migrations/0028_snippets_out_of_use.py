"""Ready sentences are put out of use, and every change of one is kept."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0027_what_proves_nothing"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="SnippetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("language", models.CharField(default="en", max_length=5)),
                ("shortcut", models.SlugField(db_index=False, max_length=30)),
                ("text", models.TextField(max_length=4000)),
                (
                    "edition",
                    models.PositiveIntegerField(db_default=1, default=1, help_text="How often it was written."),
                ),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="snippet",
            name="edition",
            field=models.PositiveIntegerField(db_default=1, default=1, help_text="How often it was written."),
        ),
        migrations.AddField(
            model_name="snippet",
            name="retired_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="snippet",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_snippetevent" ("client_id", "edition", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "shortcut", "text") VALUES (NEW."client_id", NEW."edition", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."retired_at", NEW."shortcut", NEW."text"); RETURN NULL;',
                    hash="2143dc0d89bc3f9893d4aa6f6bd0a7da991693c2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ce0fc",
                    table="clients_snippet",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="snippet",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "clients_snippetevent" ("client_id", "edition", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "shortcut", "text") VALUES (NEW."client_id", NEW."edition", NEW."id", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."retired_at", NEW."shortcut", NEW."text"); RETURN NULL;',
                    hash="155a2972791fb26539aebb0d36c23dddafd7110e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_82782",
                    table="clients_snippet",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="snippet",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_snippetevent" ("client_id", "edition", "id", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "retired_at", "shortcut", "text") VALUES (OLD."client_id", OLD."edition", OLD."id", OLD."language", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."retired_at", OLD."shortcut", OLD."text"); RETURN NULL;',
                    hash="fd0fb922e12a397ef60ceba7f8a07c651ee82ceb",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_bc5e1",
                    table="clients_snippet",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="snippetevent",
            name="client",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="clients.client",
            ),
        ),
        migrations.AddField(
            model_name="snippetevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="snippetevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="clients.snippet",
            ),
        ),
    ]
