"""txtai's hybrid index: its own BM25 beside its default vector backend (FAISS), joined as it does by default."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from txtai import Embeddings

from eval.benchmarks.peers import Entry, Vectors


class Adapter:
    """`Peer` over `txtai.Embeddings` with vectors from outside."""

    def build(self, passages: Sequence[Entry], vectors: Vectors) -> None:
        """Index texts; txtai asks for their vectors by text."""
        self._ids = [passage.id for passage in passages]
        self._known = {passage.text: row for row, passage in enumerate(passages)}
        self._vectors = vectors
        self._asked = vectors[0]

        def transform(texts: Sequence[str]) -> Vectors:  # txtai takes a plain function only
            rows = [self._known.get(text) for text in texts]
            return np.stack([self._asked if row is None else self._vectors[row] for row in rows])

        self._embeddings = Embeddings({"method": "external", "transform": transform, "hybrid": True})
        self._embeddings.index((row, passage.text, None) for row, passage in enumerate(passages))

    def search(self, text: str, vector: Vectors, k: int) -> list[str]:
        """One hybrid search."""
        self._asked = vector
        return [self._ids[int(number)] for number, _ in self._embeddings.search(text, k)]

    def close(self) -> None:
        """Free the index."""
        self._embeddings.close()
