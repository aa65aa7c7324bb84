"""A day of Acme in rows, and the figures that come out of it: the count is always the list."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bpo.kernel import clock
from bpo.kernel.errors import InvalidValue
from clients.formulas import PROMISED, SERVICE_LEVELS, Formula, Source
from clients.models import Client, Contract, Policy, Promise, Queue
from interactions.models import Interaction, Message, Visit
from interactions.reports import halved, promised, queries
from interactions.reports.figures import FIGURES, Thing
from interactions.reports.measures import Callbacks
from interactions.reports.scope import lately, midnight, period, promises_in_force, scope_of, scopes_of
from tests import factories
from tests.interactions import reported

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)  # noon in New York


@pytest.fixture
def acme() -> Client:
    return factories.client("Acme")


@pytest.fixture
def line(acme: Client) -> Queue:
    return factories.queue(acme, "Orders")


def golden_day(queue: Queue, at: datetime) -> None:
    """The hundred contacts of the design's golden day."""
    waits = [(10, "answered")] * 70 + [(40, "answered")] * 15 + [(3, "abandoned")] * 3
    waits += [(12, "abandoned")] * 4 + [(60, "abandoned")] * 5 + [(12, "callback_promised")] * 3
    Interaction.objects.bulk_create(
        Interaction(
            client=queue.client, queue=queue, channel="voice", origin="phone", state="closed", arrived_at=at,
            state_since=at, closed_at=at, outcome="handled" if how == "answered" else how,
        )
        for _, how in waits
    )  # fmt: skip
    Visit.objects.bulk_create(
        Visit(
            interaction=row,
            client=queue.client,
            queue=queue,
            entered_at=at,
            left_at=at + timedelta(seconds=wait),
            how=how,
        )
        for row, (wait, how) in zip(Interaction.objects.order_by("pk"), waits, strict=True)
    )


def test_the_golden_day_out_of_rows(line: Queue) -> None:
    golden_day(line, NOON)
    counted = queries.line(scope_of([line.client], at=NOON + timedelta(hours=1)))
    assert counted.offered == 100
    assert round(counted.service_level().percent or 0, 2) == 74.47
    assert round(counted.service_level("service_level_settled_in_time.v1").percent or 0, 2) == 80.00
    assert counted.asa_seconds == (70 * 10 + 15 * 40) / 85


