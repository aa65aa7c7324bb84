"""Lanes: what is compiled equals the live rules, follows every change of a rule, and is interned once."""

import random
from datetime import timedelta

import pytest

from agents import licences, presence, skills
from agents.models import Agent, Licence, LicenceState, QueueTeam, Seat
from bpo.kernel import clock
from clients.models import Channel, Queue, QueueSkill
from interactions import eligibility, offers, queueing, states, waits
from interactions.models import AgentLane, Interaction, Lane, Leg, LegState, State
from interactions.routing import router
from tests import factories as make

pytestmark = pytest.mark.django_db


def compiled() -> set[tuple[int, int]]:
    """Agent and lane as compiled, lanes of old queue versions left out."""
    rows = AgentLane.objects.select_related("lane__queue")
    return {(row.agent_id, row.lane_id) for row in rows if row.lane.queue_version == row.lane.queue.version}


def by_live_rules() -> set[tuple[int, int]]:
    """Agent and lane by asking the rules one by one."""
    found = set()
    for lane in Lane.objects.select_related("queue__client"):
        if lane.queue_version != lane.queue.version:
            continue
        for agent in Agent.objects.all():
            if eligibility.never_eligible(agent, lane).ok:
                found.add((agent.pk, lane.pk))
    return found


def test_after_any_number_of_changes_what_is_compiled_equals_the_live_rules() -> None:
    dice = random.Random(7)
    ada = make.admin()
    clients = [make.client(name) for name in ("Acme", "Bolt", "Cord")]
    teams = [make.team() for _ in range(3)]
    codes = ["billing", "tech", "es"]
    lines = [
        make.queue(client, wants={dice.choice(codes): dice.randint(1, 3)}, training=dice.random() < 0.3)
        for client in clients
        for _ in range(2)
    ]
    people = [
        make.agent(f"Agent {n}", in_team=dice.choice(teams), skills={c: dice.randint(1, 5) for c in codes[: n % 4]})
        for n in range(12)
    ]
    for line in lines:
        eligibility.lane_for(line, channel=Channel.CHAT)
        eligibility.lane_for(line, channel=Channel.CHAT, wants=((make.skill("es").pk, 2),))
    assert not by_live_rules()

    def change() -> None:
        who, line = dice.choice(people), dice.choice(lines)
        licence = Licence.objects.filter(agent=who, client=line.client).first()
        match dice.randrange(8):
            case 0 | 1:
                if licence is None:
                    licence = licences.train(who, line.client, by=ada, why="course")
                if licence.state in (LicenceState.TRAINING, LicenceState.SUSPENDED, LicenceState.LAPSED):
                    licences.certify(licence, by=ada, why="passed")
            case 2:
                if licence and licence.state == LicenceState.CERTIFIED:
                    licences.suspend(licence, by=ada, reason="audit")
            case 3:
                skills.set_level(who, make.skill(dice.choice(codes)), dice.randint(1, 5), by=ada)
            case 4:
                skills.drop(who, make.skill(dice.choice(codes)), by=ada)
            case 5:
                skills.move_team(who, dice.choice(teams), by=ada)
            case 6:
                if dice.random() < 0.5:
                    skills.switch_off_queue(who, line, by=ada, reason="coaching")
                else:
                    skills.switch_on_queue(who, line, by=ada, reason="coached")
            case 7:
                QueueTeam.objects.filter(queue=line).delete()
                if dice.random() < 0.5:
                    QueueTeam.objects.create(queue=line, team=dice.choice(teams))
                QueueSkill.objects.filter(queue=line).update(level=dice.randint(1, 4))
                eligibility.queue_changed(line)
                eligibility.lane_for(line, channel=Channel.CHAT)

    for _ in range(12):
        for _ in range(6):
            change()
        assert compiled() == by_live_rules()
    assert compiled(), "the table is not empty"


