"""The annex of an exchange analysis: a table of organisation by priorities, showcase, needs and remarks.

The heads may stand below a title that is merged over the table, be said again further down, or be those of the table
before; the organisations' column is the one whose head says so, or that holds most of their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from indexer import jurisdictions
from indexer.document_words import column_role, is_no_answer, table
from indexer.documents import (
    Aside,
    AsideReason,
    Attribution,
    Block,
    BlockKind,
    Cell,
    Document,
    Role,
    Section,
    Table,
)
from indexer.layouts.titles import is_title
from indexer.text import fold

_HEAD_WORDS = 45  # a cell with more words than this is no head of a column, explanation included
_SHORT_HEAD_WORDS = 8  # the same for a head that says no role
_HEAD_ROWS = 3  # the head row is one of the first so many
_COLUMNS = (Role.PRIORITY, Role.SHOWCASE, Role.NEED, Role.REMARK)  # the annex's, where it has no heads at all
_BROKEN = re.compile(r"(?<=\w)- (?=\w)")  # a name cut after its hyphen
_FIGURE = re.compile(r"[^\w]*\d[\d\s.,%$()–-]*\w*")  # "41,200 visits"
_SENTENCE_END = (".", "?", "!", ";")


@dataclass(frozen=True, slots=True)
class _Heads:
    """A table's heads: their row, each column's title, the organisations' column, and whether its head says so."""

    row: int
    titles: dict[int, str]
    organisations: int
    said: bool


