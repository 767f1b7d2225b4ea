"""`/manage/jobs/{id}`: how a job stands and what became of each document; followed live where scripts run."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from service.callers import Here
from service.uploads.jobs import Jobs
from service.uploads.orders import Ordering
from service.uploads.views import job_view
from service.web import account, shell
from service.web.manage import frame


def add(app: FastAPI) -> None:
    """Add the page to `app`."""

    @app.get("/manage/jobs/{job_id}", response_class=HTMLResponse, include_in_schema=False)
    def job(job_id: str, request: Request, at: Here, given: Ordering, lang: str = "") -> HTMLResponse:
        spoken = account.spoken(request, lang)
        found = Jobs(at.state).get(job_id)
        if found is None:
            raise HTTPException(404)
        return shell.page(
            request,
            given.who,
            spoken,
            "manage_job.html",
            frame.context("upload", spoken) | {"job": job_view(found, spoken)},
            section="manage",
            headers=frame.NO_STORE,
        )
