"""What leaves the service: the answer and the search result, as the CLI prints them and the API returns them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from indexer.documents import Attribution, DocumentType, ItemStatus, Language, PassageKind, Role, Status

QuestionKind = Literal["list", "fact", "decision", "precedent"]
ItemKind = Literal["decision", "follow_up"]

ATTRIBUTION = "Whether the document itself says whose the passage is and what for, or it was worked out from the text"
PASSAGE_KIND = "Whether the passage states something; a title alone and an answer such as N/A do not"


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class JurisdictionName(_Shape):
    """A jurisdiction: its code and its name in the language of the answer."""

    code: str
    name: str


class FurtherFinding(_Shape):
    """More on a finding: another status of the same jurisdiction, or what became of a decision later."""

    status: Status
    statement: str
    meeting_date: str | None
    citations: list[int] = Field(description="Numbers of the citations that prove the statement")


class DecisionItem(_Shape):
    """Which numbered decision or follow-up a finding is."""

    item_id: str
    kind: ItemKind
    number: str | None = Field(description="As printed, without its label: 2A")
    owner: str | None = Field(description="Who has to see to it, in the record's words; null where it names nobody")
    due: str | None = Field(description="The date or meeting by when, in the record's words; null where it sets none")
    status: ItemStatus


class Finding(_Shape):
    """One thing found: who (null where it concerns nobody in particular), how far, what, when, and the proof.

    In a list a jurisdiction has one finding, its furthest status; `further` has its others.
    """

    jurisdiction: JurisdictionName | None
    status: Status
    statement: str
    meeting_date: str | None
    citations: list[int] = Field(description="Numbers of the citations that prove the statement")
    asked: bool = Field(
        default=True,
        description="False where it is mentioned apart: considering it, where the question asks who has it",
    )
    short_answer: str | None = Field(default=None, description="The part of the statement that answers by itself")
    why: str | None = Field(default=None, description="Why it may help, where a precedent is asked for")
    item: DecisionItem | None = Field(default=None, description="Where it is a decision or follow-up of a record")
    further: list[FurtherFinding] = []


class Citation(_Shape):
    """A proof: `quote` is characters `start` to `end` of the document's canonical text.

    `answer_start` and `answer_end` mark the short answer in it, as offsets into the same text.
    """

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
    meeting_date: str | None = None
    quote: str
    start: int
    end: int
    answer_start: int | None = None
    answer_end: int | None = None


class Version(_Shape):
    """The same passage elsewhere: in the document's other language, or word for word in another place."""

    passage_id: str
    document_id: str
    document_language: Language
    source: str
    page: int | None


class PassageHit(_Shape):
    """A passage found by a search, with where it stands; `versions` are the same one elsewhere, not listed again."""

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
    attribution: Attribution = Field(description=ATTRIBUTION)
    kind: PassageKind = Field(description=PASSAGE_KIND + "; searches find statements only")
    versions: list[Version] = []

    def other_languages(self) -> list[Language]:
        """The languages, other than that of its document, in which the same passage stands."""
        return sorted({version.document_language for version in self.versions} - {self.document_language})


class Answer(_Shape):
    """An answer: every citation number in `text`, `findings` and `context` is one of `citations`."""

    question: str
    language: Language
    kind: QuestionKind
    answered: bool
    text: str
    findings: list[Finding]
    citations: list[Citation]
    passages: list[PassageHit]
    context: list[int] = Field(
        default=[], description="Numbers of citations that speak of the council as a whole, not of a jurisdiction"
    )
    dropped_citations: int = Field(default=0, description="Citations that failed the check and were left out")
    wording: Literal["extractive", "model"] = Field(default="extractive", description="Who worded `text`")
    took_ms: float


class FacetValue(_Shape):
    """A value of a filter, and how many of the passages found have it."""

    value: str = Field(description="As the filter takes it")
    count: int


class Facets(_Shape):
    """Passages found by the values of each filter, counted under the other filters and not its own.

    Found are those whose score is not far below that of the best passage; a passage and its version in the other
    language are two.
    """

    total: int = Field(description="How many of the passages found meet all filters")
    complete: bool = Field(description="False where more were found than are counted, which are the nearest then")
    jurisdiction: list[FacetValue]
    meeting: list[FacetValue]
    role: list[FacetValue]
    status: list[FacetValue]
    type: list[FacetValue]
    doc_language: list[FacetValue]


class SearchResult(_Shape):
    """The passages nearest to a text, best first."""

    query: str
    language: Language
    passages: list[PassageHit]
    facets: Facets | None = Field(default=None, description="Where they were asked for")
    suggestion: str | None = Field(
        default=None, description="The query with likelier words, where no passage holds a word of it or next to none"
    )
    took_ms: float


class FollowUp(_Shape):
    """A numbered decision or follow-up of a decision record: characters `start` to `end` of its canonical text."""

    meeting_date: str | None = Field(description="Of the meeting recorded: YYYY, YYYY-MM or YYYY-MM-DD")
    kind: ItemKind
    number: str | None = Field(description="As printed, without its label: 2A")
    text: str = Field(description="The whole item, label included")
    owner: str | None = Field(description="Who has to see to it, in the record's words; null where it names nobody")
    due: str | None = Field(description="The date or meeting by when, in the record's words; null where it sets none")
    status: ItemStatus
    status_word: str = Field(description="The word for the status: in the item's language, or the one asked for")
    jurisdictions: list[str] = Field(description="Codes of the owner")
    heading: list[str] = Field(description="Titles above it, its agenda item last")
    document_title: str
    source: str = Field(description="File name of the document")
    page: int | None
    item_id: str
    document_id: str
    language: Language
    start: int
    end: int


class FollowUpList(_Shape):
    """The decisions and follow-ups that meet the filters, by meeting and in the record's order."""

    total: int = Field(description="How many meet the filters, shown here or not")
    limit: int
    offset: int
    follow_ups: list[FollowUp]
