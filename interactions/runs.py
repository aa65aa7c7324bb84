"""The run of a script: begin, answer, verify, jump, back, end; every step entered and left is a row of its own.

A run belongs to the interaction and survives a transfer. While nobody handles the contact no step is open, so the
step times add up to the handling time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel.asking import operation
from bpo.kernel.composed import composed, first
from bpo.kernel.errors import DomainError
from clients import scripts
from clients.models import Product, Reason, Script, ScriptKind
from clients.script_acts import OF_PROSPECTS
from clients.script_graph import END, Graph, Step, parse
from interactions import acts, closing, handling, journal, verifying
from interactions.answers import AnswersWrong, read_fields
from interactions.deciding import decide
from interactions.models import Case, Direction, Interaction, JournalEntry, Kind, Leg, Origin, Run, RunState, StepVisit
from interactions.verification import Compared, compare


class ScriptMovedOn(DomainError):
    """The answer belongs to a step the run has left already (another tab, a double click)."""

    code = "script_moved_on"
    sentence = _("The script has moved on. Have a look at the present step.")


class NoSuchStep(DomainError):
    """The script of this run has no such step."""

    code = "no_such_step"
    sentence = _("This script has no such step.")
    status = 404


class TriesUsedUp(DomainError):
    """The client's number of tries to verify is used up."""

    code = "tries_used_up"
    sentence = _("The tries to verify are used up. Go on without account data.")


def graph_of(run: Run) -> Graph:
    """The graph the run stands in: the sub-process, or the script itself."""
    return parse((run.sub_version or run.version).graph)


@composed
def _of_contact(interaction: Any) -> QuerySet[Run]:
    return Run.objects.order_by().filter(interaction=interaction).select_for_update(of=("self",))


@operation
def begin(interaction: Interaction, agent: Agent, *, at: datetime | None = None) -> Run | None:
    """Start the client's script, or take the run over from the agent before. None when there is no script."""
    at = at or clock.now()
    run = first(_of_contact(interaction.pk))
    if run is not None:
        if run.state == RunState.RUNNING:
            _take_over(run, agent, at=at)
        return run
    kinds = [ScriptKind.INBOUND]
    if interaction.direction == Direction.OUTBOUND:
        kinds.insert(0, ScriptKind.OUTBOUND)
    own = _script_of_list(interaction)
    picked = (
        scripts.pick(interaction.client, kind, interaction.channel, interaction.language, script=own) for kind in kinds
    )
    version = next((one for one in picked if one), None)
    if version is None:
        return None
    try:
        with transaction.atomic():
            run = Run.objects.create(
                client_id=interaction.client_id, interaction=interaction, version=version, at_step="", started_at=at
            )
    except IntegrityError:
        return Run.objects.get(interaction=interaction)
    journal.record(run, Kind.RUN_STARTED, by=agent, at=at, script=version.script.name, version=version.number)
    _enter(run, parse(version.graph).start, agent=agent, at=at)
    return run


def _script_of_list(interaction: Interaction) -> Script | None:
    """The call flow that the list names from which this contact calls."""
    if interaction.origin != Origin.CAMPAIGN:
        return None
    return Script.objects.filter(call_lists__prospects__interaction=interaction).first()


@composed
def _taken(leg: Any) -> QuerySet[Leg]:
    taken = Leg.objects.order_by().filter(pk=leg, role="primary", state="handling")
    return taken.select_related("interaction__client", "agent__user")


def accepted(entry: JournalEntry) -> None:
    """Reaction: whoever took the contact stands at a step of its script."""
    leg = first(_taken(entry.leg_id)) if entry.leg_id else None
    if leg is not None:
        begin(leg.interaction, leg.agent, at=leg.hers_since)


def handed_on(entry: JournalEntry) -> None:
    """Reaction: the colleague who was in the talk has the contact now; others are told when they accept."""
    leg = handling.live_leg(entry.interaction) if entry.interaction else None
    if leg is not None and leg.state == "handling":
        begin(leg.interaction, leg.agent, at=leg.hers_since)


