"""Finding digests among a million: by binary search in arrays, where a dictionary would take ten times the memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

DIGEST = 16  # bytes


class HeldDigests:
    """The places of digests, of `DIGEST` bytes each, in an array of them."""

    def __init__(self, digests: npt.NDArray[np.bytes_]) -> None:
        first, second = _halves(np.ascontiguousarray(digests).tobytes())
        self._order = np.argsort(first, kind="stable")
        self._first, self._second = first[self._order], second[self._order]

    def places(self, sought: bytes) -> npt.NDArray[np.int64]:
        """The first place of each digest, given one after the other, -1 for one that is not there; of shape (sought,).

        They are found by their first half: two that share it are as good as not there, and only made again.
        """
        first, second = _halves(sought)
        if not len(self._first):
            return np.full(len(first), -1, np.int64)
        at = np.minimum(np.searchsorted(self._first, first), len(self._first) - 1)
        same = (self._first[at] == first) & (self._second[at] == second)
        return np.where(same, self._order[at], -1)


def _halves(digests: bytes) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    halves = np.frombuffer(digests, "<u8").reshape(-1, 2)
    return halves[:, 0].copy(), halves[:, 1].copy()
