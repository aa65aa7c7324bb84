"""A call flow as text, JSON or YAML: written for people, read with every fault at its line and step.

Of YAML only what JSON can say is read, and as its version 1.2 has it: `yes`, `no` and `on` are words. No aliases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _

FORMS = {"json": "application/json", "yaml": "application/yaml"}
TEXTS = ("name", "text", "next", "failed", "sets", "on", "otherwise", "act")
ROWS = {
    "fields": ("name", "label"), "facts": ("fact", "label"), "options": ("value", "label"), "cases": ("value",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What cannot be read; line and step where they are known."""

    sentence: str
    line: int = 0
    step: str = ""

    def __str__(self) -> str:
        where = [_("Line %(n)d") % {"n": self.line} if self.line else "", f"“{self.step}”" if self.step else ""]
        place = ", ".join(part for part in where if part)
        return f"{place}: {self.sentence}" if place else self.sentence


class Unreadable(Exception):
    """The text is no call flow; `faults` names each."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(map(str, faults)))


class _Loader(yaml.SafeLoader):
    """Booleans, numbers and null as JSON has them; everything else is a word, and nothing stands for something else."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, _("“*” stands for something else; write it out"), mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Sentences of more lines as blocks."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), list(_first))


def _words(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _words)


def write(graph: Mapping[str, Any], form: str) -> str:
    """The graph as text."""
    if form == "yaml":
        return yaml.dump(dict(graph), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return json.dumps(graph, indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> dict[str, Any]:
    """The graph that the text says, or Unreadable."""
    if text.lstrip().startswith("{"):
        try:
            graph = json.loads(text)
        except json.JSONDecodeError as error:
            sentence = _("This is not JSON: %(why)s.") % {"why": error.msg}
            raise Unreadable([Fault(sentence, error.lineno, _near(text, error.lineno))]) from error
        except RecursionError as error:
            raise Unreadable([Fault(_("It is nested too deeply."))]) from error
    else:
        node = _composed(text, strict=True)
        graph = _Loader("").construct_document(node) if node is not None else None
    if faults_of(graph):
        raise Unreadable([*_faults(graph, _lines(_composed(text)))])
    return dict(graph)


def faults_of(graph: Any) -> list[Fault]:
    """Why this is no call flow at all, whatever it is; empty where it can be edited on."""
    return [*_faults(graph, {})]


def _composed(text: str, *, strict: bool = False) -> yaml.Node | None:
    """The text as YAML reads it, for its lines; JSON that YAML cannot read has none."""
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        if not strict:
            return None
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        sentence = _("This is not YAML: %(why)s.") % {"why": getattr(error, "problem", None) or _("it cannot be read")}
        raise Unreadable([Fault(sentence, line, _near(text, line))]) from error
    except RecursionError as error:
        raise Unreadable([Fault(_("It is nested too deeply."))]) from error


def _near(text: str, line: int) -> str:
    """The step at whose text a line stands: the last id that was written before it."""
    found = re.findall(r"""["']?\bid["']?\s*:\s*["']?([\w-]+)""", "\n".join(text.splitlines()[:line]))
    return str(found[-1]) if found else ""


def _lines(node: yaml.Node | None) -> dict[int, int]:
    """At which line each step begins, by its place."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if getattr(key, "value", "") == "steps" and isinstance(value, yaml.SequenceNode):
                return {at: step.start_mark.line + 1 for at, step in enumerate(value.value)}
    return {}


def _faults(graph: Any, lines: Mapping[int, int]) -> Iterator[Fault]:
    if not isinstance(graph, dict) or not isinstance(graph.get("steps"), list):
        yield Fault(_("A call flow has “start” and a list of “steps”."), 1)
        return
    if not isinstance(graph.get("start", ""), str):
        yield Fault(_("“start” names a step."), 1)
    for at, step in enumerate(graph["steps"]):
        line = lines.get(at, 0)
        if not isinstance(step, dict):
            yield Fault(_("This is no step: it has neither “id” nor “kind”."), line)
            continue
        name = step.get("id") if isinstance(step.get("id"), str) else ""
        for sentence in _of_step(step):
            yield Fault(sentence, line, str(name))


def _of_step(step: Mapping[str, Any]) -> Iterator[str]:
    for key in ("id", "kind"):
        if not isinstance(step.get(key), str) or not step[key]:
            yield _("“%(key)s” is missing.") % {"key": key}
    for key in TEXTS:
        if not isinstance(step.get(key) or "", str):
            yield _("“%(key)s” is words, nothing else.") % {"key": key}
    for key, needed in ROWS.items():
        rows = step.get(key, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield _("“%(key)s” is a list, each with its own lines.") % {"key": key}
            continue
        for n, row in enumerate(rows, start=1):
            for one in needed:
                if not isinstance(row.get(one), str | int):
                    yield _("number %(n)d of “%(key)s” lacks “%(one)s”.") % {"n": n, "key": key, "one": one}
            inner = row.get("options", [])
            if key == "fields" and not (
                isinstance(inner, list) and all(isinstance(o, dict) and {"value", "label"} <= {*o} for o in inner)
            ):
                yield _("number %(n)d of “%(key)s” has answers without “value” or “label”.") % {"n": n, "key": key}
    if not isinstance(step.get("params", {}), dict):
        yield _("“params” are names with values.")
