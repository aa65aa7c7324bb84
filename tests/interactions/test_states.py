"""Every move that TABLES.md lists is made; every other is refused and changes nothing."""

import itertools
from collections.abc import Mapping

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError

from agents import licences, presence
from bpo.kernel import clock
from bpo.kernel.append_only import AppendOnlyError
from bpo.kernel.errors import IllegalMove, StaleState
from clients import standing
from interactions import cases, journal, states
from interactions.models import (
    Case,
    CaseState,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Outcome,
    State,
)
from tests import factories as make

pytestmark = pytest.mark.django_db

INTERACTION_TABLE = {
    "queued": "offered active closed",
    "offered": "active queued closed",
    "active": "held parked queued offered wrap_up closed",
    "held": "active queued offered wrap_up",
    "parked": "queued active closed",
    "wrap_up": "closed active",
    "closed": "",
}
LEG_TABLE = {
    "offered": "handling declined missed rescinded",
    "handling": "wrapping completed lost",
    "wrapping": "completed handling",
    "completed": "",
    "declined": "",
    "missed": "",
    "rescinded": "",
    "lost": "",
}

CASE_TABLE = {
    "open": "pending resolved merged",
    "pending": "open resolved merged",
    "resolved": "open closed merged",
    "closed": "",
    "merged": "",
}


def changes_for(state: str) -> dict:
    return {"outcome": Outcome.HANDLED, "closed_at": clock.now()} if state == State.CLOSED else {}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(State.values, State.values)))
def test_an_interaction_makes_the_listed_moves_and_no_other(before: str, after: str) -> None:
    contact = make.waiting()
    Interaction.objects.filter(pk=contact.pk).update(state=before, **changes_for(before))
    contact.refresh_from_db()
    if after in INTERACTION_TABLE[before].split():
        assert states.move(contact, after, **changes_for(after)) == before
        contact.refresh_from_db()
        assert contact.state == after
    else:
        with pytest.raises(IllegalMove):
            states.move(contact, after, **changes_for(after))
        contact.refresh_from_db()
        assert contact.state == before


@pytest.mark.parametrize(("before", "after"), list(itertools.product(LegState.values, LegState.values)))
def test_a_leg_makes_the_listed_moves_and_no_other(before: str, after: str) -> None:
    acme = make.client()
    bea = make.agent(licensed=acme)
    contact = make.waiting(make.queue(acme))
    leg = Leg.objects.create(
        interaction=contact,
        client=acme,
        agent=bea,
        state=before,
        channel="chat",
        cost=33,
        offered_at=clock.now(),
        expires_at=clock.now(),
    )
    if after in LEG_TABLE[before].split():
        states.move(leg, after)
        leg.refresh_from_db()
        assert leg.state == after
    else:
        with pytest.raises(IllegalMove):
            states.move(leg, after)


@pytest.mark.parametrize(("before", "after"), list(itertools.product(CaseState.values, CaseState.values)))
def test_a_case_makes_the_listed_moves_and_no_other(before: str, after: str) -> None:
    acme = make.client()
    case, other = (cases.open_case(acme, make.customer(acme)) for _ in range(2))
    survivor = {"merged_into": other}
    Case.objects.filter(pk=case.pk).update(
        state=before,
        summary="Paid back",
        resolved_at=clock.now(),
        **(survivor if before == CaseState.MERGED else {}),
    )
    case.refresh_from_db()
    changes = survivor if after == CaseState.MERGED else {}
    if after in CASE_TABLE[before].split():
        assert states.move(case, after, **changes) == before
    else:
        with pytest.raises(IllegalMove):
            states.move(case, after, **changes)
    case.refresh_from_db()
    assert case.state == (after if after in CASE_TABLE[before].split() else before)


def test_the_other_tables_are_those_of_the_contract() -> None:
    """Moved by the same guarded UPDATE, so the table is all there is to test."""
    contract = {
        "promised": "due broken withdrawn",
        # Back to promised: the customer chose another window while it was due.
        "due": "working promised broken withdrawn",
        "working": "kept late unreached promised withdrawn",
        **dict.fromkeys(("kept", "late", "unreached", "broken", "withdrawn"), ""),
    }
    assert same(states.CALLBACK_MOVES, contract)
    assert same(
        presence.MOVES,
        {
            "signed_out": "break available",
            "available": "break not_responding signed_out",
            "not_responding": "available break signed_out",
            "break": "available break signed_out",
        },
    )
    assert same(
        licences.MOVES,
        {
            "training": "certified revoked",
            "certified": "suspended lapsed revoked certified",
            "suspended": "certified revoked",
            "lapsed": "certified revoked",
            "revoked": "training",
        },
    )
    assert same(
        standing.MOVES,
        {"setting_up": "live", "live": "suspended ended", "suspended": "live ended", "ended": ""},
    )