@composed
def _hers(interaction: Any, agent: Any) -> QuerySet[Leg]:
    hers = Leg.objects.order_by().filter(interaction=interaction, agent=agent, role="primary", state="handling")
    return hers.only("accepted_at", "took_over_at")


def _stand(run: Run, agent: Agent) -> None:
    """Whoever acts stands at the present step since the contact is hers, though nobody has written that yet: the
    process that took her accept may have died before it did."""
    leg = first(_hers(run.interaction_id, agent.pk))
    if leg is None or leg.hers_since is None:
        return
    if not run.visits.filter(left_at__isnull=True, agent=agent, entered_at__gte=leg.hers_since).exists():
        _take_over(run, agent, at=leg.hers_since)


def _take_over(run: Run, agent: Agent, *, at: datetime) -> None:
    """The next agent stands where the one before stood; the time between belongs to nobody."""
    open_visit = run.visits.select_related("agent").filter(left_at__isnull=True).first()
    if open_visit is not None and open_visit.agent_id == agent.pk:
        last = Leg.objects.filter(interaction_id=run.interaction_id, agent=agent).exclude(state="handling")
        ended = last.filter(work_ended_at__gte=open_visit.entered_at).aggregate(Max("work_ended_at"))
        if not ended["work_ended_at__max"]:
            return
    if open_visit is not None:
        before = Q(agent=open_visit.agent) if open_visit.agent else Q(pk__in=[])
        ended_at = (
            Leg.objects.filter(
                before,
                interaction_id=run.interaction_id,
                work_ended_at__gte=open_visit.entered_at,
                work_ended_at__lte=at,
            ).aggregate(Max("work_ended_at"))["work_ended_at__max"]
            or at
        )
        StepVisit.objects.filter(pk=open_visit.pk).update(left_at=ended_at, next_step=open_visit.step)
    _visit(run, run.at_step, agent=agent, at=at)


def _visit(run: Run, step: str, *, agent: Agent, at: datetime, jumped: bool = False) -> StepVisit:
    before = run.visits.order_by("-ordinal").only("version_id", "step", "ordinal").first()
    return StepVisit.objects.create(
        run=run,
        client_id=run.client_id,
        version=run.sub_version or run.version,
        step=step,
        sub_step=run.sub_step,
        ordinal=before.ordinal + 1 if before else 1,
        from_version_id=before.version_id if before else None,
        from_step=before.step if before else "",
        agent=agent,
        entered_at=at,
        jumped=jumped,
    )


def _leave(run: Run, *, next_step: str, answer: Mapping[str, Any], at: datetime) -> None:
    run.visits.filter(left_at__isnull=True).update(left_at=at, next_step=next_step, answer=dict(answer))


def _enter(run: Run, step_id: str, *, agent: Agent, at: datetime, jumped: bool = False) -> None:
    """Enter a step; those an agent does not see (decide, sub-process) are passed through, each a visit of no time."""
    been: set[tuple[int, str]] = set()  # unseen steps, by how many of the script's own came before; no way around twice
    own = 0
    while True:
        if step_id == END and run.sub_version is not None:
            step_id = parse(run.version.graph)[run.sub_step].next
            run.sub_version, run.sub_step = None, ""
            continue
        graph = graph_of(run)
        if step_id not in graph:
            raise NoSuchStep(step_id)
        step = graph[step_id]
        run.at_step = step_id
        _visit(run, step_id, agent=agent, at=at, jumped=jumped)
        jumped = False
        own += run.sub_version is None
        here = (own if run.sub_version else 0, step_id)
        way = None if here in been else _through(run, step)
        been.add(here)
        if way is None:
            break
        _leave(run, next_step=way, answer={}, at=at)
        step_id = way
    run.draft = {}
    run.save(update_fields=["at_step", "sub_version", "sub_step", "answers", "draft", "verified", "verify_attempts"])


