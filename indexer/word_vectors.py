"""Likeness of single words, in either language, from the bundled model's table: for matching word by word.

A passage that says "borne" says something of a question for a "kiosk", and the mean of all its words hardly shows it.
What is computed is the late interaction of Khattab and Zaharia 2020 ("ColBERT", SIGIR) over static vectors.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from indexer import embedding
from indexer.embedding import Embedder

_MOST_KEPT = 50_000  # words, 77 MB; a hostile text must not fill the memory


class WordVectors:
    """Unit vectors of words, each made once; safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._rows: dict[str, int] = {}
        self._table = np.empty((0, embedder.dimension), np.float32)  # with room for more rows than are filled

    def of(self, words: Sequence[str]) -> npt.NDArray[np.float32]:
        """The vectors of `words`, of shape (words, dimension)."""
        if len(words) > _MOST_KEPT:
            return self._embedder.encode_documents(words)
        with self._lock:
            rows = self._rows
            missing = [word for word in dict.fromkeys(words) if word not in rows]
            if len(rows) + len(missing) > _MOST_KEPT:
                self._rows, missing = {}, list(dict.fromkeys(words))
                self._table = self._table[:0]  # others may still read the old one
            if missing:
                self._add(missing)
            places = np.fromiter(map(self._rows.__getitem__, words), np.intp, len(words))
            table = self._table
        return table[places]

    def _add(self, words: Sequence[str]) -> None:
        filled = len(self._rows)
        if filled + len(words) > len(self._table):  # twice the room each time, so that few words copy the table
            room = np.empty((min(_MOST_KEPT, 2 * (filled + len(words))), self._embedder.dimension), np.float32)
            room[:filled] = self._table[:filled]
            self._table = room
        self._table[filled : filled + len(words)] = self._embedder.encode_documents(words)
        self._rows |= {word: row for row, word in enumerate(words, start=filled)}


@cache
def word_vectors() -> WordVectors:
    """The bundled model's, whatever model the index was written with."""
    return WordVectors(embedding.load())


def likeness(asked: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], held: npt.NDArray[np.float32]) -> float:
    """How well a text holds the words asked for: the weighted mean of each one's cosine to the word nearest to it.

    `asked` (m, d) and `held` (n, d) are unit vectors of the words, `weights` (m,). 0 where either has no word.
    """
    total = float(weights.sum())
    if not len(held) or not total:
        return 0.0
    return float(weights @ (asked @ held.T).max(axis=1)) / total
