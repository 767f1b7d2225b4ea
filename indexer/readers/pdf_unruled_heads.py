"""The heads of a PDF page's table of organisations that has no vertical rules, and the columns they stand over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.document_words import heading_role, table
from indexer.readers.cleaning import clean_line
from indexer.readers.glyphs import Row, Word
from indexer.text import fold

SAME_EDGE = 2.5  # points
_SEGMENT_GAP = 0.6  # of the type's size
_LEAST_COLUMNS = 3
_LEAST_KNOWN = 2
_MOST_HEAD_ROWS = 6
_HEAD_LEADING = 0.8  # white between lines of heads that are set in the middle or at the foot, of the type's size
_TIGHT = 0.35
_SAMPLE = 60  # rows that show where columns begin
_FEW = 0.1
_OFTEN = 0.25


@dataclass(frozen=True, slots=True)
class Heads:
    """Rows `first` up to `stop` of a page hold the heads of columns.

    `places` are the left edges of the heads, `edges` those of the columns, in points.
    """

    first: int
    stop: int
    texts: tuple[str, ...]
    places: tuple[float, ...]
    edges: tuple[float, ...]
    size: float

    def column(self, x: float) -> int:
        """The column whose left edge is the nearest to the left of a word that begins at `x`."""
        return max((k for k, edge in enumerate(self.edges) if edge - SAME_EDGE <= x), default=0)

    def crosses(self, row: Row) -> bool:
        """Whether a word, or words with a space between, run over the edge of a column."""
        for word in row.words:
            if any(word.x0 < edge - SAME_EDGE and word.x1 > edge + SAME_EDGE for edge in self.edges[1:]):
                return True
        for before, word in pairwise(row.words):
            column = self.column(word.x0)
            beyond = column > self.column(before.x0) and abs(word.x0 - self.edges[column]) > SAME_EDGE
            if beyond and word.x0 - before.x1 < _SEGMENT_GAP * row.size:
                return True
        return False

    def begun(self, row: Row) -> frozenset[int]:
        """The columns at whose left edge words of the row begin."""
        starts = [segment.x0 for segment in _segments(row)]
        return frozenset(k for k, edge in enumerate(self.edges) if any(abs(x - edge) <= SAME_EDGE for x in starts))


@dataclass(frozen=True, slots=True)
class _Head:
    x0: float
    x1: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def find_heads(rows: Sequence[Row], start: int = 0) -> Iterator[Heads]:
    """The lines of heads from row `start` on: an organisation's head first, then two known ones at least."""
    first_heads = table().analysis_first_heads
    for i in range(start, len(rows)):
        if fold(clean_line(_segments(rows[i])[0].text)) in first_heads:
            found = _around(rows, i, start)
            if found is not None:
                yield found


def _around(rows: Sequence[Row], anchor: int, start: int) -> Heads | None:
    """The heads with a line in row `anchor`: of as many rows as tell most heads."""
    best, span = (0, 0, 0), (anchor, anchor)
    bold = _is_bold(rows[anchor : anchor + 1])
    for first in range(anchor, max(start, anchor - _MOST_HEAD_ROWS + 1) - 1, -1):
        for stop in range(anchor + 1, min(len(rows), first + _MOST_HEAD_ROWS) + 1):
            inside = rows[first:stop]
            if not _close(inside, _HEAD_LEADING):
                continue
            heads = _heads(inside)
            # Lines that make no head known still belong to one where they stand close and in the heads' type.
            alike = _close(inside, _TIGHT) and _is_bold(inside) == bold
            worth = (_known(heads), len(heads) if alike else 0, stop - first if alike else 0)
            if worth > best:
                best, span = worth, (first, stop)
    if best[0] < _LEAST_KNOWN:
        return None
    first, stop = span
    heads = _heads(rows[first:stop])
    texts = {row.text for row in rows[first:stop]}
    edges = _edges(heads, [row for row in rows[stop : stop + _SAMPLE] if row.text not in texts])
    if any(b - a <= 4 * SAME_EDGE for a, b in pairwise(edges)):
        return None
    size = max(row.size for row in rows[first:stop])
    return Heads(first, stop, tuple(head.text for head in heads), tuple(head.x0 for head in heads), edges, size)


def _segments(row: Row) -> list[Row]:
    """The words of a row in parts that more than a space keeps apart."""
    parts: list[list[Word]] = [[row.words[0]]]
    for before, word in pairwise(row.words):
        if word.x0 - before.x1 >= _SEGMENT_GAP * row.size:
            parts.append([])
        parts[-1].append(word)
    return [Row(tuple(part)) for part in parts]


def _heads(rows: Sequence[Row]) -> list[_Head]:
    """The parts of the rows that stand under one another, from left to right."""
    segments = sorted((segment for row in rows for segment in _segments(row)), key=lambda s: s.x0)
    stacks: list[list[Row]] = []
    for segment in segments:
        if stacks and segment.x0 < max(other.x1 for other in stacks[-1]):
            stacks[-1].append(segment)
        else:
            stacks.append([segment])
    found: list[_Head] = []
    for stack in stacks:
        stack.sort(key=lambda s: s.top)
        lines = tuple(clean_line(segment.text) for segment in stack)
        found.append(_Head(min(s.x0 for s in stack), max(s.x1 for s in stack), lines))
    return found


def _known(heads: Sequence[_Head]) -> int:
    """How many heads beside the organisation's are known; 0 where the first is none of these."""
    if len(heads) < _LEAST_COLUMNS or fold(heads[0].text) not in table().analysis_first_heads:
        return 0
    return sum(1 for head in heads[1:] if heading_role(head.text) is not None)


def _close(rows: Sequence[Row], share: float) -> bool:
    return all(below.top - above.bottom <= share * above.size for above, below in pairwise(rows))


def _is_bold(rows: Sequence[Row]) -> bool:
    return all(word.bold for row in rows for word in row.words)


def _edges(heads: Sequence[_Head], body: Sequence[Row]) -> tuple[float, ...]:
    """Where the columns begin: at their heads, or where the text under heads set in the middle begins."""
    inside = [row for row in body if len(_segments(row)) > 1 or row.x0 > heads[0].x1 or row.x1 < heads[1].x0]
    starts = sorted(segment.x0 for row in inside for segment in _segments(row))
    found: list[float] = []
    for k, head in enumerate(heads):
        beyond = heads[k - 1].x1 if k else 0.0
        before = [x for x in starts if beyond < x < head.x0 - SAME_EDGE]
        at_head = any(abs(x - head.x0) <= SAME_EDGE for x in starts) and _over(inside, head.x0) <= _FEW * len(inside)
        found.append(head.x0 if at_head or not before else _leftmost(before, inside, head.x0))
    return tuple(found)


def _leftmost(starts: Sequence[float], rows: Sequence[Row], otherwise: float) -> float:
    """The leftmost place where text begins often and that the fewest words run over."""
    over = {x: _over(rows, x) for x in starts}
    least = min(over.values())
    often = {x: sum(1 for y in starts if abs(x - y) <= SAME_EDGE) for x in starts if over[x] == least}
    enough = max(2, _OFTEN * max(often.values()))
    return min((x for x, count in often.items() if count >= enough), default=otherwise)


def _over(rows: Sequence[Row], x: float) -> int:
    """How many rows have a word that runs over this place."""
    return sum(1 for row in rows if any(word.x0 < x - SAME_EDGE and word.x1 > x for word in row.words))
