"""Documents that come and go: uploads, what the secretariat decides on a document, and its removal."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from indexer import corrections, overrides
from service.access import Action, Caller
from service.callers import Here, may
from service.problems import caller_language
from service.uploads.correcting import PassageCorrection
from service.uploads.deciding import DocumentChange
from service.uploads.jobs import Job, new_id
from service.uploads.orders import Ordering
from service.uploads.receiving import MEGABYTE, receive
from service.uploads.views import (
    CorrectionList,
    JobView,
    OverrideList,
    OverrideView,
    correction_view,
    job_view,
    override_view,
)

Manager = Annotated[Caller, Depends(may(Action.MANAGE_DOCUMENTS))]
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


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.post("/v1/documents", tags=["documents"], status_code=202, openapi_extra=_FORM)
    async def upload(request: Request, response: Response, at: Here, given: Ordering) -> JobView:
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
            return _begun(request, response, given.take_up(job_id, received))

        # Whoever hangs up now must not tear the job from its files.
        return await asyncio.shield(run_in_threadpool(taken_up))

    @app.patch("/v1/documents/{document_id}", tags=["documents"], status_code=202)
    def decide(
        document_id: str,
        body: DocumentChange,
        *,
        request: Request,
        response: Response,
        given: Ordering,
    ) -> JobView:
        """Change a document's audience, correct what is said of it, or bring it back.

        A narrower audience holds at once, a wider one and corrections once the job has ended.
        """
        job = given.change(document_id, body)
        if job is None:
            raise HTTPException(404)
        return _begun(request, response, job)

    @app.delete("/v1/documents/{document_id}", tags=["documents"], status_code=204)
    def delete(document_id: str, given: Ordering) -> Response:
        """Take a document out of every answer at once, and remove its file if it was uploaded.

        One that was indexed from a folder stays out until it is brought back with PATCH, whatever is indexed again.
        """
        job = given.withdraw(document_id)
        if job is None:
            raise HTTPException(404)
        return Response(status_code=204, headers={"Location": f"/v1/jobs/{job.id}"})

    @app.get("/v1/documents/{document_id}/overrides", tags=["documents"])
    def decided(document_id: str, at: Here, who: Manager) -> OverrideView:
        """What was decided on a document, and on whose approval."""
        found = overrides.load(at.data)
        if document_id not in found.documents and at.engine.index().document(document_id) is None:
            raise HTTPException(404)
        return override_view(document_id, found.of(document_id))

    @app.get("/v1/overrides", tags=["documents"])
    def all_decided(
        at: Here,
        who: Manager,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    ) -> OverrideList:
        """List the documents on which something was decided, those withdrawn among them."""
        found = sorted(overrides.load(at.data).documents.items())
        shown = [override_view(document_id, override) for document_id, override in found[offset : offset + limit]]
        return OverrideList(overrides=shown, total=len(found))

    @app.patch("/v1/passages/{passage_id}", tags=["documents"], status_code=202)
    def correct(
        passage_id: str, body: PassageCorrection, *, request: Request, response: Response, given: Ordering
    ) -> JobView:
        """Correct what a passage is for, whose it is and who speaks; the document stays as it is.

        The passage is then no longer marked as inferred. Corrections outlast every build of the index, and hold once
        the job has ended.
        """
        job = given.correct(passage_id, body)
        if job is None:
            raise HTTPException(404)
        return _begun(request, response, job)

    @app.get("/v1/documents/{document_id}/corrections", tags=["documents"])
    def corrected(document_id: str, at: Here, who: Manager) -> CorrectionList:
        """What was corrected on the passages of a document, those among them that it no longer has."""
        known, index = corrections.load(at.data).of(document_id), at.engine.index()
        if not known and not index.documents_by_id([document_id]):
            raise HTTPException(404)
        held = {passage.id for passage in index.passages_by_id(known)}
        shown = [correction_view(one, correction, found=one in held) for one, correction in sorted(known.items())]
        return CorrectionList(document_id=document_id, corrections=shown)


def _begun(request: Request, response: Response, job: Job) -> JobView:
    """The job, which is begun, and where it can be followed."""
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return job_view(job, caller_language(request.headers.get("accept-language")))
