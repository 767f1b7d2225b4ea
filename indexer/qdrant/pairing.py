"""Which documents of a generation say the same in the other language, and which of their passages.

Documents' texts are read one at a time, passages of some pairs at a time: of tens of thousands of documents memory
would not hold all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from qdrant_client import models

from indexer import translations, versions
from indexer.documents import Distribution, DocumentRecord
from indexer.qdrant import points, records
from indexer.qdrant.generation import Generation, dense
from indexer.qdrant.points import DENSE, PASSAGE_FIELDS

_AT_ONCE = 1_024  # passages read at once, or those of one pair
Pair = tuple[str, str]


def originals(generation: Generation) -> dict[Distribution, dict[str, str]]:
    """For each audience, by the id of a translation that of its original: see `indexer.translations.originals`."""
    places = {Path(one.state.path).resolve(): one.record.id for one in generation.headers}
    stated = {
        one.record.id: places[path]
        for one in generation.headers
        for original in one.state.originals
        if (path := Path(original)) in places
    }

    def written(record: DocumentRecord) -> str:
        connection, point = generation.connection, records.point_number(records.DOCUMENTS, record.id)
        read = connection.retrieved(generation.records_in, [point], fields=[records.TEXT])
        return next((str((one.payload or {})[records.TEXT]) for one in read), "")

    return translations.originals([one.record for one in generation.headers], stated, written)


def pair_points(generation: Generation, originals: dict[Distribution, dict[str, str]]) -> Iterator[models.PointStruct]:
    """For each pair of documents the point that says which of their passages say the same."""
    pairs = dict.fromkeys(pair for of_audience in originals.values() for pair in of_audience.items())
    for some in _some(generation, list(pairs)):
        yield from _points(generation, some)


def _some(generation: Generation, pairs: Sequence[Pair]) -> Iterator[list[Pair]]:
    """Pairs, as many at a time as may be read at once."""
    batch: list[Pair] = []
    held = 0
    for pair in pairs:
        count = sum(len(range(*generation.ranges[one])) for one in pair)
        if batch and held + count > _AT_ONCE:
            yield batch
            batch, held = [], 0
        batch.append(pair)
        held += count
    if batch:
        yield batch


def _points(generation: Generation, pairs: Sequence[Pair]) -> Iterator[models.PointStruct]:
    documents = dict.fromkeys(one for pair in pairs for one in pair)
    ids = [int(point) for one in documents for point in generation.points[slice(*generation.ranges[one])]]
    read = generation.connection.retrieved(generation.passages_in, ids, fields=PASSAGE_FIELDS, vectors=[DENSE])
    by_id = {int(one.id): one for one in read}
    matching = versions.Matching(pairs)
    for one in documents:
        own = [by_id[int(point)] for point in generation.points[slice(*generation.ranges[one])]]
        vectors = np.stack([dense(of) for of in own]) if own else np.empty((0, generation.meta.dimension), np.float32)
        # Numbered from 0 in each document, as the point says them.
        matching.add(one, 0, [points.passage(of.payload or {}) for of in own], vectors)
    for pair, same in matching.found.items():
        yield records.pair_point(*pair, same)
