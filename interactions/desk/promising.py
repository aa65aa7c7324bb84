"""What may be promised to a customer: windows in the line's open hours, and where to reach him."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bpo.kernel import clock
from bpo.kernel.errors import InvalidValue, TimePassed
from clients import opening
from clients.models import Queue, VerificationFailure
from clients.opening import Window
from interactions import letters, verifying
from interactions.models import Interaction, Run

FOLLOW_UP_HOURS = (9, 13, 16)
MOST_AHEAD = timedelta(days=366)


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
    customer, failure = interaction.customer, verifying.failure_of(interaction)
    if failure == VerificationFailure.END:
        return []
    if failure == VerificationFailure.CALL_BACK:
        return [phone.number for phone in verifying.on_file(customer, "phones", interaction)] if customer else []
    numbers = [phone.number for phone in customer.phones.all()] if customer else []
    envelope = getattr(interaction, "envelope", None)
    if envelope is not None and envelope.from_phone and envelope.from_phone not in numbers:
        numbers.append(envelope.from_phone)
    return numbers


def _shown(number: str, run: Run | None) -> str:
    """A number as the form shows it: by its end alone while it is asked in the check."""
    return _("ending in %(end)s") % {"end": number[-2:]} if "phone" in verifying.hidden_facts(run) else number


def follow_up_at(interaction: Interaction, day: str, hour: str) -> datetime:
    """When we come back to it: a day and an hour of the customer's clock; InvalidValue or TimePassed refuse."""
    try:
        starts = datetime.combine(date.fromisoformat(day), time(int(hour)), ZoneInfo(zone_of(interaction)))
    except ValueError as error:
        raise InvalidValue(f"{day!r} {hour!r}", sentence=_("Choose a day and an hour.")) from error
    if starts <= clock.now():
        raise TimePassed(f"{starts}")
    if starts > clock.now() + MOST_AHEAD:
        raise InvalidValue(f"{starts}", sentence=_("This is more than a year ahead."))
    return starts


def choices(interaction: Interaction) -> dict[str, Any]:
    """The context of the fields that ask for a window."""
    zone = zone_of(interaction)
    run = Run.objects.select_related("version").filter(interaction=interaction).first()
    return {
        "windows": windows_of(interaction),
        "numbers": [(number, _shown(number, run)) for number in numbers_of(interaction)],
        "tomorrow": clock.now().astimezone(ZoneInfo(zone)).date() + timedelta(days=1),
        "follow_up_hours": [(str(hour), time(hour)) for hour in FOLLOW_UP_HOURS],
        "zone": zone.rpartition("/")[2].replace("_", " "),
    }
