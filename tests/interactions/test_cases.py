"""Ann's matter: opened with a reference, resolved, reopened, merged; and what the rules refuse."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from bpo.kernel import clock
from bpo.kernel.errors import IllegalMove
from interactions import callback_work, callbacks, case_duty, case_merging, cases, endings, handling, messages
from interactions.models import Case, CaseState, Interaction, JournalEntry, Kind
from interactions.signals import recorded
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return make.client()


@pytest.fixture
def ann(acme):
    return make.customer(acme, address="ann@mail.example")


@pytest.fixture
def bea(acme):
    return make.agent("Bea Brown", licensed=acme)


def resolved(acme, ann, bea, **more) -> Case:
    return cases.resolve(cases.open_case(acme, ann), by=bea, summary="Sent again", outcome="solved", **more)


def test_a_case_has_a_reference_to_say_aloud(acme, ann) -> None:
    case = cases.open_case(acme, ann, subject="Late order")
    prefix, code = case.reference.split("-")
    assert prefix == acme.reference_prefix
    assert len(code) == 6 and not set(code) & set("O0I1LS")


def test_a_taken_reference_is_drawn_again(acme, ann, monkeypatch) -> None:
    drawn = iter(["ACM-AAAAAA", "ACM-AAAAAA", "ACM-BBBBBB"])
    monkeypatch.setattr(cases, "new_reference", lambda prefix: next(drawn))
    assert cases.open_case(acme, ann).reference == "ACM-AAAAAA"
    assert cases.open_case(acme, ann).reference == "ACM-BBBBBB"


def test_resolving_needs_a_summary_and_an_outcome(acme, ann, bea) -> None:
    case = cases.open_case(acme, ann)
    with pytest.raises(cases.SummaryMissing):
        cases.resolve(case, by=bea, summary=" ", outcome="solved")
    with pytest.raises(cases.OutcomeMissing):
        cases.resolve(case, by=bea, summary="Sent again", outcome="")
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_a_case_is_resolved_once_in_a_turn(acme, ann, bea) -> None:
    case = resolved(acme, ann, bea)
    with pytest.raises(IllegalMove):
        cases.resolve(case, by=bea, summary="Again", outcome="solved")
    assert JournalEntry.objects.filter(case=case, kind=Kind.CASE_RESOLVED).count() == 1


def test_what_is_resolved_is_reopened_and_what_waits_goes_on_never_the_other_way(acme, ann, bea) -> None:
    settled, waiting = resolved(acme, ann, bea), cases.open_case(acme, ann)
    cases.set_pending(waiting, by=bea, for_customer=True)
    Case.objects.filter(pk__in=[settled.pk, waiting.pk]).update(owner=bea)
    desk = Browser()
    desk.force_login(bea.user)
    on_desk = [
        desk.post(reverse("console-case-move", args=[settled.public_id]), {"to": "open"}),
        desk.post(reverse("console-case-move", args=[waiting.public_id]), {"to": "reopen"}),
    ]
    by_api = [
        desk.post(f"/api/v1/cases/{settled.public_id}/open/", content_type="application/json"),
        desk.post(f"/api/v1/cases/{waiting.public_id}/reopen/", content_type="application/json"),
    ]
    assert [answer.status_code for answer in (*on_desk, *by_api)] == [409] * 4
    settled.refresh_from_db()
    waiting.refresh_from_db()
    assert (settled.state, settled.reopened, settled.resolved_at is None) == (CaseState.RESOLVED, 0, False)
    assert (waiting.state, waiting.reopened, waiting.pending_for) == (CaseState.PENDING, 0, "customer")


def test_a_new_contact_keeps_an_open_case(acme, ann) -> None:
    case = cases.open_case(acme, ann)
    assert cases.for_contact(acme, ann, previous=case) == case


def test_a_new_contact_wakes_a_pending_case(acme, ann, bea) -> None:
    case = cases.open_case(acme, ann)
    cases.set_pending(case, by=bea, for_customer=True)
    assert cases.for_contact(acme, ann, previous=case) == case
    case.refresh_from_db()
    assert (case.state, case.pending_for) == (CaseState.OPEN, "")


def test_within_the_limit_a_resolved_case_reopens_and_its_turn_counts(acme, ann, bea) -> None:
    case = resolved(acme, ann, bea)
    at = case.resolved_at + timedelta(days=acme.policy.reopen_days) - timedelta(seconds=1)
    assert cases.for_contact(acme, ann, previous=case, at=at) == case
    assert (case.state, case.reopened) == (CaseState.OPEN, 1)


def test_beyond_the_limit_a_new_case_is_linked_to_the_old(acme, ann, bea) -> None:
    case = resolved(acme, ann, bea)
    at = case.resolved_at + timedelta(days=acme.policy.reopen_days)
    assert cases.close_expired(at) == 1
    later = cases.for_contact(acme, ann, previous=case, at=at)
    case.refresh_from_db()
    assert (later.follows, case.state) == (case, CaseState.CLOSED)


def test_a_mail_on_a_merged_case_goes_to_the_surviving_one(acme, ann, bea) -> None:
    first, second = cases.open_case(acme, ann), cases.open_case(acme, ann)
    contact = make.waiting(make.queue(acme), case=first)
    case_merging.merge(first, second, by=bea)
    assert cases.for_contact(acme, ann, previous=first) == second
    assert Interaction.objects.get(pk=contact.pk).case == second


def test_open_promises_follow_to_the_surviving_case_and_ended_ones_stay(acme, ann, bea) -> None:
    first, second = cases.open_case(acme, ann), cases.open_case(acme, ann)
    line = make.queue(acme)
    ended, kept = (
        callbacks.promise(acme, customer=ann, queue=line, origin="agent", by=bea, number="+16145550173", case=first)
        for _ in range(2)
    )
    callbacks.withdraw(ended, "not needed", by=bea)
    callback_work.fall_due(kept.due_from)
    case_merging.merge(first, second, by=bea)
    kept.refresh_from_db()
    ended.refresh_from_db()
    assert (kept.case, kept.interaction.case, ended.case) == (second, second, first)
    again = callbacks.replace(kept, kept.due_from, kept.due_until, by=bea)
    assert again.case == second


def test_what_is_promised_anew_belongs_to_the_surviving_case(acme, ann, bea) -> None:
    first, second = cases.open_case(acme, ann), cases.open_case(acme, ann)
    made = callbacks.promise(
        acme, customer=ann, queue=make.queue(acme), origin="agent", by=bea, number="+16145550173", case=first
    )
    late = made.due_until + timedelta(hours=1)
    assert callback_work.find_broken(late) == 1
    case_merging.merge(first, second, by=bea)
    again = callbacks.replace(made, late, late + timedelta(hours=2), by=bea, at=late)
    assert again.case == second


def test_cases_of_two_clients_are_never_merged(acme, ann, bea) -> None:
    cobalt = make.client("Cobalt")
    with pytest.raises(case_merging.CannotMerge):
        case_merging.merge(cases.open_case(acme, ann), cases.open_case(cobalt, make.customer(cobalt)), by=bea)


def test_a_pending_case_wakes_at_its_date_and_not_before(acme, ann, bea) -> None:
    case = cases.open_case(acme, ann)
    date = clock.now() + timedelta(days=2)
    with pytest.raises(cases.DateMissing):
        cases.set_pending(case, by=bea, until=clock.now())
    cases.set_pending(case, by=bea, until=date)
    assert cases.wake_pending(date - timedelta(seconds=1)) == 0
    assert cases.wake_pending(date) == 1
    assert cases.wake_pending(date) == 0


def test_notes_stay_inside(acme, ann, bea) -> None:
    case = cases.open_case(acme, ann)
    note = cases.add_note(case, by=bea, text="Prefers calls in the evening")
    assert note.by_name == "Bea Brown"
    with pytest.raises(cases.SummaryMissing):
        cases.add_note(case, by=bea, text="  ")


# --- a merge undone --------------------------------------------------------------------------------------------------


def two_cases(acme, ann, bea) -> tuple[Case, Case, Interaction]:
    first, second = cases.open_case(acme, ann, owner=bea), cases.open_case(acme, ann)
    return first, second, make.waiting(make.queue(acme), "email", case=first, who=ann)


def test_a_merge_undone_restores_both(acme, ann, bea) -> None:
    first, second, contact = two_cases(acme, ann, bea)
    due = clock.now() + timedelta(hours=2)
    Case.objects.filter(pk=first.pk).update(due_at=due)
    first.refresh_from_db()
    kept = callbacks.promise(
        acme, customer=ann, queue=contact.queue, origin="agent", by=bea, number="+16145550173", case=first
    )
    case_merging.merge(first, second, by=bea)
    second.refresh_from_db()
    assert (second.owner, second.due_at) == (bea, due)
    [(offered, until)] = case_merging.can_be_split(second)
    assert offered == first and until > clock.now() + timedelta(hours=23)
    case_merging.split(first, by=bea)
    for one in (first, second, contact, kept):
        one.refresh_from_db()
    assert (first.state, first.merged_into, first.due_at) == (CaseState.OPEN, None, due)
    assert (second.owner, second.due_at, contact.case, kept.case) == (None, None, first, first)
    told = JournalEntry.objects.filter(kind=Kind.CASE_SPLIT).order_by("pk")
    assert [(entry.case, entry.actor) for entry in told] == [(first, bea.user), (second, bea.user)]
    assert case_merging.can_be_split(second) == []
    with pytest.raises(case_merging.CannotSplit):
        case_merging.split(first, by=bea)


def test_what_came_since_the_merge_stays_and_what_was_said_on_its_contact_goes_along(acme, ann, bea) -> None:
    first, second, contact = two_cases(acme, ann, bea)
    cases.set_pending(first, by=bea, for_customer=True)
    case_merging.merge(first, second, by=bea)
    contact.refresh_from_db()
    later = make.waiting(contact.queue, "email", case=second, who=ann)
    with clock.set_to(clock.now() + timedelta(hours=1)):
        said = messages.take_in(contact, messages.Words(text="Where is it?", author="Ann"), at=clock.now())
        case_merging.split(first, by=bea)
    for one in (first, second, contact, later, said):
        one.refresh_from_db()
    assert (contact.case, said.case, later.case) == (first, first, second)
    assert first.state == CaseState.OPEN, "it waited for her, and she wrote"


def takes(agent, contact, at) -> None:
    case_duty.taken(contact, by=agent)
    handling.start_leg(contact, agent, at=at, made_by="")


def test_after_it_each_is_hers_who_took_a_contact_of_it_since(acme, ann, bea) -> None:
    first, second, contact = two_cases(acme, ann, bea)
    dee, at = make.agent("Dee", licensed=acme), clock.now()
    case_merging.merge(first, second, by=bea, at=at)
    contact.refresh_from_db()
    later = make.waiting(contact.queue, "email", case=second, who=ann)
    for minutes, agent, taken in ((1, bea, later), (2, dee, contact)):
        takes(agent, taken, at + timedelta(minutes=minutes))
    case_merging.split(first, by=bea)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.owner, second.owner) == (dee, bea)


def test_a_contact_that_goes_back_takes_its_new_owner_along(acme, ann, bea) -> None:
    first, second, contact = two_cases(acme, ann, bea)
    dee, at = make.agent("Dee", licensed=acme), clock.now()
    case_merging.merge(first, second, by=bea, at=at)
    contact.refresh_from_db()
    takes(dee, contact, at + timedelta(minutes=1))
    case_merging.split(first, by=bea)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.owner, second.owner) == (dee, None)


def test_what_was_merged_long_ago_costs_no_query(acme, ann, bea, django_assert_num_queries) -> None:
    into = cases.open_case(acme, ann)
    for _n in range(3):
        case_merging.merge(cases.open_case(acme, ann), into, by=bea)
    with django_assert_num_queries(1):
        assert len(case_merging.can_be_split(into)) == 3


def test_what_needs_a_follow_up_or_names_a_group_settles_nothing(acme, ann, bea) -> None:
    make.disposition(acme, "Callback promised", code="callback", needs_follow_up=True)
    solved = make.disposition(acme, "Solved", code="solved")
    make.disposition(acme, "Sent again", code="sent-again", parent=solved)
    case = cases.open_case(acme, ann)
    for code in ("callback", "solved"):
        with pytest.raises(endings.SettlesNothing) as refused:
            cases.resolve(case, by=bea, summary="Sent again", outcome=code)
        assert "Choose another ending" in str(refused.value.sentence)
    cases.resolve(case, by=bea, summary="Sent again", outcome="sent-again")
    assert case.outcome == "Solved: Sent again"


def test_a_resolved_case_is_resolved_again(acme, ann, bea) -> None:
    case, into = resolved(acme, ann, bea), cases.open_case(acme, ann)
    case_merging.merge(case, into, by=bea)
    case_merging.split(case, by=bea)
    case.refresh_from_db()
    assert (case.state, case.summary) == (CaseState.RESOLVED, "Sent again")


def test_what_is_owed_is_reckoned_anew_when_it_was_answered_since(acme, ann, bea) -> None:
    first, second, _contact = two_cases(acme, ann, bea)
    Case.objects.filter(pk=first.pk).update(due_at=clock.now() + timedelta(hours=2))
    first.refresh_from_db()
    case_merging.merge(first, second, by=bea)
    Case.objects.filter(pk=second.pk).update(due_at=None)
    case_merging.split(first, by=bea)
    first.refresh_from_db()
    assert first.due_at is None


def test_a_day_later_or_merged_onward_it_stays_merged(acme, ann, bea) -> None:
    first, second, _contact = two_cases(acme, ann, bea)
    third = cases.open_case(acme, ann)
    case_merging.merge(first, second, by=bea)
    case_merging.merge(second, third, by=bea)
    with pytest.raises(case_merging.CannotSplit) as refused:
        case_merging.split(first, by=bea)
    assert "third one" in str(refused.value.sentence)
    case_merging.split(second, by=bea)
    with clock.set_to(clock.now() + timedelta(hours=25)):
        assert case_merging.can_be_split(second) == []
        with pytest.raises(case_merging.CannotSplit):
            case_merging.split(first, by=bea)
    with pytest.raises(IllegalMove):
        cases.reopen(first, by=bea)


@pytest.mark.django_db(transaction=True)
def test_one_case_that_moved_meanwhile_stops_none_of_those_behind_it(acme, ann, bea) -> None:
    now = clock.now()
    waiting = [cases.open_case(acme, ann) for _time in range(3)]
    for n, case in enumerate(waiting):
        cases.set_pending(case, by=bea, until=now + timedelta(hours=1 + n))

    def first_wakes(entry: JournalEntry, **_more: object) -> None:
        """While the sweep wakes the first, somebody settles the second."""
        if entry.case_id == waiting[0].pk and Case.objects.get(pk=waiting[1].pk).state == CaseState.PENDING:
            cases.resolve(waiting[1], by=bea, summary="Sent again", outcome="solved")

    recorded.connect(first_wakes)
    try:
        assert cases.wake_pending(now + timedelta(hours=4)) == 2
    finally:
        recorded.disconnect(first_wakes)
    assert [Case.objects.get(pk=case.pk).state for case in waiting] == ["open", "resolved", "open"]


@pytest.mark.django_db(transaction=True)
def test_one_case_that_was_reopened_meanwhile_is_not_closed_and_the_next_is(acme, ann, bea) -> None:
    settled = [resolved(acme, ann, bea) for _time in range(3)]
    late = clock.now() + timedelta(days=acme.policy.reopen_days + 1)

    def first_closes(entry: JournalEntry, **_more: object) -> None:
        if entry.kind == Kind.CASE_CLOSED and entry.case_id == settled[0].pk:
            cases.reopen(settled[1])

    recorded.connect(first_closes)
    try:
        assert cases.close_expired(late) == 2
    finally:
        recorded.disconnect(first_closes)
    assert [Case.objects.get(pk=case.pk).state for case in settled] == ["closed", "open", "closed"]
