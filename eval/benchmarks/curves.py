"""Cost against size as inline SVG: lines over two logarithmic axes, each line named at its end."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

SERIES = 6  # colours that the page's style sheet has, `.s0` to `.s5`
_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 430, 26, 280
_APART = 15  # between the names of two lines


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name, and (size, cost) points, both above 0; others are left out."""

    label: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places on an axis: powers of ten at its ends."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def ticks(self) -> Iterator[tuple[float, float]]:
        for power in range(self.low, self.high + 1):
            yield 10.0**power, self.at(10.0**power)


def curves(title: str, lines: Sequence[Line], unit: str) -> str:
    """The chart as an `<svg>` element; `title` is what a screen reader says of it, `unit` that of the costs.

    Empty where there is nothing to draw. Texts are escaped.
    """
    drawn = [Line(line.label, sorted((x, y) for x, y in line.points if x > 0 and y > 0)) for line in lines]
    drawn = [line for line in drawn if line.points]
    if not drawn:
        return ""
    across = _scale([x for line in drawn for x, _ in line.points], _LEFT, _RIGHT)
    up = _scale([y for line in drawn for _, y in line.points], _BOTTOM, _TOP)
    return "\n".join(
        (
            f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">',
            *_axes(across, up, unit),
            *_lines(drawn, across, up, unit),
            "</svg>",
        )
    )


def _scale(values: Sequence[float], start: float, end: float) -> _Scale:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return _Scale(low, max(high, low + 1), start, end)


def _axes(across: _Scale, up: _Scale, unit: str) -> Iterator[str]:
    for value, x in across.ticks:
        yield f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{_BOTTOM}"/>'
        yield f'<text class="tick" x="{x}" y="{_BOTTOM + 16}">{value:,.0f}</text>'
    for value, y in up.ticks:
        yield f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}"/>'
        yield f'<text class="name" x="{_LEFT - 6}" y="{y + 4:g}">{value:g}</text>'
    yield f'<text class="tick" x="{(_LEFT + _RIGHT) / 2:g}" y="{_BOTTOM + 34}">passages</text>'
    yield f'<text class="name" x="{_LEFT - 6}" y="{_TOP - 12}">{escape(unit)}</text>'


def _lines(lines: Sequence[Line], across: _Scale, up: _Scale, unit: str) -> Iterator[str]:
    ends = sorted((up.at(line.points[-1][1]), number) for number, line in enumerate(lines))
    names: dict[int, float] = {}
    free = -math.inf
    for y, number in ends:  # from the top down, none over another
        names[number] = free = max(y, free + _APART)
    for number, line in enumerate(lines):
        series = number % SERIES
        places = [(across.at(x), up.at(y)) for x, y in line.points]
        path = "L".join(f"{x:g} {y:g}" for x, y in places)
        told = ", ".join(f"{y:g} {unit} at {x:,.0f}" for x, y in line.points)
        yield f"<g><title>{escape(f'{line.label}: {told}')}</title>"
        yield f'<path class="line l{series}" d="M{path}"/>'
        for x, y in places:
            yield f'<circle class="s{series}" cx="{x:g}" cy="{y:g}" r="3.5"/>'
        x, y = places[-1]
        yield f'<path class="grid" d="M{x:g} {y:g}L{_RIGHT + 8} {names[number]:g}"/>'
        yield f'<text x="{_RIGHT + 12}" y="{names[number] + 4:g}">{escape(line.label)}</text></g>'