def test_every_figure_is_the_number_of_its_rows(line: Queue) -> None:
    bea = reported.agent("Bea Brown", line.client)
    golden = [
        (4, "answered"), (20, "answered"), (21, "answered"), (4, "abandoned"), (5, "abandoned"), (20, "abandoned"),
        (50, "abandoned"), (12, "callback_promised"), (90, "callback_promised"), (70, "timed_out"), (None, ""),
    ]  # fmt: skip
    for index, (waited, how) in enumerate(golden):
        made = reported.contact(line, at=NOON + timedelta(minutes=index), waited=waited, how=how)
        if how == "answered":
            reported.worked(made, bea, start=NOON + timedelta(minutes=index, seconds=waited or 0))
    reported.contact(line, at=NOON + timedelta(minutes=29, seconds=50))
    reported.contact(line, at=NOON, waited=6, how="abandoned", came_back=True)
    for how in ("after_hours", "callback_promised", "refused_full"):  # answered at the door, or booked by the form
        reported.contact(line, at=NOON, waited=0, how=how).visits.all().delete()
    mail = reported.contact(line, "email", at=NOON, waited=600)
    reported.wrote(mail, "It is on its way.", at=NOON + timedelta(minutes=11), by=bea)
    reported.contact(line, "email", at=NOON)
    for state in ("promised", "kept", "late", "unreached", "broken", "withdrawn", "due"):
        reported.callback(line, state, at=NOON)

    scope = scope_of([line.client], at=NOON + timedelta(minutes=30))
    day = queries.day(scope)
    counted = day.line
    assert day.callbacks == Callbacks(open=2, kept=1, late=1, unreached=1, broken=1, withdrawn=1)
    assert day.handling.legs == 3
    expected = {
        "came_in": day.came_in,
        "offered": counted.offered,
        "answered": counted.answered,
        "in_time": counted.in_time,
        "late": counted.late,
        "judged": counted.service_level().denominator,
        "not_in_time": counted.service_level().denominator - counted.in_time,
        "abandoned": counted.abandoned,
        "given_up": counted.given_up,
        "short": counted.short,
        "took_callback": counted.took_callback,
        "still_waiting": counted.waiting,
        "elsewise": counted.elsewise,
        **day.beside,
        "not_in_line": sum(day.not_in_line(channel) for channel in ("voice", "chat")),
        "handled": day.handling.legs,
        "callbacks_made": day.callbacks.made,
        "callbacks_open": day.callbacks.open,
        **{
            f"callbacks_{end}": getattr(day.callbacks, end)
            for end in ("kept", "late", "unreached", "broken", "withdrawn")
        },
    }
    assert counted == queries.line(scope)
    assert (day.not_in_line("voice"), day.at_the_door["after_hours", "voice"]) == (1, 1)
    for key, number in expected.items():
        assert queries.rows_of(key, scope).count() == number, key
        if FIGURES[key].thing == Thing.CONTACT:
            assert queries.contacts_of(key, scope).count() == number, key
    assert set(expected) == {key for key, figure in FIGURES.items() if not figure.now and not figure.variant}
    assert (counted.in_time, counted.late, counted.short, counted.abandoned_in_time, counted.abandoned_late) == (
        2,
        1,
        1,
        2,
        1,
    )
    assert (counted.overdue, counted.pending, counted.elsewise) == (1, 1, 1)
    assert queries.count_of("waiting_now", scope) == 3


def test_reasons_add_up_to_all_who_came(line: Queue) -> None:
    wrong, other = factories.reason(line.client, "Something wrong"), factories.reason(line.client, "Other")
    late = factories.reason(line.client, "Late delivery", parent=wrong)
    reported.contact(line, at=NOON, waited=3, reason=wrong)
    for _ in range(2):
        reported.contact(line, at=NOON, waited=3, reason=late)
    reported.contact(line, at=NOON, waited=9, how="abandoned", reason=other)
    reported.contact(line, at=NOON, waited=9, how="spam")
    reported.contact(line, at=NOON)
    scope = scope_of([line.client], at=NOON + timedelta(minutes=1))
    rows = queries.reasons(scope)
    assert [(row.name, row.contacts, row.handled, row.left, row.open) for row in rows] == [
        ("Late delivery", 2, 2, 0, 0), ("Other", 1, 0, 1, 0), ("Something wrong", 1, 1, 0, 0), ("", 1, 0, 0, 1)
    ]  # fmt: skip
    assert sum(row.contacts for row in rows) == queries.count_of("came_in", scope)
    for row in rows:
        own = scope_of([line.client], at=scope.at, reason=row.reason, no_reason=row.reason is None)
        assert queries.count_of("came_in", own) == row.contacts


def test_the_threshold_is_that_of_the_contract_in_force_when_the_contact_came(line: Queue) -> None:
    reported.promise(line.client, "voice", 60, start="2026-11-01")
    Contract.objects.update(valid_until="2026-11-23")
    reported.promise(line.client, "voice", 10, start="2026-11-24")
    reported.promise(line.client, "chat", 45, start="2026-11-24")
    for at in (NOON - timedelta(days=1), NOON):
        reported.contact(line, at=at, waited=30)
    reported.contact(line, "chat", at=NOON, waited=45)
    counted = queries.day(scope_of([line.client], "7d", at=NOON + timedelta(minutes=1)))
    assert (counted.by_channel["voice"].in_time, counted.by_channel["voice"].late) == (1, 1)
    assert counted.by_channel["chat"].in_time == 1


