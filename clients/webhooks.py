"""The secret by which a provider and a door sign what they post to each other: Standard Webhooks, symmetric."""

import base64
import binascii
import hashlib
import hmac
import secrets

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes, as the standard asks
TOLERANCE_SECONDS = 300  # by which the clocks of both may differ; older ones are somebody's copy


def key_of(secret: str) -> bytes:
    """The bytes that sign; ValueError when it is no such secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"{len(key)} bytes")
    return key


def new_secret() -> str:
    """One that nobody knows yet."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, event: str, sent_at: str, body: bytes) -> str:
    """Of a body; ValueError when the secret is none.

    Our own few lines over the raw bytes: the library decodes the body as UTF-8 first, which a mail need not be.
    """
    signed = hmac.new(key_of(secret), f"{event}.{sent_at}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()


def headers(secret: str, event: str, sent_at: int, body: bytes) -> dict[str, str]:
    """What is sent along with a body."""
    return {
        "webhook-id": event,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": signature(secret, event, str(sent_at), body),
    }
