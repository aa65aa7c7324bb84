"""For any call flow that the checks let through, every run comes to a closing step, whatever the facts are."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clients import scripts
from clients.models import Script, ScriptVersion
from clients.script_graph import END, Graph, parse
from interactions import runs
from interactions.models import Run, RunState
from tests.interactions.scripted import Scene, begun, scene

pytestmark = pytest.mark.django_db

FACTS = [{"fact": "name", "label": "Full name"}, {"fact": "postal_code", "label": "ZIP code"}]
ON = {
    "verified": ["yes", "no"], "channel": ["chat", "voice"], "direction": ["inbound"], "reason": ["late", "praise"],
    "order_late": ["yes", "no"], "language": ["es"],
}  # fmt: skip
MOST_STRAY = 12


@st.composite
def graphs(draw: st.DrawFn, *, sub: bool = False) -> dict[str, Any]:
    """A flow of any kinds of step; ways lead anywhere, backwards too. Not all are sound."""
    count = draw(st.integers(2, 8))
    ids = [f"s{nth}" for nth in range(count)]
    steps = [{"id": "greet", "kind": "say", "name": "Greet", "text": "Hello from {client}.", "next": "s0"}]
    for nth, key in enumerate(ids):
        last = nth == count - 1
        ends = ["return"] if sub else []
        onward = [*ids[nth + 1 :], *ends] or ends or ids
        ways = st.one_of(st.sampled_from(onward), st.sampled_from(onward), st.sampled_from([*ids, *ends]))
        kinds = ["say", "collect", "verify", "choose", "decide", "close", "sub_process"]
        kind = "close" if last and not sub else draw(st.sampled_from(kinds))
        steps.append({"id": key, "kind": kind, "name": key, **draw(of_kind(kind, ways, ids))})
    start = "s0" if sub else "greet"
    return reachable({"start": start, "steps": steps[1:] if sub else steps})


@st.composite
def of_kind(draw: st.DrawFn, kind: str, ways: st.SearchStrategy[str], ids: list[str]) -> dict[str, Any]:
    match kind:
        case "close":
            return {"text": "Goodbye."}
        case "say":
            return {"text": "Well.", "next": draw(ways)}
        case "sub_process":
            return {"next": draw(ways)}
        case "collect":
            return {
                "next": draw(ways),
                "fields": [{"name": "answer", "label": "Answer", "required": draw(st.booleans())}],
            }
        case "verify":
            return {"facts": FACTS, "next": draw(ways), "failed": draw(ways)}
        case "choose":
            options = [
                {"value": value, "label": value, "next": draw(ways)} for value in draw(st.sets(WORDS, min_size=1))
            ]
            return {"options": options, "required": draw(st.booleans()), "next": draw(ways)}
    on = draw(st.sampled_from([*ON, *(f"answer:{key}" for key in ids)]))
    values = draw(st.lists(st.sampled_from(ON.get(on, ["yes", "no"])), max_size=2, unique=True))
    return {"on": on, "cases": [{"value": one, "next": draw(ways)} for one in values], "otherwise": draw(ways)}


WORDS = st.sampled_from(["yes", "no", "later"])


def reachable(graph: dict[str, Any]) -> dict[str, Any]:
    """Without the steps that nothing leads to."""
    parsed, ahead, found = parse(graph), [graph["start"]], set()
    while ahead:
        here = ahead.pop()
        if here in parsed and here not in found:
            found.add(here)
            ahead += parsed[here].ways()
    return {**graph, "steps": [step for step in graph["steps"] if step["id"] in found]}


def flat(graph: dict[str, Any]) -> dict[str, Any]:
    """A sub-process within a sub-process is not let through any more; one in force from before is passed through."""
    said = {"kind": "say", "text": "Well."}
    return {
        **graph, "steps": [step | said if step["kind"] == "sub_process" else step for step in graph["steps"]],
    }  # fmt: skip


def homeward(graph: Graph) -> dict[str, int]:
    """How many steps each is from an end that she can come to by her own answers, at most."""
    far = {step.id: 0 for step in graph.steps.values() if step.kind == "close"} | {END: 0}
    for _round in graph.steps:
        for step in graph.steps.values():
            ways = [step.failed] if step.kind == "verify" else list(step.ways())
            known = [far[way] for way in ways if way in far]
            if step.id not in far and known and (step.kind != "decide" or len(known) == len(ways)):
                far[step.id] = 1 + (max(known) if step.kind == "decide" else min(known))
    return far


def strayed(run: Run, of: Scene, draw: Any) -> Run:
    """An answer as it comes: right, wrong or given up."""
    step = runs.graph_of(run)[run.at_step]
    data: dict[str, str] = {"answer": "so"}
    if step.kind == "verify":
        data = draw(
            st.sampled_from([{"name": "Ann Archer", "postal_code": "43215"}, {"name": "Cal"}, {"gave_up": "1"}])
        )
        if run.verify_attempts >= 3:
            data = {"gave_up": "1"}
    elif step.kind == "choose":
        data = {"choice": draw(st.sampled_from(step.options)).value}
    return runs.answer(run, step.id, data, by=of.bea)


def led_home(run: Run, of: Scene, far: dict[str, int]) -> Run:
    """The answer that comes nearer to an end."""
    step = runs.graph_of(run)[run.at_step]
    data: dict[str, str] = {"answer": "so"}
    if step.kind == "verify":
        data = {"gave_up": "1"}
    elif step.kind == "choose":
        data = {"choice": min(step.options, key=lambda one: far.get(one.next, 999)).value}
        if far.get(step.next, 999) < min(far.get(one.next, 999) for one in step.options):
            data = {} if not step.required and not any(one.next for one in step.options) else data
    return runs.answer(run, step.id, data, by=of.bea)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_run_of_a_sound_flow_ends_in_a_closing_step(db: None, data: st.DataObject) -> None:
    graph, sub = data.draw(graphs()), data.draw(graphs(sub=True))
    assume(not any(problem.must for problem in scripts.check(graph, "inbound")))
    assume(not any(problem.must for problem in scripts.check(flat(sub), "sub_process")))
    with transaction.atomic():
        acme = scene()
        ScriptVersion.objects.filter(script__kind="inbound").update(graph=graph)
        ScriptVersion.objects.filter(script__kind="sub_process").update(graph=sub)
        Script.objects.filter(kind="sub_process").update(product_type=None)
        _leg, run = begun(acme)
        for _stray in range(data.draw(st.integers(0, MOST_STRAY))):
            if runs.graph_of(run)[run.at_step].kind == "close":
                break
            run = strayed(run, acme, data.draw)
        bound = (len(graph["steps"]) + 1) * (len(sub["steps"]) + 1)
        for _step in range(bound):
            step = runs.graph_of(run)[run.at_step]
            assert step.kind not in ("decide", "sub_process"), "nobody stands at what is not seen"
            if step.kind == "close":
                break
            run = led_home(run, acme, homeward(runs.graph_of(run)))
        assert runs.graph_of(run)[run.at_step].kind == "close"
        assert run.visits.filter(left_at=None).count() == 1
        runs.end(run)
        run.refresh_from_db()
        assert run.state == RunState.ENDED and not run.visits.filter(left_at=None).exists()
        transaction.set_rollback(True)


def test_a_choice_whose_every_answer_leads_back_is_not_let_through() -> None:
    again = {
        "id": "s0",
        "kind": "choose",
        "name": "Again?",
        "options": [{"value": "yes", "label": "Yes", "next": "s0"}],
    }
    close = {"id": "s1", "kind": "close", "name": "Close", "text": "Goodbye."}
    graph = {"start": "s0", "steps": [{**again, "required": False, "next": "s1"}, close]}
    assert any(problem.must for problem in scripts.check(graph, "inbound")), "no answer goes the usual way"


def test_a_doubt_about_a_step_hides_no_fault_of_the_whole() -> None:
    greet = {"id": "greet", "kind": "say", "name": "Greet", "text": "{client}", "next": "around"}
    around = {"id": "around", "kind": "decide", "name": "?", "on": "answer:greet", "cases": [], "otherwise": "around"}
    found = scripts.check({"start": "greet", "steps": [greet, around]}, "inbound")
    assert [problem.must for problem in found if problem.rule == "ends"] == [True, True, True]
    assert any(not problem.must for problem in found), "nobody answers what it asks"


def test_a_flow_that_facts_keep_going_around_is_not_let_through() -> None:
    def decide(key: str, yes: str, otherwise: str) -> dict[str, Any]:
        cases = [{"value": "yes", "next": yes}]
        return {"id": key, "kind": "decide", "name": key, "on": "order_late", "cases": cases, "otherwise": otherwise}

    greet = {"id": "greet", "kind": "say", "name": "Greet", "text": "{client}", "next": "one"}
    close = {"id": "close", "kind": "close", "name": "Close", "text": "Goodbye."}
    around = {"start": "greet", "steps": [greet, decide("one", "close", "two"), decide("two", "close", "one"), close]}
    words = [problem.sentence for problem in scripts.check(around) if problem.must and problem.rule == "ends"]
    assert words == ["Depending on what is known it goes around here for ever."] * 2
    verify = {"id": "one", "kind": "verify", "name": "One", "facts": FACTS, "next": "close", "failed": "one"}
    again = {"start": "greet", "steps": [greet, verify, close]}
    assert [problem.step for problem in scripts.check(again) if problem.must] == ["one"]
