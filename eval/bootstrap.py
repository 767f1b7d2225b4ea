"""Figures with 95 % confidence intervals: the percentile bootstrap over needs.

Whole needs are drawn again with replacement, always by the same seed, so that a figure and its interval can be had
again, and so that two systems over the same needs are drawn alike, which makes their difference a paired one.
Where every need has the same value the interval is that value: it then says nothing of how few the needs are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

RESAMPLES = 1_000
_SEED = 20_260
_BORDERS = (2.5, 97.5)  # percentiles
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over `needs` needs, and the borders of its 95 % interval."""

    value: float
    low: float
    high: float
    needs: int


Part = tuple[float, float]
"""What one need adds to a ratio: to its numerator and to its denominator. A mean's denominator is 1 a need."""


@lru_cache(maxsize=8)
def _draws(needs: int) -> npt.NDArray[np.intp]:
    """Places of the needs drawn, of shape (RESAMPLES, needs)."""
    return np.random.default_rng(_SEED).integers(0, needs, (RESAMPLES, needs))


def ratio(parts: Sequence[Part], empty: float = 0.0) -> Estimate:
    """The sum of the numerators over that of the denominators; `empty` where that is nought."""
    if not parts:
        return Estimate(empty, empty, empty, 0)
    value, drawn = _ratios(parts, empty)
    return _estimate(value, drawn, len(parts))


def difference(parts: Sequence[Part], other: Sequence[Part]) -> Estimate:
    """The ratio of `parts` less that of `other`, over the same needs in the same order.

    Raises ValueError where they differ in number.
    """
    if len(parts) != len(other):
        raise ValueError(f"a paired difference needs the same needs: {len(parts)} and {len(other)} were given")
    if not parts:
        return Estimate(0.0, 0.0, 0.0, 0)
    (value, drawn), (other_value, other_drawn) = _ratios(parts, 0.0), _ratios(other, 0.0)
    return _estimate(value - other_value, drawn - other_drawn, len(parts))


def quantile(values: Sequence[float], share: float) -> Estimate:
    """The value below which `share` of `values` lie, between its neighbours by proportion."""
    if not values:
        return Estimate(0.0, 0.0, 0.0, 0)
    held = np.asarray(values, dtype=np.float64)
    drawn = np.quantile(held[_draws(len(held))], share, axis=1)
    return _estimate(float(np.quantile(held, share)), drawn, len(held))


def _ratios(parts: Sequence[Part], empty: float) -> tuple[float, _Floats]:
    table = np.asarray(parts, dtype=np.float64)
    sums = table[_draws(len(table))].sum(axis=1)
    drawn = np.divide(sums[:, 0], sums[:, 1], out=np.full(RESAMPLES, empty), where=sums[:, 1] > 0)
    above, below = table.sum(axis=0)
    return (float(above / below) if below > 0 else empty), drawn


def _estimate(value: float, drawn: _Floats, needs: int) -> Estimate:
    low, high = np.percentile(drawn, _BORDERS)
    return Estimate(value, float(low), float(high), needs)
