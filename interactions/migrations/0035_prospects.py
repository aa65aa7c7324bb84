"""People on call lists, and their key in the journal with the kinds that tell of them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from bpo.kernel.fields import WordField, validate_e164
from bpo.kernel.migrations import words
from clients.one_client import OfOneClient
from interactions.models import Kind


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0009_checks_that_say_something"),
        ("clients", "0017_call_lists"),
        ("interactions", "0034_track_index"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        words("journal_kind", Kind.values),
        migrations.AlterField(
            model_name="journalentry",
            name="kind",
            field=WordField(choices=Kind.choices, max_length=20, words="journal_kind"),
        ),
        migrations.CreateModel(
            name="Prospect",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("number", models.CharField(max_length=16, validators=[validate_e164])),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("company", models.CharField(blank=True, max_length=120)),
                ("zone", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=5)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("consent_how", models.CharField(help_text="How the person agreed to be called.", max_length=200)),
                ("consent_on", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("taken", "Taken"),
                            ("calling", "Being called"),
                            ("done", "Done"),
                            ("given_up", "Given up"),
                            ("do_not_call", "Do not call"),
                        ],
                        default="waiting",
                        max_length=11,
                    ),
                ),
                ("held_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField(null=True)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_answer", "No answer"),
                            ("busy", "Busy"),
                            ("voicemail_left", "Left a voicemail"),
                            ("wrong_number", "Wrong number"),
                            ("not_reported", "Called, not said what came of it"),
                            ("follow_up", "Follow-up booked"),
                            ("not_interested", "Not interested"),
                            ("do_not_call", "Wants no calls"),
                            ("talked", "Reached, nothing agreed"),
                        ],
                        max_length=14,
                    ),
                ),
                ("result_note", models.CharField(blank=True, max_length=200)),
                ("added_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "call_list",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospects",
                        to="clients.calllist",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospects",
                        to="clients.client",
                    ),
                ),
                (
                    "interaction",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospect",
                        to="interactions.interaction",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospects",
                        to="agents.agent",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="journalentry",
            name="prospect",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="journal",
                to="interactions.prospect",
            ),
        ),
        migrations.AddIndex(
            model_name="journalentry",
            index=models.Index(
                condition=models.Q(("prospect__isnull", False)), fields=["prospect"], name="journal_of_prospect"
            ),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(
                condition=models.Q(("state", "waiting")),
                fields=["call_list", "next_try_at", "id"],
                name="prospects_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(fields=["call_list", "state", "result"], name="prospects_of_a_list"),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(fields=["client", "number"], name="prospect_by_number"),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(condition=models.Q(("state", "taken")), fields=["held_until"], name="prospects_taken"),
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(
                condition=models.Q(("state", "calling")), fields=["interaction"], name="prospects_calling"
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.UniqueConstraint(fields=("call_list", "number"), name="prospect_once_in_a_list"),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "taken")), fields=("taken_by",), name="one_prospect_taken_by_an_agent"
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "taken", "calling", "done", "given_up", "do_not_call"])),
                name="prospect_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "result__in",
                        [
                            "",
                            "no_answer",
                            "busy",
                            "voicemail_left",
                            "wrong_number",
                            "not_reported",
                            "follow_up",
                            "not_interested",
                            "do_not_call",
                            "talked",
                        ],
                    )
                ),
                name="prospect_result_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__regex", "^\\+[1-9][0-9]{5,14}$")), name="prospect_is_e164"
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("consent_how", ""), _negated=True), name="prospect_has_agreed"
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_until__isnull", False), ("state", "taken"), ("taken_by__isnull", False)),
                    models.Q(
                        models.Q(("state", "taken"), _negated=True),
                        ("held_until__isnull", True),
                        ("taken_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "calling"), _negated=True), ("interaction__isnull", False), _connector="OR"
                ),
                name="called_in_a_contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["waiting", "taken"]), _negated=True),
                    ("next_try_at__isnull", False),
                    _connector="OR",
                ),
                name="waits_for_a_try",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["done", "given_up"]), _negated=True),
                    models.Q(("result", ""), _negated=True),
                    _connector="OR",
                ),
                name="prospect_ends_with_a_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", False), ("state__in", ["done", "given_up", "do_not_call"])),
                    models.Q(
                        models.Q(("state__in", ["done", "given_up", "do_not_call"]), _negated=True),
                        ("ended_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="ended_prospect_says_when",
            ),
        ),
        OfOneClient(
            "interactions_prospect", call_list_id="clients_calllist", interaction_id="interactions_interaction"
        ),
    ]
