"""Whether a call flow fits its company: the lines, reasons and products that it names are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clients.models import Client, QueueState, ScriptVersion
from clients.script_checks import Problem, check
from clients.script_graph import Graph, Step, parse


@dataclass(frozen=True, slots=True)
class Company:
    """What a flow may name of a company, by code; lines by name. `to_choose` are the kinds of which one is offered."""

    lines: frozenset[str]
    named: dict[str, frozenset[str]]
    to_choose: frozenset[str]


def company_of(client: Client) -> Company:
    """What is there now (four statements)."""
    reasons = dict(client.reasons.values_list("code", "active"))
    products = dict(client.products.values_list("code", "active"))
    named = {
        "reason": frozenset(reasons),
        "product": frozenset(products),
        "product_type": frozenset(client.product_types.values_list("code", flat=True)),
        "language": frozenset(client.languages),
    }
    lines = client.queues.exclude(state=QueueState.ARCHIVED).values_list("name", flat=True)
    offered = {"reason": any(reasons.values()), "product": any(products.values())}
    return Company(frozenset(lines), named, frozenset(kind for kind, some in offered.items() if some))


def problems_of(version: ScriptVersion) -> list[Problem]:
    """Everything that is wrong with a version, by itself and for its company, worst first."""
    problems = check(version.graph, version.script.kind)
    try:
        graph = parse(version.graph)
    except (KeyError, TypeError, ValueError, AttributeError):
        return problems  # it says so
    problems += misfits(graph, company_of(version.script.client))
    return sorted(problems, key=lambda problem: not problem.must)


def misfits(graph: Graph, company: Company) -> list[Problem]:
    """What it names that the company has not: it bars publishing where an agent could not go on."""
    return [problem for step in graph.steps.values() for problem in _of_step(step, company)]


def _of_step(step: Step, company: Company) -> Iterator[Problem]:
    line = str(step.params.get("queue") or "")
    if step.act == "transfer" and line and line not in company.lines:
        yield Problem(step.id, _("The line “%(line)s” is not there.") % {"line": line})
    if step.kind == "choose" and step.sets in ("reason", "product"):
        if not step.options and step.sets not in company.to_choose:
            yield Problem(step.id, _("The company has nothing yet that could be chosen here."), must=False)
        for option in step.options:
            if option.value and option.value not in company.named[step.sets]:
                sentence = _("The company has no “%(code)s”: this answer would be refused.") % {"code": option.value}
                yield Problem(step.id, sentence)
    if step.kind == "decide" and step.on in company.named:
        for value, _way in step.cases:
            if value and value not in company.named[step.on]:
                sentence = _("The company has no “%(code)s”: this case never comes.") % {"code": value}
                yield Problem(step.id, sentence, must=False)
