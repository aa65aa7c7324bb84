"""An agent's mail: written with what follows from it. Until it leaves `unsent` has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError, InvalidValue
from bpo.kernel.outgoing import OutgoingState
from clients.customers import tidy_address
from clients.models import Channel, CustomerAddress
from clients.naming import public_name
from clients.words import language_for
from interactions import cases, drafts, handling, journal, mail_out, reply_letters, sending_time
from interactions import files as kept_files
from interactions.files import File
from interactions.models import (
    Case,
    CaseState,
    EndedBy,
    Interaction,
    Kind,
    Leg,
    Message,
    MessageDirection,
    State,
)

MOST_CHARACTERS = 100_000
MOST_COPIES = 10
THEN = ("keep", "park", "resolve")


class NotAMail(DomainError):
    """A chat is answered by a line, a call by speaking."""

    code = "not_a_mail"
    sentence = _("Only a mail can be answered by mail.")


class NothingWritten(DomainError):
    """No words."""

    code = "empty"
    sentence = _("There is nothing to send yet.")
    status = 400


class NoAddress(DomainError):
    """Nowhere to send it."""

    code = "no_address"
    sentence = _("There is no mail address to answer to.")


class AddressWrong(DomainError):
    """An address that cannot be written to; the sentence names it."""

    code = "address_wrong"
    status = 400


class UnknownStep(InvalidValue):
    """After a mail one keeps, parks or resolves."""

    code = "unknown_step"


class NewerMail(DomainError):
    """The customer has written again since; the answer may not fit any more."""

    code = "newer_mail"
    sentence = _("The customer has written again meanwhile. Read it first, or send all the same.")


@transaction.atomic
def agent_replies(
    leg: Leg,
    text: str,
    *,
    by: Agent,
    then: str = "keep",
    summary: str = "",
    outcome: str = "",
    until: datetime | None = None,
    subject: str = "",
    to: str = "",
    cc: Sequence[str] = (),
    files: Sequence[File] = (),
    send_at: datetime | None = None,
    client_key: str = "",
    read: str | None = None,
    snippets: Sequence[tuple[str, str]] = (),
    at: datetime | None = None,
) -> Message:
    """Write the agent's mail, and keep, park or resolve in the same transaction. The worker sends it after ten seconds,
    or at `send_at`.

    A resolving reply is the customer's notice of the resolution, and leaves now. The same `client_key` again gives the
    same mail. `read` is the customer's last mail the agent has seen; a newer one refuses with NewerMail. `snippets` are
    the ready sentences in it, by shortcut and language; they count once it has left.
    """
    at = at or clock.now()
    if then not in THEN:
        raise UnknownStep(then)
    if then == "resolve" and send_at is not None:
        raise sending_time.SettlesNow
    said = words.paragraphs(text, most=MOST_CHARACTERS)
    if not said:
        raise NothingWritten
    key = uuid.uuid5(leg.public_id, client_key).hex if client_key else ""
    if key and (sent := _sent_before(leg, key)):
        return sent
    leg = handling.held_leg(leg, by=by)  # takes the seat's lock, so two sends come one after the other
    if key and (sent := _sent_before(leg, key)):
        return sent
    interaction = leg.interaction
    due = sending_time.due(send_at, at)
    if interaction.channel != Channel.EMAIL:
        raise NotAMail
    if interaction.state not in (State.ACTIVE, State.HELD):
        raise handling.NotYours
    if read is not None:
        require_read(interaction, read)
    case = cases.of_leg(leg)
    message = _row(interaction, case, said, by=by, subject=subject, to=to, cc=cc, at=at)
    message.due_at, message.at = due, send_at or at  # it is said when it leaves
    if mail_out.must_wait(message.client, message.to_addresses[0]):
        message.state = OutgoingState.HELD
    message.resolves = then == "resolve"
    message.snippets = [list(one) for one in snippets]
    if key:
        message.message_id = key
    message.save(force_insert=True)
    kept = kept_files.keep(files, interaction=interaction, message=message, at=at)
    drafts.drop(interaction)
    journal.record(
        leg,
        Kind.MESSAGE_OUT,
        by=by,
        at=at,
        message=str(message.public_id),
        leg=str(leg.public_id),
        then=then,
        files=len(kept),
        characters=len(said),
        **({"due": due.isoformat()} if send_at else {}),
    )
    _follow(leg, case, then, by=by, summary=summary, outcome=outcome, until=until, at=at)
    return message


def _sent_before(leg: Leg, key: str) -> Message | None:
    """The mail of this key; one that was undone was not sent, and its words may be sent again."""
    mails = Message.objects.filter(interaction=leg.interaction_id, message_id=key)
    return mails.exclude(state=OutgoingState.CANCELLED).first()


def newest_mail(interaction: Interaction) -> str:
    """The public id of the customer's last mail on this contact; empty when there is none."""
    mails = Message.objects.filter(interaction=interaction, direction=MessageDirection.IN)
    return str(mails.order_by("-at", "-pk").values_list("public_id", flat=True).first() or "")


