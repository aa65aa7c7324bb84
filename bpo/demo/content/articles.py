"""What the agents of each client look up, in English and in Spanish; by the client's slug."""

from __future__ import annotations

from bpo.demo.content.shapes import ArticleContent

ARTICLES: dict[str, tuple[ArticleContent, ...]] = {
    "the-tech-giant": (
        ArticleContent(
            ("An order is late", "Un pedido se retrasa"),
            (
                "Look at the order first: its last mark says who has it.\n\n"
                "At the depot for more than two days: report it with the step “Late delivery”. The carrier answers within one working day.\n\n"
                "Not shipped: the warehouse does. Promise no day; promise that we write as soon as there is one.\n\n"
                "After seven days late the customer may choose: a new parcel, or the money back.",
                "Mire primero el pedido: su última marca dice quién lo tiene.\n\n"
                "Más de dos días en el depósito: avise con el paso “Entrega con retraso”. El transportista responde en un día laborable.\n\n"
                "Sin enviar: lo tiene el almacén. No prometa un día; prometa que escribimos en cuanto lo haya.\n\n"
                "Con más de siete días de retraso el cliente elige: otro envío o el dinero.",
            ),
            reason="late-delivery",
        ),
        ArticleContent(
            ("Return something within thirty days", "Devolver algo en treinta días"),
            (
                "{first_name}, you can send it back within thirty days of the delivery, in its box if you still have it. I send you a label by mail; the parcel shop takes it from there and costs you nothing.\n\n"
                "The money is on its way three working days after the parcel has reached us.",
                "{first_name}, puede devolverlo en los treinta días que siguen a la entrega, en su caja si la conserva. Le envío una etiqueta por correo; la recoge cualquier punto de entrega y no le cuesta nada.\n\n"
                "El dinero sale tres días laborables después de que nos llegue el paquete.",
            ),
        ),
        ArticleContent(
            ("It arrived damaged", "Llegó dañado"),
            (
                "Ask for two pictures: the box, and the damage. Write them to the case.\n\n"
                "Reported within three days: a new one leaves today, the courier takes the old one along.\n\n"
                "Later: open a refund request; above 500 dollars a supervisor approves it.",
                "Pida dos fotos: la caja y el daño. Añádalas al caso.\n\n"
                "Avisado en tres días: hoy sale otro y el mensajero recoge el anterior.\n\n"
                "Más tarde: abra una solicitud de reembolso; por encima de 500 dólares la aprueba un supervisor.",
            ),
            reason="damaged",
        ),
        ArticleContent(
            ("The dock shows no picture", "La base no da imagen"),
            (
                "1. Unplug the dock and hold its button for ten seconds.\n2. Plug it into the left port and wait half a minute.\n3. Still dark: try the monitor's other cable.\n\n"
                "Does it work with another laptop? Then the port is broken: open a repair. If not, the dock is exchanged.",
                "1. Desconecte la base y mantenga el botón diez segundos.\n2. Conéctela al puerto izquierdo y espere medio minuto.\n3. Si sigue sin imagen, pruebe el otro cable del monitor.\n\n"
                "¿Funciona con otro portátil? Entonces falla el puerto: abra una reparación. Si no, se cambia la base.",
            ),
            reason="tech-support",
            product="slate-dock",
        ),
        ArticleContent(
            ("Where the bill is, and how to pay it", "Dónde está la factura y cómo pagarla"),
            (
                "Every bill leaves by mail on the day of the shipment. We can send it once more to the address on the account, and to no other.\n\n"
                "It is due after fourteen days; by card on the page of the order, or by transfer with the number of the bill.",
                "Cada factura sale por correo el día del envío. Podemos mandarla otra vez a la dirección de la cuenta, y a ninguna otra.\n\n"
                "Vence a los catorce días; con tarjeta en la página del pedido o por transferencia con el número de la factura.",
            ),
            reason="invoice",
        ),
        ArticleContent(
            ("Earbuds that do not charge", "Auriculares que no cargan"),
            (
                "Clean the contacts with a dry cloth, close the case for ten minutes, open it: a white light means that they charge.\n\n"
                "No light: hold the case's button for fifteen seconds. Still none within two years of buying: exchange.",
                "Limpie los contactos con un paño seco, cierre el estuche diez minutos y ábralo: una luz blanca indica que cargan.\n\n"
                "Sin luz: mantenga el botón del estuche quince segundos. Si sigue igual y no hace dos años de la compra: cambio.",
            ),
            reason="tech-support",
            product="hush-buds",
            read_days_ago=204,
        ),
    ),
    "halden-air": (
        ArticleContent(
            ("A flight was cancelled", "Han cancelado un vuelo"),
            (
                "Say first that we are sorry, then what is free to choose: the next flight with a seat, another day, or the fare back within seven days.\n\n"
                "Cancelled less than fourteen days before: there may be a compensation. Open the claim; promise no amount.\n\n"
                "Who waits overnight gets a hotel; keep the receipts of taxi and meals.",
                "Primero lo sentimos, y luego qué puede elegir: el próximo vuelo con plaza, otro día o el importe en siete días.\n\n"
                "Cancelado con menos de catorce días: puede haber compensación. Abra la reclamación; no prometa una cantidad.\n\n"
                "Quien espera la noche tiene hotel; que guarde los recibos de taxi y comidas.",
            ),
            reason="cancelled",
        ),
        ArticleContent(
            ("A pet in the cabin", "Una mascota en cabina"),
            (
                "One pet a passenger, up to 8 kg with its soft bag of 45 x 30 x 24 cm. Four pets a flight: look first whether there is room.\n\n"
                "A guide dog travels free and beside its owner. To Spain every dog needs its passport and a rabies shot.",
                "Una mascota por pasajero, hasta 8 kg con su bolsa blanda de 45 x 30 x 24 cm. Cuatro por vuelo: mire antes si hay sitio.\n\n"
                "Un perro guía viaja gratis junto a su dueño. A España todo perro necesita pasaporte y vacuna de la rabia.",
            ),
            product="cabin-pet",
        ),
        ArticleContent(
            ("A bag did not arrive", "No llegó una maleta"),
            (
                "Ask for the number on the tag and where the customer sleeps tonight. Nine of ten bags come with the next flight.\n\n"
                "Toothbrush and shirt: up to 90 euro with receipts. After 21 days it counts as lost.",
                "Pida el número de la etiqueta y dónde duerme hoy el cliente. Nueve de cada diez maletas llegan en el vuelo siguiente.\n\n"
                "Cepillo y camisa: hasta 90 euros con recibos. A los 21 días se da por perdida.",
            ),
            reason="lost-bag",
        ),
        ArticleContent(
            ("Change a booking", "Cambiar una reserva"),
            (
                "Until two hours before departure. Plus fares change free, the others for 40 euro and the difference of the fare.\n\n"
                "A wrong letter in a name costs nothing; another person is a new booking.",
                "Hasta dos horas antes de la salida. Las tarifas Plus cambian gratis, las demás por 40 euros y la diferencia de tarifa.\n\n"
                "Una letra equivocada en el nombre no cuesta nada; otra persona es otra reserva.",
            ),
            reason="change",
        ),
    ),
    "maple-row-pharmacy": (
        ArticleContent(
            ("Pick up an order", "Recoger un pedido"),
            (
                "It waits for ten days at the counter; we write when it is ready. A photo ID is needed, and for somebody else's order a signed note.\n\n"
                "Say neither on the phone nor in writing what is in it: read the order's number alone.",
                "Espera diez días en el mostrador; avisamos cuando está listo. Hace falta un documento con foto y, para el de otra persona, una nota firmada.\n\n"
                "No diga por teléfono ni por escrito qué contiene: lea solo el número del pedido.",
            ),
            reason="pick-up",
        ),
        ArticleContent(
            ("Renew a prescription", "Renovar una receta"),
            (
                "We ask the doctor's office ourselves; it takes two working days. With less than three days' supply left put the pharmacist on: she may give an emergency supply.\n\n"
                "Dose and effect are hers alone to talk about.",
                "Preguntamos nosotros a la consulta; tarda dos días laborables. Si quedan menos de tres días de tratamiento, pase con la farmacéutica: puede dar una cantidad de urgencia.\n\n"
                "De dosis y efectos habla solo ella.",
            ),
            reason="refill",
        ),
        ArticleContent(
            ("Something is missing in the bag", "Falta algo en la bolsa"),
            (
                "Never guess: whoever got somebody else's medicine must not take it. Ask to keep the bag closed, and put the pharmacist on at once.\n\n"
                "A missing item of the counter is brought the same day, free.",
                "No suponga: quien recibió la medicina de otra persona no debe tomarla. Pida que cierre la bolsa y pase enseguida con la farmacéutica.\n\n"
                "Lo que falte del mostrador se lleva el mismo día, gratis.",
            ),
            reason="wrong-item",
        ),
    ),
}
