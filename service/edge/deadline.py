"""How long a request may take: after that its caller is told, whatever still goes on for it."""

from __future__ import annotations

import asyncio
import logging

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.edge.kinds import is_stream, is_upload
from service.problems import problem

_log = logging.getLogger(__name__)


class Deadline:
    """Middleware that answers 504 for what takes longer than `seconds`, 408 where the body does not come.

    A thread cannot be stopped: it goes on, unheard. Uploads and streams of events may take as long as they need.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app, self._seconds = app, seconds
        self._given_up: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer in its place when its time is up and it has not begun to answer."""
        if scope["type"] != "http" or is_stream(scope) or is_upload(scope):
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(receive, send)
        task = asyncio.ensure_future(_run(self._app, scope, exchange))
        try:
            await asyncio.wait({task}, timeout=self._seconds)
        except asyncio.CancelledError:
            task.cancel()
            raise
        if task.done() or exchange.answering:
            await task
            return
        exchange.given_up = True
        self._given_up.add(task)
        task.add_done_callback(self._ended)
        if exchange.receiving:
            task.cancel()
            response = problem(Request(scope), "slow", 408)
            response.headers["Connection"] = "close"
        else:
            _log.warning("%s took longer than %g s and was given up", scope["method"], self._seconds)
            response = problem(Request(scope), "timeout", 504)
        await response(scope, receive, send)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._given_up.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("a request that was given up failed", exc_info=error)


class _Exchange:
    """What passes between the server and the application, as far as the deadline has to know of it."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.answering = self.receiving = self.given_up = False

    async def receive(self) -> Message:
        if self.given_up:
            return {"type": "http.disconnect"}
        self.receiving = True
        try:
            return await self._receive()
        finally:
            self.receiving = False

    async def send(self, message: Message) -> None:
        if self.given_up:
            return
        self.answering = True
        await self._send(message)


async def _run(app: ASGIApp, scope: Scope, exchange: _Exchange) -> None:
    await app(scope, exchange.receive, exchange.send)
