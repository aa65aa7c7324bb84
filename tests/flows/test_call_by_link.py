"""A web call by link: Bea calls Paul of a list, he comes with his browser, and it is the talk of her own contact."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse

from agents import presence
from agents.models import Agent, TeamSupervisor
from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from clients.models import CallList, Channel, Client, ClientState, EntryKind, EntryPoint, Queue
from clients.naming import public_name
from interactions import (
    call_links,
    callback_work,
    calls,
    consulting,
    do_not_call,
    handling,
    media,
    monitoring,
    notices,
    offers,
    outbound,
    prospect_calls,
    prospects,
    supervision,
    transfers,
)
from interactions.models import (
    CallLink,
    CallMedia,
    ChatSession,
    EndedBy,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Notice,
    NoticeKind,
    Prospect,
    ProspectState,
    State,
)
from interactions.notice_letters import letter_of, render
from interactions.routing import router
from tests import factories as make
from tests.flows.floor import Day, House, at_once
from tests.invariants import broken_invariants

KEY, OTHER = "0123456789abcdef", "fedcba9876543210"


class Paul:
    """At the page of the link; he has no cookie, only his page's token."""

    def __init__(self, door: EntryPoint, link: CallLink) -> None:
        self.door, self.link, self.token = door, link, ""

    def page(self, language: str = "en") -> Any:
        """He follows the link of the mail."""
        return Browser().get(f"{reverse('customer-call-link', args=[call_links.token_of(self.link)])}?lang={language}")

    def post(self, act: str, /, **body: Any) -> Any:
        """What he presses."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        address = reverse(f"customer-call-{act}", args=[self.door.public_id])
        self.last = Browser().post(address, body, content_type="application/json", headers=headers)
        self.token = self.last.json().get("token", self.token)
        return self.last.json()

    def presses(self, key: str = KEY) -> Any:
        """Join the call."""
        return self.post("start", key=key, link=call_links.token_of(self.link), language="en")

    def state(self) -> Any:
        """What his page shows."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return Browser().get(reverse("customer-call-state", args=[self.door.public_id]), headers=headers).json()


@pytest.fixture
def line(house: House) -> Queue:
    return make.queue(house.acme, "Sales", channels=[Channel.VOICE], wrap_up="timed")


@pytest.fixture
def door(line: Queue) -> EntryPoint:
    return make.door(line.client, EntryKind.WEB_CALL, into=line)


@pytest.fixture
def bea(house: House) -> Agent:
    return house.agent("Bea Brown")


@pytest.fixture
def leg(line: Queue, door: EntryPoint, bea: Agent) -> Leg:
    """Bea has called Paul: his contact is in her hand, the number not dialled yet."""
    paul = make.prospect(make.call_list(line), "Paul Pine", address="paul@pine.example")
    prospects.take_next(paul.call_list, by=bea)
    return outbound.start_prospect(paul, by=bea)


@pytest.fixture
def paul(leg: Leg, door: EntryPoint, bea: Agent) -> Paul:
    return Paul(door, call_links.make(leg, by=bea))


def kinds(leg: Leg) -> list[str]:
    return list(
        JournalEntry.objects.filter(interaction=leg.interaction_id).order_by("pk").values_list("kind", flat=True)
    )


def both_hear(leg: Leg) -> None:
    for side in media.Side:
        media.came(fresh(leg), side)


def fresh(leg: Leg) -> Leg:
    return Leg.objects.select_related("interaction").get(pk=leg.pk)


# --- the talk --------------------------------------------------------------------------------------------------------


