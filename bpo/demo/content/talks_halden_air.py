"""Conversations of Halden Air's travellers."""

from bpo.demo.content.shapes import TalkContent

TALKS = (
    TalkContent(
        "change", "en", "Can the dog travel in the cabin?",
        ("Hello, can my dog travel in the cabin to Trondheim?", "She has six kilos.", "Yes please, book it.",
         "Lovely, thank you."),
        ("Good day! Up to eight kilos, yes, in a soft bag under the seat. How heavy is she?",
         "Then she may. Shall I add her to your booking?", "Done, you find her in the booking.", "A pleasant flight to both."),
        "A dog was added to the cabin of the booking.", "answered",
    ),
    TalkContent(
        "cancelled", "es", "Vuelo cancelado",
        ("Hola, mi vuelo de mañana a Bergen aparece cancelado.", "Necesito llegar antes de las doce.",
         "Ese me va bien, gracias.", "Muchas gracias."),
        ("Buenos días, lo siento mucho. Busco otro para usted.",
         "Hay uno a las 8:40 que llega a las 11:25. ¿Se lo reservo sin coste?", "Hecho, el billete nuevo va a su correo.",
         "Buen viaje."),
        "Vuelo cancelado por la compañía. Cambiado sin coste a otro del mismo día.", "rebooked-same",
    ),
    TalkContent(
        "cancelled", "en", "Flight cancelled tonight",
        ("My flight tonight was cancelled, what now?", "Tomorrow morning is fine.", "Thank you, that helps."),
        ("I am sorry. You may have another flight or the fare back.",
         "You are on the 7:15 tomorrow, same seat, no extra cost.", "The new ticket is in your mail."),
        "Cancelled by us. Rebooked to tomorrow morning at no cost.", "rebooked-other",
    ),
    TalkContent(
        "lost-bag", "en", "My bag stayed behind",
        ("My bag did not come in Tromsø.", "It is green with a yellow ribbon.", "To the hotel, please.", "Thanks."),
        ("I am sorry. What does it look like?", "I have opened a trace. Where shall we bring it?",
         "It comes with the next flight and then to your hotel.", "You hear from us as soon as it lands."),
        "A trace was opened; the bag goes to the hotel when it arrives.", "claim",
    ),
    TalkContent(
        "lost-bag", "es", "Maleta dañada",
        ("La rueda de mi maleta llegó rota.", "Sí, tengo fotos.", "De acuerdo, gracias."),
        ("Lo siento. ¿Tiene alguna foto?", "He abierto una reclamación; se la reparamos o le damos otra.",
         "Le escribimos en dos días."),
        "Reclamación abierta por la maleta dañada.", "claim",
    ),
    TalkContent(
        "seat", "en", "Two seats together",
        ("We are two and sit apart, can you change that?", "Row 14 would be perfect.", "Thank you!"),
        ("Gladly. Where would you like to sit?", "14 A and B are yours.", "A pleasant flight."),
        "Two seats side by side were set.", "seat-changed",
    ),
    TalkContent(
        "before-booking", "en", "Skis in winter",
        ("Do skis count as a bag?", "Both ways?", "Good, thanks."),
        ("Hello, one pair costs 55 euros and comes instead of a checked bag.", "Each way, yes.", "You are welcome."),
        "Told the price of a ski bag.", "answered",
    ),
    TalkContent(
        "praise", "en", "Thank you to the crew",
        ("The crew from Bergen yesterday was so kind to my mother.", "Please tell them."),
        ("How good to hear.", "They will know today."),
        "Praise for the crew, passed on.", "answered",
    ),
)  # fmt: skip
