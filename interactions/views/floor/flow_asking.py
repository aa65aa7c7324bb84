"""What the page of a call flow is asked for: versions, the days of each, a step; and the addresses of its links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise

from agents.gates import SupervisorRequest
from bpo.kernel import clock
from clients.models import Script, ScriptVersion, VersionState
from interactions.reports import flow_chart, flow_days
from interactions.reports.flow_chart import Chart
from interactions.reports.scope import PERIODS, Period, period
from interactions.reports.stretches import BadDays, between, day_of, last_in_force, stretch
from interactions.views import lists
from interactions.views.floor.seeing import sight_of

BESIDE = "beside_"  # before what is said of the second version


@dataclass(frozen=True, slots=True)
class Side:
    """A version in its period, as of a moment."""

    version: ScriptVersion
    period: Period
    at: datetime

    @property
    def end(self) -> datetime:
        """Of the period, or now, what begins at this moment included."""
        return min(self.period.end, self.at + flow_days.SECOND)

    @property
    def live(self) -> bool:
        """Whether the period goes on."""
        return self.period.start <= self.at < self.period.end

    def chart(self, chosen: str = "") -> Chart:
        """Its chart."""
        return flow_chart.chart_of(self.version, flow_days.life(self.version, self.period, at=self.at), chosen=chosen)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page of a call flow was asked for.

    `other` is what the first version is held against: the one `beside` it, else the version before it. `refused` is
    what is wrong with the days that were asked for, `refused_at` for which of the two; then the periods are others.
    """

    script: Script
    first: Side
    other: Side | None
    beside: ScriptVersion | None
    versions: list[ScriptVersion]
    step: str
    table: bool
    query: QueryDict
    refused: BadDays | None = None
    refused_at: str = ""

    @property
    def version(self) -> ScriptVersion:
        """The first one."""
        return self.first.version

    @property
    def period(self) -> Period:
        """Of the first one."""
        return self.first.period

    @property
    def at(self) -> datetime:
        """The moment at which it was asked."""
        return self.first.at

    @property
    def live(self) -> bool:
        """Whether what is drawn goes on."""
        return any(side.live for side in (self.first, self.other) if side)

    @property
    def own_days(self) -> bool:
        """Whether the second version has days that were chosen for it."""
        return self.beside is not None and any(self.query.get(f"{BESIDE}{name}") for name in ("when", "from", "to"))

    def address(self, **changes: object) -> str:
        """The query of this page with something else chosen; None leaves it out."""
        kept: dict[str, Any] = {"version": self.version.public_id, "when": self.period.key}
        kept |= {"step": self.step or None, "as": "table" if self.table else None}
        kept["beside"] = self.beside.public_id if self.beside else None
        kept["beside_when"] = self.other.period.key if self.other and self.own_days else None
        return urlencode({key: value for key, value in (kept | changes).items() if value is not None})

    def swapped(self) -> str:
        """The query with the two versions in each other's place; of a version that is not beside, it alone."""
        if self.other is None:
            return self.address(step=None)
        return self.address(
            version=self.other.version.public_id,
            when=self.other.period.key,
            beside=self.version.public_id if self.beside else None,
            beside_when=self.period.key if self.beside else None,
            step=None,
        )

    def addresses(self) -> dict[str, str]:
        """What its links ask: as it is, without a step, as chart, as table, the other way around, and for contacts."""
        rows = f"{reverse('floor-flow-contacts', args=[self.script.public_id])}?{self.address(step=None)}"
        return {
            "address": self.address(),
            "base": self.address(step=None),
            "as_chart": self.address(**{"as": None}),
            "as_table": self.address(**{"as": "table"}),
            "swapped": self.swapped(),
            "rows": rows,
            "other_rows": f"{rows}&of=other",
        }

    def typed(self) -> list[dict[str, Any]]:
        """The days of each version for the form that asks for any: as they were typed, else as they are."""
        sides = [("", self.first, True)] + ([(BESIDE, self.other, self.own_days)] if self.beside and self.other else [])
        return [
            {
                "prefix": prefix,
                "version": side.version,
                "from": self.query.get(f"{prefix}from") or (f"{side.period.first}" if chosen else ""),
                "to": self.query.get(f"{prefix}to") or (f"{side.period.last}" if chosen else ""),
                "wrong": self.refused.sentence if self.refused and self.refused_at == prefix else "",
            }
            for prefix, side, chosen in sides
        ]

    def offered(self) -> list[tuple[str, str | Promise]]:
        """The periods to choose from, the one that is shown among them."""
        return _offered(self.period)

    def other_offered(self) -> list[tuple[str, str | Promise]]:
        """The same for the second version; empty stands for its last days in force."""
        return _offered(self.other.period if self.other and self.own_days else None)


