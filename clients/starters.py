"""Call flows to begin from, in English and Spanish: sound at once, and meant to be rewritten in the client's words."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import ScriptKind

NAMES: dict[str, Promise] = {
    ScriptKind.INBOUND.value: _("Service: greeting, verification, reason, solution, closing"),
    ScriptKind.OUTBOUND.value: _("Call back: greeting, verification, solution, closing"),
    ScriptKind.SUB_PROCESS.value: _("One question and its solution"),
}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "greet": "Greeting",
        "greet_inbound": "Welcome to {client}, my name is {agent}. How can I help you?",
        "greet_outbound": "Hello, this is {agent} from {client}. You asked us to call you back. Is now a good time?",
        "verify": "Verification",
        "verify_text": "So that I can look into it, may I ask you for a few details?",
        "name": "Full name",
        "postal_code": "ZIP or postal code",
        "account_number": "Account number",
        "email": "Email address",
        "general": "Without verification",
        "general_text": "I may not speak about your account, but I can help with everything else.",
        "reason": "Reason",
        "reason_text": "What is it about?",
        "solve": "Solution",
        "solve_text": "Thank you. This is what I do for you.",
        "solution": "What was done",
        "close": "Closing",
        "close_text": "Your reference is {reference}. Is there anything else? Thank you for contacting {client}.",
    },
    "es": {
        "greet": "Saludo",
        "greet_inbound": "Bienvenido a {client}, me llamo {agent}. ¿En qué puedo ayudarle?",
        "greet_outbound": "Hola, soy {agent}, de {client}. Nos pidió que le llamáramos. ¿Es buen momento?",
        "verify": "Verificación",
        "verify_text": "Para poder revisarlo, ¿me permite pedirle algunos datos?",
        "name": "Nombre completo",
        "postal_code": "Código postal",
        "account_number": "Número de cuenta",
        "email": "Correo electrónico",
        "general": "Sin verificación",
        "general_text": "No puedo hablar de su cuenta, pero puedo ayudarle con todo lo demás.",
        "reason": "Motivo",
        "reason_text": "¿De qué se trata?",
        "solve": "Solución",
        "solve_text": "Gracias. Esto es lo que hago por usted.",
        "solution": "Qué se hizo",
        "close": "Despedida",
        "close_text": "Su referencia es {reference}. ¿Algo más? Gracias por contactar con {client}.",
    },
}
FACTS = ("name", "postal_code", "account_number", "email")


def starter(kind: str, language: str) -> dict[str, Any]:
    """The graph of this kind of call flow, in this language; its format is told in `clients.scripts`."""
    say = WORDS[language]

    def step(of: str, kind: str, **more: Any) -> dict[str, Any]:
        return {"id": of, "kind": kind, "name": say[of], **more}

    asked = {"name": "solution", "label": say["solution"], "type": "text"}
    solve = step("solve", "say", text=say["solve_text"], fields=[asked], next="close")
    if kind == ScriptKind.SUB_PROCESS:
        return {"start": "solve", "steps": [solve | {"next": "return"}]}
    inbound = kind == ScriptKind.INBOUND
    then = "reason" if inbound else "solve"
    facts = [{"fact": fact, "label": say[fact]} for fact in FACTS]
    reason = step("reason", "choose", text=say["reason_text"], sets="reason", required=True, next="solve")
    steps = [
        step("greet", "say", text=say["greet_inbound" if inbound else "greet_outbound"], next="verify"),
        step("verify", "verify", text=say["verify_text"], facts=facts, next=then, failed="general"),
        step("general", "say", text=say["general_text"], next=then),
        *([reason] if inbound else []),
        solve,
        step("close", "close", text=say["close_text"]),
    ]
    return {"start": "greet", "steps": steps}
