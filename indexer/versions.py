"""Which passages of two versions of a document, French and English, say the same: found by aligning them in order.

The alignment is the one of highest gain that keeps the order of both, by dynamic programming, where one or two
passages answer to one or two of the other version, as in Gale and Church 1993, "A Program for Aligning Sentences in
Bilingual Corpora", with the cosine of the passages' vectors in place of their lengths.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from indexer.documents import Passage, PassageKind, Role

_LEAST = 0.5  # cosine from which two passages may say the same
_OTHER_PLACE = 0.15  # what it costs that roles differ, and that jurisdictions do

_LONGEST = 2_000  # passages of a document that are aligned at once: some 200,000 words, and 200 MB of memory
_SHIFTED = 0.02  # what it costs to link two with two, which has to be better than each with one

Vectors = npt.NDArray[np.float32]
_Gains = dict[tuple[int, int], npt.NDArray[np.float32]]
"""By how many passages of each side are linked, what linking those that begin at i and j gains."""


class Matching:
    """Finds for pairs of documents, a translation and its original, the passages that say the same.

    Documents come one by one, in any order; what is known of one is kept until its pairs are done. `found` has for each
    pair of ids the numbers of passages that say the same. Passages that state nothing are in no pair.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self.found: dict[tuple[str, str], list[tuple[int, int]]] = {pair: [] for pair in pairs}
        self._left: dict[str, set[tuple[str, str]]] = {}
        for pair in self.found:
            for document_id in pair:
                self._left.setdefault(document_id, set()).add(pair)
        self._waiting: dict[str, _Side] = {}

    def known(self, pair: tuple[str, str], numbers: list[tuple[int, int]]) -> None:
        """Take over what a pair was found to have, of which neither document has changed."""
        self.found[pair] = numbers
        for one in pair:
            self._left[one].discard(pair)

    def waits_for(self, document_id: str) -> bool:
        """Whether there is a pair yet to be found that the document is one of."""
        return bool(self._left.get(document_id))

    def add(
        self, document_id: str, first: int, passages: Sequence[Passage], vectors: npt.NDArray[np.floating[Any]]
    ) -> None:
        """A document's passages, numbered from `first`, with their vectors, of shape (passages, dimension)."""
        left = self._left.get(document_id)
        if not left:
            return
        self._waiting[document_id] = _Side.of(first, passages, vectors)
        for pair in sorted(left):
            if all(one in self._waiting for one in pair):
                self.found[pair] = _matched(*(self._waiting[one] for one in pair))
                for one in pair:
                    self._left[one].discard(pair)
        for one in [one for one in self._waiting if not self._left[one]]:
            del self._waiting[one]


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is looked at of some passages besides their vectors: how many words each has, its role, its jurisdiction."""

    words: npt.NDArray[np.float32]
    roles: list[Role]
    jurisdictions: list[str | None]

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> _Signs:
        return cls(
            np.array([len(passage.text.split()) for passage in passages], np.float32),
            [passage.role for passage in passages],
            [passage.jurisdictions[0] if passage.jurisdictions else None for passage in passages],
        )

    def __getitem__(self, some: slice) -> _Signs:
        return _Signs(self.words[some], self.roles[some], self.jurisdictions[some])


@dataclass(frozen=True, slots=True)
class _Side:
    """The passages of a document that state something: their numbers, signs and vectors.

    Not the passages themselves: where one language is written after the other, half of all documents wait.
    """

    numbers: npt.NDArray[np.int64]
    signs: _Signs
    vectors: npt.NDArray[np.float16]

    @classmethod
    def of(cls, first: int, passages: Sequence[Passage], vectors: npt.NDArray[np.floating[Any]]) -> _Side:
        stating = [at for at, passage in enumerate(passages) if passage.kind is PassageKind.STATEMENT]
        signs = _Signs.of([passages[at] for at in stating])
        return cls(np.array(stating, np.int64) + first, signs, vectors[stating])


def _matched(left: _Side, right: _Side) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for here, there in _stretches(range(len(left.numbers)), range(len(right.numbers))):
        one, other = slice(here.start, here.stop), slice(there.start, there.stop)
        links = _aligned(
            left.signs[one],
            np.ascontiguousarray(left.vectors[one], np.float32),
            right.signs[other],
            np.ascontiguousarray(right.vectors[other], np.float32),
        )
        found.extend((int(left.numbers[here[i]]), int(right.numbers[there[j]])) for i, j in links)
    return found


def versions(
    documents: Iterable[tuple[str, str]], passages: Sequence[Passage], vectors: Vectors
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """What `Matching` finds for pairs of documents; row n of `vectors` is the vector of passage n."""
    matching = Matching(documents)
    first = 0
    for document_id, of_one in groupby(passages, key=lambda passage: passage.document_id):
        held = list(of_one)
        matching.add(document_id, first, held, vectors[first : first + len(held)])
        first += len(held)
    return matching.found


def _stretches(left: range, right: range) -> Iterator[tuple[range, range]]:
    """Both sides whole, or where that would take too much memory in as many stretches, each the same share of both."""
    count = math.ceil(max(len(left), len(right)) / _LONGEST) if left and right else 0
    for part in range(count):
        first, last = (side[part * len(side) // count : (part + 1) * len(side) // count] for side in (left, right))
        yield first, last


def align(
    left: Sequence[Passage], left_vectors: Vectors, right: Sequence[Passage], right_vectors: Vectors
) -> list[tuple[int, int]]:
    """Places in `left` and `right` that say the same, in order; a passage that the other version lacks is in none.

    The vectors are of shape (passages, dimension) and unit length.
    """
    return _aligned(_Signs.of(left), left_vectors, _Signs.of(right), right_vectors)


def _aligned(left: _Signs, left_vectors: Vectors, right: _Signs, right_vectors: Vectors) -> list[tuple[int, int]]:
    rows, columns = len(left.words), len(right.words)
    if not rows or not columns:
        return []
    words = [left.words, right.words]
    cost = _unlike(left, right)
    ones, twos = (left_vectors, right_vectors), (_joined(left_vectors, words[0]), _joined(right_vectors, words[1]))
    counts = (words[0][:-1] + words[0][1:], words[1][:-1] + words[1][1:])
    across = np.maximum(cost[:, :-1], cost[:, 1:])
    gains = {
        (1, 1): _gain(ones[0], ones[1], cost, words[0], words[1]),
        (1, 2): _gain(ones[0], twos[1], across, words[0], counts[1]),
        (2, 1): _gain(twos[0], ones[1], np.maximum(cost[:-1], cost[1:]), counts[0], words[1]),
        (2, 2): _gain(
            twos[0], twos[1], np.maximum(across[:-1], across[1:]), counts[0], counts[1], least=_LEAST + _SHIFTED
        ),
    }
    links: list[tuple[int, int]] = []
    for (i, j), (down_by, over_by) in _way(_best(gains, rows, columns), gains):
        if down_by == over_by == 2:  # parted at different places: which of the two reaches into the other's second?
            down, up = left_vectors[i] @ right_vectors[j + 1], left_vectors[i + 1] @ right_vectors[j]
            links += [(i, j), (i, j + 1) if down >= up else (i + 1, j), (i + 1, j + 1)]
        else:
            links += [(i + di, j + dj) for di in range(down_by) for dj in range(over_by)]
    return links


def _unlike(left: _Signs, right: _Signs) -> npt.NDArray[np.float32]:
    cost = np.zeros((len(left.words), len(right.words)), np.float32)
    for sides in ((left.roles, right.roles), (left.jurisdictions, right.jurisdictions)):
        kinds: dict[object, int] = {}
        numbers = [np.array([kinds.setdefault(sign, len(kinds)) for sign in side]) for side in sides]
        cost += _OTHER_PLACE * (numbers[0][:, None] != numbers[1][None, :])
    return cost


def _joined(vectors: Vectors, words: npt.NDArray[np.float32]) -> Vectors:
    """Vectors of each two neighbours as one passage."""
    sums = vectors[:-1] * words[:-1, None] + vectors[1:] * words[1:, None]
    joined: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return joined


def _gain(
    left: Vectors,
    right: Vectors,
    cost: npt.NDArray[np.float32],
    left_words: npt.NDArray[np.float32],
    right_words: npt.NDArray[np.float32],
    *,
    least: float = _LEAST,
) -> npt.NDArray[np.float32]:
    """What linking i and j gains: how far their likeness is above the least, for all the words linked."""
    gain: npt.NDArray[np.float32] = (left @ right.T - cost - least) * (left_words[:, None] + right_words[None, :])
    return gain


def _best(gains: _Gains, rows: int, columns: int) -> npt.NDArray[np.float64]:
    """Highest gain of the first i passages of the one side and the first j of the other: (rows + 1, columns + 1).

    A passage left out costs nothing, so a row needs no loop: its running maximum leaves out those of the other side.
    """
    best = np.zeros((rows + 1, columns + 1))
    for i in range(1, rows + 1):
        row = best[i - 1].copy()
        for (down, over), gain in gains.items():
            if down <= i and over <= columns:
                row[over:] = np.maximum(row[over:], best[i - down, : columns + 1 - over] + gain[i - down])
        best[i] = np.maximum.accumulate(row)
    return best


def _way(best: npt.NDArray[np.float64], gains: _Gains) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The steps of the way with the highest gain, in order: where each begins, and how many passages it links."""
    i, j = best.shape[0] - 1, best.shape[1] - 1
    steps = []
    while i and j:
        here = best[i, j]
        if here == best[i, j - 1]:
            j -= 1
        elif here == best[i - 1, j]:
            i -= 1
        else:
            down, over = next(
                (down, over)
                for (down, over), gain in gains.items()
                if down <= i and over <= j and here == best[i - down, j - over] + gain[i - down, j - over]
            )
            i, j = i - down, j - over
            steps.append(((i, j), (down, over)))
    return steps[::-1]
