"""A new client with good defaults, and people who see its work: what the guided set-up writes at once."""

from __future__ import annotations

from django.db import transaction

from bpo.accounts import invitations
from bpo.accounts.models import User
from bpo.kernel.history import because
from clients.models import (
    Brand,
    BusinessHours,
    Client,
    Disposition,
    HoursSpan,
    Membership,
    Policy,
    Reason,
    ReasonKind,
)

NEUTRAL = "#454d57"
OFFICE = (540, 1020)
REASONS = [
    (ReasonKind.ENQUIRY, "enquiry", "A question", "Una pregunta"),
    (ReasonKind.COMPLAINT, "complaint", "A complaint", "Una reclamación"),
    (ReasonKind.APPRECIATION, "appreciation", "Praise", "Un agradecimiento"),
]
DISPOSITIONS = [
    ("resolved", "Resolved", False, False),
    ("follow-up", "Follow-up needed", True, True),
    ("handed-on", "Handed on to a colleague or line", False, False),
    ("not-reached", "Customer not reached", False, False),
    ("not-ours", "Not for us", True, False),
]


@transaction.atomic
def begin(client: Client) -> Client:
    """Save a new client with what every client needs: brand, rules, office hours, first reasons and dispositions."""
    client.save()
    Brand.objects.create(client=client, public_name=client.name, colour=NEUTRAL, sender_name="", sender_address="")
    Policy.objects.create(client=client)
    hours = BusinessHours.objects.create(client=client, name="Office hours")
    for weekday in range(5):
        HoursSpan.objects.create(hours=hours, weekday=weekday, opens=OFFICE[0], closes=OFFICE[1])
    for position, (kind, code, name, name_es) in enumerate(REASONS, start=1):
        Reason.objects.create(client=client, kind=kind, code=code, name=name, name_es=name_es, position=position)
    for position, (code, name, note, follow_up) in enumerate(DISPOSITIONS, start=1):
        Disposition.objects.create(
            client=client, code=code, name=name, needs_note=note, needs_follow_up=follow_up, position=position
        )
    return client


def admit(client: Client, *, email: str, full_name: str, role: str, language: str, by: User) -> tuple[Membership, bool]:
    """Give a person a role and tell it by mail; somebody new is invited. Whether the mail went out.

    The mail is sent after the rows are there: a mail server that is down leaves a person who can be invited again.
    """
    with transaction.atomic():
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            person = User.objects.create_user(email, None, full_name=full_name, language=language)
        membership = Membership.objects.create(user=person, client=client, role=role)
    return membership, invite(person, by=by, to=client)


@transaction.atomic
def dismiss(membership: Membership, *, by: User, why: str) -> None:
    """The person no longer sees the client's work."""
    with because(why, by=by):
        membership.delete()


def invite(person: User, *, by: User, to: Client | None = None) -> bool:
    """Send the invitation, to that client's work where it is for one; whether the mail server took it."""
    try:
        invitations.invite(person, by=by, to=str(to or ""))
    except OSError:
        return False
    return True
