"""How many requests a worker takes on at a time."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from service.edge.kinds import is_health, is_stream
from service.problems import problem

_SECONDS = 1  # most requests are answered sooner


class Slots:
    """Middleware that takes on `most` requests at a time, and as many streams of events beside them.

    Streams are counted apart: they last, and may not keep questions out. Health checks are let in always.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most
        self._taken = {False: 0, True: 0}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on where there is a place, which it keeps until everything done for it has ended."""
        if scope["type"] != "http" or is_health(scope):
            await self._app(scope, receive, send)
            return
        stream = is_stream(scope)
        if self._taken[stream] >= self._most:
            response = problem(Request(scope), "crowded", 429, seconds=_SECONDS)
            response.headers["Retry-After"] = str(_SECONDS)
            await response(scope, receive, send)
            return
        self._taken[stream] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._taken[stream] -= 1
