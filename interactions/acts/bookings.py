"""A technician's visit or a meeting is booked in the customer's time zone, with an invitation by mail, or cancelled."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock, words
from clients.models import Customer
from clients.times import window_words
from interactions import notices, sending_time
from interactions.acts.contact import UNDONE
from interactions.acts.doing import CannotUndo, Doing
from interactions.answers import AnswersWrong
from interactions.letters import zone_of
from interactions.models import Action, Appointment, AppointmentKind, AppointmentState, Notice, NoticeKind

FARTHEST = timedelta(days=366)
LONGEST = timedelta(hours=12)
MOST_WORDS = 200


def book_visit(doing: Doing) -> str:
    """A technician comes within a window of a day."""
    starts, ends = _moment(doing, "visit_from"), _moment(doing, "visit_until")
    if not starts < ends <= starts + LONGEST:
        raise AnswersWrong({"visit_until": str(_("The window ends after it begins, at most twelve hours later."))})
    place = words.line(doing.values["visit_place"], most=MOST_WORDS)
    return _book(doing, AppointmentKind.VISIT, "visit_from", starts, ends, place)


def book_meeting(doing: Doing) -> str:
    """One of the client's people meets the customer, for so many minutes."""
    starts = _moment(doing, "meeting_at")
    ends = starts + timedelta(minutes=int(doing.values["meeting_minutes"]))
    place = words.line(doing.values.get("meeting_place", ""), most=MOST_WORDS)
    return _book(doing, AppointmentKind.MEETING, "meeting_at", starts, ends, place)


def _moment(doing: Doing, name: str) -> datetime:
    """The day and this time on the customer's clock."""
    day = doing.values[f"{name.partition('_')[0]}_day"]
    try:
        return sending_time.on_the_clock(f"{day}T{doing.values[name]}", zone_of(doing.interaction))
    except sending_time.TimeWrong as error:
        raise AnswersWrong({name: str(error.sentence)}) from error


def _book(doing: Doing, kind: AppointmentKind, field: str, starts: datetime, ends: datetime, place: str) -> str:
    if starts <= doing.at:
        raise AnswersWrong({field: str(_("This time has passed. Choose one that lies ahead."))})
    if starts > doing.at + FARTHEST:
        raise AnswersWrong({field: str(_("This is more than a year ahead."))})
    # One after the other: of two bookings for one customer the second finds the first.
    customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=doing.customer.pk)
    booked = customer.appointments.filter(kind=kind, state=AppointmentState.BOOKED)
    zone, language = zone_of(doing.interaction), doing.run.version.language
    other = booked.filter(starts_at__lt=ends, ends_at__gt=starts).first()
    if other is not None:
        when = window_words(other.starts_at, other.ends_at, zone, language)
        raise AnswersWrong({field: str(_("This customer is booked then already: %(when)s.") % {"when": when})})
    prefix = kind.value
    appointment = Appointment.objects.create(
        client=doing.run.client,
        action=doing.action,
        customer=customer,
        case=doing.case,
        kind=kind,
        starts_at=starts,
        ends_at=ends,
        zone=zone,
        place=place,
        about=words.line(doing.values.get(f"{prefix}_about", ""), most=MOST_WORDS),
        address=doing.values.get(f"{prefix}_email", ""),
        booked_at=doing.at,
    )
    invitation = _invite(doing.action, NoticeKind.BOOKING, at=doing.at)
    if invitation is not None and invitation.to_address != appointment.address:
        # Where it went the cancellation goes, too, whatever is on file by then.
        appointment.address = invitation.to_address
        appointment.save(update_fields=["address"])
    return window_words(starts, ends, zone, language)


def cancel(action: Action, at: datetime) -> None:
    """It does not take place; the customer is told, unless the invitation has not left yet."""
    appointment = action.appointment
    if appointment.starts_at <= at:
        raise CannotUndo(sentence=_("This appointment has begun or is over."))
    changed = Appointment.objects.filter(pk=appointment.pk, state=AppointmentState.BOOKED).update(
        state=AppointmentState.CANCELLED, cancelled_at=at, sequence=appointment.sequence + 1
    )
    invitations = list(action.notices.filter(kind=NoticeKind.BOOKING))
    if changed and not all(notices.take_back(one, UNDONE, at=at) for one in invitations):
        _invite(action, NoticeKind.BOOKING_CANCELLED, at=at)


def still(action: Action) -> bool:
    """Whether it lies ahead."""
    return action.appointment.starts_at > clock.now()


def _invite(action: Action, kind: NoticeKind, *, at: datetime) -> Notice | None:
    interaction = action.run.interaction
    due = sending_time.due(None, at) if kind == NoticeKind.BOOKING else at
    return notices.write(
        kind,
        case=interaction.case,
        interaction=interaction,
        action=action,
        address=action.appointment.address,
        due_at=due,
        at=at,
    )


def day_ahead(zone: str, at: datetime) -> str:
    """Tomorrow in the customer's zone, as a form has it."""
    return (at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)).isoformat()
