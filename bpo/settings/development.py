"""A machine of one's own: embedded servers, a secret made once, everything reachable on this machine only."""

import os
import secrets

from bpo.settings import env
from bpo.settings.base import *  # noqa: F403
from bpo.settings.base import VAR


def own_secret() -> str:
    """The key of this data folder, made on first use and readable by its owner alone."""
    path = VAR / "secret_key"
    VAR.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written aside and linked into place: of two processes starting at once one wins and both read the same.
        fresh = path.with_name(f"secret_key.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


SECRET_KEY = env.secret("SECRET_KEY", "") or own_secret()
DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],.localhost")
INTERNAL_IPS = ["127.0.0.1"]
