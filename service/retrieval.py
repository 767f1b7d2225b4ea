"""Hybrid retrieval: the lexical and the dense leg, fused, ranked again and folded, over what the filters allow.

Passages that state nothing (a title alone, an answer such as "N/A") are never found, whatever the filters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import numpy as np
import numpy.typing as npt

from indexer.documents import DocumentRecord, Passage
from indexer.embedding import Embedder
from indexer.filters import Filters
from indexer.index_protocol import Index
from indexer.lexical_query import LexicalQuery, lexical_query
from indexer.runs import begins
from indexer.vectors import VectorHits
from service import access
from service.allowed_versions import allowed_versions
from service.beside import BESIDE
from service.folding import Folded, fold
from service.passage_statuses import statuses_of
from service.query import Query
from service.ranked import Ranked, rescored
from service.ranking import DEFAULT_RANKING, Ranker, RankingWeights
from service.reranker import Reranker, reranked
from service.stages import stage, staged
from service.stated_needs import with_stated_need
from service.term_vectors import meaning


class Leg(StrEnum):
    """What ranks the passages: the words, the meaning, or both fused, which is what the service does."""

    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Weights:
    """How the legs are fused, and how many passages are looked at; chosen on the tune split of `eval/gold`.

    score = lexical share + `dense` x cosine

    The share is of the most that the question's own words could reach, so a question of which few words can match
    leans on the dense leg by itself.
    """

    dense: float = 0.5
    terms: float = 0.75  # weight of the glossary's other wordings, in both legs
    pool: int = 200  # candidates taken from each leg
    ranked: int = 60  # the best of them that are ranked again
    ranking: RankingWeights = DEFAULT_RANKING
    # What each of these gains is measured by leaving it out: python -m eval.ablation
    translate: bool = True  # words of the question into the other language, in the lexical leg
    needs: bool = True  # the documents' own words for a problem, where a precedent is asked for
    fold: bool = True  # versions and copies into one hit


DEFAULT_WEIGHTS = Weights()
_MANY = 250_000  # passages, below which to look beside saves little, and costs on a machine that is busy


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and the document that it stands in."""

    passage: Passage
    document: DocumentRecord


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: its score, the cosine and the lexical share in it, and where else it stands.

    `versions` are the same passage in the document's other language, or a copy of it; they are not hits of their own.
    """

    passage: Passage
    document: DocumentRecord
    score: float
    dense: float
    lexical: float
    versions: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that a leg brought up: numbers, fused scores, cosines and lexical shares; all of shape (candidates,)."""

    numbers: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]
    dense: npt.NDArray[np.float32]
    lexical: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Spread:
    """Which passages are looked at where many are near: the `first` best, and the best `of_each` jurisdiction's own."""

    first: int
    of_each: int
    pool: int = 600  # candidates taken from each leg


@staged("retrieve")
@BESIDE.working()
def retrieve(
    index: Index,
    query: Query,
    vector: npt.NDArray[np.float32],
    *,
    limit: int | None = None,
    leg: Leg = Leg.HYBRID,
    weights: Weights = DEFAULT_WEIGHTS,
    reranker: Reranker | None = None,
    spread: Spread | None = None,
) -> list[Hit]:
    """The passages nearest to the query, best first; `vector` is its `query_vector`, `limit` overrides its own.

    With a `spread` it gives all those that this names, whatever the limit.

    Where the query asks for statuses, only passages of which a sentence has one: as many as wanted, or all there are.
    `leg` is for measuring what each leg finds by itself, neither ranked again nor folded.
    """
    search = _Search(index, query, vector, weights)
    if spread is not None:
        found = search.spread(spread)
        ranked = search.ranked_again(search.ordered(found, leg, len(found.numbers)), reranker)
        shown = fold(ranked, search.versions(ranked), query.asked_in, len(ranked))
        return search.hits(ranked, shown, found)
    wanted = query.limit if limit is None else limit
    looked_at = max(weights.ranked, 2 * wanted) * (5 if query.statuses else 1)
    while True:
        found = search.candidates(max(weights.pool, looked_at))
        ranked = search.ordered(found, leg, looked_at)
        seen = len(ranked)
        if query.statuses:
            asked_for = set(query.statuses)
            told = statuses_of(index, [item.number for item in ranked])
            ranked = [item for item, of in zip(ranked, told, strict=True) if of & asked_for]
        if leg is Leg.HYBRID:
            ranked = search.ranked_again(ranked, reranker)
        if leg is Leg.HYBRID and weights.fold:
            shown = fold(ranked, search.versions(ranked), query.asked_in, wanted)
        else:
            shown = [Folded(place, item.score) for place, item in enumerate(ranked[:wanted])]
        if len(shown) >= wanted or seen < looked_at:
            return search.hits(ranked, shown, found)
        looked_at *= 4


