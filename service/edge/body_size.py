"""Bodies have a size that memory can bear: too large ones are refused at once, or while they come."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.edge.kinds import is_upload
from service.problems import BodySizeError, problem


class BodySize:
    """Middleware that lets bodies of `most` bytes in; uploads have a limit of their own."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body counted."""
        if scope["type"] != "http" or is_upload(scope):
            await self._app(scope, receive, send)
            return
        told = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if told.isdigit() and int(told) > self._most:
            response = problem(Request(scope), "body_size", 413, bytes=self._most)
            response.headers["Connection"] = "close"  # the rest of the body is not read
            await response(scope, receive, send)
            return
        had = 0

        async def counted() -> Message:
            nonlocal had
            message = await receive()
            had += len(message.get("body", b""))
            if had > self._most:
                raise BodySizeError(self._most)
            return message

        await self._app(scope, counted, send)
