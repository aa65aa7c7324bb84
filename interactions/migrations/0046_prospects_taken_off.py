"""Somebody can be taken off a call list, and put back; and the journal's kinds that tell of a change by us."""

from django.db import migrations, models

from bpo.kernel.fields import WordField
from bpo.kernel.migrations import words
from interactions.models import Kind

STATES = [
    ("waiting", "Waiting"),
    ("taken", "Taken"),
    ("calling", "Being called"),
    ("done", "Done"),
    ("given_up", "Given up"),
    ("do_not_call", "Do not call"),
    ("removed", "Taken off the list"),
]
ENDED = ["done", "given_up", "do_not_call", "removed"]


class Migration(migrations.Migration):
    dependencies = [("interactions", "0045_number_an_act_blocked")]

    operations = [
        words("journal_kind", Kind.values),
        migrations.AlterField(
            model_name="journalentry",
            name="kind",
            field=WordField(choices=Kind.choices, max_length=20, words="journal_kind"),
        ),
        migrations.AlterField(
            model_name="prospect",
            name="state",
            field=models.CharField(choices=STATES, default="waiting", max_length=11),
        ),
        *(
            migrations.RemoveConstraint(model_name="prospect", name=name)
            for name in ("prospect_state_known", "waits_for_a_try", "ended_prospect_says_when")
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=[state for state, _label in STATES]), name="prospect_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=~models.Q(state__in=["waiting", "taken", "removed"]) | models.Q(next_try_at__isnull=False),
                name="waits_for_a_try",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(state__in=ENDED, ended_at__isnull=False)
                | (~models.Q(state__in=ENDED) & models.Q(ended_at__isnull=True)),
                name="ended_prospect_says_when",
            ),
        ),
    ]
