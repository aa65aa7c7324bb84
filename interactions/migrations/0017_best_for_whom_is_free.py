"""Whoever is free takes what is best for her, whatever asked; states and kinds as one constant each."""

from pathlib import Path

from django.conf import settings
from django.db import migrations, models

import bpo.kernel.models
from bpo.kernel.migrations import functions

HOME = Path(__file__).parent.parent


class Migration(migrations.Migration):
    dependencies = [
        ("agents", "0008_presence_in_one_constant"),
        ("clients", "0009_routing_rules"),
        ("interactions", "0016_lanes_made_in_one_place"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        functions(HOME / "shown.sql"),
        functions(HOME / "routing" / "match.sql"),
        migrations.RemoveConstraint(
            model_name="interaction",
            name="interaction_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="journalentry",
            name="journal_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="leg",
            name="leg_state_known",
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.CheckConstraint(
                condition=bpo.kernel.models.OneOf(
                    "state", ["queued", "offered", "active", "held", "parked", "wrap_up", "closed"]
                ),
                name="interaction_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="journalentry",
            constraint=models.CheckConstraint(
                condition=bpo.kernel.models.OneOf(
                    "kind",
                    [
                        "arrived",
                        "refused_at_door",
                        "queued",
                        "step_reached",
                        "reprioritised",
                        "preferred",
                        "offered",
                        "pop_shown",
                        "accepted",
                        "declined",
                        "missed",
                        "rescinded",
                        "media_connected",
                        "media_failed",
                        "held",
                        "resumed",
                        "set_aside",
                        "set_back",
                        "parked",
                        "unparked",
                        "transferred",
                        "consult_started",
                        "consult_ended",
                        "joined",
                        "left",
                        "picked",
                        "assigned",
                        "taken_back",
                        "lane_changed",
                        "dialled",
                        "came_back",
                        "note_added",
                        "forced",
                        "monitor_started",
                        "monitor_ended",
                        "customer_left",
                        "console_lost",
                        "console_back",
                        "ended",
                        "wrap_up_started",
                        "wrap_up_extended",
                        "disposed",
                        "closed",
                        "message_in",
                        "message_out",
                        "draft_sent",
                        "undone",
                        "snippet_used",
                        "verified",
                        "reason_set",
                        "product_set",
                        "run_started",
                        "run_moved_on",
                        "run_ended",
                        "action_done",
                        "action_undone",
                        "account_opened",
                        "redacted",
                        "recording_started",
                        "recording_paused",
                        "recording_stopped",
                        "recording_heard",
                        "recording_deleted",
                        "case_opened",
                        "case_pending",
                        "case_resolved",
                        "case_reopened",
                        "case_closed",
                        "case_merged",
                        "case_split",
                        "callback_promised",
                        "callback_changed",
                        "callback_due",
                        "callback_tried",
                        "callback_kept",
                        "callback_late",
                        "callback_unreached",
                        "callback_broken",
                        "callback_withdrawn",
                        "notice_written",
                        "notice_sent",
                        "notice_failed",
                        "notice_bounced",
                        "notice_skipped",
                        "survey_answered",
                        "customer_merged",
                        "customer_unmerged",
                        "flagged",
                        "corrected",
                    ],
                ),
                name="journal_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="leg",
            constraint=models.CheckConstraint(
                condition=bpo.kernel.models.OneOf(
                    "state", ["offered", "handling", "wrapping", "completed", "declined", "missed", "rescinded", "lost"]
                ),
                name="leg_state_known",
            ),
        ),
    ]
