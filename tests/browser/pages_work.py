"""Each kind of work in somebody's hands, for the pages that show it: a chat, a mail, a call and a wrap-up.

Beside it one of everything else that a page is about: a draft, a person of a list, a refund, a replay.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from agents import presence
from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel import clock
from clients import drafting, reviews
from clients.models import Client, Customer, Role
from interactions import callbacks, cases, handling, messages, offers, prospects, runs
from interactions.models import Action, CallbackOrigin, EndedBy, Leg, Refund, Run
from interactions.replay import asking
from tests import factories as make

NAMES = ("Chet Chatham", "Mae Maillard", "Vera Voyle", "Wes Wrapley")
SAID = "Hello, my order should have come last Friday. Can you tell me where it is?"


def work_in_hand(of: Client, who: Customer) -> None:
    """This customer's contacts, each with somebody of a team of her own, so that nobody else is offered it."""
    for name, channel in zip(NAMES, ("chat", "email", "voice", "chat"), strict=True):
        leg = _begun(of, name, channel, who)
    handling.end_work(leg, by=leg.agent, ended_by=EndedBy.AGENT)


def _begun(of: Client, name: str, channel: str, who: Customer) -> Leg:
    team = make.team()
    holder = make.agent(name, licensed=of, in_team=team)
    presence.connected(holder, uuid4(), "pages")
    presence.go_available(holder, by=holder)
    line = make.queue(of, channels=[channel], teams=[team], wrap_up_seconds=300)
    contact = make.waiting(line, channel, who=who, opening=SAID)
    leg = offers.accept(make.offer(Agent.objects.get(pk=holder.pk), contact), by=holder)
    if channel != "voice":
        words = messages.Words(text=SAID, author=who.name)
        messages.write_in(leg.interaction, words, at=leg.interaction.arrived_at)
    runs.begin(leg.interaction, holder)
    cases.add_note(cases.of_leg(leg), by=holder, text="The depot is asked.")
    return leg


def everything_in_hand(of: Client) -> None:
    """What the pages of the list are about, for a client of whom nothing has happened yet."""
    who = of.customers.filter(orders__isnull=False, merged_into=None).order_by("pk")[0]
    work_in_hand(of, who)
    boss = User.objects.filter(memberships__client=of, memberships__role=Role.SUPERVISOR).order_by("pk")[0]
    now = clock.now()
    script = of.scripts.filter(kind="inbound", versions__state="published").order_by("-pk")[0]
    inside = reviews.in_force(script)[0]
    drafting.begin(script, inside.language, inside.channel, inside.graph, boss)
    _asks_for_money(of, who)
    _is_called(of)
    _is_called_back(of, who)
    asking.ask(now - timedelta(hours=1), now, {}, by=boss)


def _asks_for_money(of: Client, who: Customer) -> None:
    """A refund that waits for a supervisor, asked for in the call that runs."""
    leg = Leg.objects.filter(client=of, state="handling", interaction__channel="voice").latest("pk")
    run = Run.objects.get(interaction=leg.interaction)
    order = who.orders.order_by("pk")[0]
    asked = Action.objects.create(
        client=of, run=run, version=run.version, step="refund", name="request_refund", label="Ask for the refund",
        order=order, agent=leg.agent, done_at=clock.now(),
    )  # fmt: skip
    Refund.objects.create(
        client=of, action=asked, order=order, customer=who, case=leg.interaction.case, amount=Decimal("12.50"),
        currency=order.currency, reason="It never came", needs_approval=True, asked_by=leg.agent.user,
        asked_at=clock.now(),
    )  # fmt: skip


def _is_called(of: Client) -> None:
    """A list with one person in somebody's hands, and one who waits."""
    team = make.team()
    caller = make.agent("Lou Lister", licensed=of, in_team=team, available=True)
    line = make.queue(of, channels=["voice"], teams=[team])
    people = make.call_list(line, f"Renewals of {line.name}")
    make.prospect(people, "Paula Prospect")
    prospects.take_next(people, by=caller)
    make.prospect(people, "Peter Prospect")


def _is_called_back(of: Client, who: Customer) -> None:
    """A promise that is due tomorrow."""
    line = of.queues.filter(channels__contains=["voice"], state="open").order_by("pk")[0]
    tomorrow = clock.now() + timedelta(days=1)
    callbacks.promise(
        of, customer=who, queue=line, origin=CallbackOrigin.FORM, number="+16145550177", due_from=tomorrow,
        due_until=tomorrow + timedelta(hours=2), words="Please call me about my order.",
    )  # fmt: skip
