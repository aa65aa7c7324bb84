"""Who gets what: tables of agents, queues and waiting contacts against what routing decides."""

from datetime import timedelta

import pytest
from django.db import connection

from agents.models import Agent, LicenceState, Presence, Seat
from bpo.kernel import clock
from clients.models import Channel, QueueState, Strategy
from interactions import supervision
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegState, Refusal, State
from interactions.routing import router
from tests import factories as make

pytestmark = pytest.mark.django_db


def offered_to(interaction: Interaction) -> str | None:
    """The name of the agent who holds the open offer."""
    return Leg.objects.filter(interaction=interaction, state="offered").values_list("agent__name", flat=True).first()


def minutes_ago(minutes: float):
    return clock.now() - timedelta(minutes=minutes)


def test_a_waiting_contact_is_offered_with_everything_that_belongs_to_an_offer() -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True)
    line = make.queue(acme, offer_seconds=20)
    contact = make.waiting(line, Channel.CHAT)
    at = clock.now()
    assert router.interaction_waits(contact.pk, at=at)
    leg = Leg.objects.get(interaction=contact)
    contact.refresh_from_db()
    assert (leg.agent, leg.state, leg.cost, leg.made_by) == (bea, LegState.OFFERED, 33, "")
    assert leg.expires_at == at + timedelta(seconds=20)
    assert (contact.state, contact.state_since) == (State.OFFERED, at)
    assert leg.why["best"][0]["agent"] == bea.pk and leg.why["lane"] == contact.lane_id
    seat = Seat.objects.get(pk=bea.pk)
    assert seat.offered and seat.points_chat == 33
    entry = JournalEntry.objects.get(kind=Kind.OFFERED)
    assert (entry.leg, entry.interaction, entry.facts["leg"]) == (leg, contact, str(leg.public_id))


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [(Strategy.LONGEST_IDLE, "Ida"), (Strategy.MOST_SKILLED, "Max"), (Strategy.LEAST_LOADED, "Leo")],
)
def test_each_strategy_chooses_its_agent(strategy: Strategy, expected: str) -> None:
    acme = make.client("Acme")
    line = make.queue(acme, strategy=strategy, wants={"billing": 1})
    for name, idle, level in (("Ida", 30, 1), ("Max", 20, 5), ("Leo", 10, 1)):
        make.agent(name, licensed=acme, available=True, skills={"billing": level}, idle_since=minutes_ago(idle))
    Seat.objects.exclude(agent__name="Leo").update(points_email=20)
    contact = make.waiting(line, Channel.CHAT)
    router.interaction_waits(contact.pk)
    assert offered_to(contact) == expected


def test_a_tie_goes_to_the_lower_id() -> None:
    acme = make.client("Acme")
    since = minutes_ago(5)
    make.agent("Bea", licensed=acme, available=True, idle_since=since)
    make.agent("Bob", licensed=acme, available=True, idle_since=since)
    contact = make.waiting(make.queue(acme))
    router.interaction_waits(contact.pk)
    assert offered_to(contact) == "Bea"


def nobody(acme, line, bea) -> None:
    """Nothing stands in the way: the control of the table below."""


def other_client(acme, line, bea) -> None:
    bea.licences.update(client=make.client("Other"))


