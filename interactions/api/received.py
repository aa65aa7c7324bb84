"""What a machine hears that brought a contact in: what became of it, in words that its customer may read."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from clients import customers, texts
from clients.models import TextKind
from clients.opening import known_zone
from clients.times import moment_words
from interactions.api.serializers import InteractionSerializer
from interactions.intake import Received

CALLBACK = "callback"
SENT_AWAY = (TextKind.QUEUE_FULL, TextKind.UNSTAFFED, TextKind.AFTER_HOURS)


class ReceivedSerializer(serializers.Serializer[Any]):
    """What became of it. A door that refused says so in `text`, and in `alternative` what the customer can do."""

    interaction = InteractionSerializer(help_text="Refused, it is closed: `refused_full`, `refused_unstaffed`, …")
    callback = serializers.CharField(allow_null=True, help_text="Reference of the callback promised from it.")
    text = serializers.CharField(
        allow_blank=True,
        help_text="For the customer, in the contact's language and the company's own words: why the door refused, or "
        "when we call. Empty for one that was let in.",
    )
    alternative = serializers.ChoiceField(
        choices=[(CALLBACK, "Bring the customer again, under another id, with `wants_callback` and a number.")],
        allow_null=True,
        help_text="What the customer can have instead; null where nothing is on offer or nothing was refused.",
    )
    repeated = serializers.BooleanField()


def told(result: Received) -> dict[str, Any]:
    """The answer to whoever brought it in."""
    promised, contact = result.callback, result.interaction
    text, alternative = "", None
    if promised is not None:
        due = moment_words(promised.due_until, known_zone(promised.zone, contact.client), contact.language)
        about = {"due": due, "reference": promised.reference}
        text = texts.text(contact.client, TextKind.CALLBACK_PROMISED, contact.language, **about)
    elif result.text_kind is not None:
        text = texts.text(contact.client, result.text_kind, contact.language)
        if result.text_kind in SENT_AWAY and customers.takes_calls(contact.client):
            alternative = CALLBACK
    return {
        "interaction": contact,
        "callback": promised.reference if promised else None,
        "text": text,
        "alternative": alternative,
        "repeated": result.repeated,
    }
