"""Flows to begin from where somebody complains, or is pleased; each sentence in both languages."""

from __future__ import annotations

from clients.starter_steps import CALL_BACK, Both, Raw, act, field, option, step

NAME: Both = ("Full name", "Nombre completo")
ORDER: Both = ("Order number", "Número de pedido")
PUT_RIGHT: Both = ("What would put it right?", "¿Cómo podemos arreglarlo?")
SOMEBODY_SEES_TO_IT: Both = ("The company sees to it", "La empresa se ocupa")
CALLED_BACK: Both = ("Somebody calls back", "Alguien le llama")
ONLY_HEARD: Both = ("It was good to be heard", "Bastaba con que le escucharan")
COMPLAINT: list[Raw] = [
    step("greet", "say", ("Greeting", "Saludo"),
          ("Welcome to {client}, my name is {agent}. How can I help you?",
           "Bienvenido a {client}, me llamo {agent}. ¿En qué puedo ayudarle?"), next="listen"),
    step(
        "listen", "collect", ("Listen", "Escuchar"),
        ("Please tell me what happened; I write it down as you say it.",
         "Cuénteme qué ocurrió; lo anoto tal como lo diga."),
        fields=[
            field("happened", ("What happened", "Qué ocurrió"), required=True),
            field("since", ("Since", "Desde"), "date"),
        ],
        next="sorry",
    ),
    step("sorry", "say", ("Apologise", "Disculparse"),
          ("I am sorry. That is not how it should be, and thank you for telling us.",
           "Lo siento. No debería ser así, y gracias por decírnoslo."), next="verify"),
    step(
        "verify", "verify", ("Verification", "Verificación"),
        ("So that I can look into it, may I ask you for a few details?",
         "Para poder revisarlo, ¿me permite pedirle algunos datos?"),
        facts=[
            {"fact": "name", "label": NAME}, {"fact": "postal_code", "label": ("ZIP or postal code", "Código postal")},
            {"fact": "order", "label": ORDER},
        ],
        next="right", failed="right_open",
    ),
    step(
        "right", "choose", ("Put it right", "Arreglarlo"), PUT_RIGHT, required=True,
        options=[
            option("repair", SOMEBODY_SEES_TO_IT, "task"),
            option("refund", ("Money back", "Devolución del importe"), "which"),
            option("call", CALLED_BACK, "call"),
            option("heard", ONLY_HEARD, "promise"),
        ],
    ),
    step(
        "right_open", "choose", ("Put it right, not verified", "Arreglarlo, sin verificar"), PUT_RIGHT, required=True,
        options=[
            option("repair", SOMEBODY_SEES_TO_IT, "task"),
            option("call", CALLED_BACK, "call"),
            option("heard", ONLY_HEARD, "promise"),
        ],
    ),
    act("task", "create_task", ("Have it put right", "Pedir que se arregle"), "promise",
         title=("Put a complaint right", "Atender una queja"), days=2),
    step("which", "collect", ("Which order", "Qué pedido"),
          fields=[field("order", ("Order", "Pedido"), "order", required=True)], next="refund"),
    act("refund", "request_refund", ("Ask for the refund", "Pedir el reembolso"), "granted",
         ("How much is it about, and why?", "¿De qué importe se trata y por qué?")),
    step("granted", "decide", ("Granted?", "¿Concedido?"), on="answer:refund", otherwise="asked",
          cases=[{"value": "approved", "next": "paid_back"}]),
    step("paid_back", "say", ("It is granted", "Está concedido"),
          ("You get it back the way you paid.", "Se lo devolvemos como pagó."), next="promise"),
    step("asked", "say", ("It is looked at", "Se revisa"),
          ("A colleague looks at it, and you get the answer by mail.",
           "Un compañero lo revisa y recibirá la respuesta por correo."), next="promise"),
    act("call", "promise_callback", CALL_BACK, "promise"),
    step("promise", "say", ("Read the promise back", "Repasar lo prometido"),
          ("It is noted under {reference}. I read to you what we do now, and until when.",
           "Queda anotado con la referencia {reference}. Le leo lo que haremos ahora y hasta cuándo."), next="close"),
    step("close", "close", ("Close", "Cierre"),
          ("Is there anything else? Thank you for telling {client}.", "¿Algo más? Gracias por decírselo a {client}.")),
]  # fmt: skip
APPRECIATION: list[Raw] = [
    step("greet", "say", ("Greeting", "Saludo"),
          ("Welcome to {client}, my name is {agent}. How can I help you?",
           "Bienvenido a {client}, me llamo {agent}. ¿En qué puedo ayudarle?"), next="pleased"),
    step(
        "pleased", "collect", ("What pleased", "Qué le gustó"),
        ("How good to hear. What pleased you most?", "Qué alegría. ¿Qué fue lo que más le gustó?"),
        fields=[field("pleased", ("What pleased, in the customer's words", "Qué le gustó, con sus palabras"),
                       required=True)],
        next="who",
    ),
    step(
        "who", "collect", ("Who it was", "Quién fue"),
        ("Do you remember who helped you? I pass it on.", "¿Recuerda quién le atendió? Se lo haré llegar."),
        fields=[field("who", ("Who helped", "Quién ayudó"))], next="quote",
    ),
    step(
        "quote", "choose", ("May we quote it", "¿Se puede citar?"),
        ("May {client} quote your words?", "¿Puede {client} citar sus palabras?"), required=True,
        options=[
            option("named", ("Yes, with the name", "Sí, con el nombre"), "pass_on"),
            option("unnamed", ("Yes, without the name", "Sí, sin el nombre"), "pass_on"),
            option("no", ("No", "No"), "pass_on"),
        ],
    ),
    act("pass_on", "create_task", ("Pass it on", "Transmitirlo"), "thanks",
         ("Write what pleased, who it was, and whether it may be quoted.",
          "Escriba qué gustó, quién fue y si se puede citar."),
         title=("Pass praise on", "Transmitir un elogio"), days=5),
    step("thanks", "say", ("Thank", "Agradecer"),
          ("Thank you for taking the time; it will make somebody's day.",
           "Gracias por tomarse el tiempo; le alegrará el día a alguien."), next="close"),
    step("close", "close", ("Close", "Cierre"),
          ("Is there anything else? Goodbye from {client}.", "¿Algo más? Hasta pronto de parte de {client}.")),
]  # fmt: skip
