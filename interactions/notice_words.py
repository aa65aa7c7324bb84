"""What our notices say by themselves, in English and Spanish; the client's own texts are in `clients.texts`."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "hello": {"en": "Hello {name},", "es": "Hola, {name}:"},
    "hello_anybody": {"en": "Hello,", "es": "Hola:"},
    "reference": {"en": "Reference", "es": "Referencia"},
    "about": {"en": "About", "es": "Asunto"},
    "resolved_at": {"en": "Resolved", "es": "Resuelto"},
    "when": {"en": "When", "es": "Cuándo"},
    "zone": {"en": "{window} ({zone} time)", "es": "{window} (hora de {zone})"},
    "times": {"en": "Times", "es": "Horas"},
    "of_zone": {"en": "{zone} time", "es": "hora de {zone}"},
    "number": {"en": "Number", "es": "Número"},
    "address": {"en": "Address", "es": "Correo"},
    "customer": {"en": "You", "es": "Usted"},
    "resolution_subject": {
        "en": "Your request is resolved [{reference}]",
        "es": "Su consulta está resuelta [{reference}]",
    },
    "resolution_title": {"en": "Your request is resolved", "es": "Su consulta está resuelta"},
    "resolution_more": {
        "en": "Is something still open? Answer this mail and we go on where we stopped.",
        "es": "¿Queda algo pendiente? Responda a este correo y seguimos donde lo dejamos.",
    },
    "your_conversation": {"en": "Your conversation", "es": "Su conversación"},
    "transcript_subject": {"en": "Your conversation with {client}", "es": "Su conversación con {client}"},
    "transcript_lead": {
        "en": "Here is the conversation you asked us to send.",
        "es": "Aquí tiene la conversación que nos pidió.",
    },
    "file": {"en": "File: {name}", "es": "Archivo: {name}"},
    "booked_subject": {"en": "We call you: {window} [{reference}]", "es": "Le llamamos: {window} [{reference}]"},
    "booked_title": {"en": "We call you", "es": "Le llamamos"},
    "booked_lead": {
        "en": "Your callback is booked. You need to do nothing until then.",
        "es": "Su llamada está reservada. No tiene que hacer nada más.",
    },
    "reply_subject": {"en": "We reply to you: {window} [{reference}]", "es": "Le respondemos: {window} [{reference}]"},
    "reply_title": {"en": "We come back to you", "es": "Nos pondremos en contacto"},
    "reply_lead": {
        "en": "We have your request and reply to you in this time.",
        "es": "Tenemos su consulta y le responderemos en este plazo.",
    },
    "changed_subject": {"en": "New time: {window} [{reference}]", "es": "Nueva hora: {window} [{reference}]"},
    "changed_title": {"en": "The time has changed", "es": "Ha cambiado la hora"},
    "changed_lead": {"en": "This is the new time.", "es": "Esta es la nueva hora."},
    "manage": {"en": "Change or cancel", "es": "Cambiar o cancelar"},
    "cancelled_subject": {"en": "We do not call you [{reference}]", "es": "No le llamaremos [{reference}]"},
    "cancelled_title": {"en": "The callback is cancelled", "es": "La llamada está cancelada"},
    "cancelled_lead": {
        "en": "We do not contact you at this time any more.",
        "es": "Ya no le contactaremos a esta hora.",
    },
    "call_link_subject": {"en": "Your call with {client}", "es": "Su llamada con {client}"},
    "call_link_title": {"en": "We are on the line for you", "es": "Le esperamos en línea"},
    "call_link_lead": {
        "en": "You agreed that we may call you. One of us would like to talk with you now.",
        "es": "Usted aceptó que le llamáramos. Una persona de nuestro equipo desea hablar con usted ahora.",
    },
    "call_link_how": {
        "en": "Press the button and talk in your browser. It takes no phone and costs nothing.",
        "es": "Pulse el botón y hable desde el navegador. No hace falta teléfono y no cuesta nada.",
    },
    "call_link_until": {"en": "Good until", "es": "Válido hasta"},
    "call_link_button": {"en": "Join the call", "es": "Entrar en la llamada"},
    "after_hours_subject": {"en": "Re: {subject}", "es": "Re: {subject}"},
    "after_hours_subject_none": {"en": "We have received your mail", "es": "Hemos recibido su correo"},
    "after_hours_title": {"en": "We have received your mail", "es": "Hemos recibido su correo"},
    "after_hours_lead": {
        "en": "Thank you for writing to us. We are closed at the moment.",
        "es": "Gracias por escribirnos. En este momento estamos cerrados.",
    },
    "after_hours_opens": {"en": "We open again: {opens}.", "es": "Volvemos a abrir: {opens}."},
    "survey_subject": {"en": "How was it with {client}?", "es": "¿Qué tal con {client}?"},
    "survey_lead": {
        "en": "Two taps are enough, and they help us to do better.",
        "es": "Bastan dos toques, y nos ayudan a mejorar.",
    },
    "survey_button": {"en": "Tell us", "es": "Dar mi opinión"},
    "line": {"en": "Line", "es": "Línea"},
    "channel": {"en": "Channel", "es": "Canal"},
    "channel_chat": {"en": "Chat", "es": "Chat"},
    "channel_email": {"en": "Email", "es": "Correo"},
    "channel_voice": {"en": "Call", "es": "Llamada"},
    "new_contact_subject": {"en": "New contact: {line}", "es": "Nuevo contacto: {line}"},
    "new_contact_title": {"en": "There is a new contact", "es": "Hay un nuevo contacto"},
    "new_contact_lead": {
        "en": "You get this mail because your address is on the list of this line.",
        "es": "Recibe este correo porque su dirección está en la lista de esta línea.",
    },
    "where": {"en": "Where", "es": "Dónde"},
    "amount": {"en": "Amount", "es": "Importe"},
    "order": {"en": "Order", "es": "Pedido"},
    "total": {"en": "Total", "es": "Total"},
    "ordered": {"en": "Ordered", "es": "Pedido el"},
    "due": {"en": "Expected", "es": "Previsto"},
    "deliver_to": {"en": "Delivered to", "es": "Se entrega en"},
    "paid_by": {"en": "Paid by", "es": "Pagado con"},
    "act_questions": {
        "en": "Is anything not as you expected? Answer this mail.",
        "es": "¿Hay algo que no esperaba? Responda a este correo.",
    },
    "booking_file": {
        "en": "The invitation that comes with this mail puts it into your calendar.",
        "es": "La invitación adjunta lo añade a su calendario.",
    },
    "visit_subject": {"en": "Our technician comes: {window}", "es": "Visita de nuestro técnico: {window}"},
    "visit_title": {"en": "Our technician comes to you", "es": "Nuestro técnico le visita"},
    "visit_lead": {
        "en": "The visit is booked. Please be there in this time.",
        "es": "La visita está reservada. Por favor, esté presente en este horario.",
    },
    "visit_summary": {"en": "Technician of {client}", "es": "Técnico de {client}"},
    "visit_off_subject": {"en": "Cancelled: technician, {window}", "es": "Cancelada: visita del técnico, {window}"},
    "visit_off_title": {"en": "The technician does not come", "es": "El técnico no irá"},
    "visit_off_lead": {
        "en": "This visit is cancelled. You need not be there.",
        "es": "Esta visita está cancelada. No hace falta que esté presente.",
    },
    "meeting_subject": {"en": "Our meeting: {window}", "es": "Nuestra reunión: {window}"},
    "meeting_title": {"en": "We meet", "es": "Nos reunimos"},
    "meeting_lead": {"en": "As agreed, we meet at this time.", "es": "Según lo acordado, nos reunimos a esta hora."},
    "meeting_summary": {"en": "Meeting with {client}", "es": "Reunión con {client}"},
    "meeting_off_subject": {"en": "Cancelled: our meeting, {window}", "es": "Cancelada: nuestra reunión, {window}"},
    "meeting_off_title": {"en": "The meeting is cancelled", "es": "La reunión está cancelada"},
    "meeting_off_lead": {
        "en": "We do not meet at this time any more.",
        "es": "Ya no nos reunimos a esta hora.",
    },
    "refund_to": {"en": "Paid back to", "es": "Se devuelve a"},
    "refund_yes_subject": {"en": "Your refund for {order} is approved", "es": "Su reembolso de {order} está aprobado"},
    "refund_yes_title": {"en": "Your refund is approved", "es": "Su reembolso está aprobado"},
    "refund_yes_lead": {
        "en": "We pay this amount back to you the way you paid.",
        "es": "Le devolvemos este importe por el medio con el que pagó.",
    },
    "refund_no_subject": {"en": "Your refund request for {order}", "es": "Su solicitud de reembolso de {order}"},
    "refund_no_title": {"en": "We cannot refund this", "es": "No podemos reembolsarlo"},
    "refund_no_lead": {
        "en": "We have looked at your request closely, and cannot pay this amount back.",
        "es": "Hemos revisado su solicitud con atención y no podemos devolver este importe.",
    },
    "order_subject": {"en": "Your order {order} with {client}", "es": "Su pedido {order} en {client}"},
    "order_title": {"en": "Your order", "es": "Su pedido"},
    "order_lead": {
        "en": "Here is the confirmation of your order once more.",
        "es": "Aquí tiene de nuevo la confirmación de su pedido.",
    },
    "review_due_subject": {"en": "Review due: {flow}", "es": "Revisión pendiente: {flow}"},
    "review_due_title": {"en": "A call flow is to be reviewed", "es": "Hay que revisar un guion"},
    "review_due_lead": {
        "en": "You answer for this call flow. Look at what its chart shows, then sign “keep” or “change”.",
        "es": "Usted responde de este guion. Mire lo que muestra su gráfico y firme «mantener» o «cambiar».",
    },
    "call_flow": {"en": "Call flow", "es": "Guion"},
    "review_due_on": {"en": "Due on", "es": "Fecha"},
    "review_button": {"en": "Review it", "es": "Revisarlo"},
    "wrote": {"en": "On {when}, {who} wrote:", "es": "El {when}, {who} escribió:"},
}


def say(key: str, language: str, **values: object) -> str:
    """The words of that key with {placeholders} filled in. An unknown key is a mistake of ours: KeyError."""
    entry = WORDS[key]
    found = entry.get(language[:2]) or entry["en"]
    return found.format(**values) if values else found