def _offered(shown: Period | None) -> list[tuple[str, str | Promise]]:
    named: list[tuple[str, str | Promise]] = list(PERIODS.items())
    return named if shown is None or shown.named else [*named, (shown.key, shown.words)]


def ask(request: SupervisorRequest, script: UUID) -> Asked | Script:
    """The script of the address with what is asked of it; the script alone where no version was ever published."""
    found = get_object_or_404(
        Script.objects.select_related("client__brand", "product_type"),
        client__in=sight_of(request).clients,
        public_id=script,
    )
    versions = list(
        found.versions.exclude(state__in=[VersionState.DRAFT, VersionState.IN_REVIEW, VersionState.APPROVED])
        .select_related("script__client__brand")
        .order_by("-number", "language", "channel")
    )
    if not versions:
        return found
    query, at, zone = request.GET, clock.now(), found.client.zone
    live = [version for version in versions if version.state == VersionState.PUBLISHED]
    usual = next((one for one in live if one.language == found.client.default_language), (live or versions)[0])
    version, beside = _version(query, "version", versions) or usual, _version(query, "beside", versions)
    refused, refused_at, days = None, "", {"": period("today", zone, at)}
    for prefix in ("", BESIDE) if beside else ("",):
        try:
            if asked := _days(query, prefix, zone, at):
                days[prefix] = asked
        except BadDays as bad:
            refused, refused_at = refused or bad, refused_at if refused else prefix
    against = beside or _before(version, versions)
    own = days.get(BESIDE) or (last_in_force(against, days[""], zone, at) if against else days[""])
    return Asked(
        script=found,
        first=Side(version, days[""], at),
        other=Side(against, own, at) if against else None,
        beside=beside,
        versions=versions,
        step=query.get("step", ""),
        table=query.get("as") == "table",
        query=query,
        refused=refused,
        refused_at=refused_at,
    )


def ask_published(request: SupervisorRequest, script: UUID) -> Asked:
    """The same for what only is where a version was published: 404 where none was; BadDays leaves."""
    asked = ask(request, script)
    if isinstance(asked, Script):
        raise Http404
    if asked.refused:
        raise asked.refused
    return asked


def _days(query: QueryDict, prefix: str, zone: str, at: datetime) -> Period | None:
    """The period of a version: of a list, or any days, of which one alone is that day; None where none is said.

    Days that are those of the period chosen leave it chosen: today goes on.
    """
    key = query.get(f"{prefix}when", "")
    if key and key not in PERIODS and not key[:1].isdigit():
        raise lists.BadFilter(key[:20])
    chosen = stretch(key, zone, at) if key else None
    first, last = (query.get(f"{prefix}{name}", "").strip() for name in ("from", "to"))
    if not first and not last:
        return chosen
    typed = between(day_of(first or last), day_of(last or first), zone)
    return chosen if chosen and (typed.first, typed.last) == (chosen.first, chosen.last) else typed


def _version(query: QueryDict, name: str, versions: list[ScriptVersion]) -> ScriptVersion | None:
    wanted = query.get(name, "")
    if not wanted:
        return None
    found = next((version for version in versions if str(version.public_id) == wanted), None)
    if found is None:
        raise Http404
    return found


def _before(version: ScriptVersion, versions: Iterable[ScriptVersion]) -> ScriptVersion | None:
    """The version before this one, in the same language and for the same channel."""
    own = (version.language, version.channel)
    return next((one for one in versions if (one.language, one.channel) == own and one.number < version.number), None)
