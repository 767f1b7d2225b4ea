"""Ascending numbers: where runs of equal ones begin, and which numbers are among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def begins(numbers: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.bool_]:
    """Whether each number is another than the one before it, as the first always is; np.diff takes several times this.

    Of shape (numbers,).
    """
    found = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=found[1:])
    return found


def held(numbers: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which of the wanted numbers are among `numbers`, ascending: few of many are found sooner than all are sorted."""
    if not len(numbers):
        return np.zeros(len(wanted), np.bool_)
    places = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
    found: npt.NDArray[np.bool_] = numbers[places] == wanted
    return found