def _through(run: Run, step: Step) -> str | None:
    """Where an unseen step leads; None for one that waits for the agent."""
    if step.kind == "decide":
        return decide(step, run)
    if step.kind == "sub_process":
        if run.sub_version is not None:
            return step.next  # one within another has no way back; those in force from before the check have none
        interaction = run.interaction
        found = scripts.sub_process(
            interaction.client,
            interaction.product.type if interaction.product else None,
            interaction.language,
            interaction.channel,
        )
        if found is not None:
            run.sub_version, run.sub_step = found, step.id
            return parse(found.graph).start
        return step.next
    return None


def _locked(run: Run, step_id: str | None = None) -> Run:
    fresh = (
        Run.objects.select_for_update(of=("self",))
        .select_related("version", "sub_version", "client", "interaction", "interaction__client")
        .select_related("interaction__customer", "interaction__product__type", "interaction__reason")
        .get(pk=run.pk)
    )
    if fresh.state != RunState.RUNNING or (step_id is not None and fresh.at_step != step_id):
        raise ScriptMovedOn
    return fresh


@transaction.atomic
def answer(run: Run, step_id: str, data: Mapping[str, str], *, by: Agent, at: datetime | None = None) -> Run:
    """Answer the present step and go on. AnswersWrong names what is missing; nothing is changed then."""
    at = at or clock.now()
    run = _locked(run, step_id)
    _stand(run, by)
    step = graph_of(run)[step_id]
    if step.kind == "verify":
        return _verify(run, step, data, by=by, at=at)
    if step.kind == "close":
        raise ScriptMovedOn(sentence=_("This is the last step: resolve or end the contact."))
    interaction = run.interaction
    done = acts.standing(run, step) if step.kind == "act" else None
    values = {} if done else read_fields(step, data, client=run.client, customer=interaction.customer)
    for one in step.fields:
        if one.type in ("order", "bill") and one.name in values:
            run.answers[f"{one.type}_chosen"] = values[one.name]
    way = step.next
    if step.kind == "choose":
        chosen, way = _choose(run, step, data, by=by, at=at)
        if chosen:
            values[step.id] = chosen
    if step.kind == "act":
        if step.act not in OF_PROSPECTS:
            verifying.require_act(run, step.act)
        action = acts.perform(run, step, values, by=by, at=at)
        run.answers |= {acts.key_of(step, name): value for name, value in values.items()}
        if action.outcome:
            run.answers[step.id] = action.outcome
        values["done"] = action.ref
    else:
        run.answers.update(values)
    _leave(run, next_step=way, answer=values, at=at)
    _enter(run, way, agent=by, at=at)
    return run


def _choose(run: Run, step: Step, data: Mapping[str, str], *, by: Agent, at: datetime) -> tuple[str, str]:
    """The value chosen and the way it leads; reason and product are set on contact and case."""
    value = str(data.get("choice", "")).strip()
    if not value:
        if step.required or not step.next or any(option.next for option in step.options):
            raise AnswersWrong({"choice": str(_("Choose one of the answers."))})
        return "", step.next
    option = next((one for one in step.options if one.value == value), None)
    if step.options and option is None:
        raise AnswersWrong({"choice": str(_("Choose one of the answers."))})
    interaction = run.interaction
    if step.sets in ("reason", "product"):
        model = Reason if step.sets == "reason" else Product
        row = model.objects.filter(client_id=run.client_id, code=value).first()
        if row is None:
            raise AnswersWrong({"choice": str(_("Choose one of the answers."))})
        Interaction.objects.filter(pk=interaction.pk).update(**{step.sets: row})
        if interaction.case_id:
            Case.objects.filter(pk=interaction.case_id).update(**{step.sets: row})
        setattr(interaction, step.sets, row)
        kind = Kind.REASON_SET if step.sets == "reason" else Kind.PRODUCT_SET
        journal.record(run, kind, by=by, at=at, **{step.sets: row.code})
    return value, (option.next if option and option.next else step.next)


