"""Columns of a PDF page, by the white gutter between them; what runs over the full width keeps its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from indexer.form_titles import numbered_role
from indexer.readers.glyphs import Row, Word

_MIN_GUTTER_SIZES = 0.8
_MIN_GUTTER_POINTS = 7.0
_MIN_SUPPORT = 3
_MAX_DEPTH = 4
_MAX_STARTS = 200
_TABULAR_SHARE = 0.75
_TITLE_SIZE = 1.15
_SIDE_SHARE = 0.62  # of the main column's width
_NUMBERED_HEADING = re.compile(r"\d{1,2}\.\s+\S")


@dataclass(frozen=True, slots=True)
class Column:
    """Rows that are read one after the other; `tabular` rows each stand for themselves.

    A `side` column is a narrow one to the right of the main one.
    """

    rows: tuple[Row, ...]
    tabular: bool = False
    side: bool = False


@dataclass(frozen=True, slots=True)
class _Gutter:
    """A white strip from `left` to `right` through the rows `first` to `last` (included)."""

    first: int
    last: int
    left: float
    right: float
    support: int


def columns(rows: Sequence[Row], depth: int = 0, known: tuple[float, float] | None = None) -> list[Column]:
    """The rows of a page (or part of it) in reading order, as columns.

    `known` is the white strip beside the side column of the document's other pages: where this page leaves it white
    too, a few words to the right of it are enough.
    """
    if not rows:
        return []
    gutter = _best_gutter(rows) if depth < _MAX_DEPTH and len(rows) >= _MIN_SUPPORT else None
    if gutter is None and known is not None:
        gutter = _known_gutter(rows, known)
    if gutter is None:
        return [Column(tuple(rows))]
    inside = rows[gutter.first : gutter.last + 1]
    left, right = _halves(inside, (gutter.left + gutter.right) / 2)
    if _is_tabular(inside, left, right, gutter):
        middle = [Column(tuple(inside), tabular=True)]
    else:
        middle = _side_by_side(left, right, depth)
    before, after = rows[: gutter.first], rows[gutter.last + 1 :]
    return [*columns(before, depth), *middle, *columns(after, depth)]


def side_strip(rows: Sequence[Row]) -> tuple[float, float] | None:
    """The white strip (left, right edge) between a page's main and its side column, None where it has none."""
    gutter = _best_gutter(rows) if len(rows) >= _MIN_SUPPORT else None
    if gutter is None:
        return None
    left, right = _halves(rows[gutter.first : gutter.last + 1], (gutter.left + gutter.right) / 2)
    narrow = bool(left and right) and _width(right) < _SIDE_SHARE * _width(left)
    return (gutter.left, gutter.right) if narrow else None


def _known_gutter(rows: Sequence[Row], strip: tuple[float, float]) -> _Gutter | None:
    """The strip as this page's gutter: no row crosses it, and some have words on both sides or on the right."""
    left, right = strip
    least = min(right - left, max(_MIN_GUTTER_POINTS, _MIN_GUTTER_SIZES * median(row.size for row in rows)))
    for row in rows:
        narrowed = _narrowed(row, left, right, least)
        if narrowed is None:
            return None
        left, right = narrowed
    if not any(row.x1 > right for row in rows):
        return None
    first, last = _trimmed(rows, 0, len(rows) - 1, (left + right) / 2)
    return _Gutter(first, last, left, right, len(rows))


def _side_by_side(left: list[Row], right: list[Row], depth: int) -> list[Column]:
    """Two columns, the left one first; a narrow one beside a main column is read by pairs of what stands side by side.

    A narrow right column goes with the agenda items on the left; a narrow left one with the headings of a form's
    template in it goes with the answers on the right.
    """
    side = _width(right) < _SIDE_SHARE * _width(left)
    form = _width(left) < _SIDE_SHARE * _width(right)
    if not left or not right or not (side or form):
        return [*columns(left, depth + 1), *columns(right, depth + 1)]
    tops = _agenda_tops(left, right) if side else _template_tops(left, right)
    found: list[Column] = []
    for top, bottom in pairwise([float("-inf"), *tops, float("inf")]):
        found.extend(columns([row for row in left if top <= row.top < bottom], depth + 1))
        beside = columns([row for row in right if top <= row.top < bottom], depth + 1)
        found.extend(replace(column, side=True) if side else column for column in beside)
    return found


def _agenda_tops(left: Sequence[Row], right: Sequence[Row]) -> list[float]:
    """Where rows of a table without rules begin: at numbered headings on the left that no line on the right crosses."""
    usual = median(row.size for row in left)
    tops = []
    for row in left:
        heads = row.size > usual or all(word.bold for word in row.words)
        if heads and _NUMBERED_HEADING.match(row.text):
            top = row.top - 1.0  # type of another size on the same line may stand a little higher
            if not any(other.top < top < other.bottom - 1.0 for other in right):
                tops.append(top)
    return tops


