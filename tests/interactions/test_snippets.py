"""Sue writes ready sentences for Acme; what Bea puts in with a slash and really sends is counted, chat or mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients import snippets
from clients.models import Client, Role, Snippet
from interactions import mail_out, unsent
from interactions.models import JournalEntry, Kind, Message
from tests import factories as make
from tests.interactions.scripted import Scene, accepted, scene
from tests.interactions.test_console_views import desk_of, url

pytestmark = pytest.mark.django_db
HELLO = "Hello {first_name}, this is {agent} of {client}."


@pytest.fixture
def acme() -> Scene:
    made = scene()
    Snippet.objects.create(client=made.acme, shortcut="hello", text=HELLO)
    return made


def used() -> list[tuple[str, str]]:
    told = JournalEntry.objects.filter(kind=Kind.SNIPPET_USED).order_by("pk")
    return [(one.facts["shortcut"], one.facts["language"]) for one in told]


def hello(of: Scene, leg: Any) -> str:
    text: str = desk_of(of.bea).get(url("snippets", leg)).json()["snippets"][0]["text"]
    return text


def setup(of: Client, name: str = "setup-snippets", *args: str) -> str:
    return reverse(name, args=[of.public_id, *args])


def sue(of: Client) -> Browser:
    browser = Browser()
    browser.force_login(make.supervisor(of))
    return browser


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_a_sentence_sent_in_a_chat_is_written_down_once(acme: Scene) -> None:
    leg = accepted(acme)
    sent = {
        "text": hello(acme, leg) + " How are you?",
        "key": "k1",
        "used": ["hello/en", "hello/en", "nothing/en", "x"],
    }
    for _twice in range(2):
        assert desk_of(acme.bea).post(url("send", leg), sent).status_code == 200
    assert used() == [("hello", "en")]
    entry, line = JournalEntry.objects.get(kind=Kind.SNIPPET_USED), Message.objects.get(direction="out")
    assert entry.interaction == leg.interaction and entry.facts["message"] == str(line.public_id)


def test_one_whose_words_were_deleted_or_is_anothers_counts_for_nothing(acme: Scene) -> None:
    Snippet.objects.create(client=make.client("Zenith"), shortcut="bye", text="Goodbye")
    leg = accepted(acme)
    desk_of(acme.bea).post(url("send", leg), {"text": "Goodbye then", "used": ["hello/en", "bye/en"]})
    assert used() == []


def mail(of: Scene) -> Any:
    leg = accepted(of, "email")
    answer = desk_of(of.bea).post(url("reply", leg), {"text": hello(of, leg), "then": "keep", "used": ["hello/en"]})
    assert answer.status_code == 200
    return Message.objects.get(interaction=leg.interaction, direction="out")


def claimed(sent: Message) -> list[Message]:
    """What the worker has in its hand once the mail is due."""
    found: list[Message] = mail_out.sendable().claim_due(1, at=sent.due_at + timedelta(seconds=1), ids=[sent.pk])
    return found


def test_in_a_mail_it_counts_once_the_mail_has_left(acme: Scene) -> None:
    sent = mail(acme)
    assert used() == []
    (leaving,) = claimed(sent)
    mail_out.left(leaving)
    mail_out.left(leaving)
    assert used() == [("hello", "en")]


def test_a_mail_that_was_undone_used_none(acme: Scene) -> None:
    sent = mail(acme)
    unsent.undo(sent, by=acme.bea)
    assert claimed(sent) == [] and used() == []


# --- the set-up ------------------------------------------------------------------------------------------------------


def test_sue_lists_adds_changes_and_retires(acme: Scene) -> None:
    browser = sue(acme.acme)
    leg = accepted(acme)
    desk_of(acme.bea).post(url("send", leg), {"text": hello(acme, leg), "used": ["hello/en"]})
    page = browser.get(setup(acme.acme)).content.decode()
    assert "/hello" in page and "Sent in 30 days" in page and '<td class="n">1</td>' in page
    wrong = browser.post(setup(acme.acme, "setup-snippet-new"), {"shortcut": "hello", "language": "en", "text": "Hi"})
    assert wrong.status_code == 422 and "of this shortcut" in wrong.content.decode() and "Hi" in wrong.content.decode()
    new = {"shortcut": "bye", "language": "en", "text": "Goodbye, {first_name}."}
    assert browser.post(setup(acme.acme, "setup-snippet-new"), new).status_code == 302
    edit = setup(acme.acme, "setup-snippet", "en", "bye")
    assert 'value="bye"' in browser.get(edit).content.decode()
    assert browser.post(edit, {**new, "text": "Until soon.", "edition": "1"}).status_code == 302
    late = browser.post(edit, {**new, "text": "Farewell.", "edition": "1"})
    assert late.status_code == 422 and "meanwhile" in late.content.decode() and "Farewell." in late.content.decode()
    assert Snippet.objects.get(shortcut="bye").text == "Until soon."
    act = setup(acme.acme, "setup-snippet-act", "en", "bye", "retire")
    assert browser.post(act).status_code == browser.post(act).status_code == 302
    assert "/bye" not in browser.get(setup(acme.acme)).content.decode()
    assert "/bye" in browser.get(setup(acme.acme), {"show": "retired"}).content.decode()
    shortcuts = [one["shortcut"] for one in desk_of(acme.bea).get(url("snippets", leg)).json()["snippets"]]
    assert shortcuts == ["hello"]
    assert browser.post(setup(acme.acme, "setup-snippet-new"), {**new, "text": "Again."}).status_code == 302
    back = Snippet.objects.get(shortcut="bye")
    assert (back.text, back.retired_at) == ("Again.", None)


def test_renamed_onto_another_it_is_refused(acme: Scene) -> None:
    snippets.add(acme.acme, language="en", shortcut="bye", text="Goodbye", by=make.admin())
    edit = setup(acme.acme, "setup-snippet", "en", "bye")
    taken = sue(acme.acme).post(edit, {"shortcut": "hello", "language": "en", "text": "Goodbye", "edition": "1"})
    assert taken.status_code == 422 and Snippet.objects.filter(shortcut="bye").exists()


@pytest.mark.parametrize(("role", "status"), [(Role.MANAGER, 200), (Role.VIEWER, 403)])
def test_who_looks_at_them(acme: Scene, role: str, status: int) -> None:
    someone = make.user("Somebody of Acme")
    make.membership(someone, acme.acme, role)
    browser = Browser()
    browser.force_login(someone)
    assert browser.get(setup(acme.acme)).status_code == status


def test_another_companys_are_not_there(acme: Scene) -> None:
    zenith = make.client("Zenith")
    Snippet.objects.create(client=zenith, shortcut="secret", text="Zenith speaking")
    browser = sue(acme.acme)
    assert browser.get(setup(zenith)).status_code == 404
    assert browser.get(setup(acme.acme, "setup-snippet", "en", "secret")).status_code == 404
    assert browser.post(setup(acme.acme, "setup-snippet-act", "en", "secret", "retire")).status_code == 404


def test_as_many_questions_for_many_as_for_one(acme: Scene, django_assert_max_num_queries: Any) -> None:
    browser = sue(acme.acme)
    browser.get(setup(acme.acme))
    with django_assert_max_num_queries(40) as one:
        browser.get(setup(acme.acme))
    for n in range(8):
        Snippet.objects.create(client=acme.acme, shortcut=f"s{n}", text="Words")
    with django_assert_max_num_queries(len(one)):
        assert browser.get(setup(acme.acme)).content.decode().count("Put out of use") == 9
