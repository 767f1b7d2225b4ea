"""What documents lack before they can be written: vectors and analyses, made or taken over from the old generation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer import statement_writing, store
from indexer.documents import DocumentRecord, Passage, RecordItem
from indexer.embedding import Embedder
from indexer.preparing import Prepared, embedded_text
from indexer.source_readings import SourceReading
from indexer.statement_writing import Analysis

_BATCH = 2_048  # passages that lack vectors and are embedded at once


@dataclass(frozen=True, slots=True)
class Complete:
    """A document with all that is to be written of it; the analyses are of its passages, one after the other."""

    record: DocumentRecord
    passages: tuple[Passage, ...]
    items: tuple[RecordItem, ...]
    digests: tuple[str, ...]
    tokens: tuple[str, ...]
    vectors: npt.NDArray[np.float16]
    analyses: tuple[Analysis, ...]


class Completed:
    """Completes documents, in their order. `embedded` counts the passages whose vectors the old generation lacks."""

    def __init__(self, old: store.Index | None, embedder: Embedder) -> None:
        self.embedded = 0
        self._old = old
        self._embedder = embedder
        self._held = old.embedded() if old else {}
        self._kept = statement_writing.Kept(old.statements) if old else None

    def all(self, readings: Iterable[SourceReading]) -> Iterator[Complete]:
        """The documents, each with all that it lacked."""
        batch: list[Prepared] = []
        lacking = 0
        for reading in readings:
            prepared = reading.load()
            batch.append(prepared)
            lacking += len(prepared.passages) if prepared.vectors is None else _BATCH // 16
            if lacking >= _BATCH:
                yield from self._completed(batch)
                batch, lacking = [], 0
        yield from self._completed(batch)

    def _completed(self, batch: Sequence[Prepared]) -> Iterator[Complete]:
        vectors = iter(self._vectors([one for one in batch if one.vectors is None]))
        for one in batch:
            self.embedded += sum(digest not in self._held for digest in one.digests)
            yield Complete(
                one.record,
                one.passages,
                one.items,
                one.digests,
                one.tokens,
                next(vectors) if one.vectors is None else one.vectors,
                (one.analysis,)
                if one.analysis is not None
                else tuple(statement_writing.read(one.passages, self._kept, self._embedder)),
            )

    def _vectors(self, lacking: Sequence[Prepared]) -> list[npt.NDArray[np.float16]]:
        """Vectors of the passages of documents; those that the old generation has are taken from it."""
        digests = [digest for one in lacking for digest in one.digests]
        texts = [embedded_text(passage) for one in lacking for passage in one.passages]
        rows = np.empty((len(texts), self._embedder.dimension), np.float16)
        have = [row for row, digest in enumerate(digests) if digest in self._held]
        if self._old is not None and have:
            numbers = np.array([self._held[digests[row]] for row in have], dtype=np.int64)
            rows[have] = self._old.vectors.vectors(numbers)
        missing = [row for row, digest in enumerate(digests) if digest not in self._held]
        if missing:
            rows[missing] = self._embedder.encode_documents([texts[row] for row in missing])
        ends = np.cumsum([len(one.passages) for one in lacking]).tolist()
        return [rows[end - len(one.passages) : end] for one, end in zip(lacking, ends, strict=True)]
