"""Time zones as a person chooses them: each once, by the name the zone database holds to be its own."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path


@cache
def every() -> frozenset[str]:
    """All names the zone database knows. Looking for them opens some six hundred files: once a process."""
    return frozenset(zoneinfo.available_timezones())


@cache
def canonical() -> list[str]:
    """The names of the zone table, without those kept for old times; where no table is found, every place."""
    return sorted(zone for zone, _country in _places()) or sorted(
        zone for zone in every() if "/" in zone and "Etc" not in zone
    )


@cache
def of_country(code: str) -> list[str]:
    """The zones of a country by its two letters; none where it is not known."""
    return sorted(zone for zone, country in _places() if country == code)


def choices(*kept: str) -> list[tuple[str, str]]:
    """Name and label of each; those already `kept` somewhere stay, whatever their name."""
    return [(zone, zone.replace("_", " ")) for zone in sorted({*canonical(), *filter(None, kept)})]


@cache
def _places() -> list[tuple[str, str]]:
    """Zone and country of each row of the first table that is found."""
    for table in _tables():
        rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
        return [(row[2], row[0]) for row in rows if len(row) > 2]
    return []


def _tables() -> Iterator[str]:
    for folder in zoneinfo.TZPATH:
        if (table := Path(folder, "zone.tab")).is_file():
            yield table.read_text(encoding="utf-8")
    try:
        yield resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    except (ModuleNotFoundError, FileNotFoundError):
        return
