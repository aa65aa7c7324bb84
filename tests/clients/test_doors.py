"""Which line a door leads to, and the texts a client words for itself."""

import pytest
from django.core.exceptions import ValidationError

from clients import doors, texts
from clients.models import BrandText, EntryRule, EntryRuleSkill, TextKind
from clients.words import language_for, say
from clients.words_catalogue import WORDS
from tests import factories as make

pytestmark = pytest.mark.django_db


def rule(door, position, queue, **fields) -> EntryRule:
    return EntryRule.objects.create(entry_point=door, position=position, queue=queue, **fields)


def test_the_first_rule_that_fits_decides_else_the_default() -> None:
    acme = make.client()
    door, bills, gold = make.door(acme, priority=2), make.queue(acme, "Bills"), make.queue(acme, "Gold")
    bill = make.reason(acme, "A bill")
    rule(door, 1, bills, reason=bill, priority=5)
    rule(door, 2, gold, attribute="plan", value="gold")
    ann = make.customer(acme, plan="Gold")
    both = doors.choose(door, language="en", reason=bill, customer=ann)
    assert (both.queue, both.priority) == (bills, 5)
    assert doors.choose(door, language="en", customer=ann).queue == gold
    default = doors.choose(door, language="en")
    assert (default.queue, default.priority, default.rule) == (door.queue, 2, None)


def test_a_rule_on_a_reason_takes_what_is_nested_under_it() -> None:
    acme = make.client()
    door, line, parent = make.door(acme), make.queue(acme), make.reason(acme)
    rule(door, 1, line, reason=parent)
    assert doors.choose(door, language="en", reason=make.reason(acme, parent=parent)).queue == line


def test_every_condition_of_a_rule_must_fit() -> None:
    acme = make.client()
    door, line = make.door(acme), make.queue(acme)
    rule(door, 1, line, language="es", key="1")
    assert doors.choose(door, language="es").queue == door.queue
    assert doors.choose(door, language="es", key="1").queue == line


def test_a_rule_asks_nothing_but_the_closed_list_of_a_customer() -> None:
    acme = make.client()
    door, line = make.door(acme), make.queue(acme)
    rule(door, 1, line, attribute="client_id", value=str(acme.pk))
    assert doors.choose(door, language="en", customer=make.customer(acme)).queue == door.queue


def test_another_language_wants_its_skill_beside_those_of_the_rule() -> None:
    acme = make.client()
    spanish, bills = make.skill(language="es"), make.skill("bills")
    door = make.door(acme)
    assert doors.choose(door, language="es").wants == ((spanish.pk, 1),)
    assert doors.choose(door, language="en").wants == ()
    found = rule(door, 1, door.queue, language="es")
    EntryRuleSkill.objects.create(rule=found, skill=bills, level=3)
    assert set(doors.choose(door, language="es").wants) == {(spanish.pk, 1), (bills.pk, 3)}


def test_a_door_that_leads_nowhere_is_closed() -> None:
    door = make.door(make.client(), published=False)
    door.queue = None
    with pytest.raises(doors.DoorClosed):
        doors.choose(door, language="en")


@pytest.mark.parametrize("kind", TextKind.values)
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_has_a_default_that_uses_known_placeholders(kind, language) -> None:
    wording = texts.DEFAULTS[kind][language]
    texts.check(wording)
    assert "{" not in texts.text(make.client(), kind, language)


def test_the_clients_own_words_win() -> None:
    acme = make.client("Acme Air")
    BrandText.objects.create(client=acme, kind=TextKind.AWAY, language="en", text="{client} is asleep, {due}.")
    assert texts.text(acme, TextKind.AWAY, "en", due="noon") == "Acme Air is asleep, noon."
    assert "Acme Air is asleep" not in texts.text(acme, TextKind.AWAY, "es")


def test_an_unknown_placeholder_is_refused() -> None:
    with pytest.raises(ValidationError, match="customer_password"):
        texts.check("Hello {customer_password}")


def test_every_word_exists_in_both_languages() -> None:
    assert all(set(entry) == {"en", "es"} and all(entry.values()) for entry in WORDS.values())
    assert say("cb_window", "es", day="martes", start="9", end="10") == "martes, de 9 a 10"


def test_the_language_follows_address_browser_and_client() -> None:
    acme = make.client()
    assert language_for(acme, "es", accept="en") == "es"
    assert language_for(acme, accept="fr-FR, es-MX;q=0.9, en;q=0.2") == "es"
    assert language_for(acme, accept="fr") == "en"
    assert language_for(make.client(languages=["en"]), "es") == "en"
