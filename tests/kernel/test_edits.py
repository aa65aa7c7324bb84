"""What changed between two texts, as a page applies it."""

import random

from bpo.kernel.edits import edits


def applied(old: list[str], new: list[str]) -> list[str]:
    lines = old.copy()
    for start, end, instead in edits(old, new):
        lines[start:end] = instead
    return lines


def test_the_edit_of_one_line_is_that_line() -> None:
    old = ["<tr>", "<td>2</td>", "</tr>"]
    assert edits(old, ["<tr>", "<td>3</td>", "</tr>"]) == [(1, 2, ["<td>3</td>"])]
    assert edits(old, old) == []


def test_whatever_changed_the_edits_make_the_new_of_the_old() -> None:
    dice = random.Random(7)
    for _ in range(200):
        old = [dice.choice("abcdef") for _ in range(dice.randrange(30))]
        new = [line for line in old if dice.random() > 0.2]
        for _ in range(dice.randrange(4)):
            new.insert(dice.randrange(len(new) + 1), dice.choice("abcxyz"))
        assert applied(old, new) == new


def test_rows_that_change_places_are_few_lines() -> None:
    rows = [[f"<tr id={n}>", f"<td>{n}</td>", "</tr>"] for n in range(100)]
    old = [line for row in rows for line in row]
    rows.insert(0, rows.pop(60))
    new = [line for row in rows for line in row]
    assert applied(old, new) == new
    assert sum(len(lines) for _start, _end, lines in edits(old, new)) <= 6
