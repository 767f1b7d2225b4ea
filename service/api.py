"""The HTTP API under `/v1`, health checks, and the page."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field
from starlette.exceptions import HTTPException

from indexer import jurisdictions
from indexer.documents import (
    Distribution,
    DocumentFormat,
    DocumentRecord,
    DocumentType,
    Language,
    Passage,
    Role,
    Status,
)
from indexer.errors import CouncilError
from service import problems
from service.contract import Answer, SearchResult
from service.engine import Engine
from service.filters import make_filters
from service.headers import SECURITY_HEADERS
from service.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_QUESTION_CHARACTERS, understand
from service.query import Query as UnderstoodQuery
from service.web import pages


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


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

    def query(self, text: str, language: Language | None, limit: int) -> UnderstoodQuery:
        """The understood query of `text` under these filters."""
        filters = make_filters(
            jurisdictions=self.jurisdiction,
            types=self.type,
            roles=self.role,
            document_languages=self.doc_language,
            date_from=self.date_from,
            date_to=self.date_to,
        )
        return understand(text, language=language, filters=filters, statuses=tuple(self.status), limit=limit)


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


class DocumentSummary(BaseModel):
    """A document of the index."""

    id: str
    title: str
    source: str
    type: DocumentType
    language: Language
    distribution: Distribution
    meeting_date: str | None
    jurisdiction: str | None
    format: DocumentFormat
    pages: int | None


class PassageView(BaseModel):
    """A passage: characters `start` to `end` of its document's canonical text."""

    id: str
    document_id: str
    text: str
    start: int
    end: int
    page: int | None
    language: Language
    role: Role
    jurisdictions: list[str]
    speaker: str | None
    heading: list[str]
    meeting_date: str | None


class DocumentView(DocumentSummary):
    """A document with its passages in reading order."""

    passages: list[PassageView]


class PassageWithDocument(PassageView):
    """A passage with the document that it is in."""

    document: DocumentSummary


class JurisdictionView(BaseModel):
    """A jurisdiction, and how many passages of the index are about it."""

    code: str
    name_en: str
    name_fr: str
    kind: str
    passages: int


class DocumentList(BaseModel):
    """All documents, by meeting date."""

    documents: list[DocumentSummary]


class JurisdictionList(BaseModel):
    """All jurisdictions, known to the index or not."""

    jurisdictions: list[JurisdictionView]


class Health(BaseModel):
    """State of the service."""

    status: str
    generation: str | None = None


def create_app(folder: Path, model: str | None = None) -> FastAPI:
    """The application over the index in `folder`. Raises IndexUnusableError where there is no usable index."""
    engine = Engine(folder, model)
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


def _add_questions(app: FastAPI, engine: Engine) -> None:
    @app.post("/v1/answer", tags=["questions"])
    def answer(body: AnswerRequest) -> Answer:
        """Answer a question, with the passages that prove it."""
        return engine.answer(body.filters.query(body.question, body.language, body.limit))

    @app.get("/v1/search", tags=["questions"])
    def search(parameters: Annotated[SearchParameters, Query()]) -> SearchResult:
        """List the passages nearest to a text, best first."""
        return engine.search(parameters.query(parameters.q, None, parameters.limit))


def _add_holdings(app: FastAPI, engine: Engine) -> None:
    @app.get("/v1/documents", tags=["holdings"])
    def documents() -> DocumentList:
        """List the documents of the index."""
        return DocumentList(documents=[_summary(record) for record in engine.index().documents()])

    @app.get("/v1/documents/{document_id}", tags=["holdings"])
    def document(document_id: str) -> DocumentView:
        """One document with its passages."""
        index = engine.index()
        record = index.document(document_id)
        if record is None:
            raise HTTPException(404)
        passages = [_passage_view(passage) for passage in index.passages(document_id)]
        return DocumentView(**_summary(record).model_dump(), passages=passages)

    @app.get("/v1/passages/{passage_id}", tags=["holdings"])
    def passage(passage_id: str) -> PassageWithDocument:
        """One passage with its document."""
        index = engine.index()
        found = index.passage(passage_id)
        record = index.document(found.document_id) if found else None
        if found is None or record is None:
            raise HTTPException(404)
        return PassageWithDocument(**_passage_view(found).model_dump(), document=_summary(record))

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


def _summary(record: DocumentRecord) -> DocumentSummary:
    return DocumentSummary(**{name: getattr(record, name) for name in DocumentSummary.model_fields})


def _passage_view(passage: Passage) -> PassageView:
    return PassageView(**{name: getattr(passage, name) for name in PassageView.model_fields})