@pytest.mark.parametrize("formula", SERVICE_LEVELS.values(), ids=SERVICE_LEVELS)
@pytest.mark.parametrize("channel", ["voice", "email"])
def test_every_percentage_leads_to_its_denominator(line: Queue, formula: Formula, channel: str) -> None:
    bea = reported.agent("Bea Brown", line.client)
    promise = reported.promise(line.client, channel, 20, formula=formula.key)
    if channel == "voice":
        golden_day(line, NOON)
    else:
        for waits in (10, 40, 0):
            mail = reported.contact(line, "email", at=NOON, waited=1 if waits else None)
            if waits:
                reported.wrote(mail, "Yes", at=NOON + timedelta(seconds=waits), by=bea)
        reported.contact(line, "email", at=NOON, waited=5, how="handled")
    scope = scope_of([line.client], at=NOON + timedelta(hours=1))
    (kept,) = promised.kept([promise], scope)
    assert kept.ratio.denominator > 0
    assert queries.count_of(kept.formula.judged, scope.with_threshold(promise)) == kept.ratio.denominator


@pytest.mark.parametrize("formula", PROMISED.values(), ids=PROMISED)
def test_both_halves_and_what_is_not_counted_are_the_rows_they_lead_to(line: Queue, formula: Formula) -> None:
    golden_day(line, NOON)
    reported.contact(line, at=NOON, waited=70, how="timed_out")
    reported.contact(line, at=NOON + timedelta(minutes=59, seconds=50))
    reported.contact(line, at=NOON)
    for state in ("promised", "kept", "kept", "late", "unreached", "broken", "withdrawn"):
        reported.callback(line, state, at=NOON)
    scope = scope_of([line.client], at=NOON + timedelta(hours=1))
    every = 103 if formula.source == Source.LINE else 7
    for key in (formula.judged, formula.met, formula.unmet):
        found = halved.of(key, scope)
        assert found is not None and found.formula == formula
        (_, _, whole), (_, _, yes), (_, _, no) = found.chips
        assert whole == yes + no > 0 and whole + sum(n for _, _, n in found.apart) == every
        assert sum(n for _, _, n in found.parts) == queries.count_of(key, scope)
        for figure, _name, n in (*found.chips, *found.parts, *found.apart):
            assert queries.count_of(figure, scope) == n, figure
        ratio = formula.of(found.counts)
        assert (ratio.numerator, ratio.denominator) == (yes, whole)


def test_what_mails_are_counted_and_not(line: Queue) -> None:
    """Two replied to in time, one late, one overdue, one closed without a reply, one not due yet."""
    bea = reported.agent("Bea Brown", line.client)
    reported.promise(line.client, "email", 20)
    for waits in (10, 12, 40):
        mail = reported.contact(line, "email", at=NOON, waited=1)
        reported.wrote(mail, "Yes", at=NOON + timedelta(seconds=waits), by=bea)
    reported.contact(line, "email", at=NOON)
    reported.contact(line, "email", at=NOON, waited=5, how="handled")
    reported.contact(line, "email", at=NOON + timedelta(minutes=59, seconds=50))
    scope = scope_of([line.client], at=NOON + timedelta(hours=1), channel="email")
    found = halved.of("judged", scope)
    assert found is not None
    assert [n for _, _, n in found.chips] == [4, 2, 2]
    assert {key: n for key, _, n in found.apart} == {"pending": 1, "elsewise": 1}
    for figure, _name, n in (*found.chips, *found.parts, *found.apart):
        assert queries.count_of(figure, scope) == n, figure


