"""What surrounds every request of the server: its log line, its metrics, its trace; and the audit log's retention."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import metrics, request_ids, stages
from service.access import Caller
from service.installation import Installation
from service.retention import Retention
from service.stages import Observation
from service.traces import RequestSpans, Tracing

UNMATCHED = "unmatched"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/static"})  # asked every few seconds, or with every page
_CLIENT_GONE = 499  # as nginx writes it: nobody was there any more to be answered
_log = logging.getLogger("service.requests")


def add(app: FastAPI) -> None:
    """Surround the requests of `app`; the last to be added, so that what others refuse is seen too.

    Raises SettingError where traces are asked for and cannot be made.
    """
    at: Installation = app.state.installation
    tracing = Tracing(at.settings.otel_endpoint) if at.settings.otel_endpoint else None
    app.add_middleware(Observing, at=at, tracing=tracing)


class Observing:
    """Middleware that sees each request from its arrival to the end of its response."""

    def __init__(self, app: ASGIApp, at: Installation, tracing: Tracing | None) -> None:
        self._app, self._tracing = app, tracing
        self._questions = at.settings.log_questions
        self._retention = Retention(at.state, at.settings.audit_days)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note what came of it."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._life(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _life(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin and end with the server what goes on beside the requests."""

        async def told(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._retention.start()
            elif message["type"].startswith("lifespan.shutdown"):
                self._retention.stop()
                if self._tracing is not None:
                    self._tracing.close()
            await send(message)

        await self._app(scope, receive, told)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        if request_ids.current() is None:
            request_ids.begin(secrets.token_hex(8))
        method = scope["method"] if scope["method"] in _METHODS else "other"
        spans = self._tracing.request(method, Headers(scope=scope)) if self._tracing is not None else None
        seen = stages.begin(spans)
        status, request_id = _CLIENT_GONE, request_ids.current()

        async def sent(message: Message) -> None:
            nonlocal status, request_id
            if message["type"] == "http.response.start":
                status = message["status"]
                request_id = Headers(raw=message["headers"]).get("x-request-id", request_id)
            await send(message)

        metrics.IN_FLIGHT.inc()
        try:
            await self._app(scope, receive, sent)
        except Exception:
            status = 500
            raise
        finally:
            metrics.IN_FLIGHT.dec()
            seconds = time.perf_counter() - began
            route = _route(scope)
            metrics.count(method, route, status, seconds, seen)
            fields = self._fields(scope, route, method, status, seen)
            _write(fields | {"request_id": request_id}, route, seconds, seen)
            if spans is not None:
                _finish(spans, fields, request_id)

    def _fields(self, scope: Scope, route: str, method: str, status: int, seen: Observation) -> dict[str, Any]:
        """What is told of a request; neither its query string, nor a path that led nowhere, which may say anything."""
        caller: Caller | None = scope.get("state", {}).get("caller")
        told: dict[str, Any] = {"method": method, "route": route, "status": status}
        if scope.get("path_params") and status < 400:
            told["path"] = scope["path"]
        if caller is not None:
            told |= {"role": str(caller.role), "caller": caller.name}
        if seen.kind is not None:
            told |= {
                "kind": seen.kind,
                "abstained": not seen.answered,
                "findings": seen.findings,
                "citations": seen.citations,
                "dropped_citations": seen.dropped,
            }
        if seen.passages is not None:
            told["passages"] = seen.passages
        if self._questions and seen.question is not None:
            told["question"] = seen.question
        return told


def _route(scope: Scope) -> str:
    """The template of the route that a request met; never its path."""
    template = getattr(scope.get("route"), "path", None)
    if isinstance(template, str):
        return template or "/"
    return UNMATCHED


def _write(fields: dict[str, Any], route: str, seconds: float, seen: Observation) -> None:
    status = fields["status"]
    level = logging.ERROR if status >= 500 else logging.DEBUG if route in _QUIET and status < 400 else logging.INFO
    if not _log.isEnabledFor(level):
        return
    told = fields | {"duration_ms": round(seconds * 1000, 2)}
    if seen.stages:
        told["stages_ms"] = {name: round(spent * 1000, 2) for name, spent in list(seen.stages.items())}
    _log.log(level, "%s %s %d", fields["method"], route, status, extra={"fields": told})


def _finish(spans: RequestSpans, fields: dict[str, Any], request_id: str | None) -> None:
    names = {"method": "http.request.method", "route": "http.route", "status": "http.response.status_code"}
    attributes = {names.get(name, f"council.{name}"): value for name, value in fields.items() if name != "path"}
    attributes["council.request_id"] = request_id
    spans.finish(f"{fields['method']} {fields['route']}", fields["status"], attributes)