def annex_of(document: Document, found: Table, last: Annex | None = None) -> Annex | None:
    """A reader for a table of organisations by row, None for any other table.

    `last` is the annex before it, whose heads a table without any takes over if it has as many columns.
    """
    grid = _Grid(document, found)
    heads = next((heads for row in range(min(_HEAD_ROWS, len(found.rows))) if (heads := grid.heads_at(row))), None)
    follows = last is not None and bool(last.titles) and grid.width == _Grid(document, last.table).width
    if heads is not None:
        roles = [column_role(title) for column, title in heads.titles.items() if column != heads.organisations]
        if any(roles):
            return Annex(document, found, heads.titles, heads.organisations, heads.row)
        if heads.said or not follows:
            return None  # a table of organisations by something else
    organisations = grid.named_column() or 0
    if grid.named(organisations) < max(2, len(found.rows) // 2) or grid.holds_figures(organisations):
        return None
    if last is not None and follows:
        return Annex(document, found, last.titles, last.organisations)
    return Annex(document, found, {}, organisations)


@dataclass(frozen=True, slots=True)
class _Grid:
    """What a table's rows and columns look like."""

    document: Document
    table: Table

    @property
    def width(self) -> int:
        """How many columns the table has."""
        return 1 + max((cell.column for row in self.table.rows for cell in row), default=-1)

    def text(self, cell: Cell) -> str:
        return self.document.text[cell.start : cell.end]

    def heads_at(self, row: int) -> _Heads | None:
        """The heads, if they stand in this row and nothing but titles merged over the table above it."""
        cells = self.table.rows[row]
        if len(cells) < 2 or any(len(above) > 1 for above in self.table.rows[:row]):
            return None
        texts = [self.text(cell) for cell in cells]
        if any(len(text.split()) > _HEAD_WORDS or _organisation(text) for text in texts):
            return None
        said = next((cell.column for cell, text in zip(cells, texts, strict=True) if _says_organisations(text)), None)
        roles = {cell.column: column_role(text) for cell, text in zip(cells, texts, strict=True)}
        without = [column for column, role in roles.items() if role is None]
        column = said if said is not None else self.named_column(without)
        telling = sum(role is not None for place, role in roles.items() if place != (column or 0))
        titled = all(_is_short_head(text) for text in texts)
        if not (
            (telling and (said is not None or column is not None))
            or (telling > 1 and len(cells) > 2)
            or (titled and (said is not None or column is not None))
        ):
            return None
        titles = {cell.column: _title(text) for cell, text in zip(cells, texts, strict=True)}
        return _Heads(row, titles, column or 0, said is not None)

    def named(self, column: int) -> int:
        """How many cells of a column are an organisation's name."""
        return sum(cell.column == column and bool(self.organisation(cell)) for row in self.table.rows for cell in row)

    def named_column(self, columns: Sequence[int] | None = None) -> int | None:
        """The column with most names of organisations, the first of several; None where none holds any."""
        counts = {column: self.named(column) for column in (range(self.width) if columns is None else columns)}
        most = max(counts.values(), default=0)
        return next((column for column, count in counts.items() if count == most), None) if most else None

    def organisation(self, cell: Cell) -> str | None:
        return _organisation(self.text(cell))

    def holds_figures(self, organisations: int) -> bool:
        """Whether most cells beside the organisations' are figures."""
        texts = [self.text(cell).strip() for row in self.table.rows for cell in row if cell.column != organisations]
        said = [text for text in texts if text]
        return 2 * sum(_FIGURE.fullmatch(text) is not None for text in said) > len(said)


def _title(text: str) -> str:
    """A column's head without its explanation."""
    first = text.partition("\n")[0].partition(":")[0].strip()
    if column_role(first) is None and column_role(text) is not None:
        return " ".join(text.partition(":")[0].split())  # broken over lines
    return first


def _organisation(text: str) -> str | None:
    return jurisdictions.exact(_BROKEN.sub("-", " ".join(text.split()))) if text else None


def _says_organisations(text: str) -> bool:
    return fold(text).strip(" :\n") in table().analysis_first_heads or jurisdictions.is_label(text)


def _is_short_head(text: str) -> bool:
    """Whether a text reads as a head that says no role: a few words, no sentence, no figure, no answer."""
    return (
        len(text.split()) <= _SHORT_HEAD_WORDS
        and not text.endswith(_SENTENCE_END)
        and _FIGURE.fullmatch(text) is None
        and not is_no_answer(text)
    )


@dataclass(slots=True)
class Annex:
    """Reads a table of organisations by columns.

    `titles` are the heads of its columns, empty without any; `organisations` is the organisations' column; `head_row`
    the row of the heads, -1 where they stand in another table or nowhere.
    """

    document: Document
    table: Table
    titles: dict[int, str]
    organisations: int
    head_row: int = -1
    name: str = field(default="", init=False)
    owner: tuple[str, ...] = field(default=(), init=False)

    def read(self, blocks: Sequence[Block], path: tuple[str, ...]) -> tuple[list[Section], list[Aside]]:
        """The sections of the table's cells, and its head rows set aside."""
        sections: list[Section] = []
        asides: list[Aside] = []
        waiting: list[Block] = []
        naming: int | None = None
        present = -1
        heads = self._head_rows()
        for (row, column), held in groupby(blocks, key=_row_and_column):
            cell = list(held)
            if row in heads:
                asides.extend(Aside(block.start, block.end, AsideReason.INSTRUCTION) for block in cell)
                continue
            if row < self.head_row:
                sections.append(Section(tuple(cell), path))
                continue
            if row != present:
                present = row
                naming = self._naming(row)
                if naming is not None:
                    sections.extend(self._unclaimed(waiting, path))
                    waiting = []
                    self._enter(row, naming)
            if column == naming or self._is_number(row, column):
                waiting.extend(cell)
                continue
            title = self.titles.get(column, "")
            sections.extend(self._sections(cell, (*path, *filter(None, (self.name, title))), column, waiting))
            waiting = []
        sections.extend(self._unclaimed(waiting, path))
        return sections, asides

    def _text(self, block: Block | Cell) -> str:
        return self.document.text[block.start : block.end]

    def _cell(self, row: int, column: int) -> Cell:
        return next(cell for cell in self.table.rows[row] if cell.column == column)

    def _head_rows(self) -> frozenset[int]:
        """The head row, and the rows that say it again."""
        if self.head_row < 0:
            return frozenset()
        said = [[" ".join(fold(self._text(cell)).split()) for cell in row] for row in self.table.rows]
        return frozenset(at for at, row in enumerate(said) if at >= self.head_row and row == said[self.head_row])

    def _naming(self, row: int) -> int | None:
        """The column of the cell that names the row's organisation: its own, or one merged over the table."""
        cells = self.table.rows[row]
        column = cells[0].column if len(cells) == 1 and cells[0].column == 0 else self.organisations
        return column if any(cell.column == column and self._text(cell).strip() for cell in cells) else None

    def _enter(self, row: int, column: int) -> None:
        text = self._text(self._cell(row, column))
        code = _organisation(text)
        self.owner = (code,) if code else ()
        self.name = _BROKEN.sub("-", " ".join(text.split()))

    def _is_number(self, row: int, column: int) -> bool:
        """Whether a cell before the organisation's only counts the rows."""
        return column < self.organisations and not any(sign.isalpha() for sign in self._text(self._cell(row, column)))

    def _unclaimed(self, blocks: list[Block], path: tuple[str, ...]) -> Iterator[Section]:
        """An organisation's name in a row without other text."""
        if blocks:
            yield Section(tuple(blocks), path, Role.BACKGROUND, self.owner)

    def _sections(
        self, cell: list[Block], path: tuple[str, ...], column: int, opening: list[Block]
    ) -> Iterator[Section]:
        """A section for each title inside the cell; the organisation's name opens the row's first."""
        row = cell[0].cell.row if cell[0].cell else 0
        unsure = self._cell(row, column).inferred or not self.titles
        attribution = Attribution.INFERRED if unsure else Attribution.STATED
        role = self._role(column)
        held: list[Block] = [Block(BlockKind.HEADING, b.start, b.end, b.page, b.level, b.cell) for b in opening]
        title: tuple[str, ...] = ()
        for found in cell:
            block = found
            if is_title(found, self._text(found)):
                block = replace(found, kind=BlockKind.HEADING)
                if any(other.kind is not BlockKind.HEADING for other in held):
                    yield Section(tuple(held), (*path, *title), inner_role(role, title), self.owner, None, attribution)
                    held = []
                title = (self._text(block).rstrip(" :"),)
            held.append(block)
        if held:
            yield Section(tuple(held), (*path, *title), inner_role(role, title), self.owner, None, attribution)

    def _role(self, column: int) -> Role:
        """As the column's head says; by its place only in a table without heads."""
        if self.titles:
            return column_role(self.titles.get(column, "")) or Role.BACKGROUND
        place = column - (column > self.organisations)
        return _COLUMNS[min(place, len(_COLUMNS) - 1)]


def inner_role(role: Role, title: tuple[str, ...]) -> Role:
    """In the column of priorities and achievements a title may say that what follows are achievements."""
    if role is Role.PRIORITY and title and column_role(title[0]) is Role.ACHIEVEMENT:
        return Role.ACHIEVEMENT
    return role


def _row_and_column(block: Block) -> tuple[int, int]:
    return (block.cell.row, block.cell.column) if block.cell else (-1, -1)
