"""Jobs that bring the index up to date: how they stand, and what happens to them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from service.access import Action
from service.callers import Here, may
from service.problems import caller_language
from service.uploads.events import follow
from service.uploads.jobs import Job, Jobs
from service.uploads.views import JobList, JobView, job_view

_MANAGER = Depends(may(Action.MANAGE_DOCUMENTS))


def _job(job_id: str, at: Here) -> Job:
    job = Jobs(at.state).get(job_id)
    if job is None:
        raise HTTPException(404)
    return job


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.get("/v1/jobs", tags=["documents"], dependencies=[_MANAGER])
    def jobs(
        request: Request,
        at: Here,
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> JobList:
        """List the jobs, the latest first."""
        found, total = Jobs(at.state).latest(limit, offset)
        spoken = caller_language(request.headers.get("accept-language"))
        return JobList(jobs=[job_view(job, spoken) for job in found], total=total)

    @app.get("/v1/jobs/{job_id}", tags=["documents"], dependencies=[_MANAGER])
    def job(request: Request, found: Annotated[Job, Depends(_job)]) -> JobView:
        """How a job stands, and what became of each document."""
        return job_view(found, caller_language(request.headers.get("accept-language")))

    @app.get(
        "/v1/jobs/{job_id}/events", tags=["documents"], response_class=EventSourceResponse, dependencies=[_MANAGER]
    )
    async def events(
        request: Request,
        at: Here,
        found: Annotated[Job, Depends(_job)],
        last_event_id: Annotated[str | None, Header(max_length=20, description="Number of the last event had")] = None,
    ) -> AsyncIterator[ServerSentEvent]:
        """Follow a job as server-sent events: `progress`, `file`, `trouble`, and `end`, which is the last.

        With `Last-Event-ID` the stream goes on after that event.
        """
        after = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else 0
        spoken = caller_language(request.headers.get("accept-language"))
        async for event in follow(Jobs(at.state), found.id, min(after, 2**62), spoken):
            yield event
