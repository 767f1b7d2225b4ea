"""What leaves the service: the answer and the search result, as the CLI prints them and the API returns them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.documents import DocumentType, Language, Role, Status

QuestionKind = Literal["list", "fact", "decision", "precedent"]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JurisdictionName(_Shape):
    """A jurisdiction: its code and its name in the language of the answer."""

    code: str
    name: str


class Finding(_Shape):
    """One thing found: who (null where it concerns nobody in particular), how far, what, when, and the proof."""

    jurisdiction: JurisdictionName | None
    status: Status
    statement: str
    meeting_date: str | None
    citations: list[int] = Field(description="Numbers of the citations that prove the statement")


class Citation(_Shape):
    """A proof: `quote` is characters `start` to `end` of the document's canonical text."""

    number: int
    passage_id: str
    document_id: str
    document_title: str
    document_type: DocumentType
    document_language: Language
    source: str = Field(description="File name of the document")
    page: int | None
    role: Role
    jurisdictions: list[str]
    speaker: str | None
    quote: str
    start: int
    end: int


class PassageHit(_Shape):
    """A passage found by a search, with where it stands."""

    passage_id: str
    document_id: str
    document_title: str
    document_type: DocumentType
    document_language: Language
    source: str
    score: float = Field(description="For ranking within one result; not a probability")
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


class Answer(_Shape):
    """An answer: every citation number in `text` and `findings` is one of `citations`."""

    question: str
    language: Language
    kind: QuestionKind
    answered: bool
    text: str
    findings: list[Finding]
    citations: list[Citation]
    passages: list[PassageHit]
    took_ms: float


class SearchResult(_Shape):
    """The passages nearest to a text, best first."""

    query: str
    language: Language
    passages: list[PassageHit]
    took_ms: float
