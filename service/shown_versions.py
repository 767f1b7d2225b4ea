"""Hits as a reader sees them: of two versions of a passage the one in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from indexer.index_protocol import Index
from service.passage_statuses import statuses_of
from service.query import Query
from service.retrieval import Hit, Place


def shown_in(index: Index, hits: Sequence[Hit], query: Query, vector: npt.NDArray[np.float32]) -> list[Hit]:
    """The hits of a query, each in its `language` where its passage has such a version; none twice, in their order.

    A version has to have the statuses asked for too. Where a passage was cut in two, the one is shown that is nearer to
    the query's `vector`.
    """
    shown: dict[str, Hit] = {}
    for hit in hits:
        place = _version(index, hit, query, vector)
        seen = hit if place is None else in_place(hit, place)
        shown.setdefault(seen.passage.id, seen)
    return list(shown.values())


def in_place(hit: Hit, place: Place) -> Hit:
    """The hit at another of its places; the one that it had becomes one of its versions."""
    others = tuple(other for other in hit.versions if other.passage.id != place.passage.id)
    versions = (*others, Place(hit.passage, hit.document))
    return replace(hit, passage=place.passage, document=place.document, versions=versions)


def _version(index: Index, hit: Hit, query: Query, vector: npt.NDArray[np.float32]) -> Place | None:
    if hit.passage.language == query.language:
        return None
    there = [place for place in hit.versions if place.passage.language == query.language]
    if there and query.statuses:
        told = statuses_of(index, index.places([place.passage for place in there]))
        there = [place for place, statuses in zip(there, told, strict=True) if statuses.intersection(query.statuses)]
    if len(there) < 2:
        return next(iter(there), None)
    vectors = index.vectors.vectors(np.array(index.places([place.passage for place in there]), np.int64))
    return there[int(np.argmax(vectors @ vector))]
