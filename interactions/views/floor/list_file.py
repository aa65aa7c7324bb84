"""A file of people for a call list: read and checked row by row, told in words; nothing is written here."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from bpo.kernel.errors import InvalidValue
from bpo.kernel.words import UNHOLDABLE
from clients import call_lists
from clients.models import CallList
from interactions.models import Prospect, ProspectState
from interactions.prospect_lists import Person
from interactions.views.floor.list_forms import ProspectForm

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000
SEPARATORS = (",", ";", "\t")
# Column, whether it must be there, what stands in it.
COLUMNS = [
    ("name", True, lazy("Who is called")),
    ("number", True, lazy("The phone number, best with its country code: +12125550133")),
    ("email", False, lazy("A mail address")),
    ("company", False, lazy("For whom this person works")),
    ("zone", False, lazy("The time zone, such as America/Chicago; needed where the number’s country has several")),
    ("language", False, lazy("en or es; without it the company’s usual one")),
    ("note", False, lazy("What the agent should know before the call")),
    ("consent_how", True, lazy("How this person agreed to be called")),
    ("consent_on", True, lazy("When: 2026-11-02")),
]
NAMES = [name for name, _must, _words in COLUMNS]
STATES = {
    "add": lazy("will be added"),
    "duplicate": lazy("on the list already"),
    "blocked": lazy("not called any more"),
    "wrong": lazy("cannot be used"),
}
RUN_BY_A_SPREADSHEET = ("'=", "'+", "'-", "'@")


class FileRefused(InvalidValue):
    """The whole file cannot be read; the sentence says why and what helps."""

    code = "file_refused"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read: its line in the file, what becomes of it, and why."""

    line: int
    name: str
    number: str
    state: str
    words: str = ""
    person: Person | None = None
    faults: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def state_words(self) -> str:
        """What becomes of it."""
        return str(STATES[self.state])


@dataclass(frozen=True, slots=True)
class Checked:
    """A whole file, looked through."""

    rows: list[Row]
    counts: dict[str, int]

    @property
    def people(self) -> list[Person]:
        """Who would be added."""
        return [row.person for row in self.rows if row.state == "add" and row.person is not None]

    @property
    def left_out(self) -> list[Row]:
        """Everything else, in the order of the file."""
        return [row for row in self.rows if row.state != "add"]


def check(data: bytes, call_list: CallList) -> Checked:
    """Look through a file; FileRefused when it cannot be read as a whole."""
    return judged(_rows(data), call_list)


def judged(rows_read: Iterable[tuple[int, Mapping[str, str] | str]], call_list: CallList) -> Checked:
    """What would become of each row: its line and its cells by column, or what is wrong with it as a whole."""
    read = [_row(line, cells, call_list) for line, cells in rows_read]
    numbers = {row.number for row in read if row.person}
    known = dict(Prospect.objects.filter(call_list=call_list, number__in=numbers).values_list("number", "state"))
    refused = call_lists.blocked(call_list.client_id, numbers)
    rows, lines = [], dict[str, int]()
    for row in read:
        state, words = row.state, row.words
        if row.person and row.number in lines:
            state, words = "duplicate", _("The same number stands in line %(n)s.") % {"n": lines[row.number]}
        elif row.person and row.number in known:
            off = known[row.number] == ProspectState.REMOVED
            state, words = "duplicate", _("Taken off the list; put back on the person’s page.") if off else ""
        elif row.person and row.number in refused:
            state, words = "blocked", ""
        if row.person:
            lines.setdefault(row.number, row.line)
        rows.append(Row(row.line, row.name, row.number, state, words, row.person, row.faults))
    return Checked(rows, {**dict.fromkeys(STATES, 0), **Counter(row.state for row in rows)})


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str] | str]]:
    """Line and cells by column of each row; a row with too many or too few cells is a sentence."""
    text = _text(data)
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    head: list[str] = []
    found = 0
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not head:
                head = _head(cells)
                continue
            found += 1
            if found > MOST_ROWS:
                raise FileRefused(sentence=_("More than %(n)s rows. Divide the file.") % {"n": MOST_ROWS})
            if len(cells) != len(head):
                told = {"n": len(cells), "of": len(head)}
                yield reader.line_num, _("It has %(n)s cells, the heading has %(of)s.") % told
            else:
                yield reader.line_num, dict(zip(head, map(_cell, cells), strict=True))
    except csv.Error as error:
        told = {"n": reader.line_num}
        raise FileRefused(str(error), sentence=_("Line %(n)s cannot be read: a quote is not closed.") % told) from error
    if not found:
        raise FileRefused(sentence=_("The file has no rows below its heading."))


def _text(data: bytes) -> str:
    if not data.strip():
        raise FileRefused(sentence=_("The file is empty."))
    if len(data) > MOST_BYTES:
        raise FileRefused(sentence=_("The file is larger than 1 MB. Divide it."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        told = _("The file is not UTF-8. Save it from the spreadsheet as “CSV UTF-8”.")
        raise FileRefused(str(error), sentence=told) from error
    if UNHOLDABLE.search(text):
        raise FileRefused(sentence=_("This is no text file. Save the table as “CSV UTF-8” first."))
    return text


def _head(cells: list[str]) -> list[str]:
    head = [cell.strip().lower() for cell in cells]
    unknown = [cell[:40] or _("(empty)") for cell in head if cell not in NAMES]
    missing = [name for name, must, _words in COLUMNS if must and name not in head]
    if missing:
        raise FileRefused(sentence=_("The heading lacks: %(names)s.") % {"names": ", ".join(missing)})
    if unknown:
        told = {"names": ", ".join(unknown[:5]), "known": ", ".join(NAMES)}
        raise FileRefused(sentence=_("Nobody knows these columns: %(names)s. Known are %(known)s.") % told)
    if len(set(head)) < len(head):
        raise FileRefused(sentence=_("The heading names a column twice."))
    return head


def _cell(text: str) -> str:
    """Without the mark by which our own files keep a spreadsheet from running a cell."""
    return text[1:] if text.startswith(RUN_BY_A_SPREADSHEET) else text


def _row(line: int, cells: Mapping[str, str] | str, call_list: CallList) -> Row:
    if isinstance(cells, str):
        return Row(line, "", "", "wrong", cells)
    form = ProspectForm(call_list.client, cells)
    if form.is_valid():
        person = form.person()
        return Row(line, person.name, person.number, "add", "", person)
    faults = {name: [str(one) for one in told] for name, told in form.errors.items()}
    words = "; ".join(f"{name}: {' '.join(told)}" for name, told in faults.items())
    name, number = cells.get("name", "").strip(), cells.get("number", "").strip()
    return Row(line, name[:60], number[:40], "wrong", words, faults=faults)
