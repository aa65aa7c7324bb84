"""The client's rules of verification in one contact: which facts are asked, how many must fit, who may try, and what
a failed check forbids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.accounts.models import User
from bpo.kernel.errors import DomainError
from clients.flow_words import FACTS
from clients.models import Customer, Policy, VerificationFailure
from clients.script_graph import Step, parse
from interactions.models import Interaction, JournalEntry, Kind, Leg, LegRole, LegState, Run
from interactions.verification import asks, known

# What may still be done with a customer who was not verified, by what the client wants then.
ACTS_LEFT = {VerificationFailure.CALL_BACK: ("promise_callback",), VerificationFailure.END: ()}

# The facts that are also how to reach somebody.
REACHED = {"phone": "phones", "email": "addresses"}  # and what of the record that is
REACH = frozenset(REACHED)


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
    if not rules.lock or run.interaction.customer is None:
        return None
    wrong = JournalEntry.objects.filter(
        _guessed_at(run.interaction.customer, at - rules.lock), kind=Kind.VERIFIED, at__gt=at - rules.lock,
        facts__ok=False, client=run.interaction.customer.client_id,
    ).exclude(facts__passed=[], facts__failed=[])  # fmt: skip
    others = wrong.exclude(interaction=run.interaction_id)
    used_up = others.order_by("-at").values_list("at", flat=True)[rules.tries - 1 : rules.tries].first()
    return used_up + rules.lock if used_up else None


def _guessed_at(customer: Customer, since: datetime) -> Q:
    """The tries at this customer's record: also those of a contact that was put on another one later, and not those it
    had before it was put on this one."""
    name = str(customer.public_id)
    tries = Q(interaction__customer=customer) & ~Q(run__verified=True)
    moves = JournalEntry.objects.filter(
        Q(facts__was=name) | Q(facts__is=name), client=customer.client_id, kind=Kind.CORRECTED, at__gt=since
    )
    for move in moves.order_by("-pk"):
        before = Q(interaction=move.interaction_id, at__lte=move.at)
        tries = tries | before if move.facts["was"] == name else tries & ~before
    return tries


def hidden_facts(run: Run | None) -> frozenset[str]:
    """What the record shows nowhere beside this contact, because the customer has yet to say it himself."""
    return frozenset() if run is None or run.verified else asked_in(run)


def asked_in(run: Run | None) -> frozenset[str]:
    """What the call flow of this contact asks of a customer, whoever it is."""
    if run is None:
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


def on_file(customer: Customer, what: str, interaction: Interaction) -> QuerySet[Any]:
    """Of a customer's "phones" or "addresses" those the record had before this contact, by a word that counts."""
    return known(customer, what, interaction.arrived_at)


def _worked_on(customers: Sequence[Customer]) -> QuerySet[Leg]:
    """Who works on a contact with one of these customers, or wraps it up."""
    live = Leg.objects.filter(state__in=[LegState.HANDLING, LegState.WRAPPING], interaction__customer__in=customers)
    return live.exclude(role=LegRole.MONITOR)


def _runs_of(legs: QuerySet[Leg]) -> list[Run]:
    runs = Run.objects.filter(interaction__in=legs.values("interaction"))
    return list(runs.select_related("version", "interaction"))


def contacts_beside(customers: Sequence[Customer], agent: Agent) -> QuerySet[Interaction]:
    """The contacts with these customers that the agent works on or wraps up."""
    return Interaction.objects.filter(pk__in=_worked_on(customers).filter(agent=agent).values("interaction"))


def runs_beside(customers: Sequence[Customer], agent: Agent) -> list[Run]:
    """The runs of those contacts."""
    return _runs_of(_worked_on(customers).filter(agent=agent))


def unproven_beside(*customers: Customer) -> list[UUID]:
    """The contacts with these customers that somebody works on at this moment and whose check has not passed."""
    return [run.interaction.public_id for run in _runs_of(_worked_on(customers)) if _unproven(run)]


def _unproven(run: Run) -> bool:
    return asks(run) and not run.verified


@dataclass(frozen=True, slots=True)
class Covered:
    """What of one customer's record an agent is not shown: of "phone" and "email" these, and the account or not."""

    reach: frozenset[str] = frozenset()
    account: bool = False


OPEN = Covered()


def covered_from(agent: Agent) -> dict[int, Covered]:
    """By customer what the agent is not shown anywhere, because of the contacts she has with him now."""
    mine = Leg.objects.filter(agent=agent, state__in=[LegState.HANDLING, LegState.WRAPPING])
    runs: dict[int, list[Run]] = {}
    for run in _runs_of(mine.exclude(role=LegRole.MONITOR).exclude(interaction__customer=None)):
        runs.setdefault(run.interaction.customer_id or 0, []).append(run)
    return {
        customer: Covered(kept_back(beside), any(_unproven(run) for run in beside)) for customer, beside in runs.items()
    }


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


def require_changeable(customer: Customer, by: Agent | User, what: Collection[str]) -> None:
    """NotVerified where "phones" or "addresses" of the record are not changed on anybody's word.

    For an agent these are what her own contacts with him keep back. Whoever has no contact is refused while a check
    of any contact with him that is worked on failed.
    """
    if not what:
        return
    reach = {fact for fact, name in REACHED.items() if name in what}
    if isinstance(by, Agent):
        refused = bool(reach & kept_back(runs_beside([customer], by)))
    else:
        refused = any(failed(run) for run in _runs_of(_worked_on([customer])))
    if refused:
        raise NotVerified(
            sentence=_("The customer was not verified: numbers and addresses are not changed in this contact.")
        )


def require_number(interaction: Interaction, number: str) -> None:
    """NotVerified where no callback is left, or only one under a number on file and this is none."""
    require_callback(interaction)
    if not only_on_file(interaction):
        return
    customer = interaction.customer
    if customer is None or not on_file(customer, "phones", interaction).filter(number=number).exists():
        raise NotVerified(
            sentence=_("The customer was not verified: this company calls back under a number on file alone.")
        )
