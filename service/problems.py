"""Errors over HTTP: `application/problem+json` (RFC 9457) in the caller's language, each with its mend."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from indexer.documents import Language
from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.files import for_want_of_room
from service.access import Caller, Verdict
from service.headers import SECURITY_HEADERS
from service.messages import RefusedError, message, table

MEDIA_TYPE = "application/problem+json"
_RANGE = re.compile(r"\s*(fr|en)\b[^;,]*(?:;\s*q=([0-9.]+))?", re.IGNORECASE)
_log = logging.getLogger(__name__)


class RefusedCallerError(CouncilError):
    """A caller who may not do what was asked; `verdict` says why. Anonymous ones are asked for a key.

    `kind` is the problem told, where it is a nearer one than that.
    """

    def __init__(self, caller: Caller, verdict: Verdict, kind: str | None = None) -> None:
        self.caller, self.verdict = caller, verdict
        self.kind = kind or ("unauthenticated" if caller.via in {"nothing", "local"} else "forbidden")
        super().__init__(verdict.reason)


class ProblemError(CouncilError):
    """What was asked cannot be done: `kind` is a key under `problem` in the message table, `fields` fill it in."""

    def __init__(self, kind: str, status: int, **fields: object) -> None:
        self.kind, self.status, self.fields = kind, status, fields
        super().__init__(message(f"problem.{kind}.detail", "en", **fields))


class Problem(BaseModel):
    """The body of every error; `mend` says what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    mend: str


def caller_language(accept_language: str | None) -> Language:
    """French where the `Accept-Language` header prefers it to English, else English."""
    weights = {"fr": 0.0, "en": 0.0}
    for part in (accept_language or "").split(","):
        if match := _RANGE.match(part):
            try:
                weight = float(match[2] or 1)
            except ValueError:
                weight = 0.0
            code = match[1].lower()
            weights[code] = max(weights[code], weight)
    return "fr" if weights["fr"] > weights["en"] else "en"


def problem(request: Request, kind: str, status: int, detail: str | None = None, **fields: object) -> JSONResponse:
    """The response for a problem of `kind`, a key under `problem` in the message table."""
    spoken = caller_language(request.headers.get("accept-language"))
    body = Problem(
        type=f"/problems/{kind.replace('_', '-')}",
        title=message(f"problem.{kind}.title", spoken),
        status=status,
        detail=detail or message(f"problem.{kind}.detail", spoken, **fields),
        instance=request.url.path,
        mend=message(f"problem.{kind}.mend", spoken),
    )
    return JSONResponse(
        body.model_dump(),
        status_code=status,
        media_type=MEDIA_TYPE,
        # Set here too: a failure is answered outside the middleware that sets them on other responses.
        headers=SECURITY_HEADERS | {"Content-Language": spoken, "Vary": "Accept-Language"},
    )


def _with_media_type(described: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document with problems under their own media type, where FastAPI puts `application/json`."""

    def openapi() -> dict[str, Any]:
        document = described()
        for operations in document["paths"].values():
            for operation in operations.values():
                for kind in ("4XX", "5XX"):
                    content = operation["responses"].get(kind, {}).get("content", {})
                    if "application/json" in content:
                        content[MEDIA_TYPE] = content.pop("application/json")
        return document

    return openapi


def _reason(request: Request, error: Mapping[str, Any]) -> str:
    """What is wrong with a field, in the caller's language; kinds without a message share a general one."""
    spoken = caller_language(request.headers.get("accept-language"))
    key = f"problem.reason.{error['type']}"
    values = {name: str(value).replace(" or ", ", ") for name, value in error.get("ctx", {}).items()}
    return message(key if key in table() else "problem.reason.other", spoken, **values)


def install(app: FastAPI) -> None:
    """Make `app` answer every error with a problem, and say so in its OpenAPI document."""
    app.openapi = _with_media_type(app.openapi)  # type: ignore[method-assign]

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return problem(request, "invalid", 422, field=field, reason=_reason(request, first))

    @app.exception_handler(SettingError)
    async def unusable(request: Request, error: SettingError) -> JSONResponse:
        spoken = caller_language(request.headers.get("accept-language"))
        return problem(request, "invalid", 422, error.detail(spoken) if isinstance(error, RefusedError) else str(error))

    @app.exception_handler(ProblemError)
    async def cannot_be(request: Request, error: ProblemError) -> JSONResponse:
        return problem(request, error.kind, error.status, None, **error.fields)

    @app.exception_handler(RefusedCallerError)
    async def not_theirs(request: Request, error: RefusedCallerError) -> JSONResponse:
        if error.kind in {"forbidden", "origin"}:
            return problem(request, error.kind, 403)
        response = problem(request, error.kind, 401)
        wrong = ', error="invalid_token"' if error.kind == "key" else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="council"{wrong}'
        return response

    @app.exception_handler(IndexUnusableError)
    async def no_index(request: Request, error: IndexUnusableError) -> JSONResponse:
        _log.error("%s", error)
        return problem(request, "index", 503)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:
            response = problem(request, "method", 405, path=request.url.path, method=request.method)
            response.headers.update(error.headers or {})
            return response
        if error.status_code == 404:
            return problem(request, "not_found", 404, path=request.url.path)
        # A body that is no text gets here before its fields are looked at.
        reason = _reason(request, {"type": "json_invalid" if error.status_code == 400 else "other"})
        return problem(request, "invalid", error.status_code, field="body", reason=reason)

    @app.exception_handler(CouncilError)
    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        if for_want_of_room(error):
            _log.error("%s %s failed for want of room on the disk: %s", request.method, request.url.path, error)
            return problem(request, "disk_full", 507)
        _log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(request, "internal", 500)
