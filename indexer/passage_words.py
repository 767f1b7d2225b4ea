"""Likeness of the words of passages to those asked for, from the words that a generation keeps of each passage."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from indexer import embedding
from indexer.runs import begins
from indexer.statements import Ragged, Read, Statements

_MOST_KEPT = 60_000  # words, 92 MB
_READ_AHEAD = 40_000
_AT_ONCE = 256
_PRODUCTS = 1_024  # cosines at once: BLAS takes so few as they stand, where it lays out more of them anew at first


class PassageWords:
    """The vectors of a generation's words, each made once and kept; safe to use from several threads."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._lock = threading.Lock()
        self._filled = 0
        self._slots = np.empty(0, np.int32)  # by number of a word its row in the table, -1 where it has none
        self._table = np.empty((0, embedding.load().dimension), np.float32)

    def likenesses(
        self, asked: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], passages: Sequence[int]
    ) -> npt.NDArray[np.float32]:
        """How well the words of each passage hold those asked for, as `word_vectors.likeness`; of shape (passages,).

        `passages` are their numbers, `asked` (m, d) unit vectors, `weights` (m,).
        """
        return self._likenesses(asked, weights, self._statements.words(passages), len(passages))

    def likenesses_of(
        self, asked: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], sentences: Read
    ) -> npt.NDArray[np.float32]:
        """As `likenesses`, for sentences; of shape (sentences,)."""
        return self._likenesses(asked, weights, self._statements.said(sentences), len(sentences))

    def nearest(self, asked: npt.NDArray[np.float32], passages: Sequence[int]) -> npt.NDArray[np.float32]:
        """The cosine to each word asked for of the word of any passage nearest to it, -1 for none; of shape (m,)."""
        words = self._statements.words(passages)
        if not len(words.values) or not len(asked):
            return np.full(len(asked), -1.0, np.float32)
        found: npt.NDArray[np.float32] = self._cosines(asked, _distinct(words.values)).max(axis=1)
        return found

    def _likenesses(
        self, asked: npt.NDArray[np.float32], weights: npt.NDArray[np.float32], words: Ragged, rows: int
    ) -> npt.NDArray[np.float32]:
        total = float(weights.sum())
        found = np.zeros(rows, np.float32)
        if not len(words.values) or not total or not len(asked):
            return found
        distinct = _distinct(words.values)
        cosines = self._cosines(asked, distinct)
        columns = np.empty(self._statements.vocabulary_size, np.int32)  # by number of a word; filled for these alone
        columns[distinct] = np.arange(len(distinct), dtype=np.int32)
        starts = np.flatnonzero(begins(words.row))  # rows come in order
        # Of each row the word nearest to each one asked for.
        nearest = np.maximum.reduceat(cosines.take(columns[words.values], axis=1), starts, axis=1)
        found[words.row[starts]] = weights @ nearest / total
        return found

    def read_ahead(self) -> None:
        """Make the vectors of the commonest words, some at a time, so that no question waits long for them."""
        _ = self._statements.words_of_tokens
        numbers = self._statements.commonest_words(_READ_AHEAD)
        for first in range(0, len(numbers), _AT_ONCE):
            self._kept(numbers[first : first + _AT_ONCE])

    def _cosines(self, asked: npt.NDArray[np.float32], numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """The cosine to each word asked for of the words with these distinct numbers, of shape (m, words)."""
        table, rows = self._kept(numbers)
        step = max(1, _PRODUCTS // len(asked))
        parts = [asked @ table[rows[first : first + step]].T for first in range(0, len(rows), step)]
        return np.concatenate(parts, axis=1)

    def _kept(self, numbers: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
        """A table of vectors, and in it the rows of the words with these distinct numbers."""
        embedder = embedding.load()
        if len(numbers) > _MOST_KEPT:
            written = self._statements.written(numbers.tolist())
            table = embedder.encode_documents([written[number] for number in numbers.tolist()])
            return table, np.arange(len(table), dtype=np.int32)
        with self._lock:
            if not len(self._slots):
                self._slots = np.full(self._statements.vocabulary_size, -1, np.int32)
            missing = numbers[self._slots[numbers] < 0]
            if self._filled + len(missing) > _MOST_KEPT:
                self._forget(len(numbers))
                missing = numbers[self._slots[numbers] < 0]
            if len(missing):
                self._add(missing, embedder)
            return self._table, self._slots[numbers]

    def _forget(self, wanted: int) -> None:
        """Make room for so many words: keep the first, which were read ahead as the commonest, if they leave it."""
        self._filled = _READ_AHEAD if self._filled > _READ_AHEAD and _READ_AHEAD + wanted <= _MOST_KEPT else 0
        self._slots[self._slots >= self._filled] = -1
        self._table = self._table[: self._filled].copy()  # others may still read the old one

    def _add(self, numbers: npt.NDArray[np.int32], embedder: embedding.Embedder) -> None:
        written = self._statements.written(numbers.tolist())
        needed = self._filled + len(numbers)
        if needed > len(self._table):  # twice the room each time, so that few words copy the table
            room = np.empty((min(_MOST_KEPT, 2 * needed), embedder.dimension), np.float32)
            room[: self._filled] = self._table[: self._filled]
            self._table = room
        self._table[self._filled : needed] = embedder.encode_documents([written[n] for n in numbers.tolist()])
        self._slots[numbers] = np.arange(self._filled, needed, dtype=np.int32)
        self._filled = needed


def _distinct(numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Each of the numbers once, in order: np.unique takes five times as long."""
    ordered = np.sort(numbers)
    found: npt.NDArray[np.int32] = ordered[begins(ordered)]
    return found
