"""Ranking again the passages that retrieval brought up, by what is known of each.

Every number here was chosen on the tune split of `eval/gold` (README, "Quality", says what each one gains).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import text
from indexer.documents import Passage, Role
from indexer.index_protocol import Index
from indexer.lexical_query import LexicalQuery
from indexer.word_vectors import word_vectors
from service.query import Query

_SETTLED = (Role.DECISION, Role.FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What is added to a passage's fused score."""

    words: float = 0.5  # x the likeness of its words to those asked for, one by one
    # If it is about a jurisdiction that the question names; where a precedent is asked for, that one has the problem.
    about: float = 0.2
    year: float = 0.25  # if its meeting was in a year that the question names
    settled: float = 0.3  # if it is a decision or follow-up, where one is asked for
    problem: float = -0.3  # if it states a need, where a precedent is asked for: others have the answer


DEFAULT_RANKING = RankingWeights()


class Ranker:
    """Scores passages for one question."""

    def __init__(
        self, index: Index, query: Query, asked: LexicalQuery, weights: RankingWeights = DEFAULT_RANKING
    ) -> None:
        self._index, self._query, self._weights = index, query, weights
        topical = [word for word in asked.asked if word not in text.stop_words().question] or asked.asked
        rarity = dict(zip(asked.asked, index.lexical.rarities(asked), strict=True))
        self._asked = word_vectors().of(topical)
        self._rarities = np.array([rarity[word] for word in topical], np.float32)

    def gains(self, passages: Sequence[Passage]) -> npt.NDArray[np.float32]:
        """What each passage's score gains, of shape (passages,)."""
        like = self._index.words.likenesses(self._asked, self._rarities, self._index.places(passages))
        known = np.fromiter(map(self._gain, passages), np.float32, len(passages))
        found: npt.NDArray[np.float32] = self._weights.words * like + known
        return found

    def _gain(self, passage: Passage) -> float:
        query, weights = self._query, self._weights
        gain = 0.0
        if query.kind != "precedent" and query.clues.about(passage):
            gain += weights.about
        if query.clues.of_year(passage):
            gain += weights.year
        if query.kind == "precedent" and passage.role is Role.NEED:
            gain += weights.problem
        if query.kind == "decision" and passage.role in _SETTLED:
            gain += weights.settled
        return gain