def same(moves: Mapping, table: dict[str, str]) -> bool:
    """Whether the code's moves are those of the words."""
    return {str(before): {str(to) for to in after} for before, after in moves.items()} == {
        before: set(after.split()) for before, after in table.items()
    }


def test_a_second_writer_is_told_that_someone_was_first() -> None:
    contact = make.waiting()
    mine = Interaction.objects.get(pk=contact.pk)
    states.move(contact, State.CLOSED, outcome=Outcome.ABANDONED, closed_at=clock.now())
    with pytest.raises(StaleState):
        states.move(mine, State.CLOSED, outcome=Outcome.HANDLED, closed_at=clock.now())
    contact.refresh_from_db()
    assert contact.outcome == Outcome.ABANDONED


def test_a_move_of_a_leg_recounts_the_seat() -> None:
    acme = make.client()
    bea = make.agent(licensed=acme, available=True)
    contact = make.waiting(make.queue(acme))
    leg = Leg.objects.create(
        interaction=contact,
        client=acme,
        agent=bea,
        state=LegState.OFFERED,
        channel="chat",
        cost=33,
        offered_at=clock.now(),
        expires_at=clock.now(),
    )
    states.recount_seat(bea.pk)
    bea.seat.refresh_from_db()
    assert (bea.seat.points_chat, bea.seat.offered, bea.seat.fits_voice) == (33, True, False)
    states.move(leg, LegState.DECLINED)
    bea.seat.refresh_from_db()
    assert (bea.seat.points_chat, bea.seat.offered, bea.seat.fits_voice) == (0, False, True)


def test_the_database_refuses_a_second_primary_leg() -> None:
    acme = make.client()
    contact = make.waiting(make.queue(acme))
    now = clock.now()
    fields = {"interaction": contact, "client": acme, "channel": "chat", "offered_at": now, "expires_at": now}
    Leg.objects.create(agent=make.agent(licensed=acme), state=LegState.HANDLING, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leg.objects.create(agent=make.agent("Cal", licensed=acme), state=LegState.OFFERED, **fields)


def test_the_database_refuses_a_closed_contact_without_outcome() -> None:
    contact = make.waiting()
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.filter(pk=contact.pk).update(state="closed")


def test_the_journal_refuses_update_and_delete_in_python_and_in_sql() -> None:
    contact = make.waiting()
    entry = journal.record(contact, Kind.NOTE_ADDED, by_name="Bea")
    with pytest.raises(AppendOnlyError):
        JournalEntry.objects.filter(pk=entry.pk).update(actor_name="Cal")
    for statement in (
        "UPDATE interactions_journalentry SET actor_name = 'Cal'",
        "DELETE FROM interactions_journalentry",
    ):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    entry.refresh_from_db()
    assert entry.actor_name == "Bea"


def test_the_database_knows_the_kinds_of_the_journal_and_no_others() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'journal_kind_known'")
        (listed,) = cursor.fetchone()
        assert set(listed.split("{")[1].split("}")[0].split(",")) == set(Kind.values)
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("INSERT INTO interactions_journalentry (kind) VALUES ('dreamt')")
    with pytest.raises(IntegrityError), transaction.atomic():
        journal.record(make.waiting(), "dreamt")  # type: ignore[arg-type]


def test_an_entry_about_a_leg_carries_interaction_case_and_client() -> None:
    acme = make.client()
    case = Case.objects.create(client=acme, reference="ACM-AAAAAA", opened_at=clock.now(), state=CaseState.OPEN)
    contact = make.waiting(make.queue(acme), case=case)
    leg = Leg.objects.create(
        interaction=contact, client=acme, agent=make.agent(), state="handling", channel="chat", offered_at=clock.now()
    )
    entry = journal.record(leg, Kind.HELD)
    assert (entry.leg, entry.interaction, entry.case, entry.client) == (leg, contact, case, acme)
