"""Each call knows what carries it; calls of an exchange have their place there. The offer's card says the carrier."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

import bpo.kernel.models
from bpo.kernel.migrations import functions

HERE = Path(__file__).parent.parent
# Calls that have a page of their customer.
OF_PAGES = """
UPDATE interactions_interaction SET carrier = 'web'
WHERE channel = 'voice' AND origin = 'web_call'
    AND EXISTS (SELECT 1 FROM interactions_chatsession w WHERE w.interaction_id = interactions_interaction.id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_checks_that_say_something"),
        ("clients", "0015_exchange_of_a_number"),
        ("interactions", "0031_voicemails"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExchangeCall",
            fields=[
                (
                    "interaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="exchange",
                        serialize=False,
                        to="interactions.interaction",
                    ),
                ),
                ("call", models.CharField(help_text="Its id on the exchange.", max_length=200)),
                ("told", models.JSONField(default=dict, help_text="The picture that the exchange has.")),
                ("leased_until", models.DateTimeField(help_text="Somebody tells it something just now.", null=True)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="How often it did not answer since it last did."
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="It is told again then.", null=True)),
                ("problem", models.CharField(blank=True, help_text="Why it was not told.", max_length=200)),
                ("over_at", models.DateTimeField(help_text="Nothing of it is left on the exchange.", null=True)),
            ],
        ),
        migrations.AddField(
            model_name="interaction",
            name="carrier",
            field=models.CharField(
                blank=True,
                choices=[("web", "Between two pages"), ("http", "An exchange over HTTP")],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("carrier", ""),
                    models.Q(("channel", "voice"), bpo.kernel.models.OneOf("carrier", ["web", "http"])),
                    _connector="OR",
                ),
                name="carrier_of_a_call",
            ),
        ),
        migrations.AddIndex(
            model_name="exchangecall",
            index=models.Index(
                condition=models.Q(("over_at__isnull", True)), fields=["due_at"], name="exchange_call_open"
            ),
        ),
        migrations.RunSQL(OF_PAGES, migrations.RunSQL.noop),
        # It returns one column more.
        migrations.RunSQL("DROP FUNCTION IF EXISTS offer_card(bigint)", migrations.RunSQL.noop),
        functions(HERE / "shown.sql"),
    ]
