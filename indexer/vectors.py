"""The vector index: exact inner-product search over half-precision unit vectors, kept by FAISS.

Half precision is taken over to the next generation bit for bit, where trained 8-bit codes would drift a little each
time; at 384 dimensions it costs 768 bytes a passage.

Of many vectors a search first compares product quantizer codes of two bits a component, or of one where they are very
many (fast scan: Andre et al. 2017, "Accelerated Nearest Neighbor Search with Quick ADC", ICMR), in a tenth of the time,
then the best of them exactly.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import faiss
import numpy as np
import numpy.typing as npt

# A service answers many questions at once; one question spread over all cores only waits for its slowest part.
faiss.omp_set_num_threads(1)

CODES = ".pq"  # suffix of the file beside the vectors
FEWEST_CODED = 20_000  # vectors, below which codes gain nothing
# Components that one code of 4 bits stands for: by fewer bytes, as of very many vectors reading them takes the time.
_COMPONENTS, _OF_VERY_MANY = 2, 4
_VERY_MANY = 250_000  # vectors
_TRAINED_ON = 20_000
_SPARE = 3.0  # times as many codes as vectors wanted are looked at again: all but few of the farther are among them,
_LEAST_SPARE = 600  # and at least so many more
_FEWEST_ALLOWED = 6_000  # of the vectors, below which they are compared exactly at once,
_SELECTIVE = 0.02  # and the share of them up to which they are
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class VectorHits:
    """Passage numbers with their cosine similarities, best first."""

    numbers: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


class Writer:
    """Writes a flat index of unit vectors in half precision; row = passage number.

    Use as a context manager; what `finish` has not ended is of no use.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._path = path
        self._dimension = dimension
        self._count = 0
        path.with_suffix(CODES).unlink(missing_ok=True)  # of what stood here before
        self._file = path.open("wb")
        self._file.write(_header(dimension, 0))

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, vectors: npt.NDArray[np.float16]) -> None:
        """Write the next vectors, of shape (passages, dimension)."""
        self._file.write(np.ascontiguousarray(vectors, dtype="<f2").tobytes())
        self._count += len(vectors)

    def finish(self, bounds: Iterable[int] = ()) -> None:
        """End the file and, where there are many vectors, write their codes beside it.

        `bounds` are the numbers of passages, always the first, that an audience sees.
        """
        self._file.seek(0)
        self._file.write(_header(self._dimension, self._count))
        self._file.close()
        if self._count >= FEWEST_CODED:
            write_codes(self._path, bounds)


def _header(dimension: int, count: int) -> bytes:
    """What FAISS writes in front of the vectors of a flat index of so many: all of it but them.

    So that they can be written as they come: FAISS itself would hold them all, twice over while they grow.
    """
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    empty = faiss.serialize_index(index).tobytes()
    # The number of vectors follows the kind of index and the dimension; the size of their data ends the header.
    before, after = empty[:8], empty[16:-8]
    return b"".join((before, count.to_bytes(8, "little"), after, (2 * dimension * count).to_bytes(8, "little")))


def write(path: Path, vectors: npt.NDArray[np.float32], bounds: Iterable[int] = ()) -> None:
    """Write `vectors`, of shape (passages, dimension) and unit length, as a flat index: see `Writer`."""
    with Writer(path, vectors.shape[1]) as writer:
        writer.add(vectors.astype(np.float16))
        writer.finish(bounds)