def test_a_promise_counts_while_its_contract_is_in_force(line: Queue) -> None:
    """From the 24th on another contract: the calls of the day before are not those of the new promise."""
    reported.promise(line.client, "voice", 20, start="2026-11-01")
    Contract.objects.update(valid_until="2026-11-23")
    promise = reported.promise(line.client, "voice", 60, start="2026-11-24")
    for at in (NOON - timedelta(days=1), NOON, NOON):
        reported.contact(line, at=at, waited=30)
    scope = scope_of([line.client], "month", at=NOON + timedelta(hours=1))
    (kept,) = promised.kept([promise], scope)
    assert (kept.ratio.numerator, kept.ratio.denominator) == (2, 2)
    assert queries.count_of("judged", scope.with_threshold(promise)) == 2


@pytest.mark.parametrize(
    ("formula", "target", "limit", "percent", "written", "light"),
    [
        ("service_level.v1", 80, 75, 79.96, "80.0", "met"),
        ("service_level.v1", 80, 75, 79.94, "79.9", "below"),
        ("service_level.v1", 80, 75, 74.94, "74.9", "missed"),
        ("service_level.v1", "79.95", 75, 79.94, "79.94", "below"),
        ("given_up_rate.v1", 5, 8, 5.04, "5.0", "met"),
        ("given_up_rate.v1", 5, 8, 5.06, "5.1", "below"),
        ("given_up_rate.v1", 5, 8, 8.06, "8.1", "missed"),
    ],
)
def test_the_light_judges_what_is_written(
    formula: str, target: str, limit: str, percent: float, written: str, light: str
) -> None:
    promise = Promise(channel="voice", formula=formula, target_percent=target, limit_percent=limit)
    assert (str(promised.shown(percent, promise)), promised.light_of(percent, promise)) == (written, light)


def test_a_share_given_up_and_callbacks_kept_can_be_promised(line: Queue) -> None:
    """Neither decides how soon a call is to be answered: that is the service level's own."""
    golden_day(line, NOON)
    for state in ("kept", "kept", "kept", "broken", "unreached"):
        reported.callback(line, state, at=NOON)
    reported.promise(line.client, "voice", 9, formula="given_up_rate.v1", target_percent=5, limit_percent=8)
    reported.promise(line.client, "", 9, formula="callbacks_kept.v1", target_percent=95, limit_percent=70)
    reported.promise(line.client, "voice", 50, formula="service_level_answered.v1")
    scope = scope_of([line.client], at=NOON + timedelta(hours=1))
    found = promised.kept(promises_in_force([line.client], NOON, NOON), scope)
    assert {k.promise.formula: (k.ratio.numerator, k.ratio.denominator, k.light) for k in found} == {
        "given_up_rate.v1": (9, 100, "missed"),
        "callbacks_kept.v1": (3, 4, "below"),
        "service_level_answered.v1": (85, 85, "met"),
    }
    assert queries.line(scope).in_time == 85
    for k in found:
        own = scope.with_threshold(k.promise)
        assert queries.count_of(k.formula.judged, own) == k.ratio.denominator
        assert queries.count_of(k.formula.met, own) == k.ratio.numerator


def test_a_promise_is_judged_by_its_own_formula(line: Queue) -> None:
    golden_day(line, NOON)
    reported.promise(line.client, "voice", 20, formula="service_level_answered.v1", target_percent=80, limit_percent=75)
    reported.promise(line.client, "voice", 20)
    scope = scope_of([line.client], at=NOON + timedelta(minutes=1))
    judged = promised.kept(promises_in_force([line.client], NOON, NOON), scope)
    assert [(k.promise.formula, round(k.ratio.percent or 0, 2), k.light) for k in judged] == [
        ("service_level.v1", 74.47, "missed"),
        ("service_level_answered.v1", 82.35, "met"),
    ]


