"""Where browsers find ways to each other: the TURN servers of the house, with credentials that last a while.

The name is the time of their end and the password its HMAC under the secret that the server shares with us (the TURN
REST API draft of the IETF, draft-uberti-behave-turn-rest-00; coturn: use-auth-secret).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

LASTS = timedelta(hours=12)  # a call that changes its net after an hour needs them again


def ice(at: datetime) -> dict[str, Any]:
    """The configuration of an RTCPeerConnection; without TURN servers browsers look at their own networks alone."""
    servers = []
    if settings.TURN_URLS and settings.TURN_SECRET:
        # The second part makes each caller one of his own for the server's quotas.
        name = f"{int((at + LASTS).timestamp())}:{secrets.token_hex(4)}"
        digest = hmac.new(settings.TURN_SECRET.encode(), name.encode(), hashlib.sha1).digest()
        password = base64.b64encode(digest).decode()
        servers.append({"urls": settings.TURN_URLS, "username": name, "credential": password})
    if settings.STUN_URLS:
        servers.append({"urls": settings.STUN_URLS})
    return {"iceServers": servers, "iceTransportPolicy": "relay" if settings.TURN_ONLY else "all"}
