"""Where a document speaks of a topic: what a search of this document alone finds, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.documents import Language
from indexer.store import Filters
from service.answering import evidence
from service.engine import Engine
from service.query import MAX_LIMIT, understand
from service.retrieval import query_vector

# What is further from the topic is not shown as speaking of it: the share of its words, or the likeness in meaning.
_LEAST_SHARE = 0.6
_LEAST_COSINE = 0.45


@dataclass(frozen=True, slots=True)
class Mention:
    """A passage that speaks of the topic; characters `start` to `end` are its sentence nearest to it."""

    passage_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Around:
    """The mentions before and after a place, and the number, from 1, of the one at it; None where there is none."""

    previous: Mention | None
    next: Mention | None
    number: int | None


def mentions(engine: Engine, document_id: str, topic: str, language: Language) -> tuple[Mention, ...]:
    """The passages of a document that speak of `topic`. Raises RefusedError where that cannot be searched for."""
    query = understand(topic, language=language, filters=Filters(documents=(document_id,)), limit=MAX_LIMIT)
    near = [hit for hit in engine.hits(query) if hit.lexical >= _LEAST_SHARE or hit.dense >= _LEAST_COSINE]
    vector = query_vector(engine.embedder, query)
    found = evidence.find(engine.index(), engine.embedder, query, vector, near)
    return tuple(
        Mention(one.hit.passage.id, one.start, one.end) for one in sorted(found, key=lambda one: (one.start, one.end))
    )


def around(found: Sequence[Mention], spans: dict[str, tuple[int, int]], mark: tuple[int, int] | None) -> Around:
    """The mentions before and after `mark`, from the document's beginning without one.

    `spans` are the starts and ends of the passages by id: the mention at the mark is the one in its passage.
    """
    if mark is None:
        return Around(None, found[0] if found else None, None)
    here = next((at for at, one in enumerate(found) if _overlaps(spans[one.passage_id], mark)), None)
    if here is None:
        before = [one for one in found if one.end <= mark[0]]
        after = [one for one in found if one.start >= mark[1]]
        return Around(before[-1] if before else None, after[0] if after else None, None)
    return Around(found[here - 1] if here else None, found[here + 1] if here + 1 < len(found) else None, here + 1)


def _overlaps(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
