"""What must hold before a script is published: reachable, no dead end, greeted, verified, closed; in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from clients.models import ScriptKind
from clients.script_acts import ACTS, OF_ORDERS, OF_PROSPECTS, OUTCOMES, faults_of
from clients.script_graph import (
    DECIDES_ON,
    END,
    FACTS,
    FIELD_TYPES,
    KINDS,
    PLACEHOLDERS,
    SETS,
    Graph,
    Step,
    parse,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which step ("" for the whole); `must` says if it bars publishing, `rule` what it breaks."""

    step: str
    sentence: str
    must: bool = True
    rule: str = "complete"


# What is looked at, in words; those of WAYS only once every step is complete.
RULES: dict[str, str | Promise] = {
    "complete": _("Every step has what its kind needs, and leads to a step that exists"),
    "start": _("The flow says where it starts"),
    "reached": _("Every step can be reached"),
    "ends": _("From every step there is a way to the end"),
    "greeting": _("It begins with a greeting that names the company"),
    "verified": _("Account data stands behind a passed verification"),
}
LED_BY_FACTS = ("verify", "decide")  # where the agent does not choose the way
WAYS = ("reached", "ends", "greeting", "verified")


# What the desk's form calls its own; an answer of that name would be taken for it.
RESERVED = frozenset({"step", "choice", "gave_up", "csrfmiddlewaretoken", "order_chosen", "bill_chosen"})
CHOSEN = ("order_chosen", "bill_chosen")  # what a run keeps by itself, and may decide on


def passed(problems: Sequence[Problem], kind: str) -> list[str | Promise]:
    """What was looked at and is right, in words."""
    broken = {problem.rule for problem in problems}
    unseen = set(WAYS) if any(problem.must and problem.rule in ("complete", "start") for problem in problems) else set()
    if kind == ScriptKind.SUB_PROCESS:
        unseen.add("greeting")
    return [words for rule, words in RULES.items() if rule not in broken | unseen]


def check(graph: Mapping[str, Any], kind: str = ScriptKind.INBOUND) -> list[Problem]:
    """Everything that is wrong with a graph, worst first; an empty list may be published."""
    try:
        parsed = parse(graph)
        ids = Counter(str(raw["id"]) for raw in graph.get("steps", []))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return [Problem("", _t("This is not a script: %(error)s is missing or of the wrong shape.") % {"error": error})]
    if not parsed.steps:
        return [Problem("", _t("The script has no steps."))]
    problems = [Problem(step, _t("Two steps have this id.")) for step, times in ids.items() if times > 1]
    for step in parsed.steps.values():
        problems += _of_step(step, parsed, kind)
    if parsed.start not in parsed:
        problems.append(Problem("", _t("The script does not say where it starts."), rule="start"))
    if not any(problem.must for problem in problems):
        problems += _of_ways(parsed, kind)
    return sorted(problems, key=lambda problem: not problem.must)


def _of_step(step: Step, graph: Graph, kind: str) -> Iterator[Problem]:
    """What is wrong with one step alone."""

    def wrong(sentence: str | Promise, must: bool = True) -> Problem:
        return Problem(step.id, str(sentence), must)

    if step.kind not in KINDS:
        yield wrong(_t("“%(kind)s” is no kind of step.") % {"kind": step.kind})
        return
    ends = (END,) if kind == ScriptKind.SUB_PROCESS else ()
    for way in sorted(set(step.ways())):
        if way not in graph and way not in ends:
            yield wrong(_t("It leads to “%(way)s”, which does not exist.") % {"way": way})
    for name in sorted(step.placeholders() - PLACEHOLDERS):
        yield wrong(_t("{%(name)s} is not something a text can name.") % {"name": name})
    if step.kind in ("say", "close") and not step.text.strip():
        yield wrong(_t("There is nothing to say here."))
    yield from _of_fields(step, wrong)
    if step.kind == "sub_process" and kind == ScriptKind.SUB_PROCESS:
        yield wrong(_t("A sub-process cannot lead into another one."))
    match step.kind:
        case "say" | "collect" | "sub_process" | "act" if not step.next:
            yield wrong(_t("It leads nowhere."))
        case "verify":
            yield from _of_verification(step, wrong)
        case "choose":
            yield from _of_choice(step, wrong)
        case "decide":
            if step.on not in DECIDES_ON and not step.on.startswith("answer:"):
                yield wrong(_t("It does not say on what it decides."))
            if not step.otherwise:
                yield wrong(_t("It has no way for everything else."))
            yield from _of_values([value for value, _way in step.cases], wrong)
            asked = step.on.removeprefix("answer:")
            if asked != step.on and asked not in _answers(graph):
                yield wrong(_t("No step of this flow asks for “%(answer)s”.") % {"answer": asked}, must=False)
        case "close" if next(step.ways(), ""):
            yield wrong(_t("Nothing can follow the closure."))
    if step.kind == "act":
        yield from _of_act(step, graph, kind, wrong)