def _template_tops(left: Sequence[Row], right: Sequence[Row]) -> list[float]:
    """Where the parts of a form without rules begin: at the numbered headings of its template on the left.

    An answer may begin a little higher than its heading, in type of another size, but no line of it goes past.
    """
    tops = []
    for row in left:
        if numbered_role(row.text) is None:
            continue
        beside = [other.top for other in right if other.top < row.bottom and row.top < other.bottom]
        middle = (row.top + row.bottom) / 2
        tops.append(min([row.top, *(top for top in beside if top < middle)]) - 1.0)
    return sorted(tops)


def _width(rows: Sequence[Row]) -> float:
    return max((row.x1 for row in rows), default=0.0) - min((row.x0 for row in rows), default=0.0)


def _best_gutter(rows: Sequence[Row]) -> _Gutter | None:
    """The gutter that parts most rows, if one parts enough of them."""
    size = median(row.size for row in rows)
    least = max(_MIN_GUTTER_POINTS, _MIN_GUTTER_SIZES * size)
    leading = _leading(rows)
    best: _Gutter | None = None
    # A page of many hundred rows is a drawing; a sample of its rows tells as much.
    for start in range(0, len(rows), 1 + len(rows) // _MAX_STARTS):
        for strip in _gaps(rows[start], least):
            found = _follow(rows, start, strip, least, leading)
            if found is not None and (best is None or found.support > best.support):
                best = found
    return best


def _follow(
    rows: Sequence[Row], start: int, strip: tuple[float, float], least: float, leading: float
) -> _Gutter | None:
    """The gutter through row `start`, followed up and down as far as rows leave it white."""
    left, right = strip
    lefts = rights = both = 0
    first = last = start
    for step in (1, -1):
        i = start if step == 1 else start - 1
        previous = rows[start]
        while 0 <= i < len(rows):
            row = rows[i]
            narrowed = _narrowed(row, left, right, least)
            if narrowed is None:
                break
            on_left, on_right = row.words[0].x1 <= narrowed[1] and row.x0 < narrowed[0], row.x1 > narrowed[1]
            distance = (row.top - previous.bottom) if step == 1 else (previous.top - row.bottom)
            if i != start and not (on_left and on_right) and distance > 1.6 * leading:
                break
            left, right = narrowed
            lefts, rights, both = lefts + on_left, rights + on_right, both + (on_left and on_right)
            first, last = min(first, i), max(last, i)
            previous = row
            i += step
    if min(lefts, rights) < _MIN_SUPPORT or both < 2:
        return None
    first, last = _trimmed(rows, first, last, (left + right) / 2)
    return _Gutter(first, last, left, right, min(lefts, rights) + both)


def _trimmed(rows: Sequence[Row], first: int, last: int, at: float) -> tuple[int, int]:
    """The span without the titles around it.

    Rows on the left alone, above all on the right, may be titles: read before the columns they keep their order either
    way. Rows on the left alone at the foot are the longer left column, but for larger type: the title of what follows.
    """
    while first < last and rows[first].x1 < at:
        first += 1
    larger = _TITLE_SIZE * median(row.size for row in rows[first : last + 1])
    while last > first and rows[last].x1 < at and rows[last].size > larger:
        last -= 1
    return first, last


def _narrowed(row: Row, left: float, right: float, least: float) -> tuple[float, float] | None:
    """What of the strip the row leaves white, at least `least` wide; None if it crosses it."""
    edges = [(word.x0, word.x1) for word in row.words if word.x1 > left and word.x0 < right]
    free = [(left, right)]
    for x0, x1 in edges:
        free = [piece for a, b in free for piece in ((a, min(b, x0)), (max(a, x1), b)) if piece[1] - piece[0] >= least]
    return max(free, key=lambda piece: piece[1] - piece[0]) if free else None


def _gaps(row: Row, least: float) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    reached = row.words[0].x1
    for word in row.words[1:]:
        if word.x0 - reached >= least:
            found.append((reached, word.x0))
        reached = max(reached, word.x1)
    return found


def _halves(rows: Sequence[Row], at: float) -> tuple[list[Row], list[Row]]:
    def side(of: Row, right: bool) -> tuple[Word, ...]:
        return tuple(w for w in of.words if ((w.x0 + w.x1) / 2 > at) == right)

    left = [Row(words) for row in rows if (words := side(row, False))]
    right = [Row(words) for row in rows if (words := side(row, True))]
    return left, right


def _is_tabular(inside: Sequence[Row], left: Sequence[Row], right: Sequence[Row], gutter: _Gutter) -> bool:
    """Whether the rows are entries (name and office, label and value), not lines of running text."""
    at = (gutter.left + gutter.right) / 2
    both = sum(1 for row in inside if row.x0 < at < row.x1)
    if both < _TABULAR_SHARE * len(inside):
        return False
    return _entries(left) and _entries(right)


def _entries(rows: Sequence[Row]) -> bool:
    # Running text goes on in lower case on most of its lines; entries begin with capitals or figures.
    running = sum(1 for row in rows if row.words[0].text[:1].islower() or row.text.endswith("-"))
    return running <= 0.1 * len(rows)


def _leading(rows: Sequence[Row]) -> float:
    """The usual height of a row."""
    return max(1.0, median(row.bottom - row.top for row in rows))
