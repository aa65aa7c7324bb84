"""A letter in its parts, as every notice is one, and what all of them say alike."""

from __future__ import annotations

from dataclasses import dataclass, field

from interactions.models import Interaction, Notice, Origin, Prospect
from interactions.notice_words import say


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a transcript."""

    who: str
    when: str
    text: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a notice, in the order in which they are read; plain text, to be escaped."""

    subject: str
    title: str
    greeting: str = ""
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    button: tuple[str, str] | None = None
    lines: tuple[Line, ...] = ()
    ask: str = ""
    ask_button: tuple[str, str] | None = None
    closing: tuple[str, ...] = field(default=())


def greeting(notice: Notice) -> str:
    """Hello, by name where we know it."""
    name = notice.to_name.strip()
    return say("hello", notice.language, name=name) if name else say("hello_anybody", notice.language)


def zone_of(interaction: Interaction) -> str:
    """In whose clock its customer reads times: his call list's, his own where we know it, else the client's."""
    if interaction.origin == Origin.CAMPAIGN:
        named = Prospect.objects.filter(interaction=interaction.pk).values_list("zone", flat=True).first()
        if named:
            return named
    return (interaction.customer.zone if interaction.customer else "") or interaction.client.zone
