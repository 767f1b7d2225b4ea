"""The annex of an exchange analysis: a table of organisation by priorities, showcase, needs and remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from indexer import jurisdictions
from indexer.document_words import heading_role
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

_HEAD_WORDS = 45  # a cell with more words than this is no head of a column, explanation included
_COLUMNS = (Role.PRIORITY, Role.SHOWCASE, Role.NEED, Role.REMARK)  # the annex's, where its heads do not say
_BROKEN = re.compile(r"(?<=\w)- (?=\w)")  # a name cut after its hyphen


def annex_of(document: Document, found: Table) -> Annex | None:
    """A reader for a table of organisations by row, None for any other table."""
    texts = [document.text[cell.start : cell.end] for cell in found.rows[0]] if found.rows else []
    heads: dict[int, str] = {}
    if len(texts) >= 3 and all(len(text.split()) <= _HEAD_WORDS for text in texts):
        roles = [heading_role(text) for text in texts[1:]]
        if sum(role is not None for role in roles) >= 2:
            heads = {cell.column: _title(text) for cell, text in zip(found.rows[0], texts, strict=True)}
    named = sum(1 for row in found.rows if row and _organisation(document, row[0]))
    if not heads and named < max(2, len(found.rows) // 2):
        return None
    return Annex(document, found, heads)


def _title(text: str) -> str:
    """A column's head without its explanation."""
    return text.partition("\n")[0].partition(":")[0].strip()


def _organisation(document: Document, cell: Cell) -> str | None:
    text = document.text[cell.start : cell.end]
    return jurisdictions.exact(_BROKEN.sub("-", " ".join(text.split()))) if text else None


@dataclass(slots=True)
class Annex:
    """Reads a table of organisation by columns; `heads` are the titles of its columns, empty without a head row."""

    document: Document
    table: Table
    heads: dict[int, str]

    def read(self, blocks: Sequence[Block], path: tuple[str, ...]) -> tuple[list[Section], list[Aside]]:
        """The sections of the table's cells, and its head row set aside."""
        sections: list[Section] = []
        asides: list[Aside] = []
        owner: tuple[str, ...] = ()
        name = ""
        waiting: list[Block] = []
        for (row, column), held in groupby(blocks, key=_row_and_column):
            cell = list(held)
            if row == 0 and self.heads:
                asides.extend(Aside(block.start, block.end, AsideReason.INSTRUCTION) for block in cell)
                continue
            if column == 0:
                sections.extend(self._unclaimed(waiting, path, owner))
                code = _organisation(self.document, self._cell(row, 0))
                owner = (code,) if code else ()
                name = _BROKEN.sub("-", " ".join(" ".join(self._text(block) for block in cell).split()))
                waiting = cell
                continue
            title = self.heads.get(column, "")
            found = list(self._sections(cell, (*path, *filter(None, (name, title))), column, owner, waiting))
            sections.extend(found)
            waiting = []
        sections.extend(self._unclaimed(waiting, path, owner))
        return sections, asides

    def _text(self, block: Block) -> str:
        return self.document.text[block.start : block.end]

    def _cell(self, row: int, column: int) -> Cell:
        return next(cell for cell in self.table.rows[row] if cell.column == column)

    def _unclaimed(self, blocks: list[Block], path: tuple[str, ...], owner: tuple[str, ...]) -> Iterator[Section]:
        """An organisation's name in a row without other text."""
        if blocks:
            yield Section(tuple(blocks), path, Role.BACKGROUND, owner)

    def _sections(
        self, cell: list[Block], path: tuple[str, ...], column: int, owner: tuple[str, ...], opening: list[Block]
    ) -> Iterator[Section]:
        """A section for each title inside the cell; the organisation's name opens the row's first."""
        row = cell[0].cell.row if cell[0].cell else 0
        unsure = self._cell(row, column).inferred
        attribution = Attribution.INFERRED if unsure else Attribution.STATED
        role = self._role(column)
        held: list[Block] = [Block(BlockKind.HEADING, b.start, b.end, b.page, b.level, b.cell) for b in opening]
        title: tuple[str, ...] = ()
        for found in cell:
            block = found
            if is_title(found, self._text(found)):
                block = replace(found, kind=BlockKind.HEADING)
                if any(other.kind is not BlockKind.HEADING for other in held):
                    yield Section(tuple(held), (*path, *title), _inner(role, title), owner, attribution=attribution)
                    held = []
                title = (self._text(block).rstrip(" :"),)
            held.append(block)
        if held:
            yield Section(tuple(held), (*path, *title), _inner(role, title), owner, attribution=attribution)

    def _role(self, column: int) -> Role:
        head = heading_role(self.heads.get(column, ""))
        return head or _COLUMNS[min(column, len(_COLUMNS)) - 1]


def _inner(role: Role, title: tuple[str, ...]) -> Role:
    """In the column of priorities and achievements a title may say that what follows are achievements."""
    if role is Role.PRIORITY and title and heading_role(title[0]) is Role.ACHIEVEMENT:
        return Role.ACHIEVEMENT
    return role


def _row_and_column(block: Block) -> tuple[int, int]:
    return (block.cell.row, block.cell.column) if block.cell else (-1, -1)
