"""The values that every stage passes on: documents, sections, passages. Frozen, free of behaviour that needs I/O."""

from __future__ import annotations

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
    """What a block of canonical text is in its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CONTACT = "contact"


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
    """A heading, paragraph, list item or contact block: `canonical[start:end]`, without surrounding white space.

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
    """A table's cell: `canonical[start:end]` (empty where `start == end`). A merged cell stands once."""

    row: int
    column: int
    start: int
    end: int


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
    """

    source: str
    format: DocumentFormat
    text: str
    blocks: tuple[Block, ...]
    pages: tuple[Page, ...] = ()
    tables: tuple[Table, ...] = ()
    metadata_title: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A run of blocks that a layout takes for one thing: same heading path, role, jurisdiction, speaker.

    `blocks` are consecutive in the document. Leading headings belong to the section that they open.
    """

    blocks: tuple[Block, ...]
    heading: tuple[str, ...] = ()
    role: Role = Role.BACKGROUND
    jurisdictions: tuple[str, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of a document: `canonical[start:end] == text`.

    `id` stays the same over re-indexing while document and text stay the same. `jurisdictions` are codes of
    whom the passage is about, most telling first. `meeting_date` is `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
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


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the index keeps of a document besides its passages."""

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
