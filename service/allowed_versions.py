"""Versions of passages in the other language, without those that the filters rule out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer.index_protocol import Index
from indexer.runs import held


def allowed_versions(
    index: Index, numbers: Sequence[int], allowed: npt.NDArray[np.int64] | None
) -> dict[int, tuple[int, ...]]:
    """As `Index.versions_of`, of versions among the `allowed` numbers, ascending; None allows all."""
    versions = index.versions_of(numbers)
    if allowed is None:
        return versions
    others = np.array([number for several in versions.values() for number in several], np.int64)
    kept = set(others[held(allowed, others)].tolist())
    return {number: tuple(other for other in several if other in kept) for number, several in versions.items()}
