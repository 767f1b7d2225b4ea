"""A language model behind an OpenAI-compatible server: one question, one reply, within a time."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlsplit

from service.settings import LanguageModelSettings

if TYPE_CHECKING:
    import httpx

MOST_BYTES = 1_000_000  # of a reply as sent; a stream that goes on is cut here
_MOST_CHARACTERS = 20_000  # of its text
_FINISHED = (None, "stop")


class Message(TypedDict):
    """A message of the conversation."""

    role: str
    content: str


class ChatError(Exception):
    """The server gave no whole reply; the text says why, without address, key or content."""


class ChatModel:
    """The model that the settings name; safe to use from several threads."""

    def __init__(self, settings: LanguageModelSettings) -> None:
        self._settings = settings

    def reply(self, messages: Sequence[Message]) -> str:
        """The whole reply to `messages`. Raises ChatError where there is none, whatever the reason."""
        import httpx

        try:
            return asyncio.run(self._reply(messages))
        except TimeoutError:
            raise ChatError(f"no whole reply within {self._settings.seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise ChatError(f"the server cannot be reached, or broke off ({type(error).__name__})") from None

    async def _reply(self, messages: Sequence[Message]) -> str:
        import httpx

        settings = self._settings
        headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if settings.key is not None:
            headers["Authorization"] = f"Bearer {settings.key}"
        body: dict[str, Any] = {"messages": list(messages), "stream": True, "temperature": 0}
        if settings.model is not None:
            body["model"] = settings.model
        # One time for the whole: httpx by itself limits each read, which a server that trickles never exceeds.
        async with (
            asyncio.timeout(settings.seconds),
            httpx.AsyncClient(timeout=None, trust_env=not _is_local(settings.url)) as client,  # noqa: S113  # nosec B113
            client.stream("POST", f"{settings.url}/chat/completions", json=body, headers=headers) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise ChatError(f"the server answers with status {response.status_code}")
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise ChatError("the server sends a compressed reply unasked")
            if response.headers.get("Content-Type", "").startswith("text/event-stream"):
                return await _streamed(response)
            return _whole(b"".join([chunk async for chunk in _bounded(response)]))


async def _bounded(response: httpx.Response) -> AsyncIterator[bytes]:
    """The reply's bytes as they come; ChatError where they are too many."""
    seen = 0
    async for chunk in response.aiter_raw():
        seen += len(chunk)
        if seen > MOST_BYTES:
            raise ChatError("the reply does not end")
        yield chunk


async def _streamed(response: httpx.Response) -> str:
    """The text of server-sent events, up to the one that ends it."""
    said: list[str] = []
    characters = 0
    async for line in _lines(response):
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            return "".join(said)
        choice = _choice(data)
        if choice is None:  # a last event may give the tokens used, and no choice
            continue
        content = _field(choice, "delta").get("content")
        if content is not None and not isinstance(content, str):
            raise ChatError("the reply is not of the protocol")
        said.append(content or "")
        characters += len(content or "")
        if characters > _MOST_CHARACTERS:
            raise ChatError("the reply does not end")
        if choice.get("finish_reason") is not None:
            _check_finished(choice)
            return "".join(said)
    raise ChatError("the stream was cut off")


async def _lines(response: httpx.Response) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in _bounded(response):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.rstrip(b"\r")


def _whole(body: bytes) -> str:
    """The text of a reply that came in one piece."""
    choice = _choice(body)
    content = _field(choice, "message").get("content") if choice is not None else None
    if choice is None or not isinstance(content, str):
        raise ChatError("the reply is not of the protocol")
    _check_finished(choice)
    return content


def _check_finished(choice: dict[str, Any]) -> None:
    if choice.get("finish_reason") not in _FINISHED:
        raise ChatError("the model broke its reply off")


def _choice(data: bytes) -> dict[str, Any] | None:
    """The first choice of a reply or of a part of one, None where it gives none."""
    try:
        reply = json.loads(data)
    except (ValueError, RecursionError):
        raise ChatError("the reply is not JSON") from None
    if not isinstance(reply, dict) or "error" in reply:
        raise ChatError(
            "the server reports an error" if isinstance(reply, dict) else "the reply is not of the protocol"
        )
    choices = reply.get("choices")
    if not isinstance(choices, list) or not all(isinstance(choice, dict) for choice in choices):
        raise ChatError("the reply is not of the protocol")
    return choices[0] if choices else None


def _field(choice: dict[str, Any], name: str) -> dict[str, Any]:
    value = choice.get(name)
    if not isinstance(value, dict):
        raise ChatError("the reply is not of the protocol")
    return value


def _is_local(url: str) -> bool:
    """Whether the server is on this machine, where no proxy stands between."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
