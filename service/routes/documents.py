"""Documents that come and go: uploads, what the secretariat decides on a document, and its removal."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from indexer import overrides
from service import audit
from service.access import Action, Caller
from service.callers import Here, may
from service.installation import Installation
from service.problems import RefusedCallerError, caller_language
from service.uploads.accepting import accept
from service.uploads.deciding import DocumentChange, change, withdraw
from service.uploads.jobs import Jobs, new_id
from service.uploads.receiving import MEGABYTE, receive
from service.uploads.staging import Holdings
from service.uploads.supervisor import Supervisor
from service.uploads.views import JobView, OverrideList, OverrideView, job_view, override_view

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                            "description": "PDF, DOCX, HTML or plain text, told by content",
                        },
                        "replace": {
                            "type": "boolean",
                            "default": False,
                            "description": "Whether uploads of the same names give way",
                        },
                        "distribution": {
                            "enum": ["public", "members", "secretariat"],
                            "description": "Audience; a notice in the document still narrows it. Like the fields "
                            "below, for one file at a time; read from the document if left out",
                        },
                        "title": {"type": "string"},
                        "type": {"enum": ["exchange_form", "exchange_analysis", "decision_record", "other"]},
                        "language": {"enum": ["en", "fr"]},
                        "meeting_date": {"type": "string", "examples": ["2022-05"]},
                        "jurisdiction": {"type": "string", "examples": ["NS"]},
                    },
                },
                "encoding": {"files": {"contentType": "application/octet-stream"}},
            }
        },
    }
}


def managing(action: str) -> Any:
    """The caller, who may manage documents; that one may not is put into the audit log as a refused `action`."""
    allowed = may(Action.MANAGE_DOCUMENTS)

    def manager(request: Request, at: Here) -> Caller:
        try:
            return allowed(request)
        except RefusedCallerError as error:
            audit.record(
                at.state, error.caller, action, subject=request.path_params.get("document_id"), outcome="refused"
            )
            raise

    manager.action = Action.MANAGE_DOCUMENTS  # type: ignore[attr-defined]  # for the description of the API
    return Depends(manager)


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.post("/v1/documents", tags=["documents"], status_code=202, openapi_extra=_FORM)
    async def upload(
        request: Request, response: Response, at: Here, who: Annotated[Caller, managing("document.upload")]
    ) -> JobView:
        """Upload documents; the job tells what becomes of each.

        Bytes that are held already are not stored twice. Once this is answered with 202, the files are safe: they are
        indexed even if the service dies. A file that turns out not to be readable is named in the job and removed.
        """
        job_id = new_id()
        settings = at.settings
        received = await receive(
            request,
            at.data,
            job_id,
            most_bytes=settings.upload_megabytes * MEGABYTE,
            most_files=settings.upload_files,
        )

        def taken_up() -> JobView:
            job = accept(_holdings(at), job_id, who.name, received)
            for file in job.content.files:
                audit.record(
                    at.state, who, "document.upload", subject=file.document_id, detail=f"{file.name}: {file.state}"
                )
            return _follow(request, response, job_view(job, _spoken(request)))

        # Whoever hangs up now must not tear the job from its files.
        return await asyncio.shield(run_in_threadpool(taken_up))

    @app.patch("/v1/documents/{document_id}", tags=["documents"], status_code=202)
    def decide(
        document_id: str,
        body: DocumentChange,
        *,
        request: Request,
        response: Response,
        at: Here,
        who: Annotated[Caller, managing("document.change")],
    ) -> JobView:
        """Change a document's audience, correct what is said of it, or bring it back.

        A narrower audience holds at once, a wider one and corrections once the job has ended.
        """
        made = change(_holdings(at), document_id, who.name, body)
        if made is None:
            raise HTTPException(404)
        audit.record(at.state, who, "document.change", subject=document_id, detail=made.detail)
        if made.approval is not None:
            audit.record(at.state, who, "document.approve", subject=document_id, detail=made.approval)
        return _follow(request, response, job_view(made.job, _spoken(request)))

    @app.delete("/v1/documents/{document_id}", tags=["documents"], status_code=204)
    def delete(
        document_id: str, request: Request, at: Here, who: Annotated[Caller, managing("document.delete")]
    ) -> Response:
        """Take a document out of every answer at once, and remove its file if it was uploaded.

        One that was indexed from a folder stays out until it is brought back with PATCH, whatever is indexed again.
        """
        job = withdraw(_holdings(at), document_id, who.name)
        if job is None:
            raise HTTPException(404)
        audit.record(at.state, who, "document.delete", subject=document_id)
        _supervisor(request).wake()
        return Response(status_code=204, headers={"Location": f"/v1/jobs/{job.id}"})

    @app.get("/v1/documents/{document_id}/overrides", tags=["documents"])
    def decided(document_id: str, at: Here, who: Annotated[Caller, managing("document.overrides")]) -> OverrideView:
        """What was decided on a document, and on whose approval."""
        found = overrides.load(at.data)
        if document_id not in found.documents and at.engine.index().document(document_id) is None:
            raise HTTPException(404)
        return override_view(document_id, found.of(document_id))

    @app.get("/v1/overrides", tags=["documents"])
    def all_decided(
        at: Here,
        who: Annotated[Caller, managing("document.overrides")],
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> OverrideList:
        """List the documents on which something was decided, those withdrawn among them."""
        found = sorted(overrides.load(at.data).documents.items())
        shown = [override_view(document_id, override) for document_id, override in found[offset : offset + limit]]
        return OverrideList(overrides=shown, total=len(found))


def _holdings(at: Installation) -> Holdings:
    return Holdings(at.data, Jobs(at.state), lambda: at.engine.index().manifest)


def _supervisor(request: Request) -> Supervisor:
    return cast(Supervisor, request.app.state.supervisor)


def _spoken(request: Request) -> Any:
    return caller_language(request.headers.get("accept-language"))


def _follow(request: Request, response: Response, job: JobView) -> JobView:
    """The job, which is begun, and where it can be followed."""
    _supervisor(request).wake()
    response.headers["Location"] = f"/v1/jobs/{job.job_id}"
    return job