def _verify(run: Run, step: Step, data: Mapping[str, str], *, by: Agent, at: datetime) -> Run:
    """One try to verify: enough facts fit, or another try, or none left."""
    rules = verifying.rules_of(verifying.policy_of(run.client_id), step)
    given = {fact: str(data.get(fact, "")) for fact, _label in rules.facts}
    gave_up = bool(data.get("gave_up"))
    if not gave_up:
        if run.verify_attempts >= rules.tries:
            raise TriesUsedUp
        if verifying.locked_until(run, rules, at):
            raise TriesUsedUp(sentence=_("Another contact used up this customer’s tries. Go on without account data."))
        if not any(value.strip() for value in given.values()):
            raise AnswersWrong({rules.facts[0][0]: str(_("Ask for at least one of these."))})
    arrived = run.interaction.arrived_at
    result = Compared((), ()) if gave_up else compare(run.client, run.interaction.customer, given, since=arrived)
    passed = len(result.passed) >= rules.needed
    if not gave_up:
        run.verify_attempts += 1
    run.verified = passed
    fits, misses, tries = list(result.passed), list(result.failed), run.verify_attempts
    facts = {"passed": fits, "failed": misses, "attempts": tries}
    journal.record(run, Kind.VERIFIED, by=by, at=at, ok=passed, passed=fits, failed=misses, attempts=tries)
    if passed:
        way = step.next
    elif gave_up or run.verify_attempts >= rules.tries:
        way = step.failed
    else:
        run.visits.filter(left_at__isnull=True).update(answer=facts)
        run.save(update_fields=["verified", "verify_attempts"])
        return run
    _leave(run, next_step=way, answer={**facts, "ok": passed}, at=at)
    _enter(run, way, agent=by, at=at)
    return run


def verify(run: Run, step_id: str, facts: Mapping[str, str], *, by: Agent, at: datetime | None = None) -> Run:
    """One try to verify the customer at the present step; see `run.verified` afterwards."""
    return answer(run, step_id, facts, by=by, at=at)


@transaction.atomic
def jump(run: Run, step_id: str, *, by: Agent, at: datetime | None = None) -> Run:
    """Go to any step of the script or the sub-process; allowed, and recorded."""
    at = at or clock.now()
    run = _locked(run)
    _stand(run, by)
    if step_id not in graph_of(run):
        if step_id not in parse(run.version.graph):
            raise NoSuchStep(step_id)
        run.sub_version, run.sub_step = None, ""
    _leave(run, next_step=step_id, answer={}, at=at)
    _enter(run, step_id, agent=by, at=at, jumped=True)
    return run


def path(visits: Iterable[StepVisit]) -> list[StepVisit]:
    """The way taken without the detours: going back to a step forgets what came after it."""
    taken: list[StepVisit] = []
    for visit in visits:
        key = (visit.sub_step, visit.version_id, visit.step)
        known = [(one.sub_step, one.version_id, one.step) for one in taken]
        if key in known:
            taken = taken[: known.index(key)]
        taken.append(visit)
    return taken


@transaction.atomic
def back(run: Run, *, by: Agent, at: datetime | None = None) -> Run:
    """To the step seen before this one; at the first it stays."""
    at = at or clock.now()
    run = _locked(run)
    _stand(run, by)
    seen = [
        visit
        for visit in path(run.visits.prefetch_related("version"))[:-1]
        if parse(visit.version.graph)[visit.step].kind not in ("decide", "sub_process")
    ]
    if not seen:
        return run
    target = seen[-1]
    _leave(run, next_step=target.step, answer={}, at=at)
    run.sub_version = None if target.version_id == run.version_id else target.version
    run.sub_step = target.sub_step
    _enter(run, target.step, agent=by, at=at)
    return run


def end(run: Run, *, at: datetime | None = None) -> None:
    """The work is over; closing a contact does this by itself."""
    closing.end_run(run.interaction, at=at or clock.now())
