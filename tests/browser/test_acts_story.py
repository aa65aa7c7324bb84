"""What is agreed in a talk is done in it: an address, undone again; a refund, approved by a supervisor; a visit."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.models import Order
from interactions.models import Appointment, Refund
from tests.browser import script, stage
from tests.living import Product, Watch, eventually


def jump(page: Page, name: str) -> None:
    """By the menu of steps, which news of the contact closes."""
    step = page.locator("#jump-menu").get_by_role("button", name=name)
    for _try in range(5):
        if not step.is_visible():
            page.get_by_role("button", name="Jump to a step").click()
        page.wait_for_timeout(800)
        if step.is_visible():
            break
    step.click()


def test_what_is_agreed_is_done(new_page: Callable[..., Page], live: Product, watch: Watch) -> None:
    watch.allow("422")
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    ann = stage.customer_with_late_order("Ann Field", "ann.field@mail.example", order="TG-310077")
    mina = stage.at_the_desk(new_page(user=stage.agent("mina").user))
    form, done = mina.locator("#answer-form"), mina.locator(".done-acts")
    with stage.site_of(client, live, language="en") as address:
        chat = stage.open_chat(new_page(locale="en-US", viewport={"width": 390, "height": 760}), address)
        chat.locator("#name").fill("Ann Field")
        chat.locator("#email").fill("ann.field@mail.example")
        chat.locator("#words").fill("My order never came.")
        chat.locator("#start [type=submit]").click()
        stage.take(mina, "My order never came")
        script.go_on(mina)
        script.verify(mina, name="ann field", zip_code="43215", order="TG-310077")
        expect(mina.locator("#side-customer")).to_contain_text("Slate 14 laptop")
        mina.get_by_role("tab", name="Script").click()
        script.choose(mina, "Late delivery")
        script.go_on(mina)
        script.choose(mina, "Slate")
        form.locator("[name=order]").select_option(label=script.option_with(mina, "TG-310077"))
        script.go_on(mina)

        # Elsewhere, which she takes back: the order goes where it went.
        script.choose_value(mina, "elsewhere")
        expect(form.locator("[name=new_address]")).to_have_value("118 Larch Street, Columbus OH 43215")
        form.locator("[name=new_address]").fill("12 Oak Street, Columbus OH 43215")
        script.go_on(mina)
        assert Order.objects.get(number="TG-310077").deliver_to.startswith("12 Oak")
        expect(done).to_contain_text("TG-310077")
        done.get_by_role("button", name="Undo Change the address").click()
        expect(done).to_contain_text("undone")
        assert Order.objects.get(number="TG-310077").deliver_to.startswith("118 Larch")

        # A refund above the limit waits; what cannot be is told beside its field, and nothing is lost.
        jump(mina, "Product")
        script.choose(mina, "Slate")
        form.locator("[name=order]").select_option(label=script.option_with(mina, "TG-310077"))
        script.go_on(mina)
        script.choose_value(mina, "refund")
        form.locator("[name=refund_amount]").fill("99999")
        form.locator("[name=refund_reason]").fill("It never came")
        mina.locator("#script .foot .btn.main").click()
        expect(form).to_contain_text("no more than $1,649.00")
        expect(form.locator("[name=refund_reason]")).to_have_value("It never came")
        form.locator("[name=refund_amount]").fill("1,649.00")
        script.go_on(mina)
        expect(mina.locator("#script")).to_contain_text("A colleague looks at it today")
        expect(done).to_contain_text("waits for approval")

    priya = new_page(user=stage.person("priya@contact-center.example"))
    priya.goto("/floor/refunds/")
    row = priya.locator("tr", has_text="TG-310077")
    expect(row).to_contain_text("$1,649.00")
    row.get_by_role("link", name="Approve").click()
    dialog = priya.get_by_role("dialog")
    dialog.get_by_role("button", name="Approve the refund").click()
    expect(dialog.locator("[aria-invalid=true], .error").first).to_be_visible()
    dialog.get_by_label("Why").fill("The carrier lost it")
    dialog.get_by_role("button", name="Approve the refund").click()
    expect(priya.locator("tr", has_text="TG-310077")).to_have_count(0)
    assert Refund.objects.get(order__number="TG-310077").state == "approved"
    mail = stage.mail_about(live, "ann.field@mail.example", "TG-310077", within=60)
    assert "approved" in mail.subject and mail.from_address == client.brand.sender_address

    # Within the same contact a technician: the invitation is in her mailbox.
    mina.bring_to_front()
    mina.get_by_role("tab", name="Script").click()
    jump(mina, "Product")
    script.choose(mina, "Giant Care")
    form.locator("[name=symptom]").fill("Does not start")
    script.go_on(mina)
    script.choose_value(mina, "no")
    script.choose_value(mina, "no")
    script.choose_value(mina, "visit")
    form.locator("[name=case_subject]").fill("Laptop does not start")
    script.go_on(mina)
    form.locator("[name=visit_place]").fill("118 Larch Street")
    script.go_on(mina)
    visit = Appointment.objects.get(customer=ann)
    invitation = stage.mail_about(live, "ann.field@mail.example", "technician", within=90)
    [file] = [one for one in invitation.attachments if one.name == "invite.ics"]
    assert str(visit.public_id) in file.content.decode().replace("\r\n ", "")
    mina.goto(f"/console/customers/{ann.public_id}/")
    expect(mina.locator("#work")).to_contain_text("Technician's visit")
    mina.get_by_role("button", name=re.compile("^Cancel it")).click()
    mina.locator("#dialog [name=reason]").fill("She is away on that day.")
    mina.locator("#dialog").get_by_role("button", name="Cancel it").click()
    expect(mina.locator("#work")).to_contain_text("cancelled")
    eventually(lambda: "CANCEL" in _newest_calendar(live), within=90)


def _newest_calendar(live: Product) -> str:
    files = (file for mail in stage.mails_to(live, "ann.field@mail.example") for file in mail.attachments)
    return next((file.content.decode() for file in files if file.name == "invite.ics"), "")
