"""The chart of a call flow on paper: cut between rows into landscape pages that can be read, then the table of steps.

A step costs about 25 ms of processor time; a large flow is put on paper by the worker (`interactions.papers`).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import DomainError
from clients.brand_css import normal_colour, text_on
from clients.flow_layout import HEIGHT
from clients.models import Brand
from interactions.reports import flow_chart
from interactions.reports.flow_chart import Chart, ChartStep, ChartWay
from interactions.reports.flows import Life
from interactions.reports.scope import Period

PNG = b"\x89PNG"
MARGIN = 10.0  # all of these in millimetres
HEAD, LEGEND, BETWEEN = 24.0, 14.0, 8.0  # at the top of the first page; at the foot of each; of two columns
LARGEST = 0.27  # a unit of the picture: its letters are then as large as those of the table
SMALLEST = 0.2  # below it a larger sheet is taken
SHEETS = (("A4", 297.0, 210.0), ("A3", 420.0, 297.0), ("A2", 594.0, 420.0))
AT_ONCE = 24  # steps
OVER = 9.0  # what stands above a box, in units of the picture: who is inside, the tips of ways


class NoPaper(DomainError):
    """The machine lacks what writes PDF files."""

    code = "no_pdf"
    sentence = _("This machine cannot write PDF files (its Pango library is missing). Take the SVG, or print the page.")
    status = 503


@dataclass(frozen=True, slots=True)
class Part:
    """What of a chart stands on one page, under the names that the chart's own template uses."""

    chart: Chart
    top: float
    height: float
    steps: Sequence[ChartStep]
    ways: Sequence[ChartWay]
    mm: float

    @property
    def width(self) -> float:
        """Of the whole."""
        return self.chart.width

    @property
    def life(self) -> Life:
        """Of the whole."""
        return self.chart.life

    @property
    def wait(self) -> int | None:
        """As the whole has it."""
        return self.chart.wait

    @property
    def start(self) -> ChartStep | None:
        """Where everybody begins, if it is on this page."""
        first = self.chart.start
        return first if first in self.steps else None

    @property
    def size(self) -> tuple[float, float]:
        """Width and height on paper, in millimetres."""
        return round(self.width * self.mm, 1), round(self.height * self.mm, 1)

    @property
    def pixels(self) -> tuple[float, float]:
        """The same as attributes of an image say it."""
        width, height = self.size
        return round(width * 96 / 25.4, 1), round(height * 96 / 25.4, 1)


def sheet_of(chart: Chart) -> tuple[str, float, float]:
    """The smallest sheet, with its width and height, on which the picture's letters can be read."""
    fitting = (sheet for sheet in SHEETS if _unit(chart, sheet[1], 1) >= SMALLEST)
    return next(fitting, SHEETS[-1])


def _unit(chart: Chart, width: float, columns: int) -> float:
    """Millimetres of a unit of the picture where so many columns of it share the width."""
    room = (width - 2 * MARGIN - (columns - 1) * BETWEEN) / columns
    return min(room / max(chart.width, 1.0), LARGEST)


def pages_of(chart: Chart) -> list[list[Part]]:
    """The chart cut between rows into columns, as many on a page as can be read there; the first page has a head."""
    _name, width, high = sheet_of(chart)
    whole = [_cut(chart, _unit(chart, width, 1), high, 1)]
    if len(whole[0]) == 1:
        return whole
    beside = max([columns for columns in (2, 3, 4) if _unit(chart, width, columns) >= SMALLEST], default=1)
    parts = _cut(chart, _unit(chart, width, beside), high, beside)
    return [parts[nth : nth + beside] for nth in range(0, len(parts), beside)]


def _cut(chart: Chart, mm: float, high: float, beside: int) -> list[Part]:
    room = (high - 2 * MARGIN - LEGEND) / mm
    rows = sorted({step.box.y for step in chart.steps})
    bottom = chart.top + chart.height
    cuts = [chart.top]
    for row, below in zip(rows, [*(y - OVER for y in rows[1:]), bottom], strict=True):
        left = room - (HEAD / mm if len(cuts) <= beside else 0)
        if below - cuts[-1] > left and row - OVER > cuts[-1]:
            cuts.append(row - OVER)
    return [_part(chart, begins, ends, mm) for begins, ends in zip(cuts, [*cuts[1:], bottom], strict=True)]


def _part(chart: Chart, begins: float, ends: float, mm: float) -> Part:
    boxes = chart.layout.boxes
    steps = [step for step in chart.steps if begins <= step.box.y < ends]
    ways = []
    for way in chart.ways:
        from_y, to_y = boxes[way.way[0]].y + HEIGHT, boxes[way.way[1]].y
        if way.line.back:
            from_y, to_y = to_y - 2 * HEIGHT, from_y + 2 * HEIGHT
        if from_y < ends and to_y >= begins:
            named = begins <= way.line.label[1] < ends  # its words stand on one page alone
            ways.append(way if named else replace(way, label="", count=0))
    return Part(chart, round(begins, 1), round(ends - begins, 1), steps, ways, mm)


def writer() -> tuple[Any, Any]:
    """What writes PDF files, and what fetches for it; NoPaper where the machine cannot load it."""
    try:
        # Takes half a second, and libraries of the system that not every machine has.
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as missing:
        raise NoPaper(str(missing)) from missing
    return HTML, URLFetcher


def is_small(chart: Chart) -> bool:
    """Whether it is on paper in less than a second, so that one may wait for it."""
    return len(chart.steps) <= AT_ONCE


def pdf(chart: Chart, period: Period, at: datetime, *, said: Callable[[float], object] = bool) -> bytes:
    """The file, as of a moment; `said` hears how much is done, of 1. NoPaper where the machine cannot write one."""
    more = {"period": period, "at": at, **flow_chart.sums_of(chart)}
    return written(chart, "floor/flow_print.html", more, said=said)


def written(
    chart: Chart, template: str, more: Mapping[str, object], *, said: Callable[[float], object] = bool
) -> bytes:
    """A chart's pages and what its template tells beside them, in the client's brand."""
    html, fetcher = writer()
    script = chart.version.script
    brand: Brand = script.client.brand
    drawn: list[list[tuple[Part, str]]] = []
    pages = pages_of(chart)
    for nth, parts in enumerate(pages, start=1):
        drawn.append([(part, _uri(_drawn(part))) for part in parts])
        said(0.5 * nth / len(pages))
    colour = normal_colour(brand.colour)
    page = render_to_string(
        template,
        {
            "chart": chart,
            "script": script,
            "version": chart.version,
            "pages": drawn,
            "sheet": sheet_of(chart)[0],
            "logo": _logo(brand),
            "brand": brand,
            "colour": colour,
            "on": text_on(colour),
            **more,
        },
    )
    # Hints: the attributes of an image count for its size.
    document = html(string=page, url_fetcher=fetcher(allowed_protocols=["data"])).render(presentational_hints=True)
    said(0.75)
    made: bytes = document.write_pdf()
    return made


def _drawn(part: Part) -> bytes:
    return render_to_string("floor/flow.svg", {"chart": part, "alone": True}).encode()


def _uri(content: bytes, kind: str = "svg+xml") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _logo(brand: Brand) -> str:
    if not brand.logo:
        return ""
    try:
        with brand.logo.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        return ""
    return _uri(content, "png" if content.startswith(PNG) else "jpeg")
