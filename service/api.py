"""The HTTP API under `/v1`, health checks, and the page."""

from __future__ import annotations

import logging
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from starlette.exceptions import HTTPException

from indexer import jurisdictions
from indexer.documents import DocumentType, ItemStatus, Language, Role, Status
from indexer.errors import CouncilError
from indexer.store import Filters
from service import problems
from service.contract import Answer, FollowUpList, ItemKind, SearchResult
from service.engine import Engine, UnknownPassageError
from service.filters import MAX_OWNER_CHARACTERS, ItemFilters, make_filters, make_item_filters
from service.follow_ups import DEFAULT_PAGE, MAX_PAGE, listed
from service.headers import SECURITY_HEADERS
from service.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_QUESTION_CHARACTERS, understand
from service.query import Query as UnderstoodQuery
from service.views import (
    DocumentList,
    DocumentView,
    JurisdictionList,
    JurisdictionView,
    PassageWithDocument,
    document_summary,
    passage_view,
)
from service.web import pages
from service.wording import open_writer

_logger = logging.getLogger("service")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _underscored(value: Any) -> Any:
    return value.replace("-", "_") if isinstance(value, str) else value


Several = BeforeValidator(_as_list)
DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"


class FilterFields(BaseModel):
    """Hard conditions; values of one filter are alternatives. Unknown filters and values are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    jurisdiction: Annotated[list[str], Several] = Field(default=[], description="Codes, as GET /v1/jurisdictions gives")
    type: Annotated[list[DocumentType], Several] = []
    role: Annotated[list[Role], Several] = []
    status: Annotated[list[Status], Several] = []
    date_from: str | None = Field(default=None, alias="from", pattern=DATE, description="YYYY, YYYY-MM or YYYY-MM-DD")
    date_to: str | None = Field(default=None, alias="to", pattern=DATE, description="YYYY, YYYY-MM or YYYY-MM-DD")
    doc_language: Annotated[list[Language], Several] = Field(
        default=[], validation_alias=AliasChoices("doc_language", "doc-language")
    )

    def filters(self) -> Filters:
        """The filters on passages, checked; statuses are not among them."""
        return make_filters(
            jurisdictions=self.jurisdiction,
            types=self.type,
            roles=self.role,
            document_languages=self.doc_language,
            date_from=self.date_from,
            date_to=self.date_to,
        )

    def query(self, text: str, language: Language | None, limit: int) -> UnderstoodQuery:
        """The understood query of `text` under these filters."""
        return understand(text, language=language, filters=self.filters(), statuses=tuple(self.status), limit=limit)


class AnswerRequest(BaseModel):
    """A question to answer."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "Which jurisdictions piloted chatbots?"}]}
    )

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    language: Language | None = Field(default=None, description="Of the answer; the question's if left out")
    filters: FilterFields = FilterFields()
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Passages to return")


class SearchParameters(FilterFields):
    """A search as query parameters."""

    q: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS, description="What to look for")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)


class PrecedentParameters(FilterFields):
    """Which precedents to look for, as query parameters."""

    language: Language | None = Field(default=None, description="Of the answer; the passage's if left out")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Passages to return")


class FollowUpParameters(BaseModel):
    """Which decisions and follow-ups to list, as query parameters; values of one filter are alternatives."""

    model_config = ConfigDict(extra="forbid")

    meeting: Annotated[list[Annotated[str, Field(pattern=DATE)]], Several] = Field(
        default=[], description="Date of the meeting: YYYY, YYYY-MM or YYYY-MM-DD", examples=["2017-10"]
    )
    owner: Annotated[list[Annotated[str, Field(min_length=1, max_length=MAX_OWNER_CHARACTERS)]], Several] = Field(
        default=[], description="A jurisdiction's code, or a part of the owner's words", examples=["ICCS"]
    )
    kind: Annotated[list[Annotated[ItemKind, BeforeValidator(_underscored)]], Several] = []
    status: Annotated[list[ItemStatus], Several] = []
    doc_language: Annotated[list[Language], Several] = Field(
        default=[], validation_alias=AliasChoices("doc_language", "doc-language")
    )
    language: Language | None = Field(
        default=None, description="Of the word for the status; the item's own if left out"
    )
    limit: int = Field(default=DEFAULT_PAGE, ge=1, le=MAX_PAGE, description="Items to return")
    offset: int = Field(default=0, ge=0, description="Items to pass over first")

    def filters(self) -> ItemFilters:
        """The filters, checked."""
        return make_item_filters(
            meetings=self.meeting,
            owners=self.owner,
            kinds=self.kind,
            statuses=self.status,
            document_languages=self.doc_language,
        )


