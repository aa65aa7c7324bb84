"""The scripts of The Tech Giant, in English and Spanish: service, billing & orders, tech support, and the call back."""

from bpo.demo.content import call_list
from bpo.demo.content.shapes import ScriptContent
from bpo.demo.content.steps import act, choose, close, collect, decide, field, graph, option, say, sub, verify

LATE = {"late-delivery": "late", "order-missing": "late"}
"""The reasons for which a late order is answered with the remedies; any other is asked first."""

SERVICE_EN = graph(
    "greet",
    say("greet", "Greet", "Thank you for calling {client}, my name is {agent}. How may I help you today?", "verify"),
    verify(
        "verify", "Verify", "I will gladly look into that. May I check a few details first?", "reason", "general",
        name="Full name", postal_code="ZIP code", order="Order number", account_number="Account number",
    ),
    choose("reason", "Reason", "Thank you, {first_name}. What is it about?", "kind", sets="reason", required=True),
    decide("kind", "Kind", "reason_kind", "about", appreciation="thanks", complaint="sorry"),
    say("sorry", "Say sorry", "I am sorry that happened, {first_name}. I will stay with it until it is settled.", "about"),
    decide("about", "About a product?", "reason", "product", invoice="process"),
    choose("product", "Product", "Which of your products is it about?", "process", sets="product", required=True),
    sub("process", "Solve it", "read_back"),
    say("read_back", "Read back", "You came to us about this: {reason}. What we have just agreed is noted under {reference}."
        " Is there anything to add?", "close"),
    say("general", "General help", "I cannot open the account without those details, but I can answer a general question.",
        "close"),
    say("thanks", "Pass it on", "How kind of you to tell us. I will pass it on to the people concerned.", "close"),
    close("close", "Close and thank", "Thank you for calling {client}, {first_name}. Have a good day."),
)  # fmt: skip
SERVICE_ES = graph(
    "greet",
    say("greet", "Saludo", "Gracias por llamar a {client}, le habla {agent}. ¿En qué puedo ayudarle hoy?", "verify"),
    verify(
        "verify", "Verificar", "Con mucho gusto lo reviso. ¿Me permite comprobar unos datos?", "reason", "general",
        name="Nombre completo", postal_code="Código postal", order="Número de pedido", account_number="Número de cuenta",
    ),
    choose("reason", "Motivo", "Gracias, {first_name}. ¿De qué se trata?", "kind", sets="reason", required=True),
    decide("kind", "Tipo", "reason_kind", "about", appreciation="thanks", complaint="sorry"),
    say("sorry", "Disculpa", "Lamento lo ocurrido, {first_name}. Me ocupo hasta que quede resuelto.", "about"),
    decide("about", "¿De un producto?", "reason", "product", invoice="process"),
    choose("product", "Producto", "¿De cuál de sus productos se trata?", "process", sets="product", required=True),
    sub("process", "Resolver", "read_back"),
    say("read_back", "Repasar", "Nos consultó por esto: {reason}. Lo que acabamos de acordar queda anotado con la referencia"
        " {reference}. ¿Desea añadir algo?", "close"),
    say("general", "Ayuda general", "Sin esos datos no puedo abrir la cuenta, pero sí responder una pregunta general.",
        "close"),
    say("thanks", "Transmitir", "Qué amable por decírnoslo. Se lo haré llegar a las personas que le atendieron.", "close"),
    close("close", "Despedida", "Gracias por llamar a {client}, {first_name}. Que tenga un buen día."),
)  # fmt: skip
ORDERS_EN = graph(
    "about",
    decide("about", "Bill or order?", "reason", "find", invoice="bill"),
    collect("find", "Find the order", "Which order is it? I have {order} with {order_item} in front of me.", "delivery",
            field("order", "Order", "order", True), required=True),
    decide("delivery", "About the delivery?", "reason", "ask", **LATE),
    decide("late", "Late?", "order_late", "ask", yes="explain"),
    choose(
        "explain", "Explain, remedy",
        "Your order {order} shipped on {shipped} and was due on {due}. I am sorry, it is late. I can send a replacement"
        " today or refund it in full. Which would you prefer?", "",
        option("wait", "Keep waiting", "waiting", "the carrier has been asked"),
        option("replacement", "Send a replacement", "address", "in stock, sent today"),
        option("refund", "Cancel and refund", "refund", "{order_total} to {paid_by}"),
        option("other", "Something else", "second_line", "the second line looks into it"),
        required=True,
    ),
    choose(
        "ask", "What is wrong", "What would you like me to do about {order}?", "",
        option("status", "Where is it?", "status"),
        option("bill", "A question about the bill", "bill"),
        option("refund", "Return or refund", "refund"),
        option("other", "Something else", "second_line"),
    ),
    say("status", "Say where it is", "Order {order} is {order_state}; it is due on {due}, to {deliver_to}.", "return"),
    choose("bill", "Explain the bill", "Your bill {bill} is {bill_amount}, due on {bill_due}. Does that answer it?", "",
           option("yes", "Yes, that is clear", "return"),
           option("other", "No, something is wrong", "second_line", "the second line looks into it"), required=True),
    say("waiting", "Keep waiting", "I have asked the carrier and note that you wait. If it is not there in two days, we"
        " send a new one without asking.", "note_late"),
    act("note_late", "Report the late delivery", "create_order_issue", "return", kind="late", note="Customer waits."),
    collect("address", "Deliver to", "Shall it go to {deliver_to}?", "replace",
            field("agrees", "Sends the late parcel back when it comes", "choice", True,
                  options=[{"value": "yes", "label": "Agrees"}, {"value": "no", "label": "Does not agree"}])),
    act("replace", "Create the replacement", "create_order_issue", "return", kind="replacement", note="Late delivery."),
    act("refund", "Open the refund", "create_order_issue", "return", kind="refund", note="Asked for by the customer."),
    act("second_line", "Promise a call back", "promise_callback", "return", note="Second line: order or bill."),
)  # fmt: skip
ORDERS_ES = graph(
    "about",
    decide("about", "¿Factura o pedido?", "reason", "find", invoice="bill"),
    collect("find", "Buscar el pedido", "¿Qué pedido es? Veo {order} con {order_item}.", "delivery",
            field("order", "Pedido", "order", True), required=True),
    decide("delivery", "¿Sobre la entrega?", "reason", "ask", **LATE),
    decide("late", "¿Tarde?", "order_late", "ask", yes="explain"),
    choose(
        "explain", "Explicar, ofrecer",
        "Su pedido {order} salió el {shipped} y debía llegar el {due}. Lo siento, va con retraso. Puedo enviarle otro hoy"
        " mismo o devolverle el importe. ¿Qué prefiere?", "",
        option("wait", "Seguir esperando", "waiting", "hemos preguntado al transportista"),
        option("replacement", "Enviar otro", "address", "en existencia, sale hoy"),
        option("refund", "Cancelar y devolver", "refund", "{order_total} a {paid_by}"),
        option("other", "Otra cosa", "second_line", "lo revisa la segunda línea"),
        required=True,
    ),
    choose(
        "ask", "Qué ocurre", "¿Qué desea que haga con {order}?", "",
        option("status", "¿Dónde está?", "status"),
        option("bill", "Una pregunta sobre la factura", "bill"),
        option("refund", "Devolución o reembolso", "refund"),
        option("other", "Otra cosa", "second_line"),
    ),
    say("status", "Decir dónde está", "El pedido {order} está: {order_state}; llega el {due}, a {deliver_to}.", "return"),
    choose("bill", "Explicar la factura", "Su factura {bill} es de {bill_amount} y vence el {bill_due}. ¿Queda claro?", "",
           option("yes", "Sí, queda claro", "return"),
           option("other", "No, hay un error", "second_line", "lo revisa la segunda línea"), required=True),
    say("waiting", "Seguir esperando", "He preguntado al transportista y anoto que espera. Si en dos días no ha llegado, le"
        " enviamos otro sin que tenga que pedirlo.", "note_late"),
    act("note_late", "Anotar el retraso", "create_order_issue", "return", kind="late", note="El cliente espera."),
    collect("address", "Entregar en", "¿Lo enviamos a {deliver_to}?", "replace",
            field("agrees", "Devolverá el paquete atrasado cuando llegue", "choice", True,
                  options=[{"value": "yes", "label": "De acuerdo"}, {"value": "no", "label": "No"}])),
    act("replace", "Crear el reemplazo", "create_order_issue", "return", kind="replacement", note="Entrega tardía."),
    act("refund", "Abrir el reembolso", "create_order_issue", "return", kind="refund", note="Pedido por el cliente."),
    act("second_line", "Prometer una llamada", "promise_callback", "return", note="Segunda línea: pedido o factura."),
)  # fmt: skip
TECH_EN = graph(
    "symptom",
    collect("symptom", "Symptom", "What does your {product} do, and since when?", "tried",
            field("symptom", "What happens", "text", True), field("since", "Since", "date"), required=True),
    choose("tried", "Restart", "Please switch it off, wait ten seconds, and switch it on again. Is it better?", "",
           option("yes", "Yes, it works", "works"), option("no", "No", "update"), option("cannot", "Cannot try now", "book")),
    choose("update", "Update", "Please open Settings, then Update, and install what is offered. Is it better?", "",
           option("yes", "Yes, it works", "works"), option("no", "No", "swap")),
    say("works", "Good", "Good. Should it come back, your reference {reference} brings you straight to us.", "return"),
    act("swap", "Open an exchange", "create_order_issue", "return", "Then I exchange it for you.", kind="exchange",
        note="Fault found with the customer."),
    act("book", "Book a call back", "promise_callback", "return", "Then we call when you are in front of it.",
        note="Tech support, with the device at hand."),
)  # fmt: skip
TECH_ES = graph(
    "symptom",
    collect("symptom", "Síntoma", "¿Qué le ocurre a su {product} y desde cuándo?", "tried",
            field("symptom", "Qué ocurre", "text", True), field("since", "Desde", "date"), required=True),
    choose("tried", "Reiniciar", "Apáguelo, espere diez segundos y vuelva a encenderlo. ¿Va mejor?", "",
           option("yes", "Sí, funciona", "works"), option("no", "No", "update"), option("cannot", "Ahora no puede", "book")),
    choose("update", "Actualizar", "Abra Ajustes, Actualización, e instale lo que ofrece. ¿Va mejor?", "",
           option("yes", "Sí, funciona", "works"), option("no", "No", "swap")),
    say("works", "Bien", "Perfecto. Si vuelve a ocurrir, con la referencia {reference} le atendemos enseguida.", "return"),
    act("swap", "Abrir un cambio", "create_order_issue", "return", "Entonces se lo cambio.", kind="exchange",
        note="Avería comprobada con el cliente."),
    act("book", "Concertar llamada", "promise_callback", "return", "Le llamamos cuando lo tenga delante.",
        note="Soporte técnico, con el aparato a mano."),
)  # fmt: skip
CALL_BACK_EN = graph(
    "greet",
    say("greet", "Greet", "Good day, this is {agent} calling from {client}. You asked us to call. Is it a good moment?",
        "moment"),
    choose("moment", "Good moment?", "May I go ahead?", "",
           option("yes", "Yes", "verify"), option("later", "Later", "later"), option("no", "No longer needed", "polite")),
    verify("verify", "Verify", "May I check two details, so that I speak to the right person?", "matter", "polite",
           name="Full name", postal_code="ZIP code", order="Order number"),
    choose("matter", "What we can do", "This is what we can do for you about {order}. Does that settle it for you?", "",
           option("yes", "Convinced", "follow", "book what follows"), option("no", "Not convinced", "polite")),
    act("follow", "Book the follow-up", "set_pending", "close", "I will check in three days that it went well.", days=3),
    act("later", "Promise another time", "promise_callback", "close", "When suits you better?", note="Asked to call later."),
    say("polite", "Polite end", "I understand. Thank you for your time; you can reach us at {phone_shown}.", "close"),
    close("close", "Close", "Thank you, and goodbye from {client}."),
)  # fmt: skip
CALL_BACK_ES = graph(
    "greet",
    say("greet", "Saludo", "Buenos días, le llama {agent} de {client}. Nos pidió que le llamáramos. ¿Es buen momento?",
        "moment"),
    choose("moment", "¿Buen momento?", "¿Puedo continuar?", "",
           option("yes", "Sí", "verify"), option("later", "Más tarde", "later"), option("no", "Ya no hace falta", "polite")),
    verify("verify", "Verificar", "¿Me permite comprobar dos datos, para saber que hablo con la persona correcta?", "matter",
           "polite", name="Nombre completo", postal_code="Código postal", order="Número de pedido"),
    choose("matter", "Qué podemos hacer", "Esto es lo que podemos hacer con {order}. ¿Queda así resuelto?", "",
           option("yes", "Convencido", "follow", "anotar el seguimiento"), option("no", "No convencido", "polite")),
    act("follow", "Anotar el seguimiento", "set_pending", "close", "En tres días compruebo que todo haya ido bien.", days=3),
    act("later", "Prometer otro momento", "promise_callback", "close", "¿Cuándo le viene mejor?", note="Llamar más tarde."),
    say("polite", "Despedida cortés", "Lo entiendo. Gracias por su tiempo; nos encuentra en el {phone_shown}.", "close"),
    close("close", "Cierre", "Gracias, y hasta pronto de parte de {client}."),
)  # fmt: skip

SCRIPTS = (
    ScriptContent("inbound", "Customer service", {"en": SERVICE_EN, "es": SERVICE_ES}),
    ScriptContent("sub_process", "Billing and orders", {"en": ORDERS_EN, "es": ORDERS_ES}),
    ScriptContent("sub_process", "Tech support", {"en": TECH_EN, "es": TECH_ES}, "care"),
    ScriptContent("outbound", "Call back", {"en": CALL_BACK_EN, "es": CALL_BACK_ES}),
    call_list.SCRIPT,
)