def write_codes(path: Path, bounds: Iterable[int] = ()) -> None:
    """Write the codes of the vectors in the file at `path` beside them, where they have an even dimension.

    They are learned from the fewest passages that an audience with codes sees, so that what it does not see has no
    part in how its searches err.
    """
    exact = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    seen = min((bound for bound in bounds if bound >= FEWEST_CODED), default=exact.ntotal)
    components = _COMPONENTS if seen < _VERY_MANY else _OF_VERY_MANY
    if exact.d % components:
        return
    rows = VectorIndex(path).vectors(np.arange(0, seen, max(1, seen // _TRAINED_ON)))
    # One list of all: the fast scan takes filters only where there are lists.
    lists = faiss.IndexFlatIP(exact.d)
    lists.add(np.zeros((1, exact.d), np.float32))
    of_rows = faiss.IndexIVFPQFastScan(lists, exact.d, 1, exact.d // components, 4, faiss.METRIC_INNER_PRODUCT)
    of_rows.by_residual = False
    codes = faiss.IndexPreTransform(_spread(rows, exact.d // components), of_rows)
    codes.train(rows)
    for start in range(0, exact.ntotal, _CHUNK):
        codes.add(exact.reconstruct_n(start, min(_CHUNK, exact.ntotal - start)))
    faiss.write_index(codes, str(path.with_suffix(CODES)))


def _spread(rows: npt.NDArray[np.float32], codes: int) -> faiss.LinearTransform:
    """The rotation onto the rows' principal components, of which each code gets its share of great and small ones.

    So that no code has much to say and others nothing (as Ge et al. 2013, "Optimized Product Quantization", CVPR).
    """
    _, components = np.linalg.eigh(np.cov(rows, rowvar=False))
    greatest_first = components[:, ::-1].T
    rotation = greatest_first[np.arange(rows.shape[1]).reshape(-1, codes).T.ravel()]
    transform = faiss.LinearTransform(rows.shape[1], rows.shape[1], False)
    faiss.copy_array_to_vector(np.ascontiguousarray(rotation, np.float32).ravel(), transform.A)
    transform.is_trained = True
    return transform


class VectorIndex:
    """An opened, memory-mapped vector index; safe to search from several threads."""

    def __init__(self, path: Path) -> None:
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._count = int(self._index.ntotal)
        # FAISS decodes one component at a time, several times as slowly as numpy; both read the same mapping.
        self._rows: npt.NDArray[np.float16] = np.empty((0, int(self._index.d)), np.float16)
        if self._count:
            size = 2 * self._count * int(self._index.d)
            held = faiss.rev_swig_ptr(self._index.codes.data(), size)  # type: ignore[attr-defined]
            self._rows = held.view(np.float16).reshape(self._count, int(self._index.d))
            self._rows.flags.writeable = False
        coded = path.with_suffix(CODES)  # without it every search is exact
        self._codes = faiss.read_index(str(coded), faiss.IO_FLAG_MMAP_IFC) if coded.exists() else None
        if self._codes is not None and (self._codes.ntotal, self._codes.d) != (self._count, self._index.d):
            raise ValueError(f"{coded.name} is not of these vectors")
        self._near = faiss.IndexRefine(self._codes, self._index) if self._codes is not None else None

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
        self,
        query: npt.NDArray[np.float32],
        limit: int,
        *,
        allowed: npt.NDArray[np.int64] | None = None,
        silent: npt.NDArray[np.bool_] | None = None,
    ) -> VectorHits:
        """The `limit` passages nearest to `query`, of shape (dimension,), among `allowed` if given.

        Those that `silent` marks, of shape (passages,), are never found.
        Exact, but for very few of the farther ones where many may be found. Scores are exact always.
        """
        stating = None if silent is None else ~silent[: len(self)]
        among = len(self) if stating is None else int(np.count_nonzero(stating))
        if allowed is not None:
            allowed = allowed[allowed < len(self)]
            if stating is not None:
                allowed = allowed[stating[allowed]]
            among = len(allowed)
        limit = min(limit, among)
        if limit < 1:
            return VectorHits(np.empty(0, np.int64), np.empty(0, np.float32))
        looked_at = max(int(_SPARE * limit), limit + _LEAST_SPARE)
        # By what this audience sees, never by what the file holds beyond.
        least = FEWEST_CODED if allowed is None else max(_FEWEST_ALLOWED, int(_SELECTIVE * len(self)) + 1)
        few = len(self) < FEWEST_CODED or among < least or 2 * looked_at > among
        if self._near is None or few:
            chosen = self._chosen(allowed, stating)
            exactly = None if chosen is None else faiss.SearchParameters(sel=chosen)  # type: ignore[call-arg]
            return self._hits(self._index, query, limit, exactly)
        parameters = faiss.IndexRefineSearchParameters(  # type: ignore[call-arg]
            k_factor=looked_at / limit,
            base_index_params=faiss.SearchParametersPreTransform(  # type: ignore[call-arg]
                index_params=faiss.SearchParametersIVF(nprobe=1, sel=self._chosen(allowed, stating))  # type: ignore[call-arg]
            ),
        )
        return self._hits(self._near, query, limit, parameters)

    def _hits(
        self,
        index: faiss.Index,
        query: npt.NDArray[np.float32],
        limit: int,
        parameters: faiss.SearchParameters | None,
    ) -> VectorHits:
        row = np.ascontiguousarray(query[np.newaxis, :], dtype=np.float32)
        scores, numbers = index.search(row, limit, params=parameters)
        found = numbers[0] >= 0
        return VectorHits(numbers[0][found].astype(np.int64), scores[0][found].astype(np.float32))

    def _chosen(
        self, allowed: npt.NDArray[np.int64] | None, stating: npt.NDArray[np.bool_] | None
    ) -> faiss.IDSelector | None:
        """What restricts a search to those allowed or marked, or to those that this index has of its file's."""
        marks = stating
        if allowed is not None:
            marks = np.zeros(len(self), np.bool_)
            marks[allowed] = True
        if marks is not None:
            return faiss.IDSelectorBitmap(np.packbits(marks, bitorder="little"))  # type: ignore[call-arg, arg-type]
        return faiss.IDSelectorRange(0, len(self)) if len(self) < self._index.ntotal else None

    def stored(self, first: int, end: int) -> npt.NDArray[np.float16]:
        """The vectors of the passages numbered from `first` to before `end`, as they are kept."""
        return self._rows[first:end]

    def vectors(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """The stored vectors of the passages `numbers`, of shape (len(numbers), dimension)."""
        if not len(numbers):
            return np.empty((0, self.dimension), np.float32)
        return self._rows[np.asarray(numbers, dtype=np.int64)].astype(np.float32)
