"""An agent's mail as the customer reads it: subject, signature, quoted history, thread; nothing is saved."""

from __future__ import annotations

import re

from django.template.loader import render_to_string

from agents.models import Agent
from clients import texts
from clients.brand_css import mix, normal_colour, text_on
from clients.models import Client, TextKind
from clients.naming import public_name
from clients.times import moment_words
from interactions import sender
from interactions.models import Case, Interaction, Message, MessageDirection
from interactions.notice_words import say

REPLY_MARKS = re.compile(r"^\s*((re|aw|sv|rv|fwd?|wg|tr)(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
MOST_QUOTED = 20_000
MOST_IN_THREAD = 30


def subject_of(case: Case, given: str) -> str:
    """One “Re:” before the subject, and the case's reference behind it."""
    bare = " ".join(REPLY_MARKS.sub("", given).split()) or case.subject
    named = bare if case.reference in bare else f"{bare} [{case.reference}]".strip()
    return f"Re: {named}"[:300]


def opening_subject(case: Case, given: str) -> str:
    """The subject of a mail that answers none."""
    bare = " ".join(given.split()) or case.subject
    return (bare if case.reference in bare else f"{bare} [{case.reference}]".strip())[:300]


def signature(client: Client, by: Agent, language: str) -> str:
    """The client's signature with the agent's public name."""
    return texts.text(client, TextKind.MAIL_SIGNATURE, language, agent=public_name(by.user, client))


def last_mail(interaction: Interaction) -> Message | None:
    """What a reply answers: the customer's latest mail of this contact."""
    mails = Message.objects.filter(interaction=interaction, direction=MessageDirection.IN)
    return mails.order_by("-at", "-pk").first()


def thread(client: Client, case: Case, answered: Message | None) -> tuple[str, str]:
    """In-Reply-To and References; a mail of ours that got no answer yet is the thread's last."""
    if answered is not None and answered.message_id:
        known = [*answered.references.split(), answered.message_id]
        return answered.message_id, " ".join(dict.fromkeys(known[-MOST_IN_THREAD:]))
    ours = (
        Message.objects.filter(case=case, channel="email", direction=MessageDirection.OUT)
        .exclude(state__in=[Message.State.CANCELLED, Message.State.FAILED])
        .order_by("-at", "-pk")
        .values_list("message_id", flat=True)
        .first()
    )
    own = sender.message_id(client.brand, sender.REPLIES, ours) if ours else ""
    return own, own


def quoted(answered: Message | None, zone: str, language: str) -> tuple[str, str]:
    """The line above the history, and the history itself."""
    if answered is None:
        return "", ""
    said = (answered.full_text or answered.text).strip()[:MOST_QUOTED]
    who = answered.author_name or answered.from_address
    return say("wrote", language, when=moment_words(answered.at, zone, language), who=who), said


def full_text(text: str, signed: str, above: str, history: str) -> str:
    """The plain part: words, signature, quoted history."""
    parts = [text.strip(), signed]
    if history:
        parts.append(f"{above}\n" + "\n".join(f"> {line}".rstrip() for line in history.split("\n")))
    return "\n\n".join(part for part in parts if part) + "\n"


def full_html(client: Client, language: str, text: str, signed: str, above: str, history: str) -> str:
    """The same in the client's colours."""
    colour = normal_colour(client.brand.colour)
    return render_to_string(
        "emails/reply.html",
        {
            "brand": client.brand,
            "logo": sender.LOGO if client.brand.logo else "",
            "language": language,
            "colour": colour,
            "on": text_on(colour),
            "wash": mix(colour, "#ffffff", 0.92),
            "paragraphs": [part.strip() for part in text.split("\n\n") if part.strip()],
            "signature": signed,
            "above": above,
            "history": history,
        },
    )
