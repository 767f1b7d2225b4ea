"""Writing what a search by meaning goes by: the vectors of passages, and what their sentences say."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from indexer import statement_writing, store, vectors
from indexer.statement_writing import Analysis


class SemanticWriter:
    """Writes vectors and sentences into the folder of a generation, in the order of the passages' numbers.

    Use as a context manager; what `finish` has not ended is of no use.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._open = ExitStack()
        self._sentences = self._open.enter_context(statement_writing.Writer(folder / store.SENTENCES))
        self._vectors = self._open.enter_context(vectors.Writer(folder / store.VECTORS, dimension))

    def __enter__(self) -> SemanticWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def add(self, of_passages: npt.NDArray[np.float16], analyses: Iterable[Analysis]) -> None:
        """Write the vectors of the passages that come next, of shape (passages, dimension), and their analyses."""
        self._vectors.add(of_passages)
        for analysis in analyses:
            self._sentences.add(analysis)

    def finish(self, bounds: Iterable[int]) -> None:
        """End all files. `bounds` are the numbers of passages, always the first, that an audience sees."""
        with ThreadPoolExecutor(1) as beside:  # FAISS lets others work meanwhile
            codes = beside.submit(self._vectors.finish, bounds)
            self._sentences.finish()
            codes.result()
