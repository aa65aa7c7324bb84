"""Yesterday again: a past that the product made is replayed, unchanged and with two agents fewer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bpo.kernel import clock
from bpo.kernel.errors import DomainError
from interactions.models import Replay, ReplayState
from interactions.replay import asking, describing, running, scratch
from interactions.replay.changes import Changes
from interactions.replay.patience import Patience
from interactions.replay.record import Past
from tests import factories as make
from tests.replay.working import MORNING, Company, Work

pytestmark = pytest.mark.django_db(transaction=True)


# Made anew by its own file with a DROP before it; that must not be the floor's.
PRODUCTION = "SELECT oid, prosrc FROM pg_proc WHERE proname = 'next_for' AND pronamespace = 'public'::regnamespace"


def digest() -> dict[str, str]:
    """Every table of the floor but the runs' own: its rows, the places they lie at and who wrote or locked them."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'interactions_replay'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                "SELECT count(*) || ':' || coalesce(md5(string_agg("
                f"t::text || t.xmin::text || t.xmax::text || t.ctid::text, '' ORDER BY t.ctid)), '') FROM {table} t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def schemas() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%%' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def test_yesterday_again_and_with_two_agents_fewer(tmp_path: Path) -> None:
    company = Company()
    start, end = Work(company, contacts=220, every=14).run()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname = 'next_for' AND pronamespace = 'public'::regnamespace"
        )
        production = cursor.fetchall()
    before = digest()
    fewer = {"without": [person.employee_number for person in company.people[:2]]}
    (tmp_path / "fewer.json").write_text(json.dumps(fewer))
    said = StringIO()

    call_command(
        "replay", "--from", start.isoformat(), "--to", end.isoformat(), "--change", str(tmp_path / "fewer.json"),
        "--json", str(tmp_path / "found.json"), stdout=said,
    )  # fmt: skip

    found = json.loads((tmp_path / "found.json").read_text())
    winners, arms = found["winners"], found["arms"]
    recorded, unchanged, changed = (arms[name]["total"] for name in ("recorded", "unchanged", "changed"))
    assert winners["asked"] > 200
    assert winners["percent"] >= 99, winners
    assert winners["asked"] - winners["same"] == len(winners["different"])
    assert unchanged["service_level"] == pytest.approx(recorded["service_level"], abs=0.5)
    assert unchanged["wait_mean"] == pytest.approx(recorded["wait_mean"], rel=0.05)
    assert unchanged["occupancy"] == pytest.approx(recorded["occupancy"], abs=0.5)
    assert unchanged["handled"] == pytest.approx(recorded["handled"], abs=2)
    run = found["runs"]["unchanged"]
    assert run["same_winner"] / run["recorded"] >= 0.9, "it stays near the record though nothing leads it back"
    assert changed["wait_mean"] > unchanged["wait_mean"]
    assert changed["occupancy"] > unchanged["occupancy"]
    assert set(arms["changed"]["clients"]) == {str(company.acme.pk), str(company.bolt.pk)}
    assert "Questions, voice" in said.getvalue() and "the same winner in" in said.getvalue()
    assert Replay.objects.get().state == ReplayState.DONE

    assert digest() == before, "nothing of the floor was written, moved or locked"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosrc FROM pg_proc WHERE proname = 'next_for' AND pronamespace = 'public'::regnamespace"
        )
        assert cursor.fetchall() == production
    assert schemas() == []

    # More people like one of them, another strategy, other offers: each is taken.
    wider = describing.read(
        {
            "more": [{"like": company.people[1].employee_number, "times": 3}],
            "skills": [{"agent": company.people[2].employee_number, "skill": "billing", "level": 5}],
            "licences": [{"agent": company.people[3].employee_number, "client": company.bolt.slug, "state": "none"}],
            "lines": [{"client": company.acme.slug, "line": "Questions", "strategy": "load", "offer_seconds": 30}],
            "clients": [{"client": company.acme.slug, "floor_seats": 1, "ceiling_seats": 50}],
            "shift": [{"agent": company.people[4].employee_number, "minutes": 5}],
        }
    )
    more = running.replay(start, end, wider, number=7).arms
    assert more["changed"].total["occupancy"] < more["unchanged"].total["occupancy"]
    assert digest() == before


def a_few(contacts: int = 6) -> tuple[Company, Work]:
    company = Company(3)
    work = Work(company, contacts=contacts)
    work.run()
    return company, work


def test_the_copies_go_whatever_happens() -> None:
    a_few()
    end = MORNING + timedelta(hours=1)
    before = digest()

    def dies(done: float, what: str) -> None:
        if done > 0.04:
            assert schemas(), "it had begun"
            raise RuntimeError("the process is ill")

    with pytest.raises(RuntimeError):
        running.replay(MORNING, end, Changes(), number=3, said=dies)
    assert schemas() == []

    # Killed, it can drop nothing: whoever runs next does, but leaves alone what is at work.
    with scratch.connect() as killed, scratch.connect() as working:
        killed.execute("CREATE SCHEMA replay_4_0")
        working.execute("CREATE SCHEMA replay_5_0")
        working.execute("SELECT pg_advisory_lock_shared(%s, 5)", [scratch.LOCK_CLASS])
        running.replay(MORNING, end, Changes(), number=6)
        assert schemas() == ["replay_5_0"]
        working.execute("DROP SCHEMA replay_5_0")
    running.replay(MORNING, end, Changes(), number=8, keep=True)
    assert schemas() == ["replay_8_0", "replay_8_1"]
    with scratch.connect() as raw:
        assert len(scratch.drop_leftovers(raw)) == 2
    assert digest() == before


