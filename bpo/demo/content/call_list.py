"""Whom The Tech Giant has called: owners of small businesses who asked at a fair about Giant Care."""

from __future__ import annotations

from dataclasses import dataclass

from bpo.demo.content.shapes import ScriptContent
from bpo.demo.content.steps import act, choose, close, graph, option, say

CLIENT = "the-tech-giant"
LIST = "Giant Care for small offices"
LINE = "Phone"
OFFER = "Giant Care offer"

OFFER_EN = graph(
    "greet",
    say("greet", "Greet", "Good day, this is {agent} calling from {client}. You left us your number at the office fair, about"
        " Giant Care. Is it a good moment?", "moment"),
    choose("moment", "Good moment?", "It takes three minutes. May I go ahead?", "",
           option("yes", "Yes", "offer"), option("later", "Later", "later"), option("no", "Rather not", "polite"),
           option("never", "Wants no calls", "never")),
    choose("offer", "The offer", "With Giant Care every device in your office is repaired or exchanged on the next working day,"
           " for one price a month. A specialist would go through your devices with you. Shall I book that call?", "",
           option("yes", "Convinced", "follow", "book the specialist"), option("no", "Not convinced", "polite")),
    act("follow", "Book the specialist", "promise_callback", "close", "When suits you best?",
        note="Giant Care: go through the office's devices."),
    act("later", "Promise another time", "promise_callback", "close", "When may we call instead?", note="Asked to call later."),
    act("never", "Never call again", "do_not_call", "polite", "Then nobody of ours calls you again."),
    say("polite", "Polite end", "I understand. Thank you for your time; you can reach us at {phone_shown}.", "close"),
    close("close", "Close", "Thank you, and goodbye from {client}."),
)  # fmt: skip
OFFER_ES = graph(
    "greet",
    say("greet", "Saludo", "Buenos días, le llama {agent} de {client}. Nos dejó su número en la feria de oficinas, por Giant"
        " Care. ¿Es buen momento?", "moment"),
    choose("moment", "¿Buen momento?", "Son tres minutos. ¿Puedo continuar?", "",
           option("yes", "Sí", "offer"), option("later", "Más tarde", "later"), option("no", "Prefiere que no", "polite"),
           option("never", "No quiere llamadas", "never")),
    choose("offer", "La oferta", "Con Giant Care, cada equipo de su oficina se repara o se cambia al siguiente día laborable, por"
           " un precio al mes. Un especialista repasaría sus equipos con usted. ¿Le reservo esa llamada?", "",
           option("yes", "Convencido", "follow", "reservar al especialista"), option("no", "No convencido", "polite")),
    act("follow", "Reservar al especialista", "promise_callback", "close", "¿Cuándo le viene mejor?",
        note="Giant Care: repasar los equipos de la oficina."),
    act("later", "Prometer otro momento", "promise_callback", "close", "¿Cuándo le llamamos mejor?", note="Llamar más tarde."),
    act("never", "No volver a llamar", "do_not_call", "polite", "Entonces nadie de los nuestros volverá a llamarle."),
    say("polite", "Despedida cortés", "Lo entiendo. Gracias por su tiempo; nos encuentra en el {phone_shown}.", "close"),
    close("close", "Cierre", "Gracias, y hasta pronto de parte de {client}."),
)  # fmt: skip
SCRIPT = ScriptContent("outbound", OFFER, {"en": OFFER_EN, "es": OFFER_ES})

PEOPLE: tuple[tuple[str, str, str, str, str, str], ...] = (
    (
        "Harriet Sloane",
        "+12125550171",
        "Sloane & Daughters, lawyers",
        "America/New_York",
        "en",
        "Eleven laptops, two are old.",
    ),
    ("Martin Bellows", "+13125550172", "Bellows Bakery", "America/Chicago", "en", "Asks about the tills."),
    ("Yolanda Cruz", "+13055550173", "Cruz Viajes", "America/New_York", "es", ""),
    ("Peter Amsel", "+14155550174", "Amsel Architects", "America/Los_Angeles", "en", "Best in the afternoon."),
    ("Kehau Lopes", "+18085550175", "Lopes Surf Shop", "Pacific/Honolulu", "en", ""),
    ("Graham Whitlock", "+61290555176", "Whitlock Dental", "Australia/Sydney", "en", "Three sites."),
    ("Nadia Petrov", "+442079460177", "Petrov Studio", "Europe/London", "en", "Has another contract until June."),
    ("Iker Zabala", "+34944555178", "Zabala e Hijos", "Europe/Madrid", "es", "Prefiere la mañana."),
    ("Dorothy Quill", "+16175550179", "Quill Books", "America/New_York", "en", ""),
    ("Samuel Adeyemi", "+17735550180", "Adeyemi Freight", "America/Chicago", "en", "Forty phones."),
    ("Lucía Ferrer", "+34915550181", "Ferrer Arquitectura", "Europe/Madrid", "es", ""),
    ("Tobias Lund", "+12065550182", "Lund Ceramics", "America/Los_Angeles", "en", ""),
    ("Priscilla Wong", "+61390555183", "Wong Accounting", "Australia/Melbourne", "en", "Wants it in writing first."),
    ("Oscar Delgado", "+17865550184", "Delgado Flores", "America/New_York", "es", ""),
    ("Ruth Abernathy", "+18085550185", "Abernathy Realty", "Pacific/Honolulu", "en", ""),
    ("Colin Mayhew", "+442079460186", "Mayhew Joinery", "Europe/London", "en", "Two laptops and a plotter."),
    ("Beatriz Navas", "+34955550187", "Navas Turismo", "Europe/Madrid", "es", ""),
    ("Wei Ling Tan", "+6565550189", "Tan Stationers", "Asia/Singapore", "en", "Open on Saturdays."),
    ("Arjun Rao", "+912255550190", "Rao Textiles", "Asia/Kolkata", "en", "Has nine tablets."),
    ("Serene Koh", "+6565550191", "Koh Interiors", "Asia/Singapore", "en", ""),
    ("Meera Iyer", "+912255550192", "Iyer Clinics", "Asia/Kolkata", "en", ""),
    ("Walter Finch", "+13035550188", "Finch Outfitters", "America/Denver", "en", ""),
)
"""Name, number, company, zone, language, note."""

TAKEN_OFF = "Tobias Lund"
CORRECTED = "Peter Amsel"
NOW_SAYS = "Best in the afternoon. Asks for the price of twelve devices."


@dataclass(frozen=True, slots=True)
class CallContent:
    """One call that was made already: by whom, what came of it, and for a refusal why."""

    result: str
    why: str = ""
    disposition: str = "answered"
    by_link: bool = False
    """The person came to the call by a link that was read out."""


CALLS = (
    CallContent("no_answer", disposition="not-reached"),
    CallContent("follow_up", disposition="callback"),
    CallContent("not_interested", "has a contract until June"),
    CallContent("busy", disposition="not-reached"),
    CallContent("not_interested", "too dear", by_link=True),
    CallContent("wrong_number", disposition="wrong-number"),
    CallContent("do_not_call"),
)
