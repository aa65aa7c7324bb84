"""The whole job by chat: from a customer's first word on the client's page to the resolution mail."""

from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from interactions.models import Case, CaseState, Interaction, JournalEntry, Kind, State
from tests.browser import script, stage
from tests.living import Product, Watch, eventually


def test_an_order_that_never_came(new_page: Callable[..., Page], live: Product) -> None:
    """Lucía asks in Spanish; of five agents only Leo is available, speaks it and is licensed."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    client = stage.tech_giant()
    lucia = stage.customer_with_late_order("Lucía Ortega", "lucia@mail.example", order="TG-310001")
    elena = stage.at_the_desk(new_page(user=stage.agent("elena").user))  # licensed, no Spanish
    ines = stage.at_the_desk(new_page(user=stage.agent("ines").user))  # Spanish, no licence for this client
    ben = stage.at_the_desk(new_page(user=stage.agent("ben").user), available=False)  # both, but away
    stage.only_so_much("leo", chat_cap=1)
    leo = stage.at_the_desk(new_page(user=stage.agent("leo").user))  # Mina has both and is at home

    with stage.site_of(client, live, language="es") as address:
        chat = stage.open_chat(new_page(locale="es-ES", viewport={"width": 390, "height": 760}), address)
        chat.get_by_label("Su nombre").fill("Lucía Ortega")
        chat.get_by_label("Correo electrónico").fill("lucia@mail.example")
        chat.locator("#words").fill("Hola, mi pedido nunca llegó.")
        chat.locator("#start [type=submit]").click()

        # The card, then the pop: who asks, the account covered, the greeting with names filled in.
        offer = leo.locator("[data-offer]")
        expect(offer).to_contain_text("The Tech Giant")
        expect(offer).to_contain_text("mi pedido nunca llegó")
        for other in (elena, ines, ben):
            expect(other.locator("[data-offer]")).to_have_count(0)
        leo.keyboard.press("Enter")
        expect(leo.locator("#script")).to_contain_text("Gracias por contactar")
        expect(leo.locator("#script")).to_contain_text("le habla Leo")
        expect(leo.locator("#work")).to_contain_text("You are Leo")
        expect(leo.locator("#side-customer")).not_to_contain_text("Slate 14 laptop")

        leo.locator("#chat-text").fill("Hola Lucía, soy Leo. Lo miro ahora mismo.")
        leo.keyboard.press("Enter")
        expect(chat.locator("#log")).to_contain_text("soy Leo")
        chat.locator("#text").fill("Gracias, es el TG-310001")
        chat.locator("#text").press("Enter")
        expect(leo.locator("#messages")).to_contain_text("es el TG-310001")

        # Verification before account data; then reason, product and the sub-process.
        script.go_on(leo)
        script.verify(leo, name="lucia ortega", zip_code="43215", order="tg 310001")
        expect(leo.locator("#side-customer")).to_contain_text("Slate 14 laptop")
        script.late_order_replaced(leo, reason="Entrega con retraso", order="TG-310001")
        contact = Interaction.objects.get(customer=lucia, state=State.ACTIVE)
        eventually(lambda: JournalEntry.objects.filter(interaction=contact, kind=Kind.ACTION_DONE).exists())

        # The next customer in line waits meanwhile.
        second = stage.open_chat(new_page(locale="es-ES", viewport={"width": 390, "height": 760}), address)
        second.locator("#words").fill("Hola, ¿hacen envíos a Toledo?")
        second.locator("#start [type=submit]").click()
        expect(second.locator("#position")).to_contain_text("1")
        leo.locator("#act-resolve").click()
        leo.locator("#resolve-summary").fill("Le enviamos hoy un portátil nuevo.")
        leo.locator("#resolve-outcome").select_option("solved-told")
        leo.get_by_text("Yes", exact=True).click()
        leo.get_by_role("button", name="Resolve and end").click()
        expect(leo.locator("#wrapup")).to_be_visible()
        expect(chat.locator("#over")).to_be_visible()
        expect(chat.locator("#log > li").last).to_be_in_viewport()
        expect(leo.locator("[data-offer]")).to_have_count(0)
        stage.wrap_up(leo, note="Replacement sent.")
        expect(leo.locator("[data-offer]")).to_contain_text("Toledo")
        expect(elena.locator("[data-offer]")).to_have_count(0)

    contact.refresh_from_db()
    assert (contact.state, contact.outcome) == (State.CLOSED, "handled")
    assert contact.reason is not None and contact.reason.kind == "complaint"
    case = Case.objects.get(pk=contact.case_id)
    assert case.state == CaseState.RESOLVED
    mail = stage.mail_about(live, "lucia@mail.example", "Le enviamos hoy un portátil nuevo.")
    assert mail.from_name and "Tech Giant" in mail.from_name
    assert case.reference in mail.subject + mail.text
    assert "mi pedido nunca llegó" in mail.text  # transcript and resolution in one mail
    whole = "\n".join(f"{name}: {value}" for name, value in mail.headers) + mail.text + mail.html
    for foreign in ("contact-center", "Halden", "Maple Row", "Tanaka"):
        assert foreign.lower() not in whole.lower()


def test_the_window_keeps_what_is_typed_and_forgets_the_last_answers(
    new_page: Callable[..., Page], live: Product, watch: Watch
) -> None:
    """Another language empties no field; a fault is told to the field; a new chat asks its survey anew."""
    stage.set_up_once(live)
    stage.clear_the_floor()
    watch.allow("422")
    page = new_page(viewport={"width": 390, "height": 760})
    with stage.site_of(stage.tech_giant(), live, language="en") as address:
        chat = stage.open_chat(page, address)
        expect(chat.locator("#start [type=submit]")).to_be_enabled()
        chat.locator("#email").fill("dana@")
        chat.locator("#phone").fill("614 555 0144")
        chat.locator("#start .langs a[lang=es]").click()
        expect(chat.get_by_label("Correo electrónico")).to_have_value("dana@")
        expect(chat.locator("#phone")).to_have_value("614 555 0144")
        chat.locator("#start .langs a[lang=en]").click()
        expect(chat.locator("#start").get_by_label("Email")).to_have_value("dana@")
        chat.locator("#words").fill("Where is it?")
        chat.locator("#start [type=submit]").click()
        expect(chat.locator("#email[aria-invalid=true]")).to_be_focused()
        chat.locator("#email").fill("dana@mail.example")
        chat.locator("#start [type=submit]").click()
        expect(chat.locator("#email[aria-invalid]")).to_have_count(0)
        for turn, words in enumerate(("Where is it?", "And now?")):
            if turn:
                chat.locator("#words").fill(words)
                chat.locator("#start [type=submit]").click()
            expect(chat.locator("#log")).to_contain_text(words)
            stage.taken("dev", Interaction.objects.latest("pk"), uuid4())
            expect(chat.locator("#who")).to_contain_text("Dev")
            chat.locator("#end").click()
            chat.locator("#end-yes").click()
            expect(chat.locator("#survey")).to_be_visible()
            expect(chat.locator("#log .msg").last).to_be_in_viewport(ratio=0.9)
            chat.locator("#mail").click()
            expect(chat.locator("#transcript-to")).to_be_visible()
            expect(chat.locator("#log .msg").last).to_be_in_viewport(ratio=0.9)
            chat.locator("#transcript-cancel").click()
            expect(chat.locator("#survey :checked")).to_have_count(0)
            expect(chat.locator("#survey-thanks")).to_be_empty()
            chat.locator(".marks label", has_text="1").click()
            expect(chat.locator("#survey-thanks")).not_to_be_empty()
            stage.clear_the_floor()
            chat.locator("#again").click()
            expect(chat.locator("#words")).to_be_visible()
