"""Whose a contact is: a caller nobody knew has said who he is, or it is another than the record that was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from bpo.kernel import clock, words
from bpo.kernel.errors import DomainError, StaleState
from clients import customers
from clients.models import Customer, ScriptVersion
from clients.script_graph import parse
from interactions import acts, case_duty, case_merging, cases, journal, record_locks
from interactions.handling import NotYours
from interactions.models import (
    Action,
    Callback,
    Case,
    ClientTask,
    Direction,
    Interaction,
    JournalEntry,
    Kind,
    Leg,
    LegRole,
    LegState,
    Message,
    Run,
)

# What these acts made hangs on the customer's record.
ON_THE_RECORD = frozenset(
    {
        "create_order_issue", "resend_confirmation", "change_address", "request_refund", "book_visit", "book_meeting",
        "create_task", "promise_callback",
    }
)  # fmt: skip
CHOSEN = ("order", "bill")


class CannotPut(DomainError):
    """The contact stays whose it is."""

    code = "cannot_put_contact"
    sentence = _("Only a customer of the same company can be the one of this contact.")


def put_contact_on(
    interaction: Interaction, customer: Customer, *, by: Agent, at: datetime | None = None
) -> Interaction:
    """The contact that she works on is this customer's: its case too, unless that has other contacts; then a new one.

    The call flow goes on where it stands; whoever it is has to be verified anew. Done twice it is done once. CannotPut
    for another company's customer, beside a standing act on the record before, and where we began the contact.
    """
    return record_locks.looking_again(lambda: _put(interaction, customer, by=by, at=at or clock.now()))


def put_back(interaction: Interaction, *, by: Agent, at: datetime | None = None) -> Interaction:
    """Undo the last `put_contact_on` while she still works on it: the customer before, or nobody, and the case before.

    CannotPut where there is nothing to undo.
    """
    return record_locks.looking_again(lambda: _put_back(interaction, by=by, at=at or clock.now()))


def new_customer(interaction: Interaction, name: str) -> Customer:
    """A record for somebody new, with what the contact came from unless that is another's already."""
    name = words.line(name, most=120)
    if not name:
        raise CannotPut(sentence=_("Write down the name of the new customer."))
    client, envelope = interaction.client, getattr(interaction, "envelope", None)
    phone, address = (envelope.from_phone, envelope.from_address) if envelope else ("", "")
    free = {
        "phone": phone if customers.find(client, phone=customers.tidy_phone(client, phone)) is None else "",
        "address": address if customers.find(client, address=customers.tidy_address(address)) is None else "",
    }
    return customers.find_or_create(client, name=name, language=interaction.language, **free)


def what_follows(interaction: Interaction) -> Case | None:
    """The case that goes along to another customer; None where it stays with its other contacts."""
    case = interaction.case
    return case if case is not None and _alone(interaction, case) else None


def put_contact_on_new(interaction: Interaction, name: str, *, by: Agent, at: datetime | None = None) -> Interaction:
    """The contact is somebody's whom nobody knew; the record is made once everything is held, in the one order."""

    def step() -> Interaction:
        _held(interaction, None, by=by)
        return _put(interaction, new_customer(interaction, name), by=by, at=at or clock.now())

    return record_locks.looking_again(step)


def _put(interaction: Interaction, customer: Customer, *, by: Agent, at: datetime) -> Interaction:
    contact, before, found = _held(interaction, customer, by=by)
    if found is None or found.client_id != contact.client_id:
        raise CannotPut
    if before is not None and before.pk == found.pk:
        return contact
    was = case = contact.case
    if was is not None and not _alone(contact, was):
        case = _of_its_own(contact, was, found, by=by, at=at)
    elif was is not None:
        Case.objects.filter(pk=was.pk).update(customer=found)
    if before is None and not _moves(contact).exists():
        # What was guessed at nobody's record told nobody anything.
        Run.objects.filter(interaction=contact).update(verify_attempts=0)
    _hang(contact, found, case)
    facts = {"case_before": was.reference if was else "", **_from_to(before, found)}
    journal.record(contact, Kind.CORRECTED, by=by, at=at, **facts)
    return contact


def _put_back(interaction: Interaction, *, by: Agent, at: datetime) -> Interaction:
    last = _moves(interaction).order_by("-pk").first()
    if last is None or last.facts.get("back"):
        raise CannotPut(sentence=_("There is nothing to undo: this contact was not put on another customer."))
    of_client = Customer.objects.filter(client=interaction.client_id)
    was = of_client.filter(public_id=last.facts["was"]).first() if last.facts["was"] else None
    old = Case.objects.filter(client=interaction.client_id, reference=last.facts["case_before"]).first()
    old = old and cases.surviving(old)
    contact, before, found = _held(interaction, was and customers.survivor(was), by=by, case=old)
    if _moves(contact).order_by("-pk").first() != last:
        raise CannotPut(sentence=_("Somebody put this contact on another customer meanwhile."))
    case = contact.case
    apart = case is not None and old is not None and case.pk != old.pk
    alone = case is not None and _alone(contact, case)
    if case is not None and not apart:
        if alone:
            Case.objects.filter(pk=case.pk).update(customer=found)
        else:  # what came to it meanwhile stays with whose it is
            case = _of_its_own(contact, case, found, by=by, at=at)
    _hang(contact, found, old if apart else case)
    if apart and alone:
        case_merging.merge(case, old, by=by, at=at)  # type: ignore[arg-type]
    journal.record(contact, Kind.CORRECTED, by=by, at=at, back=True, **_from_to(before, found))
    return contact


