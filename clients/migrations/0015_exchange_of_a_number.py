"""A number may be carried by an exchange."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bpo.kernel.models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0014_sounds"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="entrypoint",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="entrypoint",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="entrypoint",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="entrypoint",
            name="exchange",
            field=models.CharField(
                blank=True,
                choices=[("http", "An exchange over HTTP")],
                help_text="What carries the calls of this number; empty: nothing.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="entrypoint",
            name="exchange_url",
            field=models.CharField(blank=True, help_text="Where the exchange takes what it is to do.", max_length=300),
        ),
        migrations.AddField(
            model_name="entrypointevent",
            name="exchange",
            field=models.CharField(
                blank=True,
                choices=[("http", "An exchange over HTTP")],
                help_text="What carries the calls of this number; empty: nothing.",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="entrypointevent",
            name="exchange_url",
            field=models.CharField(blank=True, help_text="Where the exchange takes what it is to do.", max_length=300),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypoint",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_entrypointevent" ("address", "client_id", "exchange", "exchange_url", "hours_id", "id", "imap_host", "imap_port", "imap_tls", "imap_user", "kind", "name", "origins", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "public_id", "published", "queue_id", "takes_voicemail") VALUES (NEW."address", NEW."client_id", NEW."exchange", NEW."exchange_url", NEW."hours_id", NEW."id", NEW."imap_host", NEW."imap_port", NEW."imap_tls", NEW."imap_user", NEW."kind", NEW."name", NEW."origins", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."priority", NEW."public_id", NEW."published", NEW."queue_id", NEW."takes_voicemail"); RETURN NULL;',
                    hash="09d10ed3a93cf5c0be62f97c92e970cf1e87edfe",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_60615",
                    table="clients_entrypoint",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypoint",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."exchange" IS DISTINCT FROM (NEW."exchange") OR OLD."exchange_url" IS DISTINCT FROM (NEW."exchange_url") OR OLD."hours_id" IS DISTINCT FROM (NEW."hours_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."imap_host" IS DISTINCT FROM (NEW."imap_host") OR OLD."imap_port" IS DISTINCT FROM (NEW."imap_port") OR OLD."imap_tls" IS DISTINCT FROM (NEW."imap_tls") OR OLD."imap_user" IS DISTINCT FROM (NEW."imap_user") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."origins" IS DISTINCT FROM (NEW."origins") OR OLD."priority" IS DISTINCT FROM (NEW."priority") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."published" IS DISTINCT FROM (NEW."published") OR OLD."queue_id" IS DISTINCT FROM (NEW."queue_id") OR OLD."takes_voicemail" IS DISTINCT FROM (NEW."takes_voicemail"))',
                    func='INSERT INTO "clients_entrypointevent" ("address", "client_id", "exchange", "exchange_url", "hours_id", "id", "imap_host", "imap_port", "imap_tls", "imap_user", "kind", "name", "origins", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "public_id", "published", "queue_id", "takes_voicemail") VALUES (NEW."address", NEW."client_id", NEW."exchange", NEW."exchange_url", NEW."hours_id", NEW."id", NEW."imap_host", NEW."imap_port", NEW."imap_tls", NEW."imap_user", NEW."kind", NEW."name", NEW."origins", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."priority", NEW."public_id", NEW."published", NEW."queue_id", NEW."takes_voicemail"); RETURN NULL;',
                    hash="61a9590163888fa6abfbec47b1defbe949e78b49",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_67efd",
                    table="clients_entrypoint",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="entrypoint",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "clients_entrypointevent" ("address", "client_id", "exchange", "exchange_url", "hours_id", "id", "imap_host", "imap_port", "imap_tls", "imap_user", "kind", "name", "origins", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "priority", "public_id", "published", "queue_id", "takes_voicemail") VALUES (OLD."address", OLD."client_id", OLD."exchange", OLD."exchange_url", OLD."hours_id", OLD."id", OLD."imap_host", OLD."imap_port", OLD."imap_tls", OLD."imap_user", OLD."kind", OLD."name", OLD."origins", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."priority", OLD."public_id", OLD."published", OLD."queue_id", OLD."takes_voicemail"); RETURN NULL;',
                    hash="2116d2baa99c64200ef9ec20f7b5ba96941a915b",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_82542",
                    table="clients_entrypoint",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="entrypoint",
            constraint=models.CheckConstraint(
                condition=models.Q(("exchange", ""), bpo.kernel.models.OneOf("exchange", ["http"]), _connector="OR"),
                name="exchange_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="entrypoint",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("exchange", ""),
                    models.Q(("kind", "phone"), models.Q(("exchange_url", ""), _negated=True)),
                    _connector="OR",
                ),
                name="exchange_of_a_number",
            ),
        ),
    ]
