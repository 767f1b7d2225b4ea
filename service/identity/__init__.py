"""Who calls: by a key, by a session that a key or a provider opened, or as somebody on this machine."""

from __future__ import annotations

from fastapi import Request

from service.access import ANONYMOUS, LOCAL, Caller
from service.installation import Installation


def identify(request: Request, at: Installation) -> Caller:
    """The caller of a request."""
    return LOCAL if at.loopback and not at.state.rows("SELECT 1 FROM keys LIMIT 1") else ANONYMOUS
