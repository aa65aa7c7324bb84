"""The card of an open offer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent
from bpo.kernel.composed import composed, first
from clients.models import Brand
from interactions import media, playback, waits
from interactions.desk import afterwards
from interactions.desk.items import ICONS, LEG, lines_of, name_of, subject_of
from interactions.models import Interaction, Kind, Leg, LegRole, LegState

DECLINE_REASONS = (
    gettext_lazy("I have to finish something first"),
    gettext_lazy("Technical trouble"),
    gettext_lazy("I know the customer"),
    gettext_lazy("Not my field"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """What the agent sees before she accepts."""

    leg: Leg
    brand: Brand
    icon: str
    lead: str
    opening: str
    given: str
    came_back: str
    spoken: int | None
    """How many seconds her customer has spoken to nobody; she hears it once she has accepted."""
    who: str
    contacts: int
    waited_since: datetime
    web_call: bool
    """Whether her desk needs a microphone for it."""
    reasons: tuple[Promise, ...]


@composed
def _offers(agent: Any) -> QuerySet[Leg]:
    return (
        lines_of(
            Leg.objects.filter(agent=agent, state=LegState.OFFERED).select_related("interaction__queue"),
            *LEG,
            "expires_at",
            "made_by",
            "why",
            "client__brand__logo",
            "client__brand__updated_at",
            *(
                f"interaction__{name}"
                for name in (
                    "queue",
                    "queue__name",
                    "origin",
                    "carrier",
                    "language",
                    "customer",
                )
            ),
            way="interaction__",
        )
        .annotate(waits_since=waits.OF_ITS_CONTACT)
        .order_by("offered_at")[:1]
    )


def open_offer(agent: Agent) -> Card | None:
    """The agent's open offer: a colleague's request for help counts too."""
    leg = first(_offers(agent.pk))
    if leg is None:
        return None
    interaction = leg.interaction
    contacts = 0
    if interaction.customer is not None:
        contacts = Interaction.objects.filter(customer=interaction.customer).exclude(pk=interaction.pk).count()
    envelope = getattr(interaction, "envelope", None)
    return Card(
        leg=leg,
        brand=leg.client.brand,
        icon="callback" if _calls_back(leg) else ICONS[leg.channel],  # type: ignore[index]
        lead=_lead(leg),
        opening=envelope.opening if envelope is not None and leg.channel != "email" else "",
        given=_given(leg),
        came_back=afterwards.came_back(leg) if leg.role == "primary" else "",
        spoken=playback.spoken_seconds(interaction.case_id) if _calls_back(leg) else None,
        who=name_of(interaction),
        contacts=contacts + 1,
        # Who is asked for help is waited for by the colleague, not by the customer.
        waited_since=leg.offered_at if leg.role == "consult" else leg.waits_since,  # type: ignore[attr-defined]
        web_call=media.is_awaited(interaction),
        reasons=DECLINE_REASONS,
    )


def gone(leg: Leg) -> str:
    """Why a card is gone that nobody answered; nothing of one that is still there, or that ended at her own desk."""
    if leg.state != LegState.RESCINDED:
        return ""
    entry = leg.journal.filter(kind=Kind.RESCINDED).order_by("-pk").first()
    why, who = (entry.facts.get("why"), {"who": entry.actor_name}) if entry else (None, {})
    if leg.role == LegRole.CONSULT and why == "contact ended":
        return _("The offer is gone: %(who)s does not need you any more.") % {"who": leg.made_by}
    match why:
        case "assigned to a colleague":
            return _("The offer is gone: %(who)s gave it to a colleague.") % who
        case "taken back":
            return _("The offer is gone: %(who)s took it back.") % who
        case "customer left":
            return _("The offer is gone: the customer has left.")
    return _("The offer is gone: it went back to its line.")


def _given(leg: Leg) -> str:
    """Who gave it to her by name, and what was said with it."""
    why, said = leg.why or {}, {"who": leg.made_by, "note": (leg.why or {}).get("note", "")}
    if "assigned_by" in why:
        return _("Given to you by %(who)s: %(note)s") % said
    if "transferred_by" in why:
        words = _("Handed to you by %(who)s: %(note)s") if said["note"] else _("Handed to you by %(who)s.")
        return words % said
    return _("%(who)s: %(note)s") % said if said["note"] else ""


def _calls_back(leg: Leg) -> bool:
    """Whether it is a promised call; a promised mail is a mail."""
    return leg.interaction.origin == "callback" and leg.channel == "voice"


def _lead(leg: Leg) -> str:
    interaction = leg.interaction
    if leg.role == "consult":
        return _("%(name)s asks for your help") % {"name": leg.made_by}
    language = {"es": _("Spanish")}.get(interaction.language, "")
    about = interaction.reason.name if interaction.reason else subject_of(interaction) if leg.channel == "email" else ""
    line = interaction.queue.name if interaction.queue else ""
    return ", ".join(part for part in (language, about or line) if part)
