"""Reviews of call flows: when one is due, who owns it, and the signature "keep" or "change".

A call flow in force has a day of its next review. "Keep" moves it on by the flow's interval, or the company's; "change"
begins a draft from the version that was looked at, and the review stays open until a version in its place is
published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import DomainError, InvalidValue
from bpo.kernel.history import ReasonMissing
from clients import drafting
from clients.models import Client, Policy, Role, Script, ScriptReview, ScriptVersion, Verdict, VersionState

SOON = timedelta(days=14)
EDITORS = (Role.SUPERVISOR, Role.MANAGER)
LONGEST_NOTE = ScriptReview._meta.get_field("note").max_length or 0


class AlreadySigned(DomainError):
    """Somebody else signed a review of this call flow meanwhile."""

    code = "already_signed"
    sentence = _("Somebody else signed a review of this call flow meanwhile. Read it first; nothing was signed.")


class NotInForce(DomainError):
    """What is reviewed is a version that agents follow."""

    code = "not_in_force"
    sentence = _("This version is no longer in force. Look at the one that is.")


class ChangeUnderWay(DomainError):
    """A draft of the last review waits to be published."""

    code = "change_under_way"
    sentence = _("A change is under way already. Go on with its draft.")


@dataclass(frozen=True, slots=True)
class Review:
    """How it stands with the review of one script, on its client's day."""

    script: Script
    due_on: date
    today: date
    last: ScriptReview | None
    change: ScriptReview | None

    @property
    def is_due(self) -> bool:
        """Whether its day has come."""
        return self.due_on <= self.today

    @property
    def days(self) -> int:
        """Until it is due; less than nothing once that day is over."""
        return (self.due_on - self.today).days

    @property
    def over(self) -> int:
        """Days since it was due."""
        return -self.days


def may_own(client: Client) -> QuerySet[User]:
    """Who may edit this client's call flows, and so answer for one."""
    members = client.memberships.filter(role__in=EDITORS).values("user")
    return User.objects.filter(pk__in=members, is_active=True).order_by("full_name", "pk")


def answered_for(script: Script, by: User | None) -> None:
    """Where nobody answers for it yet, whoever made it does from now on, if that person may."""
    if script.owner_id is None and by is not None and may_own(script.client).filter(pk=by.pk).exists():
        script.owner = by
        script.save(update_fields=["owner"])


def unanswered(clients: Iterable[Client]) -> QuerySet[Script]:
    """The call flows in force for which nobody answers."""
    in_force = ScriptVersion.objects.filter(script=OuterRef("pk"), state=VersionState.PUBLISHED)
    found = Script.objects.filter(Exists(in_force), client__in=[client.pk for client in clients], owner=None)
    return found.select_related("client__brand").order_by("client__name", "name")


def days_between(script: Script) -> int:
    """From one review of this script to the next."""
    if script.review_days:
        return script.review_days
    policy = Policy.objects.filter(client=script.client_id).first() or Policy()
    return policy.script_review_days


def in_force(script: Script) -> list[ScriptVersion]:
    """Its versions that agents follow, the client's own language and every channel first."""
    found = script.versions.filter(state=VersionState.PUBLISHED)
    own = script.client.default_language
    return sorted(found, key=lambda one: (one.language != own, one.language, one.channel))


def reviewed(clients: Iterable[Client], *, at: datetime | None = None, ahead: timedelta = SOON) -> list[Review]:
    """The reviews that are due, or will be in so long, of scripts in force; the longest due first (two queries)."""
    at = at or clock.now()
    zones = {client.pk: client for client in clients}
    published = ScriptVersion.objects.filter(script=OuterRef("pk"), state=VersionState.PUBLISHED)
    scripts = (
        Script.objects.filter(Exists(published), client__in=list(zones))
        .filter(review_on__lte=(at + ahead + timedelta(days=1)).date())
        .select_related("client__brand", "owner", "product_type")
        .order_by("review_on", "client__name", "name")
    )
    found = list(scripts)
    last, under_way = _last_of(found)
    days = {pk: client.day_at(at) for pk, client in zones.items()}
    return [
        Review(one, one.review_on, days[one.client_id], last.get(one.pk), under_way.get(one.pk))
        for one in found
        if one.review_on is not None and one.review_on <= days[one.client_id] + ahead
    ]


