"""Keys by which machines call the API: made, shown once, recognised, revoked. Only a digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bpo.accounts.models import User
from bpo.kernel import clock
from bpo.kernel.errors import InvalidValue
from clients.models import ApiKey, Client

MARK = "bpo_"
PREFIX_LENGTH = 12
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownScope(InvalidValue):
    """A scope that does not exist, or none at all."""

    code = "unknown_scope"
    sentence = _("Choose at least one of: read, act, route, reports, media.")


def make(client: Client, *, name: str, scopes: Iterable[str], by: User) -> tuple[ApiKey, str]:
    """The key and its secret; the secret is shown now and never again."""
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(ApiKey.SCOPES):
        raise UnknownScope
    secret = MARK + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        client=client,
        name=name.strip()[:80] or "key",
        prefix=secret[:PREFIX_LENGTH],
        digest=_digest(secret),
        scopes=wanted,
        created_by=by,
    )
    return key, secret


def recognise(secret: str, *, at: datetime | None = None) -> ApiKey | None:
    """The live key of this secret; its last use is noted once a minute."""
    at = at or clock.now()
    key = (
        ApiKey.objects.select_related("client", "client__brand", "created_by")
        .filter(prefix=secret[:PREFIX_LENGTH])
        .first()
    )
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)) or key.revoked_at:
        return None
    noted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
    ApiKey.objects.filter(noted, pk=key.pk).update(last_used_at=at)
    return key


def revoke(key: ApiKey, *, at: datetime | None = None) -> None:
    """From now on refused; the row stays, so that what it did can be told."""
    if key.revoked_at is None:
        key.revoked_at = at or clock.now()
        key.save(update_fields=["revoked_at"])


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
