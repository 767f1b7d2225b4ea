"""`/manage/upload`: documents come in, with scripts by drag and drop and live progress, without by a form."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from indexer.documents import Distribution, Language
from indexer.readers.sniff import SUFFIXES
from service.callers import Here
from service.installation import Installation
from service.messages import RefusedError, message
from service.problems import ProblemError
from service.uploads.jobs import Jobs, new_id
from service.uploads.orders import Ordering, Orders
from service.uploads.receiving import MEGABYTE, receive
from service.uploads.views import job_view
from service.web import account, shell
from service.web.manage import document, frame

PATH = "/manage/upload"
_LATEST = 10
# Of a refused form, bytes that are read to its end: browsers show no answer to what they have not finished sending.
_READ_TO_THE_END = 200 * MEGABYTE


def add(app: FastAPI) -> None:
    """Add the page to `app`."""

    @app.get(PATH, response_class=HTMLResponse, include_in_schema=False)
    def show(request: Request, at: Here, given: Ordering, lang: str = "") -> HTMLResponse:
        return _page(request, at, given, account.spoken(request, lang))

    @app.post(PATH, response_class=HTMLResponse, include_in_schema=False)
    async def upload(request: Request, at: Here, given: Ordering, lang: str = "") -> Response:
        spoken, job_id = account.spoken(request, lang), new_id()
        try:
            received = await receive(
                request,
                at.data,
                job_id,
                most_bytes=at.settings.upload_megabytes * MEGABYTE,
                most_files=at.settings.upload_files,
                from_page=True,
            )
            # Whoever hangs up now must not tear the job from its files.
            job = await asyncio.shield(run_in_threadpool(given.take_up, job_id, received))
        except (ProblemError, RefusedError, RequestValidationError) as error:
            await _read_to_the_end(request)
            return await run_in_threadpool(_page, request, at, given, spoken, refusal(error, spoken))
        return document.followed(spoken, job)


def refusal(error: ProblemError | RefusedError | RequestValidationError, spoken: Language) -> tuple[str, int]:
    """Why an upload was refused and what to do about it, and the status."""
    if isinstance(error, ProblemError):
        return document.told(error, spoken), error.status
    if isinstance(error, RefusedError):
        return error.detail(spoken), 422
    field = str(error.errors()[0]["loc"][-1])
    if field == "files":
        return message("upload.none", spoken), 422
    known = field in (*document.FIELDS, "distribution")
    label = message(f"held.field.{field}" if known and field != "distribution" else "manage.audience.label", spoken)
    hint = message("held.field.meeting_date_hint", spoken) if field == "meeting_date" else ""
    return message("held.field.unusable", spoken, field=label if known else field, hint=hint).strip(), 422


async def _read_to_the_end(request: Request) -> None:
    left = _READ_TO_THE_END
    try:
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return
    except (ClientDisconnect, RuntimeError):  # they hung up, or there was no more
        return


def _page(
    request: Request, at: Installation, given: Orders, spoken: Language, refused: tuple[str, int] | None = None
) -> HTMLResponse:
    jobs, _ = Jobs(at.state).latest(_LATEST, 0)
    most = at.settings.upload_megabytes
    context: dict[str, Any] = {
        "refusal": refused[0] if refused else None,
        "suffixes": sorted(SUFFIXES),
        "megabytes": most,
        "most_bytes": most * MEGABYTE,
        "most_files": at.settings.upload_files,
        "distributions": list(Distribution),
        "jobs": [job_view(job, spoken) for job in jobs],
        **document.choices(spoken),
    }
    if refused is not None:  # in the other language there is nothing at the address of a form that was sent
        context["other"] = shell.address(PATH, "fr" if spoken == "en" else "en")
    return shell.page(
        request,
        given.who,
        spoken,
        "manage_upload.html",
        frame.context("upload", spoken) | context,
        section="manage",
        status=refused[1] if refused else 200,
        headers=frame.NO_STORE,
    )
