"""A step of a call flow as its form has it: read back into the step, and the rows that a form of its kind shows.

What the form does not show stays as it is. Rows (fields, answers, cases) keep the code by which they are known; a new
one gets a code made from its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import slugify

from clients.script_graph import FACTS

Raw = dict[str, Any]
LONGEST_NAME, LONGEST = 80, 4000
WITH_FIELDS = ("say", "collect", "verify", "choose")
ROWS = {"field": "fields", "option": "options", "case": "cases"}


def read(step: Mapping[str, Any], sent: Mapping[str, str]) -> Raw:
    """The step with what was sent."""
    made = dict(step)
    kind = str(step["kind"])
    _put(made, "name", _line(sent, "name"))
    _put(made, "text", sent.get("text", "").replace("\r\n", "\n")[:LONGEST])
    for way in ("next", "failed", "otherwise"):
        if way in sent:
            _put(made, way, _line(sent, way))
    if kind not in ("decide", "close"):
        _put(made, "required", "required" in sent)
    if kind in WITH_FIELDS:
        _put(made, "fields", [*_fields(step, sent)])
    match kind:
        case "verify":
            _put(made, "facts", [*_facts(step, sent)])
        case "choose":
            _put(made, "sets", _line(sent, "sets"))
            _put(made, "options", [*_options(sent)])
        case "decide":
            _put(made, "on", _line(sent, "on"))
            _put(made, "cases", [*_cases(sent)])
        case "act":
            _put(made, "act", _line(sent, "act"))
            _put(made, "params", _params(sent))
    return made


def with_row(step: Mapping[str, Any], row: str) -> Raw:
    """With one more field, answer or case."""
    rows = [*step.get(ROWS[row], [])]
    taken = {str(one.get("name") or one.get("value")) for one in rows}
    code = next(code for n in range(1, len(rows) + 2) if (code := f"{row}_{n}") not in taken)
    new: Raw = {"name": code, "label": ""} if row == "field" else {"value": code, "label": ""}
    if row == "case":
        new = {"value": ""}
    return {**step, ROWS[row]: [*rows, new]}


def without_row(step: Mapping[str, Any], row: str, at: int) -> Raw:
    """Without this field, answer or case."""
    made = dict(step)
    _put(made, ROWS[row], [one for n, one in enumerate(step.get(ROWS[row], [])) if n != at])
    return made


def raised_row(step: Mapping[str, Any], row: str, at: int) -> Raw:
    """This field, answer or case before the one before it."""
    rows = [*step.get(ROWS[row], [])]
    if 0 < at < len(rows):
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    return {**step, ROWS[row]: rows}


def _put(step: Raw, key: str, value: Any) -> None:
    """Keys that say nothing are left out, as in the files people write."""
    if value:
        step[key] = value
    else:
        step.pop(key, None)


def _line(sent: Mapping[str, str], key: str, longest: int = LONGEST_NAME) -> str:
    return " ".join(str(sent.get(key, "")).split())[:longest]


def _rows(sent: Mapping[str, str], row: str, key: str) -> Iterator[str]:
    n = 0
    while f"{row}-{n}-{key}" in sent:
        yield f"{row}-{n}-"
        n += 1


def code_of(words: str, taken: set[str]) -> str:
    """A short code that says the words, unlike those that are taken."""
    base = slugify(words).replace("-", "_")[:30] or "answer"
    code = next(code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}_{n}") not in taken)
    taken.add(code)
    return code


def _fields(step: Mapping[str, Any], sent: Mapping[str, str]) -> Iterator[Raw]:
    before = {str(one["name"]): one for one in step.get("fields", [])}
    for at in _rows(sent, "field", "name"):
        name, label, kind = sent[f"{at}name"], _line(sent, f"{at}label"), _line(sent, f"{at}type")
        one = dict(before.get(name, {"name": name}))
        one["label"] = label
        if kind != "text" or "type" in one:
            _put(one, "type", kind)
        _put(one, "required", f"{at}required" in sent)
        _put(one, "hint", _line(sent, f"{at}hint", 200))
        if kind == "choice" and f"{at}options" in sent:
            _put(one, "options", _choices(one.get("options", []), sent[f"{at}options"]))
        elif kind != "choice":
            one.pop("options", None)
        yield one


def _choices(before: list[Raw], lines: str) -> list[Raw]:
    """One answer a line; a line that says the same, or stands in the same place of as many, keeps its code."""
    labels = [label for line in lines.splitlines() if (label := " ".join(line.split())[:LONGEST_NAME])]
    known = {str(one["label"]): str(one["value"]) for one in before}
    in_place = [str(one["value"]) for one in before] if len(before) == len(labels) else []
    made: list[Raw] = []
    taken: set[str] = set()
    for n, label in enumerate(labels):
        code = known.get(label) or (in_place[n] if in_place else "")
        if not code or code in taken:
            code = code_of(label, taken | set(known.values()))
        taken.add(code)
        made.append({"value": code, "label": label})
    return made


def _facts(step: Mapping[str, Any], sent: Mapping[str, str]) -> Iterator[Raw]:
    order = [*(str(one["fact"]) for one in step.get("facts", [])), *FACTS]
    for fact in dict.fromkeys(order):
        if f"fact-{fact}" in sent:
            yield {"fact": fact, "label": _line(sent, f"fact-{fact}-label") or fact}


def _options(sent: Mapping[str, str]) -> Iterator[Raw]:
    for at in _rows(sent, "option", "value"):
        one: Raw = {"value": _line(sent, f"{at}value"), "label": _line(sent, f"{at}label", 200)}
        _put(one, "hint", _line(sent, f"{at}hint", 200))
        _put(one, "next", _line(sent, f"{at}next"))
        yield one


def _cases(sent: Mapping[str, str]) -> Iterator[Raw]:
    for at in _rows(sent, "case", "value"):
        one: Raw = {"value": _line(sent, f"{at}value")}
        _put(one, "next", _line(sent, f"{at}next"))
        yield one


def _params(sent: Mapping[str, str]) -> Raw:
    made: Raw = {}
    for key in ("kind", "queue", "for", "title", "minutes"):
        _put(made, key, _line(sent, f"param-{key}"))
    _put(made, "note", sent.get("param-note", "").replace("\r\n", "\n")[:LONGEST])
    _put(made, "new", "param-new" in sent)
    days = _line(sent, "param-days")
    if days.isdecimal() and 0 < int(days) <= 365:
        made["days"] = int(days)
    return made
