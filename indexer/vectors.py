"""The vector index: exact inner-product search over half-precision unit vectors, kept by FAISS.

Half precision is taken over to the next generation bit for bit, where trained 8-bit codes would drift a little each
time; at 384 dimensions it costs 768 bytes a passage.

Of many vectors a search first compares 8-bit codes, which takes a third of the time, and then the best of them exactly.
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

CODES = ".codes"  # suffix of the file beside the vectors
_FEWEST_CODED = 20_000  # vectors, below which codes gain nothing
_SCALE = 300.0  # a component's code: 127 is reached at 0.42, which one in 10,000 exceeds
_TOP_CODE = 127.0
_SPARE = 1.25  # times as many codes as vectors wanted are looked at again: all but one in 1,000 are among them,
_LEAST_SPARE = 32  # and at least so many more
_SELECTIVE = 0.1  # share of the vectors allowed, up to which they are compared exactly at once
_CHUNK = 16_384


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
    if len(vectors) >= _FEWEST_CODED:
        write_codes(path)


def write_codes(path: Path) -> None:
    """Write the 8-bit codes of the vectors in the file at `path` beside them."""
    exact = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    codes = faiss.IndexScalarQuantizer(exact.d, faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT)
    for start in range(0, exact.ntotal, _CHUNK):
        rows = exact.reconstruct_n(start, min(_CHUNK, exact.ntotal - start))
        codes.add(np.clip(np.rint(rows * _SCALE), -_TOP_CODE, _TOP_CODE).astype(np.float32))
    faiss.write_index(codes, str(path.with_suffix(CODES)))


def as_stored(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The vectors as an index gives them back: what is drawn from new ones is then the same as from those kept."""
    return vectors.astype(np.float16).astype(np.float32)


class VectorIndex:
    """An opened, memory-mapped vector index; safe to search from several threads."""

    def __init__(self, path: Path) -> None:
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._count = int(self._index.ntotal)
        # The vectors end the file. FAISS decodes one component at a time, twenty times as slowly as numpy.
        size = 2 * self._count * int(self._index.d)
        self._rows: npt.NDArray[np.float16] = np.empty((0, int(self._index.d)), np.float16)
        if self._count:
            self._rows = np.memmap(path, np.float16, "r", path.stat().st_size - size, (self._count, int(self._index.d)))
        coded = path.with_suffix(CODES)
        self._codes = faiss.read_index(str(coded), faiss.IO_FLAG_MMAP_IFC) if coded.exists() else None
        if self._codes is not None and (self._codes.ntotal, self._codes.d) != (self._count, self._index.d):
            raise ValueError(f"{coded.name} is not of these vectors")

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
        """The `limit` passages nearest to `query`, of shape (dimension,), among `allowed` if given.

        Exact, but for very few of the farther ones where many may be found. Scores are exact always.
        """
        if allowed is not None:
            allowed = allowed[allowed < len(self)]
        among = len(self) if allowed is None else len(allowed)
        limit = min(limit, among)
        if limit < 1:
            return VectorHits(np.empty(0, np.int64), np.empty(0, np.float32))
        parameters = self._parameters(allowed)
        looked_at = max(int(_SPARE * limit), limit + _LEAST_SPARE)
        if self._codes is None or among <= _SELECTIVE * self._index.ntotal or 2 * looked_at > among:
            row = np.ascontiguousarray(query[np.newaxis, :], dtype=np.float32)
            scores, numbers = self._index.search(row, limit, params=parameters)
            found = numbers[0] >= 0
            return VectorHits(numbers[0][found].astype(np.int64), scores[0][found].astype(np.float32))
        # A code's query is in whole numbers too.
        row = np.rint(query * (_TOP_CODE / max(float(np.abs(query).max()), 1e-9)))[np.newaxis, :].astype(np.float32)
        near = self._codes.search(row, looked_at, params=parameters)[1][0]
        near = np.sort(near[near >= 0])
        exact = self.vectors(near) @ query.astype(np.float32)
        order = np.argsort(-exact, kind="stable")[:limit]
        return VectorHits(near[order].astype(np.int64), exact[order].astype(np.float32))

    def _parameters(self, allowed: npt.NDArray[np.int64] | None) -> faiss.SearchParameters | None:
        """What restricts a search to the numbers allowed, or to those that this index has of its file's."""
        if allowed is not None:
            marks = np.zeros(int(self._index.ntotal), np.bool_)
            marks[allowed] = True
            chosen: faiss.IDSelector = faiss.IDSelectorBitmap(np.packbits(marks, bitorder="little"))  # type: ignore[call-arg, arg-type]
        elif len(self) < self._index.ntotal:
            chosen = faiss.IDSelectorRange(0, len(self))
        else:
            return None
        return faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]

    def vectors(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The stored vectors of the passages `numbers`, of shape (len(numbers), dimension)."""
        if not len(numbers):
            return np.empty((0, self.dimension), np.float32)
        return self._rows[np.asarray(numbers, dtype=np.int64)].astype(np.float32)
