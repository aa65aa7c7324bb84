"""A call list of the demo with the calls that were made from it, by the steps an agent takes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.utils.text import slugify

from agents import presence
from agents.models import Agent
from bpo.accounts.models import User
from bpo.demo.content import call_list as content
from clients import call_lists
from clients.models import CallList, Client
from interactions import (
    call_links,
    do_not_call,
    handling,
    media,
    outbound,
    prospect_calls,
    prospect_changes,
    prospect_lists,
    prospects,
    runs,
    wrap_up,
)
from interactions.models import EndedBy, Leg, LegState, Prospect, ProspectResult
from interactions.prospect_lists import Person

CALLER = "leo"
BEGAN = timedelta(minutes=50)
WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    ProspectResult.FOLLOW_UP: (("greet", ""), ("moment", "yes"), ("offer", "yes"), ("follow", "")),
    ProspectResult.DO_NOT_CALL: (("greet", ""), ("moment", "never"), ("never", "")),
    ProspectResult.NOT_INTERESTED: (("greet", ""), ("moment", "yes"), ("offer", "no"), ("polite", "")),
}

DIALS_AFTER = timedelta(seconds=40)


def write_call_list(client: Client, *, by: User, at: datetime) -> None:
    """The list with its people and its first calls; written once."""
    if client.call_lists.exists():
        return
    made = CallList.objects.create(
        client=client, queue=client.queues.get(name=content.LINE), name=content.LIST,
        script=client.scripts.get(name=content.OFFER), calls_from=time(8), calls_until=time(20),
        weekdays=list(range(7)), attempts=3, spacing_minutes=240,
    )  # fmt: skip
    agreed: date = client.day_at(at - timedelta(days=12))
    people = [
        Person(
            name, number, zone, language, "Card filled in at the office fair", agreed, company=company, note=note,
            address=f"{slugify(name).replace('-', '.')}@mail.example",
        )
        for name, number, company, zone, language, note in content.PEOPLE
    ]  # fmt: skip
    prospect_lists.add(made, people, by=by, source="office-fair.csv", at=at - timedelta(days=2))
    do_not_call.add(client, people[-1].number, by=by, why="Asked by mail not to be called", at=at - timedelta(days=1))
    gone, moved = (made.prospects.get(name=name) for name in (content.TAKEN_OFF, content.CORRECTED))
    prospect_changes.remove(gone, by=by, why="Has closed the shop, says the fair's office", at=at - timedelta(hours=20))
    prospect_changes.change(moved, by=by, why="Wrote to us", note=content.NOW_SAYS, at=at - timedelta(hours=19))
    call_lists.move(made, "open", by=by, why="The cards of the fair are in.")
    caller = Agent.objects.select_related("user", "profile").get(user__email__startswith=f"{CALLER}@")
    _call(made, caller, at=at)


def _call(call_list: CallList, caller: Agent, *, at: datetime) -> None:
    """She comes, calls one after the other as the clocks at home allow, and goes."""
    now, console = at - BEGAN, uuid4()
    presence.sign_in(caller, at=now)
    presence.connected(caller, console, "demo", at=now)
    presence.go_available(caller, at=now)
    for call in content.CALLS:
        now += timedelta(minutes=2)
        try:
            prospect = prospects.take_next(call_list, by=caller, at=now)
        except prospects.NotCallable:
            break
        try:
            prospects.require_callable(prospect, now + DIALS_AFTER)
        except prospects.NotCallable:  # the evening begins there while she reads
            prospects.let_go(prospect, by=caller, at=now)
            continue
        now = _one(prospect, call, by=caller, at=now)
    presence.sign_out(caller, at=now)
    presence.disconnected(console, at=now)


def _one(prospect: Prospect, call: content.CallContent, *, by: Agent, at: datetime) -> datetime:
    """Looked at, called, said what came of it, wrapped up; when she was done."""
    leg = outbound.start_prospect(prospect, by=by, at=at + timedelta(seconds=35))
    run = runs.begin(leg.interaction, by, at=at + timedelta(seconds=35))
    if call.by_link:
        leg = _by_link(leg, by=by, at=at + DIALS_AFTER)
    else:
        outbound.dialled(leg, by=by, at=at + DIALS_AFTER)
    at += timedelta(seconds=65)
    way = WAYS.get(ProspectResult(call.result))
    if way is None or run is None:
        leg = outbound.report(leg, call.result, by=by, at=at)
    else:
        if not call.by_link:
            outbound.report(leg, "reached", by=by, at=at)
        for step, answer in way:
            at += timedelta(seconds=32)
            run = runs.answer(run, step, {"choice": answer}, by=by, at=at)
        if call.result != ProspectResult.DO_NOT_CALL:  # that one a step of the flow has written down
            prospect_calls.conclude(leg, call.result, by=by, note=call.why, at=at)
        leg = handling.end_work(leg, by=by, ended_by=EndedBy.AGENT, at=at + timedelta(seconds=15))
    leg.refresh_from_db()
    if leg.state == LegState.WRAPPING:
        at = leg.wrap_up_due_at or at + timedelta(seconds=30)
        ending = leg.client.dispositions.get(code=call.disposition)
        wrap_up.finish(leg, by=by, disposition=ending, note=call.why, at=at)
    return at


def _by_link(leg: Leg, *, by: Agent, at: datetime) -> Leg:
    """The link is read out, the person opens it, and soon they hear each other."""
    link = call_links.make(leg, by=by, at=at)
    call_links.join(call_links.token_of(link), key=str(uuid4()), language=leg.interaction.language, at=at)
    leg = Leg.objects.select_related("interaction", "client").get(pk=leg.pk)
    for side in media.Side:
        media.came(leg, side, at=at + timedelta(seconds=4))
    return leg
