"""Typed readers of environment variables; secrets may come from a file named by NAME_FILE."""

import ipaddress
import os
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class Missing(ImproperlyConfigured):
    """A variable that must be set is not; the message names it."""


def text(name: str, default: str | None = None) -> str:
    """The variable's text; without a default it must be set."""
    value = os.environ.get(name)
    if value is None or value == "":
        if default is None:
            raise Missing(f"Set the environment variable {name} (see .env.example for its meaning).")
        return default
    return value


def secret(name: str, default: str | None = None) -> str:
    """Like text, but NAME_FILE may name a file that holds the value."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}") from error
    try:
        return text(name, default)
    except Missing as error:
        raise Missing(f"Set the environment variable {name} or {name}_FILE (see .env.example).") from error


def flag(name: str, default: bool = False) -> bool:
    """A yes or no."""
    value = os.environ.get(name, "").strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return default if value == "" else False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def integer(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def networks(name: str) -> list[str]:
    """Addresses and networks separated by commas; anything else, and all the world, stops the start."""
    given = words(name)
    for one in given:
        try:
            if ipaddress.ip_network(one, strict=False).prefixlen == 0:
                raise ValueError
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name} must be addresses or networks like 10.0.0.7 or 10.0.0.0/24, not {one!r}."
            ) from error
    return given


def redis_urls(url: str) -> tuple[str, str]:
    """The two spellings of one server: for Channels and the cache, and for Celery (which takes the next database).

    A socket is written unix:///path?db=0 for the first and redis+socket:///path?virtual_host=1 for the second.
    """
    parts = urlsplit(url)
    if parts.scheme in {"unix", "redis+socket"}:
        query = dict(parse_qsl(parts.query))
        number = int(query.get("db") or query.get("virtual_host") or 0)
        return f"unix://{parts.path}?db={number}", f"redis+socket://{parts.path}?virtual_host={number + 1}"
    number = int(parts.path.strip("/") or 0)
    query_text = urlencode(parse_qsl(parts.query))

    def at(database: int) -> str:
        return urlunsplit((parts.scheme, parts.netloc, f"/{database}", query_text, ""))

    return at(number), at(number + 1)