class Health(BaseModel):
    """State of the service."""

    status: str
    generation: str | None = None


def create_app(folder: Path, model: str | None = None, reranker: str | None = None) -> FastAPI:
    """The application over the index in `folder`. Raises IndexUnusableError where there is no usable index."""
    engine = Engine(folder, model, reranker, writer=open_writer())
    threading.Thread(target=_warm, args=(engine,), name="warming", daemon=True).start()
    app = FastAPI(
        title="Council Search",
        version=version("council-search"),
        summary="Bilingual search and cited answers over a council's documents",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        responses={
            "4XX": {"model": problems.Problem, "description": "Refused: the body says why and what to mend"},
            "5XX": {"model": problems.Problem, "description": "Failed: the body says what to do"},
        },
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    _add_questions(app, engine)
    _add_holdings(app, engine)
    _add_health(app, engine)
    pages.install(app, engine)
    return app


def _warm(engine: Engine) -> None:
    """Read ahead while the first callers come; that it fails is no reason not to serve."""
    try:
        engine.warm()
    except Exception:
        _logger.exception("reading ahead failed; first answers are slower")


def _add_questions(app: FastAPI, engine: Engine) -> None:
    @app.post("/v1/answer", tags=["questions"])
    def answer(body: AnswerRequest) -> Answer:
        """Answer a question, with the passages that prove it."""
        return engine.answer(body.filters.query(body.question, body.language, body.limit))

    @app.get("/v1/search", tags=["questions"])
    def search(parameters: Annotated[SearchParameters, Query()]) -> SearchResult:
        """List the passages nearest to a text, best first."""
        return engine.search(parameters.query(parameters.q, None, parameters.limit))

    @app.get("/v1/passages/{passage_id}/precedents", tags=["questions"])
    def precedents(passage_id: str, parameters: Annotated[PrecedentParameters, Query()]) -> Answer:
        """Find who can help with the needs that a passage states: what others did, build or offer."""
        try:
            return engine.precedents(
                passage_id,
                language=parameters.language,
                filters=parameters.filters(),
                statuses=tuple(parameters.status),
                limit=parameters.limit,
            )
        except UnknownPassageError as error:
            raise HTTPException(404) from error


def _add_holdings(app: FastAPI, engine: Engine) -> None:
    @app.get("/v1/documents", tags=["holdings"])
    def documents() -> DocumentList:
        """List the documents of the index."""
        return DocumentList(documents=[document_summary(record) for record in engine.index().documents()])

    @app.get("/v1/documents/{document_id}", tags=["holdings"])
    def document(document_id: str) -> DocumentView:
        """One document with its passages."""
        index = engine.index()
        record = index.document(document_id)
        if record is None:
            raise HTTPException(404)
        passages = [passage_view(passage) for passage in index.passages(document_id)]
        return DocumentView(**document_summary(record).model_dump(), passages=passages)

    @app.get("/v1/passages/{passage_id}", tags=["holdings"])
    def passage(passage_id: str) -> PassageWithDocument:
        """One passage with its document."""
        index = engine.index()
        found = index.passage(passage_id)
        record = index.document(found.document_id) if found else None
        if found is None or record is None:
            raise HTTPException(404)
        return PassageWithDocument(**passage_view(found).model_dump(), document=document_summary(record))

    @app.get("/v1/follow-ups", tags=["holdings"])
    def follow_ups(parameters: Annotated[FollowUpParameters, Query()]) -> FollowUpList:
        """List the decisions and follow-ups of the decision records, by meeting."""
        return listed(
            engine.index(),
            parameters.filters(),
            limit=parameters.limit,
            offset=parameters.offset,
            language=parameters.language,
        )

    @app.get("/v1/jurisdictions", tags=["holdings"])
    def all_jurisdictions() -> JurisdictionList:
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


def _add_health(app: FastAPI, engine: Engine) -> None:
    @app.get("/healthz", tags=["health"])
    def alive() -> Health:
        """The process runs."""
        return Health(status="ok")

    @app.get("/readyz", tags=["health"], responses={503: {"model": Health}})
    def ready(response: Response) -> Health:
        """The index is open and can be asked."""
        try:
            return Health(status="ready", generation=engine.index().generation)
        except CouncilError:
            response.status_code = 503
            return Health(status="no usable index")

    @app.middleware("http")
    async def security_headers(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.update(SECURITY_HEADERS)
        return response
