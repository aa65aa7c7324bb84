"""A call flow as the agent will see it, for a sample customer: nothing is asked of anybody and nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clients import flow_words, scripts
from clients.flow_picture import KINDS
from clients.models import Client, ScriptVersion
from clients.script_graph import END, Field, Graph, Option, Step

LISTED = ("reason", "product")
BUTTONS: dict[str, str | Promise] = {"verify": _("Check"), "close": _("Resolve")}
MOST_UNSEEN = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """One step at the desk: its words, what is asked, the answers, and what the button says."""

    step: Step
    text: SafeString
    fields: Sequence[Field]
    facts: Sequence[tuple[str, str]]
    options: Sequence[Option]
    button: str | Promise

    @property
    def icon(self) -> str:
        """Of its kind."""
        return KINDS[self.step.kind][0] if self.step.kind in KINDS else "help"

    @property
    def unseen(self) -> bool:
        """Whether the agent never sees it: it is passed through."""
        return self.step.kind in ("decide", "sub_process")


def sample_words(version: ScriptVersion) -> dict[str, str]:
    """What placeholders become: company and agent by name, the rest of a customer who does not exist."""
    client = version.script.client
    brand = getattr(client, "brand", None)
    words = {**flow_words.SAMPLE, "client": brand.public_name if brand else client.name, "agent": "Alex"}
    words["reference"] = f"{client.reference_prefix}-7K3F9Q"
    words["today"] = "24 November"
    words["phone_shown"] = (brand.phone_shown if brand else "") or "+1 555 0100"
    return words


def seen(step: Step, words: Mapping[str, str], listed: Mapping[str, Sequence[Option]]) -> Seen:
    """The step as it is drawn at the desk. `listed` are the client's own reasons and products."""
    options = step.options or tuple(listed.get(step.sets, ())) if step.kind == "choose" else ()
    worded = [replace(one, label=scripts.render(one.label, words)) for one in options]
    fields = [replace(one, label=scripts.render(one.label, words)) for one in step.fields]
    button = step.name if step.kind == "act" else BUTTONS.get(step.kind, _("Next"))
    return Seen(step, scripts.render(step.text, words), fields, step.facts, worded, button)


def listed_of(client: Client, graph: Graph) -> dict[str, list[Option]]:
    """The reasons and products that choices without answers of their own show."""
    wanted = {step.sets for step in graph.steps.values() if step.kind == "choose" and not step.options}
    found: dict[str, list[Option]] = {}
    if "reason" in wanted:
        found["reason"] = [Option(one.code, one.name) for one in client.reasons.filter(active=True)]
    if "product" in wanted:
        found["product"] = [Option(one.code, one.name) for one in client.products.filter(active=True)]
    return found


def next_of(graph: Graph, step: Step, answers: Mapping[str, str], *, passed: bool = True) -> str:
    """Where an agent comes to from a step by these answers; decide steps and sub-processes are passed through."""
    if step.kind == "choose":
        given = answers.get(step.id, "")
        way = next((one.next for one in step.options if one.value == given and one.next), step.next)
    else:
        way = step.next if passed or step.kind != "verify" else step.failed
    for _turn in range(MOST_UNSEEN):
        if way == END or way not in graph or graph[way].kind not in ("decide", "sub_process"):
            break
        here = graph[way]
        way = _decided(here, answers) if here.kind == "decide" else here.next
    return way


def _decided(step: Step, answers: Mapping[str, str]) -> str:
    value = answers.get(step.on.removeprefix("answer:"), "")
    return next((way for case, way in step.cases if case == value), step.otherwise)