def test_paul_comes_by_the_link_and_it_is_the_talk_of_beas_contact(day: Day, leg: Leg, paul: Paul, bea: Agent) -> None:
    page = paul.page()
    text = page.content.decode()
    assert page.status_code == 200 and f"{public_name(bea.user, leg.client)} is on the line for you" in text
    assert "Paul" not in text and 'id="phone"' not in text and "Join the call" in text
    said = paul.presses()
    assert paul.last.status_code == 201 and said["state"] == "talking", said
    assert [link["id"] for link in said["links"]] == [str(leg.public_id)]
    contact = fresh(leg).interaction
    assert (contact.pk, contact.carrier, contact.origin) == (leg.interaction_id, "web", "campaign")
    assert Interaction.objects.count() == 1, "no second contact comes in"
    both_hear(leg)
    assert paul.state()["heard_at"] is not None
    assert not outbound.is_calling(fresh(leg)) and not outbound.awaits_report(fresh(leg))
    connected = JournalEntry.objects.get(kind=Kind.MEDIA_CONNECTED)
    assert (connected.leg_id, connected.facts["how"]) == (leg.pk, "web call")
    assert [kind for kind in kinds(leg) if kind in (Kind.DIALLED, Kind.LINK_OPENED)] == [Kind.DIALLED, Kind.LINK_OPENED]

    handling.hold(fresh(leg), by=bea)
    assert paul.state()["state"] == "held"
    handling.resume(fresh(leg), by=bea)
    prospect_calls.conclude(fresh(leg), "not_interested", by=bea, note="too dear")
    paul.post("end")
    ended = fresh(leg)
    assert (ended.state, ended.ended_by, ended.interaction.state) == (
        LegState.WRAPPING,
        EndedBy.CUSTOMER,
        State.WRAP_UP,
    )
    assert Prospect.objects.get().state == ProspectState.DONE
    assert broken_invariants() == []


def test_said_aloud_the_short_link_leads_to_the_same_page(day: Day, paul: Paul) -> None:
    code = paul.link.code
    for typed in (code, code.lower()):
        answer = Browser().get(reverse("customer-call-said", args=[typed]))
        assert answer.status_code == 200 and "Join the call" in answer.content.decode()
    assert Browser().get(reverse("customer-call-said", args=["nothing"])).status_code == 404
    assert "Entrar en la llamada" in paul.page("es").content.decode()


def test_the_link_goes_by_mail_in_the_clients_name_and_the_persons_language_once(
    day: Day, line: Queue, door: EntryPoint, house: House
) -> None:
    make.skill("es", language="es")
    eva = house.agent("Eva", skills={"es": 3})
    marta = make.prospect(make.call_list(line), "Marta", address="marta@sol.example", language="es")
    prospects.take_next(marta.call_list, by=eva)
    leg = outbound.start_prospect(marta, by=eva)
    for _press in range(2):
        call_links.make(leg, by=eva, mail=True)
    (notice,) = Notice.objects.filter(kind=NoticeKind.CALL_LINK)
    assert (notice.to_address, notice.language) == ("marta@sol.example", "es")
    (dialled,) = JournalEntry.objects.filter(kind=Kind.DIALLED)
    assert dialled.facts["how"] == "link by mail"
    letter = render(letter_of(notice), notice.client, notice.language)
    assert "Le esperamos en línea" in letter.html and "Su llamada con Acme" in letter.subject
    address = re.search(r"https?://\S+/c/call/[^\s/]+/", letter.text)
    assert address, letter.text
    assert Browser().get("/" + address[0].split("/", 3)[3]).status_code == 200


def test_at_her_desk_she_mails_the_link_or_reads_it_out(day: Day, leg: Leg, door: EntryPoint, bea: Agent) -> None:
    desk = Browser()
    desk.force_login(bea.user)
    there, link = reverse("console-leg", args=[leg.public_id]), reverse("console-call-link", args=[leg.public_id])
    assert "Mail a link to this call" in (page := desk.get(there).content.decode()) and "A link to read out" in page
    desk.post(link)
    code = CallLink.objects.get().code
    assert reverse("customer-call-said", args=[code]) in desk.get(there).content.decode()
    desk.post(link, {"mail": "1"})
    shown = desk.get(there).content.decode()
    assert "The link was mailed to paul@pine.example" in shown and "Mail a link to this call" not in shown
    Paul(door, CallLink.objects.get()).presses()
    both_hear(leg)
    talking = desk.get(there).content.decode()
    assert link not in talking and 'id="act-mute"' in talking and "data-dialled" not in talking
    EntryPoint.objects.update(published=False)
    Interaction.objects.update(carrier="")
    assert link not in desk.get(there).content.decode(), "without a page to call from there is no link"


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_whom_she_does_not_hear_she_still_has_by_telephone(day: Day, leg: Leg, paul: Paul, bea: Agent) -> None:
    paul.presses()
    media.came(fresh(leg), media.Side.CUSTOMER)
    day.after(11)
    there = fresh(leg)
    assert (there.state, there.interaction.state, there.interaction.carrier) == (LegState.HANDLING, State.ACTIVE, "")
    assert not CallMedia.objects.filter(leg=leg).exists(), "what was not heard is in no figure"
    said = paul.state()
    assert said["state"] == "closed" and said["unlinked"] and "stay by your phone" in said["text"]
    assert outbound.awaits_report(there) and broken_invariants() == []
    assert paul.presses(OTHER)["state"] == "talking", "he may try again"
    both_hear(leg)
    assert not outbound.is_calling(fresh(leg))


