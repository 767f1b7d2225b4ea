"""Tables of organisations on PDF pages without vertical rules, found by the heads of their columns.

A table that has its lines across only, a shade, a frame or nothing at all is told from columns of text by its heads:
"Organisation", "Priorities", "Needs". What stands under them, on this page and the next ones, is parted at the left
edges of the columns, and in rows where a name begins. Where that is doubtful, the pages stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer import jurisdictions
from indexer.readers.cleaning import clean_line
from indexer.readers.glyphs import Row
from indexer.readers.pdf_tables import Box, RuledCell, RuledTable
from indexer.readers.pdf_unruled_heads import Heads, find_heads
from indexer.readers.pdf_unruled_rows import row_tops

_LARGER = 1.12  # type of a heading that ends a table, against the table's
_OUTSIDE = 6.0  # points
_MOST_CROSSING = 3  # rows of a page
_AHEAD = 14  # rows in which a table goes on after one that crosses its columns
_MOST_DOUBTS = 0.1  # of the names
_WIDE_GAP = 1.0
_SAME_HEADS = 4.0  # points


@dataclass(frozen=True, slots=True)
class UnruledTable:
    """A table's part on a page, and which of the page's rows it takes."""

    table: RuledTable
    rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's rows; those of `dropped` are furniture, unless they are heads. The boxes hold ruled tables."""

    rows: Sequence[Row]
    dropped: frozenset[int]
    ruled: Sequence[Box]


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows `first` up to `stop` of a page; `ended` says that the table ends there, not the page."""

    page: int
    rows: Sequence[Row]
    first: int
    stop: int
    heads: tuple[range, ...]
    ended: bool

    @property
    def body(self) -> list[Row]:
        return [row for i, row in enumerate(self.rows) if self.first <= i < self.stop and not self.in_heads(i)]

    def in_heads(self, i: int) -> bool:
        return any(i in span for span in self.heads)


def unruled_tables(pages: Sequence[Page]) -> dict[int, list[UnruledTable]]:
    """The tables by index of page."""
    heads = [list(find_heads(page.rows)) for page in pages]
    found: dict[int, list[UnruledTable]] = {}
    taken: dict[int, int] = {}
    doubtful: list[Heads] = []
    for number, on_page in enumerate(heads):
        for head in on_page:
            if head.first < taken.get(number, 0) or any(_same_heads(head, other) for other in doubtful):
                continue
            parts = list(_parts(pages, heads, number, head))
            for part in parts:
                taken[part.page] = part.stop
            tables = _tables(parts, head)
            if not tables:
                doubtful.append(head)
            for part, table in zip(parts, tables, strict=False):
                found.setdefault(part.page, []).append(UnruledTable(table, frozenset(range(part.first, part.stop))))
    return found


def _parts(pages: Sequence[Page], heads: Sequence[Sequence[Heads]], number: int, head: Heads) -> Iterable[_Part]:
    """The table with these heads, page by page."""
    for at in range(number, len(pages)):
        page = pages[at]
        repeated = [other for other in heads[at] if _same_heads(other, head)]
        shown = {i for other in repeated for i in range(other.first, other.stop)}
        page = Page(page.rows, page.dropped - shown, page.ruled)
        first = head.first
        if at > number:
            first = next((i for i in range(len(page.rows)) if i not in page.dropped), len(page.rows))
            if any(box[1] < row.top for row in page.rows[first : first + 1] for box in page.ruled):
                return
        part = _part(at, page, first, head, repeated)
        if at > number and not any(head.begun(row) - {0} for row in part.body):
            return
        yield part
        if part.ended:
            return


def _same_heads(one: Heads, other: Heads) -> bool:
    pairs = zip(one.places, other.places, strict=False)
    return one.texts == other.texts and all(abs(a - b) <= _SAME_HEADS for a, b in pairs)


def _part(number: int, page: Page, first: int, head: Heads, repeated: Sequence[Heads]) -> _Part:
    """As many rows from `first` on as are the table's."""
    spans = tuple(range(other.first, other.stop) for other in repeated if other.first >= first)
    top = page.rows[first].top if first < len(page.rows) else 0.0
    floor = min((box[1] for box in page.ruled if box[1] > top), default=float("inf"))
    stop, ended = first, floor < float("inf")
    for i in range(first, len(page.rows)):
        if any(i in span for span in spans):
            stop = i + 1
        elif i not in page.dropped:
            if page.rows[i].top > floor or _ends(page, i, first, head):
                ended = True
                break
            stop = i + 1
    spans = tuple(span for span in spans if span.stop <= stop)
    part = _Part(number, page.rows, first, stop, spans, ended)
    tail = _lone_tail(part, head)
    return part if tail is None else _Part(number, page.rows, first, tail, spans, ended=True)


