"""What a replay changes, in the words of the set-up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from agents import rule_words
from agents.models import Agent, LicenceState
from clients.models import Client, Skill
from interactions.replay.changes import NOBODY

Told = Mapping[str, Any]  # as describing reads it


class _Names:
    """What numbers, short names and codes are called now."""

    def __init__(self, told: Told) -> None:
        numbers = {*told.get("without", []), *_all(told, "more", "like")}
        numbers |= {*_all(told, "shift", "agent"), *_all(told, "licences", "agent"), *_all(told, "skills", "agent")}
        slugs = {slug for part in ("licences", "lines", "clients") for slug in _all(told, part, "client")}
        codes = {
            *_all(told, "skills", "skill"),
            *(code for each in told.get("lines", []) for code in each.get("wants", {})),
        }
        self.agents = _known(Agent.objects.filter(employee_number__in=numbers), "employee_number")
        self.clients = _known(Client.objects.filter(slug__in=slugs), "slug")
        self.skills = _known(Skill.objects.filter(code__in=codes), "code")


def _all(told: Told, part: str, name: str) -> list[str]:
    return [each[name] for each in told.get(part, [])]


def _known(rows: Any, key: str) -> dict[str, str]:
    return {known: str(name) for known, name in rows.values_list(key, "name")}


def words(told: Told) -> list[str]:
    """One sentence a change (three queries)."""
    names = _Names(told)
    return [
        *(_("Without %s") % names.agents.get(number, number) for number in told.get("without", [])),
        *(_more(each, names) for each in told.get("more", [])),
        *(_shift(each, names) for each in told.get("shift", [])),
        *(_licence(each, names) for each in told.get("licences", [])),
        *(_skill(each, names) for each in told.get("skills", [])),
        *(_line(each, names) for each in told.get("lines", [])),
        *(_rules(_client(each, names), each) for each in told.get("clients", [])),
    ]


def _agent(number: str, names: _Names) -> str:
    return names.agents.get(number, number)


def _client(each: Told, names: _Names) -> str:
    return names.clients.get(str(each["client"]), str(each["client"]))


def _more(each: Told, names: _Names) -> str:
    return _("%(n)s more like %(agent)s") % {"n": each.get("times", 1), "agent": _agent(each["like"], names)}


def _shift(each: Told, names: _Names) -> str:
    later = _("%(agent)s comes and goes %(n)s minutes later")
    earlier = _("%(agent)s comes and goes %(n)s minutes earlier")
    minutes = each["minutes"]
    return (later if minutes >= 0 else earlier) % {"agent": _agent(each["agent"], names), "n": abs(minutes)}


def _licence(each: Told, names: _Names) -> str:
    who = {"agent": _agent(each["agent"], names), "client": _client(each, names)}
    state = each.get("state", LicenceState.CERTIFIED)
    if state == NOBODY:
        return _("%(agent)s has no licence for %(client)s") % who
    said = _("Licence of %(agent)s for %(client)s: %(state)s") % {**who, "state": LicenceState(state).label}
    ramp = each.get("ramp_per_hour")
    return said if ramp is None else said + _(", at most %(n)s an hour") % {"n": ramp}


def _skill(each: Told, names: _Names) -> str:
    words = {"agent": _agent(each["agent"], names), "skill": names.skills.get(each["skill"], each["skill"])}
    if not each["level"]:
        return _("%(agent)s has no %(skill)s") % words
    return _("%(agent)s has %(skill)s at level %(level)s") % {**words, "level": each["level"]}


def _line(each: Told, names: _Names) -> str:
    more = []
    if "wants" in each:
        wanted = [
            _("%(skill)s at level %(n)s") % {"skill": names.skills.get(code, code), "n": level}
            for code, level in each["wants"].items()
        ]
        more.append(_("Wants: %s") % (", ".join(wanted) or _("nothing")))
    if "teams" in each:
        more.append(_("Teams: %s") % (", ".join(each["teams"]) or _("all")))
    return _rules(f"{_client(each, names)}, {each['line']}", each, more)


def _rules(whose: str, each: Told, more: Iterable[str] = ()) -> str:
    return f"{whose}: {'; '.join([*rule_words.settings(dict(each)), *more])}"
