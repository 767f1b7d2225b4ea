"""What the API shows of the index's holdings: documents, passages, jurisdictions."""

from __future__ import annotations

from pydantic import BaseModel, Field

from indexer.documents import (
    Attribution,
    Distribution,
    DocumentFormat,
    DocumentRecord,
    DocumentType,
    Language,
    Passage,
    PassageKind,
    Role,
)
from service import access
from service.contract import ATTRIBUTION, PASSAGE_KIND


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
    jurisdiction_reason: str | None = Field(description="How the jurisdiction is known, or why it is not")
    translation_of: str | None = Field(description="Id of the document that it says again in the other language")
    format: DocumentFormat
    pages: int | None
    unread_pages: list[int] = Field(description="Pages that are pictures which no OCR was at hand to read")


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
    attribution: Attribution = Field(description=ATTRIBUTION)
    kind: PassageKind = Field(description=PASSAGE_KIND)


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
    """The documents, by meeting date."""

    documents: list[DocumentSummary]
    total: int = Field(description="How many there are, shown here or not")
    limit: int
    offset: int


class JurisdictionList(BaseModel):
    """All jurisdictions, known to the index or not."""

    jurisdictions: list[JurisdictionView]


def document_summary(record: DocumentRecord) -> DocumentSummary:
    """The document in the shape that leaves the service."""
    shown = access.visible(record)
    return DocumentSummary(**{name: getattr(shown, name) for name in DocumentSummary.model_fields})


def passage_view(passage: Passage) -> PassageView:
    """The passage in the shape that leaves the service."""
    return PassageView(**{name: getattr(passage, name) for name in PassageView.model_fields})
