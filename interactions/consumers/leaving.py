"""A socket that fails is left like one that is closed: nothing counts somebody as there who cannot be reached."""

from __future__ import annotations

from typing import Any

GONE = (OSError, RuntimeError)  # what sending meets at a page that closed in this very moment
FAULT = 1011  # the close code by which a server says that it failed


class Leaving:
    """Mixed in before Channels' consumer, which ends at an error without a `disconnect`.

    The common error is no fault of ours: the page closed in the moment when something was on its way to it.
    """

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Run the socket; whatever ends it, `disconnect` is heard."""
        try:
            await super().__call__(scope, receive, send)  # type: ignore[misc]
        except Exception:
            await self.disconnect(FAULT)
            raise

    async def disconnect(self, code: int) -> None:
        """Given by the consumer; may be called more than once."""
        await super().disconnect(code)  # type: ignore[misc]
