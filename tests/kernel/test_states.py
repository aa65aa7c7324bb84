"""The guarded transition, on a row everybody has: a person's theme stands for a state."""

import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat

from bpo.accounts.models import User
from bpo.kernel.errors import IllegalMove, StaleState
from bpo.kernel.states import advance

ALLOWED = {"system": frozenset({"light"}), "light": frozenset({"dark"})}


@pytest.fixture
def sue(db: None) -> User:
    return User.objects.create_user("sue@example.com", full_name="Sue")


def test_a_listed_move_changes_the_row_and_the_object(sue: User) -> None:
    before = advance(sue, "light", allowed=ALLOWED, field="theme", full_name="Sue Two")
    assert before == "system"
    assert (sue.theme, sue.full_name) == ("light", "Sue Two")
    sue.refresh_from_db()
    assert (sue.theme, sue.full_name) == ("light", "Sue Two")


def test_an_unlisted_move_changes_nothing(sue: User) -> None:
    with pytest.raises(IllegalMove):
        advance(sue, "dark", allowed=ALLOWED, field="theme")
    sue.refresh_from_db()
    assert sue.theme == "system"


def test_the_second_writer_is_told(sue: User) -> None:
    other = User.objects.get(pk=sue.pk)
    advance(sue, "light", allowed=ALLOWED, field="theme")
    with pytest.raises(StaleState):
        advance(other, "light", allowed=ALLOWED, field="theme")
    assert other.theme == "system"


def test_computed_changes_are_read_back(sue: User) -> None:
    advance(sue, "light", allowed=ALLOWED, field="theme", full_name=Concat(F("full_name"), Value("!")))
    assert sue.full_name == "Sue!"
