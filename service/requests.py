"""What callers send: bodies and query parameters of the API, checked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from indexer.documents import DocumentType, ItemStatus, Language, Role, Status
from indexer.store import Filters
from service.contract import ItemKind
from service.filters import MAX_OWNER_CHARACTERS, ItemFilters, make_filters, make_item_filters
from service.follow_ups import DEFAULT_PAGE, MAX_PAGE
from service.query import DEFAULT_LIMIT, MAX_LIMIT, MAX_QUESTION_CHARACTERS, understand
from service.query import Query as UnderstoodQuery


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _underscored(value: Any) -> Any:
    return value.replace("-", "_") if isinstance(value, str) else value


Several = BeforeValidator(_as_list)
MAX_DOCUMENTS = 500
MAX_OFFSET = 1_000_000_000  # more than any list has, and no more than a number of a database can be
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

    meeting: Annotated[list[Annotated[str, Field(pattern=DATE)]], Several] = Field(
        default=[], description="Date of the meeting: YYYY, YYYY-MM or YYYY-MM-DD", examples=["2017-10"]
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
            meetings=self.meeting,
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
    facets: bool = Field(default=False, description="Whether to count the passages found by each filter's values")


class PrecedentParameters(FilterFields):
    """Which precedents to look for, as query parameters."""

    language: Language | None = Field(default=None, description="Of the answer; the passage's if left out")
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Passages to return")


class DocumentParameters(BaseModel):
    """Which page of the documents to list, as query parameters."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=MAX_DOCUMENTS, ge=1, le=MAX_DOCUMENTS, description="Documents to return")
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET, description="Documents to pass over first")


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
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET, description="Items to pass over first")

    def filters(self) -> ItemFilters:
        """The filters, checked."""
        return make_item_filters(
            meetings=self.meeting,
            owners=self.owner,
            kinds=self.kind,
            statuses=self.status,
            document_languages=self.doc_language,
        )
