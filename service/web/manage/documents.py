"""`/manage/documents`: every document, those on their way and those withdrawn too, with what should be looked at."""

from __future__ import annotations

from typing import Any, get_args

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from indexer import corrections, overrides
from service.callers import Here, Seen
from service.engine import Engine
from service.installation import Installation
from service.uploads.jobs import Jobs
from service.uploads.orders import Ordering
from service.web import account, shell
from service.web.manage import frame
from service.web.manage.holdings import Holding, Show, holdings, matching

PATH = "/manage/documents"
_PAGE = 50


class _Asked(BaseModel):
    """Which documents, and which page of them."""

    show: Show = "all"
    page: int = Field(default=1, ge=1, le=10**6)


def add(app: FastAPI) -> None:
    """Add the page to `app`."""

    @app.get(PATH, response_class=HTMLResponse, include_in_schema=False)
    def listed(request: Request, at: Here, engine: Seen, given: Ordering, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        asked, refusal = frame.read(_Asked, frame.given(request, "show", "page"), spoken)
        words = request.query_params.get("q", "").strip()[:200]
        every = held(at, engine)
        found = matching(every, asked.show, words)
        first = (asked.page - 1) * _PAGE
        context: dict[str, Any] = {
            "refusal": refusal,
            "shows": [(show, len(matching(every, show, words))) for show in get_args(Show)],
            "show": asked.show,
            "words": words,
            "found": found[first : first + _PAGE],
            "shown": len(found),
            "total": len(every),
            "page": asked.page,
            "pages": max(1, -(-len(found) // _PAGE)),
        }
        return shell.page(
            request,
            given.who,
            spoken,
            "manage_documents.html",
            frame.context("documents", spoken) | context,
            section="manage",
            status=422 if refusal else 200,
            headers=frame.NO_STORE,
        )


def held(at: Installation, engine: Engine, only: str | None = None) -> list[Holding]:
    """Every document as it stands at this moment, or the one with the id `only`."""
    # The jobs first: a document that arrives meanwhile is then seen in both places rather than in neither.
    waiting = Jobs(at.state).unfinished()
    return holdings(engine.index(), overrides.load(at.data), corrections.load(at.data), waiting, only=only)
