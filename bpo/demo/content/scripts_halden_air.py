"""The scripts of Halden Air: service, rebooking, baggage, and the call back."""

from bpo.demo.content.shapes import ScriptContent
from bpo.demo.content.steps import act, choose, close, collect, decide, field, graph, option, say, sub, verify

SERVICE_EN = graph(
    "greet",
    say("greet", "Greet", "Welcome to {client}, my name is {agent}. How may I help you today?", "verify"),
    verify("verify", "Verify", "May I have your booking and your name, please?", "reason", "general",
           order="Booking number", name="Full name", account_number="Traveller number", email="Email of the booking"),
    choose("reason", "Reason", "Thank you, {first_name}. What may I do for you?", "kind", sets="reason", required=True),
    decide("kind", "Kind", "reason_kind", "product", appreciation="thanks", complaint="sorry"),
    say("sorry", "Say sorry", "I am sorry for the trouble, {first_name}. We will find you a way.", "product"),
    choose("product", "Flight or bag", "Which flight or service is it?", "process", sets="product"),
    sub("process", "Solve it", "read_back"),
    say("read_back", "Read back", "I read it back to you; your reference is {reference}.", "close"),
    say("general", "General help", "Without the booking I can tell you what holds for everybody.", "close"),
    say("thanks", "Pass it on", "I will see that the crew hears of it today.", "close"),
    close("close", "Close", "Thank you for flying with {client}. Have a pleasant journey."),
)  # fmt: skip
SERVICE_ES = graph(
    "greet",
    say("greet", "Saludo", "Bienvenido a {client}, le habla {agent}. ¿En qué puedo ayudarle hoy?", "verify"),
    verify("verify", "Verificar", "¿Me dice su reserva y su nombre, por favor?", "reason", "general",
           order="Número de reserva", name="Nombre completo", account_number="Número de viajero", email="Correo"),
    choose("reason", "Motivo", "Gracias, {first_name}. ¿Qué puedo hacer por usted?", "kind", sets="reason", required=True),
    decide("kind", "Tipo", "reason_kind", "product", appreciation="thanks", complaint="sorry"),
    say("sorry", "Disculpa", "Lamento las molestias, {first_name}. Vamos a encontrar una solución.", "product"),
    choose("product", "Vuelo o equipaje", "¿De qué vuelo o servicio se trata?", "process", sets="product"),
    sub("process", "Resolver", "read_back"),
    say("read_back", "Repasar", "Se lo repito todo; su referencia es {reference}.", "close"),
    say("general", "Ayuda general", "Sin la reserva puedo decirle lo que vale para todos.", "close"),
    say("thanks", "Transmitir", "Haré que la tripulación lo sepa hoy mismo.", "close"),
    close("close", "Cierre", "Gracias por volar con {client}. Buen viaje."),
)  # fmt: skip
REBOOK_EN = graph(
    "booking",
    collect("booking", "Find the booking", "I have {order}, {order_item}. Is that the one?", "wish",
            field("order", "Booking", "order", True), required=True),
    choose("wish", "What to change", "What would you like?", "",
           option("same_day", "Another flight that day", "issue", "free when we cancelled"),
           option("other_day", "Another day", "day"),
           option("refund", "The fare back", "refund", "{order_total} to {paid_by}"),
           option("seat", "A seat or an extra", "seat"), required=True),
    collect("day", "Which day", "On which day would you like to fly?", "issue", field("day", "Day", "date", True)),
    say("seat", "Seat or extra", "I have set it; you see it in your booking at once.", "return"),
    act("issue", "Rebook", "create_order_issue", "return", "I rebook you now; the new ticket comes by mail.",
        kind="rebooking", note="Asked for by the traveller."),
    act("refund", "Refund the fare", "create_order_issue", "return", kind="refund", note="Fare back."),
)  # fmt: skip
REBOOK_ES = graph(
    "booking",
    collect("booking", "Buscar la reserva", "Veo {order}, {order_item}. ¿Es esa?", "wish",
            field("order", "Reserva", "order", True), required=True),
    choose("wish", "Qué cambiar", "¿Qué desea?", "",
           option("same_day", "Otro vuelo ese día", "issue", "gratis si cancelamos nosotros"),
           option("other_day", "Otro día", "day"),
           option("refund", "El importe", "refund", "{order_total} a {paid_by}"),
           option("seat", "Asiento o extra", "seat"), required=True),
    collect("day", "Qué día", "¿Qué día desea volar?", "issue", field("day", "Día", "date", True)),
    say("seat", "Asiento o extra", "Ya está puesto; lo ve enseguida en su reserva.", "return"),
    act("issue", "Cambiar el vuelo", "create_order_issue", "return", "Lo cambio ahora; el billete nuevo llega por correo.",
        kind="rebooking", note="Pedido por el viajero."),
    act("refund", "Devolver el importe", "create_order_issue", "return", kind="refund", note="Devolución."),
)  # fmt: skip
BAGGAGE_EN = graph(
    "bag",
    collect("bag", "The bag", "What does the bag look like, and what number is on its tag?", "state",
            field("looks", "Looks like", "text", True), field("tag", "Tag"), required=True),
    choose("state", "Lost or damaged", "Did it not come, or is it damaged?", "",
           option("lost", "It did not come", "trace"), option("damaged", "It is damaged", "claim")),
    act("trace", "Open the trace", "create_order_issue", "address", kind="bag-trace", note="Bag did not arrive."),
    collect("address", "Bring it to", "Where shall we bring it?", "return", field("address", "Address", "text", True)),
    act("claim", "Open the claim", "create_order_issue", "return", kind="bag-claim", note="Bag damaged."),
)  # fmt: skip
BAGGAGE_ES = graph(
    "bag",
    collect("bag", "La maleta", "¿Cómo es la maleta y qué número lleva la etiqueta?", "state",
            field("looks", "Aspecto", "text", True), field("tag", "Etiqueta"), required=True),
    choose("state", "Perdida o dañada", "¿No llegó o está dañada?", "",
           option("lost", "No llegó", "trace"), option("damaged", "Está dañada", "claim")),
    act("trace", "Abrir la búsqueda", "create_order_issue", "address", kind="bag-trace", note="No llegó."),
    collect("address", "Llevarla a", "¿Adónde se la llevamos?", "return", field("address", "Dirección", "text", True)),
    act("claim", "Abrir la reclamación", "create_order_issue", "return", kind="bag-claim", note="Dañada."),
)  # fmt: skip
CALL_BACK_EN = graph(
    "greet",
    say("greet", "Greet", "Good day, {agent} from {client}. You asked us to call. Is it a good moment?", "moment"),
    choose("moment", "Good moment?", "May I go ahead?", "",
           option("yes", "Yes", "offer"), option("later", "Later", "later"), option("no", "No longer needed", "polite")),
    choose("offer", "Our proposal", "This is what we can arrange. Shall I?", "",
           option("yes", "Convinced", "follow"), option("no", "Rather not", "polite")),
    act("follow", "Book the follow-up", "set_pending", "close", "I look again in two days.", days=2),
    act("later", "Promise another time", "promise_callback", "close", "When suits you better?", note="Call later."),
    say("polite", "Polite end", "I understand, thank you for your time.", "close"),
    close("close", "Close", "Goodbye from {client}, and a pleasant journey."),
)  # fmt: skip
CALL_BACK_ES = graph(
    "greet",
    say("greet", "Saludo", "Buenos días, {agent} de {client}. Nos pidió una llamada. ¿Es buen momento?", "moment"),
    choose("moment", "¿Buen momento?", "¿Puedo continuar?", "",
           option("yes", "Sí", "offer"), option("later", "Más tarde", "later"), option("no", "Ya no hace falta", "polite")),
    choose("offer", "Nuestra propuesta", "Esto es lo que podemos hacer. ¿Lo hago?", "",
           option("yes", "Convencido", "follow"), option("no", "Prefiere que no", "polite")),
    act("follow", "Anotar el seguimiento", "set_pending", "close", "En dos días lo vuelvo a mirar.", days=2),
    act("later", "Prometer otro momento", "promise_callback", "close", "¿Cuándo le viene mejor?", note="Llamar más tarde."),
    say("polite", "Despedida cortés", "Lo entiendo, gracias por su tiempo.", "close"),
    close("close", "Cierre", "Hasta pronto de parte de {client}, y buen viaje."),
)  # fmt: skip

SCRIPTS = (
    ScriptContent("inbound", "Traveller service", {"en": SERVICE_EN, "es": SERVICE_ES}),
    ScriptContent("sub_process", "Rebooking", {"en": REBOOK_EN, "es": REBOOK_ES}, "flight"),
    ScriptContent("sub_process", "Baggage", {"en": BAGGAGE_EN, "es": BAGGAGE_ES}, "baggage"),
    ScriptContent("outbound", "Call back", {"en": CALL_BACK_EN, "es": CALL_BACK_ES}),
)
