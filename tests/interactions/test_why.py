"""Routing explains itself: why a contact waits, who else was there at an offer, why an agent did not get it."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from agents import licences, presence, skills
from agents.models import Agent, AgentSkill, Licence, LicenceState, Presence, Seat
from bpo.kernel import clock
from clients.models import Channel, Client, Queue, QueueState, Strategy, WrapUpMode
from interactions import eligibility, handling, offers, supervision
from interactions.models import EndedBy, Interaction, Leg, LegState, State
from interactions.routing import offer_words, router, why
from tests import factories as make

pytestmark = pytest.mark.django_db
CODES = ("billing", "tech", "es")


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.set_to(clock.now()):
        yield


def people(dice: random.Random, acme: Client, line: Queue, n: int) -> list[Agent]:
    """Agents of all kinds: some fit, others lack a licence, a skill, a team, presence, room or the line."""
    found = []
    states = [*[LicenceState.CERTIFIED] * 5, LicenceState.TRAINING, LicenceState.SUSPENDED]
    for k in range(n):
        levels = {code: dice.randint(1, 5) for code in CODES if dice.random() < 0.85}
        her = make.agent(f"Agent {k}", skills=levels, available=dice.random() < 0.7)
        make.licence(her, acme, dice.choice(states), ramp_per_hour=dice.choice([None, None, None, 1, 2]))
        eligibility.recompile_agent(her.pk)
        if dice.random() < 0.1:
            skills.switch_off_queue(her, line, by=make.admin(), reason="coaching")
        if dice.random() < 0.15:
            Seat.objects.filter(pk=her.pk).update(**dice.choice([
                {"presence": Presence.BREAK, "reason": "Lunch"}, {"presence": Presence.NOT_RESPONDING},
                {"connected": False}, {"wish": "Lunch"},
            ]))  # fmt: skip
        found.append(her)
    return found


def work(dice: random.Random, line: Queue, agents: list[Agent]) -> None:
    """Some are given contacts; of these some are taken, some declined."""
    for her in agents:
        for _ in range(dice.randrange(3)):
            make.waiting(line, dice.choice(list(Channel)), priority=dice.randint(0, 3))
        router.agent_has_room(her.pk)
        leg = Leg.objects.filter(agent=her, state=LegState.OFFERED).first()
        if leg and dice.random() < 0.7:
            offers.accept(leg, by=her)
        elif leg and dice.random() < 0.7:
            offers.decline(leg, by=her, reason="no")
        clock.advance(3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_agent_of_the_client_is_told_by_the_rules_of_eligibility(seed: int) -> None:
    dice = random.Random(seed)
    acme = make.client("Acme")
    line = make.queue(acme, wants={"billing": 2}, cap_per_agent=dice.choice([None, 1]))
    agents = people(dice, acme, line, 25)
    make.agent("Una", licensed=make.client("Other"), available=True)
    work(dice, line, agents)
    contacts = list(Interaction.objects.filter(state=State.QUEUED).select_related("queue__client", "lane"))
    assert contacts
    for contact in contacts[:8]:
        told = why.waiting(contact)
        assert told.total == 25 == sum(len(group.rows) for group in told.groups)
        ok = set()
        for group in told.groups:
            for her, sentence in group.rows:
                verdict = eligibility.eligible(her, contact)
                assert verdict.group == group.key
                assert her.name in sentence and sentence == (verdict.sentence or f"{her} is free for it.")
                if verdict.ok:
                    ok.add(her.pk)
        # And the matcher: it offers exactly where somebody could take it, and to one of these. The others stand behind.
        Interaction.objects.exclude(pk=contact.pk).filter(state=State.QUEUED).update(band=-1)
        Interaction.objects.filter(pk=contact.pk).update(band=0)
        got = router.interaction_waits(contact.pk)
        assert got is bool(ok)
        if got:
            leg = Leg.objects.get(interaction=contact, state=LegState.OFFERED)
            assert leg.agent_id in ok
            offers.rescind(leg, why="only asked")


def test_it_asks_no_more_for_more_agents(django_assert_max_num_queries) -> None:
    dice = random.Random(5)
    acme = make.client("Acme")
    line = make.queue(acme, wants={"billing": 2})
    people(dice, acme, line, 4)
    contact = make.waiting(line)
    with django_assert_max_num_queries(15) as few:
        why.waiting(contact)
    people(dice, acme, line, 20)
    with django_assert_max_num_queries(max(len(few.captured_queries), 14)):
        assert why.waiting(contact).total == 24


def test_what_holds_it_whoever_is_free() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, "Orders", manual=True)
    bea = make.agent("Bea", licensed=acme, available=True)
    make.waiting(line, waited=60)
    contact = make.waiting(line, prefer_agent=bea, prefer_until=clock.now() + timedelta(seconds=20))
    Queue.objects.filter(pk=line.pk).update(state=QueueState.PAUSED)
    line.refresh_from_db()
    assert why.waiting(contact).holds == [
        "Orders is paused: nothing is offered before it is opened again.",
        "Agents pick from Orders themselves; nothing is offered.",
        "It is kept for Bea for 20 s more.",
        "1 stands before it in the line.",
    ]
    Seat.objects.filter(pk=bea.pk).update(presence=Presence.BREAK, reason="Lunch")
    told = why.waiting(contact)
    assert told.holds[2:] == ["1 stands before it in the line.", "Nobody who may take it is free."]
    assert [(group.title, group.rows[0][1]) for group in told.groups] == [("Away", "Bea is away: Lunch.")]


def test_why_not_her_now_says_first_what_holds_it_whoever_is_free() -> None:
    acme = make.client("Acme")
    orders = make.queue(acme, "Orders")
    bea, bob = (make.agent(name, licensed=acme, available=True) for name in ("Bea", "Bob"))
    contact = make.waiting(orders)
    assert why.now(bea, contact) == "Bea is free for it."
    Interaction.objects.filter(pk=contact.pk).update(prefer_agent=bob, prefer_until=clock.now() + timedelta(seconds=9))
    contact.refresh_from_db()
    assert why.now(bea, contact) == "It is kept for Bob for 9 s more. Bea is free for it."
    Seat.objects.filter(pk=bob.pk).update(presence=Presence.BREAK)
    Seat.objects.filter(pk=bea.pk).update(presence=Presence.BREAK, reason="Lunch")
    assert why.now(bea, contact) == "Bea is away: Lunch."
    Queue.objects.filter(pk=orders.pk).update(state=QueueState.PAUSED)
    contact.queue.refresh_from_db()
    paused = "Orders is paused: nothing is offered before it is opened again."
    assert why.now(bea, contact) == f"{paused} Bea is away: Lunch."
    manual = make.waiting(make.queue(acme, "Picks", manual=True))
    Seat.objects.filter(pk=bea.pk).update(presence=Presence.AVAILABLE)
    assert why.now(bea, manual) == "Agents pick from Picks themselves; nothing is offered. Bea is free for it."


# --- at an offer -----------------------------------------------------------------------------------------------------


def on_duty(her: Agent) -> Agent:
    """Signed in and ready, by the log too."""
    Seat.objects.filter(pk=her.pk).update(connected=True)
    presence.sign_in(her)
    clock.advance(1)
    presence.go_available(her)
    return her


def would_be_offered(contact: Interaction) -> bool:
    """Whether the matcher has somebody for it now; it is only asked."""
    with transaction.atomic():
        found = router.interaction_waits(contact.pk)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_counts_from_the_logs_equal_a_full_count_at_the_moment(seed: int) -> None:
    """Everybody is asked just before an offer; later, when all has changed, the logs say the same."""
    dice = random.Random(seed)
    acme = make.client("Acme")
    line = make.queue(acme, wants={"billing": 2}, decline_delay_seconds=40, wrap_up=WrapUpMode.NONE)
    Queue.objects.filter(pk=line.pk).update(cap_per_agent=dice.choice([None, 2]))
    line.refresh_from_db()
    agents = [make.agent(f"Agent {n}", licensed=acme, skills={"billing": dice.randint(1, 5)}) for n in range(10)]
    full: dict[int, dict[int, str]] = {}

    def step() -> None:
        her = dice.choice(agents)
        seat = Seat.objects.get(pk=her.pk)
        match dice.randrange(5):
            case 0 if seat.presence == Presence.SIGNED_OUT:
                on_duty(her)
            case 1 if seat.presence == Presence.AVAILABLE and not Leg.objects.filter(agent=her, ended_at=None).exists():
                presence.take_break(her, "Lunch")
            case 2 if seat.presence in (Presence.BREAK, Presence.NOT_RESPONDING):
                presence.go_available(her)
            case 3:
                for leg in Leg.objects.filter(agent=her, state=LegState.OFFERED):
                    answer = dice.random() if leg.expires_at > clock.now() else 1
                    if answer < 0.5:
                        offers.accept(leg, by=her)
                    elif answer < 0.8:
                        offers.decline(leg, by=her, reason="no")
                    else:
                        clock.advance(30)
                        offers.miss(leg)
            case 4:
                for leg in Leg.objects.filter(agent=her, state=LegState.HANDLING)[:1]:
                    handling.end_work(leg, by=her, ended_by=EndedBy.AGENT)
            case _:
                make.waiting(line, dice.choice(list(Channel)))

    for _ in range(12):
        on_duty(dice.choice(agents)) if dice.random() < 0.2 else step()
    for _ in range(60):
        clock.advance(dice.choice([1, 4, 15]))
        step()
        clock.advance(1)
        for contact in Interaction.objects.filter(state=State.QUEUED).order_by("-band", "order_key", "pk"):
            if would_be_offered(contact):
                counted = {key: v.group for key, v in eligibility.verdicts_on(agents, contact).items()}
                assert router.interaction_waits(contact.pk)
                full[Leg.objects.get(interaction=contact, state=LegState.OFFERED).pk] = counted
            clock.advance(0.5)
    assert len(full) > 5
    seen = set()
    for leg in Leg.objects.filter(pk__in=full).select_related("lane__queue__client", "client", "interaction", "agent"):
        told = {her.pk: group.key for group in why.others(leg) for her, _sentence in group.rows}
        assert told == {key: group for key, group in full[leg.pk].items() if key != leg.agent_id}
        seen |= set(told.values())
    assert {"signed_out", "offered"} <= seen and len(seen) >= 4, seen


def test_a_contact_that_came_twice_is_one_for_the_ramp() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, decline_delay_seconds=10, wrap_up=WrapUpMode.NONE)
    sue, bob, bea = make.supervisor(acme), make.agent("Bob", licensed=acme), make.agent("Bea")
    make.licence(bea, acme, ramp_per_hour=2)
    on_duty(bea)
    contact = make.waiting(line, Channel.VOICE)
    offers.accept(make.offer(bea, contact), by=bea)
    supervision.take_back(Interaction.objects.get(pk=contact.pk), by=sue, reason="wrong desk")
    clock.advance(20)
    leg = offers.accept(make.offer(bea, contact), by=bea)
    handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    on_duty(bob)
    second = make.waiting(line, Channel.VOICE)
    assert eligibility.eligible(bea, second).ok
    supervision.assign(second, bob, by=sue, reason="he knows her")
    given = Leg.objects.select_related("lane__queue__client", "client", "interaction").get(interaction=second)
    assert [(group.title, group.rows[0][0]) for group in why.others(given)] == [("Free as well", bea)]


def test_who_has_left_the_house_since_is_told_as_she_was() -> None:
    acme = make.client("Acme")
    line = make.queue(acme)
    una, old = on_duty(make.agent("Una", licensed=acme)), make.agent("Old", licensed=acme)
    presence.deactivate(old, make.admin())
    bea = make.agent("Bea", licensed=acme, available=True)
    Seat.objects.filter(pk=bea.pk).update(idle_since=clock.now() - timedelta(hours=1))
    clock.advance(1)
    leg = make.offer(bea, make.waiting(line))
    clock.advance(60)
    presence.deactivate(una, make.admin())
    leg = Leg.objects.select_related("lane__queue__client", "client", "interaction").get(pk=leg.pk)
    assert [(group.title, [her for her, _words in group.rows]) for group in why.others(leg)] == [
        ("Free as well", [una])
    ]


def test_a_mail_set_aside_was_not_in_hand() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, wrap_up=WrapUpMode.NONE)
    start = clock.now()
    bea = on_duty(make.agent("Bea", licensed=acme))
    offers.accept(make.offer(bea, make.waiting(line, Channel.EMAIL)), by=bea)
    clock.advance(5)
    call = offers.accept(make.offer(bea, make.waiting(line, Channel.VOICE)), by=bea)
    bob = on_duty(make.agent("Bob", licensed=acme))
    clock.advance(5)
    make.offer(bob, make.waiting(line, Channel.CHAT))
    clock.advance(5)
    handling.end_work(call, by=bea, ended_by=EndedBy.AGENT)
    clock.advance(5)
    told = [row.sentence for row in why.passed_over(bea, [acme], start, clock.now()).rows]
    assert told == ["Bea has no room for another contact of this kind: 1 call in hand."]


def test_an_offer_in_words() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, "Orders", strategy=Strategy.MOST_SKILLED, wants={"billing": 1})
    bea = make.agent("Bea", licensed=acme, skills={"billing": 2}, available=True)
    bob = make.agent("Bob", licensed=acme, skills={"billing": 5}, available=True)
    make.agent("Una", licensed=acme)
    contact = make.waiting(line)
    leg = make.offer(bob, contact)
    told = offer_words.offers([leg], [acme])[leg.pk]
    assert told.how == ("A rule made this offer: the most skilled of those who were free, then the longest idle.")
    assert [(each.agent, each.words, each.chosen) for each in told.best] == [
        (bob, "level 5", True), (bea, "level 2", False),
    ]  # fmt: skip
    assert told.best[0].since == Seat.objects.get(pk=bob.pk).idle_since
    assert told.never == (
        "2 agents serve it. 1 never does, for a skill, the team, or because the line is switched off."
    )
    assert told.rules == "Rules 1 of Orders."


def test_contacts_of_a_client_one_does_not_supervise_are_not_named() -> None:
    acme, other = make.client("Acme"), make.client("Other")
    bea = make.agent("Bea", licensed=[acme, other], available=True)
    theirs = make.waiting(make.queue(other), waited=5)
    ours = make.waiting(make.queue(acme), waited=10)
    router.agent_has_room(bea.pk)
    leg = Leg.objects.select_related("lane__queue", "agent").get(agent=bea)
    told = offer_words.offers([leg], [acme])[leg.pk]
    assert [(each.contact, each.words, each.chosen) for each in told.best] == [
        (ours, "priority 0", True), (None, "priority 0", False),
    ]  # fmt: skip
    assert told.how == "A rule made this offer: Bea became free, and it came first of what could be offered."
    assert offer_words.offers([leg], [acme, other])[leg.pk].best[1].contact == theirs


def test_an_offer_by_a_person_in_words() -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True)
    supervision.assign(
        make.waiting(make.queue(acme, manual=True)), bea, by=make.supervisor(acme), reason="she knows him"
    )
    leg = Leg.objects.select_related("lane__queue", "agent").get(agent=bea)
    assert offer_words.offers([leg], [acme])[leg.pk].how == "A person made this offer: Sue Supervisor."


# --- why did she not get it? -----------------------------------------------------------------------------------------


def test_why_she_did_not_get_it() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, "Orders", decline_delay_seconds=60, wrap_up=WrapUpMode.NONE)
    bea, bob = (make.agent(name, licensed=acme) for name in ("Bea", "Bob"))
    start = clock.now()
    on_duty(bob)
    first = make.waiting(line, Channel.VOICE)
    router.interaction_waits(first.pk)
    offers.accept(Leg.objects.get(interaction=first), by=bob)
    clock.advance(10)
    handling.end_work(Leg.objects.get(interaction=first), by=bob, ended_by=EndedBy.AGENT)
    clock.advance(60)
    on_duty(bea)
    clock.advance(5)
    second = make.waiting(line, Channel.VOICE)
    router.interaction_waits(second.pk)
    offers.decline(Leg.objects.get(interaction=second), by=bob, reason="no")
    clock.advance(1)
    router.interaction_waits(second.pk)
    assert Leg.objects.get(interaction=second, state=LegState.OFFERED).agent == bea
    clock.advance(5)
    answer = why.passed_over(bea, [acme], start, clock.now())
    assert [(row.contact, row.to, row.sentence) for row in answer.rows] == [
        (second, bob, "Bea was free as well, at place 2; the line takes the longest idle first."),
        (first, bob, "Bea is signed out."),
    ]
    assert answer.counts == [("Free as well", 1), ("Signed out", 1)] and not answer.more
    one = why.passed_over(bea, [acme], start, clock.now(), contacts=[second])
    assert [(row.hers, row.sentence) for row in one.rows] == [
        (True, "It is being offered to Bea."),
        (False, "Bea was free as well, at place 2; the line takes the longest idle first."),
    ]
    hers = why.passed_over(bob, [acme], start, clock.now())
    assert [row.sentence for row in hers.rows] == ["Bob had this contact a moment ago; a short delay runs."]
    assert why.passed_over(bea, [make.client("Other")], start, clock.now()).rows == []


def test_why_not_asks_no_more_for_more(django_assert_max_num_queries) -> None:
    acme = make.client("Acme")
    line = make.queue(acme)
    start = clock.now()
    bea = make.agent("Bea", licensed=acme)

    def offered(n: int) -> None:
        for k in range(n):
            make.offer(make.agent(f"Bob {k}", licensed=acme, available=True), make.waiting(line))

    offered(2)
    with django_assert_max_num_queries(14) as few:
        assert len(why.passed_over(bea, [acme], start, clock.now()).rows) == 2
    offered(8)
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(why.passed_over(bea, [acme], start, clock.now()).rows) == 10


def test_licence_skill_and_line_are_told_as_they_were() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, "Orders", wants={"billing": 2})
    ada = make.admin()
    bea = make.agent("Bea", licensed=acme, skills={"billing": 3})
    on_duty(bea)
    Seat.objects.filter(pk=bea.pk).update(wish="Lunch")  # in no log, and keeps her out of the match
    start = clock.now()

    def offered() -> None:
        clock.advance(60)
        make.offer(make.agent(licensed=acme, skills={"billing": 4}, available=True), make.waiting(line))
        clock.advance(60)

    def happened(model: Any, **which: Any) -> None:
        """What was changed just now was changed at this moment of the set clock."""
        last = model.pgh_event_model.objects.filter(**which).latest("pgh_id")
        type(last).objects.filter(pk=last.pk).update(pgh_created_at=clock.now())

    Licence.pgh_event_model.objects.update(pgh_created_at=start)
    AgentSkill.pgh_event_model.objects.update(pgh_created_at=start)
    licences.suspend(bea.licences.get(), by=ada, reason="audit")
    happened(Licence, agent=bea)
    offered()
    licences.certify(bea.licences.get(), by=ada, why="audit over")
    happened(Licence, agent=bea)
    skills.set_level(bea, make.skill("billing"), 1, by=ada)
    happened(AgentSkill, agent=bea)
    offered()
    skills.set_level(bea, make.skill("billing"), 3, by=ada)
    happened(AgentSkill, agent=bea)
    skills.switch_off_queue(bea, line, by=ada, reason="coaching")
    offered()
    skills.switch_on_queue(bea, line, by=ada, reason="coached")
    offered()
    told = [row.sentence for row in why.passed_over(bea, [acme], start, clock.now()).rows]
    assert told == [
        "By the logs Bea was free as well, but was not among those compared: a wished pause is in no log.",
        "Orders is switched off for Bea.",
        "Bea lacks Billing at level 2.",
        "The licence of Bea for Acme is suspended.",
    ]