def candidates(
    index: Index, query: Query, vector: npt.NDArray[np.float32], pool: int, weights: Weights = DEFAULT_WEIGHTS
) -> Candidates:
    """What `retrieve` begins with: the `pool` best of each leg under the query's filters, in no particular order."""
    return _Search(index, query, vector, weights).candidates(pool)


class _Search:
    """One question put to one index."""

    def __init__(self, index: Index, query: Query, vector: npt.NDArray[np.float32], weights: Weights) -> None:
        self._index, self._query, self._vector, self._weights = index, query, vector, weights
        terms = [match.term for match in query.terms]
        self._asked = lexical_query(query.text, query.asked_in, terms, translate=weights.translate)
        self._allowed = index.allowed(query.filters)
        self._dense = DenseLeg(index, vector, self._allowed)
        if weights.needs:
            self._asked = with_stated_need(
                index, query, self._asked, vector, lambda: self._dense.best(weights.pool).numbers
            )

    def candidates(self, pool: int) -> Candidates:
        """The candidates of both legs: see `fused`."""
        return fused(
            self._index,
            self._asked,
            self._vector,
            pool,
            dense=self._dense,
            allowed=self._allowed,
            filters=self._query.filters,
            weights=self._weights,
        )

    def spread(self, spread: Spread) -> Candidates:
        """The candidates that a spread names."""
        found = self.candidates(max(spread.pool, spread.first))
        order = np.lexsort((found.numbers, -found.scores))
        owners = self._index.owners(found.numbers[order])
        by_owner = np.argsort(owners, kind="stable")
        first = np.flatnonzero(begins(owners[by_owner]))
        place = np.empty(len(order), np.int64)  # among those of its owner
        place[by_owner] = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
        kept = order[(np.arange(len(order)) < spread.first) | (place < spread.of_each)]
        return Candidates(found.numbers[kept], found.scores[kept], found.dense[kept], found.lexical[kept])

    def ordered(self, found: Candidates, leg: Leg, count: int) -> list[Ranked]:
        """The `count` best candidates by a leg, or by both."""
        scores = {Leg.HYBRID: found.scores, Leg.LEXICAL: found.lexical, Leg.DENSE: found.dense}[leg]
        order = np.lexsort((found.numbers, -scores))[:count]
        passages = self._index.numbered(found.numbers[order])
        return [
            Ranked(int(found.numbers[at]), passage, float(scores[at]))
            for passage, at in zip(passages, order, strict=True)
        ]

    @staged("rank")
    def ranked_again(self, ranked: Sequence[Ranked], reranker: Reranker | None) -> list[Ranked]:
        """The best of them by what is known of each, then the others, none scored above those.

        How many are ranked again does not depend on how many are wanted, so that a longer list begins as a shorter one.
        """
        first = ranked[: self._weights.ranked]
        gains = Ranker(self._index, self._query, self._asked, self._weights.ranking).gains([i.passage for i in first])
        again = rescored(ranked, [item.score + gain for item, gain in zip(first, gains.tolist(), strict=True)])
        return again if reranker is None else reranked(reranker, self._query.text, again)

    def versions(self, ranked: Sequence[Ranked]) -> dict[int, tuple[int, ...]]:
        """Versions by number of passage, without those that the filters rule out."""
        return allowed_versions(self._index, [item.number for item in ranked], self._allowed)

    def hits(self, ranked: Sequence[Ranked], shown: Sequence[Folded], found: Candidates) -> list[Hit]:
        """The passages shown, each with its document and where else it stands."""
        folded = sorted({number for item in shown for number in item.others})
        others = dict(zip(folded, self._index.numbered(folded), strict=True))
        passages = [*(ranked[item.place].passage for item in shown), *others.values()]
        records = self._index.documents_by_id({passage.document_id for passage in passages})
        documents = {record.id: access.visible(record) for record in records}
        ascending = np.argsort(found.numbers)
        sought = np.array([ranked[item.place].number for item in shown], np.int64)
        rows = ascending[np.searchsorted(found.numbers, sought, sorter=ascending)]
        return [
            Hit(
                passage=(chosen := ranked[item.place]).passage,
                document=documents[chosen.passage.document_id],
                score=item.score,
                dense=dense,
                lexical=lexical,
                versions=tuple(Place(others[n], documents[others[n].document_id]) for n in item.others),
            )
            for item, dense, lexical in zip(
                shown, found.dense[rows].tolist(), found.lexical[rows].tolist(), strict=True
            )
        ]