def signed_out(acme, line, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(presence=Presence.SIGNED_OUT)


def unconnected(acme, line, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(connected=False)


def wishing(acme, line, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(wish="lunch")


def leaving(acme, line, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(wish_sign_out=True)


def in_training(acme, line, bea) -> None:
    bea.licences.update(state=LicenceState.TRAINING)


def suspended(acme, line, bea) -> None:
    bea.licences.update(state=LicenceState.SUSPENDED)


def paused(acme, line, bea) -> None:
    line.state = QueueState.PAUSED
    line.save(update_fields=["state"])


def manual(acme, line, bea) -> None:
    line.manual = True
    line.save(update_fields=["manual"])


def full(acme, line, bea) -> None:
    Seat.objects.filter(pk=bea.pk).update(fits_chat=False)


def offered_already(acme, line, bea) -> None:
    router.interaction_waits(make.waiting(line, Channel.EMAIL).pk)


def low_level(acme, line, bea) -> None:
    line.wanted_skills.create(skill=make.skill("billing"), level=5)


def other_team(acme, line, bea) -> None:
    line.teams.create(team=make.team())


def switched_off(acme, line, bea) -> None:
    bea.switched_off.create(queue=line, by_name="Sue", reason="coaching", at=clock.now())


@pytest.mark.parametrize(
    ("obstacle", "matches"),
    [
        (nobody, True),
        (other_client, False),
        (signed_out, False),
        (unconnected, False),
        (wishing, False),
        (leaving, False),
        (in_training, False),
        (suspended, False),
        (paused, False),
        (manual, False),
        (full, False),
        (offered_already, False),
        (low_level, False),
        (other_team, False),
        (switched_off, False),
    ],
)
@pytest.mark.parametrize("side", ["contact", "agent"])
def test_what_keeps_a_contact_from_an_agent(obstacle, matches: bool, side: str) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True, skills={"billing": 3})
    line = make.queue(acme)
    obstacle(acme, line, bea)
    from interactions import eligibility

    eligibility.recompile_agent(bea.pk)
    contact = make.waiting(line, Channel.CHAT)
    if side == "contact":
        found = router.interaction_waits(contact.pk)
    else:
        found = router.agent_has_room(bea.pk)
    assert found is matches
    assert (offered_to(contact) == "Bea") is matches


def test_in_a_training_queue_somebody_in_training_is_asked() -> None:
    acme = make.client("Acme")
    pupil = make.agent("Pia", available=True)
    make.licence(pupil, acme, LicenceState.TRAINING)
    contact = make.waiting(make.queue(acme, training=True))
    assert router.interaction_waits(contact.pk)


def test_a_freed_agent_takes_priority_then_returned_then_age() -> None:
    acme = make.client("Acme")
    line = make.queue(acme)
    bea = make.agent("Bea", licensed=acme, available=True)
    young = make.waiting(line, waited=10)
    old = make.waiting(line, waited=100)
    urgent = make.waiting(line, waited=1, priority=5)
    returned = make.waiting(line, waited=5)
    Interaction.objects.filter(pk=returned.pk).update(returned=True, band=1)
    order = []
    for _ in range(4):
        assert router.agent_has_room(bea.pk)
        leg = Leg.objects.get(agent=bea, state="offered")
        order.append(leg.interaction)
        Leg.objects.filter(pk=leg.pk).update(state=LegState.COMPLETED)
        Seat.objects.filter(pk=bea.pk).update(offered=False, fits_chat=True, points_chat=0)
    assert order == [urgent, returned, old, young]


def test_a_younger_contact_that_looks_lets_the_older_go_first() -> None:
    """Two routers may have looked away from each other: the older waits beside a free agent when the younger comes."""
    acme = make.client("Acme")
    line = make.queue(acme)
    make.agent("Bea", licensed=acme, available=True, idle_since=minutes_ago(9))
    make.agent("Bob", licensed=acme, available=True, idle_since=minutes_ago(5))
    old, young = make.waiting(line, waited=60), make.waiting(line)
    assert router.interaction_waits(young.pk)
    assert (offered_to(old), offered_to(young)) == ("Bea", "Bob")


def test_heads_of_queues_compare_by_aged_priority() -> None:
    """A level of the ageing line is worth a minute: after ten minutes its contact beats priority 5."""
    acme = make.client("Acme")
    ageing, strict = make.queue(acme, ageing_seconds=60), make.queue(acme)
    bea = make.agent("Bea", licensed=acme, available=True)
    aged = make.waiting(ageing, waited=600)
    make.waiting(strict, waited=300, priority=5)
    router.agent_has_room(bea.pk)
    assert offered_to(aged) == "Bea"


def test_ageing_lets_the_patient_pass_the_important_inside_a_line() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, ageing_seconds=60)
    bea = make.agent("Bea", licensed=acme, available=True)
    make.waiting(line, waited=10, priority=2)
    patient = make.waiting(line, waited=200)
    router.agent_has_room(bea.pk)
    assert offered_to(patient) == "Bea"


def test_a_delay_holds_for_one_agent_and_one_contact_only() -> None:
    acme = make.client("Acme")
    line = make.queue(acme)
    bea = make.agent("Bea", licensed=acme, available=True)
    refused, other = make.waiting(line, waited=50), make.waiting(line, waited=10)
    Refusal.objects.create(interaction=refused, agent=bea, until=clock.now() + timedelta(seconds=30), why="declined")
    Interaction.objects.filter(pk=refused.pk).update(refused=True)
    assert not router.interaction_waits(refused.pk)
    assert router.agent_has_room(bea.pk) and offered_to(other) == "Bea"
    make.agent("Bob", licensed=acme, available=True)
    assert router.interaction_waits(refused.pk) and offered_to(refused) == "Bob"


def test_after_the_delay_the_only_agent_is_asked_again() -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True)
    contact = make.waiting(make.queue(acme))
    now = clock.now()
    Refusal.objects.create(interaction=contact, agent=bea, until=now + timedelta(seconds=30), why="declined")
    Interaction.objects.filter(pk=contact.pk).update(refused=True)
    assert not router.interaction_waits(contact.pk, at=now)
    assert router.interaction_waits(contact.pk, at=now + timedelta(seconds=30))


class TestPreferredAgent:
    """For a while a contact is kept for one agent, if she is there."""

    @pytest.fixture
    def kept(self):
        self.acme = make.client("Acme")
        self.bea = make.agent("Bea", licensed=self.acme, available=True, idle_since=minutes_ago(1))
        self.bob = make.agent("Bob", licensed=self.acme, available=True, idle_since=minutes_ago(60))
        contact = make.waiting(make.queue(self.acme))
        Interaction.objects.filter(pk=contact.pk).update(
            prefer_agent=self.bea, prefer_until=clock.now() + timedelta(seconds=30)
        )
        return contact

    def test_she_goes_first(self, kept: Interaction) -> None:
        router.interaction_waits(kept.pk)
        assert offered_to(kept) == "Bea"

    def test_busy_she_still_keeps_it(self, kept: Interaction) -> None:
        Seat.objects.filter(pk=self.bea.pk).update(fits_chat=False, fits_voice=False, fits_email=False)
        assert not router.interaction_waits(kept.pk)
        assert not router.agent_has_room(self.bob.pk)

    @pytest.mark.parametrize("away", [{"presence": "break"}, {"connected": False}, {"wish": "lunch"}])
    def test_away_she_holds_nobody_back(self, kept: Interaction, away: dict) -> None:
        Seat.objects.filter(pk=self.bea.pk).update(**away)
        assert router.interaction_waits(kept.pk)
        assert offered_to(kept) == "Bob"

    def test_unlicensed_she_holds_nobody_back(self, kept: Interaction) -> None:
        from interactions import eligibility

        self.bea.licences.update(state=LicenceState.SUSPENDED)
        eligibility.recompile_agent(self.bea.pk)
        assert router.agent_has_room(self.bob.pk)

    def test_the_window_ends(self, kept: Interaction) -> None:
        assert router.agent_has_room(self.bob.pk, at=clock.now() + timedelta(seconds=31))

    def test_when_freed_she_takes_it_before_priority(self, kept: Interaction) -> None:
        make.waiting(kept.queue, priority=9, waited=900)
        router.agent_has_room(self.bea.pk)
        assert offered_to(kept) == "Bea"


def test_the_cap_of_a_queue_per_agent() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, cap_per_agent=1)
    bea = make.agent("Bea", licensed=acme, available=True)
    first, second = make.waiting(line), make.waiting(line)
    assert router.interaction_waits(first.pk)
    Leg.objects.filter(interaction=first).update(state=LegState.HANDLING)
    Seat.objects.filter(pk=bea.pk).update(offered=False)
    assert not router.interaction_waits(second.pk)
    assert not router.agent_has_room(bea.pk)
    elsewhere = make.waiting(make.queue(acme))
    assert router.agent_has_room(bea.pk) and offered_to(elsewhere) == "Bea"