def test_he_leaves_before_they_hear_each_other_and_her_contact_goes_on(
    day: Day, leg: Leg, paul: Paul, bea: Agent
) -> None:
    paul.presses()
    assert paul.post("end")["state"] == "closed"
    assert fresh(leg).state == LegState.HANDLING and fresh(leg).interaction.carrier == ""
    outbound.report(fresh(leg), "no_answer", by=bea)
    assert fresh(leg).state == LegState.WRAPPING
    prospect = Prospect.objects.get()
    assert (prospect.state, prospect.result, prospect.attempts) == (ProspectState.WAITING, "no_answer", 1)


def test_she_ends_before_they_hear_each_other(day: Day, leg: Leg, paul: Paul, bea: Agent) -> None:
    paul.presses()
    handling.end_work(fresh(leg), by=bea, ended_by=EndedBy.AGENT)
    assert fresh(leg).state == LegState.WRAPPING and not CallMedia.objects.exists()
    assert paul.state()["state"] == "closed" and broken_invariants() == []


def test_opened_twice_the_first_page_has_the_call_until_it_is_closed(day: Day, leg: Leg, paul: Paul) -> None:
    # What is signed, without the second in which it was.
    first, again = (paul.presses()["token"].split(":")[0] for _time in range(2))
    assert again == first, "a repeat of the same page"
    second = Paul(paul.door, paul.link)
    refused = second.presses(OTHER)
    assert second.last.status_code == 409 and (refused["code"], "Another page" in refused["detail"]) == (
        "link_taken",
        True,
    )
    both_hear(leg)
    ChatSession.objects.update(gone_since=clock.now())
    taken = second.presses(OTHER)
    assert second.last.status_code == 201 and taken["state"] == "talking"
    assert paul.state()["state"] == "closed", "a page that wakes again takes nobody's voice away"


@pytest.mark.parametrize("_time", range(3))
def test_two_pages_at_one_moment_are_one(day: Day, leg: Leg, paul: Paul, _time: int) -> None:
    token = call_links.token_of(paul.link)
    came = at_once(*[lambda key=key: call_links.join(token, key=key, language="en") for key in (KEY, OTHER)])
    assert sorted(isinstance(one, call_links.LinkTaken) for one in came) == [False, True], came
    assert ChatSession.objects.count() == CallMedia.objects.count() == 1


def over(paul: Paul) -> None:
    """The page says so in the brand, and pressing it is refused in words."""
    page = paul.page()
    assert page.status_code == 410 and "This call is over" in page.content.decode()
    refused = paul.presses()
    assert paul.last.status_code == 410 and refused["code"] == "link_over" and "is over" in refused["detail"]


def test_after_the_contact_has_ended_the_link_leads_nowhere(day: Day, leg: Leg, paul: Paul, bea: Agent) -> None:
    outbound.report(leg, "busy", by=bea)
    over(paul)
    assert fresh(leg).interaction.carrier == ""


def test_its_time_passes(day: Day, leg: Leg, paul: Paul, bea: Agent) -> None:
    clock.advance(call_links.GOOD_FOR.total_seconds())
    over(paul)
    assert call_links.make(fresh(leg), by=bea).turn == 1
    assert paul.presses()["state"] == "talking", "she has made it good anew"


def test_loaded_again_after_half_an_hour_of_talk_he_is_in_it_still(day: Day, leg: Leg, paul: Paul) -> None:
    paul.presses()
    both_hear(leg)
    clock.advance(call_links.GOOD_FOR.total_seconds() + 60)
    assert paul.page().status_code == 200 and paul.state()["state"] == "talking"
    assert handling.console_lost(fresh(leg))
    again = paul.page()
    assert again.status_code == 200 and paul.link.code in again.content.decode()
    assert paul.state()["state"] == "waiting", "first in line"


