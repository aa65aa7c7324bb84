"""The format of scripts: what is refused before publishing, which version is picked, and how it reads."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bpo.accounts.models import User
from bpo.kernel.errors import IllegalMove
from bpo.kernel.history import ReasonMissing, changes_of
from clients import scripts
from clients.models import Client, ProductType, Script, ScriptKind, ScriptVersion, VersionState

GREET = {"id": "greet", "kind": "say", "name": "Greet", "text": "Thank you for calling {client}.", "next": "verify"}
VERIFY = {
    "id": "verify",
    "kind": "verify",
    "name": "Verify the caller",
    "facts": [{"fact": "name", "label": "Full name"}, {"fact": "order", "label": "Order number"}],
    "next": "reason",
    "failed": "close",
}
REASON = {"id": "reason", "kind": "choose", "name": "Reason", "sets": "reason", "next": "product"}
PRODUCT = {"id": "product", "kind": "sub_process", "name": "Billing and orders", "next": "close"}
CLOSE = {"id": "close", "kind": "close", "name": "Close and thank", "text": "Thank you for calling {client}."}


def graph(*steps: dict[str, Any], start: str = "greet") -> dict[str, Any]:
    return deepcopy({"start": start, "steps": list(steps) or [GREET, VERIFY, REASON, PRODUCT, CLOSE]})


def sentences(of: dict[str, Any], kind: str = ScriptKind.INBOUND) -> list[tuple[str, str]]:
    return [(problem.step, problem.sentence) for problem in scripts.check(of, kind)]


def test_a_sound_script_has_no_problems() -> None:
    assert scripts.check(graph()) == []


def test_a_step_that_nothing_leads_to_is_named() -> None:
    lonely = {"id": "lonely", "kind": "say", "text": "Hello?", "next": "close"}
    assert sentences(graph(GREET, VERIFY, REASON, PRODUCT, lonely, CLOSE)) == [("lonely", "No way leads here.")]


def test_a_dead_end_and_an_unknown_next_are_named() -> None:
    assert ("greet", "It leads nowhere.") in sentences(graph(GREET | {"next": ""}, CLOSE))
    assert ("greet", "It leads to “nirvana”, which does not exist.") in sentences(
        graph(GREET | {"next": "nirvana"}, CLOSE)
    )


def test_a_script_that_turns_in_circles_never_ends() -> None:
    again = {"id": "again", "kind": "say", "text": "Again.", "next": "greet"}
    found = sentences(graph(GREET | {"next": "again"}, again))
    assert ("", "The script has no closure.") in found
    assert ("again", "From here the script never ends.") in found


def test_the_first_step_greets_in_the_clients_name() -> None:
    assert sentences(graph(GREET | {"text": "Hello."}, VERIFY, REASON, PRODUCT, CLOSE)) == [
        ("greet", "The first step must be a greeting that names the client.")
    ]


def test_account_data_wants_a_passed_verification() -> None:
    order = {"id": "order", "kind": "say", "text": "Your order {order} is late.", "next": "close"}
    assert sentences(graph(GREET | {"next": "order"}, order, CLOSE)) == [
        ("order", "Account data can be reached here without verification.")
    ]
    behind_failure = graph(GREET, VERIFY | {"next": "close", "failed": "order"}, order, CLOSE)
    assert ("order", "Account data can be reached here without verification.") in sentences(behind_failure)


def test_an_unknown_placeholder_is_named() -> None:
    assert ("greet", "{card_number} is not something a text can name.") in sentences(
        graph(GREET | {"text": "{client}: your card {card_number}"}, VERIFY, REASON, PRODUCT, CLOSE)
    )


def test_what_is_no_graph_at_all_is_said_in_words() -> None:
    assert scripts.check({"start": "a", "steps": [{"kind": "say"}]})[0].must
    assert scripts.check({}) == [scripts.Problem("", "The script has no steps.")]


def test_a_sub_process_may_return_and_needs_no_greeting() -> None:
    find = {
        "id": "find", "kind": "collect", "name": "Find the order", "next": "return",
        "fields": [{"name": "order", "label": "Order", "type": "order", "required": True}],
    }  # fmt: skip
    assert scripts.check(graph(find, start="find"), ScriptKind.SUB_PROCESS) == []
    assert ("find", "It leads to “return”, which does not exist.") in sentences(graph(find, start="find"))


# --- versions ------------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Client:
    return Client.objects.create(name="Acme", slug="acme", reference_prefix="ACM", languages=["en", "es"])


@pytest.fixture
def sue() -> User:
    return User.objects.create_user("sue@bpo.example", full_name="Sue Sander")


@pytest.fixture
def mo() -> User:
    return User.objects.create_user("mo@bpo.example", full_name="Mo Marsh")


def version(of: Client, by: User, *, number: int = 1, name: str = "Inbound", **fields: Any) -> ScriptVersion:
    kind = fields.pop("kind", ScriptKind.INBOUND)
    product_type = fields.pop("product_type", None)
    script, _ = Script.objects.get_or_create(
        client=of, name=name, defaults={"kind": kind, "product_type": product_type}
    )
    return ScriptVersion.objects.create(script=script, number=number, created_by=by, **{"graph": graph(), **fields})


def published(of: Client, **fields: Any) -> ScriptVersion:
    by = User.objects.filter(email="mo@bpo.example").first() or User.objects.create_user(
        "mo@bpo.example", full_name="Mo"
    )
    made = version(of, by, **fields)
    ScriptVersion.objects.filter(pk=made.pk).update(state=VersionState.PUBLISHED)
    return made


def test_a_new_version_retires_the_one_before(acme: Client, sue: User, mo: User) -> None:
    first = published(acme)
    second = version(acme, sue, number=2)
    scripts.publish(
        scripts.approve(scripts.submit(second, sue, why="new offers"), mo, why="read"), mo, why="from today"
    )
    first.refresh_from_db()
    assert (first.state, second.state, second.published_by) == ("retired", "published", mo)
    assert first.retired_at == second.published_at
    told = {(change.who, change.why) for change in changes_of(second) if change.what == "changed"}
    assert told == {("Sue Sander", "new offers"), ("Mo Marsh", "read"), ("Mo Marsh", "from today")}


def test_no_version_is_moved_without_a_reason(acme: Client, sue: User) -> None:
    draft = version(acme, sue)
    with pytest.raises(ReasonMissing):
        scripts.submit(draft, sue, why=" ")
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_nobody_approves_her_own_draft(acme: Client, sue: User) -> None:
    draft = scripts.submit(version(acme, sue), sue, why="new")
    with pytest.raises(scripts.OwnDraft):
        scripts.approve(draft, sue, why="mine")


def test_nor_does_the_author_publish_what_another_approved(acme: Client, sue: User, mo: User) -> None:
    approved = scripts.approve(scripts.submit(version(acme, sue), sue, why="new"), mo, why="read")
    with pytest.raises(scripts.OwnDraft):
        scripts.publish(approved, sue, why="mine")
    assert scripts.publish(approved, mo, why="from today").published_by == mo


def test_words_written_into_the_draft_of_another_are_own_words(acme: Client, sue: User, mo: User) -> None:
    draft = version(acme, mo)
    scripts.rewrite(draft, draft.graph, sue)
    assert not scripts.wrote(draft, sue), "she only looked and saved"
    scripts.rewrite(draft, graph(GREET | {"text": "Your card number, {client} needs it."}, CLOSE), sue)
    scripts.rewrite(draft, graph(), mo)
    scripts.submit(draft, mo, why="new")
    for writer in (mo, sue):
        with pytest.raises(scripts.OwnDraft):
            scripts.approve(draft, writer, why="mine")
    tom, ada = User.objects.create_user("tom@bpo.example"), User.objects.create_superuser("ada@bpo.example")
    scripts.approve(draft, tom, why="read")
    with pytest.raises(scripts.OwnDraft):
        scripts.publish(draft, sue, why="mine")
    with pytest.raises(scripts.NotADraft):
        scripts.rewrite(draft, graph(), sue)
    draft.writers.add(ada)
    assert scripts.publish(draft, ada, why="an administrator answers for it").published_by == ada


def test_a_draft_cannot_be_published_and_a_faulty_one_not_submitted(acme: Client, sue: User, mo: User) -> None:
    with pytest.raises(IllegalMove):
        scripts.publish(version(acme, sue), mo, why="now")
    faulty = version(acme, sue, number=2, graph=graph(GREET | {"next": "nirvana"}, CLOSE))
    with pytest.raises(scripts.ScriptRefused) as refused:
        scripts.submit(faulty, sue, why="new")
    assert "nirvana" in str(refused.value.sentence)
    faulty.refresh_from_db()
    assert faulty.state == VersionState.DRAFT


def test_the_version_of_the_contacts_language_and_channel_is_picked(acme: Client) -> None:
    everywhere = published(acme, language="en")
    spanish = published(acme, language="es")
    chat = published(acme, language="en", channel="chat")
    assert scripts.pick(acme, ScriptKind.INBOUND, "chat", "en") == chat
    assert scripts.pick(acme, ScriptKind.INBOUND, "voice", "en") == everywhere
    assert scripts.pick(acme, ScriptKind.INBOUND, "chat", "es") == spanish
    assert scripts.pick(acme, ScriptKind.INBOUND, "voice", "fr") == everywhere
    assert scripts.pick(acme, ScriptKind.OUTBOUND, "voice", "en") is None


def test_a_product_type_has_its_own_sub_process_else_the_general_one(acme: Client) -> None:
    hardware = ProductType.objects.create(client=acme, code="hardware", name="Hardware")
    general = published(acme, name="General", kind=ScriptKind.SUB_PROCESS)
    own = published(acme, name="Billing and orders", kind=ScriptKind.SUB_PROCESS, product_type=hardware)
    software = ProductType.objects.create(client=acme, code="software", name="Software")
    assert scripts.sub_process(acme, hardware, "en", "voice") == own
    assert scripts.sub_process(acme, software, "en", "voice") == general
    assert scripts.sub_process(acme, None, "en", "voice") == general


def test_a_text_is_filled_in_and_escaped() -> None:
    said = scripts.render("{client} & {customer}: {order} {password}", {"client": "Acme", "customer": "<b>Ann</b>"})
    assert said == 'Acme &amp; &lt;b&gt;Ann&lt;/b&gt;: <span class="quiet">…</span> {password}'
