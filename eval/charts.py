"""Bar charts with whiskers, as inline SVG: shares from 0 to 1, lying, in groups, each bar with its name and value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from eval.bootstrap import Estimate

SERIES = 4  # colours that the page's style sheet has, `.s0` to `.s3`
_LEFT, _RIGHT, _WIDTH = 130, 480, 540  # of the plot, and of the whole
_ROW, _BAR, _HEAD, _GAP, _CAP = 22, 13, 24, 10, 4
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its name, how long it is, and the interval that its whisker spans."""

    label: str
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Group:
    """Bars under one heading; the n-th has the n-th colour."""

    label: str
    bars: Sequence[Bar]


def bars(title: str, groups: Sequence[Group]) -> str:
    """The chart as an `<svg>` element; `title` is what a screen reader says of it. Texts are escaped."""
    height = sum(_HEAD + _ROW * len(group.bars) + _GAP for group in groups) + 20
    return "\n".join(
        (
            f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(title)}">',
            *_axis(height),
            *_groups(groups),
            "</svg>",
        )
    )


def _axis(height: int) -> Iterator[str]:
    for tick in _TICKS:
        x = _x(tick)
        yield f'<line class="grid" x1="{x}" y1="4" x2="{x}" y2="{height - 18}"/>'
        yield f'<text class="tick" x="{x}" y="{height - 4}">{tick:g}</text>'


def _groups(groups: Sequence[Group]) -> Iterator[str]:
    top = 0
    for group in groups:
        yield f'<text class="head" x="0" y="{top + 16}">{escape(group.label)}</text>'
        top += _HEAD
        for number, bar in enumerate(group.bars):
            yield from _bar(bar, number % SERIES, top)
            top += _ROW
        top += _GAP


def _bar(bar: Bar, series: int, top: int) -> Iterator[str]:
    estimate = bar.estimate
    middle, low, high = top + _ROW / 2, _x(estimate.low), _x(estimate.high)
    told = f"{bar.label}: {estimate.value:.3f}, 95 % from {estimate.low:.3f} to {estimate.high:.3f}"
    yield f"<g><title>{escape(told)}</title>"
    yield f'<text class="name" x="{_LEFT - 8}" y="{middle + 4:g}">{escape(bar.label)}</text>'
    yield (
        f'<rect class="s{series}" x="{_LEFT}" y="{middle - _BAR / 2:g}" '
        f'width="{_x(estimate.value) - _LEFT:g}" height="{_BAR}"/>'
    )
    yield (
        f'<path class="whisker" d="M{low} {middle:g}H{high}M{low} {middle - _CAP:g}v{2 * _CAP}'
        f'M{high} {middle - _CAP:g}v{2 * _CAP}"/>'
    )
    yield f'<text class="value" x="{_RIGHT + 12}" y="{middle + 4:g}">{estimate.value:.3f}</text></g>'


def _x(share: float) -> float:
    return round(_LEFT + (_RIGHT - _LEFT) * min(max(share, 0.0), 1.0), 1)
