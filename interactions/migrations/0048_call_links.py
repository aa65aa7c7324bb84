"""A link by which somebody on a list comes to the call, its mail, and the journal's kinds that tell of it."""

import django.db.models.deletion
from django.db import migrations, models

from bpo.kernel.fields import WordField
from bpo.kernel.migrations import words
from interactions.models import Kind, NoticeKind


class Migration(migrations.Migration):
    dependencies = [("interactions", "0047_media_of_colleagues")]

    operations = [
        words("journal_kind", Kind.values),
        migrations.AlterField(
            model_name="journalentry",
            name="kind",
            field=WordField(choices=Kind.choices, max_length=20, words="journal_kind"),
        ),
        migrations.AlterField(
            model_name="notice", name="kind", field=models.CharField(choices=NoticeKind.choices, max_length=18)
        ),
        migrations.CreateModel(
            name="CallLink",
            fields=[
                (
                    "interaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="call_link",
                        serialize=False,
                        to="interactions.interaction",
                    ),
                ),
                ("code", models.CharField(max_length=10, unique=True)),
                ("turn", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("good_until", models.DateTimeField()),
                ("mailed_to", models.CharField(blank=True, max_length=254)),
                (
                    "page",
                    models.CharField(blank=True, help_text="The key of the page that came by it.", max_length=64),
                ),
                (
                    "window",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="interactions.chatsession",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(good_until__gt=models.F("made_at")), name="call_link_is_good_for_a_while"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(page="") | models.Q(window__isnull=False), name="call_link_page_has_a_window"
                    ),
                ],
            },
        ),
    ]
