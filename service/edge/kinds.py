"""Requests that the limits do not treat like the rest, told by their paths: no route has been found yet."""

from __future__ import annotations

from starlette.types import Scope

UNLIMITED = frozenset({"/healthz", "/readyz"})
_UPLOADS = frozenset({"/v1/documents", "/manage/upload"})


def is_health(scope: Scope) -> bool:
    """Whether a request asks how the service is: it gets its answer however busy the service is."""
    return scope["path"] in UNLIMITED


def is_stream(scope: Scope) -> bool:
    """Whether a request is answered by server-sent events, for as long as the caller listens."""
    return _streams(scope["method"], scope["path"])


def is_upload(scope: Scope) -> bool:
    """Whether a request brings files, which take their time and have limits of their own."""
    return _uploads(scope["method"], scope["path"])


def lasts(method: str, path: str) -> bool:
    """Whether what is asked for may take as long as it needs."""
    return _streams(method, path) or _uploads(method, path)


def _streams(method: str, path: str) -> bool:
    return method == "GET" and path.startswith("/v1/") and path.endswith("/events")


def _uploads(method: str, path: str) -> bool:
    return method == "POST" and path in _UPLOADS
