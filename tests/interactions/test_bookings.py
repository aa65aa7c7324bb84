"""A technician comes, or one meets: in Ann's own time zone, once, with an invitation that calendars understand."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from bpo.kernel import clock
from interactions import invitations, notices, wrap_up
from interactions.adapters.email import compose
from interactions.models import Appointment, Envelope, JournalEntry, Kind, Notice, NoticeKind, Run
from interactions.notice_letters import letter_of
from interactions.reports import telling
from tests import factories as make
from tests.interactions.acting import Desk
from tests.interactions.test_console_views import desk_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
VISIT = {
    "visit_day": "2026-11-26", "visit_from": "09:00", "visit_until": "12:00",
    "visit_place": "118 Larch Street, Columbus",
    "visit_about": "Fibre, no light", "visit_email": "",
}  # fmt: skip
MEETING = {
    "meeting_day": "2026-11-30", "meeting_at": "14:30", "meeting_minutes": "45",
    "meeting_email": "Ann.Work@mail.example",
    "meeting_place": "By telephone", "meeting_about": "The plan for her firm",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.set_to(NOW):
        yield


def calendar(notice: Notice) -> dict[str, str]:
    """The invitation as it arrives: by property, parameters left out; every line as the standard wants it."""
    notice.subject, notice.text, notice.html = "x", "x", "<p>x</p>"
    mail = email.message_from_bytes(compose(notices.outbound(notice)).message().as_bytes())
    parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(parts) == 2  # another way to read the mail, and a file
    assert {part.get_param("method") for part in parts} == {"CANCEL" if "cancel" in notice.kind else "REQUEST"}
    file = next(part for part in parts if part.get_filename() == "invite.ics").get_payload(decode=True)
    assert isinstance(file, bytes) and file.endswith(b"\r\n") and b"\n" not in file.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    lines = file.decode().replace("\r\n ", "").strip().split("\r\n")
    return {line.partition(":")[0].partition(";")[0]: line.partition(":")[2] for line in lines}


def test_a_technician_is_booked_on_anns_clock_and_she_gets_an_invitation() -> None:
    desk = Desk("book_visit")
    page = desk.script()
    assert 'value="2026-11-25"' in page and 'type="time"' in page and "ann@mail.example" in page
    assert desk.answer(**VISIT).status_code == 200
    visit = Appointment.objects.get()
    assert visit.starts_at == datetime(2026, 11, 26, 14, tzinfo=UTC)  # nine in New York
    assert (visit.kind, visit.zone, visit.customer) == ("visit", "America/New_York", desk.scene.ann)
    notice = Notice.objects.get()
    assert (notice.kind, notice.to_address) == ("booking", "ann@mail.example")
    letter = letter_of(notice)
    assert ("When", "Thursday, 26 November, 9 am to 12 pm (New York time)") in letter.facts
    told, domain = calendar(notice), desk.scene.acme.brand.sender_address.partition("@")[2]
    assert (told["DTSTART"], told["DTEND"]) == ("20261126T140000Z", "20261126T170000Z")
    assert (told["METHOD"], told["SEQUENCE"], told["STATUS"]) == ("REQUEST", "0", "CONFIRMED")
    assert told["LOCATION"] == "118 Larch Street\\, Columbus"
    assert told["UID"].startswith(str(visit.public_id)) and told["UID"].endswith(f"@{domain}")
    assert "Acme" in told["SUMMARY"] and "Acme" in told["PRODID"]
    side = desk.browser.get(desk.url("console-side")).content.decode()
    assert "Thursday, 26 November" in side


def test_a_meeting_goes_to_the_address_she_names_and_speaks_spanish() -> None:
    desk = Desk("book_meeting")
    assert desk.answer(**MEETING).status_code == 200
    meeting, notice = Appointment.objects.get(), Notice.objects.get()
    assert (meeting.ends_at - meeting.starts_at).seconds == 45 * 60
    assert notice.to_address == "ann.work@mail.example"
    notice.language = "es"
    assert letter_of(notice).title == "Nos reunimos"
    assert calendar(notice)["SUMMARY"].startswith("Reunión con")


def test_what_is_booked_is_a_follow_up_until_it_is_over_or_taken_back() -> None:
    desk = Desk("book_meeting")
    assert not wrap_up.has_follow_up(desk.leg.interaction)
    desk.answer(**MEETING)
    assert wrap_up.has_follow_up(desk.leg.interaction)
    with clock.set_to(Appointment.objects.get().ends_at):
        assert not wrap_up.has_follow_up(desk.leg.interaction)
    desk.undo()
    assert not wrap_up.has_follow_up(desk.leg.interaction)


def test_taken_back_before_the_mail_left_nobody_hears_of_it() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    desk.undo()
    assert Appointment.objects.get().state == "cancelled"
    assert list(Notice.objects.values_list("kind", "state")) == [("booking", "cancelled")]


def test_cancelled_later_her_calendar_drops_it() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    uid = calendar(Notice.objects.get())["UID"]
    Notice.objects.update(state="sent")
    visit = Appointment.objects.get()
    cancel = reverse("console-appointment-cancel", args=[visit.public_id])
    page = desk.browser.get(reverse("console-customer", args=[desk.scene.ann.public_id])).content.decode()
    assert cancel in page and "Thursday, 26 November" in page
    assert desk.browser.post(cancel).status_code == 302
    notice = Notice.objects.get(kind=NoticeKind.BOOKING_CANCELLED)
    told = calendar(notice)
    assert (told["METHOD"], told["SEQUENCE"], told["STATUS"], told["UID"]) == ("CANCEL", "1", "CANCELLED", uid)
    assert "does not come" in letter_of(notice).title
    assert desk.browser.post(cancel).status_code == 302  # twice is once
    assert Notice.objects.filter(kind=NoticeKind.BOOKING_CANCELLED).count() == 1


def test_nobody_cancels_it_on_the_word_of_whoever_failed_the_check() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    Run.objects.filter(pk=desk.run.pk).update(verified=False)
    cancel = reverse("console-appointment-cancel", args=[Appointment.objects.get().public_id])
    answer = desk.browser.post(cancel, {"reason": "She says so"})
    assert answer.status_code == 409 and "no appointment is cancelled" in answer.content.decode()
    assert Appointment.objects.get().state == "booked"


def test_outside_of_a_contact_it_is_cancelled_with_a_reason_and_within_one_that_is_noted() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    cancel = reverse("console-appointment-cancel", args=[Appointment.objects.get().public_id])
    dee = desk_of(make.agent("Dee Dunn", licensed=desk.scene.acme))
    assert "required" in dee.get(cancel).content.decode()
    assert dee.post(cancel, {"reason": " "}).status_code == 422
    assert Appointment.objects.get().state == "booked"
    assert dee.post(cancel, {"reason": "Her husband rang the office"}).status_code == 204
    told = JournalEntry.objects.get(kind=Kind.ACTION_UNDONE)
    assert told.facts["why"] == "Her husband rang the office" and "contact" not in told.facts
    said = telling.tell(told, who="Dee Dunn", for_client=False)
    assert said is not None and "Her husband rang the office" in said.detail
    again = Desk("book_visit", name="Zenith")
    again.answer(**VISIT)
    cancel = reverse("console-appointment-cancel", args=[Appointment.objects.get(client=again.scene.acme).public_id])
    assert again.browser.post(cancel).status_code == 302
    told = JournalEntry.objects.get(kind=Kind.ACTION_UNDONE, client=again.scene.acme)
    assert told.facts["contact"] == str(again.leg.interaction.public_id)


def test_cancelled_it_is_told_where_the_invitation_went() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    assert Appointment.objects.get().address == "ann@mail.example"
    Notice.objects.update(state="sent")
    Envelope.objects.filter(interaction=desk.leg.interaction).update(from_address="ann@elsewhere.example")
    desk.scene.ann.addresses.update(address="ann@new.example")
    desk.undo()
    assert Notice.objects.get(kind=NoticeKind.BOOKING_CANCELLED).to_address == "ann@mail.example"


def test_a_booking_of_which_nobody_could_be_told_says_so() -> None:
    desk = Desk("book_visit")
    desk.scene.ann.addresses.all().delete()
    desk.answer(**VISIT)
    assert not Notice.objects.exists()
    assert "no mail could be sent" in desk.script()
    visit = Appointment.objects.get()
    assert (visit.state, visit.address) == ("booked", "")
    desk.undo()
    assert not Notice.objects.exists()


def test_one_that_has_begun_is_not_undone() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    clock.advance(datetime(2026, 11, 26, 14, 1, tzinfo=UTC).timestamp() - NOW.timestamp())
    answer = desk.undo()
    assert answer.status_code == 409 and "has begun" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"visit_day": "2026-11-23"}, "This time has passed"),
        ({"visit_day": "2028-11-23"}, "more than a year ahead"),
        ({"visit_until": "08:00"}, "ends after it begins"),
        ({"visit_from": "noon"}, "is not a time of day"),
        ({"visit_day": "2027-03-14", "visit_from": "02:30"}, "the clocks are put forward"),
        ({"visit_email": "nowhere"}, "is not a mail address"),
        ({"visit_place": ""}, "is missing"),
    ],
)
def test_what_cannot_be_is_told_beside_it(change: dict[str, str], said: str) -> None:
    desk = Desk("book_visit")
    answer = desk.answer(**{**VISIT, **change})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "Fibre, no light" in page
    assert not Appointment.objects.exists()


def test_ann_is_not_booked_twice_at_one_time() -> None:
    steps: list[dict[str, Any]] = [
        {"id": "do", "kind": "act", "name": "Visit", "act": "book_visit", "next": "more"},
        {"id": "more", "kind": "act", "name": "Another", "act": "book_visit", "next": "close"},
    ]
    desk = Desk(steps=steps)
    desk.answer(**VISIT)
    answer = desk.answer("more", **{**VISIT, "visit_from": "11:00", "visit_until": "14:00"})
    assert answer.status_code == 422 and "booked then already" in answer.content.decode()
    assert desk.answer("more", **{**VISIT, "visit_from": "12:00", "visit_until": "14:00"}).status_code == 200
    assert Appointment.objects.count() == 2


def test_a_stranger_cancels_nothing() -> None:
    desk = Desk("book_visit")
    desk.answer(**VISIT)
    cal = make.agent("Cal Carter", licensed=make.client("Zenith"))
    desk.browser.force_login(cal.user)
    visit = Appointment.objects.get()
    assert desk.browser.post(reverse("console-appointment-cancel", args=[visit.public_id])).status_code == 404


def test_hostile_words_break_no_calendar() -> None:
    words = 'Añ;b,c\\d\r\nATTENDEE:mailto:x@y.z "quoted" ' + "é漢" * 60
    file = invitations.write(
        invitations.Invitation(
            method="REQUEST", uid="1@acme.example", sequence=0, stamped_at=NOW, starts_at=NOW, ends_at=NOW,
            summary=words, organizer="care@acme.example", organizer_name=words, attendee="ann@mail.example",
            attendee_name=words, place=words, description=words,
        )
    )  # fmt: skip
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    assert all(line.decode() for line in file.removesuffix(b"\r\n").split(b"\r\n"))  # folded between letters
    lines = file.decode().replace("\r\n ", "").split("\r\n")
    assert [sum(line.startswith(name) for line in lines) for name in ("ATTENDEE", "SUMMARY", "UID")] == [1, 1, 1]
    summary = next(line for line in lines if line.startswith("SUMMARY"))
    assert summary.startswith("SUMMARY:Añ\\;b\\,c\\\\d\\nATTENDEE")
