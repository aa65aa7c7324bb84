"""What stands on the pages of the client companies, in English and Spanish."""

from __future__ import annotations

from dataclasses import dataclass, field

from bpo.demo.content.shapes import Text2


@dataclass(frozen=True, slots=True)
class CardContent:
    """A thing on offer; `art` names a drawing of templates/demo/_art.html."""

    art: str
    name: Text2
    words: Text2
    price: str = ""


@dataclass(frozen=True, slots=True)
class SiteContent:
    """One company's front page."""

    slug: str
    layout: str
    nav: tuple[Text2, ...]
    headline: Text2
    lead: Text2
    act: Text2
    art: str
    cards_title: Text2
    cards: tuple[CardContent, ...]
    table_title: Text2 = ("", "")
    table: tuple[tuple[str, ...], ...] = ()
    facts: tuple[tuple[Text2, Text2], ...] = field(default_factory=tuple)


SITES: dict[str, SiteContent] = {
    each.slug: each
    for each in (
        SiteContent(
            slug="the-tech-giant",
            layout="shop",
            nav=(("Laptops", "Portátiles"), ("Phones", "Teléfonos"), ("Sound", "Sonido"), ("Orders", "Pedidos")),
            headline=("The new Slate\u00a014. Quietly fast.", "El nuevo Slate\u00a014. Rápido en silencio."),
            lead=(
                "Thirty-two gigabytes, twenty hours, one kilo and a half. Order by eight, have it the day after tomorrow.",
                "Treinta y dos gigas, veinte horas, kilo y medio. Pídalo antes de las ocho y lo tiene pasado mañana.",
            ),
            act=("Help with an order", "Ayuda con un pedido"),
            art="laptop",
            cards_title=("People also take home", "También se llevan a casa"),
            cards=(
                CardContent(
                    "laptop", ("Slate Air", "Slate Air"), ("Nine hundred grams", "Novecientos gramos"), "$1,199"
                ),
                CardContent(
                    "phone",
                    ("Nova 8", "Nova 8"),
                    ("The camera that sees at night", "La cámara que ve de noche"),
                    "$899",
                ),
                CardContent("buds", ("Hush", "Hush"), ("Earbuds for trains", "Auriculares para el tren"), "$179"),
                CardContent("screen", ("Glow 27", "Glow 27"), ("Colour as it is", "El color tal como es"), "$529"),
            ),
            facts=(
                (("Two days", "Dos días"), ("to your door, free from $50", "hasta su puerta, gratis desde 50 $")),
                (("Thirty days", "Treinta días"), ("to change your mind", "para cambiar de idea")),
                (("People", "Personas"), ("who answer, day and night, by chat", "que responden día y noche por chat")),
            ),
        ),
        SiteContent(
            slug="halden-air",
            layout="air",
            nav=(("Book", "Reservar"), ("My trip", "Mi viaje"), ("Baggage", "Equipaje"), ("Departures", "Salidas")),
            headline=("From Bergen to where the map turns blue.", "De Bergen a donde el mapa se vuelve azul."),
            lead=(
                "Eleven towns along the coast and four cities in the south. A window, coffee and a seat that is yours.",
                "Once pueblos de la costa y cuatro ciudades del sur. Ventanilla, café y un asiento que es suyo.",
            ),
            act=("Help with a trip", "Ayuda con un viaje"),
            art="plane",
            cards_title=("This week", "Esta semana"),
            cards=(
                CardContent("fjord", ("Trondheim", "Trondheim"), ("Four times a day", "Cuatro veces al día"), "€118"),
                CardContent("fjord", ("Tromsø", "Tromsø"), ("For the northern light", "Por la aurora boreal"), "€164"),
                CardContent("sun", ("Madrid", "Madrid"), ("Saturday to Tuesday", "De sábado a martes"), "€212"),
            ),
            table_title=("Departures from Bergen", "Salidas desde Bergen"),
            table=(
                ("06:45", "HA 210", "Stavanger", "B4"),
                ("07:15", "HA 104", "Trondheim", "B2"),
                ("08:40", "HA 381", "Madrid", "C1"),
                ("09:20", "HA 166", "Tromsø", "B3"),
                ("11:05", "HA 108", "Trondheim", "B2"),
            ),
            facts=(
                (("One bag", "Una maleta"), ("always in the fare", "siempre incluida")),
                (("Eight kilos", "Ocho kilos"), ("of dog may come into the cabin", "de perro pueden ir en cabina")),
                (("All day", "Todo el día"), ("somebody answers", "responde alguien")),
            ),
        ),
        SiteContent(
            slug="maple-row-pharmacy",
            layout="pharmacy",
            nav=(("Refills", "Recetas"), ("Delivery", "Reparto"), ("Shop", "Tienda"), ("Counter", "Mostrador")),
            headline=("Your prescription, ready when you are.", "Su receta, lista cuando usted lo esté."),
            lead=(
                "Order a refill in a minute, pick it up after five, or have it brought to your door the same day.",
                "Pida la renovación en un minuto, recójala después de las cinco o recíbala en casa el mismo día.",
            ),
            act=("Ask the counter", "Preguntar al mostrador"),
            art="leaf",
            cards_title=("At the counter", "En el mostrador"),
            cards=(
                CardContent(
                    "bottle",
                    ("Refills", "Renovaciones"),
                    ("Told by mail when it is ready", "Aviso por correo al estar lista"),
                ),
                CardContent(
                    "van",
                    ("Delivery", "Reparto"),
                    ("Before seven, six dollars", "Antes de las siete, seis dólares"),
                    "$6",
                ),
                CardContent("leaf", ("Allergy season", "Alergias"), ("Thirty tablets", "Treinta comprimidos"), "$18"),
            ),
            facts=(
                (("9 to 1, 2 to 7", "De 9 a 13 y de 14 a 19"), ("Monday to Friday", "de lunes a viernes")),
                (("9 to 1", "De 9 a 13"), ("Saturday", "sábado")),
                (("A pharmacist", "Una farmacéutica"), ("calls you back the same day", "le llama el mismo día")),
            ),
        ),
    )
}

