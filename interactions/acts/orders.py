"""Acts on a customer's order: an issue is opened, its delivery address changed."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from bpo.kernel import words
from clients.models import Order, OrderIssue, OrderState
from interactions import notices, sending_time
from interactions.acts.doing import CannotAct, CannotUndo, Doing
from interactions.answers import AnswersWrong
from interactions.models import Action, AddressChange, NoticeKind

LONGEST_ADDRESS = 200
ARRIVED = (OrderState.DELIVERED, OrderState.CANCELLED)


def open_issue(doing: Doing) -> str:
    """Late, missing, replacement, refund: what was done about the order, for whoever looks at it next."""
    order = doing.order()
    OrderIssue.objects.create(
        order=order,
        kind=str(doing.step.params["kind"])[:40],
        source=doing.action.public_id,
        note=doing.note()[:500],
        created_at=doing.at,
        created_by_name=str(doing.by),
    )
    return order.number


def withdraw_issue(action: Action, at: datetime) -> None:
    """It was not meant."""
    OrderIssue.objects.filter(source=action.public_id, withdrawn_at=None).update(withdrawn_at=at)


def resend_confirmation(doing: Doing) -> str:
    """The order as it stands, once more by mail; it leaves when it cannot be undone any more."""
    order = doing.order()
    notices.write(
        NoticeKind.ORDER_CONFIRMATION,
        case=doing.case,
        interaction=doing.interaction,
        action=doing.action,
        due_at=sending_time.due(None, doing.at),
        at=doing.at,
    )
    return order.number


def change_address(doing: Doing) -> str:
    """The order goes elsewhere; refused once it has arrived."""
    order = doing.order()
    if order.state in ARRIVED:
        told = {"number": order.number, "state": order.get_state_display().lower()}
        raise CannotAct(sentence=_("Order %(number)s is %(state)s: it goes nowhere any more.") % told)
    after = words.line(doing.values["new_address"], most=LONGEST_ADDRESS + 1)
    if len(after) > LONGEST_ADDRESS:
        raise AnswersWrong({"new_address": str(_("This address is too long for a label: 200 characters at most."))})
    if after == order.deliver_to:
        raise AnswersWrong({"new_address": str(_("The order goes there already."))})
    AddressChange.objects.create(action=doing.action, before=order.deliver_to, after=after)
    Order.objects.filter(pk=order.pk).update(deliver_to=after)
    return order.number


def change_address_back(action: Action, at: datetime) -> None:
    """To where it went before; refused when somebody has changed it again, or it has arrived."""
    change = action.address_change
    assert action.order is not None
    order = Order.objects.select_for_update(of=("self",)).get(pk=action.order.pk)
    if order.state in ARRIVED:
        raise CannotUndo(sentence=_("Order %(number)s has arrived or was cancelled.") % {"number": order.number})
    if order.deliver_to != change.after:
        raise CannotUndo(
            sentence=_("The address of %(number)s was changed again since.") % {"number": order.number},
        )
    Order.objects.filter(pk=order.pk).update(deliver_to=change.before)