def _of_fields(step: Step, wrong: Any) -> Iterator[Problem]:
    if step.kind == "collect" and not step.fields:
        yield wrong(_t("There is nothing to ask here."))
    own = step.fields if step.kind != "act" else ()
    names = Counter([*(one.name for one in own), *(fact for fact, _label in step.facts)])
    for one in own:
        if one.name in RESERVED or not one.name.strip():
            yield wrong(_t("An answer cannot be called “%(name)s”: the desk needs that name.") % {"name": one.name})
        elif names[one.name] > 1:
            yield wrong(_t("Two answers here are called “%(name)s”.") % {"name": one.name})
        yield from _of_values([value for value, _label in one.options], wrong)
    for one in own:
        if one.type not in FIELD_TYPES:
            yield wrong(_t("“%(type)s” is no type of answer.") % {"type": one.type})
        elif one.type == "choice" and not one.options:
            yield wrong(_t("“%(label)s” has nothing to choose from.") % {"label": one.label})


def _of_values(values: Sequence[str], wrong: Any) -> Iterator[Problem]:
    """Each of several answers needs a value of its own."""
    for value, times in Counter(values).items():
        if not value.strip():
            yield wrong(_t("One of the answers has no value."))
        elif times > 1:
            yield wrong(_t("Two answers have the value “%(value)s”.") % {"value": value})


def _answers(graph: Graph) -> set[str]:
    """Under which names a run keeps what is answered."""
    names = set(CHOSEN)
    for step in graph.steps.values():
        if step.kind == "choose" or step.act in OUTCOMES:
            names.add(step.id)
        names |= {f"{step.id}.{one.name}" if step.kind == "act" else one.name for one in step.fields}
    return names


def _of_verification(step: Step, wrong: Any) -> Iterator[Problem]:
    if not step.next or not step.failed:
        yield wrong(_t("A verification needs a way when it passes and one when it fails."))
    if not step.facts:
        yield wrong(_t("There is nothing to verify."))
    for fact, _label in step.facts:
        if fact not in FACTS:
            yield wrong(_t("“%(fact)s” is not something we can verify.") % {"fact": fact})


def _of_choice(step: Step, wrong: Any) -> Iterator[Problem]:
    if step.sets and step.sets not in SETS:
        yield wrong(_t("A choice cannot set “%(sets)s”.") % {"sets": step.sets})
    listed = step.sets in ("reason", "product")
    if not step.options and not listed:
        yield wrong(_t("There is nothing to choose from."))
    if not step.next and (not step.options or any(not option.next for option in step.options)):
        yield wrong(_t("Some answers lead nowhere."))
    yield from _of_values([option.value for option in step.options], wrong)
    if len(step.options) > 9:
        yield wrong(_t("More than nine answers have no key each."), must=False)