def require_read(interaction: Interaction, read: str) -> None:
    """Refuse while the customer's last mail is another than the one that was read. The caller holds the seat."""
    if interaction.channel == Channel.EMAIL and newest_mail(interaction) != read:
        raise NewerMail


def _row(
    interaction: Interaction,
    case: Case,
    text: str,
    *,
    by: Agent,
    subject: str,
    to: str,
    cc: Sequence[str],
    at: datetime,
) -> Message:
    client = interaction.client
    language = language_for(client, interaction.language)
    answered = reply_letters.last_mail(interaction)
    signed = reply_letters.signature(client, by, language)
    above, history = reply_letters.quoted(answered, client.zone, language)
    in_reply_to, references = reply_letters.thread(client, case, answered)
    if answered is not None:
        headline = reply_letters.subject_of(case, subject or answered.subject)
    else:
        headline = reply_letters.opening_subject(case, subject or _envelope_subject(interaction))
    recipient = _to(interaction, answered, to)
    copies = [address for address in _copies(cc) if address != recipient]
    return Message(
        client=client,
        interaction=interaction,
        case=case,
        channel=interaction.channel,
        direction=MessageDirection.OUT,
        agent=by,
        author_name=public_name(by.user, client),
        at=at,
        language=language,
        subject=headline,
        text=text,
        full_text=reply_letters.full_text(text, signed, above, history),
        html=reply_letters.full_html(client, language, text, signed, above, history),
        from_address=client.brand.sender_address,
        to_addresses=[recipient, *copies],
        in_reply_to=in_reply_to[:300],
        references=references[:8000],
    )


def _envelope_subject(interaction: Interaction) -> str:
    envelope = getattr(interaction, "envelope", None)
    return envelope.subject if envelope else ""


def _to(interaction: Interaction, answered: Message | None, wished: str) -> str:
    """The address written from, or one of the customer's own; never anybody else's."""
    envelope = getattr(interaction, "envelope", None)
    own = CustomerAddress.objects.filter(customer=interaction.customer_id, undeliverable=False)
    known = [
        tidy_address(answered.from_address if answered else ""),
        tidy_address(envelope.from_address if envelope else ""),
        *(own.values_list("address", flat=True) if interaction.customer_id else ()),
    ]
    known = [address for address in known if address]
    if not known:
        raise NoAddress
    if not wished.strip():
        return known[0]
    if tidy_address(wished) not in known:
        raise AddressWrong(sentence=_("“%(address)s” is not an address of this customer.") % {"address": wished[:80]})
    return tidy_address(wished)


def _copies(cc: Sequence[str]) -> list[str]:
    given = [address for address in cc if address.strip()]
    if len(given) > MOST_COPIES:
        raise AddressWrong(sentence=_("A mail can have %(n)s copies at most.") % {"n": MOST_COPIES})
    for address in given:
        if not tidy_address(address):
            raise AddressWrong(sentence=_("“%(address)s” is not a mail address.") % {"address": address[:80]})
    return list(dict.fromkeys(tidy_address(address) for address in given))


def _follow(
    leg: Leg,
    case: Case,
    then: str,
    *,
    by: Agent,
    summary: str,
    outcome: str,
    until: datetime | None,
    at: datetime,
) -> None:
    if then == "park":
        handling.park(leg, by=by, until=until, why="waiting for the customer", at=at)
        if case.state == CaseState.OPEN:
            cases.set_pending(case, by=by, until=until, for_customer=until is None, at=at)
    elif then == "resolve":
        cases.resolve(case, by=by, summary=summary, outcome=outcome, interaction=leg.interaction, at=at)
        handling.end_work(leg, by=by, ended_by=EndedBy.AGENT, at=at)
