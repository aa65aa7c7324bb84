"""The ledger of promises: make one, change it, make good for it, withdraw it. Keeping them is in `callback_work`.

Made = open + ended, always: a row is never deleted, and an end is final.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock
from bpo.kernel import words as kernel_words
from bpo.kernel.errors import IllegalMove, InvalidValue, StaleState
from clients import opening
from clients.customers import takes_calls, tidy_address, tidy_phone
from clients.models import Client, ClientState, Customer, EntryPoint, Queue, Reason
from interactions import cases, journal, list_promises, notices, states
from interactions.callback_rows import (
    OPEN_STATES,
    BeingMade,
    CallbackOver,
    CannotPromise,
    close_attempt,
    drop_attempt,
    end,
    insert,
    locked,
    promised_window,
    require_open,
    seats_of_attempt,
    wait_for_next_try,
)
from interactions.models import (
    Callback,
    CallbackOrigin,
    CallbackState,
    Case,
    Interaction,
    Kind,
    Leg,
    MessageDirection,
    NoticeKind,
    Origin,
    Outcome,
)
from interactions.models.leg import ON_IT

# What may be promised anew: what is open, and what ended without a talk.
REPLACEABLE = (*OPEN_STATES, CallbackState.BROKEN, CallbackState.UNREACHED)
SAID_TWICE = timedelta(seconds=10)
LOOKS = 3
MOST_WORDS = 500


@transaction.atomic
def promise(
    client: Client,
    *,
    customer: Customer | None,
    queue: Queue,
    origin: CallbackOrigin | str,
    number: str = "",
    address: str = "",
    by: journal.Actor | None = None,
    interaction: Interaction | None = None,
    case: Case | None = None,
    due_from: datetime | None = None,
    due_until: datetime | None = None,
    enqueued_at: datetime | None = None,
    words: str = "",
    language: str = "",
    zone: str = "",
    name: str = "",
    reason: Reason | None = None,
    entry_point: EntryPoint | None = None,
    owner: Agent | None = None,
    replaces: Callback | None = None,
    held: bool = False,
    why: str = "",
    told_at: datetime | None = None,
    at: datetime | None = None,
) -> Callback:
    """Promise to contact the customer, once per contact: asked again, the same row comes back.

    Without a window the client's turn-around in open time is promised. A contact that is itself an attempt to keep a
    promise makes no second one: its promise waits for the next try. `held` is for clients that are suspended. The
    customer is told at once, or at `told_at`.
    """
    at = at or clock.now()
    if interaction is not None and (found := _promised_before(interaction, origin, at)):
        return found
    if client.state == ClientState.ENDED or (client.state == ClientState.SUSPENDED and not held):
        raise CannotPromise(sentence=_("We are away and cannot promise a callback."))
    if queue.client_id != client.pk or (customer is not None and customer.client_id != client.pk):
        raise CannotPromise("line or customer of another client")
    number = _reachable_number(client, number)
    if number and by is None and not takes_calls(client):
        number = ""  # nobody would make this call; an agent who gives her word makes it herself
    address = _reachable_address(address)
    if not number and not address:
        raise CannotPromise(sentence=_("Give a phone number or a mail address at which we can reach you."))
    called = None
    if number and interaction is not None:
        called = list_promises.prospect_of(interaction)
    elif number and replaces is not None:
        called = list_promises.of_promise(replaces)
    soonest = list_promises.first_hour(called, due_from or at, due_until) if called else at
    due_from, due_until = promised_window(
        opening.calls_at(entry_point, queue), due_from, due_until, at if due_until else soonest
    )
    if called is not None:
        due_from = max(due_from, soonest)
    callback = Callback(
        client=client,
        customer=customer,
        entry_point=entry_point,
        queue=queue,
        case=case or (interaction.case if interaction else None),
        promised_from=interaction,
        origin=origin,
        number=number,
        address=address,
        name=kernel_words.salvaged_line(name, most=120) or (customer.name if customer else ""),
        language=language or (customer.language if customer else "") or client.default_language,
        zone=opening.known_zone(zone or (customer.zone if customer else ""), client),
        reason=reason,
        words=kernel_words.paragraphs(words, most=MOST_WORDS),
        owner=owner,
        promised_at=at,
        due_from=due_from,
        due_until=due_until,
        next_try_at=due_from,
        enqueued_at=enqueued_at,
        held=held,
        replaces=replaces,
        simulated=interaction.simulated if interaction else False,
    )
    written = insert(callback)
    if written is not callback:
        return written
    journal.record(
        callback,
        Kind.CALLBACK_PROMISED,
        by=by,
        by_name="" if by else "customer",
        at=at,
        reference=callback.reference,
        origin=str(origin),
        due_from=due_from.isoformat(),
        due_until=due_until.isoformat(),
        replaces=replaces.reference if replaces else None,
        **({"why": why[:200]} if why else {}),
    )
    notices.write(NoticeKind.CALLBACK_BOOKED, callback=callback, due_at=told_at, at=at)
    return callback


def instead_of_waiting(
    interaction: Interaction,
    *,
    origin: CallbackOrigin | str = CallbackOrigin.QUEUE,
    number: str = "",
    address: str = "",
    outcome: Outcome = Outcome.CALLBACK_PROMISED,
    at: datetime | None = None,
    **promised: Any,
) -> Callback | None:
    """Who waits takes a callback and keeps the place: the contact is closed, the promise carries its `enqueued_at`.

    None when the contact does not wait any more.
    """
    for _look in range(LOOKS - 1):
        try:
            return _instead_of_waiting(interaction, origin, number, address, outcome, promised, at)
        except (StaleState, IllegalMove):
            # It was offered to somebody at this very moment: once more, with what is true now.
            continue
    return _instead_of_waiting(interaction, origin, number, address, outcome, promised, at)


def _instead_of_waiting(
    interaction: Interaction,
    origin: CallbackOrigin | str,
    number: str,
    address: str,
    outcome: Outcome,
    promised: dict[str, Any],
    at: datetime | None,
) -> Callback | None:
    with transaction.atomic():
        if not seats_of_attempt(interaction) or interaction.queue is None:
            return None
        at = at or clock.now()
        callback = promise(
            interaction.client,
            customer=interaction.customer,
            queue=interaction.queue,
            origin=origin,
            number=number,
            address=address,
            interaction=interaction,
            entry_point=interaction.entry_point,
            enqueued_at=interaction.enqueued_at,
            reason=interaction.reason,
            at=at,
            **{**_said(interaction), **promised, "language": promised.get("language") or interaction.language},
        )
        close_attempt(interaction, outcome, why="callback promised", at=at)
        return callback


def _said(interaction: Interaction) -> dict[str, str]:
    """Who waits, where, and what he wrote while he did: what a promise is about."""
    envelope = getattr(interaction, "envelope", None)
    said = interaction.messages.filter(direction=MessageDirection.IN).order_by("at", "pk")
    words = "\n".join(said.values_list("text", flat=True)) or (envelope.opening if envelope else "")
    window = interaction.chat_sessions.order_by("-pk").first()
    return {
        "name": envelope.from_name if envelope else "",
        "words": words[:MOST_WORDS],
        "zone": window.zone if window else "",
    }


@transaction.atomic
def change(
    callback: Callback,
    due_from: datetime,
    due_until: datetime,
    *,
    by: journal.Actor | None = None,
    link: bool = False,
    why: str = "",
    at: datetime | None = None,
) -> Callback:
    """The customer chose another window, by his link or by word to whom we name; the same row, judged by this window.

    We never move our own promise: that is `replace`.
    """
    at = at or clock.now()
    if by is None and not link:
        raise InvalidValue("a change is the customer's: by link, or by word to somebody")
    callback = locked(current(callback))
    require_open(callback)
    of = opening.calls_at(callback.entry_point, callback.queue)
    due_from, due_until = promised_window(of, due_from, due_until, at)
    if callback.number and (called := list_promises.of_promise(callback)):
        due_from = list_promises.first_hour(called, due_from, due_until)
    before = (callback.due_from, callback.due_until)
    if before == (due_from, due_until):
        return callback
    if callback.state == CallbackState.WORKING:
        drop_attempt(callback, why="callback changed", at=at)
    changes = {
        "due_from": due_from,
        "due_until": due_until,
        "next_try_at": due_from,
        "attempts": 0,
        "tried_in_window": False,
    }
    if callback.state == CallbackState.PROMISED:
        Callback.objects.filter(pk=callback.pk).update(**changes, version=F("version") + 1)
        callback.refresh_from_db()
    else:
        states.move(callback, CallbackState.PROMISED, at=at, **changes)
    journal.record(
        callback,
        Kind.CALLBACK_CHANGED,
        by=by,
        by_name="" if by else "customer",
        at=at,
        was=[moment.isoformat() for moment in before],
        due_from=due_from.isoformat(),
        due_until=due_until.isoformat(),
        why=why[:200],
    )
    turn = callback.journal.filter(kind=Kind.CALLBACK_CHANGED).count()
    notices.write(NoticeKind.CALLBACK_CHANGED, callback=callback, turn=turn, at=at)
    return callback


@transaction.atomic
def replace(
    callback: Callback,
    due_from: datetime,
    due_until: datetime,
    *,
    by: journal.Actor,
    why: str = "",
    at: datetime | None = None,
) -> Callback:
    """We cannot keep it, or did not: a new promise that names the old one, which ends as it ends and is not worked."""
    at = at or clock.now()
    callback = locked(callback)
    if callback.state not in REPLACEABLE:
        raise CallbackOver
    if callback.replaced_by.exists():
        raise CallbackOver(sentence=_("This callback was already promised anew."))
    if callback.state in OPEN_STATES:
        if callback.tried_in_window:
            raise CallbackOver(sentence=_("It was tried in its window and is tried again; nothing has to be moved."))
        if callback.state == CallbackState.WORKING:
            drop_attempt(callback, why="callback promised anew", at=at)
            states.move(callback, CallbackState.PROMISED, at=at, next_try_at=None)
        else:
            Callback.objects.filter(pk=callback.pk).update(next_try_at=None, version=F("version") + 1)
    return promise(
        callback.client,
        customer=callback.customer,
        queue=callback.queue,
        origin=callback.origin,
        number=callback.number,
        address=callback.address,
        by=by,
        case=cases.surviving(callback.case) if callback.case else None,
        due_from=due_from,
        due_until=due_until,
        enqueued_at=callback.enqueued_at,
        words=callback.words,
        language=callback.language,
        zone=callback.zone,
        name=callback.name,
        reason=callback.reason,
        entry_point=callback.entry_point,
        owner=callback.owner,
        replaces=callback,
        why=why,
        at=at,
    )


@transaction.atomic
def withdraw(
    callback: Callback,
    why: str,
    *,
    by: journal.Actor | None = None,
    link: bool = False,
    tell: bool = True,
    at: datetime | None = None,
) -> Callback:
    """It is not wanted any more, with the promise that replaces it. Withdrawn twice it is withdrawn once."""
    at = at or clock.now()
    callback = locked(callback)
    for later in callback.replaced_by.filter(state__in=OPEN_STATES):
        withdraw(later, why, by=by, link=link, tell=tell, at=at)
        if callback.state not in OPEN_STATES:
            return callback
    if callback.state == CallbackState.WITHDRAWN:
        return callback
    require_open(callback)
    if callback.state == CallbackState.WORKING:
        drop_attempt(callback, why="callback withdrawn", at=at)
    end(callback, CallbackState.WITHDRAWN, at=at, why=why, by=by, by_name="customer" if link and not by else "")
    if tell:
        notices.write(NoticeKind.CALLBACK_CANCELLED, callback=callback, at=at)
    return callback


def surely_promised(
    interaction: Interaction, *, number: str = "", case: Case | None = None, vouched: bool = False
) -> list[Callback]:
    """The open promises on this matter to a customer who is as surely himself as when they were made; by their places.

    A name, number or address that is typed proves nothing. What does: the number a call comes from, the case that his
    signed window continues, the client's own system that vouches for him. The seats of their attempts are locked, since
    whoever withdraws them next locks a case first.
    """
    called_from = number and interaction.origin == Origin.PHONE
    sure = vouched or called_from or case is not None
    if not sure or interaction.customer is None or interaction.origin == Origin.CALLBACK:
        return []
    mine = Q(pk__in=[])
    if called_from:
        mine |= Q(number=number)
    if case is not None:
        mine |= Q(case=case)
    promised = Callback.objects.select_related("case").filter(
        Q() if vouched else mine, client=interaction.client, customer=interaction.customer, state__in=OPEN_STATES
    )
    if interaction.reason:
        promised = promised.filter(Q(reason=interaction.reason) | Q(reason__isnull=True))
    found = list(promised.order_by(F("enqueued_at").asc(nulls_last=True), "pk"))
    if not found:
        return []
    legs = Leg.objects.filter(interaction__in=[each.interaction_id for each in found], state__in=ON_IT)
    states.take_seats(*legs.values_list("agent_id", flat=True))
    return found


@transaction.atomic
def withdraw_for_contact(
    promised: Sequence[Callback], interaction: Interaction, *, at: datetime | None = None
) -> list[Callback]:
    """The customer came in first on the same matter: these promises end. Returns those that did.

    Call it for a contact that enters a line, not for one that is refused at the door.
    """
    at = at or clock.now()
    ended = []
    for callback in sorted(promised, key=lambda each: each.pk):
        if not _same_matter(callback, interaction):
            continue
        try:
            with transaction.atomic():
                ended.append(withdraw(callback, "the customer came in first", link=True, tell=False, at=at))
        except (BeingMade, CallbackOver):
            continue
    return ended


def _same_matter(callback: Callback, interaction: Interaction) -> bool:
    if callback.case_id and interaction.case_id:
        return callback.case_id == interaction.case_id
    return not (callback.reason_id and interaction.reason_id) or callback.reason_id == interaction.reason_id


def current(callback: Callback) -> Callback:
    """What the customer's link means today: the promise that replaced this one, if any."""
    while later := callback.replaced_by.order_by("pk").first():
        callback = later
    return callback