def test_somebody_in_ramp_gets_so_many_an_hour() -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True)
    bea.licences.update(ramp_per_hour=1)
    line = make.queue(acme)
    first, second = make.waiting(line), make.waiting(line)
    now = clock.now()
    assert router.agent_has_room(bea.pk, at=now)
    Leg.objects.update(state=LegState.COMPLETED)
    Seat.objects.filter(pk=bea.pk).update(offered=False, fits_chat=True)
    assert not router.agent_has_room(bea.pk, at=now + timedelta(minutes=59))
    assert router.agent_has_room(bea.pk, at=now + timedelta(minutes=61))
    assert {offered_to(first), offered_to(second)} == {None, "Bea"} or Leg.objects.count() == 2


def test_channel_by_channel() -> None:
    """With two chats there is room for a mail but not for a call."""
    acme = make.client("Acme")
    line = make.queue(acme)
    bea = make.agent("Bea", licensed=acme, available=True)
    for _ in range(2):
        assert router.interaction_waits(make.waiting(line, Channel.CHAT).pk)
        Leg.objects.filter(agent=bea, state="offered").update(state=LegState.HANDLING)
        from interactions import states

        states.recount_seat(bea.pk)
    assert not router.interaction_waits(make.waiting(line, Channel.VOICE).pk)
    assert router.interaction_waits(make.waiting(line, Channel.EMAIL).pk)


