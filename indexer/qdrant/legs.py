"""The two legs of an index in Qdrant: by the sparse vectors of tokens, and by the dense ones of meaning.

What Qdrant gives by tokens is scored again here: it sums what a question's words find, where of the tokens that stand
for one word the best counts; and its weights are those of one length of passage for all audiences. The sum is never
below, at equal lengths, so the best passages are among some more than are wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from indexer.documents import LANGUAGES
from indexer.filters import Filters
from indexer.lexical import LexicalHits
from indexer.lexical_clauses import Frequencies, Group, clauses
from indexer.lexical_query import LexicalQuery, surface_token
from indexer.qdrant.points import DENSE, TERMS, Terms, saturated, token_number
from indexer.qdrant.statistics import Statistics
from indexer.stating import stating
from indexer.vectors import VectorHits

_MORE, _LEAST_MORE = 0.5, 100  # of the passages wanted, so many more are scored again

Numbers = npt.NDArray[np.int64]
Nearest = Callable[
    [npt.NDArray[np.float32] | models.SparseVector, str, int, Numbers | None],
    tuple[Numbers, npt.NDArray[np.float32]],
]
"""Numbers and scores of the passages that the audience sees with the highest inner product, among those allowed."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an audience sees of the passages: how many they are, and how many tokens they have on average."""

    rank: int
    passages: int
    usual_length: float


class QdrantLexical(Frequencies):
    """Search by words; `terms` gives the tokens of passages by their numbers."""

    def __init__(
        self, statistics: Statistics, seen: Seen, nearest: Nearest, terms: Callable[[Sequence[int]], list[Terms]]
    ) -> None:
        self._statistics, self._seen, self._nearest, self._terms = statistics, seen, nearest, terms
        self.passages = seen.passages

    def having(self, token: str) -> int:
        """In how many passages that the audience sees a token stands."""
        return self._statistics.having(token, self._seen.rank)

    def search(
        self,
        query: LexicalQuery,
        limit: int,
        *,
        allowed: Numbers | None = None,
        filters: Filters | None = None,
        wording_weight: float = 0.75,
        silent: npt.NDArray[np.bool_] | None = None,
    ) -> LexicalHits:
        """The `limit` best passages for `query`, among the `allowed` numbers if given.

        Those that `silent` marks, of shape (passages,), are never found.
        """

        def best(count: int) -> LexicalHits:
            return self.search_together([(query, 1.0)], count, allowed=allowed, wording_weight=wording_weight)

        if silent is None:
            return best(limit)
        hits, places = stating(best, limit, silent)
        return LexicalHits(hits.numbers[places], hits.shares[places])

    def search_together(
        self,
        queries: Sequence[tuple[LexicalQuery, float]],
        limit: int,
        *,
        allowed: Numbers | None = None,
        filters: Filters | None = None,
        wording_weight: float = 0.75,
    ) -> LexicalHits:
        """The `limit` best passages for several queries at once, by the sum of their shares, each times its weight."""
        groups = [group for language in LANGUAGES for group in clauses(queries, language, wording_weight, self)]
        return self._best([self._weighed(group) for group in groups], limit, allowed)

    def holding(self, word: str, limit: int, allowed: Numbers | None = None) -> Numbers:
        """Numbers of passages that hold a word as it stands, those first in which it weighs most."""
        tokens = [surface_token(word, language) for language in LANGUAGES]
        return self._best(
            [self._weighed(((token, 1.0),)) for token in tokens if self.having(token)], limit, allowed
        ).numbers

    def _weighed(self, group: Group) -> dict[int, float]:
        """By the numbers of a group's tokens what each one's BM25 is multiplied by, its rarity included."""
        weights: dict[int, float] = {}
        for token, weight in group:
            number = token_number(token)
            weights[number] = max(weights.get(number, 0.0), weight * self.idf(self.having(token)))
        return weights

    def _best(self, groups: Sequence[dict[int, float]], limit: int, allowed: Numbers | None) -> LexicalHits:
        if not groups or limit < 1 or (allowed is not None and not len(allowed)):
            return LexicalHits(np.empty(0, np.int64), np.empty(0, np.float32))
        sought: dict[int, float] = {}
        for group in groups:
            for number, weight in group.items():
                sought[number] = sought.get(number, 0.0) + weight
        query = models.SparseVector(indices=list(sought), values=list(sought.values()))
        wide = limit + max(_LEAST_MORE, int(_MORE * limit))
        numbers, _ = self._nearest(query, TERMS, wide, allowed)
        scores = self._scores(groups, numbers)
        order = np.lexsort((numbers, -scores))
        order = order[scores[order] > 0][:limit]
        return LexicalHits(numbers[order], scores[order])

    def _scores(self, groups: Sequence[dict[int, float]], numbers: Numbers) -> npt.NDArray[np.float32]:
        """The shares of passages, of shape (passages,)."""
        columns = {number: column for column, number in enumerate(sorted({n for group in groups for n in group}))}
        tokens = np.fromiter(columns, np.uint32, len(columns))
        held = self._terms(numbers.tolist())
        counts = np.zeros((len(held), len(tokens)))
        for row, terms in enumerate(held):
            at = np.minimum(np.searchsorted(tokens, terms.numbers), len(tokens) - 1)
            known = tokens[at] == terms.numbers
            counts[row, at[known]] = terms.counts[known]
        lengths = rounded_lengths(np.array([terms.length for terms in held], np.int64))[:, None]
        weights = saturated(counts, lengths, max(self._seen.usual_length, 1.0))
        scores = np.zeros(len(held))
        for group in groups:
            of_group = [columns[number] for number in group]
            scores += (weights[:, of_group] * np.fromiter(group.values(), np.float64, len(group))).max(axis=1)
        return scores.astype(np.float32)


