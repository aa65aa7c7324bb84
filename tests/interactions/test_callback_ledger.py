"""Whatever happens in whatever order: made = open + ended, ends are final, and each end means what its name says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.models import Agent
from bpo.kernel.errors import DomainError
from clients import standing
from clients.models import Client, ClientState, HoursSpan, Queue
from interactions import callback_work, callbacks, handling, outbound, wrap_up
from interactions import standing as consequences
from interactions.models import (
    Callback,
    CallbackOrigin,
    CallbackState,
    EndedBy,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegState,
    Origin,
    State,
)
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2026, 5, 11, 13, 0, tzinfo=UTC)
OPEN = set(callbacks.OPEN_STATES)
WAITING = (State.QUEUED, State.OFFERED)

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "promise",
                "promise later",
                "sweep",
                "broken first",
                "start",
                "reached",
                "no answer",
                "wrong number",
                "hang up",
                "change",
                "replace",
                "withdraw",
                "come in",
                "put back",
                "suspend",
                "resume",
            ]
        ),
        st.sampled_from([0, 1, 20, 60, 240, 1440]),
        st.integers(0, 5),
    ),
    max_size=14,
)


class Story:
    """One client with one agent, and the steps that may happen to the promises."""

    def __init__(self) -> None:
        self.at = START
        self.client: Client = factories.client("Acme", zone="America/New_York")
        week = factories.hours(self.client, "Office", always_open=False)
        for weekday in range(6):
            HoursSpan.objects.create(hours=week, weekday=weekday, opens=480, closes=1200)
        self.line: Queue = factories.queue(self.client, hours=week)
        self.ann = factories.customer(self.client, phone="+12125550133", address="ann@mail.example")
        self.bea: Agent = factories.agent(licensed=self.client, available=True, at=START)
        self.ends: dict[int, tuple[str, datetime]] = {}
        self.disposition = factories.disposition(self.client)

    def promise(self, **given) -> None:
        callbacks.promise(
            self.client,
            customer=self.ann,
            queue=self.line,
            origin=CallbackOrigin.FORM,
            number="+12125550133",
            at=self.at,
            **given,
        )

    def one(self, number: int) -> Callback | None:
        rows = list(Callback.objects.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def leg(self) -> Leg | None:
        return Leg.objects.filter(agent=self.bea, state=LegState.HANDLING).first()

    def free(self) -> None:
        for leg in Leg.objects.filter(agent=self.bea, state=LegState.WRAPPING):
            wrap_up.finish(leg, by=self.bea, disposition=self.disposition, at=self.at)

    def report(self, result: str) -> None:
        if leg := self.leg():
            callback_work.report(leg, result, by=self.bea, at=self.at)

    def take(self, step: str, number: int) -> None:
        callback = self.one(number)
        later = self.at + timedelta(days=1)
        match step:
            case "promise":
                self.promise()
            case "promise later":
                self.promise(due_from=later, due_until=later + timedelta(hours=2))
            case "sweep":
                callback_work.settle(self.at)
                callback_work.fall_due(self.at)
                callback_work.find_broken(self.at)
                consequences.follow_standing(self.at)
            case "broken first":
                callback_work.find_broken(self.at)
                callback_work.fall_due(self.at)
            case "start" if callback:
                outbound.start_callback(callback, by=self.bea, at=self.at)
            case "reached" | "no answer" | "wrong number":
                self.report(step.replace(" ", "_"))
            case "hang up" if leg := self.leg():
                handling.end_work(leg, by=self.bea, ended_by=EndedBy.AGENT, at=self.at)
            case "change" if callback:
                callbacks.change(callback, later, later + timedelta(hours=2), link=True, at=self.at)
            case "replace" if callback:
                callbacks.replace(callback, later, later + timedelta(hours=2), by=self.bea, at=self.at)
            case "withdraw" if callback:
                callbacks.withdraw(callback, "not needed", link=True, at=self.at)
            case "come in":
                contact = factories.waiting(self.line, who=self.ann, at=self.at)
                sure = callbacks.surely_promised(contact, vouched=True)
                callbacks.withdraw_for_contact(sure, contact, at=self.at)
                handling.customer_left(contact, where="queue", at=self.at)
            case "put back" if callback and callback.interaction:
                callback_work.put_back(callback.interaction, why="hours over", at=self.at)
            case "suspend" if self.client.state == ClientState.LIVE:
                standing.suspend(self.client, reason="not paid", at=self.at)
                consequences.follow(self.client, at=self.at)
            case "resume" if self.client.state == ClientState.SUSPENDED:
                standing.resume(self.client, reason="paid", at=self.at)
                consequences.follow(self.client, at=self.at)
        self.free()

    def check(self) -> None:
        rows = list(Callback.objects.select_related("interaction", "client__policy"))
        made = JournalEntry.objects.filter(kind=Kind.CALLBACK_PROMISED).count()
        ended = [row for row in rows if row.state not in OPEN]
        assert made == len(rows) == len(ended) + len([row for row in rows if row.state in OPEN])
        for row in ended:
            assert self.ends.setdefault(row.pk, (row.state, row.ended_at)) == (row.state, row.ended_at), (
                "ends are final"
            )
            assert row.next_try_at is None
        assert set(self.ends) == {row.pk for row in ended}
        for row in rows:
            assert (row.ended_at is not None) == (row.state not in OPEN)
            self.check_meaning(row)
        attempts = Interaction.objects.filter(origin=Origin.CALLBACK)
        assert set(attempts.filter(state__in=WAITING).values_list("pk", flat=True)) <= {
            row.interaction_id for row in rows if row.state == CallbackState.WORKING
        }

    def check_meaning(self, row: Callback) -> None:
        match row.state:
            case CallbackState.KEPT:
                assert row.reached_at is not None and row.reached_at <= row.due_until
            case CallbackState.LATE:
                assert row.reached_at is not None and row.reached_at > row.due_until
            case CallbackState.UNREACHED:
                assert row.tried_in_window and row.attempts >= 1
            case CallbackState.BROKEN:
                assert not row.tried_in_window
                assert row.ended_at >= row.due_until + callback_work.grace(row)
            case CallbackState.WORKING:
                assert row.interaction is not None
            case CallbackState.PROMISED:
                replaced = row.replaced_by.exists()
                assert replaced == (row.next_try_at is None)
        assert row.journal.filter(kind=Kind.CALLBACK_TRIED).count() >= row.attempts


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_made_is_open_and_ended_always(steps, db, caplog):
    with transaction.atomic():
        story = Story()
        for step, minutes, number in [("promise", 0, 0), *steps, ("sweep", 0, 0)]:
            story.at += timedelta(minutes=minutes)
            try:
                with transaction.atomic():
                    story.take(step, number)
            except DomainError:
                story.client.refresh_from_db()
            story.check()
        assert not [record.message for record in caplog.records if record.levelname == "ERROR"], "a step failed"
        transaction.set_rollback(True)
