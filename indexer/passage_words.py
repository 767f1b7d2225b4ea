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
_MOST_AT_ONCE = 8_000  # words of one question that are kept: less than half of those that come and go
_NONE = -1
_PRODUCTS = 1_024  # cosines at once: BLAS takes so few as they stand, where it lays out more of them anew at first


class PassageWords:
    """The vectors of a generation's words, each made once and kept; safe to use from several threads."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._lock = threading.Lock()
        self._next = 0  # row
        self._slots = np.empty(0, np.int32)  # by number of a word its row in the table
        self._words = np.empty(0, np.int32)  # by row the number of its word
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
            with self._lock:
                self._kept(numbers[first : first + _AT_ONCE])
        with self._lock:
            self._table[self._next :] = 0  # else the question that first needs a page of it waits for the system

    def _cosines(self, asked: npt.NDArray[np.float32], numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        """The cosine to each word asked for of the words with these distinct numbers, of shape (m, words)."""
        if len(numbers) > _MOST_AT_ONCE:
            return asked @ self._made(numbers).T
        step = max(1, _PRODUCTS // len(asked))
        with self._lock:  # else others could need the room of words that are read here
            rows = self._kept(numbers)
            parts = [asked @ self._table[rows[first : first + step]].T for first in range(0, len(rows), step)]
        return np.concatenate(parts, axis=1)

    def _made(self, numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.float32]:
        written = self._statements.written(numbers.tolist())
        return embedding.load().encode_documents([written[number] for number in numbers.tolist()])

    def _kept(self, numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The rows of the words with these distinct numbers; for who holds the lock, as long as it does."""
        if not len(self._slots):
            self._slots = np.full(self._statements.vocabulary_size, _NONE, np.int32)
            self._words = np.full(_MOST_KEPT, _NONE, np.int32)
            self._table = np.empty((_MOST_KEPT, embedding.load().dimension), np.float32)  # filled as words come
        while len(missing := numbers[self._slots[numbers] == _NONE]):  # those that come may take the place of some
            self._add(missing)
        return self._slots[numbers]

    def _add(self, numbers: npt.NDArray[np.int32]) -> None:
        """Put words in the next rows; the commonest, which came first, stay, and of the others the latest."""
        rows = self._next + np.arange(len(numbers), dtype=np.int32)
        rows[rows >= _MOST_KEPT] -= _MOST_KEPT - _READ_AHEAD
        gone = self._words[rows]
        self._slots[gone[gone != _NONE]] = _NONE
        self._table[rows] = self._made(numbers)
        self._words[rows] = numbers
        self._slots[numbers] = rows
        self._next = int(rows[-1]) + 1


def _distinct(numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """Each of the numbers once, in order: np.unique takes five times as long."""
    ordered = np.sort(numbers)
    found: npt.NDArray[np.int32] = ordered[begins(ordered)]
    return found
