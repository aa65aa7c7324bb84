"""Who a customer is, hidden in what was said: for a client whose policy hides its customers from its own people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from clients.models import Order
from interactions.models import Callback, Case, Envelope, Interaction, Message, MessageDirection

MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
# Seven digits or more, however they are grouped; a reference such as AC-204418 is none.
PHONE = re.compile(r"(?<![\w-])\+?\(?\d(?:[\s().\/-]{0,2}\d){6,14}(?!\w)")
LEAST = 2


class Mask:
    """Hides the customer of a contact, promise or case: names, numbers, addresses, what looks like a number or mail.

    It hides rather too much than too little: a word that is also somebody's name goes, too.
    """

    def __init__(self, contact: Interaction | Callback | Case) -> None:
        customer, envelope = contact.customer, getattr(contact, "envelope", None)
        names = {customer.name if customer else "", envelope.from_name if envelope else ""}
        if isinstance(contact, Callback):
            names.add(contact.name)
        if isinstance(contact, Case):
            names |= set(Envelope.objects.filter(interaction__case=contact).values_list("from_name", flat=True))
        words = {word for name in names for word in (name, *re.findall(r"\w+", name))}
        places: set[str] = set()
        if customer:
            places = {customer.city, customer.postal_code, customer.account_number}
            for where in Order.objects.filter(customer=customer).values_list("deliver_to", flat=True):
                places |= {where, *where.split(",")}
        self.names, self.places = _any_of(words), _any_of(places)

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = MAIL.sub(_("[address]"), text)
        text = PHONE.sub(_("[number]"), text)
        if self.places:
            text = self.places.sub(_("[address]"), text)
        return self.names.sub(_("[name]"), text) if self.names else text

    def message(self, message: Message) -> Message:
        """The same message, in memory alone, as it may be shown: no layout, no headers of its own."""
        if message.direction == MessageDirection.IN:
            message.author_name = _("Customer")
        message.subject, message.text = self(message.subject), self(message.text)
        message.full_text, message.html = self(message.full_text), ""
        message.from_address = self(message.from_address)
        message.to_addresses = [self(str(address)) for address in message.to_addresses]
        return message


def _any_of(words: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for all of them, the longest first, as whole words in any case; None when there are none."""
    known = sorted({word.strip() for word in words if len(word.strip()) >= LEAST}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE) if known else None