def test_all_promises_of_a_page_are_judged_at_once(line: Queue, django_assert_num_queries) -> None:
    """Bea answers for Acme yesterday and today; two promises for calls differ in their seconds."""
    bea = reported.agent("Bea Brown", line.client)
    for channel, seconds in (("voice", 20), ("chat", 45), ("email", 3600)):
        reported.promise(line.client, channel, seconds)
    reported.promise(line.client, "voice", 60, formula="service_level_answered.v1")
    for at in (NOON - timedelta(days=1), NOON):
        reported.contact(line, at=at, waited=30)
        reported.contact(line, "chat", at=at, waited=40)
        mail = reported.contact(line, "email", at=at, waited=1)
        reported.wrote(mail, "Yes", at=at + timedelta(hours=1 if at == NOON else 2), by=bea)
    reported.contact(line, at=NOON, waited=10)
    scopes = scopes_of([line.client], "today", "month", at=NOON + timedelta(hours=3))
    promises = promises_in_force([line.client], NOON, NOON)
    with django_assert_num_queries(4):  # calls and chats, once more for the second threshold, mails, their hours
        today, month = promised.kept_in(promises, scopes)
    told = [(k.promise.channel, k.promise.threshold_seconds, k.ratio.numerator, k.ratio.denominator) for k in month]
    assert told == [("chat", 45, 2, 2), ("email", 3600, 1, 2), ("voice", 20, 1, 3), ("voice", 60, 3, 3)]
    assert [(k.ratio.numerator, k.ratio.denominator) for k in today] == [(1, 1), (1, 1), (1, 2), (2, 2)]
    assert [today, month] == [promised.kept(promises, scope) for scope in scopes]


def test_several_stretches_of_time_count_as_each_alone(line: Queue) -> None:
    for hours, waited in ((30, 4), (3, 10), (2, 90), (0.2, 15)):
        reported.contact(line, at=NOON - timedelta(hours=hours), waited=waited)
    reported.contact(line, at=NOON - timedelta(minutes=5), waited=3, how="abandoned")
    reported.contact(line, "chat", at=NOON - timedelta(minutes=1))
    today, week = scopes_of([line.client], "today", "7d", at=NOON)
    scopes = [today, lately(today), week]
    assert queries.lines_of(scopes, "channel") == [queries.lines(scope, "channel") for scope in scopes]
    assert [lines["voice",].offered for lines in queries.lines_of(scopes, "channel")] == [4, 2, 5]


def test_thresholds_are_each_clients_own(line: Queue) -> None:
    """Acme answers in 60 s, from today on in 10 s; Cal's house, in Paris, in 30 s."""
    cals = factories.queue(factories.client("Cal's house", zone="Europe/Paris"), "Rooms")
    reported.promise(cals.client, "voice", 30)
    reported.promise(line.client, "voice", 60, start="2026-11-01")
    Contract.objects.filter(client=line.client).update(valid_until="2026-11-23")
    reported.promise(line.client, "voice", 10, start="2026-11-24")
    for queue in (line, cals):
        for at in (NOON - timedelta(days=1), NOON):
            for waited in (20, 50):
                reported.contact(queue, at=at, waited=waited)
    for channel in ("", "voice"):
        scope = scope_of([line.client, cals.client], "7d", at=NOON + timedelta(minutes=1), channel=channel)
        counted = queries.lines(scope, "client_id")
        assert (counted[line.client.pk,].in_time, counted[cals.client.pk,].in_time) == (2, 2)
        assert queries.count_of("in_time", scope) == 4
    alone = scope_of([line.client], "today", at=NOON + timedelta(minutes=1), channel="voice")
    assert queries.line(alone).in_time == 0