def review_of(script: Script, *, at: datetime | None = None) -> Review | None:
    """How it stands with one script; none while it has no day of review."""
    if script.review_on is None:
        return None
    last, under_way = _last_of([script])
    today = script.client.day_at(at or clock.now())
    return Review(script, script.review_on, today, last.get(script.pk), under_way.get(script.pk))


def _last_of(scripts: list[Script]) -> tuple[dict[int, ScriptReview], dict[int, ScriptReview]]:
    """The last signature under each, and of these the changes that are under way."""
    later = ScriptVersion.objects.filter(
        script=OuterRef("script"),
        language=OuterRef("version__language"),
        channel=OuterRef("version__channel"),
        in_force_since__gt=OuterRef("signed_at"),
    ).exclude(pk=OuterRef("version"))
    rows = (
        ScriptReview.objects.filter(script__in=scripts)
        .order_by("script_id", "-number")
        .distinct("script_id")
        .select_related("draft", "version")
        .annotate(changed=Exists(later))
    )
    last = {row.script_id: row for row in rows}
    under_way = {pk: row for pk, row in last.items() if row.verdict == Verdict.CHANGE and not row.changed}  # type: ignore[attr-defined]
    return last, under_way


@transaction.atomic
def sign(
    version: ScriptVersion, by: User, *, verdict: str, note: str, number: int, at: datetime | None = None
) -> ScriptReview:
    """Sign a review of a version in force; kept for good. `number` is the signature's place in the script's row.

    Signing twice is the same signature; ReasonMissing without a note, AlreadySigned where somebody else was first.
    """
    at = at or clock.now()
    if verdict not in Verdict.values:
        raise InvalidValue
    if not note.strip():
        raise ReasonMissing
    script = Script.objects.select_for_update(of=("self",)).select_related("client").get(pk=version.script_id)
    known = script.reviews.filter(number__gte=number).order_by("number").first()
    if known is not None:
        if (known.number, known.by_id, known.verdict, known.version_id) == (number, by.pk, verdict, version.pk):
            return known
        raise AlreadySigned
    if number != script.reviews.count() + 1:
        raise InvalidValue
    version.refresh_from_db()
    if version.state != VersionState.PUBLISHED:
        raise NotInForce
    next_on, draft = None, None
    if verdict == Verdict.KEEP:
        next_on = script.client.day_at(at) + timedelta(days=days_between(script))
    else:
        if _last_of([script])[1]:
            raise ChangeUnderWay
        draft = drafting.begin(script, version.language, version.channel, version.graph, by)
    signed = ScriptReview.objects.create(
        script=script, number=number, version=version, verdict=verdict, note=note.strip()[:LONGEST_NOTE],
        was_due_on=script.review_on, next_on=next_on, draft=draft, by=by, by_name=str(by), signed_at=at,
    )  # fmt: skip
    if next_on is not None:
        script.review_on = next_on
        script.save(update_fields=["review_on"])
    return signed


def published(version: ScriptVersion, at: datetime) -> None:
    """A version came into force: the change that a review asked for is made, or the script has its first review day.

    Called before the version says so. Where nobody answers for the script, who wrote this version does.
    """
    script = version.script
    answered_for(script, version.created_by)
    change = _last_of([script])[1].get(script.pk)
    place = (version.language, version.channel)
    if script.review_on is None or (change and (change.version.language, change.version.channel) == place):
        next_on = script.client.day_at(at) + timedelta(days=days_between(script))
        Script.objects.filter(pk=script.pk).filter(Q(review_on=script.review_on) | Q(review_on=None)).update(
            review_on=next_on
        )
