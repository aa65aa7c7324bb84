"""Since when a version is in force, beside the day on which it was first published."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0025_since_when_reached"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="scriptversion",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="scriptversion",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="scriptversion",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="scriptversion",
            name="in_force_since",
            field=models.DateTimeField(editable=False, help_text="Or was, the last time.", null=True),
        ),
        migrations.AddField(
            model_name="scriptversionevent",
            name="in_force_since",
            field=models.DateTimeField(editable=False, help_text="Or was, the last time.", null=True),
        ),
        migrations.AlterField(
            model_name="scriptversion",
            name="published_at",
            field=models.DateTimeField(
                blank=True, help_text="For the first time; stays when it comes back.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="scriptversionevent",
            name="published_at",
            field=models.DateTimeField(
                blank=True, help_text="For the first time; stays when it comes back.", null=True
            ),
        ),
        migrations.RunSQL(
            "UPDATE clients_scriptversion SET in_force_since = published_at WHERE published_at IS NOT NULL;"
            " SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scriptversion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_scriptversionevent" ("approved_at", "approved_by_id", "approved_for_client", "channel", "created_by_id", "id", "in_force_since", "language", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "publish_at", "published_at", "published_by_id", "retired_at", "script_id", "state") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."approved_for_client", NEW."channel", NEW."created_by_id", NEW."id", NEW."in_force_since", NEW."language", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."publish_at", NEW."published_at", NEW."published_by_id", NEW."retired_at", NEW."script_id", NEW."state"); RETURN NULL;',
                    hash="cc2c3af27b56c34b3619db8f06620616339238d3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_eb111",
                    table="clients_scriptversion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scriptversion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."approved_at" IS DISTINCT FROM (NEW."approved_at") OR OLD."approved_by_id" IS DISTINCT FROM (NEW."approved_by_id") OR OLD."approved_for_client" IS DISTINCT FROM (NEW."approved_for_client") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."in_force_since" IS DISTINCT FROM (NEW."in_force_since") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."publish_at" IS DISTINCT FROM (NEW."publish_at") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."published_by_id" IS DISTINCT FROM (NEW."published_by_id") OR OLD."retired_at" IS DISTINCT FROM (NEW."retired_at") OR OLD."script_id" IS DISTINCT FROM (NEW."script_id") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "clients_scriptversionevent" ("approved_at", "approved_by_id", "approved_for_client", "channel", "created_by_id", "id", "in_force_since", "language", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "publish_at", "published_at", "published_by_id", "retired_at", "script_id", "state") VALUES (NEW."approved_at", NEW."approved_by_id", NEW."approved_for_client", NEW."channel", NEW."created_by_id", NEW."id", NEW."in_force_since", NEW."language", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."publish_at", NEW."published_at", NEW."published_by_id", NEW."retired_at", NEW."script_id", NEW."state"); RETURN NULL;',
                    hash="ff4c7f97d4b202dfa2085215b4558d6a1f42c24d",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_fe104",
                    table="clients_scriptversion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="scriptversion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_scriptversionevent" ("approved_at", "approved_by_id", "approved_for_client", "channel", "created_by_id", "id", "in_force_since", "language", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "publish_at", "published_at", "published_by_id", "retired_at", "script_id", "state") VALUES (OLD."approved_at", OLD."approved_by_id", OLD."approved_for_client", OLD."channel", OLD."created_by_id", OLD."id", OLD."in_force_since", OLD."language", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."public_id", OLD."publish_at", OLD."published_at", OLD."published_by_id", OLD."retired_at", OLD."script_id", OLD."state"); RETURN NULL;',
                    hash="86aa035a4bdc63b6312271e34afdb1ba0acc7bfe",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_5a3b2",
                    table="clients_scriptversion",
                    when="AFTER",
                ),
            ),
        ),
    ]
