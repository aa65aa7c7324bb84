"""The commands of the desk and their keys: the usual ones, a person's own, and why a key cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import DeskSettings

LETTER = re.compile(r"[a-z.,;='\-\[\]]")
CHORD = re.compile(r"(ctrl\+(alt\+)?|alt\+)(shift\+)?([a-z0-9.,;='\-\[\]]|f([1-9]|1[0-2])|arrow(up|down)|space)")
# What a browser or a text field does with these no page should take away, and some it cannot.
NOT_OURS = frozenset(
    ["ctrl+a", "ctrl+c", "ctrl+v", "ctrl+x", "ctrl+z", "ctrl+shift+z", "ctrl+w", "ctrl+shift+w", "ctrl+t",
     "ctrl+shift+t", "ctrl+n", "ctrl+shift+n", "ctrl+q", "ctrl+shift+q", "ctrl+l", "ctrl+r", "ctrl+shift+r", "alt+f4"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Command:
    """One command: a letter for when nobody types, a chord that works in a text field too."""

    id: str
    words: Promise
    letter: str = ""
    chord: str = ""
    fixed: str = ""
    """Its key where it is always the same one."""

    @property
    def usual(self) -> str:
        """Its keys unless a person chose others, as the page reads them."""
        return self.fixed or f"{self.letter} {self.chord}".strip()


COMMANDS = (
    Command("accept", gettext_lazy("Accept the offer"), fixed="enter"),
    Command("accept-beside", gettext_lazy("Accept the offer, from a field or a dialog"), fixed="alt+enter"),
    Command("decline", gettext_lazy("Decline the offer"), chord="ctrl+shift+d"),
    Command("forward", gettext_lazy("Send, go on or ready"), fixed="ctrl+enter"),
    Command("palette", gettext_lazy("Find a customer or an action"), chord="ctrl+k"),
    Command("next", gettext_lazy("Next item"), chord="ctrl+j"),
    Command("previous", gettext_lazy("Item before"), chord="ctrl+shift+j"),
    Command("available", gettext_lazy("Be available")),
    Command("pause", gettext_lazy("Pause after this")),
    Command("write", gettext_lazy("Write"), "w"),
    Command("script", gettext_lazy("Script"), "s"),
    Command("back", gettext_lazy("Script: back to the step before"), "z"),
    Command("jump", gettext_lazy("Script: jump to a step"), "j"),
    Command("words", gettext_lazy("Script: use its words"), "u"),
    Command("knowledge", gettext_lazy("Knowledge"), "k"),
    Command("notes", gettext_lazy("Notes"), "n"),
    Command("mute", gettext_lazy("Mute the call, or speak again"), "m", "ctrl+m"),
    Command("hold", gettext_lazy("Hold the call, or resume it"), "h", "ctrl+h"),
    Command("consult", gettext_lazy("Consult a colleague"), "c", "ctrl+o"),
    Command("hand-over", gettext_lazy("Hand over to whom I consult"), "g", "ctrl+g"),
    Command("end-consult", gettext_lazy("End the consultation"), "x", "ctrl+shift+x"),
    Command("transfer", gettext_lazy("Transfer"), "t", "ctrl+y"),
    Command("book", gettext_lazy("Promise a callback"), "b", "ctrl+b"),
    Command("resolve", gettext_lazy("Resolve the case"), "r", "ctrl+d"),
    Command("record", gettext_lazy("Pause the recording, or go on"), "p", "ctrl+p"),
    Command("unrecord", gettext_lazy("The customer wants no recording"), "", "ctrl+u"),
    Command("end", gettext_lazy("End the call or the chat"), "", "ctrl+e"),
    Command("headset", gettext_lazy("Headset: microphone, loudspeaker, how the line is"), chord="ctrl+shift+h"),
    Command("endings", gettext_lazy("Wrap-up: how it ended, more exactly by letter"), fixed="1–9"),
    Command("line", gettext_lazy("Send the line of a chat"), fixed="enter"),
    Command("snippet", gettext_lazy("A ready sentence, while you write"), fixed="/"),
    Command("leave", gettext_lazy("Leave the field, so that letters are keys"), fixed="escape"),
    Command("keys", gettext_lazy("List of keys"), fixed="?"),
)
OWN = {command.id: command for command in COMMANDS if not command.fixed}


def of(settings: DeskSettings) -> dict[str, tuple[str, str]]:
    """Letter and chord of each command that a person may choose keys for.

    A usual key that she has given to another command is hers: a command that came later does not take it away.
    """
    own = {name: keys.partition("|")[::2] for name, keys in settings.keys.items() if isinstance(keys, str)}
    taken = {key for keys in own.values() for key in keys if key}
    found = {}
    for command in OWN.values():
        usual = ("" if key in taken else key for key in (command.letter, command.chord))
        letter, chord = own.get(command.id) or usual
        found[command.id] = (letter, chord)
    return found


def for_page(settings: DeskSettings) -> dict[str, dict[str, str]]:
    """What the page needs to know: every command with its keys and its words."""
    own = of(settings)
    return {
        command.id: {
            "keys": command.fixed or " ".join(key for key in own[command.id] if key),
            "words": str(command.words),
        }
        for command in COMMANDS
    }


def chosen(letters: Mapping[str, str], chords: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is kept of a choice of keys, and a sentence for each command whose keys cannot be so."""
    wanted = {name: (_tidy(letters.get(name, "")), _tidy(chords.get(name, ""))) for name in OWN}
    errors: dict[str, str] = {}
    taken = {command.fixed: str(command.words) for command in COMMANDS if command.fixed}
    for name, keys in wanted.items():
        for sentence in _wrong(keys, taken):
            errors.setdefault(name, sentence)
        taken |= {key: str(OWN[name].words) for key in keys if key}
    differ = {
        name: "|".join(keys) for name, keys in wanted.items() if keys != (OWN[name].letter, OWN[name].chord)
    }  # fmt: skip
    return differ, errors


def _wrong(keys: tuple[str, str], taken: Mapping[str, str]) -> Iterator[str]:
    letter, chord = keys
    if letter and not LETTER.fullmatch(letter):
        yield _("“%(key)s” is no single letter; digits choose answers.") % {"key": letter}
    if chord and not CHORD.fullmatch(chord):
        yield _("“%(key)s” is no key with Ctrl or Alt.") % {"key": chord}
    if chord in NOT_OURS:
        yield _("“%(key)s” belongs to the browser.") % {"key": chord}
    for key in keys:
        if key and key in taken:
            yield _("“%(key)s” is “%(other)s” already.") % {"key": key, "other": taken[key]}


def _tidy(key: str) -> str:
    return "".join(key.lower().split())[:40]
