"""Assembles the canonical text: blocks one under the other, with exact offsets, pages and tables."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace

from indexer.documents import Block, BlockKind, Cell, CellPosition, Document, DocumentFormat, Page, Table
from indexer.readers.contacts import holds_contact, is_contact_label, is_person, labelled_contact
from indexer.readers.lines import Draft

_SEPARATOR = "\n"


class CanonicalBuilder:
    """Takes drafts in reading order and gives them their place; `build` closes the text."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        # Where text of a page begins and ends: (start, end, page number).
        self._printed: list[tuple[int, int, int]] = []
        self._tables: list[_OpenTable] = []
        self._contacts: list[str] = []
        self._label: tuple[CellPosition | None] | None = None  # the cell of the last block if it announces a person

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added yet, no contact either."""
        return not (self._blocks or self._contacts)

    def add(self, draft: Draft, cell: CellPosition | None = None) -> None:
        """Appends a block; a draft without text is left out, a contact is kept apart from the text."""
        if not draft.text:
            return
        if draft.kind is BlockKind.CONTACT:
            self._contacts.append(draft.text)
            return
        announced, self._label = self._is_announced(cell), None
        free = announced and draft.kind is BlockKind.PARAGRAPH
        if free and (is_person(draft.text) or holds_contact(draft.text)):
            self._contacts.append(draft.text)
            return
        if found := labelled_contact(draft.text):
            self._contacts.append(draft.text[slice(*found)])
            for kept in _around(draft, *found):
                self.add(kept, cell)
            return
        self._label = (cell,) if is_contact_label(draft.text) else None
        if self._blocks:
            self._parts.append(_SEPARATOR)
            self._length += len(_SEPARATOR)
        start = self._length
        self._parts.append(draft.text)
        self._length += len(draft.text)
        self._blocks.append(Block(draft.kind, start, self._length, draft.page, draft.level, cell))
        if draft.page is not None:
            marks = [(0, draft.page), *draft.breaks, (len(draft.text), 0)]
            for (begin, page), (end, _) in itertools.pairwise(marks):
                self._printed.append((start + begin, start + end, page))

    def _is_announced(self, cell: CellPosition | None) -> bool:
        """Whether a name in `cell` stands after the label of a contact: under it, or in the same row of a table."""
        if self._label is None:
            return False
        (label,) = self._label
        return label == cell or bool(
            label and cell and (label.table, label.row) == (cell.table, cell.row) and label.column < cell.column
        )

    def add_all(self, drafts: Iterable[Draft], cell: CellPosition | None = None) -> None:
        """Appends several blocks."""
        for draft in drafts:
            self.add(draft, cell)

    def open_table(self, page: int | None = None) -> int:
        """Begins a table; the number is for `open_cell`."""
        self._tables.append(_OpenTable(page))
        return len(self._tables) - 1

    def open_row(self, table: int) -> int:
        """Begins a row of a table and gives its number."""
        rows = self._tables[table].rows
        rows.append([])
        return len(rows) - 1

    def add_cell(self, position: CellPosition, drafts: Iterable[Draft], *, inferred: bool = False) -> None:
        """Appends a cell with its blocks; a cell without text is empty, at the place where it would stand."""
        first = self.open_cell()
        self.add_all(drafts, position)
        self.close_cell(position, first, inferred=inferred)

    def open_cell(self) -> int:
        """A mark from which `close_cell` knows the blocks that were added since."""
        return len(self._blocks)

    def close_cell(self, position: CellPosition, first: int, *, inferred: bool = False) -> None:
        """Records as one cell all blocks that were added since `open_cell` gave `first`."""
        if first < len(self._blocks):
            start, end = self._blocks[first].start, self._blocks[-1].end
        else:
            start = end = self._length
        self._tables[position.table].rows[position.row].append(
            Cell(position.row, position.column, start, end, inferred)
        )

    def build(
        self,
        source: str,
        document_format: DocumentFormat,
        page_count: int = 0,
        metadata_title: str | None = None,
    ) -> Document:
        """The document; `page_count` pages, 0 in formats without pages."""
        return Document(
            source=source,
            format=document_format,
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            pages=tuple(_tile(self._printed, page_count, self._length)),
            tables=tuple(Table(tuple(tuple(r) for r in t.rows), t.page) for t in self._tables),
            metadata_title=metadata_title,
            contacts=tuple(self._contacts),
            printed=tuple(_stretches(self._printed)),
        )


def _around(draft: Draft, start: int, end: int) -> Iterable[Draft]:
    """What the draft holds before and after the characters `[start, end)`."""
    for first, last in ((0, start), (end, len(draft.text))):
        text = draft.text[first:last]
        begin, bare = first + len(text) - len(text.lstrip()), text.strip()
        if bare:
            page = next((page for offset, page in reversed(draft.breaks) if offset <= begin), draft.page)
            inside = ((offset - begin, page) for offset, page in draft.breaks if begin < offset < begin + len(bare))
            yield replace(draft, text=bare, page=page, breaks=tuple(inside))


class _OpenTable:
    def __init__(self, page: int | None) -> None:
        self.page = page
        self.rows: list[list[Cell]] = []


def _stretches(printed: Sequence[tuple[int, int, int]]) -> Iterable[Page]:
    """Neighbouring spans of one page made one, in order of offset."""
    for page, run in itertools.groupby(printed, key=lambda span: span[2]):
        spans = list(run)
        yield Page(page, spans[0][0], spans[-1][1])


def _tile(printed: Sequence[tuple[int, int, int]], count: int, length: int) -> Iterable[Page]:
    """Pages as spans without holes. A page begins where no text of an earlier page follows any more."""
    starts = [0] * (count + 2)
    starts[count + 1] = length
    starts[1:2] = [0]
    last_end = [0] * (count + 1)
    for _, end, page in printed:
        last_end[page] = max(last_end[page], end)
    begins = sorted(begin for begin, _, _ in printed)
    reached = 0
    for page in range(2, count + 1):
        reached = max(reached, last_end[page - 1])
        starts[page] = next((b for b in _from(begins, reached)), length) if reached else 0
    for page in range(1, count + 1):
        yield Page(page, starts[page], max(starts[page], starts[page + 1]))


def _from(begins: Sequence[int], offset: int) -> Iterable[int]:
    return begins[bisect.bisect_left(begins, offset) :]
