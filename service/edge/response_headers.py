"""Headers of every response: the request's id, and those that keep the pages safe."""

from __future__ import annotations

import re
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import request_ids
from service.headers import SECURITY_HEADERS

# Nothing that could end a header or a log line, or be taken for a field of one.
_SANE = re.compile(rb"[A-Za-z0-9._~:+/=@-]{1,128}")
_NAME = b"x-request-id"
_SECURITY = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]


class ResponseHeaders:
    """Middleware that gives each request its id, the caller's own where it can be used."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a header that the route set itself stays."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = request_id(scope)
        request_ids.begin(identifier)
        own = [(_NAME, identifier.encode()), *_SECURITY]

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message.get("headers", ())}
                message["headers"] = [*message.get("headers", ()), *(pair for pair in own if pair[0] not in there)]
            await send(message)

        await self._app(scope, receive, sent)


def request_id(scope: Scope) -> str:
    """The caller's `X-Request-ID` where there is one, of 1 to 128 harmless characters; else a new one."""
    given = [value for name, value in scope["headers"] if name == _NAME]
    if len(given) == 1 and _SANE.fullmatch(given[0]):
        return bytes(given[0]).decode()
    return uuid.uuid4().hex
