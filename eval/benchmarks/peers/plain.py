"""The plain recipe: `rank-bm25` over lower-cased words, exact dot products in numpy, reciprocal rank fusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rank_bm25 import BM25Okapi

from eval.benchmarks.peers import CANDIDATES, Entry, Vectors, joined
from eval.systems import plain_words


class Adapter:
    """`Peer` over a BM25Okapi and a matrix."""

    def build(self, passages: Sequence[Entry], vectors: Vectors) -> None:
        """Count words, and keep the matrix as it is."""
        self._ids = [passage.id for passage in passages]
        self._bm25 = BM25Okapi([plain_words(passage.text) for passage in passages])
        self._vectors = np.ascontiguousarray(vectors)

    def search(self, text: str, vector: Vectors, k: int) -> list[str]:
        """Both legs over all passages, then fused."""
        by_words = np.asarray(self._bm25.get_scores(plain_words(text)))
        by_meaning = self._vectors @ vector
        return joined([self._best(by_words), self._best(by_meaning)], k)

    def _best(self, scores: npt.NDArray[np.floating[Any]]) -> list[str]:
        count = min(CANDIDATES, len(scores))
        first = np.argpartition(-scores, count - 1)[:count]
        return [self._ids[at] for at in first[np.argsort(-scores[first], kind="stable")] if scores[at] > 0]

    def close(self) -> None:
        """Nothing but memory is held."""
        del self._bm25, self._vectors
