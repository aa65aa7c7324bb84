"""A step of a call flow as the agent will see it, for a sample customer, in the language of the flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from bpo.kernel import clock
from clients import flow_words, script_graph, scripts
from clients.flow_picture import KINDS
from clients.models import Client, OrderState, ScriptVersion, VersionState
from clients.script_acts import Field
from clients.script_graph import Graph, Option, Step
from clients.spoken import day, money

BUTTONS: dict[str, str | Promise] = {"verify": _("Check"), "close": _("Resolve")}
UNSEEN = ("decide", "sub_process")
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)  # what steps that are no call flow end in


@dataclass(frozen=True, slots=True)
class Seen:
    """One step at the desk: its words, what is asked, the answers, and what the button says. `sample` is whom it is
    about."""

    step: Step
    text: SafeString
    fields: Sequence[Field]
    facts: Sequence[tuple[str, str]]
    options: Sequence[Option]
    button: str
    language: str
    sample: Mapping[str, str]

    @property
    def icon(self) -> str:
        """Of its kind."""
        return KINDS[self.step.kind][0] if self.step.kind in KINDS else "help"

    @property
    def unseen(self) -> bool:
        """Whether the agent never sees it: it is passed through."""
        return self.step.kind in UNSEEN


@dataclass(frozen=True, slots=True)
class Tab:
    """A version and its step of one name; nothing where it is missing."""

    version: ScriptVersion
    seen: Seen | None
    own: bool


def sample_words(version: ScriptVersion) -> dict[str, str]:
    """What placeholders become: company and agent by name, the rest of a customer who does not exist."""
    client, language = version.script.client, version.language
    brand = getattr(client, "brand", None)
    today = client.day_at(clock.now())
    words = {
        **flow_words.SAMPLE.get(language, flow_words.SAMPLE["en"]),
        "client": brand.public_name if brand else client.name,
        "agent": "Alex",
        "reference": f"{client.reference_prefix}-7K3F9Q",
        "phone_shown": (brand.phone_shown if brand else "") or "+1 555 0100",
        "order_total": money(Decimal(1649), client.currency),
        "bill_amount": money(Decimal("49.90"), client.currency),
    }
    days = {"today": 0, "shipped": -7, "due": -3, "bill_due": 6}
    words |= {name: day(today + timedelta(days=by), language) for name, by in days.items()}
    with translation.override(language):
        return words | {"order_state": str(OrderState.AT_DEPOT.label)}


def seen(step: Step, words: Mapping[str, str], listed: Mapping[str, Sequence[Option]], language: str = "en") -> Seen:
    """The step as it is drawn at the desk. `listed` are the client's own reasons and products."""
    options = step.options or tuple(listed.get(step.sets, ())) if step.kind == "choose" else ()
    worded = [
        replace(one, label=scripts.render(one.label, words), hint=scripts.render(one.hint, words)) for one in options
    ]
    fields = [replace(one, label=scripts.render(one.label, words)) for one in step.fields]
    with translation.override(language):
        button = step.name if step.kind == "act" else str(BUTTONS.get(step.kind, _("Next")))
    return Seen(step, scripts.render(step.text, words), fields, step.facts, worded, button, language, words)


def seen_in(version: ScriptVersion, step: str) -> Seen | None:
    """The step of this name in a version; None where it is not there, or nothing of it can be read."""
    graph = read(version)
    if graph is None or step not in graph:
        return None
    listed = listed_of(version.script.client, graph, version.language)
    return seen(graph[step], sample_words(version), listed, version.language)


def read(version: ScriptVersion) -> Graph | None:
    """Its steps, what an act asks in its own language, too; None where they are no call flow."""
    with translation.override(version.language):
        try:
            return script_graph.parse(version.graph)
        except UNREADABLE:
            return None


def tabs_of(version: ScriptVersion, step: str) -> list[Tab]:
    """The step in this version and in the same script's other languages, as they are being written, else in force."""
    return [Tab(one, seen_in(one, step), own=one == version) for one in [version, *siblings(version)]]


def siblings(version: ScriptVersion) -> list[ScriptVersion]:
    """Of each other language of the script, for the same channel, the newest draft, else the version in force."""
    found = version.script.versions.filter(
        channel=version.channel, state__in=[VersionState.DRAFT, VersionState.PUBLISHED]
    ).exclude(language=version.language)
    best: dict[str, ScriptVersion] = {}
    for one in found.order_by("language", "-number").select_related("script__client__brand"):
        known = best.setdefault(one.language, one)
        if known.state != VersionState.DRAFT and one.state == VersionState.DRAFT:
            best[one.language] = one
    return list(best.values())


def listed_of(client: Client, graph: Graph, language: str = "en") -> dict[str, list[Option]]:
    """The reasons and products that choices without answers of their own show."""
    wanted = {step.sets for step in graph.steps.values() if step.kind == "choose" and not step.options}
    found: dict[str, list[Option]] = {}
    if "reason" in wanted:
        reasons = client.reasons.filter(active=True)
        found["reason"] = [Option(one.code, one.in_language(language)) for one in reasons]
    if "product" in wanted:
        found["product"] = [Option(one.code, one.name) for one in client.products.filter(active=True)]
    return found
