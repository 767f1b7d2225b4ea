"""`/manage`: how the index is, what failed and what to do, and what waits for the secretariat."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.responses import HTMLResponse

from indexer import overrides
from indexer.store import current_generation
from service import feedback
from service.access import Action, Caller
from service.callers import Here, Seen, may
from service.feedback import FeedbackParameters
from service.replication import state as replication
from service.uploads.jobs import Jobs
from service.web import account, shell
from service.web.manage import frame, index_state
from service.web.manage.standings import standings

_LAST_FEEDBACK = 5


def add(app: FastAPI) -> None:
    """Add the page to `app`."""

    @app.get("/manage", response_class=HTMLResponse, include_in_schema=False)
    def overview(
        request: Request,
        at: Here,
        engine: Seen,
        who: Annotated[Caller, Depends(may(Action.MANAGE_DOCUMENTS))],
        lang: str = "",
    ) -> HTMLResponse:
        spoken = account.spoken(request, lang)
        index = engine.index()
        found = standings(index, overrides.load(at.data))
        work = index_state.work(Jobs(at.state), spoken)
        context: dict[str, Any] = {
            "held": index_state.held(index),
            # Which one should serve in its place; only known to be damaged once the index was asked for.
            "damaged": current_generation(at.folder) if engine.behind else None,
            "replica": replication.of(at.data),
            "work": work,
            "failures": work.failures[: index_state.FAILURES_SHOWN],
            "outstanding": sum(standing.outstanding for standing in found),
            "disk": index_state.disk(at.folder, at.data),
            "last_feedback": feedback.page(at.state, FeedbackParameters(limit=_LAST_FEEDBACK)).feedback,
        }
        return shell.page(
            request, who, spoken, "manage_overview.html", frame.context("overview", spoken) | context, section="manage"
        )
