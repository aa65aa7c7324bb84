"""Signed tokens for links: they name what they are for and grow old."""

from typing import Any

from django.core import signing

from bpo.kernel.errors import DomainError

DAY = 24 * 60 * 60


class LinkInvalid(DomainError):
    """The token was not made by us, was made for something else, or is too old."""

    code = "link_invalid"
    status = 404


def sign(purpose: str, value: Any) -> str:
    """A URL-safe token that carries the value (JSON) and is good for this purpose only."""
    return signing.dumps(value, salt=f"bpo.links.{purpose}", compress=False)


def unsign(purpose: str, token: str, *, max_age: int = 30 * DAY) -> Any:
    """The value, or LinkInvalid."""
    try:
        return signing.loads(token, salt=f"bpo.links.{purpose}", max_age=max_age)
    except (signing.BadSignature, UnicodeError) as error:
        raise LinkInvalid(f"token for {purpose}: {error}") from error