def _ends(page: Page, i: int, first: int, head: Heads) -> bool:
    """Whether a row is no more the table's: larger type, left of its columns, or across them with no table after."""
    row = page.rows[i]
    if row.size > _LARGER * head.size or row.x0 < head.edges[0] - _OUTSIDE:
        return True
    if not head.crosses(row):
        return False
    after = [page.rows[k] for k in range(i + 1, min(len(page.rows), i + 1 + _AHEAD)) if k not in page.dropped]
    if i == first or (after and head.crosses(after[0])):
        return True  # a paragraph
    tabular = 0
    for other in after:
        if other.size > _LARGER * head.size:
            break
        tabular += not head.crosses(other) and len(head.begun(other)) >= 2
    return tabular < 2


def _lone_tail(part: _Part, head: Heads) -> int | None:
    """The row from which there is text in the first column only, well apart: what follows the table, not its row."""
    last = part.stop
    while last > part.first and not part.in_heads(last - 1) and part.rows[last - 1].x1 < head.edges[1]:
        last -= 1
    for i in range(max(last, part.first + 1), part.stop):
        white = part.rows[i].top - max(row.bottom for row in part.rows[part.first : i])
        text = " ".join(row.text for row in part.rows[i : part.stop])
        if white > _WIDE_GAP * part.rows[i].size and jurisdictions.exact(clean_line(text)) is None:
            return i
    return last if last == part.first and last < part.stop else None


def _tables(parts: Sequence[_Part], head: Heads) -> list[RuledTable]:
    """The table's part on each page; none where something is doubtful."""
    left = min((row.x0 for part in parts for row in part.body), default=head.edges[0])
    right = max((row.x1 for part in parts for row in part.rows[part.first : part.stop]), default=0.0)
    sides = (min(left, head.edges[0]) - 1.0, right + 1.0)
    found: list[RuledTable] = []
    doubts: list[bool] = []
    for part in parts:
        crossing = [row for row in part.body if head.crosses(row)]
        headless = part.ended and part.in_heads(part.stop - 1)
        if len(crossing) > _MOST_CROSSING or headless:
            return []
        printed = [word for row in part.rows[part.first : part.stop] for word in row.words]
        cuts, doubtful = row_tops([row for row in part.body if row not in crossing], head, printed)
        doubts.extend(doubtful)
        found.append(_table(part, head, cuts, crossing, sides))
    return found if doubts and sum(doubts) <= _MOST_DOUBTS * len(doubts) else []


def _table(
    part: _Part, head: Heads, cuts: Sequence[float], crossing: Sequence[Row], sides: tuple[float, float]
) -> RuledTable:
    """The part with a box for each cell; heads that the page repeats between its rows are left out."""
    taken = part.rows[part.first : part.stop]
    top, bottom = min(row.top for row in taken) - 0.5, max(row.bottom for row in taken) + 0.5
    # Rows across the columns, and heads, stand by themselves.
    bands: list[tuple[float, float, str]] = []
    for span in part.heads:
        inside = part.rows[span.start : span.stop]
        kind = "heads" if span.start == part.first else "left out"
        bands.append((min(row.top for row in inside) - 0.5, max(row.bottom for row in inside), kind))
    bands.extend((row.top - 0.5, row.bottom, "across") for row in crossing)
    marks = {top, bottom, *cuts, *(band[0] for band in bands), *(band[1] for band in bands)}
    heights = sorted(height for height in marks if top <= height <= bottom)
    borders = [sides[0], *(edge - 1.0 for edge in head.edges[1:]), sides[1]]
    cells: list[RuledCell] = []
    number = 0
    for upper, lower in pairwise(heights):
        kind = next((name for a, b, name in bands if a <= upper and lower <= b), "")
        held = [word for row in taken for word in row.words if upper < word.middle <= lower]
        if kind == "left out" or not held:
            continue
        if kind == "across":
            cells.append(RuledCell(number, 0, (sides[0], upper, sides[1], lower)))
        else:
            for k, (a, b) in enumerate(pairwise(borders)):
                cells.append(RuledCell(number, k, (a, upper, b, lower)))
        number += 1
    return RuledTable((sides[0], top, sides[1], bottom), tuple(cells), len(head.edges))
