"""What the parts of a call flow are called by people, in the order in which they are offered."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

FIELD_TYPES: Words = {
    "text": _("Text"),
    "choice": _("Choice from a list"),
    "number": _("Number"),
    "date": _("Date"),
    "email": _("Email address"),
    "phone": _("Phone number"),
    "order": _("One of the customer's orders"),
    "bill": _("One of the customer's bills"),
    "card": _("Payment card (only the last digits are kept)"),
}
FACTS: Words = {
    "name": _("Full name"),
    "postal_code": _("ZIP or postal code"),
    "birth_date": _("Date of birth"),
    "account_number": _("Account number"),
    "phone": _("Phone number"),
    "email": _("Email address"),
    "order": _("Order number"),
    "bill": _("Bill number"),
}
SETS: Words = {
    "answer": _("only the answer"),
    "reason": _("the reason of the contact"),
    "product": _("the product it is about"),
}
DECIDES_ON: Words = {
    "verified": _("whether the customer is verified"),
    "reason": _("the reason"),
    "reason_kind": _("the kind of reason"),
    "product": _("the product"),
    "product_type": _("the type of product"),
    "channel": _("the channel"),
    "direction": _("who called whom"),
    "language": _("the language"),
    "order_state": _("the state of the order"),
    "order_late": _("whether the order is late"),
}
YES_NO: Words = {"yes": _("yes"), "no": _("no")}
# What the agent does at an act; `clients.script_acts` says what she fills in.
ACTS: Words = {
    "create_order_issue": _("Open an issue on the order"),
    "resend_confirmation": _("Send the confirmation of the order again"),
    "change_address": _("Change where the order goes"),
    "request_refund": _("Ask for a refund"),
    "open_case": _("Open a case"),
    "book_visit": _("Book a technician's visit"),
    "book_meeting": _("Book a meeting"),
    "create_task": _("Give the company's people a task"),
    "promise_callback": _("Promise a callback"),
    "send_notice": _("Send the customer a mail"),
    "set_pending": _("Wait and come back to it"),
    "transfer": _("Hand over to another line"),
    "do_not_call": _("Write the number down as never to be called"),
}
# Those that leave words for colleagues.
ACTS_WITH_NOTE = frozenset({"create_order_issue", "promise_callback", "transfer", "open_case", "do_not_call"})
PLACEHOLDERS: Words = {
    "client": _("the company's name"),
    "agent": _("the agent's public name"),
    "customer": _("the customer's name"),
    "first_name": _("the customer's first name"),
    "product": _("the product"),
    "reason": _("the reason"),
    "reference": _("the reference of the case"),
    "phone_shown": _("the company's phone number"),
    "today": _("today's date"),
    "order": _("order: number"),
    "order_item": _("order: what was ordered"),
    "order_state": _("order: its state"),
    "order_total": _("order: total"),
    "due": _("order: due on"),
    "shipped": _("order: shipped on"),
    "deliver_to": _("order: where it goes"),
    "paid_by": _("order: paid by"),
    "bill": _("bill: number"),
    "bill_amount": _("bill: amount"),
    "bill_due": _("bill: due on"),
    "bill_lines": _("bill: what it is made of"),
    "account": _("account number"),
}
# Somebody who calls in no contact: the preview speaks to her, in the language of the flow.
SAMPLE = {
    "en": {
        "customer": "Ann Field", "first_name": "Ann", "product": "Slate 14 laptop", "reason": "Late delivery",
        "order": "TG-204417", "order_item": "Slate 14 laptop, 32 GB", "deliver_to": "118 Larch Street",
        "paid_by": "card ending 4471", "bill": "B-88120", "bill_lines": "Fibre 500 $44.90, Router $5.00",
        "account": "A-204417",
    },
    "es": {
        "customer": "Ana Campos", "first_name": "Ana", "product": "Portátil Slate 14", "reason": "Entrega con retraso",
        "order": "TG-204417", "order_item": "Portátil Slate 14, 32 GB", "deliver_to": "Calle de los Alerces 118",
        "paid_by": "tarjeta terminada en 4471", "bill": "B-88120", "bill_lines": "Fibra 500 $44.90, Rúter $5.00",
        "account": "A-204417",
    },
}  # fmt: skip
# What a part of a step is called where its change is told.
PARTS: Words = {
    "name": _("Name"),
    "kind": _("Kind"),
    "text": _("What the agent says"),
    "required": _("Must be answered"),
    "fields": _("Fields"),
    "facts": _("What is verified"),
    "sets": _("The answer sets"),
    "options": _("Answers"),
    "on": _("Decides on"),
    "cases": _("Cases"),
    "act": _("What is done"),
    "params": _("How it is done"),
    "next": _("Goes on to"),
    "failed": _("When it fails"),
    "otherwise": _("Everything else"),
}
