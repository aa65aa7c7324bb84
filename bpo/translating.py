"""What the screens say, gathered from code and templates, and its catalogues in other languages.

Django's own gathering needs the system's gettext and does not know the labels of closed lists.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from bpo.kernel.choices import TextChoices

APPS = ("agents", "bpo", "clients", "interactions")
TRANSLATORS = {"gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
STRING = r"""u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*\""""
IN_TEMPLATE = re.compile(rf"(?<!\w)(_|gettext|ngettext)\(\s*({STRING})(?:\s*,\s*({STRING}))?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|<[^>]+>")


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One text, with its plural where it counts something."""

    text: str
    plural: str = ""


def gathered() -> set[Said]:
    """Every text that a person at a staff screen may be shown in another language."""
    said: set[Said] = set()
    for app in APPS:
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if "migrations" not in path.parts:
                said.update(_in_code(path.read_text()))
    for path in (settings.BASE_DIR / "templates").rglob("*.*"):
        said.update(_in_template(path.read_text()))
    said.update(Said(str(member._label_)) for choices in _every(TextChoices) for member in choices)
    said = {one for one in said if one.text}
    counted = {one.text for one in said if one.plural}
    return {one for one in said if one.plural or one.text not in counted}


def _in_code(source: str) -> Iterator[Said]:
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: TRANSLATORS[alias.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in TRANSLATORS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            texts = [each.value for each in node.args[: names[node.func.id]] if isinstance(each, ast.Constant)]
            words = [text for text in texts if isinstance(text, str)]
            if words:
                yield Said(*words)


def _in_template(source: str) -> Iterator[Said]:
    for kind, text, plural in IN_TEMPLATE.findall(templatize(source)):
        yield Said(ast.literal_eval(text), ast.literal_eval(plural) if kind == "ngettext" and plural else "")


def _every(kind: type[TextChoices]) -> Iterator[type[TextChoices]]:
    for each in kind.__subclasses__():
        yield each
        yield from _every(each)


def catalogue(language: str) -> Path:
    """Where the texts of a language are written."""
    return Path(settings.BASE_DIR) / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue as it is; empty where there is none yet."""
    path = catalogue(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str) -> int:
    """Bring a catalogue in step with what is said now: new texts are empty, unused ones go. How many lack words."""
    before = read(language)
    now = Catalog(
        locale=language,
        project="Contact center",
        charset="utf-8",
        fuzzy=False,
        header_comment="# What the screens say; `make messages` keeps it in step with the code.",
        creation_date=before.creation_date,
    )
    for one in sorted(gathered()):
        kept = before.get(one.text)
        empty: tuple[str, ...] | str = ("",) * now.num_plurals if one.plural else ""
        fits = kept is not None and isinstance(kept.string, tuple) == bool(one.plural)
        now.add((one.text, one.plural) if one.plural else one.text, kept.string if kept and fits else empty)
    path = catalogue(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, now, width=120, omit_header=False, sort_output=True)
    return len(lacking(language))


def compile_all() -> None:
    """Write each catalogue that has changed as Django reads it, beside its text."""
    for path in (Path(settings.BASE_DIR) / "locale").glob("*/LC_MESSAGES/django.po"):
        compiled, fresh = path.with_suffix(".mo"), path.with_suffix(f".{os.getpid()}")
        if compiled.exists() and compiled.stat().st_mtime >= path.stat().st_mtime:
            continue
        with fresh.open("wb") as file:
            write_mo(file, read(path.parts[-3]))
        fresh.replace(compiled)  # whoever reads it meanwhile has one or the other


def lacking(language: str) -> list[str]:
    """The texts that this language does not say, or says with other placeholders, each with what is wrong."""
    found, wrong = read(language), []
    for one in sorted(gathered()):
        message = found.get(one.text)
        said = message.string if message else ""
        forms = [str(form or "") for form in said] if isinstance(said, list | tuple) else [said or ""]
        if not all(forms) or bool(one.plural) != (len(forms) > 1):
            wrong.append(f"not said: {one.text}")
        elif _places(one.plural or one.text) != _places(forms[-1]) or any(
            not _places(form) <= _places(one.text) | _places(one.plural or one.text) for form in forms
        ):
            wrong.append(f"other placeholders: {one.text}")
    return wrong


def _places(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))
