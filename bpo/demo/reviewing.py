"""Reviews of the demo's call flows: signed, due, soon due, and a change that waits for the client's manager."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bpo.accounts.models import User
from clients import drafting, graph_edits, publishing, reviews, scripts
from clients.models import Client, Script, ScriptKind, ScriptReview, ScriptVersion, Verdict

DAY = timedelta(days=1)
KEPT = (
    (93, "Read it with two agents, nothing missing. The checks before account data are right."),
    (80, "Answers still fit what we ship. Nothing to change."),
)
CHANGED = "Half the callers ask for the delivery day before they are verified. Say at once that we look it up together."


def write_reviews(client: Client, *, by: User, at: datetime) -> None:
    """As if they had been signed on past days; nothing where any is signed already."""
    if ScriptReview.objects.filter(script__client=client).exists():
        return
    for script, (days, note) in zip(_followed(client), KEPT, strict=False):
        version = reviews.in_force(script)[0]
        reviews.sign(version, by, verdict=Verdict.KEEP, note=note, number=1, at=at - days * DAY)


def write_change(client: Client, *, by: User, at: datetime) -> None:
    """The contract gives approval to the client's manager, and a change of the first call flow waits for her."""
    contract = client.contracts.order_by("-valid_from").first()
    if contract is None or contract.client_approves_scripts:
        return
    contract.client_approves_scripts = True
    contract.save(update_fields=["client_approves_scripts"])
    script = _followed(client)[0]
    version = reviews.in_force(script)[0]
    number = script.reviews.count() + 1
    signed = reviews.sign(version, by, verdict=Verdict.CHANGE, note=CHANGED, number=number, at=at - 2 * DAY)
    if signed.draft is None:
        return
    _greet(signed.draft, "We look up your delivery together, right after two short questions.", by=by)
    scripts.submit(signed.draft, by, why="the delivery day is said earlier")


def write_time(client: Client, *, by: User, approver: User, at: datetime) -> None:
    """A new greeting of the first call flow is approved and comes into force tomorrow at six, on the client's clock."""
    script = _followed(client)[0]
    version = reviews.in_force(script)[0]
    if script.versions.filter(number__gt=version.number).exists():
        return
    draft = drafting.begin(script, version.language, version.channel, version.graph, by)
    _greet(draft, "This call may take a moment longer than usual today.", by=by)
    scripts.submit(draft, by, why="many travel this week")
    scripts.approve(draft, approver, why="read and tried")
    zone = ZoneInfo(client.zone)
    morning = datetime.combine(client.day_at(at) + DAY, time(6), zone)
    publishing.schedule(draft, approver, why="from the first day of the holidays", at=morning)


def _greet(draft: ScriptVersion, words: str, *, by: User) -> None:
    graph: dict[str, Any] = graph_edits.copy(draft.graph)
    first = graph_edits.find(graph, graph["start"])
    if first is not None:
        first["text"] = f"{first.get('text', '')} {words}"
    scripts.rewrite(draft, graph, by, step=graph["start"], what="text")


def _followed(client: Client) -> list[Script]:
    """Its call flows in force, inbound ones first."""
    found = [script for script in client.scripts.select_related("client").order_by("name") if reviews.in_force(script)]
    return sorted(found, key=lambda script: script.kind != ScriptKind.INBOUND)