def rounded_lengths(lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Lengths as tantivy keeps them, in a byte: exact up to 40, then with four binary digits of what is above 24.

    So that both indexes score alike.
    """
    above = np.maximum(lengths - 24, 0)
    spare = np.maximum(np.frexp(above)[1] - 4, 0)
    rounded: npt.NDArray[np.int64] = np.minimum(lengths, 24) + (above >> spare << spare)
    return rounded


class QdrantVectors:
    """Search by meaning; `stored` gives the vectors of passages by their numbers."""

    def __init__(
        self,
        seen: Seen,
        dimension: int,
        nearest: Nearest,
        stored: Callable[[Numbers], npt.NDArray[np.float32]],
    ) -> None:
        self._seen, self._dimension, self._nearest, self._stored = seen, dimension, nearest, stored

    def __len__(self) -> int:
        return self._seen.passages

    @property
    def dimension(self) -> int:
        """Number of components of a vector."""
        return self._dimension

    def search(
        self,
        query: npt.NDArray[np.float32],
        limit: int,
        *,
        allowed: Numbers | None = None,
        silent: npt.NDArray[np.bool_] | None = None,
    ) -> VectorHits:
        """The `limit` passages nearest to `query`, of shape (dimension,), among `allowed` if given.

        Those that `silent` marks, of shape (passages,), are never found.
        """
        if silent is None:
            return self._best(query, limit, allowed)
        hits, places = stating(lambda count: self._best(query, count, allowed), limit, silent)
        return VectorHits(hits.numbers[places], hits.scores[places])

    def _best(self, query: npt.NDArray[np.float32], limit: int, allowed: Numbers | None) -> VectorHits:
        limit = min(limit, len(self) if allowed is None else len(allowed))
        if limit < 1:
            return VectorHits(np.empty(0, np.int64), np.empty(0, np.float32))
        numbers, scores = self._nearest(query.astype(np.float32), DENSE, limit, allowed)
        order = np.lexsort((numbers, -scores))
        return VectorHits(numbers[order], scores[order])

    def vectors(self, numbers: Numbers) -> npt.NDArray[np.float32]:
        """The stored vectors of the passages `numbers`, of shape (len(numbers), dimension)."""
        return self._stored(numbers)
