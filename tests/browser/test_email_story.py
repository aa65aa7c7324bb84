"""The whole job by email: a mail comes in by IMAP, Elena answers and resolves, one mail goes out by SMTP; or later."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.models import EntryKind, EntryPoint
from interactions.models import Case, CaseState, Draft, Interaction, JournalEntry, Kind, Message, Notice, State
from tests.browser import script, stage
from tests.living import Product, Watch, eventually


def test_a_question_by_mail_is_answered_once(new_page: Callable[..., Page], live: Product) -> None:
    """Dana writes; of five agents only Elena is available, takes mail and is licensed."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    dana = stage.customer_with_late_order("Dana Whitfield", "dana.story@mail.example", order="TG-310002")
    mailbox = EntryPoint.objects.get(client=client, kind=EntryKind.MAILBOX)
    stage.only_so_much("leo", email_cap=0)
    stage.only_so_much("elena", email_cap=1)
    leo = stage.at_the_desk(new_page(user=stage.agent("leo").user))  # licensed, takes no mail
    ines = stage.at_the_desk(new_page(user=stage.agent("ines").user))  # no licence for this client
    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user), available=False)  # both, but away
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))  # Mina could as well and is at home

    stage.send_mail(
        live,
        sender="Dana Whitfield <dana.story@mail.example>",
        to=mailbox.address,
        subject="Where is TG-310002?",
        text="Hello,\n\nmy order TG-310002 is three days late.\n\nDana",
    )
    offer = elena.locator("[data-offer]")
    expect(offer).to_contain_text("The Tech Giant", timeout=40_000)
    expect(offer).to_contain_text("Where is TG-310002?")
    for other in (leo, ines, ben):
        expect(other.locator("[data-offer]")).to_have_count(0)
    elena.keyboard.press("Enter")
    expect(elena.locator("#work")).to_contain_text("is three days late")
    expect(elena.locator("#script")).to_contain_text("Thank you for contacting")
    expect(elena.locator("#side-customer")).not_to_contain_text("Slate 14 laptop")
    contact = Interaction.objects.get(customer=dana)

    elena.get_by_role("tab", name="Script").click()
    script.go_on(elena)
    script.verify(elena, name="Dana Whitfield", zip_code="43215", order="TG-310002")
    expect(elena.locator("#side-customer")).to_contain_text("Slate 14 laptop")
    script.late_order_replaced(elena, reason="Late delivery", order="TG-310002")
    eventually(lambda: JournalEntry.objects.filter(interaction=contact, kind=Kind.ACTION_DONE).exists())
    stage.send_mail(
        live, sender="Ola Berg <ola.story@mail.example>", to=mailbox.address, subject="Do you ship to Oslo?", text="?"
    )
    eventually(lambda: Interaction.objects.filter(envelope__subject="Do you ship to Oslo?", state=State.QUEUED))

    elena.locator("#mail-text").fill("Dear Dana,\n\nyour laptop is at the depot; a new one comes on Friday.")
    elena.locator("[popovertarget=send-menu]").click()
    elena.get_by_role("button", name="Send and resolve").click()
    elena.locator("#send-summary").fill("Sent a new one.")
    elena.locator("#send-outcome").select_option("solved-told")
    elena.get_by_role("button", name="and resolve", exact=False).last.click()
    expect(elena.locator("#wrapup")).to_be_visible()
    expect(elena.locator("[data-offer]")).to_have_count(0)
    stage.wrap_up(elena, note="Replacement sent.")
    stage.offered(elena, "Do you ship to Oslo?")
    for other in (leo, ines, ben):
        expect(other.locator("[data-offer]")).to_have_count(0)

    eventually(lambda: Case.objects.filter(pk=contact.case_id, state=CaseState.RESOLVED).exists())
    contact.refresh_from_db()
    assert contact.reason is not None and contact.reason.kind == "complaint"
    mail = stage.mail_about(live, "dana.story@mail.example", "comes on Friday", within=45)
    assert mail.subject.startswith("Re: Where is TG-310002?")
    assert mail.from_address == client.brand.sender_address
    assert mail.in_reply_to
    assert "is three days late" in mail.text  # the quoted history
    # The resolving reply is the notice: no second mail, and the journal says so.
    assert not Notice.objects.filter(case_id=contact.case_id, kind="resolution").exists()
    assert JournalEntry.objects.filter(interaction=contact, kind=Kind.NOTICE_SKIPPED).exists()
    assert len(stage.mails_to(live, "dana.story@mail.example")) == 1


def test_a_mail_for_tomorrow_is_changed_and_taken_back(
    new_page: Callable[..., Page], live: Product, watch: Watch
) -> None:
    watch.allow("400")  # the time that has passed
    stage.set_up_once(live)
    stage.clear_the_floor()
    dana = stage.customer_with_late_order("Dana Later", "dana.later@mail.example", order="TG-310009")
    mailbox = EntryPoint.objects.get(client=stage.tech_giant(), kind=EntryKind.MAILBOX)
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))
    stage.send_mail(
        live,
        sender="Dana Later <dana.later@mail.example>",
        to=mailbox.address,
        subject="Where is TG-310009?",
        text="Hello,\n\nwhere is it?\n\nDana",
    )
    expect(elena.locator("[data-offer]")).to_contain_text("Where is TG-310009?", timeout=40_000)
    elena.keyboard.press("Enter")
    elena.locator("#mail-text").fill("Dear Dana,\n\nit comes on Friday.")

    elena.get_by_role("button", name="Send later", exact=True).click()
    asked = elena.locator("#send-later")
    asked.locator("[name=own]").fill("2020-01-01T09:00")
    asked.locator("[name=own]").press("Enter")
    expect(asked).to_contain_text("This time has passed")
    expect(elena.locator("#mail-text")).to_have_value("Dear Dana,\n\nit comes on Friday.")
    asked.get_by_label("Tomorrow morning").check()
    asked.get_by_label("Tomorrow morning").press("Enter")
    expect(elena.locator("#thread-scroll")).to_contain_text("leaves later")
    expect(elena.locator("#mail-text")).to_have_value("")
    expect(elena.locator("nav.items")).to_contain_text("Mail to Dana Later")

    sent = Message.objects.get(interaction__customer=dana, direction="out")
    elena.get_by_role("button", name="Another time").click()
    elena.locator("#dialog").get_by_label("In an hour").check()
    elena.locator("#dialog").get_by_role("button", name="Keep this time").click()
    expect(elena.locator("#dialog dialog")).to_have_count(0)
    eventually(lambda: Message.objects.filter(pk=sent.pk, due_at__lt=sent.due_at).exists())

    elena.locator("#thread-scroll").get_by_role("button", name="Take it back").click()
    expect(elena.locator("#mail-text")).to_have_value("Dear Dana,\n\nit comes on Friday.")
    expect(elena.locator("#thread-scroll")).to_contain_text("taken back, has not left")
    assert Draft.objects.get(interaction=sent.interaction).text.endswith("Friday.")
    assert stage.mails_to(live, "dana.later@mail.example") == []

    elena.locator("[popovertarget=send-menu]").click()
    elena.get_by_role("button", name="Send and park until the customer writes").click()
    eventually(lambda: Interaction.objects.filter(customer=dana, state=State.PARKED).exists())
    expect(elena.locator("nav.items")).to_contain_text("Dana Later, parked")
    stage.mail_about(live, "dana.later@mail.example", "it comes on Friday", within=45)
