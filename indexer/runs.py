"""Where runs of equal numbers begin."""

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
