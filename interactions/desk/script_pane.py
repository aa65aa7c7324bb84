"""The script beside the work: steps done with answer and time, the open step in full, the coming ones as names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agents.models import Agent
from bpo.kernel import clock
from clients import scripts
from clients.flow_words import FACTS
from clients.models import Bill, Order, Product, Reason, ReasonKind, VerificationFailure
from clients.script_acts import Field
from clients.script_graph import Graph, Step, parse
from clients.spoken import money
from interactions import acts, runs, verifying
from interactions.models import Action, Interaction, Run, RunState, StepVisit
from interactions.script_words import context, may_show_account

KEYS = "123456789"
UNSEEN = ("decide", "sub_process")


@dataclass(frozen=True, slots=True)
class Line:
    """One step in the list."""

    id: str
    name: str
    state: str
    number: int = 0
    answer: str = ""
    said: SafeString | str = ""
    checks: tuple[str, ...] = ()
    took: timedelta | None = None
    jumped: bool = False
    subs: tuple[Line, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of the open step, with its key."""

    value: str
    label: SafeString | str
    hint: SafeString | str
    key: str
    group: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of the open step with its present value and what is wrong with it."""

    field: Field
    value: str
    error: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pane:
    """The whole pane."""

    run: Run
    lines: tuple[Line, ...]
    step: Step
    text: SafeString
    choices: tuple[Choice, ...]
    fields: tuple[Asked, ...]
    facts: tuple[Asked, ...]
    button: str
    entered_at: datetime | None
    position: int
    total: int
    errors: Mapping[str, str] = field(default_factory=dict)
    verify_words: str = ""
    standing: Action | None = None
    done: tuple[acts.DoneAct, ...] = ()
    failed_words: str = ""
    jumps: tuple[tuple[str, str], ...] = ()
    ended: bool = False

    @property
    def missing(self) -> str:
        """What the foot says beside the button; what is wrong stands where it is wrong."""
        required = sum(1 for one in self.fields if one.field.required and not one.value)
        if not required:
            return ""
        return _("1 required answer") if required == 1 else _("%(n)d required answers") % {"n": required}

    @property
    def pips(self) -> list[str]:
        """done, here or nothing for each step of the script itself."""
        return [line.state for line in self.lines]


def pane_of(
    run: Run, agent: Agent, *, errors: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> Pane:
    """Read the run as the agent sees it; `errors` and `typed` come from an answer that was refused, else what was typed
    and not sent is there again."""
    errors, typed = errors or {}, run.draft if typed is None else typed
    interaction = run.interaction
    main = parse(run.version.graph)
    graph = runs.graph_of(run) if run.sub_version_id else main
    step = graph[run.at_step]
    words = context(run, interaction, agent)
    visits = list(run.visits.all())
    lines = tuple(_lines(run, main, visits, words))
    here = next((n for n, line in enumerate(lines, 1) if line.state == "here"), len(lines))
    rules = verifying.rules_of(verifying.policy_of(run.client_id), step) if step.kind == "verify" else None
    open_visit = visits[-1] if visits and visits[-1].left_at is None else None
    standing = acts.standing(run, step) if step.kind == "act" else None
    typed = typed if step.kind != "act" else _filled_in(run, step, typed)
    return Pane(
        run=run,
        lines=lines,
        step=step,
        text=scripts.render(step.text, words),
        choices=tuple(_choices(step, run, words, typed)),
        fields=() if standing else tuple(_asked(one, run, interaction, errors, typed) for one in step.fields),
        facts=tuple(
            Asked(
                _fact(fact, label),
                typed.get(fact, ""),
                errors.get(fact, ""),
                (),
            )
            for fact, label in (rules.facts if rules else ())
        ),
        button=_("Go on") if standing else _button(step),
        entered_at=open_visit.entered_at if open_visit else None,
        position=here,
        total=len(lines),
        errors=errors,
        verify_words=_verify_words(run, rules, open_visit),
        failed_words=_failed_words(run) if step.kind != "verify" else "",
        standing=standing,
        done=tuple(acts.done_of(run)),
        jumps=tuple((one.id, one.name) for one in main.main_path() if one.kind not in UNSEEN),
        ended=run.state == RunState.ENDED,
    )


def _filled_in(run: Run, step: Step, typed: Mapping[str, str]) -> dict[str, str]:
    """What an act's fields show: what was typed now, or before it was undone, or what lies near."""
    proposed = acts.proposals(run, step, at=clock.now())
    kept = {one.name: str(run.answers.get(acts.key_of(step, one.name), "")) for one in step.fields}
    return {name: typed.get(name, kept.get(name) or proposed.get(name, "")) for name in {*kept, *proposed, *typed}}


