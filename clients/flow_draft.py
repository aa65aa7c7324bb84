"""The chart of a draft: what stands in each step, what is wrong or changed there, and where the arrow keys lead."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clients import flow_layout
from clients.flow_layout import Box, Layout
from clients.flow_picture import PictureStep, PictureWay
from clients.flow_ways import Names, labels_of, width_of
from clients.script_checks import Problem
from clients.script_graph import END, Graph, Step

ACTS: dict[str, str | Promise] = {
    "create_order_issue": gettext_lazy("order issue"),
    "change_address": gettext_lazy("new address"),
    "resend_confirmation": gettext_lazy("order mail"),
    "request_refund": gettext_lazy("refund"),
    "open_case": gettext_lazy("case"),
    "book_visit": gettext_lazy("visit"),
    "book_meeting": gettext_lazy("meeting"),
    "create_task": gettext_lazy("task"),
    "promise_callback": gettext_lazy("callback"),
    "send_notice": gettext_lazy("sends a mail"),
    "set_pending": gettext_lazy("waits"),
    "transfer": gettext_lazy("hands over"),
    "do_not_call": gettext_lazy("never called again"),
}


@dataclass(frozen=True, slots=True)
class DraftStep(PictureStep):
    """A box with what is in it in few words; `wrong` is "must", "look" or empty."""

    note: str | Promise
    wrong: str
    changed: bool
    up: str
    down: str
    left: str
    right: str

    @property
    def told(self) -> str:
        """What a screen reader says of it."""
        parts = [f"{self.name}", str(self.kind_words), str(self.note) if self.note != self.kind_words else ""]
        parts.append({"must": _("must be fixed"), "look": _("to look at")}.get(self.wrong, ""))
        parts.append(_("changed in this draft") if self.changed else "")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class DraftChart:
    """The picture of a draft."""

    layout: Layout
    steps: Sequence[DraftStep]
    ways: Sequence[PictureWay]
    start: Box | None


def chart_of(
    graph: Graph,
    problems: Sequence[Problem] = (),
    *,
    chosen: str = "",
    changed: Collection[str] = (),
    names: Names | None = None,
) -> DraftChart:
    """Lay a graph out, and mark what is wrong, changed and chosen; `names` are the client's own for codes."""
    ways = list(
        dict.fromkeys(
            (step.id, way) for step in graph.steps.values() for way in step.ways() if way != END and way in graph
        )
    )
    last = [step.id for step in graph.steps.values() if step.kind == "close"]
    labels = labels_of(graph, names)
    widths = {way: width_of(words) for way, words in labels.items()}
    layout = flow_layout.lay_out(graph.start, list(graph.steps), ways, last=last, labels=widths)
    wrong: dict[str, str] = {}
    for problem in reversed(problems):
        wrong[problem.step] = "must" if problem.must else "look"
    steps = [
        DraftStep(
            step.id, step.name, step.kind, layout.boxes[step.id], note_of(step), wrong.get(step.id, ""),
            step.id in changed, **_neighbours(step.id, ways, layout.boxes),
        )
        for step in graph.steps.values()
    ]  # fmt: skip
    lines = [
        PictureWay(way, layout.lines[way], on=chosen in way, label=labels.get(way, ""))
        for way in ways
        if way in layout.lines
    ]
    return DraftChart(layout, steps, lines, layout.boxes.get(graph.start))


def _neighbours(step: str, ways: Sequence[tuple[str, str]], boxes: Mapping[str, Box]) -> dict[str, str]:
    """Down and up along its ways, left and right in its row."""
    here = boxes[step]
    row = sorted((box.x, key) for key, box in boxes.items() if box.row == here.row)
    at = row.index((here.x, step))
    return {
        "up": next((source for source, target in ways if target == step), ""),
        "down": next((target for source, target in ways if source == step), ""),
        "left": row[at - 1][1] if at else "",
        "right": row[at + 1][1] if at + 1 < len(row) else "",
    }


def note_of(step: Step) -> str | Promise:
    """What is in a step, as it fits into its box."""
    ways = len(set(step.ways()))
    match step.kind:
        case "verify":
            return ngettext("%(n)d check", "%(n)d checks", len(step.facts)) % {"n": len(step.facts)}
        case "choose" | "decide":
            return ngettext("%(n)d way", "%(n)d ways", ways) % {"n": ways}
        case "act":
            return ACTS.get(step.act, _("nothing yet"))
    if step.fields:
        return ngettext("%(n)d field", "%(n)d fields", len(step.fields)) % {"n": len(step.fields)}
    return _("words") if step.text else {"close": _("ends"), "sub_process": _("a flow of its own")}.get(step.kind, "–")
