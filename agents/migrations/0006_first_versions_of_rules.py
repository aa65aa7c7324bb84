"""What every line's rules are now becomes their first version; published and discarded versions never change again."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from bpo.kernel.append_only import FrozenTrigger

NOT_RULES = {"id", "public_id", "client", "state", "version", "hours"}


def keep_what_is(apps: Any, schema_editor: Any) -> None:
    """One published version a line, as `agents.rule_rows.snapshot` wrote it when this was made."""
    version, queue_model = apps.get_model("agents", "QueueVersion"), apps.get_model("clients", "Queue")
    names = [field.name for field in queue_model._meta.concrete_fields if field.name not in NOT_RULES]
    now = timezone.now()
    for queue in queue_model._base_manager.select_related("hours").order_by("pk"):
        steps = apps.get_model("agents", "OverflowStep")._base_manager.filter(queue=queue).order_by("ordinal")
        skills = apps.get_model("clients", "QueueSkill")._base_manager.filter(queue=queue).order_by("skill__code")
        teams = apps.get_model("agents", "QueueTeam")._base_manager.filter(queue=queue)
        rules = {
            **{name: getattr(queue, name) for name in names},
            "state": queue.state,
            "hours": str(queue.hours.public_id) if queue.hours else None,
            "wanted_skills": [{"skill": each.skill.code, "level": each.level} for each in skills],
            "teams": sorted(str(each.team.public_id) for each in teams.select_related("team")),
            "overflow_steps": [
                {
                    "after_seconds": step.after_seconds,
                    "action": step.action,
                    "skill": step.skill.code if step.skill else None,
                    "level": step.level,
                    "team": str(step.team.public_id) if step.team else None,
                    "raise_by": step.raise_by,
                    "to_queue": str(step.to_queue.public_id) if step.to_queue else None,
                }
                for step in steps.select_related("skill", "team", "to_queue")
            ],
        }
        version.objects.create(
            queue=queue,
            number=queue.version,
            state="published",
            rules=rules,
            why="As the line was when its rules were first kept as versions.",
            created_at=now,
            published_at=now,
        )


class Migration(migrations.Migration):
    dependencies = [("agents", "0005_rules_of_lines")]

    operations = [
        migrations.RunPython(keep_what_is, migrations.RunPython.noop),
        FrozenTrigger("agents_queueversion", "published", "discarded"),
    ]
