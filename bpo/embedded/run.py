"""Starts and stops the embedded servers that the settings name."""

from collections.abc import Callable
from typing import Any

Log = Callable[[str], None]


def start(settings: Any, log: Log = lambda line: None) -> list[Any]:
    """Start what is embedded, make the database; returns the servers, to be stopped in reverse."""
    running: list[Any] = []
    try:
        if settings.POSTGRES:
            settings.POSTGRES.start()
            running.append(settings.POSTGRES)
            settings.POSTGRES.ensure_database(settings.DATABASES["default"]["NAME"])
            log(f"PostgreSQL is up, data in {settings.POSTGRES.data}")
        if settings.VALKEY:
            settings.VALKEY.start()
            running.append(settings.VALKEY)
            log(f"Valkey is up, data in {settings.VALKEY.data}")
    except BaseException:
        stop(running)
        raise
    return running


def stop(running: list[Any]) -> None:
    """Stop in reverse order of start."""
    for server in reversed(running):
        server.stop()
