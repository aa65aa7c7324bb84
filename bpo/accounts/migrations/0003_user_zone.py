"""Which zone a person reads times in; her history keeps it as well."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import bpo.accounts.models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_extensions"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="user",
            name="update_update",
        ),
        migrations.AddField(
            model_name="user",
            name="zone",
            field=models.CharField(
                blank=True,
                help_text="Empty: what the browser says.",
                max_length=63,
                validators=[bpo.accounts.models.validate_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.AddField(
            model_name="userevent",
            name="zone",
            field=models.CharField(
                blank=True,
                help_text="Empty: what the browser says.",
                max_length=63,
                validators=[bpo.accounts.models.validate_zone],
                verbose_name="time zone",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "full_name", "id", "is_active", "is_staff", "is_superuser", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "theme", "zone") VALUES (NEW."date_joined", NEW."email", NEW."full_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."public_id", NEW."theme", NEW."zone"); RETURN NULL;',
                    hash="3a42e4ee1b1a12c3c0c0b5971aa30da4ed57d283",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3867c",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="user",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."date_joined" IS DISTINCT FROM (NEW."date_joined") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."full_name" IS DISTINCT FROM (NEW."full_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_staff" IS DISTINCT FROM (NEW."is_staff") OR OLD."is_superuser" IS DISTINCT FROM (NEW."is_superuser") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."theme" IS DISTINCT FROM (NEW."theme") OR OLD."zone" IS DISTINCT FROM (NEW."zone"))',
                    func='INSERT INTO "accounts_userevent" ("date_joined", "email", "full_name", "id", "is_active", "is_staff", "is_superuser", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "theme", "zone") VALUES (NEW."date_joined", NEW."email", NEW."full_name", NEW."id", NEW."is_active", NEW."is_staff", NEW."is_superuser", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."public_id", NEW."theme", NEW."zone"); RETURN NULL;',
                    hash="4463e477795098bcb01596183116fdecd2481643",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_0e890",
                    table="accounts_user",
                    when="AFTER",
                ),
            ),
        ),
    ]
