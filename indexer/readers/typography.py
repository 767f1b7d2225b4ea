"""What is usual in a document: width of lines, size of type; and what stands out from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.readers.lines import Line

_LARGER = 1.12
_NARROW = 0.55
_SAME_WIDTH = 0.8
_FEW_LINES = 4


@dataclass(frozen=True, slots=True)
class Typography:
    """The measures of a document's lines, in the unit of their width.

    `full` is the width that long lines reach; `body` the size of most of the type, 0 where unknown;
    `heading_sizes` the larger sizes, largest first; `indent_step` the least indentation that nests a list;
    `positioned` whether columns were told apart by their places, so that one may go on in the next.
    """

    full: float = 0.0
    body: float = 0.0
    heading_sizes: tuple[float, ...] = ()
    indent_step: float = 1.0
    positioned: bool = False

    @classmethod
    def of(cls, lines: Iterable[Line], indent_step: float = 1.0, *, positioned: bool = False) -> Typography:
        """The measures of these lines."""
        widths: list[float] = []
        sizes: Counter[float] = Counter()
        for line in lines:
            widths.append(line.width)
            if line.size:
                sizes[round(line.size, 1)] += len(line.text)
        widths.sort()
        body = sizes.most_common(1)[0][0] if sizes else 0.0
        larger = sorted({s for s in sizes if s >= body * _LARGER}, reverse=True) if body else []
        return cls(
            full=widths[-1 - min(len(widths) - 1, _outliers(len(widths)))] if widths else 0.0,
            body=body,
            heading_sizes=_merged(larger),
            indent_step=indent_step,
            positioned=positioned,
        )

    def is_narrow(self, width: float) -> bool:
        """Whether a block of this width is set in a narrow column of a wider page."""
        return width < _NARROW * self.full

    def same_column(self, one: float, other: float) -> bool:
        """Whether blocks with columns of these widths (0 for unknown) can be of one column."""
        if not one or not other:
            return True
        if self.is_narrow(one) != self.is_narrow(other):
            return False
        return not self.positioned or min(one, other) >= _SAME_WIDTH * max(one, other)

    def differs(self, one: Line, other: Line) -> bool:
        """Whether two lines are set in clearly different sizes."""
        if not one.size or not other.size:
            return False
        return max(one.size, other.size) > 1.1 * min(one.size, other.size) or (
            one.bold != other.bold and (one.bold or one.size > self.body)
        )

    def heading_level(self, lines: Sequence[Line]) -> int:
        """The level of a heading that the size of its type declares, 0 if it declares none."""
        if not self.body or not lines or min(line.size for line in lines) < self.body * _LARGER:
            return 0
        size = lines[0].size
        return 1 + sum(1 for larger in self.heading_sizes if larger > size * 1.05)

    def flat_level(self, level: int) -> int:
        """The level of a heading known by its shape alone, below those known by their size."""
        return len(self.heading_sizes) + level


def _outliers(count: int) -> int:
    """How many of so many lines may be wider than what counts as the full width."""
    return max(1, min(_FEW_LINES, count // 10), count // 80)


def _merged(sizes: Sequence[float]) -> tuple[float, ...]:
    """Sizes that differ by rounding only, made one."""
    kept: list[float] = []
    for size in sizes:
        if not kept or size * 1.05 < kept[-1]:
            kept.append(size)
    return tuple(kept)
