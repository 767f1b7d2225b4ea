"""Where the rows of a table without rules begin on a PDF page: at the names in its first column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from indexer import jurisdictions
from indexer.readers.cleaning import clean_line
from indexer.readers.glyphs import Row, Word, rows
from indexer.readers.pdf_unruled_heads import Heads

# Of the type's size: white between lines of a paragraph at most; what white between rows has more; one height.
_MOST_WITHIN = 0.35
_GAP = 0.18
_SAME_HEIGHT = 0.35
_SAME_WHITE = 0.9
_MORE_WHITE = 1.0  # points
_LONGEST_NAME = 8  # lines


@dataclass(frozen=True, slots=True)
class _Name:
    """Text in the first column: whether it names a member, and how it stands to the other columns.

    Another column begins anew at a `level` name; a line of another column runs over the height of a `split` one.
    `white` is what all columns leave above it, in points. A `later` one has no white above it in its own column.
    """

    top: float
    exact: bool
    later: bool
    level: bool
    split: bool
    white: float


def row_tops(body: Sequence[Row], head: Heads, printed: Sequence[Word]) -> tuple[list[float], list[bool]]:
    """The heights at which rows begin, and of each text in the first column whether it is doubtful.

    A name is doubtful that does not stand at the top of its row. `printed` are all words of the table on this page,
    with its heads.
    """
    words = [word for row in body for word in row.words]
    if not words:
        return [], []
    columns = [rows([word for word in words if head.column(word.x0) == k]) for k in range(len(head.edges))]
    others = [lines for lines in columns[1:] if lines]
    size = median(word.size for word in words)
    near = _SAME_HEIGHT * size
    gap = min(_white_within(columns), _MOST_WITHIN * size) + _GAP * size
    names = [_name(run, later, others, printed, (gap, near)) for run, later in _runs(columns[0], gap)]
    least = min((name.white for name in names if name.exact and name.level and not name.split), default=0.0)
    parted = list(_parted(words, others, gap, near))
    tops: list[float] = []
    doubts: list[bool] = []
    for k, name in enumerate(names):
        below = names[k + 1].top if k + 1 < len(names) else float("inf")
        filled = any(name.top < row.top < below for lines in others for row in lines)
        # Wider white between this name and the one before: that is where its row begins.
        wider = k > 0 and any(
            names[k - 1].top + near < top < name.top - near and white > name.white + _MORE_WHITE
            for top, white in parted
        )
        exact = name.exact and (name.level or not name.later)
        if (exact or (name.level and name.white >= _SAME_WHITE * least)) and not name.split:
            tops.append(name.top)
        doubts.append(
            (name.exact and (name.split or wider or (filled and not name.level))) or (name.split and not tops)
        )
    return tops, doubts


def _white_within(columns: Iterable[Sequence[Row]]) -> float:
    """The white between lines of a paragraph: nearly the least that there is, as gaps only ever widen it."""
    whites = sorted(b.top - a.bottom for lines in columns for a, b in pairwise(lines))
    return max(0.0, whites[len(whites) // 20]) if whites else 0.0


def _runs(lines: Sequence[Row], gap: float) -> Iterator[tuple[Sequence[Row], bool]]:
    """Lines of the first column with no more white between than `gap`; names that follow without white are `later`."""
    starts = [k for k in range(len(lines)) if k == 0 or lines[k].top - lines[k - 1].bottom > gap]
    for start, stop in pairwise([*starts, len(lines)]):
        run = lines[start:stop]
        cuts = [] if _is_name(run) else list(_names_within(run))
        yield run[: cuts[1] if len(cuts) > 1 else len(run)], False
        for first, last in pairwise([*cuts[1:], len(run)]):
            yield run[first:last], True


def _names_within(run: Sequence[Row]) -> Iterator[int]:
    """The lines at which names begin that stand one under the other."""
    at = 0
    while at < len(run):
        stops = range(min(len(run), at + _LONGEST_NAME), at, -1)
        stop = next((stop for stop in stops if _is_name(run[at:stop])), None)
        if stop is not None:
            yield at
        at = stop or at + 1


def _is_name(lines: Sequence[Row]) -> bool:
    return jurisdictions.exact(clean_line(" ".join(row.text for row in lines))) is not None


def _name(
    run: Sequence[Row],
    later: bool,
    others: Sequence[Sequence[Row]],
    printed: Sequence[Word],
    measures: tuple[float, float],
) -> _Name:
    gap, near = measures
    top = run[0].top
    return _Name(
        top,
        exact=_is_name(run),
        later=later,
        level=any(_is_level(lines, top, near, gap) for lines in others),
        split=any(row.top < top - near and row.bottom > top + near for lines in others for row in lines),
        white=top - max((word.bottom for word in printed if word.middle < top), default=float("-inf")),
    )


def _is_level(lines: Sequence[Row], top: float, near: float, gap: float) -> bool:
    """Whether a column begins anew, after white, on the line at this height."""
    at = next((k for k, row in enumerate(lines) if abs(row.top - top) <= near), None)
    return at is not None and (at == 0 or lines[at].top - lines[at - 1].bottom > gap)


def _parted(
    words: Sequence[Word], others: Sequence[Sequence[Row]], gap: float, near: float
) -> Iterator[tuple[float, float]]:
    """The heights at which two columns at least begin anew under white in all columns, and how much, in points."""
    ordered = sorted(words, key=lambda word: word.top)
    reached = ordered[0].bottom
    for word in ordered:
        if word.top - reached > gap and sum(_is_level(lines, word.top, near, gap) for lines in others) >= 2:
            yield word.top, word.top - reached
        reached = max(reached, word.bottom)
