"""The scripts of Maple Row Pharmacy: service, prescriptions, the counter, and the call back."""

from bpo.demo.content.shapes import ScriptContent
from bpo.demo.content.steps import act, choose, close, collect, decide, field, graph, option, say, sub, verify

SERVICE_EN = graph(
    "greet",
    say("greet", "Greet", "{client}, my name is {agent}. How may I help you today?", "verify"),
    verify("verify", "Verify", "Before I open your record, may I check two details?", "reason", "general",
           name="Full name", birth_date="Date of birth", postal_code="ZIP code", account_number="Card number"),
    choose("reason", "Reason", "Thank you, {first_name}. What is it about?", "kind", sets="reason", required=True),
    decide("kind", "Kind", "reason", "product", pharmacist="pharmacist", praise="thanks"),
    say("pharmacist", "Not ours to answer", "That is for the pharmacist herself. She calls you back today.", "promise"),
    act("promise", "Promise the pharmacist's call", "promise_callback", "close", note="For the pharmacist."),
    choose("product", "What it is about", "Is it a prescription, or something from the counter?", "process", sets="product"),
    sub("process", "Solve it", "read_back"),
    say("read_back", "Read back", "I read it back to you; your reference is {reference}.", "close"),
    say("general", "General help", "Without those details I can only tell you our hours and prices.", "close"),
    say("thanks", "Pass it on", "Thank you, I will tell them.", "close"),
    close("close", "Close", "Thank you for calling {client}. Take care."),
)  # fmt: skip
SERVICE_ES = graph(
    "greet",
    say("greet", "Saludo", "{client}, le habla {agent}. ¿En qué puedo ayudarle hoy?", "verify"),
    verify("verify", "Verificar", "Antes de abrir su ficha, ¿me permite comprobar dos datos?", "reason", "general",
           name="Nombre completo", birth_date="Fecha de nacimiento", postal_code="Código postal",
           account_number="Número de tarjeta"),
    choose("reason", "Motivo", "Gracias, {first_name}. ¿De qué se trata?", "kind", sets="reason", required=True),
    decide("kind", "Tipo", "reason", "product", pharmacist="pharmacist", praise="thanks"),
    say("pharmacist", "Para la farmacéutica", "Eso es para la farmacéutica. Hoy mismo le llama.", "promise"),
    act("promise", "Prometer la llamada", "promise_callback", "close", note="Para la farmacéutica."),
    choose("product", "De qué se trata", "¿Es una receta o algo del mostrador?", "process", sets="product"),
    sub("process", "Resolver", "read_back"),
    say("read_back", "Repasar", "Se lo repito; su referencia es {reference}.", "close"),
    say("general", "Ayuda general", "Sin esos datos solo puedo decirle horarios y precios.", "close"),
    say("thanks", "Transmitir", "Gracias, se lo diré.", "close"),
    close("close", "Cierre", "Gracias por llamar a {client}. Cuídese."),
)  # fmt: skip
REFILL_EN = graph(
    "which",
    collect("which", "Which prescription", "I see {order}, {order_item}. Shall I refill that one?", "how",
            field("order", "Prescription", "order", True), required=True),
    choose("how", "Pick-up or delivery", "Would you like to pick it up, or shall we bring it?", "",
           option("pick_up", "Pick it up", "ready", "after 5 pm today"),
           option("deliver", "Bring it", "deliver", "to {deliver_to}"), required=True),
    act("ready", "Order the refill", "create_order_issue", "return", kind="refill", note="Pick-up."),
    act("deliver", "Order the delivery", "create_order_issue", "return", kind="refill-delivery", note="Delivery."),
)  # fmt: skip
REFILL_ES = graph(
    "which",
    collect("which", "Qué receta", "Veo {order}, {order_item}. ¿Renuevo esa?", "how",
            field("order", "Receta", "order", True), required=True),
    choose("how", "Recoger o entregar", "¿La recoge o se la llevamos?", "",
           option("pick_up", "La recoge", "ready", "hoy a partir de las 17"),
           option("deliver", "Se la llevamos", "deliver", "a {deliver_to}"), required=True),
    act("ready", "Pedir la renovación", "create_order_issue", "return", kind="refill", note="Recogida."),
    act("deliver", "Pedir la entrega", "create_order_issue", "return", kind="refill-delivery", note="Entrega."),
)  # fmt: skip
COUNTER_EN = graph(
    "which",
    choose("which", "What is wrong", "Is something missing, or is it another matter?", "",
           option("missing", "Something is missing or wrong", "exchange"), option("other", "Another matter", "answer")),
    act("exchange", "Open the exchange", "create_order_issue", "return", kind="exchange", note="Missing or wrong."),
    say("answer", "Answer", "I gladly tell you. We are open nine to one and two to seven.", "return"),
)  # fmt: skip
COUNTER_ES = graph(
    "which",
    choose("which", "Qué ocurre", "¿Falta algo o se trata de otra cosa?", "",
           option("missing", "Falta algo o es incorrecto", "exchange"), option("other", "Otra cosa", "answer")),
    act("exchange", "Abrir el cambio", "create_order_issue", "return", kind="exchange", note="Falta o incorrecto."),
    say("answer", "Responder", "Con gusto. Abrimos de nueve a una y de dos a siete.", "return"),
)  # fmt: skip
CALL_BACK_EN = graph(
    "greet",
    say("greet", "Greet", "Good day, this is {agent} from {client}. You asked for a call. Is it a good moment?", "moment"),
    choose("moment", "Good moment?", "May I go ahead?", "",
           option("yes", "Yes", "matter"), option("later", "Later", "later"), option("no", "No longer needed", "polite")),
    choose("matter", "The matter", "May we arrange it like this?", "",
           option("yes", "Convinced", "follow"), option("no", "Rather not", "polite")),
    act("follow", "Book the follow-up", "set_pending", "close", "I look again tomorrow.", days=1),
    act("later", "Promise another time", "promise_callback", "close", "When suits you better?", note="Call later."),
    say("polite", "Polite end", "I understand, thank you for your time.", "close"),
    close("close", "Close", "Goodbye from {client}, take care."),
)  # fmt: skip
CALL_BACK_ES = graph(
    "greet",
    say("greet", "Saludo", "Buenos días, {agent} de {client}. Nos pidió una llamada. ¿Es buen momento?", "moment"),
    choose("moment", "¿Buen momento?", "¿Puedo continuar?", "",
           option("yes", "Sí", "matter"), option("later", "Más tarde", "later"), option("no", "Ya no hace falta", "polite")),
    choose("matter", "El asunto", "¿Lo arreglamos así?", "",
           option("yes", "Convencido", "follow"), option("no", "Prefiere que no", "polite")),
    act("follow", "Anotar el seguimiento", "set_pending", "close", "Mañana lo vuelvo a mirar.", days=1),
    act("later", "Prometer otro momento", "promise_callback", "close", "¿Cuándo le viene mejor?", note="Llamar más tarde."),
    say("polite", "Despedida cortés", "Lo entiendo, gracias por su tiempo.", "close"),
    close("close", "Cierre", "Hasta pronto de parte de {client}, cuídese."),
)  # fmt: skip

SCRIPTS = (
    ScriptContent("inbound", "Counter service", {"en": SERVICE_EN, "es": SERVICE_ES}),
    ScriptContent("sub_process", "Prescriptions", {"en": REFILL_EN, "es": REFILL_ES}, "prescription"),
    ScriptContent("sub_process", "Counter", {"en": COUNTER_EN, "es": COUNTER_ES}, "counter"),
    ScriptContent("outbound", "Call back", {"en": CALL_BACK_EN, "es": CALL_BACK_ES}),
)
