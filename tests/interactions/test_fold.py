"""Facts are what the rows say, folded from the journal: at once, late, twice, after a kill, by the terms of then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from bpo.kernel import clock
from clients.models import Client, Contract, Policy, Promise, Queue
from interactions import handling, journal, mail_out, returning
from interactions.models import ContactFact, FigureMark, Interaction, JournalEntry, Kind, Message
from interactions.reports import engine, fold, queries
from interactions.reports.figures import FIGURES, Thing
from interactions.reports.scope import lately, scope_of, scopes_of
from tests import factories as make
from tests.interactions import reported
from tests.interactions.test_reports_queries import golden_day

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # noon in New York
OF_CONTACTS = [key for key, figure in FIGURES.items() if figure.thing == Thing.CONTACT and not figure.now]


@pytest.fixture
def line(db: None) -> Queue:
    return make.queue(make.client("Acme"), "Orders")


def fold_all() -> int:
    """The facts of all contacts there are, whatever their journal says; rows of these tests have none."""
    return fold.again(set(Interaction.objects.values_list("pk", flat=True)))


def random_day(line: Queue) -> None:
    """Every way a contact can end, or go on."""
    bea = reported.agent("Bea Brown", line.client)
    ends = [
        (4, "answered"), (20, "answered"), (21, "answered"), (4, "abandoned"), (5, "abandoned"), (20, "abandoned"),
        (50, "abandoned"), (12, "callback_promised"), (90, "callback_promised"), (70, "timed_out"), (None, ""),
    ]  # fmt: skip
    reasons = [make.reason(line.client, "Late"), make.reason(line.client, "Other"), None]
    for index, (waited, how) in enumerate(ends):
        for channel in ("voice", "chat"):
            fields = {"waited": waited, "how": how, "reason": reasons[index % 3]}
            reported.contact(line, channel, at=NOON + timedelta(minutes=index), **fields)
    reported.contact(line, at=NOON + timedelta(minutes=29, seconds=50))
    reported.contact(line, at=NOON, waited=6, how="abandoned", came_back=True)
    reported.contact(line, at=NOON, waited=6, direction="outbound", origin="agent")
    for how in ("after_hours", "voicemail", "callback_promised", "refused_full", "refused_unstaffed"):
        reported.contact(line, at=NOON, waited=0, how=how).visits.all().delete()
    reported.contact(line, "email", at=NOON, waited=0, how="after_hours").visits.all().delete()
    reported.contact(line, "email", at=NOON, waited=0, how="spam").visits.all().delete()
    for minutes in (0, 5, 300):
        mail = reported.contact(line, "email", at=NOON, waited=600)
        if minutes:
            reported.wrote(mail, "It is on its way.", at=NOON + timedelta(minutes=minutes), by=bea)
    reported.contact(line, "email", at=NOON)
    reported.contact(line, "email", at=NOON + timedelta(minutes=25))


def test_the_golden_day_out_of_facts(line: Queue) -> None:
    golden_day(line, NOON)
    assert fold_all() == 100
    counted = engine.lines(scope_of([line.client], at=NOON + timedelta(hours=1)))[()]
    ends = (counted.in_time, counted.late, counted.short, counted.abandoned_in_time, counted.abandoned_late)
    assert (*ends, counted.callback_in_time) == (70, 15, 3, 4, 5, 3)
    assert round(counted.service_level().percent or 0, 2) == 74.47
    assert counted.asa_seconds == (70 * 10 + 15 * 40) / 85


@pytest.mark.parametrize("channel", ["", "voice", "chat", "email"])
def test_every_figure_of_contacts_is_the_same_out_of_rows_and_out_of_facts(line: Queue, channel: str) -> None:
    for of, seconds in (("voice", 20), ("chat", 60), ("email", 600)):
        reported.promise(line.client, of, seconds)
    random_day(line)
    fold_all()
    reason = line.client.reasons.get(name="Late").pk
    for more in ({}, {"queue": line.pk}, {"reason": reason}, {"no_reason": True}):
        scope = scope_of([line.client], at=NOON + timedelta(minutes=30), channel=channel, **more)
        for key in OF_CONTACTS:
            rows = set(queries.rows_of(key, scope).values_list("pk", flat=True))
            assert set(engine.rows_of(key, scope).values_list("pk", flat=True)) == rows, (key, more)
        assert engine.counts(OF_CONTACTS, scope) == {key: queries.count_of(key, scope) for key in OF_CONTACTS}
    some = scope_of([line.client], at=NOON + timedelta(minutes=30), channel=channel)
    told = {key for key in OF_CONTACTS if queries.count_of(key, some)}
    assert len(told) >= {"email": 10}.get(channel, 15)


def test_lines_of_several_stretches_are_the_same_out_of_rows_and_out_of_facts(line: Queue) -> None:
    random_day(line)
    reported.contact(line, at=NOON - timedelta(days=1), waited=90)
    fold_all()
    today, week = scopes_of([line.client], "today", "7d", at=NOON + timedelta(minutes=30))
    for by in ((), ("channel",), ("queue_id", "channel"), ("reason_id",)):
        assert engine.lines_of([today, lately(today), week], *by) == queries.lines_of([today, lately(today), week], *by)


def test_folded_twice_changes_nothing(line: Queue) -> None:
    random_day(line)
    assert fold_all() == Interaction.objects.filter(direction="inbound").count()
    assert fold_all() == 0


def test_what_is_agreed_on_later_judges_no_contact_of_before(line: Queue) -> None:
    """Acme answers within 20 s and calls nobody short under 5 s; afterwards both are changed in place."""
    promise = reported.promise(line.client, "voice", 20)
    reported.promise(line.client, "email", 3600)
    before = [
        reported.contact(line, at=NOON, waited=15),
        reported.contact(line, at=NOON, waited=8, how="abandoned"),
        reported.contact(line, at=NOON),
        reported.contact(line, "email", at=NOON),
    ]
    fold_all()
    Promise.objects.filter(contract=promise.contract).update(threshold_seconds=10)
    Policy.objects.filter(client=line.client).update(short_abandon_seconds=30)
    reported.wrote(before[3], "Yes", at=NOON + timedelta(minutes=30), by=reported.agent("Bea Brown", line.client))
    assert fold_all() == 1  # the mail's reply
    assert ends(*before) == ["in_time", "abandoned_in_time", "waiting", "in_time"]
    assert ContactFact.objects.get(pk=before[2].pk).due_at == NOON + timedelta(seconds=20)
    after = [reported.contact(line, at=NOON, waited=15), reported.contact(line, at=NOON, waited=8, how="abandoned")]
    fold_all()
    assert ends(*after) == ["late", "short"]


def test_a_contract_judges_those_who_came_while_it_was_in_force(line: Queue) -> None:
    reported.promise(line.client, "voice", 60, start="2026-11-01")
    Contract.objects.update(valid_until="2026-11-23")
    reported.promise(line.client, "voice", 10, start="2026-11-24")
    days = [reported.contact(line, at=at, waited=30) for at in (NOON - timedelta(days=1), NOON)]
    fold_all()
    assert ends(*days) == ["in_time", "late"]


def test_mails_are_judged_in_the_hours_that_were_known_when_they_came(line: Queue) -> None:
    """Half an hour before closing, four hours promised: due at half past twelve. Later Acme opens all day."""
    bea = reported.agent("Bea Brown", line.client)
    line.hours = make.hours(line.client, "Office", always_open=False)
    for weekday in range(5):
        line.hours.spans.create(weekday=weekday, opens=9 * 60, closes=17 * 60)
    line.save()
    reported.promise(line.client, "email", 4 * 3600)
    evening = NOON + timedelta(hours=4, minutes=30)
    mails = [reported.contact(line, "email", at=evening) for _ in range(3)]
    fold_all()
    due = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
    scope = scope_of([line.client], "7d", at=due, channel="email")
    for after, count in ((timedelta(), 0), (timedelta(seconds=0.9), 0), (timedelta(seconds=1), 3)):
        asked = scope_of([line.client], "7d", at=due + after, channel="email")
        assert engine.lines(asked)[()].overdue == count
        assert engine.counts(["judged"], asked)["judged"] == queries.count_of("judged", asked) == count
    line.hours.always_open = True
    line.hours.save()
    reported.wrote(mails[0], "Yes", at=due, by=bea)
    reported.wrote(mails[1], "Yes", at=due + timedelta(minutes=1), by=bea)
    fold_all()
    assert ends(*mails) == ["in_time", "late", "waiting"]
    assert engine.lines(scope)[()].pending == 1


def ends(*contacts: Interaction) -> list[str]:
    found = ContactFact.objects.in_bulk([contact.pk for contact in contacts])
    return [found[contact.pk].end for contact in contacts]


# --- by the journal --------------------------------------------------------------------------------------------------


def test_a_contact_is_followed_from_its_arrival_to_the_end(line: Queue) -> None:
    with clock.set_to(NOON):
        ann = make.waiting(line)
        fold.catch_up()
        assert ends(ann) == ["waiting"]
        assert fold.catch_up()[0].entries == 0
        clock.advance(12)
        handling.customer_left(ann)
        fold.catch_up()
        assert ends(ann) == ["abandoned_in_time"]
        clock.advance(20)
        again = make.waiting(line)
        returning.came_back(ann, again, at=clock.now())
        fold.catch_up()
        assert ends(ann, again) == ["none", "waiting"]
    mark = FigureMark.objects.get()
    assert mark.entry == JournalEntry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert mark.folded_at == NOON + timedelta(seconds=32)


def test_a_mail_counts_as_replied_to_when_the_reply_left(line: Queue) -> None:
    bea = reported.agent("Bea Brown", line.client)
    with clock.set_to(NOON):
        mail = make.waiting(line, "email")
        reply = reported.wrote(mail, "Yes", at=NOON, by=bea)
        Message.objects.filter(pk=reply.pk).update(state="sending", attempts=1)
        reply.refresh_from_db()
        fold.catch_up()
        assert ends(mail) == ["waiting"]
        clock.advance(15)
        mail_out.left(reply)
        fold.catch_up()
        assert ends(mail) == ["in_time"]
        (left,) = mail.journal.filter(kind=Kind.MESSAGE_LEFT)
        assert (left.at, left.actor_id) == (clock.now(), bea.user_id)


def test_a_reason_that_is_noted_later_moves_the_fact(line: Queue) -> None:
    ann = make.waiting(line)
    fold.catch_up()
    late = make.reason(line.client, "Late")
    Interaction.objects.filter(pk=ann.pk).update(reason=late)
    journal.record(ann, Kind.REASON_SET, reason=late.code)
    fold.catch_up()
    assert ContactFact.objects.get(pk=ann.pk).reason_id == late.pk


def test_small_batches_come_to_the_same(line: Queue) -> None:
    contacts = [make.waiting(line) for _ in range(5)]
    batches = fold.catch_up(most=3)
    assert len(batches) == JournalEntry.objects.count() // 3 + 1
    assert ends(*contacts) == ["waiting"] * 5


def test_a_kill_in_the_middle_loses_and_repeats_nothing(line: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    fold.catch_up()
    ann = make.waiting(line)
    before = FigureMark.objects.get().entry

    def killed(mark: FigureMark) -> None:
        assert ContactFact.objects.exists(), "the facts were written"
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(FigureMark, "save", killed)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            fold.fold()
    assert not ContactFact.objects.exists()
    assert FigureMark.objects.get().entry == before
    fold.catch_up()
    assert ends(ann) == ["waiting"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_committed_late_under_a_lower_number_is_not_passed_over() -> None:
    """A slow operation has taken its number; the next contact's entry is there before it."""
    line = make.queue(make.client("Acme"), "Orders")
    slow, quick = (reported.contact(line, at=NOON, waited=3) for _ in range(2))
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO interactions_journalentry (client_id, interaction_id, kind, at, actor_name, facts)"
                " VALUES (%s, %s, 'closed', now(), 'system', '{}')",
                [line.client_id, slow.pk],
            )
        journal.record(quick, Kind.CLOSED, at=NOON)
        assert fold.fold().entries == fold.fold().entries == 0, "nothing is certain while it goes on"
        journal.record(quick, Kind.CLOSED, at=NOON)
        other.commit()
    finally:
        other.close()
    assert [fold.fold().entries, fold.fold().entries] == [3, 0]
    assert ends(slow, quick) == ["in_time", "in_time"]


