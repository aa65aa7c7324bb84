"""Where a decide step of a script leads, from what is known of the contact."""

from __future__ import annotations

from bpo.kernel import clock
from clients.models import OrderState
from clients.script_graph import Step
from interactions.models import Run
from interactions.script_words import order_of


def decide(step: Step, run: Run) -> str:
    """The way of the first case that fits, else otherwise."""
    found = value_of(step.on, run)
    return next((way for value, way in step.cases if value == found), step.otherwise)


def value_of(on: str, run: Run) -> str:
    """What is decided on, as the cases write it; empty when it is not known."""
    interaction = run.interaction
    if on.startswith("answer:"):
        return str(run.answers.get(on.removeprefix("answer:"), ""))
    match on:
        case "reason":
            return interaction.reason.code if interaction.reason else ""
        case "reason_kind":
            return interaction.reason.kind if interaction.reason else ""
        case "product":
            return interaction.product.code if interaction.product else ""
        case "product_type":
            return interaction.product.type.code if interaction.product else ""
        case "verified":
            return "yes" if run.verified else "no"
        case "channel" | "direction" | "language":
            return str(getattr(interaction, on))
        case "order_state":
            order = order_of(run, interaction)
            return order.state if order else ""
        case "order_late":
            order = order_of(run, interaction)
            done = (OrderState.DELIVERED, OrderState.CANCELLED)
            if order is None or order.due_on is None or order.state in done:
                return "no"
            return "yes" if order.due_on < interaction.client.day_at(clock.now()) else "no"
    return ""
