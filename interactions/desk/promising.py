"""What may be promised to a customer: windows in the line's open hours, and where to reach him."""

from __future__ import annotations

from typing import Any

from bpo.kernel import clock
from clients import opening
from clients.models import Queue
from clients.opening import Window
from interactions import letters, verifying
from interactions.models import Interaction


def zone_of(interaction: Interaction) -> str:
    """The zone of the list that called, else the customer's, else the client's."""
    return opening.known_zone(letters.zone_of(interaction), interaction.client)


def windows_of(interaction: Interaction) -> list[Window]:
    """What may be promised to this customer: windows in the line's open hours."""
    queue = queue_of(interaction)
    if queue is None:
        return []
    return opening.callback_windows(opening.calls_at(interaction.entry_point, queue), clock.now(), zone_of(interaction))


def queue_of(interaction: Interaction) -> Queue | None:
    """The line that would call back."""
    return interaction.queue or Queue.objects.filter(client_id=interaction.client_id, state="open").first()


def numbers_of(interaction: Interaction) -> list[str]:
    """Where the customer can be called: his own numbers, and the one he called from unless he failed a check."""
    numbers = [phone.number for phone in interaction.customer.phones.all()] if interaction.customer else []
    envelope = getattr(interaction, "envelope", None)
    known = envelope is None or not envelope.from_phone or envelope.from_phone in numbers
    if not known and not verifying.only_on_file(interaction):
        numbers.append(envelope.from_phone)  # type: ignore[union-attr]
    return numbers


def choices(interaction: Interaction) -> dict[str, Any]:
    """The context of the fields that ask for a window."""
    zone = zone_of(interaction)
    return {
        "windows": windows_of(interaction),
        "numbers": numbers_of(interaction),
        "zone": zone.rpartition("/")[2].replace("_", " "),
    }
