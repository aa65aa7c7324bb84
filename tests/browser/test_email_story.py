"""The whole job by email: a mail comes in by IMAP, Elena answers and resolves, one mail goes out by SMTP; or later."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from clients.models import EntryKind, EntryPoint
from interactions.models import Case, CaseState, Draft, Interaction, JournalEntry, Kind, Message, Notice
from tests.browser import stage
from tests.living import Product, Watch, eventually


def test_a_question_by_mail_is_answered_once(new_page: Callable[..., Page], live: Product) -> None:
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    dana = stage.customer_with_late_order("Dana Whitfield", "dana.story@mail.example", order="TG-310002")
    mailbox = EntryPoint.objects.get(client=client, kind=EntryKind.MAILBOX)
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))

    stage.send_mail(
        live,
        sender="Dana Whitfield <dana.story@mail.example>",
        to=mailbox.address,
        subject="Where is TG-310002?",
        text="Hello,\n\nmy order TG-310002 is three days late.\n\nDana",
    )
    offer = elena.locator("[data-offer]")
    expect(offer).to_contain_text("Where is TG-310002?", timeout=40_000)
    elena.keyboard.press("Enter")
    expect(elena.locator("#work")).to_contain_text("is three days late")
    elena.locator("#mail-text").fill("Dear Dana,\n\nyour laptop is at the depot and comes on Friday.")
    elena.locator("[popovertarget=send-menu]").click()
    elena.get_by_role("button", name="Send and resolve").click()
    elena.locator("#send-summary").fill("Told her the new day of delivery.")
    elena.locator("#send-outcome").select_option("solved-told")
    elena.get_by_role("button", name="and resolve", exact=False).last.click()
    expect(elena.locator("#wrapup, #work")).not_to_contain_text("Write; /")

    contact = Interaction.objects.get(customer=dana)
    eventually(lambda: Case.objects.filter(pk=contact.case_id, state=CaseState.RESOLVED).exists())
    mail = stage.mail_about(live, "dana.story@mail.example", "comes on Friday", within=45)
    assert mail.subject.startswith("Re: Where is TG-310002?")
    assert mail.from_address == client.brand.sender_address
    assert mail.in_reply_to
    assert "is three days late" in mail.text  # the quoted history
    # The resolving reply is the notice: no second mail, and the journal says so.
    assert not Notice.objects.filter(case_id=contact.case_id).exists()
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