@pytest.mark.parametrize("meanwhile", ["forbidden", "night"])
def test_a_late_mail_calls_nobody_who_may_not_be_called_by_now(
    day: Day, leg: Leg, bea: Agent, house: House, meanwhile: str
) -> None:
    call_links.make(leg, by=bea, mail=True)
    if meanwhile == "forbidden":
        do_not_call.add(leg.client, Prospect.objects.get().number, by=house.sue, why="wrote a letter")
    else:
        CallList.objects.update(calls_from="00:00", calls_until="00:01")
    day.after(60)  # the first try met no mail server
    (claimed,) = notices.sendable().claim_due()
    assert not notices.deliver(claimed)
    assert Notice.objects.get().state == "cancelled" and not mail.outbox
    with pytest.raises(prospects.NotCallable):
        call_links.make(fresh(leg), by=bea)
    paul = Paul(EntryPoint.objects.get(), CallLink.objects.get())
    assert paul.presses()["state"] == "talking", "whoever presses comes by his own will: nobody called him"


def test_a_late_mail_of_a_dead_link_is_not_sent(day: Day, leg: Leg, bea: Agent) -> None:
    call_links.make(leg, by=bea, mail=True)
    outbound.report(leg, "busy", by=bea)
    day.after(60)  # the first try met no mail server
    (claimed,) = notices.sendable().claim_due()
    assert not notices.deliver(claimed)
    assert Notice.objects.get().state == "cancelled" and not mail.outbox


def test_a_colleague_who_has_taken_the_call_over_is_whom_he_talks_with(
    day: Day, house: House, leg: Leg, paul: Paul, bea: Agent
) -> None:
    presence.take_break(bea, "lunch")
    dan = house.agent("Dan Dow")
    supervision.take_back(leg.interaction, by=house.sue, reason="her shift ends")
    over(paul)
    router.interaction_waits(leg.interaction_id)
    taken = offers.accept(Leg.objects.get(agent=dan, state=LegState.OFFERED), by=dan)
    assert paul.presses()["links"][0]["id"] == str(taken.public_id)
    both_hear(taken)
    assert paul.state()["agent"] == public_name(dan.user, leg.client)


def test_of_another_client_forged_or_suspended(day: Day, leg: Leg, paul: Paul) -> None:
    globex = make.client("Globex")
    theirs = Paul(make.door(globex, EntryKind.WEB_CALL), paul.link)
    theirs.presses()
    assert theirs.last.status_code == 404
    assert Browser().get(reverse("customer-call-link", args=["forged"])).status_code == 404
    forged = paul.post("start", key=KEY, link="forged")
    assert paul.last.status_code == 401 and forged["code"] == "link_invalid"
    Client.objects.filter(pk=leg.client_id).update(state=ClientState.SUSPENDED)
    assert "Join the call" not in paul.page().content.decode()
    assert paul.presses()["code"] == "client_away"
    assert fresh(leg).interaction.carrier == ""


def test_no_link_where_none_may_be(day: Day, leg: Leg, door: EntryPoint, bea: Agent, house: House) -> None:
    with pytest.raises(handling.NotYours):
        call_links.make(leg, by=house.agent("Dan Dow"))
    do_not_call.add(leg.client, Prospect.objects.get().number, by=bea, why="asked")
    with pytest.raises(prospects.NotCallable):
        call_links.make(leg, by=bea)
    do_not_call.lift(leg.client.do_not_call.get(), by=bea, why="a mistake")
    Prospect.objects.update(address="")
    with pytest.raises(call_links.NoLink):
        call_links.make(leg, by=bea, mail=True)
    EntryPoint.objects.update(published=False)
    with pytest.raises(call_links.NoLink):
        call_links.make(leg, by=bea)
    assert not CallLink.objects.exists() and not Notice.objects.exists()


