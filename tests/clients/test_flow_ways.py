"""What stands on the ways of a flow: passed, failed, the answers, the cases, in words that fit."""

from __future__ import annotations

from clients.flow_ways import LONGEST, labels_of
from clients.script_graph import parse
from tests.clients.test_scripts import CLOSE, GREET, VERIFY, graph


def test_each_kind_that_branches_says_on_what() -> None:
    answers = [
        {"value": "wait", "label": "Keep waiting", "next": "close"},
        {"value": "new", "label": "A replacement", "next": "late"},
        {"value": "back", "label": "Money back"},
    ]
    choose = {"id": "reason", "kind": "choose", "name": "Remedy", "options": answers, "next": "late"}
    late = {
        "id": "late", "kind": "decide", "name": "Late?", "on": "order_late", "otherwise": "close",
        "cases": [{"value": "yes", "next": "which"}],
    }  # fmt: skip
    which = {
        "id": "which", "kind": "decide", "name": "Which?", "on": "answer:reason", "otherwise": "close",
        "cases": [{"value": "new", "next": "why"}],
    }  # fmt: skip
    why = {
        "id": "why", "kind": "decide", "name": "Why?", "on": "reason", "otherwise": "close",
        "cases": [{"value": "late-4", "next": "close"}],
    }  # fmt: skip
    labels = labels_of(parse(graph(GREET, VERIFY, choose, late, which, why, CLOSE)), {"reason": {"late-4": "Late"}})
    assert labels == {
        ("verify", "reason"): "passed",
        ("verify", "close"): "failed",
        ("reason", "close"): "Keep waiting",
        ("reason", "late"): "A replacement, Money…",
        ("late", "which"): "yes",
        ("late", "close"): "otherwise",
        ("which", "why"): "A replacement",
        ("which", "close"): "otherwise",
        ("why", "close"): "Late, otherwise",
    }
    assert all(len(words) <= LONGEST for words in labels.values())


def test_what_leads_on_without_an_answer_says_nothing() -> None:
    listed = {"id": "reason", "kind": "choose", "name": "Reason", "sets": "reason", "next": "close"}
    assert ("reason", "close") not in labels_of(parse(graph(GREET, VERIFY, listed, CLOSE)))
