"""How matters and contacts end: the client's one list, asked in “Resolve” and in wrap-up."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from bpo.kernel.errors import DomainError
from clients.models import Disposition
from interactions.models import CaseState, JournalEntry, Kind, Leg

MOST_WORDS = 80
# For a client that has no list yet.
COMMON = (
    _("Solved"),
    _("Answered"),
    _("Passed on to the client"),
    _("Could not be solved"),
    _("Withdrawn by the customer"),
)


class SettlesNothing(DomainError):
    """An ending that needs a follow-up, or the name of a group of them."""

    code = "settles_nothing"
    sentence = _("A matter is not settled with “%(name)s”. Choose another ending.")
    status = 400


def of_client(client_id: int) -> list[Disposition]:
    """What is in use, each with what is nested `below` it."""
    rows = list(Disposition.objects.filter(client_id=client_id, active=True))
    for one in rows:
        one.below = [each for each in rows if each.parent_id == one.pk]  # type: ignore[attr-defined]
    return [one for one in rows if one.parent_id is None]


def settling(client_id: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a matter can be settled with, by group, value and words; what demands a follow-up settles nothing."""
    groups = []
    for one in of_client(client_id):
        nested = one.below  # type: ignore[attr-defined]
        group = [(each.code, each.name) for each in nested or [one] if not each.needs_follow_up]
        if group:
            groups.append((one.name if nested else "", group))
    return groups or [("", [(str(words), str(words)) for words in COMMON])]


def named(client_id: int, code: str) -> Disposition | None:
    """The client's ending of this code."""
    rows = Disposition.objects.filter(client_id=client_id, active=True, code=code)
    return rows.select_related("parent").first()


def settling_as(client_id: int, outcome: str) -> Disposition | None:
    """The client's ending of this code, None for words; refused when no matter can be settled with it."""
    ending = named(client_id, outcome)
    offered = {value for _group, group in settling(client_id) for value, _words in group}
    if ending is not None and ending.code not in offered:
        raise SettlesNothing(sentence=SettlesNothing.sentence % {"name": words_of(ending)})
    return ending


def words_of(ending: Disposition) -> str:
    """As it is told: Solved: replacement sent."""
    parts: Iterable[str] = (ending.parent.name, ending.name) if ending.parent else (ending.name,)
    return ": ".join(parts)[:MOST_WORDS]


def settled_as(leg: Leg) -> Disposition | None:
    """The ending its agent gave the matter on this contact, while it is settled: wrap-up does not ask again."""
    case = leg.interaction.case
    if case is None or case.state != CaseState.RESOLVED or leg.accepted_at is None:
        return None
    resolved = JournalEntry.objects.filter(interaction=leg.interaction_id, kind=Kind.CASE_RESOLVED)
    given = resolved.filter(actor=leg.agent.user_id, at__gte=leg.accepted_at).order_by("-pk").first()
    return named(leg.client_id, given.facts.get("ending") or "") if given else None
