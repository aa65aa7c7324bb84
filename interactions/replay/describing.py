"""A description of what is to be otherwise, checked against who and what there is, or refused in words.

{"without": ["E00012"], "more": [{"like": "E00007", "times": 2}], "shift": [{"agent": "E00007", "minutes": 30}],
 "licences": [{"agent": "E00007", "client": "acme", "state": "certified", "ramp_per_hour": 4}],
 "skills": [{"agent": "E00007", "skill": "billing", "level": 3}],
 "lines": [{"client": "acme", "line": "Questions", "strategy": "skill", "offer_seconds": 15,
            "wants": {"billing": 2}, "teams": ["Day"]}],
 "clients": [{"client": "acme", "floor_seats": 3, "ceiling_seats": 10}]}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from agents.models import Agent, LicenceState, Team
from bpo.kernel.errors import DomainError
from clients.models import Client, Queue, Skill
from interactions.replay.changes import NOBODY, Changes, Line

LINE_FIELDS = (
    "strategy", "ageing_seconds", "offer_seconds", "cap_per_agent", "priority", "manual", "training",
    "miss_delay_seconds", "decline_delay_seconds", "miss_rule", "wait_limit_seconds", "last_agent_seconds",
    "floor_seats", "ceiling_seats",
)  # fmt: skip
CLIENT_FIELDS = ("floor_seats", "ceiling_seats")
MOST_CLONES = 200
MOST_MINUTES = 12 * 60


class BadChange(DomainError):
    """The description of a change is not understood; the sentence says where."""

    code = "bad_change"
    sentence = lazy("This change cannot be understood.")
    status = 400


def read(told: Any) -> Changes:
    """The description, checked against who and what there is; BadChange says in words what is wrong."""
    known: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "more": _more, "shift": _shift, "licences": _licence, "skills": _skill, "lines": _line, "clients": _client,
    }  # fmt: skip
    if not isinstance(told, dict):
        raise BadChange(sentence=_("The change must be an object with names such as “without” or “lines”."))
    for name in told:
        if name != "without" and name not in known:
            names = ", ".join(["without", *known])
            raise BadChange(
                sentence=_("There is nothing called “%(name)s”. There are: %(names)s.") % {"name": name, "names": names}
            )
    found = {name: [one(_object(each, name)) for each in _list(told, name)] for name, one in known.items()}
    return Changes(
        without=frozenset(_agent(each).pk for each in _list(told, "without")),
        more=tuple(found["more"]),
        shifts=dict(found["shift"]),
        licences=tuple(found["licences"]),
        skills=tuple(found["skills"]),
        lines=tuple(found["lines"]),
        clients=tuple(found["clients"]),
    )


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    found = told.get(name, [])
    if not isinstance(found, list):
        raise BadChange(sentence=_("“%s” must be a list.") % name)
    return found


def _object(each: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(each, dict):
        raise BadChange(sentence=_("Each entry of “%s” must be an object.") % name)
    return each


def _only(each: Mapping[str, Any], *names: str) -> None:
    for name in each:
        if name not in names:
            raise BadChange(
                sentence=_("“%(name)s” cannot be changed here. What can: %(names)s.")
                % {"name": name, "names": ", ".join(names)}
            )


def _number(each: Mapping[str, Any], name: str, low: int, high: int, usual: int | None = None) -> int:
    value = each.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadChange(
            sentence=_("“%(name)s” must be a whole number from %(low)s to %(high)s.")
            % {"name": name, "low": low, "high": high}
        )
    return value


def _agent(number: Any) -> Agent:
    found = Agent.objects.filter(employee_number=str(number)).first()
    if found is None:
        raise BadChange(sentence=_("There is no agent with the number “%s”.") % number)
    return found


def _of_client(slug: Any) -> Client:
    found = Client.objects.filter(slug=str(slug)).first()
    if found is None:
        raise BadChange(sentence=_("There is no client “%s”.") % slug)
    return found


def _of_skill(code: Any) -> Skill:
    found = Skill.objects.filter(code=str(code)).first()
    if found is None:
        raise BadChange(sentence=_("There is no skill “%s”.") % code)
    return found


def _more(each: Mapping[str, Any]) -> tuple[Agent, int]:
    _only(each, "like", "times")
    return _agent(each.get("like")), _number(each, "times", 1, MOST_CLONES, 1)


def _shift(each: Mapping[str, Any]) -> tuple[int, timedelta]:
    _only(each, "agent", "minutes")
    return _agent(each.get("agent")).pk, timedelta(minutes=_number(each, "minutes", -MOST_MINUTES, MOST_MINUTES))


def _licence(each: Mapping[str, Any]) -> tuple[int, int, str, int | None]:
    _only(each, "agent", "client", "state", "ramp_per_hour")
    state = each.get("state", LicenceState.CERTIFIED)
    if state not in (*LicenceState.values, NOBODY):
        names = ", ".join([*LicenceState.values, NOBODY])
        raise BadChange(sentence=_("A licence is one of: %s.") % names)
    ramp = _number(each, "ramp_per_hour", 1, 1000) if each.get("ramp_per_hour") is not None else None
    return _agent(each.get("agent")).pk, _of_client(each.get("client")).pk, str(state), ramp


def _skill(each: Mapping[str, Any]) -> tuple[int, int, int]:
    _only(each, "agent", "skill", "level")
    return _agent(each.get("agent")).pk, _of_skill(each.get("skill")).pk, _number(each, "level", 0, 5)


def _line(each: Mapping[str, Any]) -> Line:
    _only(each, "client", "line", "wants", "teams", *LINE_FIELDS)
    client = _of_client(each.get("client"))
    queue = Queue.objects.filter(client=client, name=str(each.get("line"))).first()
    if queue is None:
        raise BadChange(sentence=_("%(client)s has no line “%(line)s”.") % {"client": client, "line": each.get("line")})
    fields = _fields(queue, each, LINE_FIELDS)
    wants = teams = None
    if "wants" in each:
        levels = _object(each["wants"], "wants")
        wants = tuple((_of_skill(code).pk, _number(levels, code, 1, 5)) for code in levels)
    if "teams" in each:
        teams = tuple(_team(name) for name in _list(each, "teams"))
    return Line(queue, fields, wants, teams)


def _team(name: Any) -> int:
    found = Team.objects.filter(name=str(name)).values_list("pk", flat=True).first()
    if found is None:
        raise BadChange(sentence=_("There is no team “%s”.") % name)
    return found


def _client(each: Mapping[str, Any]) -> tuple[Client, Mapping[str, Any]]:
    _only(each, "client", *CLIENT_FIELDS)
    client = _of_client(each.get("client"))
    return client, _fields(client, each, CLIENT_FIELDS)


def _fields(thing: Any, each: Mapping[str, Any], names: Iterable[str]) -> Mapping[str, Any]:
    """The new values as the model itself takes them."""
    found = {}
    for name in names:
        if name not in each:
            continue
        try:
            found[name] = thing._meta.get_field(name).clean(each[name], thing)
        except ValidationError as error:
            raise BadChange(
                sentence=_("“%(name)s” of %(thing)s: %(why)s")
                % {"name": name, "thing": thing, "why": " ".join(error.messages)}
            ) from error
        setattr(thing, name, found[name])
    low, high = thing.floor_seats, thing.ceiling_seats
    if low is not None and high is not None and low > high:
        raise BadChange(sentence=_("%s: the most it may hold is less than what it is served first for.") % thing)
    return found