def _of_its_own(contact: Interaction, was: Case, customer: Customer | None, *, by: Agent, at: datetime) -> Case:
    case = cases.open_case(contact.client, customer, subject=was.subject, queue=contact.queue, owner=by, at=at)
    Case.objects.filter(pk=case.pk).update(reason=contact.reason, product=contact.product)
    return case


def _held(
    interaction: Interaction, customer: Customer | None, *, by: Agent, case: Case | None = None
) -> tuple[Interaction, Customer | None, Customer | None]:
    """The contact, whose it is and whose it is to be, read anew under their locks; else NotYours or CannotPut."""
    seen = Interaction.objects.select_related("customer", "case").get(pk=interaction.pk)
    both = [one for one in (seen.customer, customer) if one is not None]
    found = record_locks.hold(*both, contact=seen, also=[one for one in (seen.case, case) if one is not None])
    contact = Interaction.objects.select_related("client", "queue", "case", "customer").get(pk=interaction.pk)
    hers = Leg.objects.filter(interaction=contact, agent=by, role=LegRole.PRIMARY, state=LegState.HANDLING)
    if not hers.exists():
        raise NotYours
    if (contact.customer_id, contact.case_id) != (seen.customer_id, seen.case_id):
        raise StaleState(f"{contact} is another's meanwhile")
    if contact.direction == Direction.OUTBOUND:
        raise CannotPut(sentence=_("We began this contact with the customer it names; it stays with that record."))
    if contact.case is not None and contact.case.state not in case_duty.UNSETTLED:
        raise CannotPut(sentence=_("The case is settled already. Reopen it before the contact is another customer’s."))
    to = found[customer.pk] if customer else None
    if to is not None and to.merged_into_id:
        raise CannotPut(sentence=_("This record was joined with another one. Take that one."))
    _require_nothing_stands(contact)
    return contact, contact.customer, to


def _require_nothing_stands(contact: Interaction) -> None:
    about_it = Q(name__in=ON_THE_RECORD) | Q(case_opened__second=True)
    done = Action.objects.filter(about_it, run__interaction=contact, undone_at=None).order_by("pk")
    standing = [one for one in done if (undo := acts.ACTS[one.name]).undo is not None and undo.still(one)]
    if standing:
        told = ", ".join(one.label or one.name for one in standing)
        raise CannotPut(sentence=_("Take back first what was done on the record: %(acts)s.") % {"acts": told})


def _hang(contact: Interaction, customer: Customer | None, case: Case | None) -> None:
    """The contact, what was written and promised in it; its flow asks anew who it is."""
    old = contact.case
    Interaction.objects.filter(pk=contact.pk).update(customer=customer, case=case)
    Message.objects.filter(interaction=contact).update(case=case)
    promised = Callback.objects.filter(promised_from=contact, ended_at=None)
    promised.update(customer=customer, case=case, version=F("version") + 1)
    ClientTask.objects.filter(leg__interaction=contact).update(customer=customer, case=case)
    contact.customer, contact.case = customer, case
    if old is not None and case is not None and old.pk != case.pk:
        case_duty.reckon_due(old)
        case_duty.reckon_due(case)
    run = Run.objects.select_related("version", "sub_version").filter(interaction=contact).first()
    if run is not None:
        chosen = _chosen_in(run)
        kept = {name: value for name, value in run.answers.items() if name not in chosen}
        Run.objects.filter(pk=run.pk).update(verified=None, answers=kept, draft={})


def _alone(interaction: Interaction, case: Case) -> bool:
    """Whether nothing else hangs on its case."""
    others = case.interactions.exclude(pk=interaction.pk).exists()
    return not others and not case.callbacks.exclude(promised_from=interaction).exists()


def _chosen_in(run: Run) -> set[str]:
    """The answers that name an order or a bill of whoever it was before."""
    versions: list[ScriptVersion] = [run.version, *([run.sub_version] if run.sub_version else [])]
    fields = [field for version in versions for step in parse(version.graph).steps.values() for field in step.fields]
    return {field.name for field in fields if field.type in CHOSEN} | {f"{one}_chosen" for one in CHOSEN}


def _moves(interaction: Interaction) -> QuerySet[JournalEntry]:
    return JournalEntry.objects.filter(interaction=interaction, kind=Kind.CORRECTED, facts__has_key="was")


def _from_to(before: Customer | None, after: Customer | None) -> dict[str, Any]:
    return {"was": str(before.public_id) if before else "", "is": str(after.public_id) if after else ""}
