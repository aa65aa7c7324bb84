"""A customer asks money back: granted up to the client's limit, above it decided by somebody else."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError, IllegalMove, StaleState
from bpo.kernel.outgoing import OutgoingState
from bpo.kernel.states import advance
from clients.models import Order, Policy
from clients.spoken import money
from interactions import journal, notices, sending_time
from interactions.acts.doing import CannotUndo, Doing
from interactions.answers import AnswersWrong
from interactions.models import Action, Kind, NoticeKind, Refund, RefundState

MOST_REASON = 300
WAITING, APPROVED = "waiting", "approved"
UNDONE = "act undone"
MOVES: dict[str, frozenset[str]] = {
    RefundState.REQUESTED: frozenset({RefundState.APPROVED, RefundState.REFUSED, RefundState.WITHDRAWN}),
    RefundState.APPROVED: frozenset({RefundState.WITHDRAWN}),  # granted at once, while the customer does not know it
}


class OwnRequest(DomainError):
    """Nobody approves what she asked for herself."""

    code = "own_request"
    sentence = _("You asked for this refund yourself: somebody else has to decide it.")


class WhyMissing(DomainError):
    """A decision says why."""

    code = "why_missing"
    sentence = _("Say why in a sentence.")
    status = 400


def left_of(order: Order) -> Decimal:
    """How much of an order can still be asked back: its total less what was granted or waits."""
    live = order.refunds.filter(state__in=[RefundState.REQUESTED, RefundState.APPROVED])
    return order.total - (live.aggregate(sum=Sum("amount"))["sum"] or Decimal(0))


def granted_at_once(order: Order) -> Decimal:
    """How much of an order was given back without anybody's approval."""
    granted = order.refunds.filter(state=RefundState.APPROVED, needs_approval=False)
    return granted.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def request(doing: Doing) -> str:
    """Ask for it; up to the client's limit for an order it is granted at once, and the customer is told."""
    order, customer = doing.order(), doing.customer
    amount, left = Decimal(doing.values["refund_amount"]), left_of(order)
    if amount > left:
        told = {"left": money(left, order.currency), "number": order.number}
        raise AnswersWrong({"refund_amount": str(_("Of %(number)s no more than %(left)s is left to refund.") % told)})
    client = doing.run.client
    policy = Policy.objects.filter(client=client).first() or Policy(client=client)
    # The limit is for the order, in however many requests, and money of the client's currency; what another is worth
    # nobody here knows.
    needs = granted_at_once(order) + amount > policy.refund_limit or order.currency != client.currency
    refund = Refund.objects.create(
        client=client,
        action=doing.action,
        order=order,
        customer=customer,
        case=doing.case,
        amount=amount,
        currency=order.currency,
        reason=words.line(doing.values["refund_reason"], most=MOST_REASON),
        state=RefundState.REQUESTED if needs else RefundState.APPROVED,
        needs_approval=needs,
        asked_by=doing.by.user,
        asked_at=doing.at,
        decided_at=None if needs else doing.at,
    )
    doing.action.outcome = WAITING if needs else APPROVED
    if not needs:
        _tell(refund, at=doing.at, due_at=sending_time.due(None, doing.at))
    return f"{order.number}, {money(amount, order.currency)}"


def withdraw(action: Action, at: datetime) -> None:
    """While nobody has decided; one that was granted at once, while the customer has not been told."""
    refund = action.refund
    if refund.state == RefundState.APPROVED:
        if refund.needs_approval:
            raise CannotUndo(sentence=_("This refund is decided already."))
        told = not all(notices.take_back(one, UNDONE, at=at) for one in action.notices.all())
        if told or not _slip(action, at):
            raise CannotUndo(sentence=_("This refund is granted, and the customer knows it."))
    try:
        advance(refund, RefundState.WITHDRAWN, allowed=MOVES, decided_at=None)
    except (IllegalMove, StaleState) as error:
        raise CannotUndo(sentence=_("This refund is decided already.")) from error


def _slip(action: Action, at: datetime) -> bool:
    """Whether a refund without approval may still be a slip: its mail waits, or would if there were one."""
    return bool(action.notices.all()) or at < action.done_at + sending_time.UNDO


def waits(action: Action) -> bool:
    """Whether nobody has decided yet, or the customer has not been told what was granted at once."""
    refund = action.refund
    if refund.state != RefundState.APPROVED or refund.needs_approval:
        return refund.state == RefundState.REQUESTED
    waiting = all(one.state in (OutgoingState.PENDING, OutgoingState.HELD) for one in action.notices.all())
    return waiting and _slip(action, clock.now())


@transaction.atomic
def decide(refund: Refund, *, approve: bool, why: str, by: User, at: datetime | None = None) -> Refund:
    """Approve or refuse a request, not one's own, with a reason; the customer is told.

    Once: a second decision is IllegalMove or StaleState.
    """
    at = at or clock.now()
    why = words.line(why, most=MOST_REASON)
    if refund.asked_by_id == by.pk:
        raise OwnRequest
    if not why:
        raise WhyMissing
    to = RefundState.APPROVED if approve else RefundState.REFUSED
    advance(refund, to, allowed=MOVES, decided_by=by, decided_at=at, decided_why=why)
    action = refund.action
    how = {"name": action.name, "step": action.step, "ref": action.ref, "how": str(to), "why": why}
    journal.record(action.run, Kind.ACTION_SETTLED, by=by, at=at, **how)
    _tell(refund, at=at)
    return refund


def _tell(refund: Refund, *, at: datetime, due_at: datetime | None = None) -> None:
    action = refund.action
    contact = action.run.interaction
    notices.write(NoticeKind.REFUND_DECIDED, case=refund.case, interaction=contact, action=action, due_at=due_at, at=at)