def test_a_mail_is_judged_by_its_first_reply_in_open_time(line: Queue) -> None:
    bea = reported.agent("Bea Brown", line.client)
    hours = factories.hours(line.client, "Office", always_open=False)
    for weekday in range(5):
        hours.spans.create(weekday=weekday, opens=9 * 60, closes=17 * 60)
    line.hours = hours
    line.save()
    reported.promise(line.client, "email", 4 * 3600)
    evening = NOON + timedelta(hours=4, minutes=30)  # half an hour before closing
    overnight = reported.contact(line, "email", at=evening, waited=1)
    reported.wrote(overnight, "Yes", at=evening + timedelta(hours=19), by=bea)  # half past eleven: three open hours
    slow = reported.contact(line, "email", at=NOON, waited=1)
    reported.wrote(slow, "Yes", at=NOON + timedelta(hours=22), by=bea)
    reported.contact(line, "email", at=NOON)
    reported.contact(line, "email", at=evening)
    scope = scope_of([line.client], "7d", at=NOON + timedelta(hours=23))
    (judged,) = promised.kept(promises_in_force([line.client], NOON, NOON), scope)
    assert (judged.counts.in_time, judged.counts.late, judged.counts.overdue, judged.counts.pending) == (1, 1, 1, 1)
    own = scope.with_threshold(judged.promise)
    assert queries.count_of("judged", own) == judged.ratio.denominator == 3
    assert queries.count_of("in_time", own) == 1


def test_a_reply_counts_when_it_leaves_not_when_it_is_written(line: Queue) -> None:
    bea = reported.agent("Bea Brown", line.client)
    reported.promise(line.client, "email", 3600)
    mail = reported.contact(line, "email", at=NOON, waited=1)
    reply = reported.wrote(mail, "Yes", at=NOON + timedelta(minutes=5), by=bea)
    Message.objects.filter(pk=reply.pk).update(state="sent", sent_at=NOON + timedelta(hours=3))
    scope = scope_of([line.client], at=NOON + timedelta(hours=4))
    (judged,) = promised.kept(promises_in_force([line.client], NOON, NOON), scope)
    assert (judged.counts.in_time, judged.counts.late) == (0, 1)


def test_the_short_limit_is_the_clients(line: Queue) -> None:
    Policy.objects.filter(client=line.client).update(short_abandon_seconds=30)
    reported.contact(line, at=NOON, waited=12, how="abandoned")
    counted = queries.line(scope_of([line.client], at=NOON))
    assert (counted.short, counted.given_up) == (1, 0)


def test_handling_belongs_to_the_day_in_which_wrap_up_ended(line: Queue) -> None:
    bea = reported.agent("Bea Brown", line.client)
    before = midnight(NOON.date(), "America/New_York") - timedelta(minutes=3)
    made = reported.contact(line, at=before, waited=5)
    reported.worked(made, bea, start=before, talk=170, hold=30, wrap=40)
    today = queries.day(scope_of([line.client], "today", at=NOON))
    yesterday = queries.day(scope_of([line.client], "yesterday", at=NOON))
    assert (today.handling.aht_seconds, today.handling.hold_seconds, today.came_in) == (240, 30, 0)
    assert (yesterday.handling.legs, yesterday.line.answered) == (0, 1)


def test_what_was_worked_in_a_line_stays_there_when_the_contact_is_handed_on(line: Queue) -> None:
    bea = reported.agent("Bea Brown", line.client)
    other = factories.queue(line.client, "Repairs")
    made = reported.contact(line, at=NOON, waited=5)
    reported.worked(made, bea, start=NOON, talk=100, lane=reported.lane(line, "voice"))
    reported.worked(made, bea, start=NOON + timedelta(minutes=9), talk=40, lane=reported.lane(other, "voice"))
    Interaction.objects.filter(pk=made.pk).update(queue=other)
    called = reported.contact(other, at=NOON, waited=1, direction="outbound", origin="agent")
    reported.worked(called, bea, start=NOON, talk=7)
    first, second = (scope_of([line.client], queue=each.pk, at=NOON + timedelta(hours=1)) for each in (line, other))
    assert queries.day(first).handling.talk_seconds == 100
    assert queries.day(second).handling.talk_seconds == 47
    assert (queries.count_of("handled", first), queries.count_of("handled", second)) == (1, 2)