def test_one_call_is_a_few_statements(django_assert_max_num_queries) -> None:
    acme = make.client("Acme")
    make.agent("Bea", licensed=acme, available=True)
    contact = make.waiting(make.queue(acme))
    with django_assert_max_num_queries(3):
        router.interaction_waits(contact.pk)


def test_a_broken_decision_never_reaches_the_caller(monkeypatch, caplog) -> None:
    monkeypatch.setattr(router, "_call", lambda *args: 1 / 0)
    assert not router.interaction_waits(1)
    assert "no match" in caplog.text


class TestWhy:
    """What an offer keeps of its decision."""

    @pytest.mark.parametrize(
        ("strategy", "first", "keys"),
        [
            (Strategy.LONGEST_IDLE, "Ida", [None, None, None]),
            (Strategy.MOST_SKILLED, "Max", [5, 1, 1]),
            (Strategy.LEAST_LOADED, "Leo", [0, 20, 20]),
        ],
    )
    def test_a_contact_keeps_the_best_agents_with_what_they_were_compared_by(self, strategy, first, keys) -> None:
        acme = make.client("Acme")
        line = make.queue(acme, strategy=strategy, wants={"billing": 1})
        for name, idle, level in (("Ida", 30, 1), ("Max", 20, 5), ("Leo", 10, 1)):
            make.agent(name, licensed=acme, available=True, skills={"billing": level}, idle_since=minutes_ago(idle))
        make.agent("Una", licensed=acme, available=True)
        Seat.objects.exclude(agent__name="Leo").update(points_email=20)
        contact = make.waiting(line, Channel.CHAT)
        router.interaction_waits(contact.pk)
        why = Leg.objects.get(interaction=contact).why
        assert [each.get("key") for each in why["best"]] == keys
        assert Agent.objects.get(pk=why["best"][0]["agent"]).name == first
        assert all("idle_since" in each for each in why["best"])
        assert (why["version"], why["lane"], why["step"]) == (line.version, contact.lane_id, 0)
        assert why["never"] == {"licence": 0, "skill_team_or_switched_off": 1} and why["members"] == 3

    def test_an_agent_keeps_the_best_contacts_with_what_they_were_compared_by(self) -> None:
        acme = make.client("Acme")
        bea = make.agent("Bea", licensed=acme, available=True)
        other = make.agent("Bob", licensed=acme)
        lines = [make.queue(acme) for _ in range(7)]
        old = make.waiting(lines[0], waited=90)
        make.waiting(lines[0], waited=80)
        urgent = make.waiting(lines[1], priority=4, waited=5)
        for line in lines[2:6]:
            make.waiting(line, waited=10)
        kept = make.waiting(lines[6], waited=1, prefer_agent=bea, prefer_until=minutes_ago(-5))
        make.waiting(lines[6], waited=0, prefer_agent=other, prefer_until=minutes_ago(-5))
        router.agent_has_room(bea.pk)
        why = Leg.objects.get(agent=bea).why
        assert [each["id"] for each in why["best"]][:3] == [kept.pk, urgent.pk, old.pk]
        assert len(why["best"]) == 5 == len({each["id"] for each in why["best"]})
        assert (why["best"][0]["kept"], why["best"][1]["priority"]) == (True, 4)
        assert set(why["best"][0]) == {"lane_id", "id", "kept", "below", "priority", "returned", "since"}
        assert why["never"] == {"licence": 0, "skill_team_or_switched_off": 0}

    def test_an_offer_by_a_person_keeps_its_rules_too(self) -> None:
        acme = make.client("Acme")
        bea = make.agent("Bea", licensed=acme, available=True)
        line = make.queue(acme, manual=True)
        contact = make.waiting(line)
        supervision.assign(contact, bea, by=make.supervisor(acme), reason="knows him")
        why = Leg.objects.get(agent=bea).why
        assert (why["version"], why["lane"], why["members"]) == (line.version, contact.lane_id, 1)
        assert why["assigned_by"] and "never" in why


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_holds_keeps_nobody_from_the_next_line() -> None:
    """A long mail is just being filed into the first contact of the better line."""
    acme = make.client("Acme")
    urgent, usual = make.waiting(make.queue(acme, "Urgent"), priority=5), make.waiting(make.queue(acme, "Usual"))
    bea = make.agent("Bea", licensed=acme, available=True)
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM interactions_interaction WHERE id = %s FOR UPDATE", [urgent.pk])
        assert router.agent_has_room(bea.pk)
    finally:
        holder.rollback()
        holder.close()
    assert offered_to(usual) == "Bea" and offered_to(urgent) is None
