"""What Sue changed is read by Mo before he approves it: steps, words, ways."""

from __future__ import annotations

from clients import graph_edits, script_diff
from tests.clients.test_scripts import graph


def test_two_that_are_the_same_do_not_differ() -> None:
    assert not script_diff.compare(graph(), graph())


def test_added_removed_and_changed_steps_are_told_with_old_and_new_words() -> None:
    new, added = graph_edits.add(graph(), "say", "One more thing", after="reason")
    new, _ = graph_edits.remove(new, "product")
    greet = graph_edits.find(new, "greet") or {}
    new = graph_edits.put(new, {**greet, "text": "Thank you for writing to {client}.", "required": True})
    found = script_diff.compare(graph(), new)
    assert [one.step.id for one in found.added] == [added] and [one.step.name for one in found.removed] == [
        "Billing and orders"
    ]
    told = {
        change.step.id: {str(part.what): (part.before, part.after) for part in change.parts} for change in found.changed
    }
    assert told["reason"] == {"Goes on to": (["Billing and orders"], ["One more thing"])}
    assert told["greet"]["Must be answered"] == (["no"], ["yes"])
    text = next(part for change in found.changed for part in change.parts if part.pieces)
    assert ("old", "calling") in text.pieces and ("new", "writing to") in [(a, b.strip()) for a, b in text.pieces]
    assert found.ways == 1 and found.count == 4 and found.steps == [added, "greet", "reason"] and not found.order


def test_order_start_fields_and_cases_are_told() -> None:
    new = graph_edits.begin_at(graph_edits.move(graph(), "reason", -1), "verify")
    verify = graph_edits.find(new, "verify") or {}
    new = graph_edits.put(new, {**verify, "facts": [{"fact": "name", "label": "Name"}]})
    found = script_diff.compare(graph(), new)
    assert found.order and found.start == ("Greet", "Verify the caller")
    assert [(part.before, part.after) for part in found.changed[0].parts] == [(["Full name", "Order number"], ["Name"])]
    decide = {
        "id": "late",
        "kind": "decide",
        "on": "order_late",
        "cases": [{"value": "yes", "next": "close"}],
        "otherwise": "reason",
    }
    old = graph(*graph()["steps"], decide)
    new = graph(*graph()["steps"], {**decide, "cases": [{"value": "yes", "next": "greet"}]})
    (change,) = script_diff.compare(old, new).changed
    assert change.parts[0].way and change.parts[0].after == ["yes → Greet"]
