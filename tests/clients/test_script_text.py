"""A call flow leaves as JSON or YAML and comes back the same; what cannot be read is told at its line and step."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients import script_text, starters
from tests.clients.test_scripts import graph

ODD = [
    "yes",
    "no",
    "on",
    "off",
    "~",
    "null",
    "true",
    "12:30",
    "007",
    "1e3",
    "2026-11-30",
    "- a",
    "a: b",
    "#",
    "“{client}”",
    "",
]
WORDS = st.one_of(
    st.sampled_from(ODD), st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=40)
)
STEP = st.fixed_dictionaries(
    {
        "id": WORDS.filter(bool),
        "kind": st.sampled_from(["say", "decide"]),
        "text": st.lists(WORDS, max_size=3).map("\n".join),
    },
    optional={
        "on": st.sampled_from(["verified", "order_late"]),
        "required": st.booleans(),
        "cases": st.lists(st.fixed_dictionaries({"value": WORDS, "next": WORDS}), max_size=3),
        "params": st.dictionaries(st.sampled_from(["days", "note"]), st.one_of(st.integers(0, 400), WORDS)),
    },
)


@pytest.mark.parametrize("form", script_text.FORMS)
@given(of=st.fixed_dictionaries({"start": WORDS, "steps": st.lists(STEP, max_size=4)}))
def test_whatever_a_flow_says_comes_back_as_it_was(form: str, of: dict[str, Any]) -> None:
    assert script_text.read(script_text.write(of, form)) == of


@pytest.mark.parametrize("form", script_text.FORMS)
def test_the_flows_to_begin_from_come_back_as_they_were(form: str) -> None:
    for kind in starters.NAMES:
        of = starters.starter(kind, "es")
        assert script_text.read(script_text.write(of, form)) == of


def test_yes_and_on_are_words_when_people_write_them() -> None:
    text = "id: late\n  kind: decide\n  on: order_late\n  cases:\n  - value: yes\n    next: sorry\n  otherwise: no\n"
    step = script_text.read(f"start: late\nsteps:\n- {text}")["steps"][0]
    assert (
        step["on"] == "order_late"
        and step["cases"] == [{"value": "yes", "next": "sorry"}]
        and step["otherwise"] == "no"
    )


def faults(text: str) -> list[str]:
    with pytest.raises(script_text.Unreadable) as refused:
        script_text.read(text)
    return [str(fault) for fault in refused.value.faults]


def test_every_fault_is_told_at_its_line_and_step() -> None:
    wrong = graph()
    wrong["steps"] = [
        wrong["steps"][0],
        {"kind": "say", "text": "Hello"},
        {"id": "x", "kind": "collect", "fields": [{"name": "a"}]},
        5,
    ]
    as_json = faults(json.dumps(wrong, indent=1))
    assert as_json[0] == "Line 11: “id” is missing."
    assert as_json[1] == "Line 15, “x”: number 1 of “fields” lacks “label”."
    assert as_json[2].endswith("This is no step: it has neither “id” nor “kind”.")
    as_yaml = faults(script_text.write(wrong, "yaml"))
    assert [fault.split(": ")[1] for fault in as_yaml] == [fault.split(": ")[1] for fault in as_json]
    assert as_yaml[0].startswith("Line 8:")


def test_broken_text_is_told_at_its_line_and_step() -> None:
    whole = script_text.write(graph(), "json")
    lines = whole.splitlines()
    at = next(n for n, line in enumerate(lines) if '"verify"' in line and '"id"' in line)
    broken = "\n".join([*lines[: at + 1], '"kind" "verify",', *lines[at + 2 :]])
    assert faults(broken) == [f"Line {at + 2}, “verify”: This is not JSON: Expecting ':' delimiter."]
    assert faults("start: a\nsteps:\n- id: a\n  kind: [say\n")[0].startswith("Line 5, “a”: This is not YAML: expected")
    assert "has “start” and a list of “steps”" in faults("just words")[0]
    assert "Line 3: This is not YAML: “*” stands for something else" in faults("start: a\nsteps: &x\n- *x\n")[0]
    for deep in ("[" * 5000, '{"a":' * 5000):
        assert faults(deep)
