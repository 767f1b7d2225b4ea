"""The values that every stage passes on: documents, sections, passages. Frozen, free of behaviour that needs I/O."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
DocumentFormat = Literal["pdf", "docx", "html", "text"]


class Role(StrEnum):
    """What a section is for, in the words of the council's templates."""

    ACHIEVEMENT = "achievement"
    PRIORITY = "priority"
    SHOWCASE = "showcase"
    NEED = "need"
    DISCUSSION = "discussion"
    DECISION = "decision"
    FOLLOW_UP = "follow_up"
    BACKGROUND = "background"
    ATTENDANCE = "attendance"
    REMARK = "remark"


class DocumentType(StrEnum):
    """The council's kinds of document."""

    EXCHANGE_FORM = "exchange_form"
    EXCHANGE_ANALYSIS = "exchange_analysis"
    DECISION_RECORD = "decision_record"
    OTHER = "other"


class Distribution(StrEnum):
    """Who may see a document, from the widest audience to the narrowest."""

    PUBLIC = "public"
    MEMBERS = "members"
    SECRETARIAT = "secretariat"

    @property
    def rank(self) -> int:
        """0 for the widest audience; whoever belongs to one may see what is for those of lower ranks too."""
        return _RANKS[self]


_RANKS = {audience: place for place, audience in enumerate(Distribution)}


class Status(StrEnum):
    """How far a jurisdiction is on a topic, furthest first."""

    DELIVERED = "delivered"
    PILOTING = "piloting"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    EXPLORING = "exploring"
    ASKING = "asking"
    SHARING = "sharing"


class BlockKind(StrEnum):
    """What a block of text is in its document. Contact blocks are kept out of the canonical text."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CONTACT = "contact"


class Attribution(StrEnum):
    """How it is known whose a passage is, and what it is for."""

    STATED = "stated"  # the document's structure says it
    INFERRED = "inferred"  # worked out from the text; a person may have to look


class PassageKind(StrEnum):
    """Whether a passage says anything."""

    STATEMENT = "statement"
    HEADING = "heading"  # a title under which nothing else stands
    NO_ANSWER = "no_answer"  # an answer such as "N/A": the section is known to be empty


class AsideReason(StrEnum):
    """Why a part of the canonical text is in no passage."""

    NOTICE = "notice"  # that the document may not be passed on
    INSTRUCTION = "instruction"  # the template's own words: what to write where, heads of columns


class ItemStatus(StrEnum):
    """How a decision or follow-up stands, as its own words tell."""

    DECIDED = "decided"
    OPEN = "open"
    CONTINUING = "continuing"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, numbered from 1, with the canonical characters `[start, end)` that it printed."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CellPosition:
    """Where a cell stands: table number in the document, row and column, all from 0."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph or list item: `canonical[start:end]`, without surrounding white space.

    `level` is a heading's depth from 1, or a list item's nesting from 1; 0 for the rest. `page` is where
    the block begins, None in formats without pages. `cell` is set for the blocks of a table.
    """

    kind: BlockKind
    start: int
    end: int
    page: int | None = None
    level: int = 0
    cell: CellPosition | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's cell: `canonical[start:end]` (empty where `start == end`). A merged cell stands once.

    `inferred` says that the file does not draw the cell: its text was put together from running text, unsurely.
    """

    row: int
    column: int
    start: int
    end: int
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table as rows of cells, in reading order; `page` is where it begins."""

    rows: tuple[tuple[Cell, ...], ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file as read: canonical text, and where its blocks, pages and tables lie in it.

    `blocks` are in reading order and do not overlap; every character outside them is white space.
    `metadata_title` is the title that the file itself declares, None where it declares none or a program made it up.
    `contacts` are the texts of the contact blocks (names, telephone numbers, addresses), which `text` leaves out.
    `pages` are all pages in order; where text was moved (a side column, a cell that goes on over the page), `printed`
    gives the page of every stretch of text, by offset. `unread_pages` are pictures that no OCR was at hand to read.
    """

    source: str
    format: DocumentFormat
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    metadata_title: str | None = None
    contacts: tuple[str, ...] = ()
    printed: tuple[Page, ...] = ()
    unread_pages: tuple[int, ...] = ()

    def __hash__(self) -> int:
        return hash(self.text)  # known after the first time; what is worked out of a document is looked up by it

    def page_at(self, offset: int) -> int | None:
        """The number of the page that printed the character at `offset`; None in formats without pages."""
        spans = self.printed or self.pages
        if not spans:
            return None
        return spans[max(bisect_right(spans, offset, key=lambda span: span.start) - 1, 0)].number


