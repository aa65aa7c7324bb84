"""What is written by a statement made once is what Django would have written, for every value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.db.models import F, Model

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.history import because, changes_of
from bpo.kernel.writing import delete, insert, update
from clients.models import Queue
from interactions.models import Draft, Interaction, JournalEntry, Kind, Visit
from tests import factories

pytestmark = pytest.mark.django_db


def updated(model: type[Model], where: dict[str, Any], *returning: str, **changes: Any) -> list[list[Any]]:
    """What an update returns of each row."""
    found: list[list[Any]] = []
    update(model, where, *returning, then=found.extend, **changes)
    return found


def test_an_inserted_row_is_the_one_that_save_writes() -> None:
    tech = factories.client("Tech")
    billing = factories.queue(tech, "Billing")
    fields = [field.attname for field in Interaction._meta.concrete_fields if field.attname not in ("id", "public_id")]
    saved, inserted = (factories.arrived(billing, closed_at=clock.now(), outcome="handled") for _ in range(2))
    for name in fields:
        setattr(inserted, name, getattr(saved, name))
    saved.state = inserted.state = "closed"
    saved.save(force_insert=True)
    insert(inserted)
    assert inserted.pk != saved.pk and not inserted._state.adding
    rows = Interaction.objects.filter(pk__in=[saved.pk, inserted.pk])
    assert rows.values(*fields).distinct().count() == 1
    assert rows.get(pk=inserted.pk).public_id == inserted.public_id


def test_facts_and_dates_come_back_as_they_went() -> None:
    tech, at = factories.client("Tech"), clock.now()
    entry = JournalEntry(client=tech, kind=Kind.FLAGGED, at=at, actor_name="Sue", facts={"why": "50 % “off”", "n": [1]})
    insert(entry)
    stored = JournalEntry.objects.get(pk=entry.pk)
    assert (stored.client, stored.at, stored.facts) == (tech, at, {"why": "50 % “off”", "n": [1]})
    assert stored.interaction_id is None and stored.actor_id is None


def test_a_relation_that_is_not_saved_is_refused_and_one_saved_since_is_known() -> None:
    tech = factories.client("Tech")
    contact = factories.arrived(factories.queue(tech, "Billing"))
    with pytest.raises(ValueError, match="interaction"):
        insert(JournalEntry(client=tech, interaction=contact, kind=Kind.FLAGGED, at=clock.now(), actor_name="Sue"))
    later = JournalEntry(client=tech, interaction=contact, kind=Kind.FLAGGED, at=clock.now(), actor_name="Sue")
    contact.state, contact.outcome, contact.closed_at = "closed", "handled", clock.now()
    insert(contact)
    insert(later)
    assert JournalEntry.objects.get(pk=later.pk).interaction_id == contact.pk


def test_what_the_table_refuses_is_refused_in_djangos_words() -> None:
    one = User(email="sue@example.com", full_name="Sue")
    insert(one)
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(User(email="sue@example.com", full_name="Sue Two"))
    assert User.objects.filter(email="sue@example.com").count() == 1


def test_an_update_changes_the_rows_that_fit_and_says_what_is_asked(django_assert_num_queries: Any) -> None:
    ann, ben = (User.objects.create_user(f"{name}@example.com", full_name=name) for name in ("Ann", "Ben"))
    for user, theme in ((ann, "dark"), (ben, "light"), (ann, "system")):
        with django_assert_num_queries(1):
            assert updated(User, {"pk": user.pk, "is_active": True}, "theme", "full_name", theme=theme) == [
                [theme, user.full_name]
            ]
    assert updated(User, {"pk": ann.pk, "is_active": False}, theme="light") == []
    assert sorted(User.objects.values_list("full_name", "theme")) == [("Ann", "system"), ("Ben", "light")]


def test_nothing_an_object_a_sum_and_a_list_stand_in_an_update() -> None:
    tech = factories.client("Tech")
    billing, scripts = factories.queue(tech, "Billing"), factories.queue(tech, "Scripts")
    update(Queue, {"pk": billing.pk}, version=F("version") + 41, ceiling_seats=None, client=tech)
    assert Queue.objects.get(pk=billing.pk).version == billing.version + 41
    both = {"name__in": ("Billing", "Scripts")}
    for many in (3, 30_000, 3):
        rows = updated(Queue, both, "id", "ceiling_seats", ceiling_seats=many)
        assert sorted(rows) == [[billing.pk, many], [scripts.pk, many]]


def test_a_number_too_large_for_its_column_is_refused() -> None:
    billing = factories.queue(factories.client("Tech"), "Billing")
    with pytest.raises(DataError), transaction.atomic():
        update(Queue, {"pk": billing.pk}, ceiling_seats=70_000)
    billing.ceiling_seats = 70_000
    billing.pk = None
    with pytest.raises(DataError), transaction.atomic():
        insert(billing)


def test_an_update_of_null_looks_for_null() -> None:
    tech = factories.client("Tech")
    waiting = factories.waiting(factories.queue(tech, "Billing"))
    later = clock.now() + timedelta(minutes=1)
    open_visit = {"interaction": waiting.pk, "left_at__isnull": True}
    assert len(updated(Visit, open_visit, left_at=later, how="moved")) == 1
    assert updated(Visit, open_visit, left_at=later, how="moved") == []


def test_a_delete_takes_the_rows_that_fit() -> None:
    tech = factories.client("Tech")
    agent = factories.agent("Alex")
    mail, other = (factories.waiting(factories.queue(tech, name)) for name in ("Billing", "Scripts"))
    for contact in (mail, other):
        Draft.objects.create(interaction=contact, agent=agent, text="Dear", saved_at=clock.now())
    for _twice in range(2):
        delete(Draft, {"interaction": mail.pk})
    assert list(Draft.objects.values_list("interaction", flat=True)) == [other.pk]


def test_a_change_that_is_kept_is_kept_with_its_reason() -> None:
    sue = User.objects.create_user("sue@example.com", full_name="Sue")
    with because("she moved", by=sue):
        update(User, {"pk": sue.pk}, full_name="Sue Two")
        insert(User(email="ben@example.com", full_name="Ben"))
    assert sorted(change.why for change in changes_of(sue)) == ["", "she moved"]
    assert [change.why for change in changes_of(User.objects.get(email="ben@example.com"))] == ["she moved"]


def test_what_is_not_kept_is_written_while_a_reason_is_told(django_assert_num_queries: Any) -> None:
    waiting = factories.waiting()
    with because("a look", by=factories.admin()), django_assert_num_queries(1):
        assert updated(Interaction, {"pk": waiting.pk}, "version", version=F("version") + 1) == [[waiting.version + 1]]
