"""What a played colleague says and answers at each kind of step; and that each script can be walked to its end."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.urls import resolve

from bpo.demo.content import CLIENTS, ClientContent
from bpo.demo.past.walking import OrderFact, Walk
from bpo.demo.simulator import answering
from bpo.demo.simulator.colleague import Colleague
from bpo.demo.simulator.seeing import Item
from clients.script_graph import parse
from interactions.views.console import talk as talk_views

LEG = "5f0c5b1e-3f0a-4a3e-9a54-0f2f6f1f7d10"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = Item(
    leg="leg", state="handling", channel="chat", slug="the-tech-giant", brand="The Tech Giant", public_name="Alex",
    language="en", interaction="contact", callback=False, web_call=False, subject="",
    opening="Hi, my order was due days ago and",
    reason="late-delivery", said_in=1, said_out=0, last_in=None, resolved=True, accepted_at=NOON,
    record={"name": "Ann Archer", "postal_code": "43215", "order": "TG-1"}, order="TG-1", products=("slate-14",),
)  # fmt: skip


def step(content: ClientContent, script: str, name: str) -> dict[str, object]:
    graphs = next(each for each in content.scripts if each.name == script).graphs
    return next(each for each in graphs["en"]["steps"] if each["id"] == name)


def test_a_chat_is_known_by_its_first_words_and_greeted_by_the_public_name() -> None:
    item = replace(ANN, opening=CLIENTS[0].talks[0].customer[0])
    talk = answering.talk_of(item, random.Random(1))
    assert talk is CLIENTS[0].talks[0]
    first = answering.lines_of(item, talk)[0]
    assert "The Tech Giant" in first
    assert "Alex" in first


def test_what_nobody_foresaw_is_answered_in_the_customers_language() -> None:
    talk = answering.talk_of(replace(ANN, opening="Quite another matter", language="es"), random.Random(1))
    assert talk.language == "es"


def test_a_verification_gives_two_facts_of_the_record() -> None:
    item = replace(ANN, step=step(CLIENTS[0], "Customer service", "verify"))
    draws = [answering.answer_of(item, random.Random(seed)) for seed in range(20)]
    assert {"step": "verify", "name": "Ann Archer", "postal_code": "43215"} in draws


def test_reason_product_and_order_are_those_of_the_contact() -> None:
    draw = random.Random(1)
    asked = [step(CLIENTS[0], "Customer service", name) for name in ("reason", "product")]
    found = [answering.answer_of(replace(ANN, step=each), draw) for each in asked]
    assert [each and each["choice"] for each in found] == ["late-delivery", "slate-14"]
    order = answering.answer_of(replace(ANN, step=step(CLIENTS[0], "Billing and orders", "find")), draw)
    assert order == {"step": "find", "order": "TG-1"}


def test_the_end_is_not_answered_and_nothing_is_done_without_an_order() -> None:
    draw = random.Random(1)
    assert answering.answer_of(replace(ANN, step=step(CLIENTS[0], "Customer service", "close")), draw) is None
    refund = step(CLIENTS[0], "Billing and orders", "refund")
    assert answering.answer_of(replace(ANN, step=refund, order=""), draw) is None


def test_a_nested_disposition_is_given_as_the_form_wants_it() -> None:
    form = answering.disposition_of(ANN, CLIENTS[0].talks[0])
    assert form["ending"] == "solved"
    assert form["below-solved"] == "solved-replacement"
    assert answering.disposition_of(replace(ANN, resolved=False), CLIENTS[0].talks[0])["ending"] == "customer-left"


@pytest.mark.parametrize("content", CLIENTS, ids=lambda content: content.slug)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_walk_leaves_each_step_where_it_enters_the_next(content: ClientContent, language: str) -> None:
    graphs = {each.name: (each.kind, each.product_type, parse(each.graphs[language])) for each in content.scripts}
    main = next(graph for kind, _, graph in graphs.values() if kind == "inbound")
    subs = {product: graph for kind, product, graph in graphs.values() if kind == "sub_process"}
    for seed in range(30):
        draw = random.Random(seed)
        walk = Walk(
            main=main,
            subs=subs,
            facts={"name": "Ann Archer", "postal_code": "1", "order": "X-1", "birth_date": "1980-01-01"},
            orders=(OrderFact("X-1", "shipped", None),),
            reason=draw.choice(content.reasons).code,
            product=draw.choice(content.products).code,
            kinds={reason.code: reason.kind for reason in content.reasons},
            types={product.code: product.type for product in content.products},
            draw=draw,
            at=NOON,
        )
        walk.begin()
        while walk.go_on(10):
            assert len(walk.visits) < 40
        assert [visit.left for visit in walk.visits[:-1]] == [visit.entered for visit in walk.visits[1:]]
        assert walk.visits[-1].left is None


def test_a_played_colleague_has_no_voice_and_passes_a_web_call_on_at_once() -> None:
    """A visitor who calls is not made to wait for somebody he would never hear."""
    pressed: list[str] = []

    class Bea(Colleague):
        async def post(self, path: str, data: dict[str, str] | None = None) -> bool:
            pressed.append(path)
            return False

    async def work() -> None:
        bea = Bea("bea", "bea@contact-center.example", "http://localhost", "pass")
        try:
            await bea._worked(replace(ANN, leg=LEG, state="offered", channel="voice", web_call=True))
        finally:
            await bea.browser.session.close()

    asyncio.run(work())
    assert [resolve(path).func for path in pressed] == [talk_views.busy]


def test_she_goes_though_her_cancellation_was_lost() -> None:
    """Off is off, and a visitor keeps the chair."""
    tries: list[int] = []

    async def play() -> None:
        bea = Colleague("bea", "bea@contact-center.example", "http://localhost:1", "pass")
        bea.draw.uniform = lambda _a, _b: 0.0  # type: ignore[method-assign]
        asked = bea.browser.sign_in

        async def sign_in(key: str) -> None:
            tries.append(1)
            if len(tries) == 2:
                bea.gone = True
            await asked(key)

        bea.browser.sign_in = sign_in  # type: ignore[method-assign]
        await asyncio.wait_for(bea.run(), 10)

    asyncio.run(play())
    assert len(tries) == 2
