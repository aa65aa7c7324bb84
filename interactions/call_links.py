"""A web call by link to somebody on a call list: the link is made, his page comes by it, and it is her contact's call.

The page becomes the customer's side of the contact that the agent has in hand: the same contact, the same leg. Who
hears whom, hold, transfer, recording and the end are those of every web call (docs/voice.md).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from agents.models import Agent
from bpo.kernel import clock, links
from bpo.kernel.asking import operation
from bpo.kernel.errors import DomainError
from bpo.kernel.references import ALPHABET
from clients.models import Client, EntryKind, EntryPoint
from interactions import chats, handling, intake, journal, media, notices, prospect_calls, states
from interactions.models import (
    CallLink,
    Carrier,
    ChatSession,
    Interaction,
    Kind,
    Leg,
    LegRole,
    LegState,
    NoticeKind,
    Prospect,
    ProspectState,
    State,
)

GOOD_FOR = timedelta(minutes=30)
LETTERS = 8
TALKING = (State.ACTIVE, State.HELD)


class NoLink(DomainError):
    """No link can be made for this contact; the sentence says why."""

    code = "no_call_link"


class LinkOver(DomainError):
    """The call that the link led to is over, nobody is at it any more, or its time has passed."""

    code = "link_over"
    status = 410


class LinkTaken(DomainError):
    """Another page came by the link, and is open."""

    code = "link_taken"


class LinkHeld(DomainError):
    """The agent keeps whom she talks with by telephone on hold: nobody would hear him."""

    code = "link_held"


@dataclass(frozen=True, slots=True)
class Offered:
    """What her desk shows: to which address a link can be mailed, and the good one there is, as it is read out."""

    mail_to: str
    link: CallLink | None

    @property
    def to_read(self) -> str:
        """The short address."""
        return (
            urljoin(f"{settings.SITE_URL}/", reverse("customer-call-said", args=[self.link.code])) if self.link else ""
        )


def door_of(client: Client) -> EntryPoint | None:
    """By whose pages he calls; None where the client takes no calls from a page."""
    rows = EntryPoint.objects.filter(client=client, kind=EntryKind.WEB_CALL, published=True, queue__isnull=False)
    return rows.order_by("pk").first()


def offered(prospect: Prospect, interaction: Interaction, at: datetime) -> Offered | None:
    """How it stands with a link while the person is being called; None where there is none to be made."""
    if prospect.state != ProspectState.CALLING or interaction.carrier or door_of(prospect.client) is None:
        return None
    link = CallLink.objects.filter(interaction=interaction, good_until__gt=at).first()
    return Offered(prospect.address, link)


@operation
def make(leg: Leg, *, by: Agent, mail: bool = False, at: datetime | None = None) -> CallLink:
    """A link to the call that she is at, to be read out, or sent to the person's address; the moment of a try.

    Asked again it is the same link, and the same mail, until its time is over. NoLink where none can be; NotCallable
    where the number, or the clock at home, forbids the call.
    """
    leg = handling.held_leg(leg, by=by)
    at = at or clock.now()
    contact = leg.interaction
    prospect = prospect_calls.of_contact(contact.pk)
    if prospect is None or prospect.state != ProspectState.CALLING or not leg.client.is_live:
        raise NoLink(sentence=_("A link is made while somebody of a list is being called."))
    if door_of(leg.client) is None:
        raise NoLink(sentence=_("This company takes no calls from a page."))
    if contact.carrier:
        raise NoLink(sentence=_("The person is at the page of the call already."))
    if mail and not prospect.address:
        raise NoLink(sentence=_("No mail address of this person is known."))
    prospect_calls.require_dialling(contact.pk, at)
    link, fresh = _link(contact, at)
    if mail and not link.mailed_to:
        sent = notices.write(NoticeKind.CALL_LINK, interaction=contact, address=prospect.address, turn=link.turn, at=at)
        if sent is None:
            raise NoLink(sentence=_("Mail to %s does not reach this person.") % prospect.address)
        link.mailed_to = prospect.address
        link.save(update_fields=["mailed_to"])
        fresh = True
    if fresh:
        how = "link by mail" if mail else "link"
        journal.record(leg, Kind.DIALLED, by=by, at=at, leg=str(leg.public_id), how=how)
    return link


def _link(contact: Interaction, at: datetime) -> tuple[CallLink, bool]:
    """The link of the contact, and whether it is new, or good anew. The caller holds the seats."""
    link = CallLink.objects.filter(interaction=contact).first()
    if link is None:
        code = "".join(secrets.choice(ALPHABET) for _letter in range(LETTERS))
        made = CallLink.objects.create(interaction=contact, code=code, made_at=at, good_until=at + GOOD_FOR)
        return made, True
    if link.good_until > at:
        return link, False
    link.turn, link.good_until, link.mailed_to = link.turn + 1, at + GOOD_FOR, ""
    link.save(update_fields=["turn", "good_until", "mailed_to"])
    return link, True


def token_of(link: CallLink) -> str:
    """What his page sends along; good for this purpose alone."""
    return links.sign("call link", link.code)


def by_token(token: str) -> CallLink:
    """The link of a signed token; LinkInvalid for what is none of ours."""
    return by_code(str(links.unsign("call link", token, max_age=links.DAY)))


def by_code(code: str) -> CallLink:
    """The link that was said aloud, however it was typed; LinkInvalid for one that never was."""
    rows = CallLink.objects.select_related("interaction__client__brand", "interaction__client__policy", "window")
    found = rows.filter(code="".join(filter(str.isalnum, code.upper()))).first()
    if found is None:
        raise links.LinkInvalid("no such link to a call")
    return found


def holder_of(link: CallLink, at: datetime) -> Leg:
    """Who is at the call now, the agent who made the link or who took the call over; LinkOver when nobody is."""
    contact = link.interaction
    leg = Leg.objects.select_related("agent__user", "interaction", "client").filter(
        interaction=contact, role=LegRole.PRIMARY, state=LegState.HANDLING
    )
    found = leg.first()
    if link.good_until <= at or found is None or found.interaction.state not in TALKING:
        raise LinkOver
    return found


def is_in(link: CallLink) -> bool:
    """Whether a page that came by it belongs to the contact still: loaded again it goes on, whoever has the contact."""
    window, contact = link.window, link.interaction
    return (
        window is not None
        and window.interaction_id == contact.pk
        and contact.state in (State.QUEUED, State.OFFERED, *TALKING)
    )


@transaction.atomic
def join(token: str, *, key: str, language: str, zone: str = "", at: datetime | None = None) -> str:
    """His page comes to the call by the link; returns the token of the page. The same page's key comes once.

    From then on it is a web call: both must hear each other within the time, else the contact goes on without the page.
    LinkTaken while another page that came by it is open; once that is closed the next one takes its place.
    """
    at = at or clock.now()
    link = by_token(token)
    states.take_seats_on(link.interaction_id)
    link = (
        CallLink.objects.select_for_update(of=("self",)).select_related("interaction__client", "window").get(pk=link.pk)
    )
    window = link.window
    if window is not None and link.page == key and window.interaction_id == link.interaction_id:
        return chats.token_of(window)
    leg = holder_of(link, at)
    contact = leg.interaction
    if not leg.client.is_live:
        raise intake.ClientAway
    if contact.state == State.HELD and not contact.carrier:
        raise LinkHeld
    if window is not None and window.interaction_id is not None and window.gone_since is None:
        raise LinkTaken
    if window is not None:  # a page that wakes again finds that its call is over
        ChatSession.objects.filter(pk=window.pk).update(interaction=None)
    window = _window(link, language=language, zone=zone, at=at)
    link.window, link.page = window, key
    link.save(update_fields=["window", "page"])
    if not contact.carrier:
        Interaction.objects.filter(pk=contact.pk).update(carrier=Carrier.WEB, version=states.NEXT_VERSION)
        media.page_came(leg, at=at)
    journal.record(leg, Kind.LINK_OPENED, by_name="customer", at=at, leg=str(leg.public_id), how="web call")
    return chats.token_of(window)


def _window(link: CallLink, *, language: str, zone: str, at: datetime) -> ChatSession:
    door = door_of(link.interaction.client)
    if door is None:
        raise LinkOver
    return ChatSession.objects.create(
        client_id=door.client_id, entry_point=door, interaction=link.interaction, language=language, zone=zone,
        created_at=at, seen_at=at,
    )  # fmt: skip
