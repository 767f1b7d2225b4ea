"""Lay out an example document as the plain text that an extractor makes of its pages.

What is lost is what such text loses: the rules of a table and the places of its columns. On every page the cells of a
row come one after the other, each broken into lines where its column ends; a cell that goes on over the page goes on
after the other cells' parts of the page before. A page begins where a line begins with one space.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from document_source import BOLD, Block, Row, Source, Table

LINE_WIDTH = 112  # characters on an upright page
LANDSCAPE_LINE_WIDTH = 130
PAGE_LINES = 48
LANDSCAPE_PAGE_LINES = 36
NARROW = 45  # in a column of fewer characters no space stands under a title
LEAST_PART = 3  # lines: a row does not begin with less of it at the foot of a page

Lines = list[str]


def make_text(source: Source, *, page_lines: int | None = None, line_width: int | None = None) -> bytes:
    """The document as UTF-8 text, in pages of `page_lines` lines of up to `line_width` characters."""
    lines = page_lines or (LANDSCAPE_PAGE_LINES if source.landscape else PAGE_LINES)
    width = line_width or (LANDSCAPE_LINE_WIDTH if source.landscape else LINE_WIDTH)
    pages = Pages(lines)
    running: list[Block] = []
    for part in source.content:
        if isinstance(part, Block):
            running.append(part)
            continue
        pages.add_text(block_lines(running, width, "• "))
        running = []
        for row in part.rows:
            pages.add_row(row_lines(part, row, width))
    pages.add_text(block_lines(running, width, "• "))
    return pages.text().encode()


def block_lines(blocks: Sequence[Block], width: int, bullet: str) -> Lines:
    """The lines of some blocks, with blank lines between them."""
    lines: Lines = []
    before: Block | None = None
    height = 0
    for block in blocks:
        if not block.text:
            continue
        sign = bullet if block.kind == "bullet" else ""
        made = textwrap.wrap(BOLD.sub(r"\1", block.text), width, initial_indent=sign, break_long_words=False)
        listed = before is not None and before.kind == block.kind and block.kind in {"bullet", "number"}
        titled = before is not None and before.kind == "title" and width < NARROW
        if before is not None and not titled and not (listed and height == 1):
            lines.append("")
        lines += made
        before, height = block, len(made)
    return lines


def row_lines(table: Table, row: Row, width: int) -> list[Lines]:
    """The lines of each cell; a cell of one line stands on the first line of the next, as they lie side by side.

    Only the name of a row, in bold, and the heads of a table that has pages of its own stand apart.
    """
    cells: list[Lines] = []
    beside = ""
    for share, blocks in zip(table.widths, row.cells, strict=True):
        column = int(width * share / sum(table.widths))
        lines = block_lines(blocks, column, "- " if table.style == "repeat" else "• ")
        if not lines:
            continue
        if beside:
            lines[0] = f"{beside} {lines[0]}"
        apart = blocks[0].text.startswith("**") or (row.header and table.style == "repeat")
        beside = lines[0] if len(lines) == 1 and not apart else ""
        if not beside:
            cells.append(lines)
    return [*cells, [beside]] if beside else cells


class Pages:
    """Pages in the making. A page is as high as its highest columns, however many lines stand one after the other."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.used = 0
        self.pages: list[Lines] = [[]]

    @property
    def room(self) -> int:
        """The lines left on the page, less the blank one that comes first."""
        return self.height - self.used - (1 if self.used else 0)

    def break_page(self) -> None:
        """Begin the next page."""
        self.pages.append([])
        self.used = 0

    def add_parts(self, parts: Sequence[Lines]) -> None:
        """Add what stands side by side on the page, one part after the other."""
        page = self.pages[-1]
        for part in parts:
            page += ["", *part] if page else part
        self.used = self.height - self.room + max(map(len, parts))

    def add_text(self, lines: Lines) -> None:
        """Add lines that go across the page."""
        self.add_row([lines] if lines else [])

    def add_row(self, cells: Sequence[Lines]) -> None:
        """Add a row of a table, whose cells each go on over the page by themselves."""
        rest = [list(cell) for cell in cells]
        while any(rest):
            longest = max(map(len, rest))
            if self.room < min(LEAST_PART, longest):
                self.break_page()
            parts = [cell[: self.room] for cell in rest if cell]
            rest = [without_blank(cell[self.room :]) for cell in rest]
            self.add_parts([part for part in map(without_blank, parts) if part])

    def text(self) -> str:
        """The pages one after the other; the first line of each begins with a space."""
        return "".join(f" {line}\n" if at == 0 else f"{line}\n" for page in self.pages for at, line in enumerate(page))


def without_blank(lines: Lines) -> Lines:
    """The lines without the blank ones that they begin or end with."""
    start, end = 0, len(lines)
    while start < end and not lines[start]:
        start += 1
    while end > start and not lines[end - 1]:
        end -= 1
    return lines[start:end]
