"""After hours: call me back. Promised with its window, due when the doors open, worked by telephone, kept."""

import datetime as dt
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from clients.models import BusinessHours, EntryKind, EntryPoint, HoursSpan
from interactions.models import Callback, CallbackState, Case, CaseState, Interaction, State
from tests.browser import script, stage
from tests.living import Product, Watch, eventually


@pytest.fixture
def opening_soon(live: Product) -> Iterator[EntryPoint]:
    """The Tech Giant's form, closed now; its hours begin within three minutes."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    door = EntryPoint.objects.select_related("queue").get(client=client, kind=EntryKind.FORM)
    queue = door.queue
    assert queue is not None
    # In a zone where it is ten or eleven in the morning, so that the story has its open hours ahead at any time of day.
    behind = min(dt.datetime.now(dt.UTC).hour - 10, 12)
    zone = f"Etc/GMT{behind:+d}" if behind else "Etc/GMT"
    local = dt.datetime.now(ZoneInfo(zone)) + dt.timedelta(seconds=80)  # a slow machine fills in the form meanwhile
    opens = local.hour * 60 + local.minute + 1
    soon = BusinessHours.objects.create(client=client, name=f"Opening soon {local:%H%M%S}", zone=zone)
    for weekday in range(7):
        HoursSpan.objects.create(hours=soon, weekday=weekday, opens=opens, closes=1440)
    before = (door.hours, queue.hours)
    type(queue).objects.filter(pk=queue.pk).update(hours=soon)
    type(door).objects.filter(pk=door.pk).update(hours=soon)
    yield door
    type(queue).objects.filter(pk=queue.pk).update(hours=before[1])
    type(door).objects.filter(pk=door.pk).update(hours=before[0])


def test_call_me_back_is_promised_and_kept(
    new_page: Callable[..., Page], live: Product, opening_soon: EntryPoint, watch: Watch
) -> None:
    watch.allow("422")
    marcus = stage.customer_with_late_order("Marcus Bell", "marcus.story@mail.example", order="TG-310003")
    stage.give_phone(marcus, "+16145550188")

    page = new_page(locale="en-US", viewport={"width": 390, "height": 844})
    page.goto(f"/c/{opening_soon.public_id}/callback/")
    page.get_by_label("number", exact=False).first.fill("(614) 555-0188")
    page.locator("#words").fill("My order is late.")
    page.locator(".langs a[lang=es]").click()
    expect(page.locator("#heading")).to_have_text("¿Cuándo podemos llamarle?")
    expect(page.locator("#words")).to_have_value("My order is late.")
    page.locator(".days label").nth(1).click()
    page.locator(".langs a[lang=en]").click()
    expect(page.locator("#number")).to_have_value("(614) 555-0188")
    expect(page.locator(".days input").nth(1)).to_be_checked()
    # A time of the day that is folded away cannot be chosen, by whatever presses it.
    page.evaluate("document.querySelector('.slots label').click()")
    expect(page.locator("#chosen")).to_be_empty()
    page.locator(".slots label:visible").first.click()
    expect(page.locator("#chosen")).to_contain_text("We call you: ")
    page.locator(".days label").first.click()
    expect(page.locator("#chosen")).to_be_empty()
    page.locator("#callback [type=submit].send").click()
    expect(page.locator("#window-error")).to_have_text("Please choose one of the times.")
    expect(page.locator("#window-error")).to_be_in_viewport()
    expect(page.locator('input[name="window"]').first).to_be_focused()
    page.locator("#number").fill("12")
    page.locator("#callback [type=submit].send").click()
    expect(page.locator("#number-error")).to_contain_text("We cannot read this number.")
    expect(page.locator("#window-error")).to_have_text("Please choose one of the times.")
    expect(page.locator("#number")).to_be_focused()
    page.locator("#number").fill("(614) 555-0188")
    page.locator(".slots label").first.click()
    expect(page.locator("#window-error")).to_be_hidden()
    page.locator("#name").fill("Marcus Bell")
    page.locator("#email").fill("marcus.story@mail.example")
    page.locator("#callback [type=submit].send").click()
    callback = eventually(lambda: Callback.objects.filter(customer=marcus).first())
    assert callback.state == CallbackState.PROMISED
    expect(page.locator("body")).to_contain_text(callback.reference)
    booked = stage.mail_about(live, "marcus.story@mail.example", callback.reference)
    assert "Tech Giant" in booked.from_name
    assert f"{live.url}/c/callback/" in booked.text + booked.html  # the link to change or cancel

    # The doors open; of five agents only Ben is free, takes calls and is licensed (Mina could as well and is at home).
    stage.only_so_much("leo", voice_cap=0)
    others = [stage.at_the_desk(new_page(user=stage.agent(key).user)) for key in ("leo", "ines")]
    others.append(stage.at_the_desk(new_page(user=stage.agent("elena").user), available=False))
    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user))
    offer = ben.locator("[data-offer]")
    expect(offer).to_contain_text("Callback", timeout=240_000)
    for other in others:
        expect(other.locator("[data-offer]")).to_have_count(0)
    ben.keyboard.press("Enter")
    expect(ben.locator("#script")).to_contain_text("The Tech Giant")
    dial = ben.locator("a[href='tel:+16145550188']")
    expect(dial).to_be_visible()
    ben.get_by_role("button", name="Reached", exact=True).click()
    eventually(lambda: Callback.objects.get(pk=callback.pk).state == CallbackState.KEPT)
    expect(ben.locator("#side-customer")).not_to_contain_text("Slate 14 laptop")
    script.go_on(ben)
    script.choose_value(ben, "yes")  # a good moment
    script.verify(ben, name="Marcus Bell", zip_code="43215", order="TG-310003")
    expect(ben.locator("#side-customer")).to_contain_text("Slate 14 laptop")
    script.choose_value(ben, "yes")  # convinced
    script.go_on(ben)  # the follow-up is booked

    ben.locator("#act-resolve").click()
    ben.locator("#resolve-summary").fill("Told him when it comes.")
    ben.locator("#resolve-outcome").select_option("solved-told")
    ben.locator("#resolve").get_by_text("Yes", exact=True).click()
    ben.locator("#resolve").get_by_role("button", name="Resolve and end").click()
    stage.wrap_up(ben, note="Comes on Friday.")
    contact = Interaction.objects.get(pk=Callback.objects.get(pk=callback.pk).interaction_id)
    assert (contact.state, contact.direction) == (State.CLOSED, "outbound")
    assert Case.objects.get(pk=contact.case_id).state == CaseState.RESOLVED
