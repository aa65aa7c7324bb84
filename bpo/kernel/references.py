"""References to say aloud: a prefix and six letters or digits that nobody mishears; and ids as a browser sends them."""

import secrets
from uuid import UUID

ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXYZ"  # without 0 O, 1 I L, 5-S's twin S
LENGTH = 6


def new_reference(prefix: str) -> str:
    """TTG-7K3F9Q. Not guessable in order and without a hint of how many there are."""
    return f"{prefix.upper()}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"


def tidy_reference(text: str) -> str:
    """What a person typed, as we write it: upper case, one dash, no spaces."""
    letters = "".join(char for char in text.upper() if char.isalnum())
    if len(letters) <= LENGTH:
        return letters
    return f"{letters[:-LENGTH]}-{letters[-LENGTH:]}"


def public_id(given: object) -> UUID | None:
    """The id somebody sent; None for whatever is none."""
    try:
        return UUID(given) if isinstance(given, str) else None
    except ValueError:
        return None
