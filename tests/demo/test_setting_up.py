"""The demo's content: sound, whole, and the same when written twice."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from agents.models import Agent, Licence, Seat
from bpo.accounts.models import User
from bpo.demo.calling import BEGAN
from bpo.demo.content import CLIENTS, ClientContent, call_list, customers
from bpo.demo.content.articles import ARTICLES
from bpo.demo.content.people import AGENTS, PROFILES, SKILLS
from bpo.demo.password import demo_password
from bpo.demo.setting_up import set_up
from bpo.kernel import clock
from clients import readiness, scripts
from clients.models import Brand, CallList, Client, ScriptVersion, Skill
from interactions import eligibility, prospect_lists
from interactions.models import JournalEntry, Leg, Prospect, Run

pytestmark = pytest.mark.usefixtures("media")


@pytest.mark.parametrize("content", CLIENTS, ids=lambda content: content.slug)
def test_every_script_passes_its_checks_in_both_languages(content: ClientContent) -> None:
    for script in content.scripts:
        assert set(script.graphs) == {"en", "es"}
        for graph in script.graphs.values():
            # A sub-process does not know which order the flow around it has asked for: that is a hint.
            assert [problem for problem in scripts.check(graph, script.kind) if problem.must] == []


@pytest.mark.parametrize("content", CLIENTS, ids=lambda content: content.slug)
def test_conversations_and_people_name_only_what_there_is(content: ClientContent) -> None:
    reasons = {reason.code for reason in content.reasons}
    ends = {each.code for each in content.dispositions} - {each.parent for each in content.dispositions}
    for talk in content.talks:
        assert talk.reason in reasons
        assert talk.disposition in ends
    assert {"handed-on", "not-reached"} <= ends
    assert {talk.language for talk in content.talks} == {"en", "es"}
    for agent in AGENTS:
        assert set(agent.skills) <= set(SKILLS)
    people = list(customers.of(content))
    assert len({each.address for each in people}) == len(people)
    for numbers in (
        [number for each in people for number in (each.phone, each.second_phone) if number],
        [order.number for each in people for order in each.orders],
        [number for each in people for number, *_ in each.bills],
    ):
        assert len(set(numbers)) == len(numbers)
    assert len({each.account for each in people}) == len(people) == customers.HOW_MANY[content.slug]


def test_a_call_takes_the_whole_agent() -> None:
    """A callback is a call, too: who talks is offered nothing that she would have to miss."""
    for budget, (voice, _chat, _email), _caps in PROFILES.values():
        assert voice == budget


def test_no_client_is_named_in_the_words_of_another() -> None:
    for content in CLIENTS:
        others = [other.name for other in CLIENTS if other is not content]
        told = (content.texts, content.snippets, content.talks, content.scripts, content.trade)
        words = str((told, ARTICLES[content.slug]))
        assert not [name for name in others if name in words]


@pytest.mark.django_db
def test_set_up_twice_is_set_up_once() -> None:
    set_up()
    models = [model for app in ("accounts", "clients", "agents") for model in apps.get_app_config(app).get_models()]
    before = {model.__name__: model._base_manager.count() for model in models if "Event" not in model.__name__}
    digests = list(Brand.objects.order_by("pk").values_list("updated_at", flat=True))
    set_up()
    after = {model.__name__: model._base_manager.count() for model in models if "Event" not in model.__name__}
    assert before == after
    assert digests == list(Brand.objects.order_by("pk").values_list("updated_at", flat=True))
    assert before["Agent"] == 14
    assert before["Customer"] == sum(customers.HOW_MANY.values()) + len(call_list.CALLS), "who was called is known"


@pytest.mark.django_db
def test_the_call_list_has_people_still_to_call_and_calls_that_were_made() -> None:
    set_up()
    made = CallList.objects.get()
    figures = prospect_lists.figures([made])[made.pk]
    assert (made.state, figures.people) == ("open", len(call_list.PEOPLE))
    assert figures.attempts == len(call_list.CALLS)
    assert figures.booked == 1 and figures.states["do_not_call"] == 2 and figures.states["waiting"] > 5
    assert JournalEntry.objects.get(kind="link_opened").interaction.prospect.result == "not_interested"  # type: ignore[union-attr]
    assert figures.states["removed"] == 1 and JournalEntry.objects.filter(kind="prospect_changed").count() == 1
    assert Run.objects.filter(interaction__origin="campaign").count() == len(call_list.CALLS)
    assert not Leg.objects.exclude(state="completed").exists()
    assert Seat.objects.get(agent__name="Leo Tanaka").presence == "signed_out"


@pytest.mark.django_db
def test_the_clients_are_live_and_ready_and_each_line_can_be_served_in_spanish() -> None:
    set_up()
    assert Counter(Client.objects.values_list("state", flat=True)) == {"live": 3}
    spanish = Skill.objects.get(language="es")
    for client in Client.objects.all():
        assert all(item.ok for item in readiness.readiness(client) if item.needed)
        for queue in client.queues.all():
            lane = eligibility.lane_for(queue, channel=queue.channels[0], wants=((spanish.pk, 1),))
            assert lane.members > 0
    assert Client.objects.get(slug="the-tech-giant").queues.filter(channels=["chat"]).count() == 2
    ahead = ScriptVersion.objects.exclude(state="published").values_list("script__name", "state").order_by("state")
    assert list(ahead) == [("Traveller service", "approved"), ("Customer service", "in_review")]
    assert ScriptVersion.objects.get(state="approved").publish_at is not None
    staffed = Counter(Licence.objects.filter(state="certified").values_list("client__slug", flat=True))
    assert staffed == {"the-tech-giant": 10, "halden-air": 8, "maple-row-pharmacy": 3}
    alex = Agent.objects.get(name="Aleksandra Nowak")
    assert (alex.profile.voice_points, alex.profile.chat_points, alex.profile.email_points) == (100, 20, 20)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "called", "wrote"),
    [("en", "for calling {client}", "for contacting {client}"), ("es", "por llamar a", "por contactar con")],
)
def test_nobody_who_writes_is_thanked_for_a_call(language: str, called: str, wrote: str) -> None:
    set_up()
    giant = Client.objects.get(slug="the-tech-giant")
    for channel, words in (("voice", called), ("chat", wrote), ("email", wrote)):
        version = scripts.pick(giant, "inbound", channel, language)
        assert version is not None
        assert words in version.graph["steps"][0]["text"]
        assert not (channel != "voice" and called in str(version.graph))


@pytest.mark.django_db
def test_everybody_signs_in_with_the_one_password(settings: Any) -> None:
    set_up()
    assert all(user.check_password(demo_password()) for user in User.objects.all())


def test_the_commands_refuse_a_real_floor(settings: Any) -> None:
    settings.DEMO = False
    for name in ("seed_demo", "seed_past", "simulate"):
        with pytest.raises(CommandError, match="demos only"):
            call_command(name)


@pytest.mark.django_db
def test_the_demo_begins_while_somebodys_evening_does() -> None:
    """Taken at a minute to eight on his clock, he is not dialled after it."""
    taken, read = timedelta(minutes=2), timedelta(seconds=35)
    with clock.set_to(datetime(2026, 11, 30, 9, 0, 10, tzinfo=UTC) - taken - read + BEGAN):
        set_up()
    assert not Prospect.objects.filter(state__in=["taken", "calling"]).exists()
    assert JournalEntry.objects.filter(kind="prospect_let_go").exists()