def test_a_lane_is_interned_once_and_wants_are_sorted_with_the_highest_level() -> None:
    line = make.queue(wants={"billing": 2})
    billing, es = make.skill("billing"), make.skill("es")
    one = eligibility.lane_for(line, channel=Channel.CHAT, wants=((es.pk, 1), (billing.pk, 4)))
    two = eligibility.lane_for(line, channel=Channel.CHAT, wants=((billing.pk, 4), (es.pk, 1)))
    assert one == two
    assert one.wants == sorted([billing.pk * 10 + 4, es.pk * 10 + 1])


def test_members_and_never_eligible_are_counted() -> None:
    acme = make.client("Acme")
    line = make.queue(acme, wants={"billing": 3})
    make.agent("Bea", licensed=acme, skills={"billing": 3})
    make.agent("Bob", licensed=acme, skills={"billing": 2})
    make.licence(make.agent("Pia"), acme, LicenceState.TRAINING)
    lane = eligibility.lane_for(line, channel=Channel.CHAT)
    lane.refresh_from_db()
    assert lane.members == 1
    assert lane.excluded == {"licence": 1, "skill_team_or_switched_off": 1}


def test_a_new_version_of_the_line_takes_those_waiting_along() -> None:
    acme = make.client("Acme")
    es = make.skill("es", language="es")
    line = make.queue(acme, wants={"billing": 3})
    bea = make.agent("Bea", licensed=acme, skills={"billing": 1, "es": 2}, available=True)
    contact = make.waiting(line, wants=((es.pk, 1),))
    assert not router.interaction_waits(contact.pk)
    line.wanted_skills.all().delete()
    assert eligibility.queue_changed(line) == 1
    contact.refresh_from_db()
    assert contact.lane.wants == [es.pk * 10 + 1], "its own wish stays, the line's went"
    assert router.agent_has_room(bea.pk)


def test_what_comes_back_from_an_offer_finds_the_new_lane() -> None:
    acme = make.client("Acme")
    line = make.queue(acme)
    bea = make.agent("Bea", licensed=acme, available=True)
    contact = make.waiting(line)
    leg = make.offer(bea, contact)
    eligibility.queue_changed(line)
    offers.decline(leg, by=bea, reason="knows me")
    contact.refresh_from_db()
    assert contact.state == State.QUEUED
    assert contact.lane.queue_version == line.version


def test_a_suspended_licence_takes_the_open_offer_back_and_leaves_what_she_works_on() -> None:
    acme = make.client("Acme")
    line = make.queue(acme)
    bea = make.agent("Bea", licensed=acme, available=True)
    working = offers.accept(make.offer(bea, make.waiting(line)), by=bea)
    offered = make.offer(bea, make.waiting(line))
    licences.suspend(bea.licences.get(), by=make.admin(), reason="audit")
    offered.refresh_from_db()
    working.refresh_from_db()
    assert (offered.state, working.state) == (LegState.RESCINDED, LegState.HANDLING)
    assert Interaction.objects.get(pk=offered.interaction_id).state == State.QUEUED
    assert not router.interaction_waits(offered.interaction_id)


def test_another_skill_leaves_an_offer_that_still_fits() -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, skills={"billing": 3}, available=True)
    leg = make.offer(bea, in_queue=make.queue(acme, wants={"billing": 2}))
    skills.set_level(bea, make.skill("billing"), 2, by=make.admin())
    leg.refresh_from_db()
    assert leg.state == LegState.OFFERED
    skills.set_level(bea, make.skill("billing"), 1, by=make.admin())
    leg.refresh_from_db()
    assert leg.state == LegState.RESCINDED


