"""What an act step of a call flow can do, what the agent fills in for it, and how it may come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a step."""

    name: str
    label: str
    type: str = "text"
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


ACTS = (
    "create_order_issue", "change_address", "promise_callback", "send_notice", "set_pending", "transfer",
)  # fmt: skip
# Those that change something about one of the customer's orders: only of a verified customer.
OF_ORDERS = frozenset({"create_order_issue", "change_address"})
# What the flow may decide on after an act ("answer:<its step>").
OUTCOMES: Mapping[str, tuple[tuple[str, str | Promise], ...]] = {}


def inputs_of(act: str) -> tuple[Field, ...]:
    """What the agent fills in for an act, in the language in force."""
    match act:
        case "change_address":
            return (Field("new_address", _("New delivery address"), required=True, hint=_("Street, place, ZIP code")),)
    return ()