def _fact(fact: str, label: str) -> Field:
    return Field(fact, label, "date" if fact == "birth_date" else "text")


def _button(step: Step) -> str:
    """Words that name the effect, not “Next”."""
    match step.kind:
        case "act":
            return step.name
        case "verify":
            return _("Check")
        case "say" if not step.fields:
            return _("Said")
    return _("Keep and go on")


def _verify_words(run: Run, rules: verifying.Rules | None, visit: StepVisit | None) -> str:
    if rules is None:
        return ""
    if until := verifying.locked_until(run, rules, clock.now()):
        when = date_format(timezone.localtime(until), "D H:i")
        return _("Another contact used up the tries; the next is on %(when)s. Go on with “Cannot verify”.") % {
            "when": when
        }
    left = rules.tries - run.verify_attempts
    if run.verify_attempts and visit and visit.answer:
        fit = len(visit.answer.get("passed", []))
        return _("%(fit)d of %(needed)d fit. %(left)d more tries.") % {"fit": fit, "needed": rules.needed, "left": left}
    return _("%(needed)d of these must fit; %(left)d tries.") % {"needed": rules.needed, "left": left}


FAILED = {
    VerificationFailure.GO_ON: gettext_lazy("Not verified: go on without account data."),
    VerificationFailure.CALL_BACK: gettext_lazy("Not verified: promise a callback under a number on file, no more."),
    VerificationFailure.END: gettext_lazy("Not verified: nothing more is done in this contact. Say goodbye kindly."),
}


def _failed_words(run: Run) -> str:
    """What the client wants of somebody who was not verified."""
    if not verifying.failed(run):
        return ""
    return str(FAILED[VerificationFailure(verifying.policy_of(run.client_id).verification_failure)])


def _choices(step: Step, run: Run, words: Mapping[str, object], typed: Mapping[str, str]) -> Iterator[Choice]:
    if step.kind != "choose":
        return
    chosen = typed.get("choice") or str(run.answers.get(step.id, ""))
    if step.options:
        for key, option in zip(KEYS + " " * 40, step.options, strict=False):
            label, hint = scripts.render(option.label, words), scripts.render(option.hint, words)
            yield Choice(option.value, label, hint, key.strip(), chosen=option.value == chosen)
        return
    interaction = run.interaction
    if step.sets == "reason":
        rows = Reason.objects.filter(client_id=run.client_id, active=True).select_related("parent")
        current = typed.get("choice") or (interaction.reason.code if interaction.reason else chosen)
        order = [ReasonKind.ENQUIRY, ReasonKind.COMPLAINT, ReasonKind.APPRECIATION]
        listed = sorted(rows, key=lambda row: (order.index(ReasonKind(row.kind)), row.position, row.name))
        for key, row in zip(KEYS + " " * 60, listed, strict=False):
            kind = row.kind_in_language(run.version.language)
            name = row.in_language(run.version.language)
            yield Choice(row.code, name, kind, key.strip(), kind, row.code == current)
        return
    products = Product.objects.filter(client_id=run.client_id, active=True).select_related("type")
    current = typed.get("choice") or (interaction.product.code if interaction.product else chosen)
    for key, product in zip(KEYS + " " * 90, products, strict=False):
        yield Choice(product.code, product.name, product.type.name, key.strip(), chosen=product.code == current)


def _asked(
    one: Field, run: Run, interaction: Interaction, errors: Mapping[str, str], typed: Mapping[str, str]
) -> Asked:
    value = typed.get(one.name, str(run.answers.get(one.name, "")))
    options = one.options
    if one.type == "order":
        customer = interaction.customer if may_show_account(run) else None
        orders = Order.objects.filter(customer=customer).prefetch_related("lines")[:20] if customer else []
        options = tuple((order.number, _order_words(order)) for order in orders)
    elif one.type == "bill":
        customer = interaction.customer if may_show_account(run) else None
        bills = Bill.objects.filter(customer=customer)[:20] if customer else []
        options = tuple((bill.number, f"{bill.number}, {money(bill.amount, bill.currency)}") for bill in bills)
    if one.type in ("order", "bill") and not value and options:
        value = options[0][0]
    return Asked(one, value, errors.get(one.name, ""), options)


