from django.db import migrations, models


class Migration(migrations.Migration):
    """A customer's no may come in the moment in which a recording begins."""

    dependencies = [("interactions", "0037_paused_for_both")]

    operations = [
        migrations.AlterField(
            model_name="recording",
            name="keep_until",
            field=models.DateTimeField(help_text="By the client's rule when it began, or his no.", null=True),
        ),
        migrations.RemoveConstraint(model_name="recording", name="recording_kept_or_refused"),
        migrations.AddConstraint(
            model_name="recording",
            constraint=models.CheckConstraint(
                condition=models.Q(consent="refused", keep_until__isnull=True, state="refused")
                | models.Q(
                    models.Q(("state", "refused"), _negated=True),
                    models.Q(("consent", "refused"), _negated=True),
                    keep_until__gte=models.F("started_at"),
                ),
                name="recording_kept_or_refused",
            ),
        ),
    ]