def test_a_skill_gained_finds_work(django_capture_on_commit_callbacks) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True)
    contact = make.waiting(make.queue(acme, wants={"billing": 1}))
    with django_capture_on_commit_callbacks(execute=True):
        skills.set_level(bea, make.skill("billing"), 1, by=make.admin())
    assert Leg.objects.get(interaction=contact).agent == bea


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ""),
        ({"presence": "break"}, "presence"),
        ({"connected": False}, "connected"),
        ({"wish": "lunch"}, "wish"),
        ({"offered": True}, "offered"),
    ],
)
def test_the_verdict_has_a_sentence(change: dict, code: str) -> None:
    acme = make.client("Acme")
    bea = make.agent("Bea", licensed=acme, available=True)
    contact = make.waiting(make.queue(acme))
    Seat.objects.filter(pk=bea.pk).update(**change)
    verdict = eligibility.eligible(bea, contact)
    assert (verdict.ok, verdict.code) == (not code, code)
    assert verdict.ok or "Bea" in verdict.sentence


def test_the_verdict_and_the_matcher_agree_on_room() -> None:
    """Agents with all kinds of work: the live rules say yes exactly where the matcher offers."""
    acme = make.client("Acme")
    line = make.queue(acme)
    dice = random.Random(3)
    for n in range(12):
        bea = make.agent(f"Agent {n}", licensed=acme, available=True)
        for _ in range(dice.randrange(5)):
            channel = dice.choice(list(Channel))
            if eligibility.eligible(bea, make.arrived(line, channel)).ok:
                held = make.waiting(line, channel)
                router.agent_has_room(bea.pk)
                Leg.objects.filter(interaction=held).update(state=LegState.HANDLING)
                states.recount_seat(bea.pk)
        for channel in Channel:
            probe = make.waiting(line, channel)
            says = eligibility.eligible(bea, probe).ok
            assert router.agent_has_room(bea.pk) is says
            for leg in Leg.objects.filter(agent=bea, state="offered"):
                offers.rescind(leg, why="only asked")
            states.set_back(bea.pk)
            Interaction.objects.filter(pk=probe.pk).update(queue=line, lane=_nobodys(line, channel))


def _nobodys(line: Queue, channel: str) -> Lane:
    """A lane that nobody is in, to get a contact out of the way."""
    return eligibility.lane_for(line, channel=channel, wants=((make.skill("nobody").pk, 5),))


