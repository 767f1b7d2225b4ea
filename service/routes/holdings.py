"""What the index holds: documents, passages, decisions and follow-ups, jurisdictions."""

from __future__ import annotations

from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from starlette.exceptions import HTTPException

from indexer import jurisdictions
from service import audit
from service.callers import Here, Seen, Who
from service.contract import FollowUpList
from service.follow_ups import listed
from service.paging import link_next
from service.requests import DocumentParameters, FollowUpParameters
from service.views import (
    DocumentList,
    DocumentView,
    JurisdictionList,
    JurisdictionView,
    PassageWithDocument,
    document_summary,
    passage_view,
)


def add(app: FastAPI) -> None:
    """Add the routes to `app`."""

    @app.get("/v1/documents", tags=["holdings"])
    def documents(
        parameters: Annotated[DocumentParameters, Query()], engine: Seen, request: Request, response: Response
    ) -> DocumentList:
        """List the documents of the index, by meeting date."""
        found = engine.index().documents()
        limit, offset = parameters.limit, parameters.offset
        link_next(request, response, total=len(found), limit=limit, offset=offset)
        shown = [document_summary(record) for record in found[offset : offset + limit]]
        return DocumentList(documents=shown, total=len(found), limit=limit, offset=offset)

    @app.get("/v1/documents/{document_id}", tags=["holdings"])
    def document(document_id: str, engine: Seen, at: Here, who: Who) -> DocumentView:
        """One document with its passages."""
        index = engine.index()
        record = index.document(document_id)
        if record is None:
            raise HTTPException(404)
        passages = [passage_view(passage) for passage in index.passages(document_id)]
        audit.opened(at.state, who, record.id)
        return DocumentView(**document_summary(record).model_dump(), passages=passages)

    @app.get("/v1/passages/{passage_id}", tags=["holdings"])
    def passage(passage_id: str, engine: Seen, at: Here, who: Who) -> PassageWithDocument:
        """One passage with its document."""
        index = engine.index()
        found = index.passage(passage_id)
        record = index.document(found.document_id) if found else None
        if found is None or record is None:
            raise HTTPException(404)
        audit.opened(at.state, who, record.id)
        return PassageWithDocument(**passage_view(found).model_dump(), document=document_summary(record))

    @app.get("/v1/follow-ups", tags=["holdings"])
    def follow_ups(
        parameters: Annotated[FollowUpParameters, Query()], engine: Seen, request: Request, response: Response
    ) -> FollowUpList:
        """List the decisions and follow-ups of the decision records, by meeting."""
        found = listed(
            engine.index(),
            parameters.filters(),
            limit=parameters.limit,
            offset=parameters.offset,
            language=parameters.language,
        )
        link_next(request, response, total=found.total, limit=found.limit, offset=found.offset)
        return found

    @app.get("/v1/jurisdictions", tags=["holdings"])
    def all_jurisdictions(engine: Seen) -> JurisdictionList:
        """List the jurisdictions by code and name, with the number of passages about each."""
        counts = engine.index().jurisdiction_counts()
        return JurisdictionList(
            jurisdictions=[
                JurisdictionView(
                    code=known.code,
                    name_en=known.name_en,
                    name_fr=known.name_fr,
                    kind=known.kind,
                    passages=counts.get(known.code, 0),
                )
                for known in jurisdictions.all_jurisdictions()
            ]
        )
