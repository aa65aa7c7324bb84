"""What the mails about acts say: a visit or meeting, a refund, an order; and the invitation that goes along."""

from __future__ import annotations

from clients import texts
from clients.models import TextKind
from clients.spoken import day, money
from clients.times import window_words, zone_words
from interactions import invitations, sender
from interactions.adapters.base import OutboundFile
from interactions.letters import Letter, greeting
from interactions.models import Action, Appointment, Notice, NoticeKind, RefundState
from interactions.notice_words import say

Facts = tuple[tuple[str, str], ...]


def booking(notice: Notice) -> Letter:
    """When, where, about what; or that it does not take place."""
    language, appointment = notice.language, _appointment(notice)
    window = window_words(appointment.starts_at, appointment.ends_at, appointment.zone, language)
    off = notice.kind == NoticeKind.BOOKING_CANCELLED
    key = f"{appointment.kind}_off" if off else appointment.kind
    facts = [(say("when", language), say("zone", language, window=window, zone=zone_words(appointment.zone)))]
    if appointment.place:
        facts.append((say("where", language), appointment.place))
    if appointment.about:
        facts.append((say("about", language), appointment.about))
    lead = say(f"{key}_lead", language)
    paragraphs = (lead,) if off else (lead, say("booking_file", language))
    return _letter(notice, f"{key}_subject", f"{key}_title", paragraphs, tuple(facts), window=window)


def refund(notice: Notice) -> Letter:
    """Granted or not, in the customer's words; the reason stays in the house."""
    language, asked = notice.language, _action(notice).refund
    key = "refund_yes" if asked.state == RefundState.APPROVED else "refund_no"
    facts = [
        (say("amount", language), money(asked.amount, asked.currency)),
        (say("order", language), asked.order.number),
    ]
    if asked.state == RefundState.APPROVED and asked.order.paid_by:
        facts.append((say("refund_to", language), asked.order.paid_by))
    lead = (say(f"{key}_lead", language),)
    return _letter(notice, f"{key}_subject", f"{key}_title", lead, tuple(facts), order=asked.order.number)


def order(notice: Notice) -> Letter:
    """What was ordered, for how much, to where and until when."""
    language, found = notice.language, _action(notice).order
    assert found is not None
    facts: list[tuple[str, str]] = [(say("order", language), found.number)]
    for line in found.lines.all():
        name = f"{line.quantity} × {line.name}" if line.quantity > 1 else line.name
        facts.append((name, money(line.amount, found.currency)))
    facts.append((say("total", language), money(found.total, found.currency)))
    told = {"ordered": day(found.placed_on, language), "due": day(found.due_on, language)}
    told |= {"deliver_to": found.deliver_to, "paid_by": found.paid_by}
    for key, value in told.items():
        if value:
            facts.append((say(key, language), value))
    lead = (say("order_lead", language),)
    return _letter(notice, "order_subject", "order_title", lead, tuple(facts), order=found.number)


def _letter(
    notice: Notice, subject: str, title: str, paragraphs: tuple[str, ...], facts: Facts, **named: str
) -> Letter:
    language, case = notice.language, notice.case
    reference: Facts = ((say("reference", language), case.reference),) if case else ()
    told = say(subject, language, client=notice.client.brand.public_name, **named)
    return Letter(
        subject=f"{told} [{case.reference}]" if case else told,
        title=say(title, language),
        greeting=greeting(notice),
        paragraphs=paragraphs,
        facts=(*facts, *reference),
        closing=(say("act_questions", language), texts.text(notice.client, TextKind.THANKS, language)),
    )


def _action(notice: Notice) -> Action:
    assert notice.action is not None
    return notice.action


def _appointment(notice: Notice) -> Appointment:
    return _action(notice).appointment


def invitation_of(notice: Notice) -> tuple[OutboundFile, ...]:
    """The file with which a calendar takes an appointment in, or out again; none with any other mail."""
    if notice.kind not in (NoticeKind.BOOKING, NoticeKind.BOOKING_CANCELLED):
        return ()
    appointment, brand = _appointment(notice), notice.client.brand
    off = notice.kind == NoticeKind.BOOKING_CANCELLED
    method = invitations.CANCEL if off else invitations.REQUEST
    letter = booking(notice)
    file = invitations.write(
        invitations.Invitation(
            method=method,
            uid=f"{appointment.public_id}@{sender.domain_of(brand.sender_address)}",
            sequence=1 if off else 0,
            stamped_at=notice.written_at,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            summary=say(f"{appointment.kind}_summary", notice.language, client=brand.public_name),
            organizer=brand.sender_address,
            organizer_name=brand.public_name,
            attendee=notice.to_address,
            attendee_name=notice.to_name,
            place=appointment.place,
            description="\n".join(f"{label}: {value}" for label, value in letter.facts),
        )
    )
    return (OutboundFile("invite.ics", "text/calendar", file, method=method),)