def _order_words(order: Order) -> str:
    first = next(iter(order.lines.all()), None)
    return f"{order.number}, {first.name}" if first else order.number


def _lines(run: Run, main: Graph, visits: list[StepVisit], words: Mapping[str, object]) -> Iterator[Line]:
    """The steps of the script itself; those of a sub-process stand inside their step."""
    taken = [(one.version_id, one.step) for one in runs.path(visits) if one.sub_step in ("", run.sub_step)]
    spent = _spent(run, visits)
    at_main = run.sub_step or run.at_step
    number = 0
    for step in main.main_path():
        if step.kind == "decide":
            continue
        number += 1
        key = (run.version_id, step.id)
        done = key in taken and step.id != at_main
        here = step.id == at_main
        subs: tuple[Line, ...] = ()
        if step.kind == "sub_process" and (done or here):
            subs = tuple(_sub_lines(run, visits, taken, spent, here=here))
        yield Line(
            id=step.id,
            name=step.name,
            state="here" if here else "done" if done else "",
            number=number,
            took=spent.get(key) if done or here else None,
            subs=subs if here else (),
            note=_sub_note(run, step),
            jumped=any(visit.jumped and visit.step == step.id for visit in visits),
            **(_answer_of(run, step, visits, words) if done else {}),
        )


def _sub_note(run: Run, step: Step) -> str:
    product = run.interaction.product
    if step.kind == "sub_process" and product:
        return _("for product type %(type)s") % {"type": product.type.name}
    return ""


def _sub_lines(
    run: Run, visits: list[StepVisit], taken: list[tuple[int, str]], spent: Mapping[Any, timedelta], *, here: bool
) -> Iterator[Line]:
    version = run.sub_version if here else None
    if version is None:
        return
    for step in parse(version.graph).main_path():
        if step.kind in UNSEEN:
            continue
        key = (version.pk, step.id)
        at = step.id == run.at_step
        done = key in taken and not at
        yield Line(
            id=step.id,
            name=step.name,
            state="here" if at else "done" if done else "",
            took=spent.get(key) if done else None,
            **(_answer_of(run, step, visits, {}) if done else {}),
        )


def _spent(run: Run, visits: list[StepVisit]) -> dict[tuple[int, str], timedelta]:
    """Time spent by version and step; the time in a sub-process counts for its step, too."""
    now = clock.now()
    spent: dict[tuple[int, str], timedelta] = {}
    entered_from = ""
    for visit in visits:
        took = (visit.left_at or run.ended_at or now) - visit.entered_at
        key = (visit.version_id, visit.step)
        spent[key] = spent.get(key, timedelta()) + took
        if visit.version_id == run.version_id:
            entered_from = visit.step
        elif entered_from:
            outer = (run.version_id, entered_from)
            spent[outer] = spent.get(outer, timedelta()) + took
    return spent


def _answer_of(run: Run, step: Step, visits: list[StepVisit], words: Mapping[str, object]) -> dict[str, Any]:
    """What a done step shows on its line."""
    last = next((visit for visit in reversed(visits) if visit.step == step.id), None)
    given = last.answer if last else {}
    if step.kind == "verify":
        labels = FACTS | dict(step.facts)
        passed = tuple(str(labels.get(fact, fact)) for fact in given.get("passed", []))
        if given.get("ok"):
            tries = given.get("attempts", 1)
            return {
                "checks": passed,
                "answer": _("first try, account open") if tries == 1 else _("try %(n)d, account open") % {"n": tries},
            }
        return {"answer": _("not verified")}
    if step.kind == "choose":
        value = str(given.get(step.id, run.answers.get(step.id, "")))
        if step.sets == "reason" and run.interaction.reason:
            reason = run.interaction.reason
            language = run.version.language
            return {"answer": f"{reason.kind_in_language(language)}, {reason.in_language(language)}"}
        if step.sets == "product" and run.interaction.product:
            return {"answer": run.interaction.product.name}
        label = next((option.label for option in step.options if option.value == value), value)
        return {"answer": scripts.render(label, words) if words else label}
    if step.kind == "say" and not step.fields:
        return {"said": scripts.render(step.text, words)} if words else {}
    if step.kind == "act":
        return {"answer": str(given.get("done", ""))}
    shown = [str(given[one.name]) for one in step.fields if given.get(one.name)]
    return {"answer": ", ".join(shown)[:120]}
