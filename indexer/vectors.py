"""The vector index: exact inner-product search over half-precision unit vectors, kept by FAISS.

Half precision is taken over to the next generation bit for bit, where trained 8-bit codes would drift a little each
time; at 384 dimensions it costs 768 bytes a passage.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

# A service answers many questions at once; one question spread over all cores only waits for its slowest part.
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, slots=True)
class VectorHits:
    """Passage numbers with their cosine similarities, best first."""

    numbers: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


def write(path: Path, vectors: npt.NDArray[np.float32]) -> None:
    """Write `vectors`, of shape (passages, dimension) and unit length, as a flat index; row = passage number."""
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    faiss.write_index(index, str(path))


def as_stored(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The vectors as an index gives them back: what is drawn from new ones is then the same as from those kept."""
    return vectors.astype(np.float16).astype(np.float32)


class VectorIndex:
    """An opened, memory-mapped vector index; safe to search from several threads."""

    def __init__(self, path: Path) -> None:
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._count = int(self._index.ntotal)

    def __len__(self) -> int:
        return self._count

    def first(self, count: int) -> VectorIndex:
        """The index of the first `count` passages alone, over the same file."""
        if not 0 <= count <= self._count:
            raise ValueError(f"first {count} of {self._count} passages: give a number up to that")
        view = copy.copy(self)
        view._count = count
        return view

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        return int(self._index.d)

    def search(
        self, query: npt.NDArray[np.float32], limit: int, *, allowed: npt.NDArray[np.int64] | None = None
    ) -> VectorHits:
        """The `limit` passages nearest to `query`, of shape (dimension,), exactly, among `allowed` if given."""
        if allowed is not None and len(self) < self._index.ntotal:
            allowed = allowed[allowed < len(self)]
        limit = min(limit, len(self) if allowed is None else len(allowed))
        if limit < 1:
            return VectorHits(np.empty(0, np.int64), np.empty(0, np.float32))
        chosen: faiss.IDSelector | None
        if allowed is not None:
            chosen = faiss.IDSelectorBatch(allowed)
        elif len(self) < self._index.ntotal:
            chosen = faiss.IDSelectorRange(0, len(self))
        else:
            chosen = None
        parameters = None if chosen is None else faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
        row = np.ascontiguousarray(query[np.newaxis, :], dtype=np.float32)
        scores, numbers = self._index.search(row, limit, params=parameters)
        found = numbers[0] >= 0
        return VectorHits(numbers[0][found].astype(np.int64), scores[0][found].astype(np.float32))

    def vectors(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The stored vectors of the passages `numbers`, of shape (len(numbers), dimension)."""
        if not len(numbers):
            return np.empty((0, self.dimension), np.float32)
        found: npt.NDArray[np.float32] = self._index.reconstruct_batch(np.asarray(numbers, dtype=np.int64))
        return found
