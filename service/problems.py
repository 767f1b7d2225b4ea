"""Errors over HTTP: `application/problem+json` (RFC 9457) in the caller's language, each with its mend."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from indexer.documents import Language
from indexer.errors import CouncilError, IndexUnusableError, SettingError
from indexer.files import for_want_of_room
from service import request_ids
from service.accept_header import prefers_html
from service.access import Caller, Verdict
from service.headers import SECURITY_HEADERS
from service.messages import RefusedError, message, table

MEDIA_TYPE = "application/problem+json"
# What is told of a status that a route or the framework gives without saying more.
KINDS = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method",
    406: "not_acceptable",
    408: "slow",
    409: "conflict",
    412: "precondition",
    415: "media_type",
    422: "invalid",
    429: "rate",
    503: "busy",
    504: "timeout",
}
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


class BodySizeError(HTTPException):
    """A body of more than `most` bytes, noticed while it came."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(413, headers={"Connection": "close"})


class Problem(BaseModel):
    """The body of every error, in the caller's language (RFC 9457); `mend` says what to do about it."""

    type: str = Field(description="Address of a page about this kind of problem", examples=["/problems/invalid"])
    title: str = Field(description="The kind in a few words")
    status: int = Field(description="The HTTP status", ge=400, le=599)
    detail: str = Field(description="What is wrong with this request")
    instance: str = Field(description="Path that was asked for", examples=["/v1/search"])
    mend: str = Field(description="What to do about it")
    request_id: str | None = Field(default=None, description="As in the header X-Request-ID; tell it when asking why")


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


# Makes the page of a problem of some kind, with the fields of its texts: `app.state.problem_page`.
PageMaker = Callable[[Request, str, Problem, Mapping[str, object]], Response]


def is_for_people(request: Request) -> bool:
    """Whether a browser asked for a page; what is under /v1 is for programs, whoever asks."""
    return not f"{request.url.path}/".startswith("/v1/") and prefers_html(request.headers.get("accept"))


def _spoken(request: Request) -> Language:
    """The language to tell a problem in: pages have theirs in the address."""
    asked = request.query_params.get("lang") if is_for_people(request) else None
    if asked in {"en", "fr"}:
        return "fr" if asked == "fr" else "en"
    return caller_language(request.headers.get("accept-language"))


def problem(request: Request, kind: str, status: int, detail: str | None = None, **fields: object) -> Response:
    """The response for a problem of `kind`, a key under `problem` in the message table; a page where one is wanted."""
    spoken = _spoken(request)
    body = Problem(
        type=f"/problems/{kind.replace('_', '-')}",
        title=message(f"problem.{kind}.title", spoken),
        status=status,
        detail=detail or message(f"problem.{kind}.detail", spoken, **fields),
        instance=request.url.path,
        mend=message(f"problem.{kind}.mend", spoken),
        request_id=request_ids.current(),
    )
    # Set here too: a failure is answered outside the middleware that sets them on other responses.
    headers = SECURITY_HEADERS | {"Content-Language": spoken, "Vary": "Accept-Language"}
    if body.request_id is not None:
        headers["X-Request-ID"] = body.request_id
    app = request.scope.get("app")
    page: PageMaker | None = getattr(app.state, "problem_page", None) if app is not None else None
    if page is not None and is_for_people(request):
        response = page(request, kind, body, fields)
        response.headers.update(headers | {"Vary": "Accept, Accept-Language, Cookie", "Cache-Control": "no-store"})
        return response
    return JSONResponse(
        body.model_dump(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=headers,
    )


def _reason(request: Request, error: Mapping[str, Any]) -> str:
    """What is wrong with a field, in the caller's language; kinds without a message share a general one."""
    spoken = _spoken(request)
    key = f"problem.reason.{error['type']}"
    values = {name: str(value).replace(" or ", ", ") for name, value in error.get("ctx", {}).items()}
    return message(key if key in table() else "problem.reason.other", spoken, **values)


def _methods(request: Request) -> list[str]:
    """The methods that the path takes, of all its routes: the framework names those of one."""
    routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in getattr(route, "methods", None) or ()})


def install(app: FastAPI) -> None:
    """Make `app` answer every error with a problem."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        return problem(request, "invalid", 422, field=field, reason=_reason(request, first))

    @app.exception_handler(SettingError)
    async def unusable(request: Request, error: SettingError) -> Response:
        detail = error.detail(_spoken(request)) if isinstance(error, RefusedError) else str(error)
        return problem(request, "invalid", 422, detail)

    @app.exception_handler(ProblemError)
    async def cannot_be(request: Request, error: ProblemError) -> Response:
        return problem(request, error.kind, error.status, None, **error.fields)

    @app.exception_handler(RefusedCallerError)
    async def not_theirs(request: Request, error: RefusedCallerError) -> Response:
        if error.kind in {"forbidden", "origin"}:
            return problem(request, error.kind, 403)
        response = problem(request, error.kind, 401)
        wrong = ', error="invalid_token"' if error.kind == "key" else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="council"{wrong}'
        return response

    @app.exception_handler(IndexUnusableError)
    async def no_index(request: Request, error: IndexUnusableError) -> Response:
        _log.error("%s", error)
        return problem(request, "index", 503)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 400:
            # A body that is no text gets here before its fields are looked at.
            kind, reason = "invalid", _reason(request, {"type": "json_invalid"})
        else:
            other = "internal" if error.status_code >= 500 else "refused"
            kind = "body_size" if isinstance(error, BodySizeError) else KINDS.get(error.status_code, other)
            reason = _reason(request, {"type": "other"})
        response = problem(
            request,
            kind,
            error.status_code,
            path=request.url.path,
            method=request.method,
            field="body",
            reason=reason,
            bytes=error.most if isinstance(error, BodySizeError) else None,
        )
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(_methods(request))
        return response

    @app.exception_handler(CouncilError)
    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        if for_want_of_room(error):
            _log.error("%s %s failed for want of room on the disk: %s", request.method, request.url.path, error)
            return problem(request, "disk_full", 507)
        _log.exception("%s %s failed", request.method, request.url.path, exc_info=error)
        return problem(request, "internal", 500)
