"""One act as it is being done, and what may stand in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel.errors import DomainError
from clients.models import Customer, Order
from clients.script_graph import PLACEHOLDER, PLACEHOLDERS, Step
from interactions.models import Action, Case, Interaction, Run
from interactions.script_words import context, order_of


class CannotAct(DomainError):
    """Something the act needs is not there; the sentence says what."""

    code = "cannot_act"


class CannotUndo(DomainError):
    """The world has gone on; the sentence says how."""

    code = "cannot_undo"
    sentence = _("This cannot be undone any more.")


@dataclass(frozen=True, slots=True)
class Doing:
    """An act: of which run and step, with what the agent filled in."""

    run: Run
    step: Step
    action: Action
    values: Mapping[str, str]
    by: Agent
    at: datetime

    @property
    def interaction(self) -> Interaction:
        """The contact it is done on."""
        return self.run.interaction

    @property
    def customer(self) -> Customer:
        """Whom it is for; CannotAct where nobody is known."""
        customer = self.interaction.customer
        if customer is None:
            raise CannotAct(sentence=_("Nobody knows yet who this customer is. Find the record first."))
        return customer

    def order(self) -> Order:
        """The order it is about, locked and noted; CannotAct where there is none."""
        order = order_of(self.run, self.interaction)
        if order is None:
            raise CannotAct(sentence=_("This customer has no open order. Choose the order first."))
        self.action.order = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        self.action.save(update_fields=["order"])
        return self.action.order

    @property
    def case(self) -> Case | None:
        """The matter it belongs to."""
        return self.interaction.case

    def note(self) -> str:
        """The note of the step, its placeholders filled in."""
        return plain_text(str(self.step.params.get("note", "")), self.run, self.by)


def plain_text(text: str, run: Run, by: Agent) -> str:
    """A note with its placeholders filled in, for people of the house: no markup."""
    words = context(run, run.interaction, by)
    return PLACEHOLDER.sub(lambda m: str(words.get(m[1], "")) if m[1] in PLACEHOLDERS else m[0], text)
