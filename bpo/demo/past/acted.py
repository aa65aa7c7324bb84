"""What came of some past contacts: refunds, an address, a visit, a meeting, tasks; by the product's own operations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from clients.models import Client, Order, ScriptKind, ScriptVersion, VersionState
from clients.script_graph import parse
from interactions import acts
from interactions.acts import refunds, tasks
from interactions.models import Action, ClientTask, LegRole, Run, RunState
from interactions.script_words import OPEN_ORDERS

SLUG = "the-tech-giant"
SUPERVISOR, MANAGER = "priya@contact-center.example", "morgan@the-tech-giant.example"
PRINTED = "Send the printed invoice for the tax office"
SUB, OUT = ScriptKind.SUB_PROCESS, ScriptKind.OUTBOUND
# Which step of which kind of flow, how many days ago at least, and what the agent filled in.
WANTED: tuple[tuple[str, ScriptKind, int, dict[str, str]], ...] = (
    ("refund", SUB, 0, {"refund_reason": "The parcel never came"}),
    ("refund", SUB, 0, {"refund_reason": "Arrived broken"}),
    ("refund", SUB, 1, {"refund_reason": "Changed his mind before it was sent"}),
    ("refund", SUB, 1, {"refund_reason": "Charged for the express twice", "refund_amount": "12.90"}),
    ("elsewhere", SUB, 0, {"new_address": "12 Oak Street, Columbus, OH 43215"}),
    ("case", SUB, 0, {"case_subject": "The dock gets hot, too", "case_note": "Restarted and updated; it stays hot."}),
    ("visit", SUB, 0, {"visit_about": "Does not start after the update"}),
    ("check", SUB, 4, {"task_title": "Check the express fee on the last bill"}),
    ("check", SUB, 0, {"task_title": "Ask the carrier for the proof of delivery"}),
    ("check", SUB, 2, {"task_title": PRINTED}),
    ("meeting", OUT, 0, {"meeting_at": "10:30", "meeting_place": "By telephone"}),
    ("second", SUB, 0, {"case_subject": "The dock is scratched, too", "case_note": "Photographs follow by mail."}),
)  # fmt: skip


def write_acts(at: datetime) -> None:
    """Once; each act belongs to a contact of its own, and was done where its agent ended."""
    client = Client.objects.select_related("policy", "brand").get(slug=SLUG)
    if ClientTask.objects.filter(client=client, title=PRINTED).exists():
        return
    used: set[int] = set()
    done = [_do(client, *wanted, used=used, at=at) for wanted in WANTED]
    supervisor, manager = User.objects.get(email=SUPERVISOR), User.objects.get(email=MANAGER)
    lost, kept, printed = done[1], done[2], done[9]
    if lost is not None:
        refunds.decide(lost.refund, approve=True, why="Photographs show it", by=supervisor, at=at)
    if kept is not None:
        refunds.decide(kept.refund, approve=False, why="It had been sent already", by=supervisor, at=at)
    if printed is not None:
        tasks.finish(printed.task, note="Posted this morning", by=manager, at=at)


def _do(
    client: Client, step: str, kind: ScriptKind, days: int, values: dict[str, str], *, used: set[int], at: datetime
) -> Action | None:
    for run in _runs(client, kind, at - timedelta(days=days)).exclude(pk__in=used)[:20]:
        for version in _versions(client, kind, step, run.version.language):
            leg = run.interaction.legs.filter(role=LegRole.PRIMARY).order_by("-pk").first()
            if leg is None:
                continue
            used.add(run.pk)
            run.sub_version = version if kind == SUB else None
            return _perform(run, version, step, leg.agent, values)
    return None


@transaction.atomic
def _perform(run: Run, version: ScriptVersion, name: str, agent: Agent, values: dict[str, str]) -> Action:
    step = parse(version.graph)[name]
    ended = run.ended_at or clock.now()
    # What lies ahead is counted from today: a visit of last week would be over.
    filled = acts.proposals(run, step, at=clock.now() if name in ("visit", "meeting") else ended) | values
    return acts.perform(run, step, filled, by=agent, at=ended)


def _runs(client: Client, kind: ScriptKind, before: datetime) -> QuerySet[Run]:
    """Verified contacts with an order under way, the latest before then first."""
    orders = Order.objects.filter(customer=OuterRef("interaction__customer"), state__in=OPEN_ORDERS)
    runs = Run.objects.filter(client=client, state=RunState.ENDED, verified=True, ended_at__lte=before)
    if kind == OUT:
        runs = runs.filter(version__script__kind=OUT)
    return (
        runs.filter(Exists(orders))
        .select_related("version", "client", "interaction__client__brand", "interaction__customer", "interaction__case")
        .order_by("-ended_at")
    )


def _versions(client: Client, kind: ScriptKind, step: str, language: str) -> Iterator[ScriptVersion]:
    versions = ScriptVersion.objects.filter(script__client=client, script__kind=kind, state=VersionState.PUBLISHED)
    for version in versions.filter(language=language).select_related("script").order_by("pk"):
        if step in parse(version.graph):
            yield version
