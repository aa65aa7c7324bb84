"""What an operation asks travels together, and yet in the order in which it was asked."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg.pq import TransactionStatus

from bpo.kernel import clock
from bpo.kernel.asking import asked, asked_later, operation
from bpo.kernel.errors import StaleState
from bpo.kernel.states import advance
from bpo.kernel.writing import insert, insert_later, update
from interactions.models import Interaction, Visit
from tests import factories

pytestmark = pytest.mark.django_db
ALLOWED = {"queued": frozenset({"active"}), "active": frozenset({"held"})}


@pytest.fixture
def waiting() -> Interaction:
    return factories.waiting()


def pipelines(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one for each time that several statements are sent at once."""
    sent: list[int] = []
    raw = connection.connection
    original = raw.pipeline

    def pipeline() -> Any:
        sent.append(1)
        return original()

    monkeypatch.setattr(raw, "pipeline", pipeline)
    return sent


def test_what_is_written_travels_with_the_next_question(waiting: Interaction, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = pipelines(monkeypatch)

    @operation
    def act() -> list[list[Any]]:
        update(Interaction, {"pk": waiting.pk}, language="es")
        update(Interaction, {"pk": waiting.pk}, language="fr")
        assert sent == []
        return asked("SELECT language FROM interactions_interaction WHERE id = %s", [waiting.pk])

    with CaptureQueriesContext(
        connection,
    ) as told:
        assert act() == [["fr"]]
    assert sent == [1]
    assert sum("interactions_interaction" in one["sql"] for one in told) == 3


def test_django_sees_what_was_written_before(waiting: Interaction) -> None:
    @operation
    def act() -> str:
        update(Interaction, {"pk": waiting.pk}, language="es")
        return Interaction.objects.get(pk=waiting.pk).language

    assert act() == "es"


def test_at_the_end_all_of_it_is_there(waiting: Interaction) -> None:
    @operation
    def act() -> None:
        update(Interaction, {"pk": waiting.pk}, language="es")

    act()
    waiting.refresh_from_db()
    assert waiting.language == "es"


def test_a_move_that_came_late_is_told_at_the_end_and_nothing_is_left(waiting: Interaction) -> None:
    other = Interaction.objects.get(pk=waiting.pk)

    @operation
    def act(contact: Interaction, language: str) -> None:
        update(Interaction, {"pk": contact.pk}, language=language)
        advance(contact, "active", allowed=ALLOWED, version=F("version") + 1)

    act(waiting, "es")
    with pytest.raises(StaleState):
        act(other, "fr")
    version = waiting.version
    waiting.refresh_from_db()
    assert (waiting.language, waiting.state, waiting.version) == ("es", "active", version)


def test_the_first_thing_that_went_wrong_is_told(waiting: Interaction) -> None:
    """The second statement is refused because the first found nothing: that is what is said."""
    Interaction.objects.filter(pk=waiting.pk).update(state="active")

    @operation
    def act() -> None:
        advance(waiting, "active", allowed=ALLOWED)
        insert_later(Visit(interaction=waiting, client=waiting.client, queue=waiting.queue, entered_at=clock.now()))

    with pytest.raises(StaleState):
        act()


def test_what_the_database_refuses_is_refused_at_the_latest_at_the_end(waiting: Interaction) -> None:
    reached = []

    @operation
    def act() -> None:
        insert_later(Visit(interaction=waiting, client=waiting.client, queue=waiting.queue, entered_at=clock.now()))
        reached.append(True)

    with pytest.raises(IntegrityError):
        act()
    assert reached == [True]
    assert Visit.objects.filter(interaction=waiting).count() == 1


def test_what_fails_inside_leaves_what_was_done_before(waiting: Interaction) -> None:
    @operation
    def fails() -> None:
        update(Interaction, {"pk": waiting.pk}, language="fr")
        raise ValueError

    @operation
    def act() -> None:
        update(Interaction, {"pk": waiting.pk}, priority=3)
        with pytest.raises(ValueError), transaction.atomic():
            fails()
        with pytest.raises(IntegrityError), transaction.atomic():
            insert(Visit(interaction=waiting, client=waiting.client, queue=waiting.queue, entered_at=clock.now()))

    act()
    waiting.refresh_from_db()
    assert (waiting.priority, waiting.language) == (3, "en")


@pytest.mark.django_db(transaction=True)
def test_the_commit_travels_with_what_refuses_nothing(waiting: Interaction, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, commit = connection.connection, connection._commit
    left: list[TransactionStatus] = []

    def watched() -> None:
        left.append(raw.info.transaction_status)
        commit()

    monkeypatch.setattr(connection, "_commit", watched)
    visit = {"interaction": waiting, "client": waiting.client, "queue": waiting.queue, "entered_at": clock.now()}

    @operation
    def tells() -> None:
        update(Interaction, {"pk": waiting.pk}, language="es")

    @operation
    def moves() -> None:
        advance(waiting, "active", allowed=ALLOWED)

    @operation
    def refused() -> None:
        update(Interaction, {"pk": waiting.pk}, language="fr")
        insert_later(Visit(**visit))

    tells()
    moves()
    with pytest.raises(IntegrityError):
        refused()
    assert left == [TransactionStatus.IDLE, TransactionStatus.INTRANS]
    waiting.refresh_from_db()
    assert (waiting.language, waiting.state) == ("es", "active")
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_what_only_the_commit_refuses_is_refused(waiting: Interaction) -> None:
    @operation
    def act() -> None:
        update(Interaction, {"pk": waiting.pk}, language="es")
        asked_later("UPDATE interactions_visit SET queue_id = -1 WHERE interaction_id = %s RETURNING 1", [waiting.pk])

    with pytest.raises(IntegrityError):
        act()
    waiting.refresh_from_db()
    assert waiting.language == "en"


def test_outside_an_operation_it_is_asked_at_once(waiting: Interaction, django_assert_num_queries: Any) -> None:
    told: list[list[Any]] = []
    with django_assert_num_queries(1):
        asked_later("SELECT 1", [], then=told.extend)
    assert told == [[1]]


def test_a_refusal_at_the_end_of_a_block_undoes_the_block(waiting: Interaction) -> None:
    Interaction.objects.filter(pk=waiting.pk).update(state="active")

    @operation
    def act() -> None:
        update(Interaction, {"pk": waiting.pk}, priority=3)
        with pytest.raises(StaleState), transaction.atomic():
            Interaction.objects.filter(pk=waiting.pk).update(language="fr")
            advance(waiting, "active", allowed=ALLOWED)

    with contextlib.suppress(TransactionManagementError):
        act()
    waiting.refresh_from_db()
    assert waiting.language == "en"


def test_what_was_given_up_is_not_asked_any_more(waiting: Interaction) -> None:
    @operation
    def act() -> None:
        update(Interaction, {"pk": waiting.pk}, priority=3)
        with pytest.raises(ValueError), transaction.atomic():
            insert_later(Visit(interaction=waiting, client=waiting.client, queue=waiting.queue, entered_at=clock.now()))
            raise ValueError

    act()
    waiting.refresh_from_db()
    assert waiting.priority == 3
