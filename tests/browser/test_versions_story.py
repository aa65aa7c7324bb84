"""A second version comes into force while Ann is being helped by the first: hers stays, and both stand side by side."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from agents.models import Agent
from clients.models import EntryPoint, Script, ScriptKind, ScriptVersion
from interactions import chats, handling, offers, runs
from interactions import wrap_up as ending
from interactions.models import EndedBy, Interaction, JournalEntry, Kind, Run, StepVisit
from tests import factories as make
from tests.browser import stage
from tests.browser.designing import company, put_in_force
from tests.browser.test_looks import looks_right
from tests.interactions.scripted import publish
from tests.living import Product, eventually

HELLO = "Thank you for writing to {client}. How can I help?"
FIRST: dict[str, Any] = {
    "start": "greet",
    "steps": [
        {"id": "greet", "kind": "say", "name": "Greet", "text": HELLO, "next": "ask"},
        {"id": "ask", "kind": "choose", "name": "What about", "required": True, "options": [
            {"value": "order", "label": "An order", "next": "look"},
            {"value": "other", "label": "Else", "next": "close"}]},
        {"id": "look", "kind": "collect", "name": "Look it up", "next": "close",
         "fields": [{"name": "number", "label": "Order number"}]},
        {"id": "close", "kind": "close", "name": "Close", "text": "Goodbye."},
    ],
}  # fmt: skip


def comes(door: EntryPoint, name: str, bea: Agent) -> Run:
    """Somebody writes, Bea accepts; the run that leads her."""
    hello = chats.Hello(key=str(uuid4()), words="Good day", name=name)
    contact = chats.start(door, hello).received.interaction
    leg = make.offer(bea, contact)
    offers.accept(leg, by=bea)
    runs.begin(Interaction.objects.get(pk=contact.pk), bea)
    return Run.objects.get(interaction=contact)


def goes_on(run: Run, bea: Agent, *answers: dict[str, str]) -> Run:
    """Step by step, with an answer each."""
    for answer in answers:
        run = runs.answer(run, run.at_step, answer, by=bea)
    return Run.objects.get(pk=run.pk)


def ends(run: Run, bea: Agent) -> None:
    """The chat is over and filed."""
    leg = handling.live_leg(Interaction.objects.get(pk=run.interaction_id))
    assert leg is not None
    leg = handling.end_work(leg, by=bea, ended_by=EndedBy.AGENT)
    ending.finish(leg, by=bea, disposition=run.client.dispositions.get())


def counted(version: ScriptVersion) -> dict[str, tuple[int, int, int, int]]:
    """Came, went on, ended and inside at each step, from the journal's runs and the stays that they left behind."""
    started = JournalEntry.objects.filter(run__version=version, kind=Kind.RUN_STARTED).values_list("run", flat=True)
    over = set(JournalEntry.objects.filter(run__in=started, kind=Kind.RUN_ENDED).values_list("run", flat=True))
    found: dict[str, list[int]] = {step["id"]: [0, 0, 0, 0] for step in version.graph["steps"]}
    for visit in StepVisit.objects.filter(run__in=started):
        at = found[visit.step]
        at[0] += 1
        at[1] += bool(visit.next_step)
        at[2] += not visit.next_step and visit.run_id in over
        at[3] += visit.left_at is None
    return {step: (came, on, end, inside) for step, (came, on, end, inside) in found.items()}


def shown(page: Page, version: ScriptVersion, nth: int) -> dict[str, tuple[int, int, int, int]]:
    """The same figures as the table of that version says them."""
    names = {step["name"]: step["id"] for step in version.graph["steps"]}
    found = {}
    for row in page.locator("#flow figure").nth(nth).locator("tbody tr").all():
        came, on, _taken, end, inside = (int(cell) for cell in row.locator("td.n").all_inner_texts()[:5])
        found[names[row.locator("th").inner_text()]] = (came, on, end, inside)
    return found


def test_two_versions_at_work(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    fern, morgan = company("Fern Foods")
    line = make.queue(fern, teams=[team := make.team()], offer_seconds=90)
    door = make.door(fern, into=line)
    bea = make.agent("Bea Brown", licensed=fern, in_team=team, available=True, capacity=make.profile(chat_cap=9))
    sue_herself = make.supervisor(fern, name="Sue Sander")
    make.disposition(fern)
    first = publish(fern, "Service", ScriptKind.INBOUND, FIRST, published_at=fern.created_at)
    ann, ida = comes(door, "Ann Field", bea), comes(door, "Ida Quick", bea)
    ann = goes_on(ann, bea, {})
    ends(goes_on(ida, bea, {}, {"choice": "order"}, {"number": "FF-7"}), bea)

    # Sue begins from what is in force, and changes what is said first.
    sue = new_page(user=sue_herself, viewport={"width": 1440, "height": 900})
    script = Script.objects.get(client=fern)
    sue.goto(f"/setup/{fern.public_id}/scripts/{script.public_id}/")
    sue.get_by_role("link", name="New version").click()
    sue.locator("main form [type=submit]").click()
    expect(sue.locator("#step-greet")).to_be_visible()
    sue.wait_for_load_state()  # its keys work then
    sue.locator("#step-greet").focus()
    sue.keyboard.press("e")
    expect(sue.locator("#f-name")).to_be_focused()
    sue.keyboard.press("Tab")
    expect(sue.locator("#f-text")).to_be_focused()
    sue.keyboard.press("Control+End")
    sue.keyboard.type(" Have your order number ready.", delay=20)
    expect(sue.locator(".seen .say")).to_contain_text("Have your order number ready.")
    second = ScriptVersion.objects.get(script=script, number=first.number + 1)
    eventually(lambda: "ready" in ScriptVersion.objects.get(pk=second.pk).graph["steps"][0]["text"])
    sue.get_by_role("button", name="Hand in for review").click()
    sue.get_by_label("What is new in it").fill("The number is asked for at once")
    sue.get_by_role("button", name="Hand in", exact=True).click()
    expect(sue.locator("main")).to_contain_text("In review")
    second.refresh_from_db()
    mo = new_page(user=make.supervisor(fern, name="Mo Marsh"))
    put_in_force(second, author=sue, manager=new_page(user=morgan), second=mo)

    # Ann, who was being helped, is led on by the version she began with; Bob by the new one.
    ann = goes_on(ann, bea, {"choice": "order"})
    assert (ann.version_id, ann.at_step) == (first.pk, "look")
    bob, cal = comes(door, "Bob Barker", bea), comes(door, "Cal Cooper", bea)
    assert bob.version_id == cal.version_id == second.pk
    ends(goes_on(bob, bea, {}, {"choice": "other"}), bea)
    cal = goes_on(cal, bea, {})

    # Side by side, each number as the journal has it.
    sue.goto(f"/floor/flows/{script.public_id}/?version={second.public_id}&beside={first.public_id}&beside_when=today")
    expect(sue.locator("#flow svg.flow")).to_have_count(2)
    expect(sue.locator(".versus")).to_contain_text(f"Version {second.number} against {first.number}")
    assert [row.inner_text() for row in sue.locator(".versus tbody tr").first.locator("td").all()] == ["2", "2"]
    expect(sue.get_by_role("group", name=re.compile("2 began, 1 inside"))).to_have_count(2)
    looks_right(sue)
    sue.get_by_role("link", name="Table").click()
    expect(sue.locator("#flow figure table")).to_have_count(2)
    for nth, version in enumerate((second, first)):
        assert shown(sue, version, nth) == counted(version)
    assert counted(first)["look"] == (2, 1, 0, 1) and counted(second)["ask"] == (2, 1, 0, 1)
