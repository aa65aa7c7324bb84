"""What can be chosen in the form of a step: where it goes on to, what is decided on and its values, placeholders."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clients import flow_words
from clients.forms.design import WITH_FIELDS
from clients.models import Channel, OrderState, ReasonKind, ScriptKind, ScriptVersion
from clients.script_acts import MINUTES, NOTICES, OUTCOMES
from clients.script_graph import ACCOUNT_PLACEHOLDERS, END, PLACEHOLDERS, Graph, Step

Choices = list[tuple[str, str | Promise]]


def choices_of(version: ScriptVersion, graph: Graph, step: Step) -> dict[str, Any]:
    """The choices of this step's form, under the names its template uses."""
    client = version.script.client
    ends: Choices = [(END, _("back to the flow that called"))] if version.script.kind == ScriptKind.SUB_PROCESS else []
    ways: Choices = [(one.id, one.name) for one in graph.steps.values() if one.id != step.id]
    found: dict[str, Any] = {
        "way_choices": _with(step.ways(), [*ways, *ends]),
        "placeholders": [
            (name, words, name in ACCOUNT_PLACEHOLDERS) for name, words in flow_words.PLACEHOLDERS.items()
            if name in PLACEHOLDERS
        ],
        "with_fields": step.kind in WITH_FIELDS,
    }  # fmt: skip
    if step.kind in WITH_FIELDS:
        found["field_types"] = list(flow_words.FIELD_TYPES.items())
    match step.kind:
        case "verify":
            asked = dict(step.facts)
            labels = {**flow_words.FACTS, **{name: label for name, label in asked.items() if label}}
            found["fact_rows"] = [
                (name, name in asked, labels.get(name, name)) for name in dict.fromkeys([*asked, *flow_words.FACTS])
            ]
        case "choose":
            found["sets_choices"] = list(flow_words.SETS.items())
            found["value_choices"] = _values(version, graph, step.sets)
        case "decide":
            found["on_choices"] = _with([step.on], [*flow_words.DECIDES_ON.items(), *_answers(graph, step)])
            values = _values(version, graph, step.on)
            found["value_choices"] = _with([value for value, _way in step.cases], values) if values else []
        case "act":
            found["act_choices"] = _with([step.act], list(flow_words.ACTS.items()))
            found["inputs"] = [one.label for one in step.fields]
            found["minute_choices"] = MINUTES
            found["with_note"] = step.act in flow_words.ACTS_WITH_NOTE
            found["notice_choices"] = list(NOTICES.items())
            if step.act == "transfer":
                lines: Choices = [(name, name) for name in client.queues.values_list("name", flat=True)]
                found["queue_choices"] = _with([str(step.params.get("queue", ""))], lines)
    return found


def _with(used: Any, choices: Choices) -> Choices:
    """The choices, and whatever is used though it is none: it is shown as it stands, not lost."""
    known = {value for value, _words in choices}
    return [*choices, *((value, f"{value} (?)") for value in dict.fromkeys(used) if value and value not in known)]


def _answers(graph: Graph, step: Step) -> Choices:
    """The answers that other steps ask for."""
    found: Choices = []
    for one in graph.steps.values():
        if one.act in OUTCOMES and one.id != step.id:
            found.append((f"answer:{one.id}", _("what came of “%(step)s”") % {"step": one.name}))
        if one.kind == "act":
            continue
        if one.kind == "choose" and one.sets in ("", "answer") and one.id != step.id:
            found.append((f"answer:{one.id}", _("the answer at “%(step)s”") % {"step": one.name}))
        for field in one.fields:
            words = _("the answer “%(field)s” at “%(step)s”") % {"field": field.label or field.name, "step": one.name}
            found.append((f"answer:{field.name}", words))
    return found


def _values(version: ScriptVersion, graph: Graph, on: str) -> Choices:
    """The values that can be decided on or set, where they are known."""
    client = version.script.client
    match on:
        case "verified" | "order_late":
            return list(flow_words.YES_NO.items())
        case "reason":
            return [(one.code, one.name) for one in client.reasons.filter(active=True)]
        case "product":
            return [(one.code, one.name) for one in client.products.filter(active=True)]
        case "product_type":
            return [(one.code, str(one)) for one in client.product_types.all()]
        case "reason_kind":
            return list(ReasonKind.choices)
        case "channel":
            return list(Channel.choices)
        case "direction":
            return [("inbound", _("the customer contacts us")), ("outbound", _("we contact the customer"))]
        case "language":
            return [(code, code) for code in client.languages]
        case "order_state":
            return list(OrderState.choices)
    if on.startswith("answer:"):
        name = on.removeprefix("answer:")
        for one in graph.steps.values():
            if one.id == name and one.act in OUTCOMES:
                return list(OUTCOMES[one.act])
            if one.id == name and one.options:
                return [(option.value, option.label or option.value) for option in one.options]
            for field in one.fields:
                if field.name == name and field.options:
                    return list(field.options)
    return []