def _of_act(step: Step, graph: Graph, kind: str, wrong: Any) -> Iterator[Problem]:
    """What an act needs: its own settings, and what must be known before it."""
    if step.act not in ACTS:
        yield wrong(_t("“%(act)s” is nothing the desk can do.") % {"act": step.act})
    for sentence in faults_of(step.act, step.params):
        yield wrong(sentence)
    if step.act in OF_ORDERS and not any(one.type == "order" for other in graph.steps.values() for one in other.fields):
        yield wrong(_t("This act needs an order, and no step asks which: it takes the latest open one."), must=False)
    if step.act in OF_PROSPECTS and kind != ScriptKind.OUTBOUND:
        yield wrong(_t("Only in a flow for calls we make is there a number that we called."))


def _of_ways(graph: Graph, kind: str) -> Iterator[Problem]:
    """What is wrong with the whole, once each step is sound."""
    reached = _reach(graph, graph.start)
    for step in graph.steps.values():
        if step.id not in reached:
            yield Problem(step.id, _t("No way leads here."), rule="reached")
    ends = {step.id for step in graph.steps.values() if step.kind == "close" or END in step.ways()}
    sure = _sure_to_end(graph)
    for step in graph.steps.values():
        if step.id in reached and not (_reach(graph, step.id) & ends):
            yield Problem(step.id, _t("From here the script never ends."), rule="ends")
            continue
        if step.id in reached and step.id not in sure and step.kind in LED_BY_FACTS:
            yield Problem(step.id, _t("Depending on what is known it goes around here for ever."), rule="ends")
    if not ends:
        yield Problem("", _t("The script has no closure."), rule="ends")
    sub = kind == ScriptKind.SUB_PROCESS
    first = graph[graph.start]
    if not sub and (first.kind != "say" or "client" not in first.placeholders()):
        yield Problem(first.id, _t("The first step must be a greeting that names the client."), rule="greeting")
    unverified = _unverified(graph, verified=sub)
    for step in graph.steps.values():
        if step.id in unverified and step.shows_account():
            yield Problem(step.id, _t("Account data can be reached here without verification."), rule="verified")
        elif (step.id in unverified and END in step.ways()) or (step.kind == "verify" and step.failed == END):
            sentence = _t("It goes back after a failed check here: look at what the flow that called tells then.")
            yield Problem(step.id, sentence, must=False, rule="verified")


def _unverified(graph: Graph, *, verified: bool) -> set[str]:
    """The steps to which one can come unverified: a check that fails later takes back what an earlier one gave."""
    reached: set[tuple[str, bool]] = set()
    ahead = [(graph.start, verified)]
    while ahead:
        here = ahead.pop()
        if here in reached or here[0] not in graph:
            continue
        reached.add(here)
        step, known = graph[here[0]], here[1]
        if step.kind == "verify":
            ahead += [(step.next, True), (step.failed, False)]
        elif step.kind == "decide" and step.on == "verified":
            found = "yes" if known else "no"
            ahead.append((next((way for value, way in step.cases if value == found), step.otherwise), known))
        else:
            ahead += [(way, known) for way in step.ways()]
    return {step for step, known in reached if not known}


def _sure_to_end(graph: Graph) -> set[str]:
    """From where an agent can come to an end whatever the facts are: she may choose, and give up verifying."""
    sure: set[str] = set()
    grown = True
    while grown:
        found = {step.id for step in graph.steps.values() if step.id not in sure and _ends_surely(step, sure | {END})}
        sure |= found
        grown = bool(found)
    return sure


def _ends_surely(step: Step, sure: set[str]) -> bool:
    match step.kind:
        case "close":
            return True
        case "verify":
            return step.failed in sure
        case "decide":
            return all(way in sure for way in step.ways())
    return any(way in sure for way in step.ways())


def _reach(graph: Graph, start: str) -> set[str]:
    """The steps that can be reached."""
    reached: set[str] = set()
    ahead = [start]
    while ahead:
        here = ahead.pop()
        if here in reached or here not in graph:
            continue
        reached.add(here)
        ahead.extend(graph[here].ways())
    return reached
