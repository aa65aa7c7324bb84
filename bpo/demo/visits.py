"""Notices who is played by a visitor: whoever signs in, unless the simulator does, which says so by a signed header."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from bpo.demo.models import Visit
from bpo.kernel import clock, links

HEADER = "X-Demo-Simulator"
PURPOSE = "simulator"
LASTS = 7 * links.DAY


def pass_of_simulator() -> str:
    """What the simulator's requests carry."""
    return links.sign(PURPOSE, "plays")


def is_simulator(request: HttpRequest | None) -> bool:
    """Whether our own simulator sent this."""
    given = request.headers.get(HEADER, "") if request is not None else ""
    if not (settings.DEMO and given):
        return False
    try:
        return links.unsign(PURPOSE, given, max_age=LASTS) == "plays"
    except links.LinkInvalid:
        return False


@receiver(user_logged_in)
def came(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """A visitor takes a person's place."""
    if settings.DEMO and not is_simulator(request):
        Visit.objects.update_or_create(user=user, defaults={"since": clock.now()})


@receiver(user_logged_out)
def left(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """The place is free again."""
    if settings.DEMO and user is not None and not is_simulator(request):
        Visit.objects.filter(user=user).delete()
