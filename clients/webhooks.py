"""The secret by which a mail provider signs what it posts to a door: Standard Webhooks, symmetric."""

import base64
import binascii

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes, as the standard asks


def key_of(secret: str) -> bytes:
    """The bytes that sign; ValueError when it is no such secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"{len(key)} bytes")
    return key
