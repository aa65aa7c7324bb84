"""The one password of all people of the demo: from DEMO_PASSWORD, else made once and kept beside the data."""

from __future__ import annotations

import os
import secrets

from django.conf import settings

from bpo.settings import env

WORDS = [
    "amber",
    "birch",
    "cedar",
    "copper",
    "coral",
    "ember",
    "fern",
    "harbour",
    "hazel",
    "indigo",
    "juniper",
    "lagoon",
    "linen",
    "maple",
    "meadow",
    "ochre",
    "olive",
]


def demo_password() -> str:
    """The same at every call on this data folder."""
    if given := env.secret("DEMO_PASSWORD", ""):
        return given
    path = settings.VAR / "demo_password"
    if not path.exists():
        fresh = path.with_name(f"demo_password.{os.getpid()}")
        words = "-".join(secrets.choice(WORDS) for _ in range(3))
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{words}-{secrets.randbelow(9000) + 1000}")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()