@dataclass(frozen=True, slots=True)
class Section:
    """A run of blocks that a layout takes for one thing: same heading path, role, jurisdiction, speaker.

    `blocks` are consecutive in the document; a block may be cut into several where a new speaker begins inside it.
    Leading headings belong to the section that they open. `jurisdictions` are those whose section it is; empty where
    it belongs to nobody. `credits_named` says whether it may also be about others that its text names, `says_none` that
    its words say that there is nothing to say.
    """

    blocks: tuple[Block, ...]
    heading: tuple[str, ...] = ()
    role: Role = Role.BACKGROUND
    jurisdictions: tuple[str, ...] = ()
    speaker: str | None = None
    attribution: Attribution = Attribution.STATED
    credits_named: bool = True
    says_none: bool = False


@dataclass(frozen=True, slots=True)
class Aside:
    """A part of the canonical text, `canonical[start:end]`, that is left out of the passages."""

    start: int
    end: int
    reason: AsideReason


@dataclass(frozen=True, slots=True)
class RecordItem:
    """A numbered decision or follow-up of a decision record: `canonical[start:end] == text`, label included.

    `kind` is Role.DECISION or Role.FOLLOW_UP, `number` as printed ("2A"), `owner` who has to see to it and `due` the
    date or meeting by when, both in the record's own words, None where it names none. `jurisdictions` are the codes
    of the owner. `heading` is the path of titles above it, its agenda item last.
    """

    id: str
    document_id: str
    kind: Role
    number: str | None
    text: str
    start: int
    end: int
    page: int | None
    language: Language
    status: ItemStatus
    owner: str | None = None
    due: str | None = None
    jurisdictions: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    meeting_date: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A document as its layout reads it. What is in no section is in `asides`."""

    sections: tuple[Section, ...]
    asides: tuple[Aside, ...] = ()
    items: tuple[RecordItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of a document: `canonical[start:end] == text`.

    `id` stays the same over re-indexing while document and text stay the same. `jurisdictions` are codes of
    whom the passage is about, most telling first: whose section it is, then who is named in it. `attribution` says
    whether the first of them and the role are stated by the document's structure or inferred. `meeting_date` is
    `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    """

    id: str
    document_id: str
    text: str
    start: int
    end: int
    page: int | None
    language: Language
    role: Role
    jurisdictions: tuple[str, ...] = ()
    speaker: str | None = None
    heading: tuple[str, ...] = ()
    meeting_date: str | None = None
    attribution: Attribution = Attribution.STATED
    kind: PassageKind = PassageKind.STATEMENT


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the index keeps of a document besides its passages.

    `jurisdiction_reason` says how its jurisdiction is known (or why it is not), in English, for the secretariat.
    `translation_of` is the id of the document that it says again in the other language. `contacts` are the texts of
    its contact blocks: for the secretariat alone.
    """

    id: str
    source: str
    title: str
    type: DocumentType
    language: Language
    distribution: Distribution
    meeting_date: str | None
    jurisdiction: str | None
    format: DocumentFormat
    pages: int | None
    digest: str
    text: str = field(repr=False)
    jurisdiction_reason: str | None = None
    translation_of: str | None = None
    contacts: tuple[str, ...] = field(default=(), repr=False)
    unread_pages: tuple[int, ...] = ()
