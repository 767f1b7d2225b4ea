"""A first guess at the widths of a dumped table's columns, from its lines alone: those with the fewest misfits."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Sequence

from indexer.readers.flat_table_units import Unit
from indexer.readers.flat_table_widths import BULLET, Measure, Metric, Widths

_CANDIDATES = 5
_LEAST_APART = 2.0
_SKIPPED = 3.0
_SWITCHED = 0.2
_IMPOSSIBLE = 1e6
# So many units tell enough.
_MOST_UNITS = 160

Rows = Sequence[tuple[Sequence[Unit], Sequence[Measure]]]


def guessed_widths(rows: Rows, columns: int, metric: Metric, count: int) -> list[Widths]:
    """The `count` best guesses; none where no line breaks."""
    segments = _segments(rows)
    candidates = _candidates([bounds for segment, _ in segments for _, bounds in segment])
    if not candidates or columns > 5:
        return []
    ranked: list[tuple[float, tuple[float, ...]]] = []
    costs = {
        width: [[_cost(unit, bounds, width, metric) for unit, bounds in segment] for segment, _ in segments]
        for width in candidates
    }
    for guess in itertools.product(candidates, repeat=columns):
        total = 0.0
        for i, (segment, first) in enumerate(segments):
            total += _monotone([costs[width][i] for width in guess], [unit.no_answer for unit, _ in segment], first)
        ranked.append((total, guess))
    best = heapq.nsmallest(count, ranked)
    return [Widths(metric, guess, tuple(width - BULLET for width in guess)) for _, guess in best]


def _segments(rows: Rows) -> list[tuple[list[tuple[Unit, Measure]], bool]]:
    """The rows cut at pages, and whether each part is the row's first."""
    found: list[tuple[list[tuple[Unit, Measure]], bool]] = []
    seen = 0
    for units, measures in rows:
        for number, (_, run) in enumerate(
            itertools.groupby(zip(units, measures, strict=True), key=lambda pair: pair[0].sheet)
        ):
            part = list(run)
            found.append((part, number == 0))
            seen += len(part)
        if seen > _MOST_UNITS:
            break
    return found


def _candidates(measures: Sequence[Measure]) -> list[float]:
    """Widths that paragraphs reach, at most so many, clearly apart."""
    reached = sorted(b.widest + (BULLET if b.kind else 0.0) for b in measures if b.breaks > 1)
    if not reached:
        return []
    chosen: list[float] = []
    for i in range(_CANDIDATES):
        width = reached[round((len(reached) - 1) * (0.1 + 0.88 * i / (_CANDIDATES - 1)))]
        if all(abs(width - other) >= _LEAST_APART for other in chosen):
            chosen.append(width)
    return chosen


def _cost(unit: Unit, bounds: Measure, width: float, metric: Metric) -> float:
    if unit.no_answer:
        return 0.0
    return Widths(metric, (width,), (width - BULLET,)).cost(bounds, 0)


def _monotone(costs: Sequence[Sequence[float]], answers: Sequence[bool], first: bool) -> float:
    """The least cost of putting a segment's units into columns that never go back; an answer fills its column alone."""
    columns = len(costs)
    # By column: cost so far where the last unit stands there; -1 is before the first.
    best = [_SKIPPED * column if first else 0.0 for column in range(columns)]
    opened = False
    closed = False
    for i, answer in enumerate(answers):
        alone = answer or closed
        after: list[float] = []
        for column in range(columns):
            if not opened:
                least = best[column]
            else:
                least = math.inf if alone else best[column]
                for before in range(column):
                    skipped = _SKIPPED * (column - before - 1) if first else 0.0
                    least = min(least, best[before] + skipped + _SWITCHED)
            after.append(least + costs[column][i])
        best, opened, closed = after, True, answer
    if first:
        best = [cost + _SKIPPED * (columns - 1 - column) for column, cost in enumerate(best)]
    return min(*best, _IMPOSSIBLE)