@pytest.mark.django_db(transaction=True)
def test_who_began_after_the_look_holds_nothing_up() -> None:
    """There is always somebody writing: what was seen before they began is folded when those of then are done."""
    line = make.queue(make.client("Acme"), "Orders")
    first, second = (reported.contact(line, at=NOON, waited=3) for _ in range(2))
    one, two = connection.copy(), connection.copy()
    insert = (
        "INSERT INTO interactions_journalentry (client_id, interaction_id, kind, at, actor_name, facts)"
        " VALUES (%s, %s, 'closed', now(), 'system', '{}')"
    )
    try:
        for each, contact in ((one, first), (two, second)):
            each.set_autocommit(False)
            with each.cursor() as cursor:
                cursor.execute(insert, [line.client_id, contact.pk])
            if each is one:
                assert fold.fold().entries == 0
        one.commit()
        assert fold.fold().entries == 1
        assert ContactFact.objects.count() == 1
        two.commit()
        assert fold.fold().entries == 1
    finally:
        one.close()
        two.close()
    assert ends(first, second) == ["in_time", "in_time"]


def test_nobody_elses_facts(line: Queue) -> None:
    golden_day(line, NOON)
    fold_all()
    other = make.client("Cal's house")
    assert engine.counts(["came_in"], scope_of([other], at=NOON)) == {"came_in": 0}
    assert not ContactFact.objects.visible_to(make.supervisor(other, name="Cal Carter")).exists()
    assert ContactFact.objects.visible_to(make.supervisor(line.client)).count() == 100


def test_the_number_of_statements_does_not_grow(line: Queue, django_assert_num_queries) -> None:
    def asked(contacts: int) -> None:
        for _ in range(contacts):
            reported.contact(line, at=NOON, waited=3)
            reported.contact(line, "email", at=NOON)

    asked(2)
    with django_assert_num_queries(9):  # two of them the test's own and the savepoint's
        fold_all()
    asked(20)
    with django_assert_num_queries(9):
        fold_all()


def test_a_client_is_one_of_many(line: Queue) -> None:
    """Acme answers in 10 s, Cal's house in 40: folded together, each by its own."""
    cals = make.queue(make.client("Cal's house"), "Rooms")
    reported.promise(line.client, "voice", 10)
    reported.promise(cals.client, "voice", 40)
    both = [reported.contact(queue, at=NOON, waited=20) for queue in (line, cals)]
    fold_all()
    assert ends(*both) == ["late", "in_time"]
    assert isinstance(cals.client, Client)
