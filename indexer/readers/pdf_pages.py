"""A PDF page laid out: its flow of lines and tables, before blocks are made."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

from indexer.readers.cleaning import clean_line
from indexer.readers.columns import columns, side_strip
from indexer.readers.furniture import furniture, is_page_line
from indexer.readers.glyphs import Row, Word, rows
from indexer.readers.lines import Line
from indexer.readers.pdf_tables import Box, RuledTable
from indexer.readers.pdf_unruled_tables import Page, unruled_tables

_GAP = 1.45
_FAR = 2.6
_MARGIN = 0.14
_OUTER_MARGIN = 0.085
_SAME_STRIP = 6.0  # points that the white strips of two pages share


@dataclass(frozen=True, slots=True)
class LaidCell:
    """A cell of a table on a page: its lines in reading order."""

    row: int
    column: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LaidTable:
    """A table on a page. `edges` are the left edges of its columns, to know it again on the next page."""

    page: int
    columns: int
    cells: tuple[LaidCell, ...]
    left: float
    right: float

    def row_texts(self, row: int) -> tuple[str, ...]:
        """The text of each cell of a row."""
        return tuple(" ".join(line.text for line in cell.lines) for cell in self.cells if cell.row == row)

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return 1 + max((cell.row for cell in self.cells), default=-1)


@dataclass(frozen=True, slots=True)
class RawPage:
    """What was found on a page: its words, its tables, its height in points."""

    number: int
    words: tuple[Word, ...]
    tables: tuple[RuledTable, ...]
    height: float


def lay_out(pages: Sequence[RawPage]) -> list[list[Line | LaidTable]]:
    """The flow of each page, without furniture, in reading order."""
    loose: list[list[Row]] = []
    for page in pages:
        boxes = [table.box for table in page.tables]
        loose.append(rows([w for w in page.words if not any(_holds(box, w) for box in boxes)]))
    dropped = _furniture(pages, loose)
    ruled = [[table.box for table in page.tables] for page in pages]
    unruled = unruled_tables([Page(*parts) for parts in zip(loose, dropped, ruled, strict=True)])
    pages = list(pages)
    for at, found in unruled.items():
        both = sorted([*pages[at].tables, *(part.table for part in found)], key=lambda table: table.box[1])
        pages[at] = replace(pages[at], tables=tuple(both))
        dropped[at] = dropped[at].union(*(part.rows for part in found))
    kept = [[row for i, row in enumerate(part) if i not in gone] for part, gone in zip(loose, dropped, strict=True)]
    strip = _side_strip(kept)
    return [list(_flow(page, part, strip)) for page, part in zip(pages, kept, strict=True)]


def _side_strip(pages: Sequence[Sequence[Row]]) -> tuple[float, float] | None:
    """The white strip beside a side column that two pages at least have in the same place."""
    strips = [strip for part in pages if (strip := side_strip(part)) is not None]
    for left, right in strips:
        same = [(a, b) for a, b in strips if min(right, b) - max(left, a) >= _SAME_STRIP]
        if len(same) >= 2 and 2 * len(same) > len(strips):
            return max(a for a, _ in same), min(b for _, b in same)
    return None


def _furniture(pages: Sequence[RawPage], loose: Sequence[Sequence[Row]]) -> list[frozenset[int]]:
    """Indexes of the rows of each page that are running headers, footers and page numbers."""
    texts = [[clean_line(row.text) for row in page_rows] for page_rows in loose]
    everywhere = furniture(texts, min_pages=2, counting=False)
    # "Annex 1", "Annex 2" at the head of the text are titles; a counting line is furniture in the margin.
    outermost = furniture(texts, min_pages=2)
    kept: list[frozenset[int]] = []
    for i, page in enumerate(pages):
        gone = _in_margin(loose[i], everywhere[i], page.height, _MARGIN)
        gone |= _in_margin(loose[i], outermost[i], page.height, _OUTER_MARGIN)
        kept.append(gone | {k for k in everywhere[i] if is_page_line(texts[i][k])})
    return kept


def _in_margin(page_rows: Sequence[Row], which: Iterable[int], height: float, share: float) -> frozenset[int]:
    """Those of the rows that stand in the upper or lower margin, a share of the page's height."""
    top, bottom = share * height, (1 - share) * height
    return frozenset(i for i in which if page_rows[i].bottom <= top or page_rows[i].top >= bottom)


def _flow(page: RawPage, page_rows: Sequence[Row], strip: tuple[float, float] | None) -> Iterable[Line | LaidTable]:
    rest = list(page_rows)
    fresh = True
    for table in page.tables:
        above = [row for row in rest if (row.top + row.bottom) / 2 < table.box[1]]
        rest = rest[len(above) :] if rest[: len(above)] == above else [r for r in rest if r not in above]
        yield from _lines(above, page.number, fresh, strip)
        yield _table(table, page)
        fresh = False
    yield from _lines(rest, page.number, fresh, strip)


def _lines(part: Sequence[Row], page: int, fresh: bool, strip: tuple[float, float] | None) -> Iterable[Line]:
    for number, column in enumerate(columns(part, known=strip)):
        lines = column_lines(column.rows, page, fresh=fresh or number > 0, tabular=column.tabular)
        yield from (replace(line, side=True) for line in lines) if column.side else lines


def column_lines(part: Sequence[Row], page: int, *, fresh: bool = False, tabular: bool = False) -> Iterable[Line]:
    """The rows of a column or cell as lines. A wider step than usual between rows is a gap."""
    if not part:
        return
    left = min(row.x0 for row in part)
    steps = [b.bottom - a.bottom for a, b in itertools.pairwise(part) if b.bottom > a.bottom]
    usual = _usual_step(steps)
    previous: Row | None = None
    for row in part:
        text = clean_line(row.text)
        if not text:
            continue
        gap, far = previous is None and not fresh, False
        if previous is not None:
            step = row.bottom - previous.bottom
            # A change of size brings a change of step; white space is what exceeds the type itself.
            white = row.top - previous.bottom
            gap = step > _GAP * usual or white > 0.55 * min(row.size, previous.size)
            far = gap and step > _FAR * usual
        yield Line(
            text,
            page,
            indent=row.x0 - left,
            width=row.x1 - row.x0,
            gap=gap,
            far=far,
            fresh=fresh and previous is None,
            size=row.size,
            bold=all(word.bold for word in row.words),
            tabular=tabular,
        )
        previous = row


def _usual_step(steps: Sequence[float]) -> float:
    """The step between lines of a paragraph: the lower of the usual ones, as gaps only ever widen it."""
    if not steps:
        return float("inf")
    ordered = sorted(steps)
    return median(ordered[: max(1, (2 * len(ordered) + 2) // 3)])


def _table(table: RuledTable, page: RawPage) -> LaidTable:
    words = [w for w in page.words if _holds(table.box, w)]
    cells: list[LaidCell] = []
    for cell in table.cells:
        mine = [w for w in words if _holds(cell.box, w)]
        cells.append(LaidCell(cell.row, cell.column, tuple(column_lines(rows(mine), page.number))))
    return LaidTable(page.number, table.columns, tuple(cells), table.box[0], table.box[2])


def _holds(box: Box, word: Word) -> bool:
    x = (word.x0 + word.x1) / 2
    return box[0] <= x <= box[2] and box[1] <= word.middle <= box[3]
