"""Each kind of work in somebody's hands, for the pages that show it: a chat, a mail, a call and a wrap-up."""

from __future__ import annotations

from uuid import uuid4

from agents import presence
from agents.models import Agent
from clients.models import Client, Customer
from interactions import handling, messages, offers, runs
from interactions.models import EndedBy, Leg
from tests import factories as make

NAMES = ("Chet Chatham", "Mae Maillard", "Vera Voyle", "Wes Wrapley")
SAID = "Hello, my order should have come last Friday. Can you tell me where it is?"


def work_in_hand(of: Client, who: Customer) -> None:
    """This customer's contacts, each with somebody of a team of her own, so that nobody else is offered it."""
    for name, channel in zip(NAMES, ("chat", "email", "voice", "chat"), strict=True):
        leg = _begun(of, name, channel, who)
    handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT)


def _begun(of: Client, name: str, channel: str, who: Customer) -> Leg:
    team = make.team(f"Team of {name}")
    holder = make.agent(name, licensed=of, in_team=team)
    presence.connected(holder, uuid4(), "pages")
    presence.go_available(holder, by=holder)
    line = make.queue(of, f"Line of {name}", channels=[channel], teams=[team], wrap_up_seconds=300)
    contact = make.waiting(line, channel, who=who, opening=SAID)
    leg = offers.accept(make.offer(Agent.objects.get(pk=holder.pk), contact), by=holder)
    if channel != "voice":
        words = messages.Words(text=SAID, author=who.name)
        messages.write_in(leg.interaction, words, at=leg.interaction.arrived_at)
    runs.begin(leg.interaction, holder)
    return leg
