"""Problems as pages: what a browser gets where a program gets `application/problem+json`, in the frame of all pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from indexer.documents import Language
from indexer.errors import CouncilError
from service import callers
from service.access import ANONYMOUS, Caller
from service.messages import message, table
from service.problems import Problem, RefusedCallerError
from service.web import shell

_SECTION = "/manage"


def add(app: FastAPI) -> None:
    """Have the problems of `app` told on pages to those who ask for pages."""
    app.state.problem_page = _ProblemPage


class _ProblemPage(Response):
    """The page, made when it is sent: who looks at it is found out in a thread, as that may read the disk."""

    def __init__(self, request: Request, kind: str, problem: Problem, fields: Mapping[str, object]) -> None:
        super().__init__(status_code=problem.status, media_type="text/html")
        self._request, self._kind, self._problem, self._fields = request, kind, problem, dict(fields)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.body = await run_in_threadpool(self._made)
        self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)

    def _made(self) -> bytes:
        request, problem = self._request, self._problem
        spoken: Language = "fr" if self.headers["Content-Language"] == "fr" else "en"
        who = _who(request)
        none_made = problem.status == 401 and who.via == "local"
        here = shell.in_language(request, spoken) if request.method in {"GET", "HEAD"} else f"/?lang={spoken}"
        by_name = self._kind if not none_made else "none_made"
        context = {
            "problem": problem,
            "heading": _told(by_name, "title", spoken, problem.title),
            "detail": _told(by_name, "detail", spoken, problem.detail),
            "mend": _told(by_name, "mend", spoken, problem.mend, **self._fields),
            "none_made": none_made,
            "sign_in_here": "/login?" + urlencode({"next": here, "lang": spoken}) if problem.status == 401 else None,
            "role": str(who.role) if self._kind == "forbidden" else None,
            "tell_id": problem.status >= 500,
        }
        if request.method not in {"GET", "HEAD"}:
            # The page of a form that was sent: in the other language there is nothing at its address.
            other = "fr" if spoken == "en" else "en"
            context["other"] = f"/?lang={other}"
        section = "manage" if f"{request.url.path}/".startswith(f"{_SECTION}/") else None
        page = shell.page(request, who, spoken, "refusal.html", context, section=section, status=problem.status)
        return bytes(page.body)


def _who(request: Request) -> Caller:
    """Who is refused; nobody in particular where that cannot be told."""
    try:
        return callers.caller(request)
    except (CouncilError, RefusedCallerError):
        return ANONYMOUS


def _told(kind: str, part: str, spoken: Language, otherwise: str, **fields: object) -> str:
    """What a page says of a problem where that is not what a program is told."""
    key = f"refusal.{kind}.{part}"
    return message(key, spoken, **fields) if key in table() else otherwise