@staged("embed")
def query_vector(embedder: Embedder, query: Query, weights: Weights = DEFAULT_WEIGHTS) -> npt.NDArray[np.float32]:
    """The vector that stands for the query, of shape (dimension,) and unit length.

    To the question's own vector each term of the glossary that it names adds the mean of its wordings in both
    languages, so that a word which the model knows in one language only is found in the other.
    """
    vector = embedder.encode_queries([query.text])[0]
    for match in query.terms:
        vector = vector + weights.terms * meaning(embedder, match.term) / len(query.terms)
    unit: npt.NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


class DenseLeg:
    """The passages nearest to one question's `vector`, among the `allowed` numbers, that state something.

    They are looked up once for each pool.
    """

    def __init__(
        self, index: Index, vector: npt.NDArray[np.float32], allowed: npt.NDArray[np.int64] | None = None
    ) -> None:
        self._index, self._vector, self._allowed = index, vector, allowed
        self._best: dict[int, VectorHits] = {}

    def best(self, pool: int) -> VectorHits:
        """The `pool` nearest, or all that there are."""
        found = self._best.get(pool)
        if found is None:
            with stage("dense"):
                found = self._best[pool] = self._index.vectors.search(
                    self._vector, pool, allowed=self._allowed, silent=self._index.silent
                )
        return found

    def begun(self, pool: int) -> Callable[[], VectorHits]:
        """What gives `best`: it is looked up beside what follows, where that is worth it."""
        if pool in self._best or len(self._index.vectors) < _MANY:
            return partial(self.best, pool)
        return BESIDE.begun(partial(self.best, pool))


def fused(
    index: Index,
    asked: LexicalQuery,
    vector: npt.NDArray[np.float32],
    pool: int,
    *,
    dense: DenseLeg | None = None,
    allowed: npt.NDArray[np.int64] | None = None,
    filters: Filters | None = None,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Candidates:
    """Candidates of both legs among the `allowed` numbers, which meet the `filters`, in no particular order.

    `dense` is the leg of the same vector and numbers, where it is at hand.
    Each leg gives `pool` passages that state something, or all that there are.
    Every candidate gets its true cosine. One that the lexical leg did not return counts as matching no word: its
    true share is below that of the leg's last.
    """
    nearest = (dense or DenseLeg(index, vector, allowed)).begun(pool)
    with stage("lexical"):
        by_words = index.lexical.search(
            asked, pool, allowed=allowed, filters=filters, wording_weight=weights.terms, silent=index.silent
        )
    words = by_words.numbers
    by_meaning = nearest()
    near = by_meaning.numbers
    both = np.sort(np.concatenate((words, near)))
    numbers = both[begins(both)]
    similar = np.empty(len(numbers), np.float32)
    places = np.searchsorted(numbers, near)
    similar[places] = by_meaning.scores
    away = np.ones(len(numbers), np.bool_)
    away[places] = False
    others = np.flatnonzero(away)
    similar[others] = index.vectors.vectors(numbers[others]) @ vector
    lexical = np.zeros(len(numbers), np.float32)
    lexical[np.searchsorted(numbers, words)] = by_words.shares
    return Candidates(numbers, lexical + weights.dense * similar, similar, lexical)