class TestPlace:
    """Position and expected wait."""

    def test_position_counts_over_all_lanes_of_the_line(self) -> None:
        line = make.queue()
        es = make.skill("es")
        third = make.waiting(line, waited=10)
        second = make.waiting(line, waited=60, wants=((es.pk, 1),))
        first = make.waiting(line, waited=1, priority=3)
        fourth = make.waiting(line, Channel.EMAIL, waited=5)
        other = make.waiting(make.queue(line.client), waited=1000)
        assert [waits.position(each) for each in (first, second, third, fourth, other)] == [1, 2, 3, 4, 1]

    def test_what_came_back_is_first_in_its_priority(self) -> None:
        line = make.queue()
        old, urgent, back = make.waiting(line, waited=90), make.waiting(line, priority=4), make.waiting(line, waited=5)
        states.move(back, State.OFFERED)
        queueing.put_back(back, returned=True)
        assert [waits.position(each) for each in (urgent, back, old)] == [1, 2, 3]

    def test_expected_wait_is_honest(self) -> None:
        line = make.queue()
        make.agent("Bea", licensed=line.client, available=True)
        assert waits.expected_wait(line, Channel.CHAT) is None
        at = clock.now()
        for _ in range(6):
            queueing.leave_queue(make.waiting(line, waited=300), "answered", at)
        Interaction.objects.update(state=State.ACTIVE)
        make.waiting(line)
        assert waits.expected_wait(line, Channel.CHAT, at=at) == 2 * 300 / 6
        assert waits.expected_wait(line, Channel.CHAT, ahead=0, at=at) == 300 / 6
        assert waits.expected_wait(line, Channel.EMAIL, at=at) is None

    def test_mails_before_a_chat_are_in_its_place_but_not_in_its_wait(self) -> None:
        line, at = make.queue(), clock.now()
        make.agent("Bea", licensed=line.client, available=True)
        for _ in range(6):
            queueing.leave_queue(make.waiting(line, waited=300), "answered", at)
        Interaction.objects.update(state=State.ACTIVE)
        for _ in range(3):
            make.waiting(line, Channel.EMAIL, waited=100)
        make.waiting(line, waited=60)
        chat = make.waiting(line)
        assert waits.position(chat) == 5
        assert waits.expected_wait_of(chat, at=at) == 2 * 300 / 6

    def test_the_pace_is_that_of_the_time_in_which_somebody_waited(self) -> None:
        """Five who waited in the last five minutes and ten who were answered beside them: three a minute."""
        line, at = make.queue(), clock.now()
        make.agent("Bea", licensed=line.client, available=True)
        for minute in range(5):
            then = at - timedelta(minutes=minute)
            queueing.leave_queue(make.waiting(line, waited=60 * (minute + 1)), "answered", then)
            for second in (20, 40):
                then = at - timedelta(minutes=minute, seconds=second)
                queueing.leave_queue(make.waiting(line, waited=60 * minute + second + 5), "answered", then)
        Interaction.objects.update(state=State.ACTIVE)
        assert waits.expected_wait(line, Channel.CHAT, ahead=0, at=at) == 20
        hour_later = at + timedelta(hours=1)
        assert waits.expected_wait(line, Channel.CHAT, ahead=0, at=hour_later) is None

    def test_where_nobody_could_answer_no_wait_is_told(self) -> None:
        line, at, es = make.queue(), clock.now(), make.skill("es")
        bea = make.agent("Bea", licensed=line.client, available=True)
        for _ in range(6):
            queueing.leave_queue(make.waiting(line, waited=300), "answered", at)
        Interaction.objects.update(state=State.ACTIVE)
        spanish = make.waiting(line, wants=((es.pk, 1),))
        assert waits.expected_wait(line, Channel.CHAT, at=at), "Bea is there"
        assert waits.expected_wait(line, Channel.CHAT, lane=spanish.lane_id, at=at) is None, "but speaks no Spanish"
        presence.force(bea, "signed_out", by=make.supervisor(line.client), why="ill")
        assert waits.expected_wait(line, Channel.CHAT, at=at) is None

    @pytest.mark.parametrize(("answers", "waited"), [(4, 300), (6, 5)])
    def test_no_wait_is_invented(self, answers: int, waited: int) -> None:
        """Of a line that few waited in nobody knows how fast it moves: answered at once is how many came."""
        line, at = make.queue(), clock.now()
        for _ in range(answers):
            queueing.leave_queue(make.waiting(line, waited=waited), "answered", at)
        Interaction.objects.update(state=State.ACTIVE)
        assert waits.expected_wait(line, Channel.CHAT, at=at) is None

    def test_staffed_counts_who_is_there_however_busy(self) -> None:
        acme = make.client("Acme")
        lane = eligibility.lane_for(make.queue(acme), channel=Channel.CHAT)
        bea = make.agent("Bea", licensed=acme, available=True)
        make.agent("Bob", licensed=acme)
        Seat.objects.filter(pk=bea.pk).update(fits_chat=False)
        assert eligibility.staffed(lane) == 1


def test_a_visit_is_one_stay() -> None:
    acme = make.client("Acme")
    line, other = make.queue(acme), make.queue(acme)
    contact = make.waiting(line, waited=50)
    states.move(contact, State.OFFERED)
    queueing.put_back(contact)
    assert contact.visits.count() == 1
    before = contact.enqueued_at
    queueing.enter_queue(contact, other, priority=2)
    assert [visit.how for visit in contact.visits.order_by("ordinal")] == ["moved", ""]
    assert contact.enqueued_at > before


def test_a_line_whose_rules_were_published_says_at_once_that_somebody_is_free() -> None:
    """Its doors tell the wait before anybody enters."""
    acme = make.client("Acme")
    line = make.queue(acme)
    make.agent("Bea Brown", licensed=acme, available=True)
    eligibility.queue_changed(line)
    assert waits.somebody_free(line, Channel.CHAT)