def test_a_copy_cannot_reach_the_floor() -> None:
    a_few(2)
    with scratch.opened(1) as made:
        assert "interactions_leg" in made.tables and "agents_seat" in made.tables
        with pytest.raises(psycopg.errors.UndefinedTable):
            made.raw.execute("SELECT * FROM accounts_user")
        made.raw.execute("UPDATE agents_seat SET misses = 9")
    assert schemas() == []


def test_stopped_and_dead_runs() -> None:
    a_few()
    end = MORNING + timedelta(hours=1)
    sue = make.user("Sue Supervisor")
    one, two = (asking.ask(MORNING, end, {}, by=sue) for _each in range(2))
    assert asking.stop(one) and not asking.stop(one)
    Replay.objects.filter(pk=two.pk).update(state=ReplayState.RUNNING)
    three = asking.ask(MORNING, end, {}, by=sue)
    with scratch.at_work(two.pk):
        assert asking.run_waiting() == 0, "a process has it, however long it says nothing"
    assert asking.run_waiting() == 1
    states = dict(Replay.objects.values_list("pk", "state"))
    assert states == {one.pk: "stopped", two.pk: "failed", three.pk: "done"}


def test_a_run_that_reads_for_long_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    a_few()
    read = running.read

    def reads_for_long(start: datetime, end: datetime) -> Past:
        assert asking.find_dead() == 0
        return read(start, end)

    monkeypatch.setattr(running, "read", reads_for_long)
    asked = asking.ask(MORNING, MORNING + timedelta(hours=1), {}, by=None)
    assert asking.run_waiting() == 1
    asked.refresh_from_db()
    assert asked.state == ReplayState.DONE
    assert schemas() == []


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "must be an object"),
        ({"wothout": []}, "There is nothing called “wothout”"),
        ({"without": ["E99999"]}, "There is no agent with the number “E99999”"),
        ({"without": "E1"}, "“without” must be a list"),
        ({"more": [3]}, "must be an object"),
        ({"more": [{"like": "E77777", "times": 2}]}, "no agent"),
        ({"skills": [{"agent": "BEA", "skill": "cooking", "level": 3}]}, "There is no skill “cooking”"),
        ({"skills": [{"agent": "BEA", "skill": "billing", "level": 9}]}, "“level” must be a whole number from 0 to 5"),
        ({"licences": [{"agent": "BEA", "client": "nobody"}]}, "There is no client “nobody”"),
        ({"licences": [{"agent": "BEA", "client": "acme", "state": "great"}]}, "A licence is one of"),
        ({"lines": [{"client": "acme", "line": "Nowhere"}]}, "Acme has no line “Nowhere”"),
        ({"lines": [{"client": "acme", "line": "Questions", "strategy": "luck"}]}, "“strategy” of Questions"),
        ({"lines": [{"client": "acme", "line": "Questions", "name": "x"}]}, "“name” cannot be changed here"),
        ({"lines": [{"client": "acme", "line": "Questions", "offer_seconds": 0}]}, "“offer_seconds” of Questions"),
        ({"clients": [{"client": "acme", "floor_seats": 5, "ceiling_seats": 2}]}, "the most it may hold is less"),
    ],
)
def test_what_cannot_be_is_refused_in_words(told: object, words: str) -> None:
    acme = make.client("Acme", slug="acme")
    make.queue(acme, "Questions")
    make.skill("billing")
    bea = make.agent("Bea Brown", licensed=acme)
    type(bea).objects.filter(pk=bea.pk).update(employee_number="BEA")
    with pytest.raises(describing.BadChange) as refused:
        describing.read(told)
    assert words in str(refused.value.sentence)


def test_periods_that_cannot_be_replayed() -> None:
    now = clock.now()
    for start, end, words in (
        (now, now - timedelta(hours=1), "must end after it begins"),
        (now - timedelta(days=90), now, "At most 31 days"),
        (now - timedelta(hours=1), now + timedelta(hours=1), "Only what is over"),
        (now - timedelta(hours=1), datetime.max.replace(tzinfo=UTC), "Only what is over"),
        (datetime.min.replace(tzinfo=UTC), now, "so long ago"),
        (now - timedelta(hours=2), now - timedelta(hours=1), "Nobody came"),
    ):
        with pytest.raises(DomainError) as refused:
            running.replay(start, end, Changes(), number=2)
        assert words in str(refused.value.sentence)
    for start, end, words in (
        ("yesterday", "2026-01-02", "no date or time"),
        ("0001-01-01T00:00+05:00", "0001-01-02", "so long ago"),
        ("2026-01-01", "9999-12-31T23:59-05:00", "Only what is over"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("replay", "--from", start, "--to", end)
    assert not Replay.objects.exists()


def test_patience_is_drawn_from_those_who_lost_it() -> None:
    known = Patience([(10, True), (20, False), (30, True), (40, False)])
    assert known.staying(5) == 1 and known.staying(10) == 0.75 and known.staying(35) == 0.375
    drawn = [known.draw(15, seed) for seed in range(200)]
    assert set(drawn) == {30, None}, "nobody leaves before she was answered, and some stay longer than all who left"
    assert known.draw(15, 3) == known.draw(15, 3)
