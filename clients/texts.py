"""The texts a client words for itself: its own wording, else a good default, in the customer's language."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from clients.customers import takes_calls
from clients.models import BrandText, Client, TextKind

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
# The closed list; whoever shows a text knows these and no others.
PLACEHOLDERS = frozenset({"client", "name", "agent", "due", "position", "wait", "opens", "reference", "phone"})

DEFAULTS: dict[str, dict[str, str]] = {
    TextKind.WIDGET_WELCOME: {
        "en": "Hello! How can we help you today?",
        "es": "¡Hola! ¿En qué podemos ayudarle hoy?",
    },
    TextKind.AFTER_HOURS: {
        "en": "We are closed right now. Leave your number or address and we will come back to you.",
        "es": "Ahora mismo estamos cerrados. Déjenos su número o su correo y nos pondremos en contacto con usted.",
    },
    TextKind.ALL_BUSY: {
        "en": "Everybody is busy at the moment. You can wait here, or we call you back and you keep your place.",
        "es": "En este momento todos están ocupados. Puede esperar aquí, o le llamamos y conserva su turno.",
    },
    TextKind.QUEUE_FULL: {
        "en": "A lot of people are waiting just now. We would rather call you back than keep you waiting.",
        "es": "Ahora mismo hay muchas personas esperando. Preferimos llamarle a hacerle esperar.",
    },
    TextKind.UNSTAFFED: {
        "en": "Nobody is at the desk just now. Tell us when we may call you.",
        "es": "Ahora mismo no hay nadie para atenderle. Díganos cuándo podemos llamarle.",
    },
    TextKind.AWAY: {
        "en": "We are away at the moment and cannot take your message here. Please try again later.",
        "es": "En este momento no podemos atenderle ni recibir su mensaje. Inténtelo más tarde, por favor.",
    },
    TextKind.WAITING: {
        "en": "Thank you for waiting. Somebody will be with you as soon as possible.",
        "es": "Gracias por esperar. Le atenderemos lo antes posible.",
    },
    TextKind.CALLBACK_PROMISED: {
        "en": "We will contact you by {due}.",
        "es": "Nos pondremos en contacto con usted antes del {due}.",
    },
    TextKind.IDLE_WARNING: {
        "en": "Are you still there? We end the chat soon if we do not hear from you.",
        "es": "¿Sigue ahí? Cerraremos el chat en breve si no recibimos respuesta.",
    },
    TextKind.MAIL_SIGNATURE: {
        "en": "Kind regards,\n{agent}\n{client}",
        "es": "Un cordial saludo,\n{agent}\n{client}",
    },
    TextKind.RESOLUTION: {
        "en": "Thank you for contacting {client}. Here is what we did for you.",
        "es": "Gracias por contactar con {client}. Esto es lo que hemos hecho por usted.",
    },
    TextKind.SURVEY_ASK: {
        "en": "How was it?",
        "es": "¿Qué tal ha ido?",
    },
    TextKind.THANKS: {
        "en": "Thank you for contacting {client}.",
        "es": "Gracias por contactar con {client}.",
    },
}


# Where no line takes calls, none is promised.
WITHOUT_CALLS: dict[str, dict[str, str]] = {
    TextKind.AFTER_HOURS: {
        "en": "We are closed right now. Please come back when we are open, or write to us.",
        "es": "Ahora mismo estamos cerrados. Vuelva cuando hayamos abierto o escríbanos.",
    },
    TextKind.ALL_BUSY: {
        "en": "Everybody is busy at the moment. Please wait here.",
        "es": "En este momento todos están ocupados. Espere aquí, por favor.",
    },
    TextKind.QUEUE_FULL: {
        "en": "A lot of people are waiting just now. Please try again later, or write to us.",
        "es": "Ahora mismo hay muchas personas esperando. Inténtelo más tarde o escríbanos.",
    },
    TextKind.UNSTAFFED: {
        "en": "Nobody is at the desk just now. Please try again later, or write to us.",
        "es": "Ahora mismo no hay nadie para atenderle. Inténtelo más tarde o escríbanos.",
    },
}


def ours(client: Client, kind: TextKind | str) -> dict[str, str]:
    """Our default by language, true for this client."""
    if kind in WITHOUT_CALLS and not takes_calls(client):
        return WITHOUT_CALLS[TextKind(kind)]
    return DEFAULTS[TextKind(kind)]


def wording(client: Client, kind: TextKind | str, language: str) -> str:
    """The client's words in this language, else our default in it, else the client's in its own, else English."""
    own = {row.language: row.text for row in BrandText.objects.filter(client=client, kind=kind)}
    defaults = ours(client, kind)
    language = language[:2].lower()
    for choice in (own.get(language), defaults.get(language), own.get(client.default_language)):
        if choice:
            return choice
    return defaults.get(client.default_language, defaults["en"])


def text(client: Client, kind: TextKind | str, language: str, **values: object) -> str:
    """The text with its placeholders filled in; one that nobody gave a value is left out. Plain text, to be escaped."""
    known = {"client": client.brand.public_name, **{name: str(value) for name, value in values.items()}}
    filled = PLACEHOLDER.sub(lambda found: known.get(found[1], ""), wording(client, kind, language))
    return re.sub(r"[ \t]+(?=\n|$)", "", filled).strip()


def check(wording: str) -> None:
    """Refuse a text that uses a placeholder nobody fills in."""
    unknown = sorted(set(PLACEHOLDER.findall(wording)) - PLACEHOLDERS)
    if unknown:
        listed = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
        raise ValidationError(f"Unknown placeholder {{{unknown[0]}}}. These can be used: {listed}.")
