"""The journal alone tells every fact once more: whole stories agree, and each thing changed by hand is found."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client as Browser

from bpo.kernel import clock
from clients.models import Promise, Queue
from interactions import callbacks, closing, handling, mail_out, offers, queueing, tasks
from interactions.models import (
    CallbackOrigin,
    ContactFact,
    End,
    EndedBy,
    FigureCheck,
    FigureMark,
    Interaction,
    JournalEntry,
    Kind,
    Message,
    Outcome,
    Visit,
)
from interactions.reports import checking, fold, recount
from interactions.reports.recount import Entry, Terms, Told
from tests import factories as make
from tests.flows.floor import House
from tests.interactions import reported

NOON = datetime(2026, 11, 24, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TERMS = Terms(20 * SECOND, 5 * SECOND)


@pytest.fixture
def house(db: None) -> Iterator[House]:
    with clock.set_to(NOON):
        yield House()


def verified(*asked: str) -> dict[str, object]:
    """What `manage.py verify_figures` prints."""
    out = StringIO()
    try:
        call_command("verify_figures", *asked, stdout=out)
    except SystemExit as ended:
        assert ended.code == 1
    (told,) = out.getvalue().splitlines()
    return dict(json.loads(told))


def a_day_at_work(house: House) -> dict[str, Interaction]:
    """By the operations themselves: answered soon and late, missed first, given up, moved, promised, mails."""
    there = {}
    bea = house.agent("Bea Brown")
    other = make.queue(house.acme, "Repairs")

    def came(name: str, channel: str = "chat", queue: Queue | None = None) -> Interaction:
        there[name] = house.contact(channel, queue)
        return there[name]

    def answered(name: str) -> None:
        leg = offers.accept(make.offer(bea, there[name]), by=bea)
        clock.advance(60)
        handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)

    came("soon")
    clock.advance(7)
    answered("soon")
    for name, seconds in (("short", 3), ("abandoned_in_time", 12), ("abandoned_late", 50)):
        came(name)
        clock.advance(seconds)
        handling.customer_left(there[name])
    came("moved")
    clock.advance(4)
    queueing.enter_queue(there["moved"], other, at=clock.now())
    clock.advance(4)
    handling.customer_left(Interaction.objects.get(pk=there["moved"].pk))
    came("timed out")
    clock.advance(4)
    closing.close(Interaction.objects.get(pk=there["timed out"].pk), Outcome.TIMED_OUT, at=clock.now())
    came("callback")
    clock.advance(9)
    callbacks.instead_of_waiting(
        there["callback"], origin=CallbackOrigin.QUEUE, number="+16145550123", address="", at=clock.now()
    )
    came("waiting")
    came("mail", "email")
    came("spam", "email")
    closing.close(Interaction.objects.get(pk=there["spam"].pk), Outcome.SPAM, at=clock.now())
    clock.advance(5)
    reply = reported.wrote(there["mail"], "Yes", at=clock.now(), by=bea)
    Message.objects.filter(pk=reply.pk).update(state="sending", attempts=1)
    reply.refresh_from_db()
    mail_out.left(reply)
    fold.catch_up()
    return there


def test_a_day_at_work_is_told_alike_by_rows_and_by_the_journal(house: House) -> None:
    there = a_day_at_work(house)
    found = verified()
    assert (found["differences"], found["first"], found["moving"]) == (0, [], 0)
    assert found["rows"] == len(there)
    assert found["figures"] == 3 * (len(checking.BESIDE) + 11 + 7), "a day, three channels"
    ends = {name: ContactFact.objects.get(pk=contact.pk).end for name, contact in there.items()}
    assert ends == {
        "soon": "in_time", "short": "short", "abandoned_in_time": "abandoned_in_time",
        "abandoned_late": "abandoned_late", "moved": "elsewise", "timed out": "elsewise",
        "callback": "callback_in_time", "waiting": "waiting", "mail": "in_time", "spam": "none",
    }  # fmt: skip


def test_everything_changed_by_hand_is_found(house: House) -> None:
    there = a_day_at_work(house)
    fact = ContactFact.objects.filter(pk=there["soon"].pk)
    before = fact.values("end", "wait", "door", "queue", "reason").get()
    reason = make.reason(house.acme, "Late").pk
    for changed, names in (
        ({"end": "late"}, {"end"}),
        ({"wait": 3 * SECOND}, {"wait"}),
        ({"door": "voicemail"}, {"door"}),
        ({"queue": None}, {"queue__public_id"}),
        ({"reason": reason}, {"reason_id"}),
        ({"threshold": 60 * SECOND}, {"due_at"}),
    ):
        old = fact.values(*changed).get()
        fact.update(**changed)
        found = verified()
        told = {each["what"] for each in found["first"] if "what" in each}
        assert told == names, changed
        fact.update(**old)
    assert fact.values("end", "wait", "door", "queue", "reason").get() == before
    assert verified()["differences"] == 0
    fact.delete()
    (missing, *_counts) = verified()["first"]
    assert missing == {"contact": str(there["soon"].public_id), "journal": "there", "fact": "none"}


def test_a_visit_changed_by_hand_is_found_when_it_is_folded(house: House) -> None:
    """Rows say he waited longer than the journal does."""
    there = a_day_at_work(house)
    Visit.objects.filter(interaction=there["soon"]).update(left_at=NOON + timedelta(minutes=5))
    fold.again([there["soon"].pk])
    found = verified()
    assert {each["what"] for each in found["first"] if "what" in each} == {"end", "wait"}
    assert {each["key"] for each in found["first"] if "key" in each} >= {"in_time", "late", "service_level.v1"}


def test_a_contact_nobody_wrote_of_is_found(house: House) -> None:
    a_day_at_work(house)
    ghost = reported.contact(house.line, at=NOON, waited=3)
    fold.again([ghost.pk])
    first = verified()["first"][0]
    assert first == {"contact": str(ghost.public_id), "journal": "nothing", "fact": "a contact"}


def test_what_is_not_folded_yet_is_no_difference(house: House) -> None:
    there = a_day_at_work(house)
    handling.customer_left(there["waiting"])
    found = verified()
    assert (found["differences"], found["moving"]) == (0, 1)
    fold.catch_up()
    found = verified()
    assert (found["differences"], found["moving"]) == (0, 0)


def test_a_promise_changed_afterwards_is_no_difference(house: House) -> None:
    reported.promise(house.acme, "chat", 20)
    a_day_at_work(house)
    Promise.objects.update(threshold_seconds=2)
    assert verified()["differences"] == 0


def test_some_days_of_one_client(house: House) -> None:
    there = a_day_at_work(house)
    assert verified("--client", house.acme.slug, "--from", "2026-11-24", "--to", "2026-11-24")["rows"] == len(there)
    assert verified("--from", "2026-11-25")["rows"] == 0
    assert verified("--to", "2026-11-23")["rows"] == 0
    for wrong in (["--client", "nobody"], ["--share", "0"], ["--share", "2"], ["--from", "soon"]):
        with pytest.raises(CommandError):
            call_command("verify_figures", *wrong, stdout=StringIO())


def test_a_sample_is_another_one_each_day(house: House) -> None:
    for _ in range(200):
        reported.contact(house.line, at=NOON, waited=3)
    came_in = Interaction.objects.all()
    nights = [checking._sampled(0.25, NOON + timedelta(days=n)) for n in range(8)]
    picked = [set(came_in.filter(night).values_list("pk")) for night in nights]
    assert all(15 < len(each) < 90 for each in picked)
    assert len(set().union(*picked)) > 120
    assert verified("--share", "0.25")["figures"] == 0


def test_every_night_it_is_checked_and_told(house: House) -> None:
    there = a_day_at_work(house)
    assert Browser().get("/readyz").json()["figures"] == "ok"
    assert tasks.check_figures() == 0
    assert FigureCheck.objects.count() == 2
    ContactFact.objects.filter(pk=there["soon"].pk).update(end=End.LATE)
    assert tasks.check_figures() > 0
    worst = FigureCheck.objects.order_by("-differences")[0]
    assert worst.first[0]["contact"] == str(there["soon"].public_id)
    assert Browser().get("/readyz").json()["figures"] == f"{worst.differences} differences"
    ContactFact.objects.filter(pk=there["soon"].pk).update(end=End.IN_TIME)
    assert tasks.check_figures() == 0
    assert Browser().get("/readyz").json()["figures"] == "ok", "mended, and looked at again"
    clock.advance(3600)
    assert Browser().get("/readyz").json()["figures"] == "behind by 3600 s"
    FigureMark.objects.all().delete()
    assert Browser().get("/readyz").json()["figures"] == "not folded yet"


def test_the_command_folds_all_there_is(house: House) -> None:
    there = a_day_at_work(house)
    ContactFact.objects.all().delete()
    out = StringIO()
    call_command("fold_figures", stdout=out)
    assert not ContactFact.objects.exists()
    call_command("fold_figures", "--all", stdout=out)
    assert ContactFact.objects.count() == len(there)
    entries = JournalEntry.objects.count()
    assert out.getvalue().splitlines()[1].startswith(f"{entries} entries, {len(there)} facts new or changed in ")
    assert verified()["differences"] == 0


# --- pure ------------------------------------------------------------------------------------------------------------


def entry(kind: Kind, seconds: float, leg: int | None = None, **facts: object) -> Entry:
    return Entry(kind, NOON + seconds * SECOND, facts, leg, by_person=True)


IN_LINE = entry(Kind.QUEUED, 0, queue="7a3e9f0e-1111-4222-8333-444455556666", visit=1)


def told(*entries: Entry, is_mail: bool = False, terms: Terms = TERMS) -> tuple[str, float | None]:
    found: Told = recount.told(entries, terms, is_mail=is_mail)
    return str(found.end), None if found.wait is None else found.wait / SECOND


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([], ("waiting", None)),
        ([entry(Kind.ACCEPTED, 20, 1)], ("in_time", 20)),
        ([entry(Kind.ACCEPTED, 21, 1)], ("late", 21)),
        ([entry(Kind.ACCEPTED, 9, 1, media=True)], ("waiting", None)),
        ([entry(Kind.ACCEPTED, 9, 1, media=True), entry(Kind.MEDIA_CONNECTED, 11, 1)], ("in_time", 11)),
        ([entry(Kind.ACCEPTED, 9, 1), entry(Kind.MEDIA_CONNECTED, 11, 1)], ("in_time", 11)),
        (
            [
                entry(Kind.ACCEPTED, 9, 1, media=True), entry(Kind.MEDIA_FAILED, 19, 1),
                entry(Kind.ACCEPTED, 25, 2, media=True), entry(Kind.MEDIA_CONNECTED, 26, 2),
            ],
            ("late", 26),
        ),
        ([entry(Kind.ACCEPTED, 9, 1, media=True), entry(Kind.CLOSED, 12, outcome="abandoned")],
         ("abandoned_in_time", 12)),
        (  # written before an accept said that voices are awaited
            [
                entry(Kind.ACCEPTED, 9, 1), entry(Kind.ENDED, 12, 1, by_whom="customer"),
                entry(Kind.CLOSED, 12, outcome="abandoned"),
            ],
            ("abandoned_in_time", 12),
        ),
        (
            [
                entry(Kind.ACCEPTED, 9, 1), entry(Kind.ENDED, 12, 1, by_whom="customer"),
                entry(Kind.CLOSED, 12, outcome="handled"),
            ],
            ("in_time", 9),
        ),
        ([entry(Kind.CLOSED, 4, outcome="abandoned")], ("short", 4)),
        ([entry(Kind.CLOSED, 5, outcome="abandoned")], ("abandoned_in_time", 5)),
        ([entry(Kind.CLOSED, 60, outcome="abandoned")], ("abandoned_late", 60)),
        ([entry(Kind.CLOSED, 12, outcome="callback_promised")], ("callback_in_time", 12)),
        ([entry(Kind.CLOSED, 12, outcome="voicemail")], ("elsewise", 12)),
        ([entry(Kind.QUEUED, 15, queue="x", visit=2), entry(Kind.ACCEPTED, 18, 1)], ("elsewise", 15)),
        ([entry(Kind.ACCEPTED, 4, 1), entry(Kind.CLOSED, 90, outcome="handled")], ("in_time", 4)),
        ([entry(Kind.ACCEPTED, 4, 1), entry(Kind.CLOSED, 90, outcome="spam")], ("none", 4)),
        ([entry(Kind.CLOSED, 6, outcome="abandoned"), entry(Kind.CAME_BACK, 30)], ("none", 6)),
        ([entry(Kind.OFFERED, 8, 1), entry(Kind.CLOSED, 6, outcome="timed_out")], ("elsewise", 8)),
    ],
)  # fmt: skip
def test_the_journal_tells_how_a_stay_went(after: list[Entry], expected: tuple[str, float | None]) -> None:
    assert told(IN_LINE, *after) == expected


@pytest.mark.parametrize(
    ("outcome", "end", "door"),
    [
        ("after_hours", "beside", "after_hours"), ("voicemail", "beside", "voicemail"),
        ("refused_full", "beside", "turned_away"), ("refused_unstaffed", "beside", "turned_away"),
        ("callback_promised", "beside", ""), ("undeliverable", "none", ""),
    ],
)  # fmt: skip
def test_the_journal_tells_what_was_answered_at_the_door(outcome: str, end: str, door: str) -> None:
    found = recount.told([entry(Kind.CLOSED, 0, outcome=outcome)], TERMS, is_mail=False)
    assert (found.end, found.door, found.wait) == (end, door, None)


def test_a_mail_is_told_by_its_first_reply_of_a_person() -> None:
    terms = Terms(3600 * SECOND, 5 * SECOND, NOON + timedelta(hours=1))
    machine = Entry(Kind.MESSAGE_LEFT, NOON + SECOND, {})
    late, later = (entry(Kind.MESSAGE_LEFT, seconds) for seconds in (3601, 9000))
    assert told(IN_LINE, machine, is_mail=True, terms=terms) == ("waiting", None)
    assert told(IN_LINE, later, late, is_mail=True, terms=terms) == ("late", None)
    assert told(IN_LINE, entry(Kind.MESSAGE_LEFT, 3600), is_mail=True, terms=terms) == ("in_time", None)
    assert told(IN_LINE, later, is_mail=True, terms=TERMS) == ("in_time", None), "a line that never opens owes nothing"
    assert told(IN_LINE, entry(Kind.CLOSED, 5, outcome="handled"), is_mail=True, terms=terms) == ("elsewise", None)


def test_the_second_way_knows_nothing_of_the_first() -> None:
    tree = ast.parse(Path(recount.__file__).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    ours = {name for name in imported if name and name.split(".")[0] in ("interactions", "clients", "agents", "bpo")}
    assert ours == {f"interactions.models.{name}" for name in ("fact", "interaction", "journal")}