def test_a_second_visit_counts_nothing_again(line: Queue) -> None:
    made = reported.contact(line, at=NOON, waited=5)
    Visit.objects.create(
        interaction=made, client=line.client, queue=line, ordinal=2, entered_at=NOON, left_at=NOON + timedelta(hours=1),
        how="abandoned",
    )  # fmt: skip
    counted = queries.line(scope_of([line.client], at=NOON))
    assert (counted.in_time, counted.abandoned) == (1, 0)


def test_a_contact_that_moved_on_was_not_answered_by_the_first_line(line: Queue) -> None:
    made = reported.contact(line, at=NOON, waited=5, how="moved", outcome="handled")
    Visit.objects.create(
        interaction=made,
        client=line.client,
        queue=line,
        ordinal=2,
        entered_at=NOON,
        left_at=NOON + timedelta(seconds=9),
        how="answered",
    )
    scope = scope_of([line.client], at=NOON)
    assert (queries.line(scope).answered, queries.line(scope).elsewise, queries.line(scope).offered) == (0, 1, 1)
    assert queries.count_of("elsewise", scope) == 1


def test_another_client_is_never_in_the_figures(line: Queue) -> None:
    golden_day(line, NOON)
    other = factories.client("Cal's house")
    assert queries.day(scope_of([other], at=NOON)).came_in == 0
    assert queries.reasons(scope_of([other], at=NOON)) == []


def test_days_are_those_of_the_clients_zone() -> None:
    late_evening = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)
    day = period("today", "America/New_York", late_evening)
    assert (day.first.isoformat(), day.start.isoformat()) == ("2026-11-24", "2026-11-24T05:00:00+00:00")
    spring = period("2026-03-08", "America/New_York")
    assert spring.end - spring.start == timedelta(hours=23)
    assert (period("month", "UTC", NOON).first.day, period("7d", "UTC", NOON).first.day) == (1, 18)


@pytest.mark.parametrize("key", ["tomorrow-ish", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_malformed_period_is_refused(key: str) -> None:
    with pytest.raises(InvalidValue):
        period(key, "UTC")


def test_an_unknown_figure_or_channel_is_refused(line: Queue) -> None:
    with pytest.raises(InvalidValue):
        queries.rows_of("profit", scope_of([line.client]))
    with pytest.raises(InvalidValue):
        scope_of([line.client], channel="fax")


def test_the_last_half_hour_is_part_of_today(line: Queue) -> None:
    reported.contact(line, at=NOON - timedelta(minutes=40), waited=50)
    reported.contact(line, at=NOON - timedelta(minutes=10), waited=10)
    with clock.set_to(NOON):
        today = scope_of([line.client])
        assert queries.line(today).answered == 2
        assert queries.line(lately(today)).service_level().percent == 100


def test_the_number_of_queries_does_not_grow(line: Queue, django_assert_num_queries) -> None:
    golden_day(line, NOON)
    scope = scope_of([line.client], at=NOON)
    with django_assert_num_queries(4):
        queries.day(scope)


def test_the_last_half_hour_is_judged_by_the_contract_of_each_arrival(acme: Client, line: Queue) -> None:
    """Chats came before midnight under twenty seconds; since midnight ten minutes are promised."""
    today = NOON.date()
    midnight_there = midnight(today, acme.zone)
    for first, last, seconds in ((date(2026, 1, 1), today - timedelta(days=1), 20), (today, None, 600)):
        contract = Contract.objects.create(client=acme, valid_from=first, valid_until=last)
        Promise.objects.create(contract=contract, channel="chat", threshold_seconds=seconds)
    reported.contact(line, "chat", at=midnight_there - timedelta(minutes=10), waited=120)
    scope = scope_of([acme], at=midnight_there + timedelta(minutes=5))
    (alone,) = queries.lines_of([lately(scope)], "channel")
    assert alone["chat",].late == 1
    assert queries.lines_of([scope, lately(scope)], "channel")[1] == alone
