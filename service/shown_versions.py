"""Hits as a reader sees them: of two versions of a passage the one in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from indexer.documents import Language
from indexer.index_protocol import Index
from service.retrieval import Hit, Place


def shown_in(index: Index, hits: Sequence[Hit], language: Language, vector: npt.NDArray[np.float32]) -> list[Hit]:
    """The hits, each in `language` where its passage has a version in it; none twice, the order and scores as found.

    Where a passage was cut in two, the one is shown that is nearer to `vector`, what is asked.
    """
    shown: dict[str, Hit] = {}
    for hit in hits:
        place = _version(index, hit, language, vector)
        seen = hit if place is None else in_place(hit, place)
        shown.setdefault(seen.passage.id, seen)
    return list(shown.values())


def in_place(hit: Hit, place: Place) -> Hit:
    """The hit at another of its places; the one that it had becomes one of its versions."""
    others = tuple(other for other in hit.versions if other.passage.id != place.passage.id)
    versions = (*others, Place(hit.passage, hit.document))
    return replace(hit, passage=place.passage, document=place.document, versions=versions)


def _version(index: Index, hit: Hit, language: Language, vector: npt.NDArray[np.float32]) -> Place | None:
    if hit.passage.language == language:
        return None
    there = [place for place in hit.versions if place.passage.language == language]
    if len(there) < 2:
        return next(iter(there), None)
    vectors = index.vectors.vectors(np.array(index.places([place.passage for place in there]), np.int64))
    return there[int(np.argmax(vectors @ vector))]
