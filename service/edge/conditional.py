"""Conditional answers: who has the same body already is told so instead of being sent it again."""

from __future__ import annotations

import re
from hashlib import blake2b

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAG = re.compile(r'(?:W/)?("[^"]*")')
# The last field of answers and searches: it differs each time, and says nothing of what was found.
_TIMING = re.compile(rb',"took_ms":[0-9.eE+-]+\}$')
_TAIL = 64  # bytes that hold it
_VARY = ("Authorization", "Cookie", "Accept-Language")
_UNVALIDATED = ("/static/", "/healthz", "/readyz", "/metrics")  # files have tags of their own


class Conditional:
    """Middleware that tags the bodies of GET with a hash of themselves, and answers 304 to who has them.

    The tag tells nothing that the body does not, so nothing of documents that the caller may not see.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and hold its answer back until the whole body is there."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(_UNVALIDATED):
            await self._app(scope, receive, send)
            return
        known = [value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"]
        held: Message | None = None

        async def sent(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                if _cacheable(message):
                    held = message
                    return
            elif held is not None and message["type"] == "http.response.body":
                start, held = held, None
                if not message.get("more_body", False):
                    message = _tagged(start, message, known)
                await send(start)
            await send(message)

        await self._app(scope, receive, sent)


def _cacheable(start: Message) -> bool:
    """Whether a body that may be kept follows; says who may keep it and for whom it is."""
    headers = MutableHeaders(raw=start["headers"])
    named = [name.strip() for value in headers.getlist("vary") for name in value.split(",") if name.strip()]
    headers["Vary"] = ", ".join(dict.fromkeys([*_VARY, *named]))
    headers.setdefault("Cache-Control", "private, no-cache")
    start["headers"] = headers.raw
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("application/json")
        and "no-store" not in headers["Cache-Control"]
        and "etag" not in headers
    )


def _tagged(start: Message, body: Message, known: list[str]) -> Message:
    """The body to send, its tag set in `start`: none where the caller has it."""
    headers = MutableHeaders(raw=start["headers"])
    content: bytes = body.get("body", b"")
    headers["ETag"] = etag(content)
    start["headers"] = headers.raw
    if not matches(known, headers["ETag"]):
        return body
    del headers["Content-Length"], headers["Content-Type"]
    start["status"], start["headers"] = 304, headers.raw
    return {"type": "http.response.body", "body": b""}


def etag(content: bytes) -> str:
    """The weak tag of a body: that of another one that differs in the time that it took is the same."""
    digest = blake2b(content[:-_TAIL], digest_size=16)
    digest.update(_TIMING.sub(b"", content[-_TAIL:]))
    return f'W/"{digest.hexdigest()}"'


def matches(known: list[str], tag: str) -> bool:
    """Whether `If-None-Match`, as sent, names `tag`; weak and strong tags are alike here (RFC 9110, 13.1.2)."""
    opaque = tag.removeprefix("W/")
    return any(value.strip() == "*" or opaque in _TAG.findall(value) for value in known)
