"""Further flows to begin from: what is wrong, what pleased, what is sold; each sentence in both languages."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients.models import ScriptKind
from clients.script_graph import END
from clients.starter_service import APPRECIATION, COMPLAINT
from clients.starter_steps import CALL_BACK, Both, Raw, act, field, option, step

# By code: what it leads through, and what it is called where one chooses.
FLOWS: dict[str, tuple[str, Promise]] = {
    "orders": (ScriptKind.SUB_PROCESS.value, _("Billing and orders: late, address, refund, bill")),
    "support": (ScriptKind.SUB_PROCESS.value, _("Tech support: diagnosis, case, technician's visit")),
    "complaint": (ScriptKind.INBOUND.value, _("Complaint: listen, apologise, put it right, promise")),
    "appreciation": (ScriptKind.INBOUND.value, _("Appreciation: thanks, who it was, may we quote it")),
    "sale": (ScriptKind.OUTBOUND.value, _("Outbound sale: qualify, meeting or a polite end")),
}


def flow(code: str, language: str) -> Raw:
    """The graph of one of FLOWS in this language."""
    at = 1 if language == "es" else 0
    steps = {
        "orders": ORDERS, "support": SUPPORT, "sale": SALE, "complaint": COMPLAINT, "appreciation": APPRECIATION,
    }[code]  # fmt: skip
    return {"start": steps[0]["id"], "steps": [_in(at, one) for one in steps]}


def _in(at: int, value: Any) -> Any:
    """Every pair of sentences becomes the one of this language."""
    match value:
        case (str(), str()):
            return value[at]
        case dict():
            return {key: _in(at, one) for key, one in value.items()}
        case list():
            return [_in(at, one) for one in value]
    return value


CLEAR: Both = ("Yes, that is clear", "Sí, queda claro")
ORDERS: list[Raw] = [
    step(
        "find", "collect", ("Find the order", "Buscar el pedido"),
        ("Which order is it? I see {order} with {order_item}.", "¿Qué pedido es? Veo {order} con {order_item}."),
        fields=[field("order", ("Order", "Pedido"), "order", required=True)], next="what",
    ),
    step(
        "what", "choose", ("What is wrong", "Qué ocurre"),
        ("What may I do about {order} for you?", "¿Qué puedo hacer con {order}?"),
        required=True,
        options=[
            option("late", ("It has not come", "No ha llegado"), "where"),
            option("missing", ("Something is missing", "Falta algo"), "missing"),
            option("address", ("Another delivery address", "Otra dirección de entrega"), "address"),
            option("resend", ("The confirmation once more", "La confirmación otra vez"), "resend"),
            option("refund", ("Money back", "Devolución del importe"), "refund"),
            option("bill", ("A question about a bill", "Una pregunta sobre una factura"), "which_bill"),
            option("other", ("Something else", "Otra cosa"), "second_line"),
        ],
    ),
    step(
        "where", "say", ("Say where it is", "Decir dónde está"),
        ("{order} is {order_state}; it was to come on {due}, to {deliver_to}.",
         "{order} está: {order_state}; debía llegar el {due}, a {deliver_to}."),
        next="is_late",
    ),
    step("is_late", "decide", ("Late?", "¿Tarde?"), on="order_late", otherwise="agreed",
          cases=[{"value": "yes", "next": "late"}]),
    act("late", "create_order_issue", ("Report the late delivery", "Anotar el retraso"), "agreed", kind="late"),
    act("missing", "create_order_issue", ("Report what is missing", "Anotar lo que falta"), "agreed", kind="missing"),
    act("address", "change_address", ("Change the address", "Cambiar la dirección"), "agreed",
         ("It goes to {deliver_to} now. Where shall it go?", "Ahora va a {deliver_to}. ¿Adónde debe ir?")),
    act("resend", "resend_confirmation", ("Send the confirmation", "Enviar la confirmación"), "agreed"),
    act("refund", "request_refund", ("Ask for the refund", "Pedir el reembolso"), "granted",
         ("How much is it about, and why?", "¿De qué importe se trata y por qué?")),
    step("granted", "decide", ("Granted?", "¿Concedido?"), on="answer:refund", otherwise="asked",
          cases=[{"value": "approved", "next": "paid_back"}]),
    step("paid_back", "say", ("It is granted", "Está concedido"),
          ("You get it back the way you paid: {paid_by}.", "Se lo devolvemos como pagó: {paid_by}."), next="agreed"),
    step("asked", "say", ("It is looked at", "Se revisa"),
          ("A colleague looks at it, and you get the answer by mail.",
           "Un compañero lo revisa y recibirá la respuesta por correo."), next="agreed"),
    step("which_bill", "collect", ("Which bill", "Qué factura"),
          fields=[field("bill", ("Bill", "Factura"), "bill", required=True)], next="explain"),
    step(
        "explain", "choose", ("Explain the bill", "Explicar la factura"),
        ("Bill {bill} is {bill_amount}, due on {bill_due}. It is made of: {bill_lines}. Is that clear?",
         "La factura {bill} es de {bill_amount} y vence el {bill_due}. Se compone de: {bill_lines}. ¿Queda claro?"),
        required=True,
        options=[option("yes", CLEAR, "agreed"), option("no", ("No, it is wrong", "No, hay un error"), "check")],
    ),
    act("check", "create_task", ("Have the bill checked", "Pedir que revisen la factura"), "agreed",
         title=("Check a bill", "Revisar una factura"), days=2),
    act("second_line", "promise_callback", CALL_BACK, "agreed"),
    step("agreed", "say", ("Read back", "Repasar"),
          ("That is noted under {reference}.", "Queda anotado con la referencia {reference}."), next=END),
]  # fmt: skip
SUPPORT: list[Raw] = [
    step(
        "symptom", "collect", ("What happens", "Qué ocurre"),
        ("What does it do, and since when?", "¿Qué le ocurre y desde cuándo?"),
        fields=[
            field("symptom", ("What happens", "Qué ocurre"), required=True),
            field("since", ("Since", "Desde"), "date"),
        ],
        next="kind",
    ),
    step(
        "kind", "choose", ("What kind of fault", "Qué tipo de fallo"), ("Which is nearest?", "¿Qué se parece más?"),
        required=True,
        options=[
            option("dead", ("Nothing works at all", "No funciona nada"), "power"),
            option("slow", ("It is slow or breaks off", "Va lento o se corta"), "restart"),
            option("error", ("It shows an error", "Muestra un error"), "update"),
        ],
    ),
    step(
        "power", "choose", ("Power and cables", "Corriente y cables"),
        ("Is it plugged in, and does a light show?", "¿Está enchufado y se ve alguna luz?"), required=True,
        options=[option("yes", ("Yes", "Sí"), "restart"), option("no", ("No light", "Ninguna luz"), "case")],
    ),
    step(
        "restart", "choose", ("Restart", "Reiniciar"),
        ("Please switch it off, wait ten seconds and switch it on.", "Apáguelo, espere diez segundos y enciéndalo."),
        required=True,
        options=[option("yes", ("It works", "Funciona"), "works"), option("no", ("No", "No"), "update")],
    ),
    step(
        "update", "choose", ("Update", "Actualizar"),
        ("Please install what its settings offer as an update.", "Instale la actualización que ofrecen los ajustes."),
        required=True,
        options=[option("yes", ("It works", "Funciona"), "works"), option("no", ("No", "No"), "case")],
    ),
    step("works", "say", ("Good", "Bien"),
          ("Should it come back, your reference is {reference}.", "Si vuelve a fallar, su referencia es {reference}."),
          next=END),
    act("case", "open_case", ("Open the case", "Abrir el caso"), "help",
         ("Then I write it down for our technicians.", "Entonces lo anoto para nuestros técnicos.")),
    step(
        "help", "choose", ("What helps", "Qué ayuda"),
        ("Shall a technician come, or shall we call you?", "¿Va un técnico o le llamamos?"), required=True,
        options=[
            option("visit", ("A technician comes", "Va un técnico"), "visit"),
            option("call", ("We call back", "Llamamos"), "call"),
        ],
    ),
    act("visit", "book_visit", ("Book the visit", "Reservar la visita"), "booked",
         ("When is somebody there?", "¿Cuándo hay alguien?")),
    act("call", "promise_callback", CALL_BACK, END),
    step("booked", "say", ("Read back", "Repasar"),
          ("It is booked, and the invitation comes by mail. Your reference is {reference}.",
           "Está reservado y la invitación llega por correo. Su referencia es {reference}."), next=END),
]  # fmt: skip
SALE: list[Raw] = [
    step("greet", "say", ("Greeting", "Saludo"),
          ("Good day, this is {agent} calling from {client}.", "Buenos días, le llama {agent} de {client}."),
          next="moment"),
    step(
        "moment", "choose", ("Good moment?", "¿Buen momento?"),
        ("May I take two minutes of your time?", "¿Me permite dos minutos?"), required=True,
        options=[
            option("yes", ("Yes", "Sí"), "qualify"),
            option("later", ("Rather later", "Mejor más tarde"), "later"),
            option("no", ("No", "No"), "why"),
        ],
    ),
    step(
        "qualify", "collect", ("Qualify", "Conocer"),
        ("What do you use today, and what would you like to be better?", "¿Qué usa hoy y qué le gustaría mejorar?"),
        fields=[
            field("uses", ("Uses today", "Usa hoy"), required=True),
            field("wishes", ("Would like to be better", "Quiere mejorar")),
            field("decides", ("Decides", "Decide"), "choice", options=[
                {"value": "alone", "label": ("alone", "por su cuenta")},
                {"value": "others", "label": ("with others", "con otros")},
            ]),
        ],
        next="offer",
    ),
    step(
        "offer", "choose", ("Offer", "Oferta"),
        ("That is what we are good at. Shall we show it to you in a short meeting?",
         "En eso somos buenos. ¿Se lo mostramos en una breve reunión?"), required=True,
        options=[
            option("convinced", ("Convinced: a meeting", "De acuerdo: una reunión"), "meeting"),
            option("offer", ("Rather in writing", "Mejor por escrito"), "writing"),
            option("no", ("Not interested", "No le interesa"), "why"),
        ],
    ),
    act("meeting", "book_meeting", ("Book the meeting", "Reservar la reunión"), "booked",
         ("When suits you, and where shall the invitation go?", "¿Cuándo le conviene y adónde envío la invitación?"),
         minutes="30"),
    step("booked", "say", ("Read back", "Repasar"),
          ("It is booked; the invitation comes by mail.", "Está reservada; la invitación llega por correo."),
          next="close"),
    act("writing", "create_task", ("Have the offer written", "Pedir la oferta"), "polite",
         title=("Write an offer", "Escribir una oferta"), days=2),
    act("later", "promise_callback", CALL_BACK, "polite"),
    step(
        "why", "choose", ("Why not", "Por qué no"), ("May I ask why?", "¿Me permite preguntar por qué?"), required=True,
        options=[
            option("content", ("Content as it is", "Ya está contento"), "polite"),
            option("price", ("The price", "El precio"), "polite"),
            option("contract", ("Bound by a contract", "Tiene un contrato"), "polite"),
            option("no_calls", ("Wants no calls", "No quiere llamadas"), "never"),
            option("silent", ("Does not say", "No lo dice"), "polite"),
        ],
    ),
    act("never", "do_not_call", ("Never call again", "No volver a llamar"), "polite",
         ("Then nobody of ours calls you again.", "Entonces nadie de los nuestros volverá a llamarle.")),
    step("polite", "say", ("Polite end", "Despedida cortés"),
          ("I understand. Thank you for your time.", "Lo entiendo. Gracias por su tiempo."), next="close"),
    step("close", "close", ("Close", "Cierre"),
          ("Thank you, and goodbye from {client}.", "Gracias, y hasta pronto de parte de {client}.")),
]  # fmt: skip