def test_his_page_is_away_for_long_and_the_call_ends_as_any(day: Day, leg: Leg, paul: Paul) -> None:
    paul.presses()
    both_hear(leg)
    ChatSession.objects.update(gone_since=clock.now() - timedelta(seconds=31))
    assert calls.callers_gone(clock.now()) == 1
    assert fresh(leg).state == LegState.WRAPPING


def test_her_console_is_lost_and_he_waits_first_in_line(day: Day, leg: Leg, paul: Paul) -> None:
    paul.presses()
    assert handling.console_lost(leg)
    assert paul.state()["state"] == "waiting" and broken_invariants() == []


# --- a talk by telephone that goes on in the page, with others beside ------------------------------------------------


def test_who_talked_by_telephone_before_talks_since_then(day: Day, leg: Leg, paul: Paul, bea: Agent) -> None:
    outbound.report(leg, "reached", by=bea)
    clock.advance(300)
    paul.presses()
    assert fresh(leg).state == LegState.HANDLING
    both_hear(leg)
    talking = Leg.objects.select_related("media").get(pk=leg.pk)
    assert talking.began == leg.accepted_at and talking.talked_seconds(clock.now()) >= 300
    assert kinds(leg).count(Kind.MEDIA_CONNECTED) == 2
    for wrong in ("no_answer", "busy"):
        with pytest.raises(callback_work.NothingToReport):
            outbound.report(fresh(leg), wrong, by=bea)
    assert fresh(leg).state == LegState.HANDLING and Prospect.objects.get().state == ProspectState.CALLING


@pytest.fixture
def dan(house: House, leg: Leg, bea: Agent) -> Agent:
    """Dan was asked for advice, and is in the talk."""
    dan = house.agent("Dan Dow")
    offers.accept(transfers.consult(leg, dan, by=bea), by=dan)
    return dan


@pytest.mark.parametrize("how", ["no voice", "he leaves"])
def test_a_colleague_stays_in_the_talk_when_the_page_is_not_heard(
    day: Day, leg: Leg, paul: Paul, dan: Agent, bea: Agent, how: str
) -> None:
    advice = Leg.objects.get(agent=dan)
    paul.presses()
    assert not media.has_way(fresh(advice)), "she has no connection to his page yet"
    if how == "no voice":
        day.after(11)
    else:
        paul.post("end")
    assert fresh(leg).interaction.carrier == "" and fresh(advice).state == LegState.HANDLING
    assert consulting.joined(fresh(leg).interaction) == advice and not CallMedia.objects.exists()
    assert broken_invariants() == []


def test_a_colleague_gets_the_customer_once_his_page_hears_her(
    day: Day, leg: Leg, paul: Paul, dan: Agent, bea: Agent
) -> None:
    advice = Leg.objects.get(agent=dan)
    paul.presses()
    both_hear(leg)
    with pytest.raises(DomainError):
        transfers.complete_warm(fresh(leg), by=bea)
    both_hear(advice)
    transfers.complete_warm(fresh(leg), by=bea)
    assert paul.state()["agent"] == public_name(dan.user, leg.client) and broken_invariants() == []


def test_a_supervisor_hears_nothing_more_once_the_page_is_gone(
    day: Day, house: House, leg: Leg, paul: Paul, bea: Agent
) -> None:
    TeamSupervisor.objects.create(team=bea.team, user=house.sue)
    paul.presses()
    listens = monitoring.begin(fresh(leg).interaction, by=house.sue, reason="a new agent")
    day.after(11)
    listens.refresh_from_db()
    assert fresh(leg).interaction.carrier == "" and not monitoring.beside(fresh(leg).interaction)
    day.after(1)
    listens.refresh_from_db()
    assert listens.ended_at is not None and "Nobody talks in this call" in monitoring.word_over(listens)


def test_a_page_that_was_left_behind_may_say_goodbye_and_changes_nothing(day: Day, leg: Leg, paul: Paul) -> None:
    paul.presses()
    day.after(11)
    assert paul.post("end")["state"] == "closed" and paul.last.status_code == 200
    second = Paul(paul.door, paul.link)
    second.presses(OTHER)
    both_hear(leg)
    assert paul.post("end")["state"] == "closed"
    assert second.state()["state"] == "talking" and fresh(leg).state == LegState.HANDLING
    assert kinds(leg).count(Kind.LINK_OPENED) == 2, "each page that comes is told"
