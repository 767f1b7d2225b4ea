"""Hybrid retrieval: the lexical and the dense leg, fused, over the passages that the filters allow.

Passages that state nothing (a title alone, an answer such as "N/A") are never found, whatever the filters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from indexer import sentences
from indexer.documents import DocumentRecord, Language, Passage, Status
from indexer.embedding import Embedder
from indexer.lexical import LexicalHits
from indexer.store import Index
from indexer.vectors import VectorHits
from service import access
from service.query import Query
from service.status import status_of


class Leg(StrEnum):
    """What ranks the passages: the words, the meaning, or both fused, which is what the service does."""

    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"


@dataclass(frozen=True, slots=True)
class Weights:
    """How the legs are fused; chosen on the tune split of `eval/gold`, with an eye on a second set of needs.

    score = cosine + `lexical` x (BM25 score / highest BM25 score that the question could reach)

    The second term is a share of the question's own weight, so a question in the other language, of which few words
    can match, leans on the dense leg by itself.
    """

    lexical: float = 2.0
    terms: float = 0.75  # weight of the glossary's other wordings, in both legs
    pool: int = 200  # candidates taken from each leg


DEFAULT_WEIGHTS = Weights()
_Hits = TypeVar("_Hits", LexicalHits, VectorHits)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: its fused score, and both parts of it."""

    passage: Passage
    document: DocumentRecord
    score: float
    dense: float
    lexical: float


def retrieve(
    index: Index,
    query: Query,
    vector: npt.NDArray[np.float32],
    *,
    limit: int | None = None,
    leg: Leg = Leg.HYBRID,
    weights: Weights = DEFAULT_WEIGHTS,
) -> list[Hit]:
    """The passages nearest to the query, best first; `vector` is its `query_vector`, `limit` overrides its own.

    `leg` is for measuring what each leg finds by itself.

    Where the query asks for statuses, only passages of which a sentence has one: as many as wanted, or all there are.
    """
    wanted = query.limit if limit is None else limit
    if not query.statuses:
        return _nearest(index, query, vector, wanted, leg, weights)
    looked_at = 10 * wanted
    while True:
        hits = _nearest(index, query, vector, looked_at, leg, weights)
        kept = [hit for hit in hits if _statuses(hit.passage) & set(query.statuses)]
        if len(kept) >= wanted or len(hits) < looked_at:
            return kept[:wanted]
        looked_at *= 4


def _nearest(
    index: Index, query: Query, vector: npt.NDArray[np.float32], wanted: int, leg: Leg, weights: Weights
) -> list[Hit]:
    numbers, scores, dense, lexical = fused(index, query, vector, max(weights.pool, wanted), weights)
    if leg is not Leg.HYBRID:
        scores = lexical if leg is Leg.LEXICAL else dense
    order = np.lexsort((numbers, -scores))[:wanted]
    passages = index.numbered(numbers[order])
    documents = {r.id: access.visible(r) for r in index.documents_by_id({p.document_id for p in passages})}
    return [
        Hit(passage, documents[passage.document_id], float(scores[at]), float(dense[at]), float(lexical[at]))
        for passage, at in zip(passages, order, strict=True)
    ]


def _statuses(passage: Passage) -> set[Status]:
    text = passage.text
    return {status_of(text[start:end], passage.role) for start, end in sentences.split(text)}


def query_vector(embedder: Embedder, query: Query, weights: Weights = DEFAULT_WEIGHTS) -> npt.NDArray[np.float32]:
    """The vector that stands for the query, of shape (dimension,) and unit length.

    To the question's own vector each term of the glossary that it names adds the mean of its wordings in both
    languages, so that a word which the model knows in one language only is found in the other.
    """
    vector = embedder.encode_queries([query.text])[0]
    for match in query.terms:
        wordings = embedder.encode_queries([*match.term.en, *match.term.fr])
        vector = vector + weights.terms * wordings.mean(axis=0) / len(query.terms)
    unit: npt.NDArray[np.float32] = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit


def _stating(
    search: Callable[[int], _Hits], pool: int, silent: npt.NDArray[np.bool_]
) -> tuple[_Hits, npt.NDArray[np.intp]]:
    """A leg's hits, and the places of the `pool` best among them that state something.

    The leg is asked for more until it has given so many, or all that it has: to hand it every number that may be found
    would cost more than these few too many.
    """
    asked = pool + min(pool, int(silent.sum()))
    while True:
        hits = search(asked)
        stating = np.flatnonzero(~silent[hits.numbers])
        if len(stating) >= pool or len(hits.numbers) < asked:
            return hits, stating[:pool]
        asked *= 4


def fused(
    index: Index, query: Query, vector: npt.NDArray[np.float32], pool: int, weights: Weights
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Candidates of both legs: their numbers, fused scores, cosines and lexical shares; in no particular order.

    Each leg gives `pool` passages that state something, or all that there are.
    Every candidate gets its true cosine. One that the lexical leg did not return counts as matching no word: its
    true share is below that of the leg's last.
    """
    allowed = index.allowed(query.filters)
    also: dict[Language, list[str]] = {
        "en": [wording for match in query.terms for wording in match.term.en],
        "fr": [wording for match in query.terms for wording in match.term.fr],
    }
    by_words, stating = _stating(
        lambda count: index.lexical.search(query.text, count, allowed=allowed, also=also, also_weight=weights.terms),
        pool,
        index.silent,
    )
    words, word_scores = by_words.numbers[stating], by_words.scores[stating]
    by_meaning, stating = _stating(
        lambda count: index.vectors.search(vector, count, allowed=allowed), pool, index.silent
    )
    numbers = np.union1d(words, by_meaning.numbers[stating])
    dense = index.vectors.vectors(numbers) @ vector
    lexical = np.zeros(len(numbers), np.float32)
    if by_words.bound:
        lexical[np.searchsorted(numbers, words)] = word_scores / by_words.bound
    return numbers, dense + weights.lexical * lexical, dense, lexical