WORDS: dict[str, Text2] = {
    "skip": ("Skip to the content", "Ir al contenido"),
    "main": ("Main", "Principal"),
    "contact": ("Contact", "Contacto"),
    "invented": ("An invented company.", "Una empresa inventada."),
    "back": ("Back to the first page", "Volver a la primera página"),
    "time": ("Time", "Hora"),
    "flight": ("Flight", "Vuelo"),
    "to": ("To", "Destino"),
    "gate": ("Gate", "Puerta"),
    "good_to_know": ("Good to know", "Bueno es saberlo"),
    "how": ("How can we help you?", "¿En qué podemos ayudarle?"),
    "a_person": ("A person answers, whichever way you choose.", "Le responde una persona, elija la vía que elija."),
    "chat": ("Chat with us", "Escríbanos por chat"),
    "chat_words": (
        "Press the button at the lower right; you see your place in line.",
        "Pulse el botón de abajo a la derecha; verá su turno.",
    ),
    "talk": ("Call from this page", "Llámenos desde esta página"),
    "talk_words": (
        "You need a microphone and nothing else.",
        "Solo necesita un micrófono.",
    ),
    "talk_now": ("Call us", "Llamar"),
    "call": ("We call you", "Le llamamos"),
    "call_words": (
        "Choose a time that suits you and leave your number.",
        "Elija la hora que le convenga y déjenos su número.",
    ),
    "choose": ("Choose a time", "Elegir hora"),
    "write": ("Write to us", "Escríbanos"),
    "write_words": (
        "We answer every mail, with your reference in it.",
        "Respondemos a cada correo, con su referencia.",
    ),
    "phone": ("By phone", "Por teléfono"),
}
