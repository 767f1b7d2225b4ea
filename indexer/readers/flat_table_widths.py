"""How wide the columns of a dumped table were, learnt from where its lines break.

A line breaks where the next word would not have fitted. So each paragraph tells two bounds of its column's width: that
of its widest line, and that which its most narrow break would have needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from indexer.readers.flat_table_units import Unit
from indexer.readers.markers import find_marker
from indexer.remembered import Remembered

Metric = Callable[[str], float]

# Widths of letters in a usual typeface, in parts of its size.
_WIDTHS = (("ijl'’|", 0.24), ("tfrI.,:;!()[] -/", 0.30), ("mwMW—%@", 0.83))
_CAPITAL = 0.64
_OTHER = 0.51
_MEAN = 0.47
_LETTERS = {letter: width for letters, width in _WIDTHS for letter in letters}

# What a bullet and its space take, and how much narrower a nested item may be, in letters.
BULLET = 2.0
_NESTED = 5.0
_TOLERANCE = 0.8
_OVER = 1.2
_MOST_OVER = 7.0
_UNDER = 0.6
_MOST_UNDER = 4.5
_STEP = 0.5
_LEAST = 8.0
_FEW = 4
_LIGHT_SIGNS = frozenset("*-–—•")


def letters(text: str) -> float:
    """The width of a text in characters."""
    return float(len(text))


def typeset(text: str) -> float:
    """The width of a text in mean letters of a proportional typeface."""
    return sum(map(_width_of.__getitem__, text)) / _MEAN


def _width(sign: str) -> float:
    return _LETTERS.get(sign, _CAPITAL if sign.isupper() else _OTHER)


_width_of = Remembered(_width)


@dataclass(frozen=True, slots=True)
class Measure:
    """The bounds that a unit sets to its column's width: at least `widest`, less than `needed`.

    `kind` is 0 for a paragraph, 1 for an item, 2 where it may be indented further; `breaks` is how many tell.
    """

    widest: float
    needed: float
    kind: int
    breaks: int


@dataclass(frozen=True, slots=True)
class Widths:
    """The width of each column, for plain paragraphs and for items, in the unit of `metric`; None where unknown."""

    metric: Metric
    plain: tuple[float | None, ...]
    items: tuple[float | None, ...]

    def cost(self, measure: Measure, column: int) -> float:
        """How badly a unit's lines fit a column, from 0."""
        width = self.items[column] if measure.kind else self.plain[column]
        return 0.0 if width is None else _misfit(measure, width)


def measures_of(row: Sequence[Unit], metric: Metric) -> list[Measure]:
    """The bounds that the lines of a row's units set."""
    found: list[Measure] = []
    kind = 0
    for i, unit in enumerate(row):
        if unit.marker is not None:
            kind = 1 if unit.marker.sign in _LIGHT_SIGNS else 2
        elif not unit.lower:
            kind = 0
        elif kind == 1:
            kind = 2  # white space inside an item: how far it is indented is not known
        after = row[i + 1] if i + 1 < len(row) else None
        goes_on = after is not None and after.lower and unit.openness > 0 and after.sheet == unit.sheet
        found.append(_measure(unit, kind, after.lines[0].text if after is not None and goes_on else "", metric))
    return found


def needed(unit: Unit, following: Unit, metric: Metric) -> float:
    """The width that the unit's last line would have needed to hold the first word of the one that goes on with it."""
    return metric(f"{unit.lines[-1].text} {following.lines[0].text.split(None, 1)[0]}")


def _measure(unit: Unit, kind: int, after: str, metric: Metric) -> Measure:
    texts = [line.text for line in unit.lines]
    if unit.marker is not None and not unit.marker.number:
        texts[0] = unit.marker.text
    widths = [metric(text) for text in texts]
    needs = sorted(
        width + metric(f" {text.split(None, 1)[0]}")
        for width, text in zip(widths, [*texts[1:], after], strict=True)
        if text and find_marker(text) is None
    )
    # A space that does not break looks like one that does, so one break in several may be wrong.
    least = math.inf if not needs else needs[1] if len(needs) >= _FEW else needs[0]
    return Measure(max(widths), least, kind, len(needs))


def learn(pairs: Iterable[tuple[Measure, int]], columns: int, metric: Metric) -> Widths:
    """The widths that fit best what stands in each column: (bounds, column)."""
    found: list[tuple[list[Measure], list[Measure]]] = [([], []) for _ in range(columns)]
    for bounds, column in pairs:
        if bounds.kind < 2:
            found[column][bounds.kind].append(bounds)
    plain: list[float | None] = []
    items: list[float | None] = []
    for paragraphs, listed in found:
        wide, narrow = _best(paragraphs), _best(listed)
        if wide is None and narrow is not None:
            wide = narrow + BULLET
        if narrow is None and wide is not None:
            narrow = wide - BULLET
        plain.append(wide)
        items.append(narrow)
    return Widths(metric, tuple(plain), tuple(items))


def misfit(pairs: Sequence[tuple[Measure, int]], widths: Widths) -> float:
    """The mean cost of the units of whole columns, to compare metrics by."""
    told = [widths.cost(bounds, column) for bounds, column in pairs if bounds.breaks]
    return sum(told) / len(told) if told else 0.0


def _best(bounds: Sequence[Measure]) -> float | None:
    told = [b for b in bounds if b.breaks]
    if sum(b.breaks for b in told) < _FEW:
        return None
    top = max(b.widest for b in told)
    candidates = [_LEAST + _STEP * i for i in range(int((top + 4 - _LEAST) / _STEP) + 1)]
    if not candidates:
        return None
    costs = [(sum(_misfit(b, width) for b in told), abs(width - top), width) for width in candidates]
    least = min(costs)[0]
    best = [width for cost, _, width in costs if cost <= least + 1e-9]
    return sum(best) / len(best)


def _misfit(bounds: Measure, width: float) -> float:
    over = max(0.0, bounds.widest - width - _TOLERANCE)
    allowed = _NESTED if bounds.kind == 2 else _TOLERANCE
    under = max(0.0, width - bounds.needed - allowed) if bounds.breaks else 0.0
    return min(_MOST_OVER, _OVER * over) + min(_MOST_UNDER, _UNDER * under)