def _reachable_number(client: Client, number: str) -> str:
    if not number.strip():
        return ""
    tidy = tidy_phone(client, number)
    if not tidy:
        raise CannotPromise(sentence=_("This is not a phone number we can call."))
    return tidy


def _reachable_address(address: str) -> str:
    if not address.strip():
        return ""
    tidy = tidy_address(address)
    if not tidy:
        raise CannotPromise(sentence=_("This is not a mail address."))
    return tidy


def _promised_before(interaction: Interaction, origin: CallbackOrigin | str, at: datetime) -> Callback | None:
    """The promise this contact already made, or is itself there to keep."""
    if origin == CallbackOrigin.AGENT:
        # An agent may promise twice from one contact, but a second click is not a second promise.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"promise {interaction.pk}"])
        mine = Callback.objects.filter(promised_from=interaction, origin=origin, state__in=OPEN_STATES)
        return mine.filter(promised_at__gt=at - SAID_TWICE, promised_at__lte=at).first()
    if interaction.origin == Origin.CALLBACK:
        callback = Callback.objects.filter(interaction=interaction, state__in=OPEN_STATES).first()
        if callback is not None:
            return wait_for_next_try(callback, at=at)
    return Callback.objects.filter(promised_from=interaction).exclude(origin=CallbackOrigin.AGENT).first()
