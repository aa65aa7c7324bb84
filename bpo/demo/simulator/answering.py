"""What a played colleague says and answers: lines of a conversation, a letter, a step of the script."""

from __future__ import annotations

import random
from datetime import date

from bpo.demo.content.shapes import TalkContent
from bpo.demo.past.walking import RARE
from bpo.demo.simulator.seeing import Item, content_of
from clients.script_acts import OF_ORDERS

GREETING = {
    "en": "Thank you for contacting {client}, my name is {agent}. How may I help you today?",
    "es": "Gracias por contactar con {client}, le atiende {agent}. ¿En qué puedo ayudarle hoy?",
}
LETTER = {
    "en": "Good day {name},\n\nthank you for writing to {client}. {words}\n\nIf anything is left open, simply answer.",
    "es": "Buenos días, {name}:\n\nGracias por escribir a {client}. {words}\n\nSi queda algo pendiente, responda.",
}
ANYTHING = {
    "en": TalkContent(
        "", "en", "", ("", "", ""),
        ("I see. Let me look into that for you.", "I have it before me now. May I ask when that was?",
         "Thank you. I have noted it and taken care of it; you have it in writing in a moment."),
        "Looked into the matter with the customer and settled it.", "answered",
    ),
    "es": TalkContent(
        "", "es", "", ("", "", ""),
        ("Entiendo. Permítame revisarlo.", "Ya lo tengo delante. ¿Cuándo fue?",
         "Gracias. Lo he anotado y queda resuelto; en un momento lo tiene por escrito."),
        "Se revisó el asunto con el cliente y quedó resuelto.", "answered",
    ),
}  # fmt: skip


def talk_of(item: Item, draw: random.Random) -> TalkContent:
    """The conversation this contact is, by its first words; else one that fits anything."""
    content = content_of(item.slug)
    for talk in content.talks:
        if talk.customer and item.opening and item.opening.startswith(talk.customer[0][:60]):
            return talk
    if item.channel != "chat":
        same = [talk for talk in content.talks if talk.language == item.language and talk.reason == item.reason]
        same = same or [talk for talk in content.talks if talk.language == item.language]
        if same and item.channel == "voice":
            return draw.choice(same)
    return ANYTHING.get(item.language, ANYTHING["en"])


def lines_of(item: Item, talk: TalkContent) -> list[str]:
    """The greeting, then the answers."""
    greeting = GREETING.get(item.language, GREETING["en"]).format(client=item.brand, agent=item.public_name)
    first, *rest = talk.agent
    return [f"{greeting.split(' ¿')[0].split(' How')[0]} {first}", *rest]


def letter_of(item: Item, talk: TalkContent) -> str:
    """The reply to a mail."""
    name = item.record.get("name", "").split(" ")[0]
    words = " ".join(talk.agent[1:-1]) or talk.summary
    return LETTER.get(item.language, LETTER["en"]).format(name=name, client=item.brand, words=words)


def answer_of(item: Item, draw: random.Random) -> dict[str, str] | None:
    """What to send for the open step; None where there is nothing to answer."""
    step = item.step
    if not step or step["kind"] == "close":
        return None
    data = {"step": step["id"]}
    match step["kind"]:
        case "verify":
            known = [fact for each in step["facts"] if (fact := each["fact"]) in item.record][:2]
            if len(known) < 2 or draw.random() < 0.04:
                return {**data, "gave_up": "1"}
            return data | {fact: item.record[fact] for fact in known}
        case "choose":
            value = _choice(item, draw)
            if not value:
                return None
            data["choice"] = value
        case "act" if step["act"] in OF_ORDERS and not item.order:
            return None
    for field in step.get("fields", []):
        value = _field(item, field)
        if value:
            data[field["name"]] = value
        elif field.get("required"):
            return None
    return data


def _choice(item: Item, draw: random.Random) -> str:
    step = item.step
    if step.get("sets") == "reason":
        content = content_of(item.slug)
        return item.reason or draw.choice([reason.code for reason in content.reasons])
    if step.get("sets") == "product":
        return draw.choice(item.products) if item.products else ""
    options = step.get("options", [])
    if not options:
        return ""
    # Most contacts end well; what makes further work is chosen rarely.
    weights = [1 if option["value"] in RARE else 6 for option in options]
    return str(draw.choices(options, weights)[0]["value"])


def _field(item: Item, field: dict[str, object]) -> str:
    if field["name"] == "new_address":
        return f"12 Oak Street, {item.record.get('postal_code', '')}".rstrip(", ")
    if field.get("proposed"):
        return str(field["proposed"])
    match field.get("type"):
        case "order":
            return item.order or item.record.get("order", "")
        case "date":
            return date.today().isoformat()
        case "choice":
            options = field.get("options")
            return str(options[0]["value"]) if isinstance(options, list) and options else ""
        case "phone":
            return item.record.get("phone", "")
        case "email":
            return item.record.get("email", "")
        case "number":
            return "1"
        case "time":
            return "10:30"
    return (item.opening or item.subject or "-")[:120]


def disposition_of(item: Item, talk: TalkContent) -> dict[str, str]:
    """The form of the wrap-up."""
    content = content_of(item.slug)
    code = talk.disposition if item.resolved else "customer-left"
    known = {each.code: each for each in content.dispositions}
    chosen = known.get(code) or known["answered"]
    data = {"ending": chosen.code, "note": "", "follow": "none"}
    if chosen.parent:
        data = {"ending": chosen.parent, f"below-{chosen.parent}": chosen.code, "note": "", "follow": "none"}
    if not item.resolved and item.channel == "voice":
        data["note"] = "Nobody answered; tried again later."
    return data
