"""The client's rules of verification in one contact: which facts are asked, how many must fit, who may try, and what
a failed check forbids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel.errors import DomainError
from clients.flow_words import FACTS
from clients.models import Customer, Policy, VerificationFailure
from clients.script_graph import Step, parse
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegRole, LegState, Run
from interactions.verification import known

# What may still be done with a customer who was not verified, by what the client wants then.
ACTS_LEFT = {VerificationFailure.CALL_BACK: ("promise_callback",), VerificationFailure.END: ()}

# The facts that are also how to reach somebody.
REACH = frozenset({"phone", "email"})


class NotVerified(DomainError):
    """The client's rule leaves nothing but a callback, or nothing at all, to somebody who was not verified."""

    code = "not_verified"
    sentence = _("The customer was not verified; this company’s rule is that nothing more is done in this contact.")


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked at one step: facts with their labels, how many must fit, how many tries, what follows."""

    facts: tuple[tuple[str, str], ...]
    needed: int
    tries: int
    failure: str
    lock: timedelta


def policy_of(client_id: int) -> Policy:
    """The client's rules; the usual ones where it has none."""
    return Policy.objects.filter(client_id=client_id).first() or Policy()


def rules_of(policy: Policy, step: Step) -> Rules:
    """The client's facts in its order, worded as the flow words them; without any the flow's own."""
    worded = dict(step.facts)
    facts = step.facts
    if policy.verification_facts:
        facts = tuple((fact, worded.get(fact) or str(FACTS[fact])) for fact in policy.verification_facts)
    return Rules(
        facts,
        min(policy.verification_facts_needed, len(facts)),
        policy.verification_attempts,
        policy.verification_failure,
        timedelta(hours=policy.verification_lock_hours),
    )


def locked_until(run: Run, rules: Rules, at: datetime) -> datetime | None:
    """Until when this customer may not try again, because other contacts used up the tries; None when he may.

    Every wrong try counts, however they are spread; not those of whoever was verified in the end. A check given up
    without a try is none.
    """
    customer = run.interaction.customer_id
    if not rules.lock or customer is None:
        return None
    wrong = JournalEntry.objects.filter(
        interaction__customer=customer, kind=Kind.VERIFIED, at__gt=at - rules.lock, facts__ok=False
    ).exclude(facts__passed=[], facts__failed=[])
    others = wrong.exclude(interaction=run.interaction_id).exclude(run__verified=True)
    used_up = others.order_by("-at").values_list("at", flat=True)[rules.tries - 1 : rules.tries].first()
    return used_up + rules.lock if used_up else None


def hidden_facts(run: Run | None) -> frozenset[str]:
    """What the record shows nowhere beside this contact, because the customer has yet to say it himself."""
    if run is None or run.verified:
        return frozenset()
    steps = [step for step in parse(run.version.graph).steps.values() if step.kind == "verify"]
    policy = policy_of(run.client_id)
    return frozenset(fact for step in steps for fact, _label in rules_of(policy, step).facts)


def failed(run: Run | None) -> bool:
    """Whether a check was tried and not passed."""
    return run is not None and run.verified is False


def require_act(run: Run, act: str) -> None:
    """NotVerified when the client's rule forbids this act to somebody who failed."""
    if not failed(run):
        return
    left = ACTS_LEFT.get(VerificationFailure(policy_of(run.client_id).verification_failure))
    if left is not None and act not in left:
        if left:
            raise NotVerified(sentence=_("The customer was not verified; promise a callback under a number on file."))
        raise NotVerified


def only_on_file(interaction: Interaction) -> bool:
    """Whether a callback may be promised under a number on file alone."""
    return failure_of(interaction) == VerificationFailure.CALL_BACK


def failure_of(interaction: Interaction) -> str:
    """What the client wants now that a check of this contact failed; empty where none did."""
    run = Run.objects.filter(interaction=interaction.pk).only("verified").first()
    return policy_of(interaction.client_id).verification_failure if failed(run) else ""


def require_callback(interaction: Interaction) -> None:
    """NotVerified where the client's rule leaves not even a callback."""
    if failure_of(interaction) == VerificationFailure.END:
        raise NotVerified


def on_file(rows: Any, interaction: Interaction) -> Any:
    """Of a customer's numbers or addresses those the record had before this contact, and did not get in it."""
    return known(rows, interaction.arrived_at)


def contacts_beside(customers: Sequence[Customer], agent: Agent) -> QuerySet[Interaction]:
    """The contacts with these customers that the agent works on or wraps up."""
    mine = Leg.objects.filter(agent=agent, state__in=[LegState.HANDLING, LegState.WRAPPING])
    mine = mine.exclude(role=LegRole.MONITOR).filter(interaction__customer__in=customers)
    return Interaction.objects.filter(pk__in=mine.values("interaction"))


def runs_beside(customers: Sequence[Customer], agent: Agent) -> list[Run]:
    """The runs of those contacts."""
    contacts = contacts_beside(customers, agent)
    return list(Run.objects.filter(interaction__in=contacts).select_related("version"))


def kept_back(runs: Sequence[Run]) -> frozenset[str]:
    """Which of "phone" and "email" is neither shown nor changed beside these contacts: both after a failed check, else
    what the customer has yet to say himself."""
    if any(failed(run) for run in runs):
        return REACH
    return REACH & frozenset(fact for run in runs for fact in hidden_facts(run))


def require_none_failed(customers: Sequence[Customer], agent: Agent, sentence: str | Promise) -> None:
    """NotVerified, in these words, beside a contact of the agent's with one of them in which a check failed."""
    if any(failed(run) for run in runs_beside(customers, agent)):
        raise NotVerified(sentence=sentence)


def require_not_failed(interaction: Interaction) -> None:
    """NotVerified where a check failed: how to reach the customer is not changed on the word of whoever that is."""
    if failed(Run.objects.filter(interaction=interaction.pk).only("verified").first()):
        raise NotVerified(
            sentence=_("The customer was not verified: numbers and addresses are not changed in this contact.")
        )


def require_number(interaction: Interaction, number: str) -> None:
    """NotVerified where no callback is left, or only one under a number on file and this is none."""
    require_callback(interaction)
    if not only_on_file(interaction):
        return
    customer = interaction.customer
    if customer is None or not on_file(customer.phones, interaction).filter(number=number).exists():
        raise NotVerified(
            sentence=_("The customer was not verified: this company calls back under a number on file alone.")
        )
