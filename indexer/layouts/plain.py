"""The layout of any document: sections by heading, and by cell where there is a table.

A heading that is one of the templates' headings gives its role to what stands under it; a heading, or the first cell
of a table's row, that is a jurisdiction's name gives its jurisdiction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from indexer import jurisdictions
from indexer.document_words import heading_role
from indexer.documents import Block, BlockKind, Cell, Document, DocumentRecord, Layout, Role, Section, Table

_HEAD_WORDS = 40  # a cell with more words than this is content, not the head of a row or a column
_BROKEN = re.compile(r"(?<=\w)- (?=\w)")  # a name cut after its hyphen
_NAME_WORDS = 12  # the longest name of an organisation
_HEADED_COLUMNS = 3  # tables with fewer columns have no head row: their first column is the head


def recognise(document: Document, record: DocumentRecord) -> Layout:
    """Sections of `document` in reading order, which hold all its blocks."""
    reader = _Reader(document, (record.jurisdiction,) if record.jurisdiction else ())
    sections: list[Section] = []
    for table, run in groupby(document.blocks, key=lambda block: block.cell.table if block.cell else None):
        blocks = list(run)
        sections.extend(reader.flowing(blocks) if table is None else reader.tabular(document.tables[table], blocks))
    return Layout(tuple(sections))


def table_sections(
    document: Document, record: DocumentRecord, number: int, blocks: list[Block], path: tuple[str, ...] = ()
) -> Iterator[Section]:
    """Sections of one table of `document`, whose blocks are `blocks`; `path` are the titles above it."""
    titles = [(0, title) for title in path]
    reader = _Reader(document, (record.jurisdiction,) if record.jurisdiction else (), titles, outside=len(titles))
    return reader.tabular(document.tables[number], blocks)


@dataclass(slots=True)
class _Reader:
    """Walks blocks, keeping the path of headings above the present one as (level, title).

    The first `outside` headings of the path stand around the blocks, but say nothing of whom or what they are about:
    a table is not about the last heading before it.
    """

    document: Document
    owner: tuple[str, ...]
    path: list[tuple[int, str]] = field(default_factory=list)
    outside: int = 0

    def flowing(self, blocks: Iterable[Block]) -> Iterator[Section]:
        """Sections of running text: a new one at each heading that follows text."""
        held: list[Block] = []
        for block in blocks:
            if block.kind is BlockKind.HEADING:
                if any(other.kind is not BlockKind.HEADING for other in held):
                    yield from self._section(held)
                    held = []
                self._enter(block)
                held.append(block)
            else:
                held.append(block)
        yield from self._section(held)

    def tabular(self, table: Table, blocks: Iterable[Block]) -> Iterator[Section]:
        """Sections of a table: one a cell, cut at the headings inside it, under the row's and the column's heads.

        The head row is a section of its own; the head of a row stands with the first cell after it.
        """
        heads = self._column_heads(table)
        row_head = ""
        waiting: list[Block] = []
        for (row, column), held in groupby(blocks, key=_row_and_column):
            cell = list(held)
            if heads and row == 0:
                waiting.extend(cell)
                continue
            if heads and waiting and waiting[0].cell and waiting[0].cell.row == 0:
                yield from self._within([]).flowing(waiting)
                waiting = []
            if column == 0 and len(table.rows[row]) > 1 and self._words(cell) <= _HEAD_WORDS:
                if waiting:
                    yield from self._within([row_head]).flowing(waiting)
                row_head, waiting = self._row_head(cell), cell
                continue
            yield from self._cell(row_head, heads.get(column, ""), waiting, cell)
            waiting = []
        if waiting:
            yield from self._within([row_head] if row_head else []).flowing(waiting)

    def _cell(self, row_head: str, column_head: str, opening: list[Block], cell: list[Block]) -> Iterator[Section]:
        titles = [title for title in (row_head, column_head) if title]
        inside = self._within(titles)
        if jurisdiction := jurisdictions.exact(row_head) if row_head else None:
            inside.owner = (jurisdiction,)
        role = next((role for title in reversed(titles) if (role := heading_role(title))), None)
        sections = list(inside.flowing(cell))
        if opening and sections:
            sections[0] = replace(sections[0], blocks=(*opening, *sections[0].blocks))
        for section in sections:
            yield replace(section, role=role) if role and section.role is Role.BACKGROUND else section

    def _within(self, titles: list[str]) -> _Reader:
        """A reader for what stands in this table under `titles`."""
        path = [*self.path, *((0, title) for title in titles)]
        return _Reader(self.document, self.owner, path, outside=len(path))

    def _column_heads(self, table: Table) -> dict[int, str]:
        """First lines of the first row by column, where it heads the columns below."""
        first = table.rows[0]
        texts = [self.document.text[cell.start : cell.end] for cell in first]
        if (
            len(first) < _HEADED_COLUMNS
            or len(table.rows) < 2
            or any(len(text.split()) > _HEAD_WORDS for text in texts)
            or jurisdictions.exact(texts[0])
        ):
            return {}
        return {cell.column: _first_line(text) for cell, text in zip(first, texts, strict=True)}

    def _row_head(self, blocks: list[Block]) -> str:
        """A short cell whole, since names are broken over lines; of a longer one the first line, which is its title."""
        if self._words(blocks) <= _NAME_WORDS:
            return _BROKEN.sub("-", " ".join(self._text(block) for block in blocks))
        return self._text(blocks[0])

    def _words(self, blocks: list[Block]) -> int:
        return sum(len(self._text(block).split()) for block in blocks)

    def _text(self, block: Block | Cell) -> str:
        return self.document.text[block.start : block.end]

    def _enter(self, heading: Block) -> None:
        level = max(heading.level, 1)
        while len(self.path) > self.outside and self.path[-1][0] >= level:
            self.path.pop()
        self.path.append((level, self._text(heading)))

    def _section(self, blocks: list[Block]) -> Iterator[Section]:
        if not blocks:
            return
        telling = [title for _, title in reversed(self.path[self.outside :])]
        named = next((code for title in telling if (code := jurisdictions.exact(title))), None)
        yield Section(
            blocks=tuple(blocks),
            heading=tuple(title for _, title in self.path),
            role=next((role for title in telling if (role := heading_role(title))), Role.BACKGROUND),
            jurisdictions=(named,) if named else self.owner,
        )


def _row_and_column(block: Block) -> tuple[int, int]:
    return (block.cell.row, block.cell.column) if block.cell else (-1, -1)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
